package policy

import (
	"fmt"
	"slices"

	"github.com/ecrgate/ecrgate/internal/strictyaml"
	"github.com/ecrgate/ecrgate/scan"
)

// VEXJustifications are the justifications that OpenVEX defines for not_affected.
// https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md#status-justifications
var VEXJustifications = []string{
	"component_not_present",
	"vulnerable_code_not_present",
	"vulnerable_code_not_in_execute_path",
	"vulnerable_code_cannot_be_controlled_by_adversary",
	"inline_mitigations_already_exist",
}

// VEXRules are the requirements that a VEX statement must meet to excuse a finding.
type VEXRules struct {
	// Justifications lists the accepted ones; empty accepts all, and statements without one. With a list,
	// an impact statement alone is not accepted, nor is the status fixed, which has no justification.
	Justifications []string
	// Authors are patterns of accepted authors, in any case; empty accepts all.
	Authors []Glob
}

// LiteralID returns the pattern that matches an id literally, in any case.
func LiteralID(id string) Glob {
	g := Glob{text: id, fold: true, literal: true}
	for _, r := range id {
		g.steps = append(g.steps, step{ranges: []runes{{lower(r), lower(r)}}})
	}
	return g
}

// RefuseVEX returns why a statement by an author, with a justification or none, may not excuse a finding;
// empty if it may.
func (r *ExceptionRules) RefuseVEX(author, justification string) string {
	for _, v := range r.VEX {
		switch {
		case len(v.Authors) > 0 && !slices.ContainsFunc(v.Authors, func(g Glob) bool { return g.Match(author) }):
			return fmt.Sprintf("exceptionRules.vex.authors does not list %s", strictyaml.Quote(author))
		case len(v.Justifications) == 0 || slices.Contains(v.Justifications, justification):
		case justification == "":
			return "it has no justification (exceptionRules.vex.justifications)"
		default:
			return fmt.Sprintf("exceptionRules.vex.justifications does not list %s", justification)
		}
	}
	return ""
}

// vexRules parses the requirements for VEX statements. A statement must meet those of every file.
func (l *loader) vexRules(n *strictyaml.Node) []VEXRules {
	if n == nil {
		return nil
	}
	f, ok := l.Mapping(n, "vex", "justifications", "authors")
	if !ok {
		return nil
	}
	if len(n.Content) == 0 {
		l.Report(n, "vex is empty (add justifications, authors or both)")
	}
	return []VEXRules{{
		Justifications: l.Words(f.Get("justifications"), "justifications", VEXJustifications...),
		Authors:        l.globs(f.Get("authors"), "authors", true),
	}}
}

// grants returns the exceptions from outside the policy by finding.
func (j *judge) grants() map[*scan.Finding]*Exception {
	var out map[*scan.Finding]*Exception
	for i := range min(len(j.granted), len(j.scan.Findings)) {
		if x := j.granted[i]; x != nil {
			if out == nil {
				out = map[*scan.Finding]*Exception{}
			}
			out[&j.scan.Findings[i]] = x
		}
	}
	return out
}

// grant returns the exception from outside the policy for a finding, nil if there is none or exceptionRules
// forbid it.
func (j *judge) grant(i int) *Exception {
	if i >= len(j.granted) || j.granted[i] == nil || j.policy.ExceptionRules.Forbid(&j.scan.Findings[i]) != "" {
		return nil
	}
	x := j.granted[i]
	k := slices.IndexFunc(j.outside, func(r ExceptionResult) bool { return r.Index == x.Index })
	if k < 0 {
		k = len(j.outside)
		j.outside = append(j.outside, ExceptionResult{Exception: x, State: StateUsed})
	}
	j.outside[k].Used++
	return x
}
