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

// TestOneImageHasItsFirstName checks that references to one digest are one image, in the place and under
// the name of the first, whichever of them was checked.
func TestOneImageHasItsFirstName(t *testing.T) {
	ref := func(tag, digest string) scan.Image {
		return scan.Image{Repository: "team/app", Tag: tag, Digest: digest}
	}
	unresolved := &report.Image{Ref: ref("4", "sha256:b")} // pinned by its answer
	got := onePerImage([]checked{
		{ref("1", "sha256:a"), nil},
		{ref("2", "sha256:b"), &report.Image{Ref: ref("2", "sha256:b")}},
		{ref("3", "sha256:a"), &report.Image{Ref: ref("3", "sha256:a"), Judged: true}},
		{ref("4", ""), unresolved},
	})
	want := []report.Image{
		{Ref: ref("1", "sha256:a"), Judged: true, Notes: []string{"other names of this image in this run: team/app:3"}},
		{Ref: ref("2", "sha256:b")},
		{Ref: ref("4", "sha256:b")},
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

// TestCountsStayWhereDetailsGo: a finding that no rule counts keeps what is counted of it, and nothing else;
// one that a rule counts or will count stays whole.
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
