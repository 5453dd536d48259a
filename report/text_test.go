package report

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

func TestTextGolden(t *testing.T) {
	for _, name := range []string{"rich", "index", "clean"} {
		golden(t, name+".txt", render(t, Text(TextOptions{}), fixtures()[name]))
	}
	golden(t, "index-color.txt", render(t, Text(TextOptions{Color: true}), indexRun()))
}

// TestTextFitsATerminal: only a name that has no blank in it may be longer than a line.
func TestTextFitsATerminal(t *testing.T) {
	for _, width := range []int{80, 120} {
		for name, r := range fixtures() {
			if name == "hostile" {
				continue
			}
			for _, line := range strings.Split(render(t, Text(TextOptions{Width: width}), r), "\n") {
				if n := utf8.RuneCountInString(line); n > width && strings.ContainsAny(strings.TrimLeft(line, " -"), " ") && !strings.Contains(line, "sha256:") {
					t.Errorf("%s: %d columns: %s", name, n, line)
				}
			}
		}
	}
}

func TestTextColumnsAreAligned(t *testing.T) {
	column := regexp.MustCompile(`^  [A-Z]+ +[0-9. ]{3,4} ( )(CVE|\(no)`)
	for _, line := range strings.Split(render(t, Text(TextOptions{}), richRun()), "\n") {
		if m := column.FindStringSubmatchIndex(line); m != nil && m[4] != textIndent {
			t.Errorf("the id begins in column %d, not %d: %s", m[4], textIndent, line)
		}
	}
}

var sequence = regexp.MustCompile("\x1b\\[[0-9;]*m")

// TestTextColorAddsNothingButColor: whoever sees none reads the same.
func TestTextColorAddsNothingButColor(t *testing.T) {
	for name, r := range fixtures() {
		plain, colored := render(t, Text(TextOptions{}), r), render(t, Text(TextOptions{Color: true}), r)
		if sequence.ReplaceAllString(colored, "") != plain {
			t.Errorf("%s says something else in color", name)
		}
		if strings.Count(colored, "\x1b[") != 2*strings.Count(colored, "\x1b[0m") {
			t.Errorf("%s: a color is not ended", name)
		}
	}
}

func TestTextStaysTextOfStrangers(t *testing.T) {
	for n, line := range strings.Split(render(t, Text(TextOptions{}), hostileRun()), "\n") {
		if found := commands.FindString(line); found != "" || !utf8.ValidString(line) {
			t.Errorf("line %d has the command %q: %.100q", n+1, found, line)
		}
	}
}

func TestTextCountsWhatItLeavesOut(t *testing.T) {
	p := mustLoad("version: 1\nrules:\n  - name: all\n")
	s := scan.Scan{Type: scan.Enhanced, CompletedAt: at(19)}
	for i := range 130 {
		f := scan.Finding{ID: fmt.Sprint("CVE-", i), Severity: scan.Low}
		for k := range 13 {
			f.Packages = append(f.Packages, scan.Package{Name: fmt.Sprint("p", k)})
		}
		s.Findings = append(s.Findings, f)
	}
	text := render(t, Text(TextOptions{}), concluded(p, []Image{judged(p, image("team/app", "1", 1), s)}))
	if strings.Count(text, "… and 3 more packages\n") != 100 || !strings.Contains(text, "\n  … and 30 more: the other reports have all of them\n") {
		t.Errorf("what was left out is not counted:\n%.1500s", text)
	}
}

func TestTextSaysWhatHeadsAnImage(t *testing.T) {
	r := richRun()
	for i, want := range []string{"FAIL  team/app:1.2\n", "FAIL  team/base:2026\n", "PASS  team/web:3\n  team/web:3 meets its policy, with a warning: ", "NO VERDICT  team/late@sha256:3333", "NOT JUDGED  tools/static:9\n"} {
		one := r
		one.Images = r.Images[i : i+1]
		if text := render(t, Text(TextOptions{}), one); !strings.HasPrefix(text, want) {
			t.Errorf("%.100q does not begin with %q", text, want)
		}
	}
	half := indexRun()
	half.Images[0].Complete, half.Images[0].Err = false, richMissing().Err
	half.Images[0].Children[1].Err, half.Images[0].Children[1].Verdict = richMissing().Err, policy.Errored
	if text := render(t, Text(TextOptions{}), half); !strings.Contains(text, "  not complete: ") || !strings.Contains(text, "linux/arm64/v8 sha256:cccccccccccc: error") {
		t.Errorf("a platform without a verdict is not told of:\n%s", text)
	}
}
