package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// Fleet is the number of images above which markdown and HTML leave out findings that no rule counts.
// The JSON report keeps them.
const Fleet = 20

// mostListed is how many vulnerabilities and upgrades an overview lists.
const mostListed = 10

// An Overview says what the counted findings of several images have in common.
type Overview struct {
	// Vulnerabilities are those that rules count in most images, at least two, worst first.
	Vulnerabilities []Vulnerability
	// Upgrades are the packages whose upgrade fixes the most counted findings.
	Upgrades []Upgrade
	images   int
}

// A Vulnerability is counted in several images.
type Vulnerability struct {
	ID string
	// Severity is the worst of its findings.
	Severity scan.Severity
	// Packages are the names of the affected packages, sorted.
	Packages []string
	Images   int
	// KnownExploited is set when CISA's catalog lists it.
	KnownExploited bool
	last           *Image // the image seen last
}

// An Upgrade is a package with the versions that fix counted findings.
type Upgrade struct {
	Package string
	// To has more than one version where findings or images need different ones.
	To               []string
	Findings, Images int
	image            *Image        // the image seen last
	finding          *scan.Finding // and the finding
}

// NewOverview returns the overview of the counted findings of all images.
func NewOverview(r *Run) Overview {
	vulnerabilities, upgrades := map[string]*Vulnerability{}, map[string]*Upgrade{}
	for i := range r.Images {
		img := &r.Images[i]
		for k := range img.Verdict.Findings {
			if f := &img.Verdict.Findings[k]; f.Disposition == policy.Counted {
				add(vulnerabilities, ID(f.Finding)).take(img, f.Finding)
				takeUpgrades(upgrades, img, f.Finding)
			}
		}
	}
	o := Overview{images: len(r.Images)}
	for id, v := range vulnerabilities {
		if v.ID = id; v.Images > 1 {
			o.Vulnerabilities = append(o.Vulnerabilities, *v)
		}
	}
	for name, u := range upgrades {
		u.Package = name
		o.Upgrades = append(o.Upgrades, *u)
	}
	slices.SortFunc(o.Vulnerabilities, compareVulnerabilities)
	slices.SortFunc(o.Upgrades, compareUpgrades)
	o.Vulnerabilities = o.Vulnerabilities[:min(len(o.Vulnerabilities), mostListed)]
	o.Upgrades = o.Upgrades[:min(len(o.Upgrades), mostListed)]
	return o
}

// takeUpgrades adds the packages of a finding that have a fixed version.
func takeUpgrades(upgrades map[string]*Upgrade, img *Image, f *scan.Finding) {
	for i, p := range f.Packages {
		if p.FixedIn == "" || i > 0 && p.Name == f.Packages[i-1].Name && p.FixedIn == f.Packages[i-1].FixedIn {
			continue
		}
		add(upgrades, p.Name).take(img, f, p.FixedIn)
	}
}

// add returns the entry of a map and creates it if it is missing.
func add[T any](entries map[string]*T, key string) *T {
	if entries[key] == nil {
		entries[key] = new(T)
	}
	return entries[key]
}

func (v *Vulnerability) take(img *Image, f *scan.Finding) {
	if v.last != img {
		v.Images, v.last = v.Images+1, img
	}
	if s := f.Severity.Counted(); v.Severity == "" || s.Rank() > v.Severity.Rank() {
		v.Severity = s
	}
	v.KnownExploited = v.KnownExploited || f.KnownExploited == scan.Yes
	for _, p := range f.Packages {
		v.Packages = insert(v.Packages, p.Name)
	}
}

func (u *Upgrade) take(img *Image, f *scan.Finding, to string) {
	if u.image != img {
		u.Images, u.image = u.Images+1, img
	}
	if u.finding != f {
		u.Findings, u.finding = u.Findings+1, f
	}
	u.To = insert(u.To, to)
}

// maxNames is how many packages or versions are collected for one vulnerability or package.
const maxNames = 100

// insert adds a text to a sorted list, unless it is already there.
func insert(list []string, s string) []string {
	if i, found := slices.BinarySearch(list, s); !found && len(list) < maxNames {
		return slices.Insert(list, i, s)
	}
	return list
}

func compareVulnerabilities(a, b Vulnerability) int {
	return cmp.Or(cmp.Compare(b.Images, a.Images), cmp.Compare(b.Severity.Rank(), a.Severity.Rank()), strings.Compare(a.ID, b.ID))
}

func compareUpgrades(a, b Upgrade) int {
	return cmp.Or(cmp.Compare(b.Findings, a.Findings), cmp.Compare(b.Images, a.Images), strings.Compare(a.Package, b.Package))
}

// VulnerabilityLines returns one line per vulnerability.
func (o Overview) VulnerabilityLines() []string {
	var lines []string
	for _, v := range o.Vulnerabilities {
		text := fmt.Sprintf("%s %s in %d of %d images", v.Severity, v.ID, v.Images, o.images)
		if len(v.Packages) > 0 {
			text += " (" + Some(v.Packages, 3) + ")"
		}
		if v.KnownExploited {
			text += ", known exploited (KEV)"
		}
		lines = append(lines, text)
	}
	return lines
}

// UpgradeLines returns one line per upgrade.
func (o Overview) UpgradeLines() []string {
	var lines []string
	for _, u := range o.Upgrades {
		to := u.To[0]
		if len(u.To) > 1 { // every package manager orders versions in its own way
			to = "the newest of " + Some(u.To, 3)
		}
		lines = append(lines, fmt.Sprintf("upgrade %s to %s: %s in %s", u.Package, to, Number(u.Findings, "finding"), Number(u.Images, "image")))
	}
	return lines
}
