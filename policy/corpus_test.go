package policy_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

var update = flag.Bool("update", false, "write what policies decide, and what is said of bad ones, into the corpora")

// today is the time at which the policies of the corpora are evaluated.
var today = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// A testCase is a txtar file of a corpus: a comment, policy files (*.yml) in the order in which they are
// read, and want, the expected result.
//
// Lines before the first file that are not a comment set the input: "findings NAME", a saved response in
// testdata (enhanced.json by default), "baseline NAME" and "repository NAME".
type testCase struct {
	archive  *txtar.Archive
	file     string
	settings map[string]string
}

func readCorpus(t testing.TB, name string) []testCase {
	t.Helper()
	files, err := filepath.Glob("testdata/" + name + "/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("the corpus %s is empty: %v", name, err)
	}
	var cases []testCase
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c := testCase{archive, file, map[string]string{"findings": "enhanced.json"}}
		for line := range strings.Lines(string(archive.Comment)) {
			if key, value, ok := strings.Cut(strings.TrimSpace(line), " "); ok && key != "#" {
				c.settings[key] = value
			}
		}
		cases = append(cases, c)
	}
	return cases
}

func (c testCase) name() string {
	return strings.TrimSuffix(filepath.Base(c.file), ".txtar")
}

// policies returns the policy files of a case.
func (c testCase) policies() []policy.File {
	var files []policy.File
	for _, f := range c.archive.Files {
		if strings.HasSuffix(f.Name, ".yml") {
			files = append(files, policy.File{Name: f.Name, Text: f.Data})
		}
	}
	return files
}

// holds compares the result with the expected one, or writes it with -update.
func (c testCase) holds(t *testing.T, got string) {
	t.Helper()
	at := -1
	for i, f := range c.archive.Files {
		if f.Name == "want" {
			at = i
		}
	}
	if *update {
		if at < 0 {
			c.archive.Files = append(c.archive.Files, txtar.File{Name: "want"})
			at = len(c.archive.Files) - 1
		}
		c.archive.Files[at].Data = []byte(got)
		if err := os.WriteFile(c.file, txtar.Format(c.archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if at < 0 {
		t.Fatalf("%s wants nothing (go test ./policy -update writes it)", c.file)
	}
	if want := string(c.archive.Files[at].Data); got != want {
		t.Errorf("%s (go test ./policy -update rewrites it)\ngot:\n%s\nwant:\n%s", c.file, got, want)
	}
}

func readScan(t testing.TB, name string) *scan.Scan {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := scan.ReadSaved(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPoliciesDecideWhatTheySay(t *testing.T) {
	for _, c := range readCorpus(t, "good") {
		t.Run(c.name(), func(t *testing.T) {
			p, err := policy.Load(c.policies(), today)
			if err != nil {
				t.Fatal(err)
			}
			s := readScan(t, c.settings["findings"])
			if name := c.settings["repository"]; name != "" {
				s.Image.Repository = name
			}
			var known policy.Baseline
			if name := c.settings["baseline"]; name != "" {
				known = policy.NewBaseline(readScan(t, name).Findings)
			}
			v := p.Evaluate(context.Background(), s, known, today)
			p.Conclude([]*policy.Verdict{&v}, v.Outcome != policy.Errored)
			c.holds(t, reported(p, &v))
		})
	}
}

// reported formats a verdict, one fact per line.
func reported(p *policy.Policy, v *policy.Verdict) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("%s", v.Outcome)
	if v.Err != nil {
		line("error: %v", v.Err)
	}
	for _, r := range v.Rules {
		line("rule %q %s: %d of %d, skipped %d, breached %v%s", r.Name, r.Action, r.Count, r.Max, r.SkippedUnknown, r.Breached, with(": ", r.Detail))
	}
	for i := range v.Findings {
		f := &v.Findings[i]
		line("%s %s%s%s", f.Disposition, f.ID, with(" by ", strings.Join(f.Rules, ", ")), with(" (", strings.Join(f.Unknown, "; "), ")"))
		if x := f.Exception; x != nil {
			line("  exception %s: %s", x.ID, x.Reason)
		}
		if x := f.Expired; x != nil {
			line("  expired exception %s: %s", x.ID, x.Reason)
		}
	}
	for _, x := range v.Exceptions {
		line("exception %s is %s, for %d", x.ID, x.State, x.Used)
	}
	for _, n := range append(append([]string{}, p.Notes...), v.Notes...) {
		line("note: %s", n)
	}
	for _, a := range v.Advice() {
		line("advice: %s", a)
	}
	return b.String()
}

func with(before, text string, after ...string) string {
	if text == "" {
		return ""
	}
	return before + text + strings.Join(after, "")
}

func TestBadPoliciesAreRefusedWithALineAndACure(t *testing.T) {
	for _, c := range readCorpus(t, "bad") {
		t.Run(c.name(), func(t *testing.T) {
			_, err := policy.Load(c.policies(), today)
			if err == nil {
				t.Fatal("it loads")
			}
			c.holds(t, err.Error()+"\n")
			for _, word := range []string{"!!", "yaml.", "*policy", "unmarshal", "goroutine", "struct"} {
				if strings.Contains(err.Error(), word) {
					t.Errorf("the error speaks of %q:\n%v", word, err)
				}
			}
		})
	}
}
