package api

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Retry is how often a request is sent.
// https://docs.aws.amazon.com/cli/v1/userguide/cli-configure-retries.html
type Retry struct {
	Mode     string // one of Modes
	Attempts int    // including the first
}

// Modes are the values of Retry.Mode, the default first.
var Modes = []string{"legacy", "standard", "adaptive"}

// maxPause is the longest pause, except in legacy mode, which has no limit.
const maxPause = 20 * time.Second

var (
	legacyStatuses   = []int{429, 500, 502, 503, 504, 509}
	legacyCodes      = []string{"Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "ProvisionedThroughputExceededException"}
	standardStatuses = []int{500, 502, 503, 504}
	standardCodes    = []string{
		"RequestTimeout", "RequestTimeoutException", "PriorRequestNotComplete",
		"Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
		"TooManyRequestsException", "ProvisionedThroughputExceededException",
		"TransactionInProgressException", "RequestLimitExceeded", "BandwidthLimitExceeded",
		"LimitExceededException", "RequestThrottled", "SlowDown", "PriorRequestNotComplete", "EC2ThrottledException",
	}
)

// again reports whether a failure is worth another attempt. If no attempts are left, it records that in the
// failure.
func (r Retry) again(f *failure, attempt int) bool {
	worth := r.worth(f)
	if attempt < r.Attempts {
		return worth
	}
	// In the newer modes, the last attempt counts as such, whatever its result.
	f.usedUp = worth || r.Mode != Modes[0]
	return false
}

func (r Retry) worth(f *failure) bool {
	switch {
	case f.status == 0:
		return true
	case r.Mode == Modes[0]:
		return slices.Contains(legacyStatuses, f.status) || f.status == 400 && slices.Contains(legacyCodes, f.code)
	}
	return slices.Contains(standardStatuses, f.status) || slices.Contains(standardCodes, f.code)
}

// pause returns how long to wait after an attempt; chance is from 0 to 1.
func (r Retry) pause(attempt int, chance float64) time.Duration {
	pause := time.Duration(chance * math.Pow(2, float64(attempt-1)) * float64(time.Second))
	if r.Mode != Modes[0] {
		return min(pause, maxPause)
	}
	return pause
}

// header returns the header with the number of the attempt.
func (r Retry) header(attempt int) string {
	if attempt == 1 {
		return "attempt=1"
	}
	return fmt.Sprintf("attempt=%d; max=%d", attempt, r.Attempts)
}
