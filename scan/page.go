package scan

import (
	"bytes"
	"errors"
	"fmt"
	"math"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A Page is one response of DescribeImageScanFindings: the state of the scan, and some of its findings.
type Page struct {
	// Scan has only the findings of this page.
	Scan
	// NextToken requests the next page; empty on the last page.
	NextToken string
	// CountsTotal is the sum of findingSeverityCounts: the findings of the whole image in a basic
	// scan, those of this page in an enhanced one. Use it only to detect missing findings.
	CountsTotal int
	// counts is findingSeverityCounts by severity; nil when the response has none.
	counts map[Severity]float64
	// EnhancedKey reports whether the response has the key enhancedFindings, even if its list is empty.
	EnhancedKey bool
}

// ECR returns at most 1,000 findings per page. A finding with 10,000 packages, references or ids is
// not one of Inspector's. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImageScanFindings.html
const (
	maxPageFindings = 1000
	maxListLength   = 10_000
)

// ReadPage parses a response of the API. Any key may be missing, and values that decide nothing may have an
// unexpected type. A duplicate key, even in a different case, is an error, as is a page with more findings or
// packages than ECR returns.
func ReadPage(raw []byte) (*Page, error) {
	p, err := decodePage(raw, json.WithUnmarshalers(apiLimits))
	if err == nil && len(p.Findings) > maxPageFindings {
		return nil, notAResponse(tooMany(maxPageFindings))
	}
	return p, err
}

// apiLimits stops reading a list as soon as it is too long, before it exhausts memory.
var apiLimits = json.JoinUnmarshalers(
	limit[basicFinding](maxPageFindings), limit[enhancedFinding](maxPageFindings),
	limit[attribute](maxListLength), limit[vulnerablePackage](maxListLength), limit[cvssScore](maxListLength),
	limit[string](maxListLength), limit[text](maxListLength),
)

func limit[T any](most int) *json.Unmarshalers {
	return json.UnmarshalFromFunc(func(dec *jsontext.Decoder, list *[]T) error {
		if dec.PeekKind() != '[' {
			return errors.ErrUnsupported // null, or an error for the default to report
		}
		if _, err := dec.ReadToken(); err != nil {
			return err
		}
		*list = []T{}
		for dec.PeekKind() != ']' {
			if len(*list) == most {
				return tooMany(most)
			}
			*list = append(*list, *new(T))
			if err := json.UnmarshalDecode(dec, &(*list)[len(*list)-1]); err != nil {
				return err
			}
		}
		_, err := dec.ReadToken()
		return err
	})
}

func tooMany(most int) error {
	return &valueError{fmt.Sprintf("more than %d elements, which ECR never returns", most)}
}

// decodePage parses a response. Names match in any case, so that the same key in another case is a duplicate.
func decodePage(raw []byte, options ...json.Options) (*Page, error) {
	raw = bytes.TrimSpace(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")))
	if len(raw) == 0 {
		return nil, errors.New("the response is empty (want the JSON of DescribeImageScanFindings)")
	}
	if raw[0] != '{' {
		return nil, notAResponse(fmt.Errorf("want a JSON object, got %q", raw[:min(len(raw), 20)]))
	}
	var w wirePage
	options = append(options, json.MatchCaseInsensitiveNames(true), jsontext.AllowInvalidUTF8(true))
	if err := json.Unmarshal(raw, &w, options...); err != nil {
		return nil, notAResponse(readError(err, raw))
	}
	return w.page(), nil
}

func notAResponse(err error) error {
	return fmt.Errorf("not a DescribeImageScanFindings response: %w", err)
}

// wirePage and the types below are the keys of a response that ecrgate reads; it skips all others.
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImageScanFindings.html
type wirePage struct {
	RegistryID        text          `json:"registryId"`
	RepositoryName    string        `json:"repositoryName"`
	ImageID           wireImage     `json:"imageId"`
	ImageScanStatus   wireStatus    `json:"imageScanStatus"`
	ImageScanFindings *wireFindings `json:"imageScanFindings"`
	NextToken         string        `json:"nextToken"`
	// CLIToken is the AWS CLI's own token, in output that --max-items has truncated.
	CLIToken string `json:"NextToken"`
}

type wireImage struct {
	ImageDigest string `json:"imageDigest"`
	ImageTag    text   `json:"imageTag"`
}

type wireStatus struct {
	Status      string `json:"status"`
	Description text   `json:"description"`
}

type wireFindings struct {
	ImageScanCompletedAt  timestamp          `json:"imageScanCompletedAt"`
	FindingSeverityCounts map[string]float64 `json:"findingSeverityCounts"`
	Findings              []basicFinding     `json:"findings"`
	EnhancedFindings      []enhancedFinding  `json:"enhancedFindings"` // nil unless there is a list
}

func (w *wirePage) page() *Page {
	p := &Page{NextToken: w.NextToken}
	if p.NextToken == "" {
		p.NextToken = w.CLIToken
	}
	p.Image = Image{
		RegistryID: string(w.RegistryID),
		Repository: w.RepositoryName,
		Tag:        string(w.ImageID.ImageTag),
		Digest:     w.ImageID.ImageDigest,
	}
	p.Status = Status(truncate(w.ImageScanStatus.Status))
	p.Description = truncate(string(w.ImageScanStatus.Description))
	if w.ImageScanFindings != nil {
		w.ImageScanFindings.fill(p)
	}
	p.Type = typeOf(p.Status, p.EnhancedKey, len(p.Findings))
	return p
}

// fill sets the findings of a page and the fields beside them.
func (f *wireFindings) fill(p *Page) {
	p.setCounts(f.FindingSeverityCounts)
	p.EnhancedKey = f.EnhancedFindings != nil
	p.CompletedAt = f.ImageScanCompletedAt.Time
	if f.Findings == nil && f.EnhancedFindings == nil && f.FindingSeverityCounts == nil {
		return // neither a list nor counts: not an empty result
	}
	p.Findings = make([]Finding, 0, len(f.Findings)+len(f.EnhancedFindings))
	for i := range f.Findings {
		p.Findings = append(p.Findings, f.Findings[i].finding())
	}
	for i := range f.EnhancedFindings {
		p.Findings = append(p.Findings, f.EnhancedFindings[i].finding())
	}
	for i := range p.Findings {
		p.Findings[i].truncate()
	}
}

// setCounts sets counts and their sum. A negative count adds nothing.
func (p *Page) setCounts(counts map[string]float64) {
	if counts == nil {
		return
	}
	p.counts = map[Severity]float64{}
	sum := 0.0
	for word, n := range counts {
		p.counts[severityOf(word)] += n
		sum += max(n, 0)
	}
	p.CountsTotal = int(math.Ceil(min(sum, math.MaxInt32)))
}

// typeOf returns the type of a scan, if the response shows it.
func typeOf(status Status, enhancedKey bool, findings int) Type {
	switch {
	case enhancedKey || status == Active || status == Pending:
		return Enhanced
	case findings > 0:
		return Basic
	}
	return ""
}
