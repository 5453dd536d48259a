package sarif_test

import (
	"encoding/json"
	"io"
	"testing"

	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/internal/reporttest"
	"github.com/ecrgate/ecrgate/report/sarif"
)

// TestDirectoryHasEveryRepository: GitHub takes 20 runs in a file, so 45 repositories need three files.
func TestDirectoryHasEveryRepository(t *testing.T) {
	r := reporttest.Fleet(56) // a fifth has no verdict, and so no run
	seen := map[string]bool{}
	logs := sarif.PlanDirectory(r)
	for i, l := range logs {
		var log struct {
			Runs []struct {
				AutomationDetails struct{ ID string }
			}
		}
		text := reporttest.Render(t, func(w io.Writer, _ report.Run) error { return l.Write(w) }, r)
		if err := json.Unmarshal([]byte(text), &log); err != nil {
			t.Fatal(err)
		}
		if n := len(log.Runs); n != l.Runs || n > 20 || (i < len(logs)-1 && n != 20) {
			t.Errorf("file %d has %d runs", i+1, n)
		}
		for _, run := range log.Runs {
			seen[run.AutomationDetails.ID] = true
		}
	}
	if len(logs) != 3 || len(seen) != 45 {
		t.Errorf("%d files with %d categories, want 3 with 45", len(logs), len(seen))
	}
}

// TestDirectoryOfNoVerdictIsEmpty: a file without runs would close every alert.
func TestDirectoryOfNoVerdictIsEmpty(t *testing.T) {
	r := reporttest.Rich()
	r.Images = r.Images[3:4]
	if logs := sarif.PlanDirectory(r); len(logs) > 0 {
		t.Errorf("%d files of an image without a verdict", len(logs))
	}
}
