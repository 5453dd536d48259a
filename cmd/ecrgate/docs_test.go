package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// The examples in README.md, docs/*.md and the other documents are tested:
//
//	yaml     is parsed. A policy, or a part of one, is loaded; after "yaml wrong" it must be rejected.
//	         Scripts that call ecrgate and steps that use the action are run, other scripts parsed.
//	json     is parsed.
//	sh       is run in a checkout that testdata/docs.txtar describes, against its registry. Every
//	         ecrgate command in it must exit 0 or 1, or as a comment says ("# exits 3").
//	console  is run, too: commands follow "$ ", and the lines below must be their output ("…" matches
//	         anything).
//	text     is not tested.
//	groovy   has its sh steps tested.
//
// A first line "# NAME.yml" puts the block into the checkout under that name. The snippets of a
// document run in order, in one checkout.

// notRun are the snippets, by their first line, that no test runs, and the reason. They are only parsed.
var notRun = map[string]string{}

func documents(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"../../*.md", "../../docs/*.md", "../../examples/*.md", "../../examples/*/*.md"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, files...)
	}
	return all
}

func needsBash(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("bash"); err != nil || runtime.GOOS == "windows" {
		t.Skip("no bash: the snippets of the documents are not run on this machine")
	}
}

func TestDocumentsDoWhatTheySay(t *testing.T) {
	needsBash(t)
	var everything string
	for _, file := range documents(t) {
		text := readText(t, file)
		everything += text
		t.Run(strings.TrimPrefix(file, "../../"), func(t *testing.T) {
			if line := indented(text); line > 0 {
				t.Errorf("%s:%d: a block without a language: use ``` with one", file, line)
			}
			s := newSandbox(t)
			all := blocks(text)
			for _, b := range all {
				if b.file() != "" {
					write(t, filepath.Join(s.dir, b.file()), b.text)
				}
			}
			for _, b := range all {
				t.Run(b.lang, func(t *testing.T) {
					s.testBlock(t, b)
					if t.Failed() {
						t.Logf("%s:%d", file, b.line)
					}
				})
			}
		})
	}
	for first := range notRun {
		if !strings.Contains(everything, "\n"+first+"\n") {
			t.Errorf("no document has the snippet %q, which is listed as not run", first)
		}
	}
}

// languages are the languages of the files in examples, by extension.
var languages = map[string]string{".yml": "yaml", ".json": "json", ".sh": "sh", "": "groovy"}

func TestExamplesDoWhatTheySay(t *testing.T) {
	needsBash(t)
	files, err := filepath.Glob("../../examples/*/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, file := range files {
		if filepath.Ext(file) == ".md" || filepath.Base(file) == "comment.sh" { // see comment_test.go
			continue
		}
		t.Run(strings.TrimPrefix(file, "../../examples/"), func(t *testing.T) {
			text := readText(t, file)
			if strings.HasSuffix(file, ".sh") {
				text = strings.ReplaceAll(text, "${1:", "${IMAGE:") + "\n"
			}
			s := newSandbox(t)
			s.env = append(s.env, "IMAGE=team/app:1.2", "IMAGES=team/app:1.2 team/web:1.2", "GITHUB_OUTPUT="+filepath.Join(t.TempDir(), "outputs"))
			s.testBlock(t, block{lang: languages[filepath.Ext(file)], text: text})
			if _, err := os.Stat(s.log); err != nil && readsECR(file) {
				t.Error("no ecrgate was run")
			}
		})
	}
}

// readsECR reports whether an example calls ecrgate.
func readsECR(file string) bool {
	dir := filepath.Base(filepath.Dir(file))
	if dir == "fleet" && filepath.Ext(file) == ".json" {
		return false
	}
	return filepath.Base(file) != "comment.yml" && dir != "iam" && dir != "policies" && dir != "responses"
}

// testBlock tests a block by its language.
func (s *sandbox) testBlock(t *testing.T, b block) {
	first, _, _ := strings.Cut(b.text, "\n")
	switch b.lang {
	case "yaml":
		s.yaml(t, b)
	case "json":
		if !json.Valid([]byte(b.text)) {
			t.Errorf("invalid JSON:\n%s", b.text)
		}
	case "xml":
		if err := wellFormed(b.text); err != nil {
			t.Errorf("no XML: %v\n%s", err, b.text)
		}
	case "sh":
		if notRun[first] == "" {
			s.shell(t, b.text)
		} else if err := exec.Command("bash", "-n", "-c", b.text).Run(); err != nil {
			t.Errorf("no shell reads this (%v):\n%s", err, b.text)
		}
	case "console":
		s.console(t, b.text)
	case "groovy":
		s.groovy(t, b.text)
	case "text", "dockerfile", "sql":
	default:
		t.Errorf("unknown language %q", b.lang)
	}
}

func wellFormed(text string) error {
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

var shStep = regexp.MustCompile(`(?s)\bsh\s+(?:'''(.*?)'''|'([^'\n]*)'|"([^"\n]*)")`)

// groovy runs the sh steps of a Jenkinsfile.
func (s *sandbox) groovy(t *testing.T, text string) {
	t.Helper()
	for _, pair := range []string{"{}", "()", "[]"} {
		if strings.Count(text, pair[:1]) != strings.Count(text, pair[1:]) {
			t.Errorf("as many %c as %c are wanted", pair[0], pair[1])
		}
	}
	vars := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^\s*([A-Z_]+) = '(.*)'$`).FindAllStringSubmatch(text, -1) {
		vars[m[1]] = m[2]
	}
	for _, m := range shStep.FindAllStringSubmatch(text, -1) {
		s.script(t, m[1]+m[2]+m[3], vars)
	}
}

func TestCommandsNamedInDocumentsExist(t *testing.T) {
	root := rootCommand(env{})
	for _, file := range documents(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range spans(string(text)) {
			if problem := unknown(root, strings.Fields(s)[1:]); problem != "" {
				t.Errorf("%s: `%s`: %s", file, s, problem)
			}
		}
	}
}

var flagWord = regexp.MustCompile(`^\[?--([a-z-]+)`)

// unknown describes a command or flag in a command line that does not exist.
func unknown(root *cobra.Command, words []string) string {
	c, rest, err := root.Find(words)
	switch {
	case err != nil || c == root && !slices.Contains(words, "…"):
		return "no such command"
	case c.DisableFlagParsing:
		return ""
	}
	for _, word := range rest {
		if m := flagWord.FindStringSubmatch(word); m != nil && c.Flags().Lookup(m[1]) == nil {
			return "no flag --" + m[1]
		}
	}
	return ""
}

// The policies in docs/iam.md are the files in examples/iam, which people copy.
func TestPolicyExamplesAreInTheDocuments(t *testing.T) {
	files, err := filepath.Glob("../../examples/iam/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	text := readText(t, "../../docs/iam.md")
	for _, file := range files {
		if !strings.Contains(text, readText(t, file)) {
			t.Errorf("docs/iam.md does not contain %s", file)
		}
	}
}
