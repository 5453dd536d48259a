package reporttest

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/exploit"
	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/scan"
)

// HostileText has everything that an attacker could put into a name or a description: control sequences,
// commands of CI runners, markup, links, and bytes that are not text.
const HostileText = "\x1b[31mred\x1b]8;;https://evil.example\x07link\x00\r\n::error::owned\n ##vso[task.setvariable]x ##[warning]y\u202egpj.exe\u2066\u200b\u2028" +
	"<script>alert(1)</script><img src=x onerror=alert(1)>]]>--><!-- ${{ secrets.X }} [click](javascript:alert(1)) ![i](https://evil.example/p.png) " +
	"@octocat #1 https://evil.example www.evil.example | `code` ``` *b* _i_ ~s~ \\ &lt; &amp; $x$ \xff\xfe \"'%0A EOF\n_GitHubActionsFileCommandDelimeter_\n"

// Hostile returns a run with hostile text wherever an attacker could put it: in responses from ECR, in image
// names, in the policy and in errors.
func Hostile() report.Run {
	id, _ := policy.ParseGlob("*"+HostileText, true)
	name, _ := policy.ParseGlob(HostileText, false)
	day := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	p := &policy.Policy{Source: HostileText, SHA256: strings.Repeat("0f", 32),
		Rules:      []policy.Rule{{Name: "all" + HostileText, Action: policy.Fail, Unknown: policy.Count}, {Name: "warn" + HostileText, Action: policy.Warn, Unknown: policy.Skip, MinScore: Points(11)}},
		Exceptions: []policy.Exception{{ID: id, Package: name, Reason: HostileText, Expires: &day}, {Index: 1, ID: id, Reason: HostileText}}}
	ref := scan.Image{Repository: "team/" + HostileText, Tag: HostileText, Digest: HostileText}
	img := Judged(p, report.Image{Ref: ref, Notes: []string{HostileText}}, scan.Scan{Type: scan.Enhanced, Status: HostileText, Description: HostileText, CompletedAt: At(19), Findings: hostileFindings()})
	img.Base = &report.Base{Image: HostileText, Digest: HostileText, New: &report.NewBase{Image: HostileText, Digest: HostileText, Removes: new(int), Adds: new(int)}}
	img.Platforms = []scan.Platform{{OS: HostileText, Arch: "x"}}
	img.Children = []report.Manifest{{Platform: img.Platforms[0], Digest: HostileText, Scan: img.Scan, Verdict: policy.Verdict{Outcome: policy.Errored}, Err: fmt.Errorf("%s", HostileText)}}
	none := report.Image{Ref: scan.Image{Repository: "none/" + HostileText, Tag: HostileText}, Err: fmt.Errorf("%s", HostileText), Hint: HostileText, Scan: report.Scan{Status: HostileText}}
	none.Verdict = policy.Verdict{Outcome: policy.Errored, Err: none.Err}
	accepted := report.Image{Ref: scan.Image{Repository: "accepted/" + HostileText, Digest: HostileText}, Accepted: HostileText, Verdict: policy.Verdict{Outcome: policy.Passed}}
	r := Concluded(p, []report.Image{img, none, accepted})
	r.Version = HostileText
	r.ExploitData = []exploit.File{{Kind: exploit.KindKEV, Source: HostileText, SHA256: strings.Repeat("0f", 32)}}
	return r
}

// hostileFindings returns counted and excepted findings with hostile text in every field.
func hostileFindings() []scan.Finding {
	links := []string{"javascript:alert(1)", "https://evil.example/\"><script>alert(1)</script>", "https://evil.example/)|`\n::error::x", " https://evil.example", "https://[bad", "data:text/html,x", HostileText}
	findings := []scan.Finding{{ID: "x" + HostileText, Severity: scan.Critical, FixAvailable: scan.Unknown, ExploitAvailable: scan.Unknown, Packages: []scan.Package{{Name: HostileText, Version: HostileText, FixedIn: HostileText, Manager: HostileText, Path: HostileText, Arch: HostileText}}}}
	for i, link := range links {
		findings = append(findings, scan.Finding{ID: fmt.Sprintf("h%d %s", i, HostileText), Title: HostileText, Description: HostileText, URL: link, Severity: scan.High,
			Score: Points(7), ScoreSource: HostileText, Vector: HostileText, FixAvailable: scan.Unknown, ExploitAvailable: scan.Unknown, Status: HostileText,
			Packages: findings[0].Packages, Platforms: []scan.Platform{{OS: HostileText, Arch: "y"}}, Related: []string{HostileText}, References: links, ARN: HostileText})
	}
	return append(findings, scan.Finding{Severity: HostileText, Title: HostileText, FixAvailable: scan.No, ExploitAvailable: scan.No},
		scan.Finding{ID: "end" + HostileText, Severity: scan.Low, FixAvailable: scan.No, ExploitAvailable: scan.No, Status: "CLOSED"})
}

// Commands matches, in one line, anything that a CI runner would act on, and characters that no text should
// have.
var Commands = regexp.MustCompile(`^\s*::|##\[|##vso|[\x00-\x1f\x7f-\x9f\x{202a}-\x{202e}\x{2066}-\x{2069}]`)

// Monstrous returns a run with more of everything than fits in a job summary.
func Monstrous() report.Run {
	long := strings.Repeat(HostileText, 5)
	day := Now.AddDate(0, 0, 5)
	glob, _ := policy.ParseGlob(long, false)
	var v policy.Verdict
	v.Outcome = policy.Failed
	for i := range 300 {
		x := &policy.Exception{Index: i, ID: glob, Package: glob, Reason: long, Expires: &day}
		v.Exceptions = append(v.Exceptions, policy.ExceptionResult{Exception: x, State: policy.StateExpiring, Used: 1})
		v.Rules = append(v.Rules, policy.RuleResult{Name: fmt.Sprint(i, long), Action: policy.Fail, Count: 1, Breached: true})
		v.Notes = append(v.Notes, long)
		f := &scan.Finding{ID: long, Severity: scan.High, URL: "https://a.example/" + strings.Repeat("x", 3000)}
		for range 50 {
			f.Packages = append(f.Packages, scan.Package{Name: long, Version: long, FixedIn: fmt.Sprint(i, long), Path: long})
		}
		v.Findings = append(v.Findings, policy.JudgedFinding{Finding: f, Disposition: policy.Counted, Rules: []string{long, v.Rules[i].Name}})
	}
	r := report.Run{Version: "1", Policy: &policy.Policy{Source: long, SHA256: strings.Repeat("a", 64)}, Mode: "enforce", Verdict: policy.Failed, ExitCode: 1, Ended: Now}
	for i := range 250 {
		img := Image("team/app", fmt.Sprintf("passes%d", i), i)
		img.Judged, img.Verdict = true, policy.Verdict{Outcome: policy.Passed, Findings: v.Findings, Notes: v.Notes}
		r.Images = append(r.Images, img)
	}
	last := Image("team/last", "fails", 7)
	last.Verdict, last.Judged = v, true
	for range 100 {
		last.Children = append(last.Children, report.Manifest{Platform: scan.Platform{OS: long, Arch: long}, Digest: Digest(1), Verdict: policy.Verdict{Outcome: policy.Failed}})
	}
	r.Images = append(r.Images, last)
	return r
}
