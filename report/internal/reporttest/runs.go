// Package reporttest has runs for the tests of all formats, and compares reports with golden files.
package reporttest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/exploit"
	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/scan"
)

// All formats are tested with the runs in this file. Package policy judges them, so that no report shows a
// verdict that a policy could not have reached.

// Now is when every run of the tests took place.
var Now = time.Date(2026, 1, 20, 12, 0, 0, 0, time.UTC)

const policyText = `version: 1
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
    reason: no longer found
scan:
  maxAge: 30d
  accept:
    - status: UNSUPPORTED_IMAGE
      images: ["tools/*"]
      reason: scratch images with one static binary
`

func MustLoad(text string) *policy.Policy {
	p, err := policy.Load([]policy.File{{Name: ".ecrgate.yml", Text: []byte(text)}}, Now)
	if err != nil {
		panic(err)
	}
	return p
}

// Digest returns a digest whose first digits can be distinguished.
func Digest(n int) string { return "sha256:" + strings.Repeat(fmt.Sprintf("%04x", n*0x1111), 16) }

func At(day int) *time.Time {
	t := time.Date(2026, 1, day, 3, 4, 5, 0, time.UTC)
	return &t
}

func Points(n float64) *float64 { return &n }

var (
	amd64 = scan.Platform{OS: "linux", Arch: "amd64"}
	arm64 = scan.Platform{OS: "linux", Arch: "arm64", Variant: "v8"}
)

// Image returns an image of the fixtures, without findings.
func Image(repository, tag string, n int) report.Image {
	return report.Image{Ref: scan.Image{RegistryID: "123456789012", Region: "eu-west-1", Repository: repository, Tag: tag, Digest: Digest(n)}}
}

// Rich returns a run with one of everything: an index of two platforms with every disposition, a basic scan
// with unreported data, an image that passes with a warning, one without a verdict, and one that was NOT
// JUDGED.
func Rich() report.Run {
	p := MustLoad(policyText)
	images := []report.Image{richIndex(p), richBasic(p), richWarned(p), Missing(), richAccepted(p)}
	r := Concluded(p, images)
	r.ExploitData = richData
	return r
}

// richData are the files behind EPSS and KnownExploited of the rich findings.
var richData = []exploit.File{
	{Kind: exploit.KindEPSS, Source: "data/epss_scores-current.csv.gz", Date: time.Date(2026, 1, 20, 0, 0, 0, 0, time.UTC), SHA256: strings.Repeat("e9", 32)},
	{Kind: exploit.KindKEV, Source: "data/kev.json", SHA256: strings.Repeat("4e", 32)},
}

// Concluded returns a run of images, concluded the way check does.
func Concluded(p *policy.Policy, images []report.Image) report.Run {
	r := report.Run{Version: "1.2.3", Policy: p, Mode: "enforce", Verdict: policy.Passed, Images: images,
		Started: Now.Add(-95 * time.Second), Ended: Now}
	complete := true
	var verdicts []*policy.Verdict
	for i := range images {
		v := &images[i].Verdict
		verdicts, complete = append(verdicts, v), complete && images[i].Judged
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
func richIndex(p *policy.Policy) report.Image {
	img := Image("team/app", "1.2", 0xa)
	img.Platforms, img.Judged = []scan.Platform{amd64, arm64}, true
	img.Scan = report.Scan{Type: scan.Enhanced, Status: scan.Active, Description: "Continuous scan is selected for image.", CompletedAt: At(18), SettledBy: "inspector", LastScannedAt: At(18)}
	img.Notes = []string{"settle is 5s (flag --settle)", "skipped unknown/unknown, an attestation"}
	known := policy.NewBaseline([]scan.Finding{{ID: "CVE-2024-3000", Severity: scan.High, Packages: []scan.Package{{Name: "libknown"}}}})
	var verdicts []policy.PlatformVerdict
	for i, platform := range []scan.Platform{amd64, arm64} {
		s := scan.Scan{Image: img.Ref, Platform: platform, Type: scan.Enhanced, Status: scan.Active, CompletedAt: At(18 + i), Findings: richFindings()[i:]}
		s.Image.Digest = Digest(0xb + i)
		v := evaluated(p, &s, known)
		verdicts = append(verdicts, policy.PlatformVerdict{Platform: platform, Verdict: v})
		img.Children = append(img.Children, report.Manifest{Platform: platform, Digest: s.Image.Digest, Verdict: v,
			Scan: report.Scan{Type: s.Type, Status: s.Status, Description: img.Scan.Description, CompletedAt: s.CompletedAt, SettledBy: "inspector", LastScannedAt: s.CompletedAt}})
	}
	img.Verdict = policy.Merge(verdicts)
	return img
}

// richFindings returns findings with every disposition; the first is on one platform only.
func richFindings() []scan.Finding {
	return []scan.Finding{
		{ID: "CVE-2025-1111", Title: "CVE-2025-1111 - glibc", Description: "A buffer overflow in glibc.\nIt can be reached from the network.",
			URL: "https://nvd.nist.gov/vuln/detail/CVE-2025-1111", Severity: scan.Critical, Score: Points(9.8), ScoreSource: "NVD",
			Vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", FixAvailable: scan.Yes, ExploitAvailable: scan.Yes, Status: "ACTIVE",
			EPSS: Points(0.94358), KnownExploited: scan.Yes, FirstObserved: At(2), VendorCreated: At(1), References: []string{"https://example.com/a", "ftp://example.com/b"},
			Packages: []scan.Package{{Name: "libc6", Version: "2.36-9", FixedIn: "2.36-10", Manager: "OS"}, {Name: "libc-bin", Version: "2.36-9", FixedIn: "2.36-10", Manager: "OS"}},
			ARN:      "arn:aws:inspector2:eu-west-1:123456789012:finding/1111"},
		{ID: "CVE-2024-2222", Title: "lodash: prototype pollution", Severity: scan.High, Score: Points(7.5), ScoreSource: "GITHUB",
			FixAvailable: scan.Partial, ExploitAvailable: scan.No, EPSS: Points(0.0021), KnownExploited: scan.No, Status: "ACTIVE", FirstObserved: At(15), Related: []string{"GHSA-aaaa-bbbb-cccc"},
			Packages: []scan.Package{{Name: "lodash", Version: "4.17.20", FixedIn: "4.17.21", Manager: "NPM", Path: "srv/app/package-lock.json"},
				{Name: "lodash", Version: "3.10.1", Manager: "NPM", Path: "srv/old/package-lock.json"}}},
		{ID: "CVE-2023-45853", Title: "zlib: MiniZip", Severity: scan.Critical, Score: Points(9.8), FixAvailable: scan.No, ExploitAvailable: scan.No,
			Status: "ACTIVE", Packages: []scan.Package{{Name: "zlib1g", Version: "1:1.2.13", Manager: "OS"}}},
		{ID: "CVE-2025-0001", Severity: scan.High, Score: Points(8), FixAvailable: scan.Yes, ExploitAvailable: scan.No, Status: "ACTIVE",
			Packages: []scan.Package{{Name: "libexpiring", Version: "1", FixedIn: "2", Manager: "OS"}}},
		{ID: "CVE-2025-0002", Severity: scan.High, Score: Points(8.1), FixAvailable: scan.Yes, ExploitAvailable: scan.No, Status: "ACTIVE",
			Packages: []scan.Package{{Name: "libexpired", Version: "1", FixedIn: "2", Manager: "OS"}}},
		{ID: "CVE-2024-3000", Severity: scan.High, Score: Points(7), FixAvailable: scan.Yes, ExploitAvailable: scan.No, Status: "ACTIVE",
			Packages: []scan.Package{{Name: "libknown", Version: "5", FixedIn: "6", Manager: "OS"}}},
		{ID: "CVE-2024-4000", Severity: scan.Medium, Score: Points(5.5), FixAvailable: scan.No, ExploitAvailable: scan.No, Status: "SUPPRESSED",
			Packages: []scan.Package{{Name: "libquiet", Version: "1", Manager: "OS"}}},
		{ID: "CVE-2024-5000", Severity: scan.Low, Score: Points(3.1), EPSS: Points(0.25), KnownExploited: scan.Yes, FixAvailable: scan.No, ExploitAvailable: scan.No, Status: "ACTIVE",
			Packages: []scan.Package{{Name: "liblow", Version: "0.1", Manager: "OS"}}},
	}
}

// richBasic returns an image with a basic scan: without fixes and exploits, and with more data missing.
func richBasic(p *policy.Policy) report.Image {
	return Judged(p, Image("team/base", "2026", 1), scan.Scan{Type: scan.Basic, Status: scan.Complete, CompletedAt: At(19), Findings: []scan.Finding{
		{ID: "CVE-2024-6001", Severity: scan.High, Score: Points(7.8), Vector: "AV:L/AC:L/Au:N/C:C/I:C/A:C", FixAvailable: scan.Unknown, ExploitAvailable: scan.Unknown,
			Packages: []scan.Package{{Name: "openssl", Version: "1.1.1", Manager: "OS"}}},
		{ID: "CVE-2024-6002", Severity: "APOCALYPTIC", FixAvailable: scan.Unknown, ExploitAvailable: scan.Unknown,
			Packages: []scan.Package{{Name: "bash", Version: "5", Manager: "OS"}}},
		{ID: "CVE-2024-6003", Severity: scan.Undefined, FixAvailable: scan.Unknown, ExploitAvailable: scan.Unknown},
		{Severity: scan.Informational, FixAvailable: scan.Unknown, ExploitAvailable: scan.Unknown, Packages: []scan.Package{{Name: "nameless", Version: "1", Manager: "OS"}}},
	}})
}

// richWarned returns an image that passes although a rule that only warns is breached.
func richWarned(p *policy.Policy) report.Image {
	s := scan.Scan{Type: scan.Enhanced, Status: scan.Complete, CompletedAt: At(19)}
	for i := range 3 {
		s.Findings = append(s.Findings, scan.Finding{ID: fmt.Sprintf("CVE-2024-700%d", i), Severity: scan.Medium, Score: Points(5), FixAvailable: scan.Yes, ExploitAvailable: scan.No,
			Status: "ACTIVE", Packages: []scan.Package{{Name: "curl", Version: "8.0", FixedIn: "8.1", Manager: "OS"}}})
	}
	return Judged(p, Image("team/web", "3", 2), s)
}

func Missing() report.Image {
	img := Image("team/late", "", 3)
	err := &scan.StatusError{Status: scan.NotFound}
	img.Err, img.Hint, img.Scan.Status = err, err.Hint(), scan.NotFound
	img.Verdict = policy.Verdict{Outcome: policy.Errored, Err: err}
	return img
}

func richAccepted(p *policy.Policy) report.Image {
	img := Image("tools/static", "9", 4)
	img.Scan = report.Scan{Status: scan.UnsupportedImage, Description: "The operating system and/or package manager are not supported."}
	a, ok := p.Accepts(img.Ref, img.Scan.Status, img.Scan.Description, Now)
	if !ok {
		panic("the policy of the fixtures accepts UNSUPPORTED_IMAGE of tools/*")
	}
	img.Accepted, img.Verdict = a.Reason, policy.Verdict{Outcome: policy.Passed}
	img.Notes = []string{fmt.Sprintf("NOT JUDGED: the policy accepts %s: %s", a.Status, a.Reason)}
	return img
}

// Judged returns an image with one complete scan.
func Judged(p *policy.Policy, img report.Image, s scan.Scan) report.Image {
	s.Image = img.Ref
	img.Scan = report.Scan{Type: s.Type, Status: s.Status, Description: s.Description, CompletedAt: s.CompletedAt, SettledBy: "age"}
	img.Judged, img.Verdict = true, evaluated(p, &s, nil)
	return img
}

// evaluated returns the verdict on a scan, with the findings that are due, as the gate does.
func evaluated(p *policy.Policy, s *scan.Scan, known policy.Baseline) policy.Verdict {
	v := p.Evaluate(context.Background(), s, known, Now)
	if err := p.MarkDue(context.Background(), &v, s, known, Now); err != nil {
		panic(err)
	}
	return v
}

// Clean returns a run that passes and has no findings.
func Clean() report.Run {
	p := MustLoad("version: 1\nrules:\n  - name: nothing\n")
	return Concluded(p, []report.Image{Judged(p, Image("team/clean", "1", 5), scan.Scan{Status: scan.Complete, CompletedAt: At(19)})})
}

// Large returns a run of one image with n findings, about a third of them counted.
func Large(n int) report.Run {
	p := MustLoad("version: 1\nrules:\n  - name: high or worse\n    minSeverity: HIGH\n")
	s := scan.Scan{Type: scan.Enhanced, Status: scan.Active, CompletedAt: At(19), Findings: make([]scan.Finding, n)}
	severities := []scan.Severity{scan.Critical, scan.Medium, scan.Low, scan.High, scan.Untriaged, scan.Medium}
	fixes := []scan.Availability{scan.Yes, scan.No, scan.Partial}
	for i := range s.Findings {
		s.Findings[i] = scan.Finding{ID: fmt.Sprintf("CVE-2025-%05d", i/3), Title: fmt.Sprintf("CVE-2025-%05d - package%d", i/3, i),
			Description: strings.Repeat("A long sentence about what an attacker could do. ", 8), URL: fmt.Sprintf("https://nvd.nist.gov/vuln/detail/CVE-2025-%05d", i/3),
			Severity: severities[i%6], Score: Points(float64(i%100) / 10), Vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", ScoreSource: "NVD",
			FixAvailable: fixes[i%3], ExploitAvailable: scan.No, Status: "ACTIVE", FirstObserved: At(1 + i%19),
			Packages: []scan.Package{{Name: fmt.Sprintf("package%d", i), Version: "1.0-1", FixedIn: "1.0-2", Manager: "OS", Arch: "X86_64"}}}
	}
	return Concluded(p, []report.Image{Judged(p, Image("team/large", "1", 6), s)})
}

// Index returns a complete run of an index, so that unused exceptions are reported; its breach does not fail
// the job.
func Index() report.Run {
	p := MustLoad(policyText)
	r := Concluded(p, []report.Image{richIndex(p)})
	r.ExploitData = richData
	r.Mode, r.ExitCode = "report", 0
	return r
}

// Usage returns the run of a usage error, without images.
func Usage() report.Run {
	return report.Run{Version: "1.2.3", Mode: "enforce", Verdict: policy.Errored, ExitCode: 2, Problem: "flag --fail-on: \"HIHG\" is not a severity", Started: Now, Ended: Now}
}

// Runs returns the runs that every format must write, by the name of their golden files.
func Runs() map[string]report.Run {
	return map[string]report.Run{"rich": Rich(), "index": Index(), "clean": Clean(), "hostile": Hostile(), "base-image": OnBase()}
}

// OnBase returns a run of an image on a base image, with a finding for each value of inBaseImage, and of one
// that is not built on it.
func OnBase() report.Run {
	p := MustLoad("version: 1\nrules:\n  - name: high or worse\n    minSeverity: HIGH\n")
	yes, no, removes, adds := true, false, 31, 1
	findings := func(words ...scan.Availability) (s scan.Scan) {
		s = scan.Scan{Type: scan.Enhanced, Status: scan.Active, CompletedAt: At(19)}
		for i, word := range words {
			s.Findings = append(s.Findings, scan.Finding{ID: fmt.Sprintf("CVE-2024-%d", i+1), Severity: scan.High, FixAvailable: scan.No, ExploitAvailable: scan.No, InBaseImage: word,
				Packages: []scan.Package{{Name: "curl", Version: "8.0", Manager: "OS", Layer: Digest(3)}}})
		}
		return s
	}
	fits := Judged(p, Image("team/app", "1", 1), findings(scan.Yes, scan.No, scan.Unknown))
	fits.Base = &report.Base{Image: "node:20", Digest: Digest(7), Fits: &yes, New: &report.NewBase{Image: "node:22", Digest: Digest(8), Removes: &removes, Adds: &adds}}
	unlike := Judged(p, Image("team/web", "1", 2), findings(scan.Unknown))
	unlike.Base = &report.Base{Image: "node:20", Digest: Digest(7), Fits: &no}
	return Concluded(p, []report.Image{fits, unlike})
}

// TwoImages returns a run of two images of one repository that share a finding, in two versions of its
// package.
func TwoImages() report.Run {
	p := MustLoad("version: 1\nrules:\n  - name: high or worse\n    minSeverity: HIGH\n")
	finding := func(id, version string, severity scan.Severity) scan.Finding {
		return scan.Finding{ID: id, Severity: severity, FixAvailable: scan.Yes, ExploitAvailable: scan.No,
			Packages: []scan.Package{{Name: "curl", Version: version, FixedIn: "9", Manager: "OS"}}}
	}
	scanOf := func(findings ...scan.Finding) scan.Scan {
		return scan.Scan{Type: scan.Enhanced, Status: scan.Active, CompletedAt: At(19), Findings: findings}
	}
	return Concluded(p, []report.Image{
		Judged(p, Image("team/app", "1", 1), scanOf(finding("CVE-2024-1", "8.0", scan.Medium), finding("CVE-2024-2", "8.0", scan.High))),
		Judged(p, Image("team/app", "2", 2), scanOf(finding("CVE-2024-1", "8.1", scan.High))),
	})
}

// one returns a run of one image with one finding.
func one(f scan.Finding) report.Run {
	p := MustLoad("version: 1\nrules:\n  - name: high or worse\n    minSeverity: HIGH\n")
	s := scan.Scan{Type: scan.Enhanced, Status: scan.Active, CompletedAt: At(19), Findings: []scan.Finding{f}}
	return Concluded(p, []report.Image{Judged(p, Image("team/app", "1", 1), s)})
}

// TwoVersions returns a run with a finding in two versions of a package in one lock file.
func TwoVersions() report.Run {
	const path = "app/package-lock.json"
	return one(scan.Finding{ID: "CVE-2026-1030", Severity: scan.High, FixAvailable: scan.Yes, ExploitAvailable: scan.No, Packages: []scan.Package{
		{Name: "debug", Version: "2.6.8", FixedIn: "2.6.9", Manager: "NPM", Path: path},
		{Name: "debug", Version: "3.0.1", FixedIn: "3.1.0", Manager: "NPM", Path: path},
		{Name: "debug", Version: "3.0.1", FixedIn: "3.1.0", Manager: "NPM", Path: path, Arch: "X86_64"},
	}})
}

// MaliciousPackage returns a run with a finding whose package must be removed.
func MaliciousPackage() report.Run {
	return one(scan.Finding{ID: "MAL-2026-1", Severity: scan.Critical, FixAvailable: scan.No, ExploitAvailable: scan.No,
		Packages: []scan.Package{{Name: "evil-left-pad", Version: "1.0.0", Manager: "NPM", Path: "app/package-lock.json"}}})
}

// Nameless returns a run with a finding that has a title but no id.
func Nameless() report.Run {
	return one(scan.Finding{Title: "Overflow in libfoo", Severity: scan.High, FixAvailable: scan.No, ExploitAvailable: scan.No,
		Packages: []scan.Package{{Name: "libfoo", Version: "1", Manager: "OS"}}})
}

// Fleet returns a run of n images in n repositories. Every fourth breaches its policy with a finding that all
// of them share and one of its own, every fifth has no verdict, and all have a finding that no rule counts.
func Fleet(n int) report.Run {
	p := MustLoad("version: 1\nrules:\n  - name: high or worse\n    minSeverity: HIGH\n")
	var images []report.Image
	for i := range n {
		img := Image(fmt.Sprintf("team/app%04d", i), "1", 1+i)
		findings := []scan.Finding{{ID: "CVE-2026-0001", Severity: scan.Low, FixAvailable: scan.No, ExploitAvailable: scan.No, Packages: []scan.Package{{Name: "tar", Version: "1"}}}}
		if i%4 == 0 {
			findings = append(findings,
				scan.Finding{ID: "CVE-2026-0002", Severity: scan.Critical, FixAvailable: scan.Yes, ExploitAvailable: scan.No, Packages: []scan.Package{{Name: "openssl", Version: fmt.Sprint("3.0.", i%8), FixedIn: "3.0.9"}}},
				scan.Finding{ID: fmt.Sprintf("CVE-2026-%d", 1000+i), Severity: scan.High, FixAvailable: scan.Yes, ExploitAvailable: scan.No, Packages: []scan.Package{{Name: "curl", Version: "8", FixedIn: fmt.Sprint("8.", i%3)}}})
		}
		switch {
		case i%5 == 1:
			missing := Missing()
			missing.Ref = img.Ref
			images = append(images, missing)
		default:
			images = append(images, Judged(p, img, scan.Scan{Type: scan.Enhanced, Status: scan.Active, CompletedAt: At(19), Findings: findings}))
		}
	}
	return Concluded(p, images)
}
