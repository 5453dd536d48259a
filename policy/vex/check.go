package vex

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/internal/strictyaml"
	"github.com/ecrgate/ecrgate/policy"
)

// A checker checks a decoded document against the rules of the format that its types do not express.
type checker struct {
	file string
	errs []error
}

func (c *checker) wrong(place, format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf("%s: %s: %s", c.file, place, fmt.Sprintf(format, args...)))
}

func (c *checker) document(d *document) {
	if d.Context != context {
		c.wrong("@context", "%q is not a supported context (want %s)", d.Context, context)
		return
	}
	c.required("@id", d.ID)
	c.required("author", d.Author)
	at := c.time("timestamp", d.Timestamp)
	if d.Timestamp == "" {
		c.wrong("timestamp", "missing (want RFC 3339)")
	}
	if d.Version < 1 {
		c.wrong("version", "missing or below 1 (want a whole number)")
	}
	if len(d.Statements) == 0 {
		c.wrong("statements", "missing or empty (want at least one)")
	}
	for i := range d.Statements {
		s := &d.Statements[i]
		place := fmt.Sprintf("statements[%d]", i)
		s.at = at
		if s.Timestamp != "" {
			s.at = c.time(place+".timestamp", s.Timestamp)
		}
		// What was updated to affected takes away what another document has excused in between. The other way
		// around, only the timestamp counts.
		if updated := c.time(place+".last_updated", s.LastUpdated); !s.Status.excuses() && updated.After(s.at) {
			s.at = updated
		}
		c.statement(place, s)
	}
}

// required checks a name, which reports show on one line.
func (c *checker) required(place, value string) {
	switch {
	case strings.TrimSpace(value) == "":
		c.wrong(place, "missing or blank")
	case strings.ContainsFunc(value, strictyaml.Invisible):
		c.wrong(place, "control character or line end (use plain text on one line)")
	}
}

func (c *checker) time(place, value string) time.Time {
	at, err := time.Parse(time.RFC3339, value)
	if err != nil && value != "" {
		c.wrong(place, "%q is not a time (want RFC 3339, e.g. 2026-01-31T12:00:00Z)", value)
	}
	return at
}

func (c *checker) statement(place string, s *wireStatement) {
	c.required(place+".vulnerability.name", s.Vulnerability.Name)
	for i, alias := range s.Vulnerability.Aliases {
		c.required(fmt.Sprintf("%s.vulnerability.aliases[%d]", place, i), alias)
	}
	c.status(place, s)
	if len(s.Products) == 0 {
		c.wrong(place+".products", "missing or empty (want at least one product)")
	}
	for i := range s.Products {
		s.products = append(s.products, c.product(fmt.Sprintf("%s.products[%d]", place, i), &s.Products[i]))
	}
}

// status checks that a statement has what its status requires, and nothing that contradicts it.
func (c *checker) status(place string, s *wireStatement) {
	switch s.Status {
	case NotAffected:
		if s.Justification == "" && strings.TrimSpace(s.ImpactStatement) == "" {
			c.wrong(place, "not_affected without a justification (want justification or impact_statement)")
		}
		if s.Justification != "" && !slices.Contains(policy.VEXJustifications, s.Justification) {
			c.wrong(place+".justification", "unknown justification %q (want %s)", s.Justification, strings.Join(policy.VEXJustifications, ", "))
		}
		c.absent(place, "action_statement", s.ActionStatement, s.Status)
		return
	case Affected:
		if strings.TrimSpace(s.ActionStatement) == "" {
			c.wrong(place+".action_statement", "missing, but required with status affected")
		}
	case Fixed, UnderInvestigation:
		c.absent(place, "action_statement", s.ActionStatement, s.Status)
	default:
		c.wrong(place+".status", "unknown status %q (want not_affected, affected, fixed or under_investigation)", string(s.Status))
		return
	}
	c.absent(place, "justification", s.Justification, s.Status)
	c.absent(place, "impact_statement", s.ImpactStatement, s.Status)
}

func (c *checker) absent(place, key, value string, status Status) {
	if value != "" {
		c.wrong(place+"."+key, "not allowed with status %s", string(status))
	}
}

func (c *checker) product(place string, w *wireProduct) *product {
	p := &product{component: c.component(place, &w.wireComponent)}
	if w.Subcomponents != nil && len(w.Subcomponents) == 0 {
		c.wrong(place+".subcomponents", "empty (leave it out to mean the whole product)")
	}
	for i := range w.Subcomponents {
		p.parts = append(p.parts, c.component(fmt.Sprintf("%s.subcomponents[%d]", place, i), &w.Subcomponents[i]))
	}
	return p
}

var (
	hashNames = []string{
		"md5", "sha1", "sha-256", "sha-384", "sha-512", "sha3-224", "sha3-256", "sha3-384", "sha3-512",
		"blake2s-256", "blake2b-256", "blake2b-512",
	}
	sha256Form = regexp.MustCompile(`^[0-9a-fA-F]{64}$`)
)

// component parses what identifies a product or a part of one.
func (c *checker) component(place string, w *wireComponent) component {
	out := component{name: w.ID, hashed: len(w.Hashes) > 0}
	if w.ID == "" {
		out.name = w.Identifiers.Purl
	}
	if out.name == "" && len(w.Hashes) == 0 && w.Identifiers.CPE22 == "" && w.Identifiers.CPE23 == "" {
		c.wrong(place, "nothing identifies it (want @id, identifiers or hashes)")
	}
	if strings.ContainsFunc(out.name, strictyaml.Invisible) {
		c.wrong(place+".@id", "control character or line end (use plain text on one line)")
	}
	if strings.HasPrefix(strings.ToLower(w.ID), "pkg:") {
		out.purls = append(out.purls, c.purl(place+".@id", w.ID))
	}
	if w.Identifiers.Purl != "" {
		out.purls = append(out.purls, c.purl(place+".identifiers.purl", w.Identifiers.Purl))
	}
	for _, name := range slices.Sorted(maps.Keys(w.Hashes)) {
		switch {
		case !slices.Contains(hashNames, name):
			c.wrong(place+".hashes", "unknown algorithm %q (want %s)", name, strings.Join(hashNames, ", "))
		case name == "sha-256" && !sha256Form.MatchString(w.Hashes[name]):
			c.wrong(place+".hashes.sha-256", "%q is not a SHA-256 hash (want 64 hexadecimal digits)", w.Hashes[name])
		case name == "sha-256":
			out.digest = "sha256:" + strings.ToLower(w.Hashes[name])
		}
	}
	if out.name == "" {
		out.name = out.digest
	}
	return out
}

func (c *checker) purl(place, text string) purl {
	p, err := parsePurl(text)
	if err != nil {
		c.wrong(place, "%v", err)
	}
	return p
}
