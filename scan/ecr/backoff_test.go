package ecr

import (
	"testing"
	"time"
)

// nearly reports whether a time is d, within the 10 % jitter.
func nearly(got, d time.Duration) bool {
	return got >= d*9/10-time.Millisecond && got <= d*11/10+time.Millisecond
}

// gaps returns the times between calls.
func (tr trial) gaps() []time.Duration {
	var gaps []time.Duration
	for i := 1; i < len(tr.reg.calls); i++ {
		gaps = append(gaps, tr.reg.calls[i].at-tr.reg.calls[i-1].at)
	}
	return gaps
}

func TestPausesGrowAndEndAtTheDeadline(t *testing.T) {
	want := []time.Duration{time.Second, 2 * time.Second, 3 * time.Second, 5 * time.Second, 8 * time.Second, 15 * time.Second, 15 * time.Second}
	for name, response := range map[string]reply{"waiting": page{status: "PENDING"}.reply(), "throttled": refuse("ThrottlingException", "Rate exceeded")} {
		tr := try(t, Options{}, 10*time.Minute, func(call) reply { return response })
		gaps := tr.gaps()
		for i, d := range want {
			if !nearly(gaps[i], d) {
				t.Errorf("%s: pause %d is %s, want %s ± 10 %%", name, i, gaps[i], d)
			}
		}
		if last := tr.reg.calls[len(tr.reg.calls)-1].at; last != 10*time.Minute {
			t.Errorf("%s: the last poll is at %s", name, last)
		}
	}
}

func TestPausesBeginAnewWithEachStatus(t *testing.T) {
	tr := try(t, Options{}, 10*time.Minute, func(c call) reply {
		if c.before < 8 {
			return page{status: "PENDING"}.reply()
		}
		return page{status: "IN_PROGRESS"}.reply()
	})
	gaps := tr.gaps()
	if !nearly(gaps[7], 15*time.Second) || !nearly(gaps[8], time.Second) || !nearly(gaps[9], 2*time.Second) {
		t.Errorf("pauses around the change: %s", gaps[6:11])
	}
}

func TestNoPauseIsLongerThanThePollInterval(t *testing.T) {
	tr := try(t, Options{PollInterval: 2 * time.Second}, time.Minute, func(call) reply { return page{status: "PENDING"}.reply() })
	for i, gap := range tr.gaps() {
		if gap > 2200*time.Millisecond {
			t.Errorf("pause %d is %s", i, gap)
		}
	}
}

func TestTheLastLookForAMissingScanFallsOnMissingAfter(t *testing.T) {
	tr := try(t, Options{MissingAfter: 100 * time.Second}, time.Hour, func(call) reply { return noScanYet })
	if last := tr.reg.calls[len(tr.reg.calls)-1].at; last != 100*time.Second {
		t.Errorf("the last look is at %s", last)
	}
}
