package scan

import (
	"strings"
	"sync"
)

// eachText calls do for the strings of a finding that other findings can share: all but severity and ARN.
func (f *Finding) eachText(do func(*string)) {
	all := func(texts ...*string) {
		for _, text := range texts {
			do(text)
		}
	}
	all(&f.ID, &f.Title, &f.Description, &f.URL, &f.ScoreSource, &f.Vector, &f.Status)
	for i := range f.Packages {
		p := &f.Packages[i]
		all(&p.Name, &p.Version, &p.FixedIn, &p.Manager, &p.Path, &p.Arch, &p.Layer)
	}
	for i := range f.Related {
		do(&f.Related[i])
	}
	for i := range f.References {
		do(&f.References[i])
	}
}

// maxText is the maximum length of a string in bytes. ECR cuts its descriptions at about 1,000.
const maxText = 64 << 10

func truncate(s string) string {
	if len(s) <= maxText {
		return s
	}
	return strings.ToValidUTF8(s[:maxText], "") + "…"
}

// truncate limits the length of every text of the finding.
func (f *Finding) truncate() {
	f.Severity, f.ARN = Severity(truncate(string(f.Severity))), truncate(f.ARN)
	f.eachText(func(text *string) { *text = truncate(*text) })
}

// Texts interns strings, so that a vulnerability in a thousand images is in memory once. The zero Texts is
// empty. It is safe for concurrent use.
type Texts struct {
	mu    sync.Mutex
	known map[string]string
}

// Share interns the strings of findings that other images are likely to share.
func (t *Texts) Share(findings []Finding) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.known == nil {
		t.known = map[string]string{}
	}
	for i := range findings {
		findings[i].eachText(t.share)
	}
}

func (t *Texts) share(text *string) {
	known, ok := t.known[*text]
	if !ok {
		known = *text
		t.known[known] = known
	}
	*text = known
}
