package ecr

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecrgate/ecrgate/scan"
)

// The settle rule, sentence by sentence: docs/reliability.md.

func at(t time.Time) *time.Time { return &t }

func findings(severities ...scan.Severity) []scan.Finding {
	list := []scan.Finding{}
	for _, s := range severities {
		list = append(list, scan.Finding{ID: "CVE-" + string(s), Severity: s})
	}
	return list
}

func TestWhatIsSettledAtTheFirstLook(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	zero := time.Duration(0)
	for name, c := range map[string]struct {
		scan   scan.Scan
		date   time.Time
		settle *time.Duration
		want   bool
	}{
		"basic findings, completed":                      {scan.Scan{Type: scan.Basic, Status: scan.Complete, CompletedAt: at(now), Findings: findings(scan.Low)}, now, nil, true},
		"basic findings, not completed":                  {scan.Scan{Type: scan.Basic, Status: scan.Complete, Findings: findings(scan.Low)}, now, nil, false},
		"enhanced findings, completed":                   {scan.Scan{Type: scan.Enhanced, Status: scan.Complete, CompletedAt: at(now), Findings: findings(scan.Low)}, now, nil, false},
		"active with basic findings, which is enhanced":  {scan.Scan{Type: scan.Enhanced, Status: scan.Active, CompletedAt: at(now), Findings: findings(scan.Low)}, now, nil, false},
		"empty, completed now":                           {scan.Scan{Status: scan.Complete, CompletedAt: at(now), Findings: findings()}, now, nil, false},
		"empty, completed 5 minutes ago to the second":   {scan.Scan{Status: scan.Complete, CompletedAt: at(now.Add(-5 * time.Minute)), Findings: findings()}, now, nil, false},
		"empty, completed more than 5 minutes ago":       {scan.Scan{Status: scan.Complete, CompletedAt: at(now.Add(-5*time.Minute - time.Second)), Findings: findings()}, now, nil, true},
		"the same without a date of the answer":          {scan.Scan{Status: scan.Complete, CompletedAt: at(now.Add(-time.Hour)), Findings: findings()}, time.Time{}, nil, false},
		"empty without completion, however old":          {scan.Scan{Status: scan.Complete, Findings: findings()}, now, nil, false},
		"completed in the future":                        {scan.Scan{Type: scan.Enhanced, Status: scan.Active, CompletedAt: at(now.Add(time.Hour)), Findings: findings(scan.Low)}, now, nil, false},
		"settle 0: enhanced findings, completed":         {scan.Scan{Type: scan.Enhanced, Status: scan.Active, CompletedAt: at(now), Findings: findings(scan.Low)}, now, &zero, true},
		"settle 0: enhanced findings, without a time":    {scan.Scan{Type: scan.Enhanced, Status: scan.Active, Findings: findings(scan.Low)}, now, &zero, false},
		"settle 0: empty, completed":                     {scan.Scan{Status: scan.Complete, CompletedAt: at(now), Findings: findings()}, now, &zero, false},
		"settle 0: empty, completed minutes ago":         {scan.Scan{Status: scan.Complete, CompletedAt: at(now.Add(-time.Hour)), Findings: findings()}, now, &zero, true},
		"settle of a minute: basic findings, completed":  {scan.Scan{Type: scan.Basic, Status: scan.Complete, CompletedAt: at(now), Findings: findings(scan.Low)}, now, lasting(time.Minute), true},
		"settle of a minute: enhanced, minutes ago":      {scan.Scan{Type: scan.Enhanced, Status: scan.Active, CompletedAt: at(now.Add(-time.Hour)), Findings: findings(scan.Low)}, now, lasting(time.Minute), true},
		"the clock of the server is an hour behind ours": {scan.Scan{Type: scan.Enhanced, Status: scan.Active, CompletedAt: at(now), Findings: findings()}, now.Add(-time.Hour), nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(now))
				var l settleTracker
				if got := l.evidence(&c.scan, time.Time{}, c.date, c.settle); (got != "") != c.want {
					t.Errorf("settled by %q, want %t", got, c.want)
				}
			})
		})
	}
}

// A scan by Amazon Inspector after the completion time in ECR makes the result younger, and clocks that
// disagree make it no older.
func TestWhatIsNotOldEnough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		s := scan.Scan{Type: scan.Enhanced, Status: scan.Active, CompletedAt: at(now.Add(-time.Hour)), Findings: findings(scan.Low)}
		for name, c := range map[string]struct {
			inspected, date time.Time
			want            SettledBy
		}{
			"never inspected":                         {time.Time{}, now, ByAge},
			"inspected an hour ago":                   {now.Add(-time.Hour), now, ByAge},
			"inspected a minute ago":                  {now.Add(-time.Minute), now, ""},
			"the date is four minutes ahead":          {time.Time{}, now.Add(4 * time.Minute), ByAge},
			"the date is more than four minutes off":  {time.Time{}, now.Add(4*time.Minute + time.Second), ""},
			"the date is a year ahead":                {time.Time{}, now.AddDate(1, 0, 0), ""},
			"the date is more than four minutes late": {time.Time{}, now.Add(-4*time.Minute - time.Second), ""},
		} {
			var l settleTracker
			if got := l.evidence(&s, c.inspected, c.date, nil); got != c.want {
				t.Errorf("%s: settled by %q, want %q", name, got, c.want)
			}
		}
	})
}

func lasting(d time.Duration) *time.Duration { return &d }

// Each change comes at the third poll, which would have been the last.
func TestWhatMakesTheLooksBeginAnew(t *testing.T) {
	base := func() page { return page{status: "ACTIVE", enhanced: []string{"1:LOW", "2:LOW"}} }
	for name, c := range map[string]struct {
		change func(*page)
		newer  bool
	}{
		"nothing":                         {func(*page) {}, false},
		"the order of the findings":       {func(p *page) { p.enhanced = []string{"2:LOW", "1:LOW"} }, false},
		"a finding more":                  {func(p *page) { p.enhanced = append(p.enhanced, "3:LOW") }, true},
		"a finding less":                  {func(p *page) { p.enhanced = p.enhanced[:1] }, true},
		"another finding":                 {func(p *page) { p.enhanced[1] = "3:LOW" }, true},
		"another severity of a finding":   {func(p *page) { p.enhanced[1] = "2:HIGH" }, true},
		"the status":                      {func(p *page) { p.status = "COMPLETE" }, true},
		"a completion time that was none": {func(p *page) { p.completed = time.Now() }, true},
		"the counts":                      {func(p *page) { p.counts = map[string]int{"LOW": 2} }, false},
	} {
		t.Run(name, func(t *testing.T) {
			tr := try(t, Options{}, time.Hour, func(call call) reply {
				p := base()
				if call.before >= 2 {
					c.change(&p)
				}
				return p.reply()
			})
			if tr.err != nil {
				t.Fatal(tr.err)
			}
			want := time.Minute
			if c.newer {
				want = 2 * time.Minute
			}
			tr.took_(t, want, want)
		})
	}
}

func TestANewScanMakesTheLooksBeginAnewAndAMovingClockDoesNot(t *testing.T) {
	first := time.Now().Truncate(time.Second)
	tr := try(t, Options{}, time.Hour, func(c call) reply {
		p := page{status: "ACTIVE", completed: first, enhanced: []string{}}
		if c.before >= 2 {
			p.completed = first.Add(time.Minute)
		}
		r := p.reply()
		r.date = first.Add(time.Minute + c.at)
		return r
	})
	tr.wants(t, 0, 2*time.Minute, 2*time.Minute)
	moving := try(t, Options{}, time.Hour, func(c call) reply {
		return page{status: "ACTIVE", completed: ago(time.Second), enhanced: []string{}}.reply()
	})
	moving.wants(t, 0, time.Minute, time.Minute)
}

func TestTheThirdLookFallsOnTheTimeToSettleWhateverALookTakes(t *testing.T) {
	tr := try(t, Options{}, time.Hour, func(c call) reply {
		time.Sleep(7 * time.Second)
		return page{status: "ACTIVE", enhanced: []string{"1:LOW"}}.reply()
	})
	tr.wants(t, 1, 67*time.Second, 90*time.Second)
	if n := tr.reg.count("DescribeImageScanFindings"); n != 3 {
		t.Errorf("%d looks, want 3", n)
	}
}

func TestTroubleBetweenLooksDoesNotCountAsALook(t *testing.T) {
	tr := try(t, Options{}, time.Hour, func(c call) reply {
		if c.before == 1 {
			return refuse("ThrottlingException", "Rate exceeded")
		}
		return page{status: "ACTIVE", enhanced: []string{"1:LOW"}}.reply()
	})
	tr.wants(t, 1, time.Minute, 70*time.Second)
	if n := tr.reg.count("DescribeImageScanFindings"); n != 4 {
		t.Errorf("%d calls, want 4", n)
	}
}
