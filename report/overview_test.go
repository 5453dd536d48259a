package report_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/internal/reporttest"
)

// TestOverviewOfAFleet checks that what images have in common is listed with its images, worst first.
func TestOverviewOfAFleet(t *testing.T) {
	r := reporttest.Fleet(40) // 8 of the 10 that would breach have a verdict
	o := report.NewOverview(&r)
	if got := o.VulnerabilityLines(); !slices.Equal(got, []string{"CRITICAL CVE-2026-0002 in 8 of 40 images (openssl)"}) {
		t.Errorf("vulnerabilities in most images: %q", got)
	}
	want := []string{"upgrade curl to the newest of 8.0, 8.1, 8.2: 8 findings in 8 images", "upgrade openssl to 3.0.9: 8 findings in 8 images"}
	if got := o.UpgradeLines(); !slices.Equal(got, want) {
		t.Errorf("upgrades: %q, want %q", got, want)
	}
	if got := r.StatusCounts(); got != "8 FAIL, 8 NO VERDICT, 24 PASS" {
		t.Errorf("statuses: %s", got)
	}
}

func TestOverviewOfNothingInCommon(t *testing.T) {
	r := reporttest.Clean()
	if o := report.NewOverview(&r); len(o.VulnerabilityLines())+len(o.UpgradeLines()) > 0 {
		t.Errorf("a run without findings has the overview %v", o)
	}
}

// TestByUrgency checks the order: breached, then without a verdict, then passed; by what rules count; else
// unchanged.
func TestByUrgency(t *testing.T) {
	r := reporttest.TwoImages() // one HIGH each
	r.Images = append(r.Images, reporttest.Missing(), reporttest.Rich().Images[0], reporttest.Clean().Images[0])
	slices.Reverse(r.Images)
	var names []string
	for _, img := range r.ByUrgency() {
		names = append(names, img.Ref.Repository+":"+img.Ref.Tag)
	}
	if got := strings.Join(names, " "); got != "team/app:1.2 team/app:2 team/app:1 team/late: team/clean:1" {
		t.Errorf("images by urgency: %s", got)
	}
}
