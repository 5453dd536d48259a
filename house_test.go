// Package ecrgate_test checks rules of the repository that no one would check by hand.
package ecrgate_test

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// imports lists the packages of the module that each directory may import; aws stands for the AWS SDK.
var imports = map[string][]string{
	"scan":                         {},
	"scan/ecr":                     {"scan", "scan/inspector", "scan/internal/awsapi", "internal/parallel", "internal/redact", "aws"},
	"scan/inspector":               {"scan", "scan/internal/awsapi", "aws"},
	"scan/internal/awsapi":         {"internal/httpclient", "internal/redact", "aws"},
	"exploit":                      {"scan"},
	"policy":                       {"scan", "internal/suggest", "internal/strictyaml"},
	"policy/importer":              {"policy", "internal/strictyaml"},
	"policy/vex":                   {"scan", "policy", "internal/strictyaml"},
	"report":                       {"exploit", "scan", "policy", "policy/vex", "report/internal/safe"},
	"report/internal/safe":         {},
	"report/internal/jsonw":        {"report/internal/safe"},
	"report/internal/reporttest":   {"exploit", "scan", "policy", "report"},
	"report/attest":                {"scan", "policy", "report"},
	"report/github":                {"scan", "policy", "report", "report/internal/safe", "report/markdown"},
	"report/gitlab":                {"scan", "policy", "report", "report/internal/safe", "report/internal/jsonw"},
	"report/html":                  {"scan", "policy", "report", "report/internal/safe"},
	"report/jsonreport":            {"exploit", "scan", "policy", "policy/vex", "report", "report/internal/jsonw"},
	"report/junit":                 {"scan", "policy", "report", "report/internal/safe"},
	"report/markdown":              {"scan", "policy", "report", "report/internal/safe"},
	"report/sarif":                 {"scan", "policy", "report", "report/internal/safe", "report/internal/jsonw"},
	"report/text":                  {"scan", "policy", "report", "report/internal/safe"},
	"internal/gate":                {"exploit", "scan", "scan/ecr", "policy", "policy/vex", "report", "report/jsonreport", "internal/parallel", "internal/redact"},
	"internal/doctor":              {"scan", "scan/ecr", "scan/inspector", "internal/parallel", "internal/redact"},
	"internal/fleet":               {"scan", "scan/ecr", "policy", "internal/parallel"},
	"internal/httpclient":          {},
	"internal/outfile":             {},
	"internal/parallel":            {},
	"internal/redact":              {},
	"internal/strictyaml":          {"internal/suggest"},
	"internal/suggest":             {},
	"internal/fakeecr":             {},
	"internal/fakeecr/cmd/fakeecr": {"internal/fakeecr"},
	"bench":                        {},
	"bench/raw":                    {},
	"internal/awscli":              {"internal/awscli/api", "internal/awscli/argparse", "internal/awscli/jmes", "internal/awscli/model", "internal/awscli/paging", "internal/awscli/profile", "internal/awscli/python", "internal/awscli/shorthand", "internal/awscli/table", "internal/awscli/text", "internal/awscli/value", "internal/httpclient", "internal/redact", "aws"},
	"internal/awscli/api":          {"internal/awscli/value", "internal/redact", "aws"},
	"internal/awscli/argparse":     {"internal/awscli/python", "internal/awscli/value"},
	"internal/awscli/jmes":         {"internal/awscli/python", "internal/awscli/value"},
	"internal/awscli/model":        {"internal/awscli/python", "internal/awscli/value"},
	"internal/awscli/paging":       {"internal/awscli/python", "internal/parallel", "internal/awscli/value"},
	"internal/awscli/profile":      {},
	"internal/awscli/python":       {"internal/awscli/value"},
	"internal/awscli/shorthand":    {"internal/awscli/python", "internal/awscli/value"},
	"internal/awscli/table":        {"internal/awscli/value"},
	"internal/awscli/text":         {"internal/awscli/value"},
	"internal/awscli/value":        {},
	"cmd/ecrgate": {
		"exploit", "scan", "scan/ecr", "policy", "policy/importer", "policy/vex", "report", "report/attest", "report/github", "report/gitlab", "report/html",
		"report/jsonreport", "report/junit", "report/markdown", "report/sarif", "report/text",
		"internal/awscli", "internal/doctor", "internal/fakeecr", "internal/fleet", "internal/gate", "internal/outfile", "internal/parallel", "internal/redact", "internal/suggest",
	},
}

func TestImportsRunOneWay(t *testing.T) {
	const module = "github.com/ecrgate/ecrgate/"
	root := "."
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		room, _ := filepath.Rel(root, filepath.Dir(path))
		allowed, known := imports[filepath.ToSlash(room)]
		if !known {
			t.Errorf("%s is in a room that this test does not know", path)
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			name := strings.Trim(spec.Path.Value, `"`)
			if rest, ok := strings.CutPrefix(name, module); ok && !slices.Contains(allowed, rest) {
				t.Errorf("%s imports %s, which %s may not", path, rest, room)
			}
			if strings.Contains(name, "aws/aws-sdk-go") && !slices.Contains(allowed, "aws") {
				t.Errorf("%s reaches AWS: it imports %s", path, name)
			}
			if slices.Contains(pure, room) && slices.Contains([]string{"os", "net", "net/http"}, name) {
				t.Errorf("%s imports %s: %s is pure", path, name, room)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// pure are the packages that read no clock, network, environment or files.
var pure = []string{"exploit", "policy", "policy/importer", "policy/vex"}

func TestPureRoomsReadNoClock(t *testing.T) {
	for _, room := range pure {
		files, err := filepath.Glob(room + "/*.go")
		if err != nil || len(files) == 0 {
			t.Fatal(room, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(file, "_test.go") && strings.Contains(string(text), "time.Now") {
				t.Errorf("%s reads the clock", file)
			}
		}
	}
}
