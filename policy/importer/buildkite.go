package importer

import "strings"

// readBuildkite reads the ignore file of the plugin cultureamp/ecr-scan-results: a list of ids, or of
// mappings with id, until and reason. The last entry for an id wins.
func readBuildkite(doc value) ([]entry, error) {
	var entries []entry
	err := doc.each(func(key string, x value) error {
		if key != "ignores" {
			return x.wrong("unknown key %.80q (want ignores)", key)
		}
		elements, err := x.elements()
		for i := 0; i < len(elements) && err == nil; i++ {
			var e entry
			e, err = buildkiteEntry(elements[i])
			entries = append(entries, e)
		}
		return err
	})
	last := map[string]int{}
	for i := range entries {
		id := strings.ToUpper(entries[i].id)
		if before, duplicate := last[id]; duplicate {
			entries[before].block("a later entry has that id, and the plugin uses only the last")
		}
		last[id] = i
	}
	return entries, err
}

func buildkiteEntry(v value) (entry, error) {
	e := entry{file: v.file, place: v.place}
	if v.kind == scalar {
		e.id = v.text
		return e, nil
	}
	err := v.each(func(key string, x value) (err error) {
		switch key {
		case "id":
			err = x.into(&e.id)
		case "until":
			e.end, err = x.time()
		case "reason":
			err = x.into(&e.reason)
		default:
			err = x.wrong("unknown key %.80q (want id, until or reason)", key)
		}
		return err
	})
	if err == nil && e.id == "" {
		err = v.wrong("an entry needs an id")
	}
	return e, err
}
