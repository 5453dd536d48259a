// Package importer turns the ignore files of other tools into the exceptions of a policy file.
//
// Each tool has conditions of its own: a package's version, a namespace, an end in the middle of a day. An
// exception must never excuse more than the entry that it comes from. So an entry that cannot be expressed in
// full is not imported: it becomes a comment in the output and a warning, for someone to decide. The formats,
// and who reads them:
//
//	.trivyignore, .trivyignore.yaml        Trivy
//	.grype.yaml                            Grype
//	osv-scanner.toml                       OSV-Scanner
//	.ecr-scan-results-ignore.yaml          the Buildkite plugin cultureamp/ecr-scan-results
//	anything else                          a list of vulnerability ids
package importer

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/policy"
)

// maxSize of one file, in bytes; the largest in public have some thousand entries.
const maxSize = 1 << 20

// graceDays is how long an entry without a reason and an end is excused.
const graceDays = 90

// Convert writes the entries of ignore files as the exceptions of a policy file, which is valid beside
// one with rules. It returns a warning for each entry that was not imported. The error is the first
// thing that makes a file unreadable; then nothing was written.
//
// now is the day from which the end of entries without a reason counts.
func Convert(w io.Writer, files []policy.File, now time.Time) (warnings []string, err error) {
	var entries []entry
	for _, f := range files {
		read, err := formatOf(f)
		if err != nil {
			return nil, err
		}
		more, err := read(f)
		if err != nil {
			return nil, err
		}
		entries = append(entries, more...)
	}
	var body bytes.Buffer
	some := false
	for i := range entries {
		text, refused := entries[i].yaml(now)
		if refused != "" {
			warnings = append(warnings, refused)
		}
		some = some || strings.Contains("\n"+text, "\n  - ")
		body.WriteString(text)
	}
	head := "version: 1\nexceptions:\n"
	if !some {
		head = "version: 1\nexceptions: []\n"
	}
	_, err = w.Write(append([]byte(head), body.Bytes()...))
	return warnings, err
}

// formatOf returns the reader for a file, chosen by its name, or by its keys if the name shows only that it
// is YAML.
func formatOf(f policy.File) (func(policy.File) ([]entry, error), error) {
	if len(f.Text) > maxSize {
		return nil, fmt.Errorf("%s: file has more than %d bytes", f.Name, maxSize)
	}
	base := strings.ToLower(filepath.Base(f.Name))
	isYAML := strings.HasSuffix(base, ".yaml") || strings.HasSuffix(base, ".yml")
	switch {
	case strings.HasSuffix(base, ".toml"):
		return readOSV, nil
	case strings.HasPrefix(base, ".trivyignore") && !isYAML:
		return readTrivyLines, nil
	case isYAML:
		return readByKeys, nil
	}
	return readList, nil
}

// readByKeys reads a YAML file in the format that has its keys.
func readByKeys(f policy.File) ([]entry, error) {
	doc, err := parseYAML(f)
	if err != nil {
		return nil, err
	}
	if doc.kind == null {
		return nil, nil
	}
	if doc.kind != mapping {
		return nil, doc.wrong("the file must be a mapping (want the keys of .trivyignore.yaml, .grype.yaml or .ecr-scan-results-ignore.yaml)")
	}
	base := filepath.ToSlash(strings.ToLower(f.Name))
	has := func(keys ...string) bool {
		return slices.ContainsFunc(keys, func(k string) bool { _, ok := doc.fields[k]; return ok })
	}
	switch {
	case has("ignores"):
		return readBuildkite(doc)
	case has(trivyKinds...):
		return readTrivy(doc)
	case has("ignore"), strings.Contains(base, ".grype"):
		return readGrype(doc)
	case len(doc.keys) == 0:
		return nil, nil
	}
	return nil, doc.wrong("unknown format (want one of the keys ignore, ignores, %s)", strings.Join(trivyKinds, ", "))
}
