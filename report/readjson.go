package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// A Read is a JSON report of an earlier run, as far as a baseline needs it.
type Read struct {
	Images []ReadImage
}

// A ReadImage is an image of an earlier report.
type ReadImage struct {
	Image      string
	Repository string
	// Digests are that of the image and, of an index, those of its children.
	Digests []string
	// Judged is false for an image whose findings nobody saw.
	Judged bool
	// Error says why the image had no verdict, or no full one; empty if it had.
	Error string
	// Findings are all but those that were set aside.
	Findings []scan.Finding
}

// ReadJSON reads a report that JSON wrote. What is no such report, or one of another version, is an
// error: a baseline that is half understood would excuse too much.
func ReadJSON(text []byte) (*Read, error) {
	var wire struct {
		Version int      `json:"version"`
		Tool    jsonTool `json:"tool"`
		Images  *[]struct {
			Image      string         `json:"image"`
			Repository string         `json:"repository"`
			Digest     string         `json:"digest"`
			Children   []jsonChild    `json:"children"`
			Judged     bool           `json:"judged"`
			Error      *string        `json:"error"`
			Findings   *[]jsonFinding `json:"findings"`
		} `json:"images"`
	}
	if err := json.Unmarshal(text, &wire); err != nil {
		return nil, errors.New("it is not a JSON report of ecrgate: it was cut or changed")
	}
	if wire.Version != 1 || wire.Tool.Name != "ecrgate" || wire.Images == nil {
		return nil, fmt.Errorf("it is not a JSON report of version 1 of ecrgate (version %d)", wire.Version)
	}
	var out Read
	for _, img := range *wire.Images {
		if img.Findings == nil {
			return nil, fmt.Errorf("the report has no list of findings for %q", img.Image)
		}
		read := ReadImage{Image: img.Image, Repository: img.Repository, Digests: []string{img.Digest}, Judged: img.Judged}
		for _, c := range img.Children {
			read.Digests = append(read.Digests, c.Digest)
		}
		if img.Error != nil {
			read.Error = *img.Error
		}
		for i := range *img.Findings {
			if f := &(*img.Findings)[i]; f.Disposition != policy.SetAside {
				read.Findings = append(read.Findings, f.finding())
			}
		}
		out.Images = append(out.Images, read)
	}
	return &out, nil
}

// finding gives back what fill took.
func (j *jsonFinding) finding() scan.Finding {
	f := scan.Finding{ID: j.ID, Severity: scan.Severity(orEmpty(j.Severity)), Score: j.Score, FixAvailable: j.FixAvailable, ExploitAvailable: j.ExploitAvailable, Title: orEmpty(j.Title), URL: orEmpty(j.URL)}
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
