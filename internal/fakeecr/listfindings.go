package fakeecr

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// findingsPath is that of Inspector's ListFindings, whose protocol is REST-JSON.
// https://docs.aws.amazon.com/inspector/v2/APIReference/API_ListFindings.html
const findingsPath = "/findings/list"

// listFindings answers with the findings of the image with the ARN that have the status in the request:
// those that DescribeImageScanFindings returns at this moment, with their EPSS scores.
func (r *Registry) listFindings(w http.ResponseWriter, call Request, f *fault) {
	p := &page{digest: call.Digest, all: &encoded{}, offset: offset(call.NextToken)}
	for _, img := range r.script.Images {
		if r.arn(img) != call.resource {
			continue
		}
		if s, _ := r.current(img, call.At); s != nil && r.enhanced(s) && (s.Status == "ACTIVE" || s.Status == "COMPLETE") {
			p.all = r.listed(img, s, call.status)
			p.size = s.PageSize
		}
	}
	p.size = pageSize(call.MaxResults, p.size, true)
	p.cut()
	f.lie(p)
	f.lieAboutFindings(p, call.resource)
	body := map[string]any{"findings": rows(p, call.Digest)}
	if p.next > 0 || p.again {
		body["nextToken"] = token(p.next, p.again)
	}
	reply(w, body)
}

// listed makes the wire form of a state's findings with a status as Inspector lists them.
func (r *Registry) listed(img *image, s *state, status string) *encoded {
	all, list := r.encode(img, s), s.listed[status]
	if list == nil {
		return &encoded{}
	}
	list.once.Do(func() {
		for i, f := range expand(s.Findings) {
			if or(f.Status, "ACTIVE") != status {
				continue
			}
			text := bytes.Clone(bytes.TrimSuffix(all.findings[i], []byte("}")))
			if epss := f.epss(); epss != nil {
				text = fmt.Appendf(text, `,"epss":%s`, encodeJSON(epss))
			}
			list.findings = append(list.findings, append(text, '}'))
		}
	})
	return list
}

// epss is the member of that name: nil for none, a score, or whatever the script says.
func (f *finding) epss() any {
	switch f.EPSS.(type) {
	case int, float64:
		return map[string]any{"score": f.EPSS}
	}
	return f.EPSS
}

// lieAboutFindings changes a page into one that Inspector should not give, or one that does not have the
// findings of ECR. No fault is honest.
func (f *fault) lieAboutFindings(p *page, arn string) {
	if f == nil {
		return
	}
	p.findings = slices.Clone(p.findings)
	switch f.Lie {
	case "oneMore":
		p.findings = append(p.findings, encodeJSON(map[string]any{
			"findingArn": "arn:aws:inspector2:us-east-1:123456789012:finding/" + strings.Repeat("f", 32), "status": "ACTIVE",
			"resources": []any{map[string]string{"id": arn}},
		}))
	case "oneLess":
		p.findings = p.findings[:max(0, len(p.findings)-1)]
	case "closed":
		for i, text := range p.findings {
			p.findings[i] = bytes.Replace(text, []byte(`"status":"ACTIVE"`), []byte(`"status":"CLOSED"`), 1)
		}
	}
}

// rows are the findings of a page. They are of the image that the page says.
func rows(p *page, digest string) []json.RawMessage {
	list := []json.RawMessage{}
	for _, text := range p.findings {
		list = append(list, json.RawMessage(strings.ReplaceAll(string(text), digest, p.digest)))
	}
	return list
}
