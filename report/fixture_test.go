package report

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// The runs of this file are what all formats are tested with. They are judged by package policy, so
// that nothing is told of a verdict that a policy could not have come to.

// fixtureNow is when every run of the tests took place.
var fixtureNow = time.Date(2026, 1, 20, 12, 0, 0, 0, time.UTC)

const fixturePolicy = `version: 1
rules:
  - name: nothing critical
    minSeverity: CRITICAL
  - name: no fixable high
    minSeverity: HIGH
    fixAvailable: [YES, PARTIAL]
  - name: known exploits, one week of grace
    minSeverity: MEDIUM
    exploitAvailable: YES
    olderThan: 7d
    unknown: skip
  - name: medium budget
    severities: [MEDIUM]
    max: 1
    action: warn
exceptions:
  - id: CVE-2023-45853
    package: zlib1g
    reason: MiniZip is not built into zlib1g
    expires: 2026-06-30
  - id: CVE-2025-0001
    package: libexpiring
    reason: the vendor promised a release
    expires: 2026-01-25
  - id: CVE-2025-0002
    reason: accepted until the new year
    expires: 2025-12-31
  - id: CVE-1999-*
    package: "*"
    reason: nobody has this any more
scan:
  maxAge: 30d
  accept:
    - status: UNSUPPORTED_IMAGE
      images: ["tools/*"]
      reason: scratch images with one static binary
`

func mustLoad(text string) *policy.Policy {
	p, err := policy.Load([]policy.File{{Name: ".ecrgate.yml", Text: []byte(text)}}, fixtureNow)
	if err != nil {
		panic(err)
	}
	return p
}

// digestOf gives a digest whose first digits can be told apart.
func digestOf(n int) string { return "sha256:" + strings.Repeat(fmt.Sprintf("%04x", n*0x1111), 16) }

func at(day int) *time.Time {
	t := time.Date(2026, 1, day, 3, 4, 5, 0, time.UTC)
	return &t
}

func points(n float64) *float64 { return &n }

var (
	amd64 = scan.Platform{OS: "linux", Arch: "amd64"}
	arm64 = scan.Platform{OS: "linux", Arch: "arm64", Variant: "v8"}
)

// image is the head of an image of the fixtures.
func image(repository, tag string, n int) Image {
	return Image{Ref: scan.Image{RegistryID: "123456789012", Region: "eu-west-1", Repository: repository, Tag: tag, Digest: digestOf(n)}}
}

// richRun has one of everything: an index of two platforms with every disposition, a basic scan
// with what ECR did not report, an image that passes with a warning, one without a verdict, and one
// that was NOT JUDGED.
func richRun() Run {
	p := mustLoad(fixturePolicy)
	images := []Image{richIndex(p), richBasic(p), richWarned(p), richMissing(), richAccepted(p)}
	return concluded(p, images)
}

// concluded makes a run of images, as the command does.
func concluded(p *policy.Policy, images []Image) Run {
	r := Run{Version: "1.2.3", Policy: p, Mode: "enforce", Verdict: policy.Passed, Images: images,
		Started: fixtureNow.Add(-95 * time.Second), Ended: fixtureNow}
	complete := true
	var verdicts []*policy.Verdict
	for i := range images {
		v := &images[i].Verdict
		verdicts, complete = append(verdicts, v), complete && images[i].Complete
		switch {
		case v.Outcome == policy.Failed:
			r.Verdict, r.ExitCode = policy.Failed, 1
		case v.Outcome == policy.Errored && r.Verdict != policy.Failed:
			r.Verdict, r.ExitCode = policy.Errored, 3
		}
	}
	p.Conclude(verdicts, complete)
	return r
}

// richIndex is judged against a baseline, on two platforms that share most findings.
func richIndex(p *policy.Policy) Image {
	img := image("team/app", "1.2", 0xa)
	img.Platforms, img.Judged, img.Complete = []scan.Platform{amd64, arm64}, true, true
	img.Scan = Scan{Type: scan.Enhanced, Status: scan.Active, Description: "Continuous scan is selected for image.", CompletedAt: at(18)}
	img.Notes = []string{"settle is 5s (flag --settle)", "skipped unknown/unknown, an attestation"}
	known := policy.NewBaseline([]scan.Finding{{ID: "CVE-2024-3000", Severity: scan.High, Packages: []scan.Package{{Name: "libknown"}}}})
	var verdicts []policy.PlatformVerdict
	for i, platform := range []scan.Platform{amd64, arm64} {
		s := scan.Scan{Image: img.Ref, Platform: platform, Type: scan.Enhanced, Status: scan.Active, CompletedAt: at(18 + i), Findings: richFindings()[i:]}
		s.Image.Digest = digestOf(0xb + i)
		v := p.Evaluate(context.Background(), &s, known, fixtureNow)
		verdicts = append(verdicts, policy.PlatformVerdict{Platform: platform, Verdict: v})
		img.Children = append(img.Children, Child{Platform: platform, Digest: s.Image.Digest, Verdict: v.Outcome, Judged: true,
			Scan: Scan{Type: s.Type, Status: s.Status, Description: img.Scan.Description, CompletedAt: s.CompletedAt}})
	}
	img.Verdict = policy.Merge(verdicts)
	return img
}

// richFindings end in every disposition; the first is on one platform only.
func richFindings() []scan.Finding {
	return []scan.Finding{
		{ID: "CVE-2025-1111", Title: "CVE-2025-1111 - glibc", Description: "A buffer overflow in glibc.\nIt can be reached from the network.",
			URL: "https://nvd.nist.gov/vuln/detail/CVE-2025-1111", Severity: scan.Critical, Score: points(9.8), ScoreSource: "NVD",
			Vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", FixAvailable: scan.Yes, ExploitAvailable: scan.Yes, Status: "ACTIVE",
			FirstObserved: at(2), VendorCreated: at(1), References: []string{"https://example.com/a", "ftp://example.com/b"},
			Packages: []scan.Package{{Name: "libc6", Version: "2.36-9", FixedIn: "2.36-10", Manager: "OS"}, {Name: "libc-bin", Version: "2.36-9", FixedIn: "2.36-10", Manager: "OS"}},
			ARN:      "arn:aws:inspector2:eu-west-1:123456789012:finding/1111"},
		{ID: "CVE-2024-2222", Title: "lodash: prototype pollution", Severity: scan.High, Score: points(7.5), ScoreSource: "GITHUB",
			FixAvailable: scan.Partial, ExploitAvailable: scan.No, Status: "ACTIVE", FirstObserved: at(15), Related: []string{"GHSA-aaaa-bbbb-cccc"},
			Packages: []scan.Package{{Name: "lodash", Version: "4.17.20", FixedIn: "4.17.21", Manager: "NPM", Path: "srv/app/package-lock.json"},
				{Name: "lodash", Version: "3.10.1", Manager: "NPM", Path: "srv/old/package-lock.json"}}},
		{ID: "CVE-2023-45853", Title: "zlib: MiniZip", Severity: scan.Critical, Score: points(9.8), FixAvailable: scan.No, ExploitAvailable: scan.No,
			Status: "ACTIVE", Packages: []scan.Package{{Name: "zlib1g", Version: "1:1.2.13", Manager: "OS"}}},
		{ID: "CVE-2025-0001", Severity: scan.High, Score: points(8), FixAvailable: scan.Yes, ExploitAvailable: scan.No, Status: "ACTIVE",
			Packages: []scan.Package{{Name: "libexpiring", Version: "1", FixedIn: "2", Manager: "OS"}}},
		{ID: "CVE-2025-0002", Severity: scan.High, Score: points(8.1), FixAvailable: scan.Yes, ExploitAvailable: scan.No, Status: "ACTIVE",
			Packages: []scan.Package{{Name: "libexpired", Version: "1", FixedIn: "2", Manager: "OS"}}},
		{ID: "CVE-2024-3000", Severity: scan.High, Score: points(7), FixAvailable: scan.Yes, ExploitAvailable: scan.No, Status: "ACTIVE",
			Packages: []scan.Package{{Name: "libknown", Version: "5", FixedIn: "6", Manager: "OS"}}},
		{ID: "CVE-2024-4000", Severity: scan.Medium, Score: points(5.5), FixAvailable: scan.No, ExploitAvailable: scan.No, Status: "SUPPRESSED",
			Packages: []scan.Package{{Name: "libquiet", Version: "1", Manager: "OS"}}},
		{ID: "CVE-2024-5000", Severity: scan.Low, Score: points(3.1), FixAvailable: scan.No, ExploitAvailable: scan.No, Status: "ACTIVE",
			Packages: []scan.Package{{Name: "liblow", Version: "0.1", Manager: "OS"}}},
	}
}

// richBasic is a basic scan: it knows no fix and no exploit, and ECR leaves out more than that.
func richBasic(p *policy.Policy) Image {
	return judged(p, image("team/base", "2026", 1), scan.Scan{Type: scan.Basic, Status: scan.Complete, CompletedAt: at(19), Findings: []scan.Finding{
		{ID: "CVE-2024-6001", Severity: scan.High, Score: points(7.8), Vector: "AV:L/AC:L/Au:N/C:C/I:C/A:C", FixAvailable: scan.Unknown, ExploitAvailable: scan.Unknown,
			Packages: []scan.Package{{Name: "openssl", Version: "1.1.1", Manager: "OS"}}},
		{ID: "CVE-2024-6002", Severity: "APOCALYPTIC", FixAvailable: scan.Unknown, ExploitAvailable: scan.Unknown,
			Packages: []scan.Package{{Name: "bash", Version: "5", Manager: "OS"}}},
		{ID: "CVE-2024-6003", Severity: scan.Undefined, FixAvailable: scan.Unknown, ExploitAvailable: scan.Unknown},
		{Severity: scan.Informational, FixAvailable: scan.Unknown, ExploitAvailable: scan.Unknown, Packages: []scan.Package{{Name: "nameless", Version: "1", Manager: "OS"}}},
	}})
}

// richWarned passes, though a rule that only warns is breached.
func richWarned(p *policy.Policy) Image {
	s := scan.Scan{Type: scan.Enhanced, Status: scan.Complete, CompletedAt: at(19)}
	for i := range 3 {
		s.Findings = append(s.Findings, scan.Finding{ID: fmt.Sprintf("CVE-2024-700%d", i), Severity: scan.Medium, Score: points(5), FixAvailable: scan.Yes, ExploitAvailable: scan.No,
			Status: "ACTIVE", Packages: []scan.Package{{Name: "curl", Version: "8.0", FixedIn: "8.1", Manager: "OS"}}})
	}
	return judged(p, image("team/web", "3", 2), s)
}

func richMissing() Image {
	img := image("team/late", "", 3)
	err := &scan.StatusError{Status: scan.NotFound}
	img.Err, img.Advice, img.Scan.Status = err, err.Hint(), scan.NotFound
	img.Verdict = policy.Verdict{Outcome: policy.Errored, Err: err}
	return img
}

func richAccepted(p *policy.Policy) Image {
	img := image("tools/static", "9", 4)
	img.Scan = Scan{Status: scan.UnsupportedImage, Description: "The operating system and/or package manager are not supported."}
	a, ok := p.Accepts(img.Ref, img.Scan.Status, img.Scan.Description, fixtureNow)
	if !ok {
		panic("the policy of the fixtures accepts UNSUPPORTED_IMAGE of tools/*")
	}
	img.Accepted, img.Verdict = a.Reason, policy.Verdict{Outcome: policy.Passed}
	img.Notes = []string{fmt.Sprintf("NOT JUDGED: the policy accepts %s: %s", a.Status, a.Reason)}
	return img
}

// judged is an image with one complete scan.
func judged(p *policy.Policy, img Image, s scan.Scan) Image {
	s.Image = img.Ref
	img.Scan = Scan{Type: s.Type, Status: s.Status, Description: s.Description, CompletedAt: s.CompletedAt}
	img.Judged, img.Complete, img.Verdict = true, true, p.Evaluate(context.Background(), &s, nil, fixtureNow)
	return img
}

// cleanRun passes and has no findings.
func cleanRun() Run {
	p := mustLoad("version: 1\nrules:\n  - name: nothing\n")
	return concluded(p, []Image{judged(p, image("team/clean", "1", 5), scan.Scan{Status: scan.Complete, CompletedAt: at(19)})})
}

// largeRun has one image with n findings, of which about every third is counted.
func largeRun(n int) Run {
	p := mustLoad("version: 1\nrules:\n  - name: high or worse\n    minSeverity: HIGH\n")
	s := scan.Scan{Type: scan.Enhanced, Status: scan.Active, CompletedAt: at(19), Findings: make([]scan.Finding, n)}
	severities := []scan.Severity{scan.Critical, scan.Medium, scan.Low, scan.High, scan.Untriaged, scan.Medium}
	fixes := []scan.Availability{scan.Yes, scan.No, scan.Partial}
	for i := range s.Findings {
		s.Findings[i] = scan.Finding{ID: fmt.Sprintf("CVE-2025-%05d", i/3), Title: fmt.Sprintf("CVE-2025-%05d - package%d", i/3, i),
			Description: strings.Repeat("A long sentence about what somebody could do. ", 8), URL: fmt.Sprintf("https://nvd.nist.gov/vuln/detail/CVE-2025-%05d", i/3),
			Severity: severities[i%6], Score: points(float64(i%100) / 10), Vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", ScoreSource: "NVD",
			FixAvailable: fixes[i%3], ExploitAvailable: scan.No, Status: "ACTIVE", FirstObserved: at(1 + i%19),
			Packages: []scan.Package{{Name: fmt.Sprintf("package%d", i), Version: "1.0-1", FixedIn: "1.0-2", Manager: "OS", Arch: "X86_64"}}}
	}
	return concluded(p, []Image{judged(p, image("team/large", "1", 6), s)})
}

// indexRun is complete, so that unused exceptions are told of, and its breach does not fail the job.
func indexRun() Run {
	p := mustLoad(fixturePolicy)
	r := concluded(p, []Image{richIndex(p)})
	r.Mode, r.ExitCode = "report", 0
	return r
}

// emptyRun has no images: nothing was judged, since the usage was wrong.
func emptyRun() Run {
	return Run{Version: "1.2.3", Mode: "enforce", Verdict: policy.Errored, ExitCode: 2, Problem: "flag --fail-on: \"HIHG\" is no severity", Started: fixtureNow, Ended: fixtureNow}
}

// fixtures are the runs that every format has to tell, by the name of their golden files.
func fixtures() map[string]Run {
	return map[string]Run{"rich": richRun(), "index": indexRun(), "clean": cleanRun(), "hostile": hostileRun()}
}

// TestTheRichRunHasOneOfEverything keeps the golden files from testing less than they seem to.
func TestTheRichRunHasOneOfEverything(t *testing.T) {
	dispositions, states, standings := map[policy.Disposition]int{}, map[policy.ExceptionState]int{}, map[string]int{}
	unknown, skipped, warned := 0, 0, 0
	rich, index := richRun(), indexRun()
	for _, img := range append(rich.Images, index.Images...) {
		standings[standing(&img)]++
		for _, f := range img.Verdict.Findings {
			dispositions[f.Disposition]++
			unknown += len(f.Unknown)
		}
		for _, x := range img.Verdict.Exceptions {
			states[x.State]++
		}
		for _, rule := range img.Verdict.Rules {
			skipped += rule.SkippedUnknown
			if rule.Breached && rule.Action == policy.Warn {
				warned++
			}
		}
	}
	if len(dispositions) != 5 || len(standings) != 4 || unknown == 0 || skipped == 0 || warned == 0 {
		t.Errorf("dispositions %v, standings %v, %d unknown, %d skipped, %d warnings", dispositions, standings, unknown, skipped, warned)
	}
	if len(states) != 4 {
		t.Errorf("exceptions: %v", states)
	}
}
