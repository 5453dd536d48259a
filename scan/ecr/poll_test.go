package ecr

import (
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/internal/awsapi"
)

func (tr trial) wants(t *testing.T, findings int, least, most time.Duration) {
	t.Helper()
	if tr.err != nil {
		t.Fatalf("no result after %s: %v", tr.took, tr.err)
	}
	if got := len(tr.result.Scan.Findings); got != findings {
		t.Errorf("%d findings, want %d", got, findings)
	}
	tr.took_(t, least, most)
}

func (tr trial) took_(t *testing.T, least, most time.Duration) {
	t.Helper()
	if tr.took < least || tr.took > most {
		t.Errorf("took %s, want %s to %s", tr.took, least, most)
	}
}

func (tr trial) fails(t *testing.T, words string, least, most time.Duration) {
	t.Helper()
	if tr.err == nil {
		t.Fatalf("a result with %d findings, want an error", len(tr.result.Scan.Findings))
	}
	if !strings.Contains(tr.err.Error(), words) {
		t.Errorf("error %q does not say %q", tr.err, words)
	}
	tr.took_(t, least, most)
}

func TestABasicScanWithFindingsIsTakenAtOnce(t *testing.T) {
	tr := try(t, Options{}, time.Hour, func(call) reply {
		return page{status: "COMPLETE", completed: ago(time.Second), basic: []string{"HIGH", "LOW"}}.reply()
	})
	tr.wants(t, 2, 0, 0)
	if tr.result.Scan.Type != scan.Basic {
		t.Errorf("type %q", tr.result.Scan.Type)
	}
}

func TestAnEnhancedScanMustStayTheSameForAMinute(t *testing.T) {
	tr := try(t, Options{}, time.Hour, func(c call) reply {
		p := page{status: "ACTIVE", completed: ago(time.Second), enhanced: []string{"1:LOW"}}
		if c.at > 40*time.Second {
			p.enhanced = append(p.enhanced, "2:CRITICAL")
		}
		return p.reply()
	})
	tr.wants(t, 2, 100*time.Second, 3*time.Minute)
}

func TestACompletionMoreThanFiveMinutesOldIsSettled(t *testing.T) {
	tr := try(t, Options{}, time.Hour, func(call) reply {
		return page{status: "ACTIVE", completed: ago(6 * time.Minute), enhanced: []string{"1:LOW"}}.reply()
	})
	tr.wants(t, 1, 0, 0)
}

// A clock that is ahead, the server's or the local one, makes no scan older.
func TestTheSmallerAgeOfACompletionCounts(t *testing.T) {
	for name, skew := range map[string]struct{ completed, date time.Duration }{
		"the server's clock is ahead": {-time.Second, time.Hour},
		"our clock is ahead":          {-time.Hour, -time.Hour + time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			tr := try(t, Options{}, time.Hour, func(c call) reply {
				p := page{status: "ACTIVE", completed: ago(-skew.completed)}
				if c.at > 20*time.Second {
					p.enhanced = []string{"1:CRITICAL"}
				}
				r := p.reply()
				r.date = time.Now().Add(skew.date)
				return r
			})
			tr.wants(t, 1, 60*time.Second, 3*time.Minute)
		})
	}
}

func TestAnEmptyResultIsLookedAtThreeTimesEvenWithoutSettling(t *testing.T) {
	zero := time.Duration(0)
	tr := try(t, Options{Settle: &zero}, time.Hour, func(c call) reply { return page{status: "COMPLETE"}.reply() })
	tr.wants(t, 0, 2*time.Second, 3*time.Second)
	if n := tr.reg.count("DescribeImageScanFindings"); n != 3 {
		t.Errorf("%d looks, want 3", n)
	}
}

func TestACompleteAndEmptyResultWaitsForLateFindings(t *testing.T) {
	tr := try(t, Options{}, time.Hour, func(c call) reply {
		p := page{status: "COMPLETE"}
		if c.at > 35*time.Second {
			p.enhanced = []string{"1:CRITICAL"}
		}
		return p.reply()
	})
	tr.wants(t, 1, 60*time.Second, 3*time.Minute)
}

func TestFindingsThatNeverSettleEndAtTheDeadline(t *testing.T) {
	n := 0
	tr := try(t, Options{}, 5*time.Minute, func(c call) reply {
		n++
		return page{status: "ACTIVE", enhanced: []string{strings.Repeat("x", n) + ":LOW"}}.reply()
	})
	tr.fails(t, "settling", 5*time.Minute, 5*time.Minute+awsapi.LastCall)
}

func TestWaitsForPendingAndStopsAtTheDeadline(t *testing.T) {
	tr := try(t, Options{}, 2*time.Minute, func(c call) reply { return page{status: "PENDING"}.reply() })
	tr.fails(t, "PENDING", 2*time.Minute, 2*time.Minute+awsapi.LastCall)
	if !errors.Is(tr.err, ErrTimeout) {
		t.Errorf("%v is not a timeout", tr.err)
	}
}

func TestStatusesWithoutFindingsEndAtOnce(t *testing.T) {
	for _, status := range []string{"FAILED", "UNSUPPORTED_IMAGE", "SCAN_ELIGIBILITY_EXPIRED", "FINDINGS_UNAVAILABLE", "LIMIT_EXCEEDED", "IMAGE_ARCHIVED", "NEWS_TO_ME", ""} {
		t.Run("status "+status, func(t *testing.T) {
			tr := try(t, Options{}, time.Hour, func(c call) reply { return page{status: status}.reply() })
			var none *scan.StatusError
			if !errors.As(tr.err, &none) || string(none.Status) != status || none.Hint() == "" {
				t.Errorf("error %v", tr.err)
			}
			tr.took_(t, 0, 0)
		})
	}
}

func TestAsksOnceForAScanAndWaitsForIt(t *testing.T) {
	var asked time.Duration
	tr := try(t, Options{StartScan: true}, time.Hour, func(c call) reply {
		switch {
		case c.operation == "StartImageScan":
			asked = c.at
			return reply{status: 200, body: "{}"}
		case asked == 0 || c.at < asked+4*time.Minute:
			return noScanYet
		}
		return page{status: "COMPLETE", completed: ago(time.Second), basic: []string{"HIGH"}}.reply()
	})
	tr.wants(t, 1, 4*time.Minute, 5*time.Minute)
	if n := tr.reg.count("StartImageScan"); n != 1 || asked < requestAfter {
		t.Errorf("asked %d times, after %s", n, asked)
	}
}

func TestWithoutAScanTheWaitEndsAfterMissingAfter(t *testing.T) {
	tr := try(t, Options{}, time.Hour, func(c call) reply { return noScanYet })
	tr.fails(t, "no scan exists", 5*time.Minute, 5*time.Minute)
	if tr.reg.count("StartImageScan") != 0 {
		t.Error("a scan was requested although that was not allowed")
	}
}

func TestMissingAfterZeroStillAsksBeforeGivingUp(t *testing.T) {
	tr := try(t, Options{StartScan: true, MissingAfter: time.Nanosecond}, time.Hour, func(c call) reply {
		if c.operation == "StartImageScan" {
			return refuse("LimitExceededException", "The scan quota per image has been exceeded. Wait and try again.")
		}
		return noScanYet
	})
	tr.fails(t, "quota", 0, 2*time.Second)
}

func TestAnAcceptedRequestThatBringsNoScanIsNoMissingScan(t *testing.T) {
	tr := try(t, Options{StartScan: true, MissingAfter: time.Minute}, time.Hour, func(c call) reply {
		if c.operation == "StartImageScan" {
			return reply{status: 200, body: "{}"}
		}
		return noScanYet
	})
	tr.fails(t, "accepted a request", 65*time.Second, 75*time.Second)
	var none *scan.StatusError
	if errors.As(tr.err, &none) {
		t.Error("a policy could accept it as NOT_FOUND")
	}
}

func TestUnderEnhancedScanningTheWaitGoesOnToTheDeadline(t *testing.T) {
	tr := try(t, Options{StartScan: true}, 30*time.Minute, func(c call) reply {
		if c.operation == "StartImageScan" {
			return refuse("ValidationException", "This feature is disabled")
		}
		if c.at < 20*time.Minute {
			return noScanYet
		}
		return page{status: "ACTIVE", completed: ago(10 * time.Minute), enhanced: []string{"1:LOW"}}.reply()
	})
	tr.wants(t, 1, 20*time.Minute, 21*time.Minute)
}

func TestAnImageThatCannotBeScannedEndsTheWait(t *testing.T) {
	tr := try(t, Options{StartScan: true}, time.Hour, func(c call) reply {
		if c.operation == "StartImageScan" {
			return refuse("UnsupportedImageTypeException", "An artifact with media type 'x' cannot be scanned")
		}
		return noScanYet
	})
	tr.fails(t, "cannot be scanned", 5*time.Second, 10*time.Second)
}

func TestTroubleIsWaitedThrough(t *testing.T) {
	good := page{status: "COMPLETE", completed: ago(time.Second), basic: []string{"HIGH"}}.reply()
	cut := good
	cut.body = cut.body[:len(cut.body)/2]
	for name, bad := range map[string]reply{
		"throttling":              refuse("ThrottlingException", "Rate exceeded"),
		"an internal error":       {status: 500, body: `{"__type":"ServerException"}`},
		"a gateway's page":        {status: 502, body: "<html>"},
		"too many requests":       {status: 429, body: ""},
		"a reset connection":      {broken: &net.OpError{Op: "read", Err: errors.New("connection reset by peer")}},
		"a body that is cut":      cut,
		"a body that is not JSON": {status: 200, body: "{not json"},
		"an empty body":           {status: 200, body: ""},
		"an answer never to come": {hang: true},
	} {
		t.Run(name, func(t *testing.T) {
			tr := try(t, Options{}, time.Hour, func(c call) reply {
				if c.before < 3 {
					return bad
				}
				return good
			})
			tr.wants(t, 1, 5*time.Second, 4*time.Minute)
			if n := tr.reg.count("DescribeImageScanFindings"); n != 4 {
				t.Errorf("%d calls, want 4", n)
			}
		})
	}
}

func TestTroubleForEverEndsAtTheDeadlineAndIsNamed(t *testing.T) {
	tr := try(t, Options{}, 3*time.Minute, func(c call) reply { return refuse("ThrottlingException", "Rate exceeded") })
	tr.fails(t, "Rate exceeded", 3*time.Minute, 3*time.Minute+awsapi.LastCall)
	if n := len(tr.reg.calls); n > 25 {
		t.Errorf("%d calls in three minutes", n)
	}
}

func TestAHostThatNeverAnswersIsGivenUpAfterThirtySeconds(t *testing.T) {
	tr := try(t, Options{}, time.Hour, func(c call) reply {
		return reply{broken: &net.OpError{Op: "dial", Err: errors.New("connection refused")}}
	})
	tr.fails(t, "connection refused", 30*time.Second, 31*time.Second)
}

func TestRefusalsEndAtOnceWithAdvice(t *testing.T) {
	for code, advice := range map[string]string{
		"AccessDeniedException":       "ecr:DescribeImageScanFindings",
		"ExpiredTokenException":       "role",
		"UnrecognizedClientException": "credentials",
		"RepositoryNotFoundException": "the account",
		"InvalidParameterException":   "",
	} {
		t.Run(code, func(t *testing.T) {
			tr := try(t, Options{}, time.Hour, func(c call) reply { return refuse(code, "no") })
			tr.fails(t, code, 0, 0)
			var f *Error
			if !errors.As(tr.err, &f) || !strings.Contains(f.Hint, advice) {
				t.Errorf("advice of %v", tr.err)
			}
		})
	}
	tr := try(t, Options{}, time.Hour, func(c call) reply { return reply{status: 403, body: "<html>proxy</html>"} })
	tr.fails(t, "403", 0, 0)
}

func TestAMissingImageIsAskedForForAMinute(t *testing.T) {
	tr := try(t, Options{}, time.Hour, func(c call) reply { return refuse("ImageNotFoundException", "no image") })
	tr.fails(t, "no image", time.Minute, time.Minute)
}

func TestClocksThatDisagreeAreRepairedOnce(t *testing.T) {
	tr := try(t, Options{}, time.Hour, func(c call) reply {
		server := time.Now().Add(time.Hour)
		if server.Sub(c.date).Abs() > 5*time.Minute {
			r := refuse("InvalidSignatureException", "Signature expired")
			r.date = server
			return r
		}
		r := page{status: "COMPLETE", completed: ago(time.Second), basic: []string{"HIGH"}}.reply()
		r.date = server
		return r
	})
	tr.wants(t, 1, 0, 0)
}
