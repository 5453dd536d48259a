package main

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
	"gopkg.in/yaml.v3"

	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/github"
)

// action.yml, docs/inputs.md and the flags have the same inputs and outputs.

type actionFile struct {
	Inputs map[string]struct {
		Description        string
		Default            *string
		DeprecationMessage string `yaml:"deprecationMessage"`
	}
	Outputs map[string]struct{ Description string }
	Runs    struct {
		Using, Image, Entrypoint string
		Args                     []string
	}
}

func readAction(t *testing.T) actionFile {
	t.Helper()
	text, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	var a actionFile
	if err := yaml.Unmarshal(text, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestActionFlagsAndDocumentsAgree(t *testing.T) {
	action := readAction(t)
	readme, err := os.ReadFile("../../docs/inputs.md")
	if err != nil {
		t.Fatal(err)
	}
	flags := pflag.NewFlagSet("check", pflag.ContinueOnError)
	addFlags(flags)
	want := map[string]bool{}
	for _, in := range inputs {
		want[in.name] = true
		if flags.Lookup(in.name) == nil {
			t.Errorf("input %s has no flag", in.name)
		}
		if _, ok := action.Inputs[in.name]; !ok {
			t.Errorf("input %s is not in action.yml", in.name)
		}
		if !regexp.MustCompile("(?m)^\\|[^|]*`" + in.name + "`").Match(readme) {
			t.Errorf("input %s is not in the table of docs/inputs.md", in.name)
		}
		for _, alias := range in.aliases {
			want[alias] = true
			if got := action.Inputs[alias].DeprecationMessage; got != "use "+in.name {
				t.Errorf("the deprecation message of %s in action.yml is %q, want it to be: use %s", alias, got, in.name)
			}
		}
	}
	if len(readmeInputs(readme)) < len(inputs) {
		t.Error("the table of inputs in docs/inputs.md was not found, or is incomplete")
	}
	for _, name := range readmeInputs(readme) {
		if !want[name] {
			t.Errorf("docs/inputs.md has the input %s, which nothing reads", name)
		}
	}
	for name, in := range action.Inputs {
		if !want[name] {
			t.Errorf("action.yml has the input %s, which nothing reads", name)
		}
		if in.Default != nil {
			t.Errorf("action.yml has a default for %s; defaults live in the program", name)
		}
		if in.Description == "" || strings.Contains(in.Description, "\n") {
			t.Errorf("input %s needs a description of one line", name)
		}
	}
}

// The defaults in docs/inputs.md are what check does without the input, and the words that an input takes are
// in its row, in its description in action.yml, and in the help.
func TestDefaultsAndWordsAreDocumented(t *testing.T) {
	action, readme := readAction(t), readText(t, "../../docs/inputs.md")
	read := func(text map[string]string) *config {
		text["image"] = "team/app:1"
		c, err := readConfig(values{text: text}, nil, env{getenv: func(string) string { return "" }}, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		c.notes = nil
		return c
	}
	defaults := 0
	for _, in := range inputs {
		row := regexp.MustCompile("(?m)^\\| `" + in.name + "` \\|([^|]*)\\|.*").FindStringSubmatch(readme)
		if row == nil { // one of several in a row, which have no default or words
			continue
		}
		if def := regexp.MustCompile("^ `([^`<]+)` $").FindStringSubmatch(row[1]); def != nil {
			defaults++
			if given := read(map[string]string{in.name: def[1]}); !reflect.DeepEqual(given, read(map[string]string{})) {
				t.Errorf("%s: %s is not the default of check", in.name, def[1])
			}
		}
		for _, word := range inputWords[in.name] {
			if in.name == "fail-on" { // severities
				continue
			}
			for where, text := range map[string]string{"docs/inputs.md": row[0], "action.yml": action.Inputs[in.name].Description, "the help": in.kind + " " + in.usage} {
				if !regexp.MustCompile(`\b` + word + `\b`).MatchString(text) {
					t.Errorf("%s: %s does not have the word %s", in.name, where, word)
				}
			}
		}
	}
	if defaults < 9 {
		t.Errorf("%d defaults were compared", defaults)
	}
}

// readmeInputs returns the names in the first column of the table of inputs in docs/inputs.md.
func readmeInputs(readme []byte) []string {
	_, chapter, _ := strings.Cut(string(readme), "\n## Inputs\n")
	chapter, _, _ = strings.Cut(chapter, "\n## ")
	var names []string
	for _, row := range regexp.MustCompile("(?m)^\\| (`[^|]*) \\|").FindAllStringSubmatch(chapter, -1) {
		for _, name := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[1], -1) {
			names = append(names, name[1])
		}
	}
	return names
}

func TestActionDeclaresTheOutputsThatAreSet(t *testing.T) {
	action := readAction(t)
	readme := readText(t, "../../docs/inputs.md")
	_, documented, _ := strings.Cut(readme, "\nOutputs: ")
	documented, _, _ = strings.Cut(documented, "\n\n")
	documented = strings.Replace(documented, "…", "`high` `medium` `low` `informational` `undefined`", 1)
	var set []string
	for _, o := range github.Outputs(report.Run{}, nil) {
		set = append(set, o.Name)
		if action.Outputs[o.Name].Description == "" {
			t.Errorf("output %s is not in action.yml", o.Name)
		}
		if !strings.Contains(documented, "`"+o.Name+"`") {
			t.Errorf("output %s is not in the list of docs/inputs.md", o.Name)
		}
	}
	for name := range action.Outputs {
		if !slices.Contains(set, name) {
			t.Errorf("action.yml has the output %s, which nothing sets", name)
		}
	}
}
