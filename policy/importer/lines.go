package importer

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/policy"
)

// lines calls f for each line of a file, without its line ending, with its position.
func lines(file policy.File, f func(place, line string)) {
	text := strings.TrimPrefix(string(file.Text), "\ufeff")
	for i, line := range strings.Split(text, "\n") {
		f(fmt.Sprintf("%s:%d", file.Name, i+1), strings.TrimSpace(strings.ToValidUTF8(line, "?")))
	}
}

// readTrivyLines reads .trivyignore: one id per line, optionally followed by exp:YYYY-MM-DD, and lines that
// begin with #. Trivy silently ignores everything else on a line.
// https://trivy.dev/latest/docs/configuration/filtering/#trivyignore
func readTrivyLines(file policy.File) ([]entry, error) {
	var entries []entry
	lines(file, func(place, line string) {
		switch {
		case line == "":
		case strings.HasPrefix(line, "#"):
			entries = append(entries, entry{note: strings.TrimLeft(line, "# ")})
		default:
			entries = append(entries, trivyLine(file.Name, place, line))
		}
	})
	return entries, nil
}

func trivyLine(file, place, line string) entry {
	all := strings.Fields(line)
	line, reason, _ := strings.Cut(line, " #")
	e := entry{file: file, place: place, id: all[0], reason: strings.TrimSpace(reason)}
	for _, field := range strings.Fields(line)[1:] {
		if !strings.HasPrefix(field, "exp:") {
			e.block("Trivy ignores %q on its line", oneLine(field))
		}
	}
	// The first end on the line counts, even in what looks like a comment.
	if i := slices.IndexFunc(all, func(field string) bool { return strings.HasPrefix(field, "exp:") }); i >= 0 {
		end, err := time.Parse(time.DateOnly, strings.TrimPrefix(all[i], "exp:"))
		if err != nil {
			e.block("%q is not a date, and Trivy skips the line", oneLine(all[i]))
		}
		e.end = &end
	}
	return e
}

// readList reads ids separated by white space or commas; # begins a comment, which becomes the reason of the
// ids before it.
func readList(file policy.File) ([]entry, error) {
	var entries []entry
	seen := map[string]bool{}
	lines(file, func(place, line string) {
		ids, reason, _ := strings.Cut(line, "#")
		reason = strings.TrimLeft(reason, "# ")
		fields := strings.FieldsFunc(ids, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })
		if len(fields) == 0 {
			entries = append(entries, entry{note: reason})
		}
		for _, id := range fields {
			if key := strings.ToUpper(id); !seen[key] {
				seen[key] = true
				entries = append(entries, entry{file: file.Name, place: place, id: id, reason: reason})
			}
		}
	})
	return entries, nil
}
