package sarif

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/internal/reporttest"
)

// noise is text that does not compress.
func noise(n int) string {
	random := rand.New(rand.NewPCG(1, uint64(n)))
	b := make([]byte, n)
	for i := range b {
		b[i] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,"[random.IntN(64)]
	}
	return string(b)
}

func TestSARIFIsMadeSmallEnoughForAnUpload(t *testing.T) {
	r := reporttest.Large(900)
	for i, f := range r.Images[0].Verdict.Findings {
		f.ID, f.Description = fmt.Sprint("CVE-", i), noise(900+i)
	}
	whole, short := fittedSize(t, r, 1<<30), fittedSize(t, r, 400_000)
	if whole < 600_000 || short > 400_000 {
		t.Errorf("%d bytes, made %d; the limit was 400000", whole, short)
	}
	least := fittedSize(t, r, 50_000)
	if least > 50_000 {
		t.Errorf("%d bytes, the limit was 50000", least)
	}
}

// fittedSize is the size of the report's upload, fitted to a limit.
func fittedSize(t *testing.T, r report.Run, limit int) int {
	t.Helper()
	l := Plan(r)
	l.fit(limit)
	size := l.size()
	if size < 600_000 && len(l.runs[0].cuts) == 0 {
		t.Error("something was cut and nothing says so")
	}
	return size
}

// TestSARIFEstimateIsNotFarOff keeps the quick look from letting a report through that is too large.
func TestSARIFEstimateIsNotFarOff(t *testing.T) {
	even := reporttest.Large(3000)
	odd := reporttest.Large(3000)
	for i, f := range odd.Images[0].Verdict.Findings {
		if i%7 == 0 {
			f.Description = noise(1000 + i)
		}
	}
	for name, r := range map[string]report.Run{"even": even, "odd": odd, "small": reporttest.Index()} {
		l := Plan(r)
		if got, size := l.estimate(), l.size(); got < size/2 {
			t.Errorf("%s: estimated %d, it is %d", name, got, size)
		}
	}
}
