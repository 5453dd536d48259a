package scan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// ReadSaved reads a saved response: JSON as the AWS CLI (v1, v2) or the API gives it, its pages as
// an array or one after another. A saved response cannot be looked at twice, so one that is cut
// short is an error (*IncompleteError): a next token is left over, it is empty without
// imageScanCompletedAt, or it holds fewer findings than its counts name. A status that has no
// findings is no error: the caller judges it.
func ReadSaved(r io.Reader) (*Scan, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	if inUTF16(text) {
		return nil, errors.New("it is UTF-16 text (want UTF-8; in Windows PowerShell write it with Out-File -Encoding utf8)")
	}
	pages, err := savedPages(text)
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
	if s.Status.Ended() && len(s.Findings) == 0 && s.CompletedAt == nil {
		return nil, &IncompleteError{"it has no findings and no imageScanCompletedAt: ECR may have said " + string(s.Status) + " before the findings were there"}
	}
	return s, nil
}

// savedPages splits the text into pages.
func savedPages(text []byte) ([]*Page, error) {
	var pages []*Page
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	dec := json.NewDecoder(bytes.NewReader(text))
	for {
		var value json.RawMessage
		err := dec.Decode(&value)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("not JSON: %w", plain(err, text))
		}
		more, err := pagesOf(value)
		if err != nil {
			return nil, err
		}
		pages = append(pages, more...)
	}
	if len(pages) == 0 {
		return nil, errors.New("it holds no response (want the JSON of describe-image-scan-findings)")
	}
	return pages, nil
}

func pagesOf(value json.RawMessage) ([]*Page, error) {
	values := []json.RawMessage{value}
	if value[0] == '[' {
		if err := json.Unmarshal(value, &values); err != nil {
			return nil, err
		}
	}
	var pages []*Page
	for _, v := range values {
		if err := looksLikeResponse(v); err != nil {
			return nil, err
		}
		p, err := ReadPage(v)
		if err != nil {
			return nil, err
		}
		pages = append(pages, p)
	}
	return pages, nil
}

// looksLikeResponse refuses JSON that is something else, such as Inspector's own list of findings.
func looksLikeResponse(value json.RawMessage) error {
	var members map[string]json.RawMessage
	if json.Unmarshal(value, &members) != nil || members == nil {
		return nil // ReadPage says what is wrong
	}
	switch {
	case members["imageScanStatus"] != nil || members["imageScanFindings"] != nil:
		return nil
	case members["findings"] != nil:
		return errors.New("it looks like ListFindings of Amazon Inspector (want the JSON of aws ecr describe-image-scan-findings)")
	}
	return errors.New("not a response of describe-image-scan-findings: it has neither imageScanStatus nor imageScanFindings")
}

// inUTF16 notices the encoding that Windows PowerShell redirects to: a byte-order mark, or a NUL
// beside the first character.
func inUTF16(text []byte) bool {
	if len(text) < 2 {
		return false
	}
	mark := string(text[:2])
	return mark == "\xff\xfe" || mark == "\xfe\xff" || text[0] == 0 || text[1] == 0
}
