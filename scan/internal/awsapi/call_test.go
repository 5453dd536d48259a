package awsapi

import (
	"testing"
	"time"
)

func TestPausesAreNotInStep(t *testing.T) {
	seen := map[time.Duration]bool{}
	for range 20 {
		seen[jitter(10*time.Second)] = true
	}
	if len(seen) < 10 {
		t.Errorf("20 pauses have %d lengths", len(seen))
	}
}
