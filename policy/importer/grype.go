package importer

// readGrype reads the ignore rules of .grype.yaml. All criteria of a rule must hold.
// https://github.com/anchore/grype#specifying-matches-to-ignore
func readGrype(doc value) ([]entry, error) {
	var entries []entry
	err := doc.each(func(key string, x value) error {
		switch key {
		case "ignore":
			rules, err := x.elements()
			for i := 0; i < len(rules) && err == nil; i++ {
				var e entry
				e, err = grypeRule(rules[i])
				entries = append(entries, e)
			}
			return err
		case "only-fixed", "ignore-wontfix", "fail-on-severity", "exclude", "vex-documents":
			if x.kind == scalar && (x.text == "false" || x.text == "") || x.kind == list && len(x.list) == 0 {
				return nil
			}
			entries = append(entries, entry{file: x.file, place: x.place, what: key, blocked: grypeSettings[key]})
		}
		return nil
	})
	return entries, err
}

// grypeSettings hide findings by other means than rules.
var grypeSettings = map[string]string{
	"only-fixed":       "it is not an exception (use the input only-fixed, or fixAvailable on a rule)",
	"ignore-wontfix":   "it is not an exception (use fixAvailable on a rule)",
	"fail-on-severity": "it is not an exception (use the input fail-on, or minSeverity on a rule)",
	"exclude":          "Amazon ECR cannot leave anything out of a scan (use path on an exception)",
	"vex-documents":    "VEX documents are read as they are (use the input vex)",
}

func grypeRule(v value) (entry, error) {
	e := entry{file: v.file, place: v.place, id: "*", what: "rule"}
	onlyUnfixed := len(v.keys) == 1
	err := v.each(func(key string, x value) (err error) {
		switch key {
		case "vulnerability":
			if x.kind == scalar && x.text == "" {
				return nil // to Grype, the same as no criterion
			}
			e.what = ""
			err = e.exactID(x)
		case "reason":
			err = x.into(&e.reason)
		case "include-aliases":
			_, err = x.string()
		case "package":
			err = e.grypePackage(x)
		case "fix-state":
			if onlyUnfixed && x.text == "not-fixed" {
				e.block("it excuses what has no fix (use the input only-fixed)")
			}
			e.block("fix-state has no counterpart (untilFixed: true also applies where ECR does not report fixes)")
		default:
			e.block("%s has no counterpart", oneLine(key))
		}
		return err
	})
	return e, err
}

// grypePackage reads the criteria of a rule that are about the package.
func (e *entry) grypePackage(v value) error {
	return v.each(func(key string, x value) error {
		text, err := x.string()
		switch key {
		case "name":
			name, why := namePattern(text)
			if why != "" {
				e.block("package name %s: %s", oneLine(text), why)
			}
			e.packages = append(e.packages, name)
		case "location":
			e.addPaths([]string{text})
		default:
			e.block("package.%s has no counterpart", oneLine(key))
		}
		return err
	})
}
