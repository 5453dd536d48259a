package scan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
)

// A Page is one answer of DescribeImageScanFindings: the head of the scan, and some of its findings.
type Page struct {
	// Scan holds the findings of this page alone.
	Scan
	// NextToken asks for the page after this one; empty on the last page.
	NextToken string
	// Named is how many findings findingSeverityCounts speaks of: of the whole image in a basic
	// scan, of this page in an enhanced one. It is only good for noticing that findings are missing.
	Named int
	// counts are findingSeverityCounts, which Named adds up; nil when there were none.
	counts map[string]float64
	// EnhancedKey is set when the answer has the key enhancedFindings, if only with an empty list.
	EnhancedKey bool
}

// ReadPage reads the JSON of one answer, as the API gives it or as the AWS CLI (v1, v2) prints it.
// It takes what is there: an answer without a status or findings is no error of its own.
func ReadPage(raw []byte) (*Page, error) {
	raw = bytes.TrimSpace(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")))
	if len(raw) == 0 {
		return nil, errors.New("the answer is empty (want the JSON of DescribeImageScanFindings)")
	}
	if raw[0] != '{' {
		return nil, fmt.Errorf("the answer is no JSON object (want that of DescribeImageScanFindings, it begins with %q)", raw[:min(len(raw), 20)])
	}
	if w := readQuickly(raw); w != nil {
		return w.page(), nil
	}
	var w wirePage
	if err := json.Unmarshal(raw, &w); err != nil {
		return nil, fmt.Errorf("the answer is not the JSON of DescribeImageScanFindings: %w", plain(err, raw))
	}
	if err := unambiguous(raw); err != nil {
		return nil, fmt.Errorf("the answer is not the JSON of DescribeImageScanFindings: %w", err)
	}
	return w.page(), nil
}

// plain says in the words of the file what encoding/json says in Go's.
func plain(err error, raw []byte) error {
	var typ *json.UnmarshalTypeError
	var syn *json.SyntaxError
	switch {
	case errors.As(err, &typ):
		return fmt.Errorf("%s holds a JSON %s, which has no place there (byte %d)", typ.Field, typ.Value, typ.Offset)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &syn) && syn.Offset >= int64(len(raw)):
		return fmt.Errorf("it ends too soon, after %d bytes", len(raw))
	case errors.As(err, &syn):
		return fmt.Errorf("byte %d: %s", syn.Offset, syn.Error())
	}
	return err
}

// wirePage and the types below are the members of the answer that ecrgate reads. Others may come
// and go. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImageScanFindings.html
type wirePage struct {
	RegistryID        string        `json:"registryId"`
	RepositoryName    string        `json:"repositoryName"`
	ImageID           wireImage     `json:"imageId"`
	ImageScanStatus   wireStatus    `json:"imageScanStatus"`
	ImageScanFindings *wireFindings `json:"imageScanFindings"`
	NextToken         string        `json:"nextToken"`
	// CLIToken is the AWS CLI's own, of output that --max-items has cut.
	CLIToken string `json:"NextToken"`
}

type wireImage struct {
	ImageDigest string `json:"imageDigest"`
	ImageTag    string `json:"imageTag"`
}

type wireStatus struct {
	Status      string `json:"status"`
	Description string `json:"description"`
}

type wireFindings struct {
	ImageScanCompletedAt  timestamp            `json:"imageScanCompletedAt"`
	FindingSeverityCounts map[string]float64   `json:"findingSeverityCounts"`
	Findings              []basicFinding       `json:"findings"`
	EnhancedFindings      *enhancedFindingList `json:"enhancedFindings"`
}

type enhancedFindingList []enhancedFinding

func (w *wirePage) page() *Page {
	p := &Page{NextToken: w.NextToken}
	if p.NextToken == "" {
		p.NextToken = w.CLIToken
	}
	p.Image = Image{RegistryID: w.RegistryID, Repository: w.RepositoryName, Tag: w.ImageID.ImageTag, Digest: w.ImageID.ImageDigest}
	p.Status = Status(w.ImageScanStatus.Status)
	p.Description = w.ImageScanStatus.Description
	if w.ImageScanFindings != nil {
		w.ImageScanFindings.fill(p)
	}
	p.Type = typeOf(p.Status, p.EnhancedKey, len(p.Findings))
	return p
}

// fill writes the findings and what stands beside them into a page.
func (f *wireFindings) fill(p *Page) {
	p.Named, p.counts = named(f.FindingSeverityCounts), f.FindingSeverityCounts
	p.EnhancedKey = f.EnhancedFindings != nil
	p.CompletedAt = f.ImageScanCompletedAt.Time
	p.Findings = make([]Finding, 0, len(f.Findings))
	for i := range f.Findings {
		p.Findings = append(p.Findings, f.Findings[i].finding())
	}
	if p.EnhancedKey {
		for i := range *f.EnhancedFindings {
			p.Findings = append(p.Findings, (*f.EnhancedFindings)[i].finding())
		}
	}
}

// typeOf tells a basic from an enhanced scan as far as an answer can.
func typeOf(status Status, enhancedKey bool, findings int) Type {
	switch {
	case enhancedKey || status == Active || status == Pending:
		return Enhanced
	case findings > 0:
		return Basic
	}
	return ""
}

// named adds up severity counts. One below zero is no count, and adds nothing.
func named(counts map[string]float64) int {
	sum := 0.0
	for _, n := range counts {
		sum += max(n, 0)
	}
	return int(math.Ceil(min(sum, math.MaxInt32)))
}

// NextToken finds the next token in the bytes of an answer without decoding the rest of it, which
// is a guess until ReadPage has read them. It is not ok when the bytes are no JSON object.
func NextToken(raw []byte) (token string, ok bool) {
	if token := lastToken(raw); token != "" {
		return token, true
	}
	ok = members(raw, func(name string, value []byte) {
		if strings.EqualFold(name, "nextToken") && value[0] == '"' {
			token = plainText(value)
		}
	})
	return token, ok
}

// lastToken looks from the end, where ECR writes the token: behind it nothing may come but more
// members of the answer itself, so that it is not a member of something else.
func lastToken(raw []byte) string {
	name := []byte(`"nextToken"`)
	at := bytes.LastIndex(raw, name)
	if at < 0 {
		return ""
	}
	q := quick{raw: raw, at: at + len(name)}
	q.take(':')
	token := q.quoted()
	for q.peek() == ',' {
		q.at++
		q.quoted()
		q.take(':')
		q.skip(0)
	}
	q.take('}')
	if q.peek(); q.gaveUp || q.at < len(raw) || token.escaped || token.wide {
		return ""
	}
	return string(token.raw)
}
