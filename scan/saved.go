package scan

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// ReadSaved reads a saved response: JSON as the AWS CLI (v1, v2) or the API writes it, its pages in an array
// or one after another. A saved response cannot be read again, so an incomplete one is an error
// (*IncompleteError): it has a next token left, is empty without imageScanCompletedAt, is empty without a
// list or counts, or has fewer findings than its counts add up to. A status without findings is not an error:
// the caller decides.
func ReadSaved(r io.Reader) (*Scan, error) {
	file, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	if inUTF16(file) {
		return nil, errors.New("the file is UTF-16 (want UTF-8; in Windows PowerShell, write it with Out-File -Encoding utf8)")
	}
	pages, err := savedPages(file)
	if err != nil {
		return nil, err
	}
	if s := pages[0].Scan; len(pages) == 1 && !s.Status.Ended() {
		return &s, nil
	}
	s, err := Join(pages)
	if err != nil {
		return nil, err
	}
	switch {
	case !s.Status.Ended() || len(s.Findings) > 0:
	case s.CompletedAt == nil:
		return nil, incomplete("there are no findings and no imageScanCompletedAt: ECR can report %s before the findings are there", s.Status)
	case s.Findings == nil:
		return nil, incomplete("imageScanFindings has neither a list of findings nor counts")
	}
	return s, nil
}

// savedPages splits the file into pages.
func savedPages(file []byte) ([]*Page, error) {
	file = bytes.TrimPrefix(file, []byte("\xef\xbb\xbf"))
	if err := notJSON(file); err != nil {
		return nil, err
	}
	var pages []*Page
	dec := jsontext.NewDecoder(bytes.NewBuffer(file), jsontext.AllowInvalidUTF8(true))
	for {
		switch dec.PeekKind() {
		case '[', ']': // of an array of pages
			if dec.StackDepth() > 0 && dec.PeekKind() == '[' {
				return nil, notAResponse(errors.New("want a JSON object, got an array in an array"))
			}
			if _, err := dec.ReadToken(); err != nil {
				return nil, notAResponse(readError(err, file))
			}
			continue
		}
		value, err := dec.ReadValue()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, notAResponse(readError(err, file))
		}
		p, err := savedPage(value)
		if err != nil {
			return nil, err
		}
		if len(pages) > 0 && p.Image.Digest != pages[0].Image.Digest {
			return nil, incomplete("the file has responses for two images, %q and %q (save each image in a file of its own)", pages[0].Image.Digest, p.Image.Digest)
		}
		pages = append(pages, p)
	}
	if len(pages) == 0 {
		return nil, errors.New("the file has no response (want the JSON of aws ecr describe-image-scan-findings)")
	}
	return pages, nil
}

func savedPage(value []byte) (*Page, error) {
	if err := notWholeResponse(value); err != nil {
		return nil, err
	}
	return decodePage(value)
}

// notJSON returns an error for what the AWS CLI writes instead of JSON.
func notJSON(file []byte) error {
	file = bytes.TrimSpace(file)
	if len(file) == 0 || strings.IndexByte(`{["`, file[0]) >= 0 {
		return nil
	}
	line, _, _ := bytes.Cut(file, []byte("\n"))
	first := strings.ToValidUTF8(string(line[:min(len(line), 200)]), "")
	switch {
	case strings.HasPrefix(first, "----") || strings.HasPrefix(first, "|"):
		return errors.New("the file is the AWS CLI's table output (save the response with --output json)")
	case bytes.Contains(file, []byte("IMAGESCANSTATUS\t")):
		return errors.New("the file is the AWS CLI's text output (save the response with --output json)")
	case bytes.Contains(file, []byte("imageScanStatus:")) || bytes.Contains(file, []byte("imageScanFindings:")):
		return errors.New("the file is YAML (save the response with --output json)")
	case bytes.Contains(file, []byte("\n{")):
		return fmt.Errorf("the file begins with %q, before the JSON (save standard output alone, without 2>&1)", first)
	}
	return fmt.Errorf("the file is not a response; it begins with %q (want the JSON of aws ecr describe-image-scan-findings)", first)
}

// notWholeResponse returns an error for JSON that is only a part of a response, or something else.
func notWholeResponse(value []byte) error {
	var keys map[string]skipped
	if json.Unmarshal(value, &keys, jsontext.AllowInvalidUTF8(true)) != nil || keys == nil {
		return nil // decodePage reports what is wrong
	}
	has := func(names ...string) bool {
		for _, name := range names {
			if _, ok := keys[name]; ok {
				return true
			}
		}
		return false
	}
	switch {
	case has("imageScanStatus", "imageScanFindings"):
		return nil
	case has("ImageScanStatus", "ImageScanFindings"):
		return errors.New("the keys begin with capitals, as an SDK prints them (save the response of aws ecr describe-image-scan-findings, or of the API)")
	case has("enhancedFindings", "findingSeverityCounts", "imageScanCompletedAt"):
		return errors.New("the file has only imageScanFindings (save the whole response, without --query or jq)")
	case has("findings"):
		return errors.New("the file looks like the response of Amazon Inspector's ListFindings (want the JSON of aws ecr describe-image-scan-findings)")
	case has("findingArn", "severity"):
		return errors.New("the file has only findings (save the whole response, without --query or jq)")
	}
	return errors.New("not a DescribeImageScanFindings response: it has neither imageScanStatus nor imageScanFindings")
}

// A skipped value is one of which only the presence matters.
type skipped struct{}

func (*skipped) UnmarshalJSONFrom(dec *jsontext.Decoder) error { return dec.SkipValue() }

// inUTF16 reports whether the file is in UTF-16, as redirects in Windows PowerShell write: it starts with a
// byte order mark, or has a NUL next to the first character.
func inUTF16(file []byte) bool {
	if len(file) < 2 {
		return false
	}
	mark := string(file[:2])
	return mark == "\xff\xfe" || mark == "\xfe\xff" || file[0] == 0 || file[1] == 0
}
