package gate

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/scan"
)

func TestAnIndexWithoutChildrenHasNoVerdict(t *testing.T) {
	if img := fold(report.Image{}, true, nil); img.Verdict.Outcome != policy.Errored || img.Err == nil {
		t.Errorf("an index without children: %+v", img)
	}
}

// TestOneImageHasItsFirstName checks that references to one digest are one image, at the position and under
// the name of the first, whichever of them was checked.
func TestOneImageHasItsFirstName(t *testing.T) {
	ref := func(tag, digest string) scan.Image {
		return scan.Image{Repository: "team/app", Tag: tag, Digest: digest}
	}
	image := func(tag, digest string, o policy.Outcome) *report.Image {
		return &report.Image{Ref: ref(tag, digest), Judged: o != policy.Errored, Verdict: policy.Verdict{Outcome: o}}
	}
	got := onePerImage([]checked{
		{ref("1", "sha256:a"), nil},
		{ref("2", "sha256:b"), image("2", "sha256:b", policy.Passed)},
		{ref("3", "sha256:a"), image("3", "sha256:a", policy.Passed)},
		{ref("4", ""), image("4", "", policy.Errored)},
		{ref("5", "sha256:b"), image("5", "sha256:b", policy.Failed)}, // only its findings showed the digest
		{ref("6", "sha256:b"), image("6", "sha256:b", policy.Errored)},
		{ref("7", "sha256:c"), image("7", "sha256:c", policy.Errored)},
		{ref("8", "sha256:c"), image("8", "sha256:c", policy.Passed)},
		{ref("9", ""), image("9", "", policy.Errored)},
	})
	named := func(img *report.Image, others string) report.Image {
		img.Notes = []string{"other names of this image in this run: " + others}
		return *img
	}
	want := []report.Image{
		named(image("1", "sha256:a", policy.Passed), "team/app:3"),
		named(image("2", "sha256:b", policy.Failed), "team/app:5, team/app:6"),
		*image("4", "", policy.Errored),
		named(image("7", "sha256:c", policy.Errored), "team/app:8"),
		*image("9", "", policy.Errored),
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestOnlyTheFirstReferenceClaimsAnImage(t *testing.T) {
	var c claims
	one := scan.Image{Repository: "team/app", Tag: "1", Digest: "sha256:a"}
	two, other := one, one
	two.Tag, other.RegistryID = "2", "123456789012"
	if !c.claim(one) || c.claim(two) || !c.claim(other) {
		t.Error("a tag makes another image, or a registry does not")
	}
}

// TestCountsStayWhereDetailsGo checks that a finding that no rule counts keeps only what is counted, and that
// one that a rule counts or will count keeps everything.
func TestCountsStayWhereDetailsGo(t *testing.T) {
	finding := func(id string, s scan.Severity) *scan.Finding {
		return &scan.Finding{ID: id, Severity: s, FixAvailable: scan.Yes, InBaseImage: scan.Yes, Packages: []scan.Package{{Name: id}}}
	}
	img := func() report.Image {
		return report.Image{
			Children: []report.Manifest{{Verdict: policy.Verdict{Findings: []policy.JudgedFinding{{Finding: finding("a", scan.High)}}}}},
			Verdict: policy.Verdict{Findings: []policy.JudgedFinding{
				{Finding: finding("a", scan.High), Disposition: policy.Counted},
				{Finding: finding("b", scan.Low), Disposition: policy.Unmatched},
				{Finding: finding("c", scan.Low), Disposition: policy.Unmatched},
				{Finding: finding("d", scan.Low), Disposition: policy.Unmatched, Due: &policy.Due{}},
				{Finding: finding("e", scan.Low), Disposition: policy.Known},
			}},
		}
	}
	whole := New(Config{}).countsOnly(img())
	if !reflect.DeepEqual(whole, img()) {
		t.Error("details go although a report lists them")
	}
	g := New(Config{CountsOnly: true})
	for i := range report.Fleet {
		g.claims.claim(scan.Image{Repository: fmt.Sprint("app", i)})
	}
	if !reflect.DeepEqual(g.countsOnly(img()), img()) {
		t.Error("details go although reports of so few images list them")
	}
	g.claims.claim(scan.Image{Repository: "one more"})
	got := g.countsOnly(img())
	if !reflect.DeepEqual(got.Verdict.Counts(), whole.Verdict.Counts()) || report.CountBase(&got.Verdict) != report.CountBase(&whole.Verdict) {
		t.Errorf("counts %+v, want %+v", got.Verdict.Counts(), whole.Verdict.Counts())
	}
	ids := ""
	for _, f := range got.Verdict.Findings {
		ids += f.ID + " "
	}
	if f := got.Verdict.Findings; ids != "a   d e " || f[1].Finding != f[2].Finding || f[1].Packages != nil || len(got.Children[0].Verdict.Findings) > 0 {
		t.Errorf("details left: %q, %+v", ids, f[1].Finding)
	}
}
