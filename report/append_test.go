package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/policy"
)

// marshalled is what encoding/json and jsonText make of a value.
func marshalled(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(jsonText(text))
}

// jsonFindingOf is the form that schema.json describes and readjson.go reads.
func jsonFindingOf(f *policy.JudgedFinding) *jsonFinding {
	j := &jsonFinding{
		ID: f.ID, Severity: given(f.Severity), Score: f.Score, FixAvailable: f.FixAvailable, ExploitAvailable: f.ExploitAvailable,
		Packages: make([]jsonPackage, len(f.Packages)), Platforms: platformNames(f.Platforms), Disposition: f.Disposition, Rules: f.Rules,
		Title: given(f.Title), URL: given(f.URL), FirstObservedAt: timeText(f.FirstObserved),
	}
	if j.Rules == nil {
		j.Rules = []string{}
	}
	for i, p := range f.Packages {
		j.Packages[i] = jsonPackage{p.Name, given(p.Version), given(p.FixedIn), given(p.Manager), p.Path}
	}
	if f.Exception != nil {
		j.Exception = given(f.Exception.ID.String())
	}
	return j
}

func TestWhatIsAppendedIsWhatEncodingJSONMakes(t *testing.T) {
	compare := func(t *testing.T, got []byte, err error, v any) {
		t.Helper()
		if want := marshalled(t, v); string(got) != want || err != nil {
			t.Errorf("%v\n got %s\nwant %s", err, got, want)
		}
	}
	runs := fixtures()
	runs["large"] = largeRun(500)
	for name, r := range runs {
		t.Run(name, func(t *testing.T) {
			for i := range r.Images {
				for n := range r.Images[i].Verdict.Findings {
					f := &r.Images[i].Verdict.Findings[n]
					got, err := appendFinding(nil, f)
					compare(t, got, err, jsonFindingOf(f))
				}
			}
			for _, s := range planRuns(r) {
				write := s.ruleWriter() // nothing of one rule may stay in the next
				for n, rule := range s.rules {
					got, err := write(nil, n)
					parts := newRuleParts()
					d := rule.descriptor(s, parts)
					markdown := string(parts.markdown)
					d.Help.Markdown = &markdown
					compare(t, got, err, d)
				}
				write = s.resultWriter(r.SARIF)
				for n := range s.results {
					got, err := write(nil, n)
					compare(t, got, err, s.result(&s.results[n], r.SARIF, newResultParts()))
				}
			}
		})
	}
}

func TestNumbersAreAppendedAsEncodingJSONMakesThem(t *testing.T) {
	for _, n := range []float64{0, 1, 7.5, 9.8, 10, 0.1, 1e-6, 9e-7, 1e5, 1e6, 1e21, -1, 123456.789, 3.3000000000000003} {
		got, err := appendNumber(nil, &n)
		if want := marshalled(t, n); string(got) != want || err != nil {
			t.Errorf("%g: got %s, %v; want %s", n, got, err, want)
		}
	}
}

func FuzzTextsAreAppendedAsEncodingJSONMakesThem(f *testing.F) {
	for _, s := range []string{"", "a", "##", "a##[b###", "<&>\"\\", "\x00\b\f\n\r\t\x1f\x7f", "\xff\xc3\xe2\x80", "\u2028\u2029\u202e\ufeff\u0085–ä😀\U000e0041", "\ufffd", strings.Repeat("x", 100)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := appendText([]byte("{"), s), "{"+marshalled(t, s); !bytes.Equal(got, []byte(want)) {
			t.Fatalf("%q: got %s, want %s", s, got, want)
		}
	})
}

func FuzzTheUsualAddressIsAStrictOne(f *testing.F) {
	for _, s := range []string{"https://a.b/c-1", "https://", "https:///a", "https://a", "https://a/../", "https://-.", "http://a", "https://a b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if usualURL(s) && (!strictURL.MatchString(s) || !hasURL(s)) {
			t.Fatalf("%q is no strict address", s)
		}
	})
}
