package ecr

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/inspector2/types"

	"github.com/ecrgate/ecrgate/scan"
)

// tryBlocked waits for a scan that ECR never has, and that cannot be requested.
func tryBlocked(t *testing.T, o Options, coverage func(call) reply) trial {
	t.Helper()
	return tryStub(t, enhancedImage, o, 10*time.Minute, &stub{coverage: coverage, response: func(c call) reply {
		if c.operation == "StartImageScan" {
			return refuse("ValidationException", "This feature is disabled")
		}
		return noScanYet
	}})
}

// Only the reasons for which there will never be a scan end the wait for one.
func TestReasonsThatEndTheWaitForAScan(t *testing.T) {
	ends := map[string]bool{}
	for _, reason := range strings.Fields("SCAN_FREQUENCY_MANUAL UNSUPPORTED_OS UNSUPPORTED_MEDIA_TYPE IMAGE_SIZE_EXCEEDED SCAN_ELIGIBILITY_EXPIRED IMAGE_ARCHIVED " +
		"ACCESS_DENIED ACCESS_DENIED_TO_ENCRYPTION_KEY RESOURCE_TERMINATED PENDING_DISABLE NO_RESOURCES_FOUND") {
		ends[reason] = true
	}
	for _, reason := range append(types.ScanStatusReason("").Values(), "RESOURCE_STOPPED", "") {
		t.Run(string(reason), func(t *testing.T) {
			tr := tryBlocked(t, Options{StartScan: true}, func(call) reply { return listed(row{"INACTIVE", string(reason), 0, ""}) })
			if !ends[string(reason)] {
				tr.fails(t, "no scan", 10*time.Minute, 10*time.Minute+5*time.Second)
				return
			}
			tr.fails(t, "reports "+string(reason), 5*time.Second, 8*time.Second)
			var f *Error
			if !errors.As(tr.err, &f) || f.Hint == "" {
				t.Errorf("no hint: %v", tr.err)
			}
			var status *scan.StatusError
			if errors.As(tr.err, &status) {
				t.Errorf("a policy could accept %v", tr.err)
			}
		})
	}
}

func TestWhenAReasonDoesNotEndTheWait(t *testing.T) {
	blocked := func(call) reply { return listed(row{"INACTIVE", "UNSUPPORTED_OS", 0, ""}) }
	for name, c := range map[string]struct {
		options   Options
		coverage  func(call) reply
		questions int
	}{
		"the policy accepts a status":    {Options{StartScan: true, AcceptsStatus: true}, blocked, 0},
		"the image may be an index":      {Options{StartScan: true, Unresolved: true}, blocked, 0},
		"Amazon Inspector lists nothing": {Options{StartScan: true}, func(call) reply { return listed() }, 10},
		"there are two rows": {Options{StartScan: true}, func(call) reply {
			return listed(row{"INACTIVE", "UNSUPPORTED_OS", 0, ""}, row{"INACTIVE", "UNSUPPORTED_OS", 0, ""})
		}, 10},
		"Amazon Inspector denies access": {Options{StartScan: true}, func(call) reply { return reply{status: 403, body: `{"__type": "AccessDeniedException"}`} }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			tr := tryBlocked(t, c.options, c.coverage)
			tr.fails(t, "no scan", 10*time.Minute, 10*time.Minute+5*time.Second)
			if n := tr.reg.count("ListCoverage"); n > c.questions || n < c.questions*8/10 {
				t.Errorf("%d questions, want about %d", n, c.questions)
			}
		})
	}
}

// A pipeline that may not request scans asks after the same time.
func TestAReasonWithoutARequestForAScan(t *testing.T) {
	tr := tryBlocked(t, Options{}, func(call) reply { return listed(row{"INACTIVE", "SCAN_FREQUENCY_MANUAL", 0, ""}) })
	tr.fails(t, "SCAN_FREQUENCY_MANUAL", 5*time.Second, 8*time.Second)
}

// In a registry that accepts the request for a basic scan, Amazon Inspector is not asked.
func TestABasicRegistryWithoutAScanIsNotAskedAbout(t *testing.T) {
	reg := &stub{coverage: func(call) reply { return listed(row{"INACTIVE", "UNSUPPORTED_OS", 0, ""}) }, response: func(c call) reply {
		if c.operation == "StartImageScan" {
			return reply{status: 200, body: "{}"}
		}
		return noScanYet
	}}
	tryStub(t, enhancedImage, Options{StartScan: true}, 10*time.Minute, reg).fails(t, "accepted", 5*time.Minute, 6*time.Minute)
	if n := reg.count("ListCoverage"); n != 0 {
		t.Errorf("%d questions", n)
	}
}

func TestThePendingReasonIsInTheTimeout(t *testing.T) {
	tr := tryBlocked(t, Options{StartScan: true}, func(call) reply { return listed(row{"ACTIVE", "PENDING_INITIAL_SCAN", 0, ""}) })
	tr.fails(t, "; Amazon Inspector reports PENDING_INITIAL_SCAN; an enhanced scan", 10*time.Minute, 10*time.Minute+5*time.Second)
}
