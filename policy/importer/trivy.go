package importer

import "strings"

// trivyKinds are the lists of .trivyignore.yaml. Only the first is about vulnerabilities.
// https://trivy.dev/latest/docs/configuration/filtering/#trivyignoreyaml
var trivyKinds = []string{"vulnerabilities", "misconfigurations", "secrets", "licenses"}

func readTrivy(doc value) ([]entry, error) {
	var entries []entry
	err := doc.each(func(key string, x value) error {
		elements, err := x.elements()
		if err != nil {
			return err
		}
		for _, element := range elements {
			e, err := trivyEntry(element)
			if err != nil {
				return err
			}
			if key != "vulnerabilities" {
				e.what, e.blocked = key+" "+e.id, "Amazon ECR finds only vulnerabilities"
			}
			entries = append(entries, e)
		}
		return nil
	})
	return entries, err
}

func trivyEntry(v value) (entry, error) {
	e := entry{file: v.file, place: v.place}
	err := v.each(func(key string, x value) (err error) {
		var patterns []string
		switch key {
		case "id":
			err = e.exactID(x)
		case "statement":
			err = x.into(&e.reason)
		case "expired_at":
			e.end, err = x.time()
		case "paths":
			patterns, err = x.strings()
			e.addPaths(patterns)
		case "purls":
			patterns, err = x.strings()
			e.addPurls(patterns)
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

func (e *entry) addPaths(globs []string) {
	for _, glob := range globs {
		path, why := pathPattern(glob)
		if why != "" {
			e.block("path %s: %s", oneLine(glob), why)
		}
		e.paths = append(e.paths, path)
	}
}

func (e *entry) addPurls(purls []string) {
	for _, purl := range purls {
		name, why := packageOf(strings.TrimSpace(purl))
		if why != "" {
			e.block("purl %s: %s", oneLine(purl), why)
		}
		e.packages = append(e.packages, name)
	}
}
