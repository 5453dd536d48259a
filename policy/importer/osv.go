package importer

import (
	"strings"

	"github.com/ecrgate/ecrgate/policy"
)

// readOSV reads osv-scanner.toml.
// https://google.github.io/osv-scanner/configuration/
func readOSV(f policy.File) ([]entry, error) {
	doc, err := parseTOML(f)
	if err != nil {
		return nil, err
	}
	var entries []entry
	seen := map[string]bool{}
	err = doc.each(func(key string, x value) error {
		read := osvPackage
		switch key {
		case "IgnoredVulns":
			read = osvVulnerability
		case "PackageOverrides":
		default:
			entries = append(entries, entry{file: x.file, place: x.place, what: oneLine(key), blocked: "it has no counterpart"})
			return nil
		}
		elements, err := x.elements()
		for i := 0; i < len(elements) && err == nil; i++ {
			var e entry
			e, err = read(elements[i])
			if id := strings.ToUpper(e.id); id != "*" && seen[id] {
				e.block("an earlier entry has that id, and OSV-Scanner uses only the first")
			} else {
				seen[id] = true
			}
			entries = append(entries, e)
		}
		return err
	})
	return entries, err
}

func osvVulnerability(v value) (entry, error) {
	e := entry{file: v.file, place: v.place}
	err := v.each(func(key string, x value) (err error) {
		switch key {
		case "id":
			err = x.into(&e.id)
		case "ignoreUntil":
			e.end, err = x.time()
		case "reason":
			err = x.into(&e.reason)
		default:
			e.block("%s has no counterpart", oneLine(key))
		}
		return err
	})
	if e.id == "" {
		e.what = "entry without id"
		e.block("it names no vulnerability")
	}
	return e, err
}

// osvPackage reads an override. It is an exception when it ignores the vulnerabilities of a package
// that its name alone identifies.
func osvPackage(v value) (entry, error) {
	e := entry{file: v.file, place: v.place, id: "*"}
	ignores := false
	err := v.each(func(key string, x value) (err error) {
		var name string
		switch key {
		case "name":
			err = x.into(&name)
			if strings.ContainsAny(name, "*?[") {
				e.block("%s is not a name", oneLine(name))
			}
			e.packages = append(e.packages, name)
		case "reason":
			err = x.into(&e.reason)
		case "effectiveUntil":
			e.end, err = x.time()
		case "ignore":
			ignores = ignores || x.text == "true"
		case "vulnerability":
			ignores = ignores || x.fields["ignore"].text == "true"
		default:
			e.block("%s has no counterpart", oneLine(key))
		}
		return err
	})
	e.what = "package " + oneLine(strings.Join(e.packages, " "))
	if !ignores {
		e.block("it does not ignore vulnerabilities")
	}
	return e, err
}
