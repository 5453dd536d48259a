package sarif

import (
	"cmp"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/internal/safe"
	"github.com/ecrgate/ecrgate/scan"
)

// A result is a vulnerability in one package at one path.
type result struct {
	rule       *rule
	finding    *policy.JudgedFinding // the worst one
	name, path string                // of the package
	versions   []*scan.Package       // all vulnerable ones, that of the worst finding first
	images     []*report.Image       // that have it, in a run of several; else empty
}

// key returns the key, which no other result of the run has.
func (r *result) key() scan.Key { return scan.Key{ID: r.rule.id, Package: r.name, Path: r.path} }

// value returns the result in SARIF's format.
func (r *result) value(s *run, o report.SARIFOptions) *sarif.Result {
	uri, line := s.repository+"/"+cmp.Or(safe.Term(r.name), "unknown-package"), 1
	if o.Dockerfile != "" {
		uri, line = path.Clean(filepath.ToSlash(o.Dockerfile)), max(1, o.Line)
	}
	region := sarif.NewRegion().WithStartLine(line).WithStartColumn(1).WithEndLine(line).WithEndColumn(1)
	place := sarif.NewPhysicalLocation().WithArtifactLocation(sarif.NewSimpleArtifactLocation(safe.Path(uri))).WithRegion(region)
	value := sarif.NewRuleResult(r.rule.id).
		WithRuleIndex(r.rule.number - 1).
		WithLevel(bucketOf(r.finding.Severity).level).
		WithMessage(sarif.NewTextMessage(safe.Cut(r.message(s.repository), 2*maxText))).
		WithLocations([]*sarif.Location{sarif.NewLocationWithPhysicalLocation(place)}).
		WithPartialFingerPrints(map[string]any{
			"primaryLocationLineHash": safe.Hash(s.repository, r.rule.id, r.name, r.path)[:32] + ":1",
		})
	if s.based() {
		value.Properties = sarif.Properties{"inBaseImage": report.BaseWord(r.finding.Finding)}
	}
	return value
}

// based reports whether an image of the run has a base image.
func (s *run) based() bool {
	return slices.ContainsFunc(s.images, func(img *report.Image) bool { return img.Base != nil })
}

// message returns the title of the alert, which is one sentence, and then the details.
func (r *result) message(repository string) string {
	f := r.finding
	subject := strings.TrimSpace(cmp.Or(safe.Term(r.name), "a package that ECR does not name") + " " + r.versionList())
	text := subject + " in " + repository + " is affected by " + displayID(r.rule.id, f.Finding) + " (" + safe.Term(report.SeverityLabel(f.Finding)) + ")"
	text += r.fix() + "."
	for _, more := range []struct{ beginning, what string }{
		{" Path: ", safe.Term(r.path)},
		{" Images: ", imageList(r.images)},
		{" Platforms: ", safe.Line(report.PlatformList(f.Platforms))},
		{" Counted by the policy: ", safe.Line(strings.Join(f.Rules, ", "))},
	} {
		if more.what != "" {
			text += more.beginning + more.what + "."
		}
	}
	if f.Disposition == policy.Known {
		text += " In the baseline."
	}
	return text
}

// versionList names all vulnerable versions.
func (r *result) versionList() string {
	var versions []string
	for _, p := range r.versions {
		if v := safe.Term(p.Version); v != "" {
			versions = append(versions, v)
		}
	}
	return strings.Join(report.Distinct(versions), ", ")
}

// fix returns what fixes the vulnerability: one version, or one for each vulnerable version.
func (r *result) fix() string {
	if r.finding.Malicious() {
		return ", a malicious package: remove it"
	}
	var fixes, each []string
	for _, p := range r.versions {
		if fixed := safe.Term(p.FixedIn); fixed != "" {
			fixes = append(fixes, fixed)
			each = append(each, fixed+" (for "+cmp.Or(safe.Term(p.Version), "an unnamed version")+")")
		}
	}
	open := len(fixes) < len(r.versions) // some version has no fix
	switch fixes = report.Distinct(fixes); {
	case len(fixes) > 1, len(fixes) == 1 && open:
		return ", fixed in " + strings.Join(report.Distinct(each), ", ")
	case len(fixes) == 1:
		return ", fixed in " + fixes[0]
	case r.finding.FixAvailable != scan.Unknown:
		return ", no fix is known"
	}
	return ""
}

// displayID returns the name that people see: the id, or the title when there is no id.
func displayID(id string, f *scan.Finding) string {
	if f.ID == "" && f.Title != "" {
		return safe.Term(f.Title)
	}
	return id
}

func imageList(images []*report.Image) string {
	var names []string
	for _, img := range images {
		names = append(names, safe.Term(img.Ref.String()))
	}
	return strings.Join(names, ", ")
}
