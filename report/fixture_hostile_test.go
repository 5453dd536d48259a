package report

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// hostileText is everything that somebody could put into a name or a description to be more than
// text: control sequences, commands of CI runners, markup, links, and bytes that are no text.
const hostileText = "\x1b[31mred\x1b]8;;https://evil.example\x07link\x00\r\n::error::owned\n ##vso[task.setvariable]x ##[warning]y\u202egpj.exe\u2066\u200b\u2028" +
	"<script>alert(1)</script><img src=x onerror=alert(1)>]]>--><!-- ${{ secrets.X }} [click](javascript:alert(1)) ![i](https://evil.example/p.png) " +
	"@octocat #1 https://evil.example www.evil.example | `code` ``` *b* _i_ ~s~ \\ &lt; &amp; $x$ \xff\xfe \"'%0A EOF\n_GitHubActionsFileCommandDelimeter_\n"

// hostileRun has hostile text wherever a stranger could put it: in what ECR says, in the names of
// the images, in the policy and in errors.
func hostileRun() Run {
	id, _ := policy.ParseGlob("*"+hostileText, true)
	name, _ := policy.ParseGlob(hostileText, false)
	day := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	p := &policy.Policy{Source: hostileText, SHA256: strings.Repeat("0f", 32),
		Rules:      []policy.Rule{{Name: "all" + hostileText, Action: policy.Fail, Unknown: policy.Count}, {Name: "warn" + hostileText, Action: policy.Warn, Unknown: policy.Skip, MinScore: points(11)}},
		Exceptions: []policy.Exception{{ID: id, Package: name, Reason: hostileText, Expires: &day}, {Index: 1, ID: id, Reason: hostileText}}}
	ref := scan.Image{Repository: "team/" + hostileText, Tag: hostileText, Digest: hostileText}
	img := judged(p, Image{Ref: ref, Notes: []string{hostileText}}, scan.Scan{Type: scan.Enhanced, Status: hostileText, Description: hostileText, CompletedAt: at(19), Findings: hostileFindings()})
	img.Platforms = []scan.Platform{{OS: hostileText, Arch: "x"}}
	img.Children = []Child{{Platform: img.Platforms[0], Digest: hostileText, Scan: img.Scan, Verdict: policy.Errored, Err: errors.New(hostileText)}}
	none := Image{Ref: scan.Image{Repository: "none/" + hostileText, Tag: hostileText}, Err: errors.New(hostileText), Advice: hostileText, Scan: Scan{Status: hostileText}}
	none.Verdict = policy.Verdict{Outcome: policy.Errored, Err: none.Err}
	accepted := Image{Ref: scan.Image{Repository: "accepted/" + hostileText, Digest: hostileText}, Accepted: hostileText, Verdict: policy.Verdict{Outcome: policy.Passed}}
	r := concluded(p, []Image{img, none, accepted})
	r.Version = hostileText
	return r
}

// hostileFindings are counted, and excepted, and have nothing in them that is what it should be.
func hostileFindings() []scan.Finding {
	links := []string{"javascript:alert(1)", "https://evil.example/\"><script>alert(1)</script>", "https://evil.example/)|`\n::error::x", " https://evil.example", "https://[bad", "data:text/html,x", hostileText}
	findings := []scan.Finding{{ID: "x" + hostileText, Severity: scan.Critical, FixAvailable: scan.Unknown, ExploitAvailable: scan.Unknown, Packages: []scan.Package{{Name: hostileText, Version: hostileText, FixedIn: hostileText, Manager: hostileText, Path: hostileText, Arch: hostileText}}}}
	for i, link := range links {
		findings = append(findings, scan.Finding{ID: fmt.Sprintf("h%d %s", i, hostileText), Title: hostileText, Description: hostileText, URL: link, Severity: scan.High,
			Score: points(7), ScoreSource: hostileText, Vector: hostileText, FixAvailable: scan.Unknown, ExploitAvailable: scan.Unknown, Status: hostileText,
			Packages: findings[0].Packages, Platforms: []scan.Platform{{OS: hostileText, Arch: "y"}}, Related: []string{hostileText}, References: links, ARN: hostileText})
	}
	return append(findings, scan.Finding{Severity: hostileText, Title: hostileText, FixAvailable: scan.No, ExploitAvailable: scan.No},
		scan.Finding{ID: "end" + hostileText, Severity: scan.Low, FixAvailable: scan.No, ExploitAvailable: scan.No, Status: "CLOSED"})
}
