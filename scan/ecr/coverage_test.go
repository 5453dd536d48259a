package ecr

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/inspector2/types"

	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/inspector"
)

var enhancedImage = scan.Image{RegistryID: "123456789012", Region: "us-east-1", Repository: repo, Digest: digest}

// A row is a row of ListCoverage. Its scan was that long before the test started; 0 means no scan, and a
// negative time is after the start.
type row struct {
	code, reason string
	scanned      time.Duration
	of           string // another resource
}

// bubble is the start time of a synctest bubble.
var bubble = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func listed(rows ...row) reply {
	list := []any{}
	for _, r := range rows {
		resource := r.of
		if resource == "" {
			resource = inspector.ARN(enhancedImage)
		}
		wire := map[string]any{
			"resourceId": resource, "resourceType": "AWS_ECR_CONTAINER_IMAGE", "accountId": "123456789012", "scanType": "PACKAGE",
			"scanStatus": map[string]string{"statusCode": r.code, "reason": r.reason},
		}
		if r.scanned != 0 {
			wire["lastScannedAt"] = float64(bubble.Add(-r.scanned).UnixMilli()) / 1000
		}
		list = append(list, wire)
	}
	text, _ := json.Marshal(map[string]any{"coveredResources": list})
	return reply{status: 200, body: string(text)}
}

// tryCovered reads an ACTIVE scan with one finding that ECR returns from the start.
func tryCovered(t *testing.T, o Options, coverage func(call) reply) trial {
	t.Helper()
	return tryStub(t, enhancedImage, o, 5*time.Minute, &stub{coverage: coverage, response: func(call) reply {
		return page{status: "ACTIVE", enhanced: []string{"1:LOW"}}.reply()
	}})
}

// settles compares the evidence, the time it took, and the notes.
func (tr trial) settles(t *testing.T, by SettledBy, least, most time.Duration, note string) {
	t.Helper()
	if tr.err != nil {
		t.Fatalf("no result after %s: %v", tr.took, tr.err)
	}
	tr.took_(t, least, most)
	if tr.result.SettledBy != by {
		t.Errorf("settled by %q, want %q", tr.result.SettledBy, by)
	}
	notes := strings.Join(tr.result.Notes, "; ")
	if (note == "") != (notes == "") || !strings.Contains(notes, note) {
		t.Errorf("notes %q, want %q", notes, note)
	}
}

// Every row of the table in docs/reliability.md: Amazon Inspector's coverage, and how the result settles.
func TestHowCoverageSettlesAResult(t *testing.T) {
	const hour = time.Hour
	done := row{code: "ACTIVE", reason: "SUCCESSFUL", scanned: hour}
	otherDigest := strings.Replace(inspector.ARN(enhancedImage), "aaaa", "bbbb", 1)
	denied := reply{status: 403, body: `{"__type": "AccessDeniedException", "message": "no"}`}
	for name, c := range map[string]struct {
		coverage    func(call) reply
		by          SettledBy
		least, most time.Duration
		note        string
	}{
		"done an hour ago":                {func(call) reply { return listed(done) }, ByInspector, 5 * time.Second, 6 * time.Second, ""},
		"done by a scan on push":          {func(call) reply { return listed(row{"INACTIVE", "SCAN_FREQUENCY_SCAN_ON_PUSH", hour, ""}) }, ByInspector, 5 * time.Second, 6 * time.Second, ""},
		"done 40 s ago":                   {func(c call) reply { return listed(row{"ACTIVE", "SUCCESSFUL", 40 * time.Second, ""}) }, ByInspector, 25 * time.Second, 26 * time.Second, ""},
		"done a moment ago":               {func(c call) reply { return listed(row{"ACTIVE", "SUCCESSFUL", time.Millisecond, ""}) }, ByInspector, 65 * time.Second, 67 * time.Second, ""},
		"done, and scanned again since":   {func(c call) reply { return listed(row{"ACTIVE", "SUCCESSFUL", again(c, 2*hour, hour), ""}) }, ByInspector, 10 * time.Second, 12 * time.Second, ""},
		"done, and scanned again just so": {func(c call) reply { return listed(row{"ACTIVE", "SUCCESSFUL", again(c, hour, -4*time.Second), ""}) }, ByInspector, 68 * time.Second, 71 * time.Second, ""},
		"done, then denied": {func(c call) reply {
			if c.before > 0 {
				return denied
			}
			return listed(done)
		}, ByTime, 60 * time.Second, 2 * time.Minute, "AccessDeniedException"},
		"pending for 75 s": {func(c call) reply {
			if c.at < 75*time.Second {
				return listed(row{"ACTIVE", "PENDING_INITIAL_SCAN", 0, ""})
			}
			return listed(row{"ACTIVE", "SUCCESSFUL", -74 * time.Second, ""})
		}, ByInspector, 139 * time.Second, 145 * time.Second, ""},
		"not listed yet, then pending, then done": {func(c call) reply {
			switch {
			case c.at < 10*time.Second:
				return listed()
			case c.at < 90*time.Second:
				return listed(row{"ACTIVE", "SCAN_IN_PROGRESS", 0, ""})
			}
			return listed(row{"ACTIVE", "SUCCESSFUL", -80 * time.Second, ""})
		}, ByInspector, 145 * time.Second, 160 * time.Second, ""},
		"pending, then scanned again": {func(c call) reply {
			if c.before == 0 {
				return listed(row{"ACTIVE", "PENDING_INITIAL_SCAN", 0, ""})
			}
			return listed(row{"ACTIVE", "SCAN_IN_PROGRESS", hour, ""})
		}, ByTime, 60 * time.Second, 65 * time.Second, "scanned before"},
		"pending, then blocked": {func(c call) reply {
			if c.before == 0 {
				return listed(row{"ACTIVE", "PENDING_INITIAL_SCAN", 0, ""})
			}
			return listed(row{"INACTIVE", "UNSUPPORTED_OS", 0, ""})
		}, ByTime, 60 * time.Second, 65 * time.Second, "UNSUPPORTED_OS"},
		"pending forever":        {func(call) reply { return listed(row{"ACTIVE", "PENDING_INITIAL_SCAN", 0, ""}) }, "", 5 * time.Minute, 5*time.Minute + 5*time.Second, "PENDING_INITIAL_SCAN"},
		"pending, then silent":   {func(c call) reply { return silentAfter(c, denied) }, "", 5 * time.Minute, 5*time.Minute + 5*time.Second, "PENDING_INITIAL_SCAN"},
		"pending, then two rows": {func(c call) reply { return silentAfter(c, listed(done, done)) }, "", 5 * time.Minute, 5*time.Minute + 5*time.Second, "PENDING_INITIAL_SCAN"},
		"scanned at another time every time": {func(c call) reply {
			return listed(row{"ACTIVE", "SUCCESSFUL", hour + time.Duration(c.before)*time.Minute, ""})
		}, "", 5 * time.Minute, 5*time.Minute + 5*time.Second, "settling"},
		"being scanned again":                   {func(call) reply { return listed(row{"ACTIVE", "SCAN_IN_PROGRESS", hour, ""}) }, ByTime, 60 * time.Second, 61 * time.Second, "scanned before"},
		"not listed":                            {func(call) reply { return listed() }, ByTime, 60 * time.Second, 61 * time.Second, "does not list"},
		"two rows":                              {func(call) reply { return listed(done, done) }, ByTime, 60 * time.Second, 61 * time.Second, "2 times"},
		"the row of another digest":             {func(call) reply { return listed(row{"ACTIVE", "SUCCESSFUL", hour, otherDigest}) }, ByTime, 60 * time.Second, 61 * time.Second, "does not list"},
		"the row of another digest beside it":   {func(call) reply { return listed(row{"ACTIVE", "PENDING_INITIAL_SCAN", 0, otherDigest}, done) }, ByInspector, 5 * time.Second, 6 * time.Second, ""},
		"an unknown reason":                     {func(call) reply { return listed(row{"ACTIVE", "RESOURCE_STOPPED", hour, ""}) }, ByTime, 60 * time.Second, 61 * time.Second, "RESOURCE_STOPPED"},
		"a reason that does not fit its status": {func(call) reply { return listed(row{"INACTIVE", "SUCCESSFUL", hour, ""}) }, ByTime, 60 * time.Second, 61 * time.Second, "does not match"},
		"successful without a time":             {func(call) reply { return listed(row{"ACTIVE", "SUCCESSFUL", 0, ""}) }, ByTime, 60 * time.Second, 61 * time.Second, "does not say when"},
		"successful in the future":              {func(call) reply { return listed(row{"ACTIVE", "SUCCESSFUL", -hour, ""}) }, ByTime, 60 * time.Second, 61 * time.Second, "not in the past"},
		"a response without a date":             {func(call) reply { r := listed(done); r.date = time.Unix(0, 0); return r }, ByTime, 60 * time.Second, 61 * time.Second, "not in the past"},
		"a response whose date is a year ahead": {func(call) reply { r := listed(done); r.date = time.Now().AddDate(1, 0, 0); return r }, ByTime, 60 * time.Second, 61 * time.Second, "more than 4m apart"},
		"denied":                                {func(call) reply { return denied }, ByTime, 60 * time.Second, 61 * time.Second, "allow inspector2:ListCoverage"},
		"throttled":                             {func(call) reply { return reply{status: 429, body: `{"code": "ThrottlingException"}`} }, ByTime, 70 * time.Second, 81 * time.Second, "ThrottlingException"},
		"unreachable": {func(call) reply {
			return reply{broken: &net.OpError{Op: "dial", Err: errors.New("connection refused")}}
		}, ByTime, 80 * time.Second, 81 * time.Second, "connection refused"},
		"a response that never comes": {func(call) reply { return reply{hang: true} }, ByTime, 80 * time.Second, 91 * time.Second, "timed out"},
		"no response, then done": {func(c call) reply {
			if c.before == 0 {
				return reply{hang: true}
			}
			return listed(done)
		}, ByInspector, 75 * time.Second, 85 * time.Second, ""},
		"no response, then pending": {func(c call) reply {
			if c.before == 0 {
				return reply{hang: true}
			}
			return listed(row{"ACTIVE", "PENDING_INITIAL_SCAN", 0, ""})
		}, "", 5 * time.Minute, 5*time.Minute + 5*time.Second, "PENDING_INITIAL_SCAN"},
		"a redirect": {func(call) reply { return reply{status: 307} }, ByTime, 60 * time.Second, 61 * time.Second, "redirect"},
	} {
		t.Run(name, func(t *testing.T) {
			tr := tryCovered(t, Options{}, c.coverage)
			if c.by == "" {
				tr.fails(t, c.note, c.least, c.most)
				return
			}
			tr.settles(t, c.by, c.least, c.most, c.note)
		})
	}
}

// again returns one time for the first call, and another one for all others.
func again(c call, first, others time.Duration) time.Duration {
	if c.before == 0 {
		return first
	}
	return others
}

func silentAfter(c call, answer reply) reply {
	if c.before == 0 {
		return listed(row{"ACTIVE", "PENDING_INITIAL_SCAN", 0, ""})
	}
	return answer
}

// Every reason of the service's model, without and with a time of the last scan.
func TestHowEveryReasonSettlesAResult(t *testing.T) {
	pending := map[string]bool{"PENDING_INITIAL_SCAN": true, "SCAN_IN_PROGRESS": true, "PENDING_REVIVAL_SCAN": true, "INTERNAL_ERROR": true}
	reasons := types.ScanStatusReason("").Values()
	if len(reasons) < 34 {
		t.Errorf("the model has %d reasons", len(reasons))
	}
	for _, reason := range reasons {
		for _, code := range []string{"ACTIVE", "INACTIVE"} {
			for _, scanned := range []time.Duration{0, time.Hour} {
				t.Run(fmt.Sprintf("%s %s %s", code, reason, scanned), func(t *testing.T) {
					tr := tryCovered(t, Options{}, func(call) reply {
						return listed(row{code, string(reason), scanned, ""})
					})
					pair := code + " " + string(reason)
					switch {
					case pending[string(reason)] && scanned == 0:
						tr.fails(t, string(reason), 5*time.Minute, 5*time.Minute+5*time.Second)
					case scanned != 0 && (pair == "ACTIVE SUCCESSFUL" || pair == "INACTIVE SCAN_FREQUENCY_SCAN_ON_PUSH"):
						tr.settles(t, ByInspector, 5*time.Second, 6*time.Second, "")
					default:
						tr.settles(t, ByTime, time.Minute, 61*time.Second, "settled by time alone")
					}
				})
			}
		}
	}
}

// Findings that change between the two readings must settle by time first.
func TestWhatADoneScanDoesNotSettle(t *testing.T) {
	done := func(call) reply { return listed(row{"ACTIVE", "SUCCESSFUL", time.Hour, ""}) }
	late := &stub{coverage: func(c call) reply { return listed(row{"ACTIVE", "SUCCESSFUL", time.Hour, ""}) }, response: func(c call) reply {
		p := page{status: "ACTIVE", enhanced: []string{"1:LOW"}}
		if c.at > 3*time.Second {
			p.enhanced = []string{"1:LOW", "2:CRITICAL"}
		}
		return p.reply()
	}}
	tr := tryStub(t, enhancedImage, Options{}, time.Hour, late)
	tr.settles(t, ByInspector, 70*time.Second, 75*time.Second, "")
	if n := late.count("ListCoverage"); n != 3 {
		t.Errorf("%d questions, want 3", n)
	}

	old := &stub{coverage: done, response: func(c call) reply {
		p := page{status: "ACTIVE", completed: bubble.Add(-time.Hour), enhanced: []string{}}
		switch {
		case c.at > 30*time.Second:
			p.enhanced = []string{"1:LOW", "2:CRITICAL"}
		case c.at > 3*time.Second:
			p.enhanced = []string{"1:LOW"}
		}
		return p.reply()
	}}
	tryStub(t, enhancedImage, Options{}, time.Hour, old).wants(t, 2, 60*time.Second, 3*time.Minute)

	shifting := &stub{coverage: done, response: func(c call) reply { // pages shift after the late finding
		p := page{status: "ACTIVE", completed: bubble.Add(-time.Hour), enhanced: []string{}}
		switch {
		case c.token != "":
			p.status = "COMPLETE"
		case c.at > 60*time.Second:
			p.enhanced = []string{"1:LOW", "2:CRITICAL"}
		case c.at > 3*time.Second:
			p.enhanced = []string{"1:LOW"}
		}
		if c.at > 20*time.Second && c.at < 36*time.Second && c.token == "" {
			p.next = "b"
		}
		return p.reply()
	}}
	tryStub(t, enhancedImage, Options{}, time.Hour, shifting).wants(t, 2, 100*time.Second, 4*time.Minute)

	completed := func(ago time.Duration) *stub {
		return &stub{coverage: func(c call) reply { return listed(row{"ACTIVE", "SUCCESSFUL", 10 * time.Minute, ""}) }, response: func(call) reply {
			return page{status: "ACTIVE", completed: bubble.Add(-ago), enhanced: []string{"1:LOW"}}.reply()
		}}
	}
	tryStub(t, enhancedImage, Options{}, time.Hour, completed(time.Minute)).settles(t, ByInspector, 5*time.Second, 6*time.Second, "")
	tryStub(t, enhancedImage, Options{}, time.Hour, completed(10*time.Minute)).settles(t, ByInspector, 5*time.Second, 6*time.Second, "")
	tryStub(t, enhancedImage, Options{}, time.Hour, completed(20*time.Minute)).settles(t, ByAge, 0, time.Second, "before Amazon Inspector's last one")

	zero := time.Duration(0)
	tryCovered(t, Options{Settle: &zero}, done).wants(t, 1, 5*time.Second, 6*time.Second)
}

// The two readings start after the first call, and the second call comes after them.
func TestTheOrderOfQuestionsAndReadings(t *testing.T) {
	reg := &stub{coverage: func(c call) reply { return listed(row{"ACTIVE", "SUCCESSFUL", time.Hour, ""}) }, response: func(c call) reply {
		if c.token == "" {
			return page{status: "ACTIVE", enhanced: []string{"1:LOW"}, next: "b"}.reply()
		}
		return page{status: "ACTIVE", enhanced: []string{"2:LOW"}}.reply()
	}}
	tryStub(t, enhancedImage, Options{}, time.Hour, reg).wants(t, 2, 5*time.Second, 6*time.Second)
	var order []string
	for _, c := range reg.calls {
		order = append(order, c.operation[:1]+c.token)
	}
	if got := strings.Join(order, " "); got != "D L D Db D Db L" {
		t.Errorf("the calls are %s", got)
	}
}

func TestABasicScanIsNotAskedAbout(t *testing.T) {
	tr := try(t, Options{}, time.Hour, func(call) reply {
		return page{status: "COMPLETE", completed: ago(time.Second), basic: []string{"LOW"}}.reply()
	})
	tr.wants(t, 1, 0, 0)
	if n := tr.reg.count("ListCoverage"); n != 0 {
		t.Errorf("%d questions", n)
	}
}
