package gate

import (
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
