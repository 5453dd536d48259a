package scan

import "sync"

// Texts keeps one copy of equal texts, so that a vulnerability in a thousand images is in memory once. The zero
// Texts is empty. It is safe for concurrent use.
type Texts struct {
	mu    sync.Mutex
	known map[string]string
}

// Share replaces the texts of findings that other images are likely to have too.
func (t *Texts) Share(findings []Finding) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.known == nil {
		t.known = map[string]string{}
	}
	for i := range findings {
		f := &findings[i]
		t.share(&f.ID, &f.Title, &f.Description, &f.URL, &f.ScoreSource, &f.Vector, &f.Status)
		for j := range f.Packages {
			p := &f.Packages[j]
			t.share(&p.Name, &p.Version, &p.FixedIn, &p.Manager, &p.Path, &p.Arch, &p.Layer)
		}
		for j := range f.Related {
			t.share(&f.Related[j])
		}
		for j := range f.References {
			t.share(&f.References[j])
		}
	}
}

func (t *Texts) share(texts ...*string) {
	for _, text := range texts {
		known, ok := t.known[*text]
		if !ok {
			t.known[*text] = *text
			continue
		}
		*text = known
	}
}
