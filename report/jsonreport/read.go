package jsonreport

import (
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// A Report is a JSON report of an earlier run, as far as a baseline needs it.
type Report struct {
	Images []Image
}

// An Image is an image of an earlier report.
type Image struct {
	Image      string
	Repository string
	// Digests are the digests of the image and, for an index, of its children.
	Digests []string
	// Judged stays false for an image whose findings were never judged.
	Judged bool
	// Error is why the image had no verdict, or no complete one; else empty.
	Error string
	// Findings are all findings except those set aside.
	Findings []scan.Finding
}

// Read parses a report that Write wrote. Anything else, including another version, is an error: a partly
// understood baseline would excuse too much.
func Read(text []byte) (*Report, error) {
	var wire struct {
		Version int  `json:"version"`
		Tool    tool `json:"tool"`
		Images  *[]struct {
			Image      string     `json:"image"`
			Repository string     `json:"repository"`
			Digest     string     `json:"digest"`
			Children   []child    `json:"children"`
			Judged     bool       `json:"judged"`
			Error      *string    `json:"error"`
			Findings   *[]finding `json:"findings"`
		} `json:"images"`
	}
	if err := json.Unmarshal(text, &wire, jsontext.AllowInvalidUTF8(true)); err != nil {
		return nil, errors.New("not a JSON report of ecrgate: it is truncated or was changed")
	}
	if wire.Version != version || wire.Tool.Name != "ecrgate" || wire.Images == nil {
		return nil, fmt.Errorf("not a JSON report of ecrgate, version %d (got version %d)", version, wire.Version)
	}
	var out Report
	for _, img := range *wire.Images {
		if img.Findings == nil {
			return nil, fmt.Errorf("the report has no findings list for %q", img.Image)
		}
		read := Image{Image: img.Image, Repository: img.Repository, Digests: []string{img.Digest}, Judged: img.Judged}
		for _, c := range img.Children {
			read.Digests = append(read.Digests, c.Digest)
		}
		if img.Error != nil {
			read.Error = *img.Error
		}
		for i := range *img.Findings {
			if f := &(*img.Findings)[i]; f.Disposition != string(policy.SetAside) {
				read.Findings = append(read.Findings, f.decode())
			}
		}
		out.Images = append(out.Images, read)
	}
	return &out, nil
}

// decode is the reverse of findingOf, as far as a baseline needs it.
func (j *finding) decode() scan.Finding {
	f := scan.Finding{ID: j.ID, Severity: scan.Severity(orEmpty(j.Severity)), Score: j.Score, FixAvailable: scan.Availability(j.FixAvailable), ExploitAvailable: scan.Availability(j.ExploitAvailable), Title: orEmpty(j.Title), URL: orEmpty(j.URL)}
	for _, p := range j.Packages {
		f.Packages = append(f.Packages, scan.Package{Name: p.Name, Version: orEmpty(p.Version), FixedIn: orEmpty(p.FixedIn), Manager: orEmpty(p.Manager), Path: p.Path})
	}
	for _, name := range j.Platforms {
		if p, err := scan.ParsePlatform(name); err == nil {
			f.Platforms = append(f.Platforms, p)
		}
	}
	if at, err := time.Parse(time.RFC3339Nano, orEmpty(j.FirstObservedAt)); err == nil {
		f.FirstObserved = &at
	}
	return f
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
