package markdown

import (
	"testing"

	"github.com/ecrgate/ecrgate/report/internal/reporttest"
)

func TestTheSmallestSummaryFits(t *testing.T) {
	smallest := limits{}.half()
	if smallest != smallest.half() {
		t.Fatalf("%+v has a half", smallest)
	}
	r := reporttest.Monstrous()
	if text, err := summary(&r, newContent(&r), smallest); err != nil || len(text) > summaryLimit/10 {
		t.Errorf("%d bytes, %v", len(text), err)
	}
}

func TestTheWorstImagesComeFirst(t *testing.T) {
	r := reporttest.Rich()
	m := markdown{content: newContent(&r), limits: limits{most: 4}}
	got := ""
	for _, img := range m.shown() {
		got += string(img.Status()) + " "
	}
	if want := "FAIL FAIL NO VERDICT NOT JUDGED "; got != want {
		t.Errorf("shown are %q, want %q", got, want)
	}
}
