package fakeecr

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A finding is one that is written out, or (with count) a number of them that are made up.
type finding struct {
	ID            string   `yaml:"id"`
	Severity      string   `yaml:"severity"`
	Package       string   `yaml:"package"`
	Version       string   `yaml:"version"`
	Release       string   `yaml:"release"`
	FixedIn       string   `yaml:"fixedIn"`
	Manager       string   `yaml:"manager"`
	Path          string   `yaml:"path"`
	Layer         string   `yaml:"layer"`    // its name as in the image's layers; none: not reported
	Packages      []*pkg   `yaml:"packages"` // instead of the seven above
	Fix           string   `yaml:"fix"`      // YES, NO, PARTIAL; by default whether fixedIn is given
	Exploit       string   `yaml:"exploit"`
	Score         *float64 `yaml:"score"` // by default in the middle of the severity
	Unscored      bool     `yaml:"unscored"`
	Status        string   `yaml:"status"`
	FirstObserved string   `yaml:"firstObserved"` // a time, or -10d before the start
	VendorCreated string   `yaml:"vendorCreated"`
	Related       []string `yaml:"related"`
	ARN           string   `yaml:"arn"`
	Title         string   `yaml:"title"`
	Description   string   `yaml:"description"`
	URL           string   `yaml:"url"`
	EPSS          any      `yaml:"epss"` // in Inspector's list: a score, or the whole member; none by default

	Count      int      `yaml:"count"`      // made-up findings, all of the severity
	Last       string   `yaml:"last"`       // but for the last
	Severities []string `yaml:"severities"` // of made-up findings, in turn, instead of the severity
}

type pkg struct {
	Name    string `yaml:"name"`
	Version string `yaml:"version"`
	Release string `yaml:"release"`
	FixedIn string `yaml:"fixedIn"`
	Manager string `yaml:"manager"`
	Path    string `yaml:"path"`
	Layer   string `yaml:"layer"`
}

// Encoded findings are made once, so that a benchmark measures the client.
type encoded struct {
	once       sync.Once
	findings   [][]byte
	severities []string
	joined     sync.Map // of pages, by offset and number of findings
}

// middles are scores well inside the severities.
var middles = map[string]float64{"CRITICAL": 9.8, "HIGH": 7.5, "MEDIUM": 5.3, "LOW": 3.1, "INFORMATIONAL": 0}

// encode makes the wire form of a state's findings.
func (r *Registry) encode(img *image, s *state) *encoded {
	s.encoded.once.Do(func() {
		enhanced := r.enhanced(s)
		for _, f := range expand(s.Findings) {
			var wire any
			if enhanced {
				wire = r.enhancedFinding(img, f, len(s.encoded.findings))
			} else {
				wire = f.basic()
			}
			text, err := json.Marshal(wire)
			if err != nil {
				panic(err) // a script's texts and numbers always marshal
			}
			s.encoded.findings = append(s.encoded.findings, text)
			s.encoded.severities = append(s.encoded.severities, f.Severity)
		}
	})
	return s.encoded
}

func (r *Registry) enhanced(s *state) bool {
	if s.Type != "" {
		return s.Type == "enhanced"
	}
	return r.script.ScanType == "ENHANCED"
}

// expand makes up the findings of generators.
func expand(list []*finding) []*finding {
	var out []*finding
	for _, f := range list {
		if f.Count == 0 {
			out = append(out, f)
			continue
		}
		for i := range f.Count {
			made := madeUp(f, i)
			if i == f.Count-1 && f.Last != "" {
				made.Severity = f.Last
			}
			out = append(out, made)
		}
	}
	return out
}

var madeUpPackages = []string{"openssl", "zlib1g", "libxml2", "curl", "glibc", "perl-base", "systemd", "expat", "sqlite3", "org.yaml:snakeyaml"}

func madeUp(from *finding, i int) *finding {
	f := *from
	f.Count, f.Last = 0, ""
	if n := len(f.Severities); n > 0 {
		f.Severity = f.Severities[i%n]
	}
	f.ID = fmt.Sprintf("CVE-%d-%05d", 2019+i%8, 10000+i)
	f.Package = madeUpPackages[i%len(madeUpPackages)]
	f.Version = fmt.Sprintf("%d.%d.%d", 1+i%4, i%17, i%29)
	if f.Manager = "OS"; strings.Contains(f.Package, ":") {
		f.Manager, f.Path = "JAR", fmt.Sprintf("app/lib/%s-%d.jar", f.Package, i)
	}
	if i%3 == 0 {
		f.FixedIn = fmt.Sprintf("%d.%d.%d", 1+i%4, i%17, i%29+1)
	}
	f.Description = strings.Repeat(fmt.Sprintf("A flaw in %s lets an attacker who can send input %d reach memory that is not his. ", f.Package, i), 8)
	return &f
}

func (f *finding) packages() []*pkg {
	if f.Packages != nil || f.Package == "" {
		return f.Packages
	}
	return []*pkg{{Name: f.Package, Version: f.Version, Release: f.Release, FixedIn: f.FixedIn, Manager: f.Manager, Path: f.Path, Layer: f.Layer}}
}

func (f *finding) url() string {
	if f.URL != "" {
		return f.URL
	}
	return "https://security-tracker.debian.org/tracker/" + f.ID
}

// score returns the score and whether there is one.
func (f *finding) score() (float64, bool) {
	if f.Score != nil {
		return *f.Score, true
	}
	score, rated := middles[f.Severity]
	return score, rated && !f.Unscored
}

// basic is the wire form of a basic finding.
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageScanFinding.html
func (f *finding) basic() any {
	attributes := []map[string]string{}
	for _, p := range f.packages() {
		attributes = append(attributes,
			map[string]string{"key": "package_version", "value": version(p.Version, p.Release)},
			map[string]string{"key": "package_name", "value": p.Name})
	}
	if score, ok := f.score(); ok && f.Severity != "INFORMATIONAL" {
		attributes = append(attributes,
			map[string]string{"key": "CVSS3_VECTOR", "value": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"},
			map[string]string{"key": "CVSS3_SCORE", "value": strconv.FormatFloat(score, 'f', 1, 64)})
	}
	wire := map[string]any{"name": f.ID, "uri": f.url(), "attributes": attributes}
	if f.Severity != "" {
		wire["severity"] = f.Severity
	}
	if f.Description != "" {
		wire["description"] = f.Description
	}
	return wire
}

func version(version, release string) string {
	if release == "" {
		return version
	}
	return version + "-" + release
}

// enhancedFinding is the wire form of an enhanced finding, with as many bytes as a real one.
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_EnhancedImageScanFinding.html
func (r *Registry) enhancedFinding(img *image, f *finding, i int) any {
	account, region := r.script.Account, r.script.Region
	arn := f.ARN
	if arn == "" {
		sum := sha256.Sum256([]byte(img.Digest + strconv.Itoa(i)))
		arn = fmt.Sprintf("arn:aws:inspector2:%s:%s:finding/%s", region, account, hex.EncodeToString(sum[:16]))
	}
	wire := map[string]any{
		"awsAccountId": account, "findingArn": arn, "description": f.Description, "title": f.title(), "type": "PACKAGE_VULNERABILITY",
		"firstObservedAt": r.epoch(f.FirstObserved), "lastObservedAt": r.epoch(""), "updatedAt": r.epoch(""),
		"packageVulnerabilityDetails": f.details(r),
		"remediation":                 map[string]any{"recommendation": map[string]string{"text": "None Provided"}},
		"resources":                   []any{r.resource(img)},
		"fixAvailable":                f.fix(), "exploitAvailable": or(f.Exploit, "NO"), "status": or(f.Status, "ACTIVE"),
	}
	if f.Severity != "" {
		wire["severity"] = f.Severity
	}
	score, ok := f.score()
	wire["score"] = score
	if ok {
		wire["scoreDetails"] = map[string]any{"cvss": cvss(score, "score", "scoreSource")}
	}
	return wire
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func (f *finding) title() string {
	if f.Title != "" {
		return f.Title
	}
	var names []string
	for _, p := range f.packages() {
		names = append(names, p.Name)
	}
	return f.ID + " - " + strings.Join(names, ", ")
}

func (f *finding) fix() string {
	if f.Fix != "" {
		return f.Fix
	}
	for _, p := range f.packages() {
		if p.FixedIn != "" {
			return "YES"
		}
	}
	return "NO"
}

func cvss(score float64, scoreKey, sourceKey string) map[string]any {
	return map[string]any{scoreKey: score, sourceKey: "NVD", "scoringVector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "version": "3.1"}
}

func (f *finding) details(r *Registry) map[string]any {
	packages := []any{}
	for _, p := range f.packages() {
		wire := map[string]any{"arch": "AMD64", "epoch": 0, "name": p.Name, "version": p.Version, "packageManager": or(p.Manager, "OS"),
			"fixedInVersion": or(p.FixedIn, "NotAvailable")}
		switch p.Layer {
		case "":
			wire["sourceLayerHash"] = "sha256:" + strings.Repeat("de", 32)
		case "none":
		default:
			wire["sourceLayerHash"] = Digest(p.Layer)
		}
		if p.Release != "" {
			wire["release"] = p.Release
		}
		if p.Path != "" {
			wire["filePath"] = p.Path
		}
		packages = append(packages, wire)
	}
	details := map[string]any{
		"source": "DEBIAN_CVE", "sourceUrl": f.url(), "vendorSeverity": "not yet assigned", "vulnerabilityId": f.ID,
		"referenceUrls":          []string{f.url(), "https://www.openwall.com/lists/oss-security/2024/01/01/1"},
		"relatedVulnerabilities": append([]string{}, f.Related...), "vulnerablePackages": packages, "cvss": []any{},
	}
	if score, ok := f.score(); ok {
		details["cvss"] = []any{cvss(score, "baseScore", "source")}
	}
	if f.VendorCreated != "" {
		details["vendorCreatedAt"] = r.epoch(f.VendorCreated)
	}
	return details
}

func (r *Registry) resource(img *image) any {
	return map[string]any{
		"id":   fmt.Sprintf("arn:aws:ecr:%s:%s:repository/%s/%s", r.script.Region, r.script.Account, img.Repository, img.Digest),
		"type": "AWS_ECR_CONTAINER_IMAGE", "tags": map[string]string{},
		"details": map[string]any{"awsEcrContainerImage": map[string]any{
			"architecture": "amd64", "imageHash": img.Digest, "imageTags": append([]string{}, img.Tags...), "platform": "DEBIAN_12",
			"pushedAt": r.epoch("-1h"), "registry": r.script.Account, "repositoryName": img.Repository, "inUseCount": 0,
		}},
	}
}

// epoch is a time on the wire: seconds, written out or counted from the start.
func (r *Registry) epoch(when string) json.Number {
	at := r.begun
	if when != "" {
		if d, err := parseDuration(when); err == nil {
			at = at.Add(d)
		} else if t, err := time.Parse(time.RFC3339, when); err == nil {
			at = t
		}
	}
	return seconds(at)
}

func seconds(t time.Time) json.Number {
	return json.Number(strconv.FormatFloat(float64(t.UnixMilli())/1000, 'f', 3, 64))
}

// counts are findingSeverityCounts of some severities.
func counts(severities []string) map[string]int {
	out := map[string]int{}
	for _, s := range severities {
		out[s]++
	}
	return out
}
