package policy

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"

	"github.com/ecrgate/ecrgate/scan"
)

// Inputs are a policy without a file. The zero value means no such inputs.
type Inputs struct {
	// FailOn counts findings of this severity or worse; empty if not set.
	FailOn scan.Severity
	// MinScore counts findings with this score or more; nil if not set.
	MinScore *float64
	// OnlyFixed counts only findings with a fix.
	OnlyFixed bool
	// Ignore lists vulnerability ids that do not count.
	Ignore []string
}

// IsZero reports whether no input was set.
func (in Inputs) IsZero() bool {
	return in.FailOn == "" && in.MinScore == nil && !in.OnlyFixed && len(in.Ignore) == 0
}

// ParseInputs parses the inputs; an empty text means not set. The error names the input and a correct value.
func ParseInputs(failOn, minScore, onlyFixed, ignore string) (Inputs, error) {
	var in Inputs
	if failOn = strings.TrimSpace(failOn); failOn != "" {
		s, ok := scan.ParseSeverity(failOn)
		if !ok {
			return Inputs{}, fmt.Errorf("fail-on: unknown severity %q (want one of: %s)", failOn, join(scan.Severities))
		}
		in.FailOn = s
	}
	if minScore = strings.TrimSpace(minScore); minScore != "" {
		score, err := strconv.ParseFloat(minScore, 64)
		if err != nil || !(score >= 0 && score <= 10) {
			return Inputs{}, fmt.Errorf("min-score: invalid score %q (want a number from 0 to 10, such as 7.5)", minScore)
		}
		in.MinScore = &score
	}
	switch strings.ToLower(strings.TrimSpace(onlyFixed)) {
	case "true", "yes", "on", "1":
		in.OnlyFixed = true
	case "", "false", "no", "off", "0":
	default:
		return Inputs{}, fmt.Errorf("only-fixed: invalid value %q (want true or false)", onlyFixed)
	}
	in.Ignore = strings.FieldsFunc(ignore, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\r' || r == '\n' })
	for _, id := range in.Ignore {
		switch {
		case strings.Contains(id, "#"):
			return Inputs{}, fmt.Errorf("ignore: %q is a comment, whose ids would be ignored, too (remove it, or use the exceptions of a policy file)", id)
		case strings.ContainsAny(id, "/@"):
			return Inputs{}, fmt.Errorf("ignore: %q is not a vulnerability id (want ids such as CVE-2024-3094)", id)
		case strings.ContainsAny(id, "*?["):
			return Inputs{}, fmt.Errorf("ignore: %q is a pattern (want ids such as CVE-2024-3094; put patterns into the exceptions of a policy file, with a reason)", id)
		}
	}
	return in, nil
}

// FromInputs returns the policy of inputs. Fail-on and min-score are two rules; with neither, findings of
// severity HIGH or worse count. Findings without a severity (including UNDEFINED and UNTRIAGED) or a score
// are skipped, and the verdict says how many. Findings without fix information count.
func FromInputs(in Inputs) *Policy {
	p := &Policy{Source: "inputs", UnusedExceptions: UnusedWarn}
	if in.FailOn == "" && in.MinScore == nil {
		in.FailOn = scan.High
	}
	if in.FailOn != "" {
		p.Rules = append(p.Rules, Rule{Name: "fail-on " + string(in.FailOn), MinSeverity: in.FailOn, unrankedIsUnknown: true})
	}
	if in.MinScore != nil {
		p.Rules = append(p.Rules, Rule{Name: fmt.Sprintf("min-score %v", *in.MinScore), MinScore: in.MinScore})
	}
	for i := range p.Rules {
		p.Rules[i].Action, p.Rules[i].Unknown = Fail, Skip
		if in.OnlyFixed {
			p.Rules[i].FixAvailable, p.Rules[i].unknownFixCounts = []scan.Availability{scan.Yes, scan.Partial}, true
			p.Rules[i].Name += " with a fix"
		}
	}
	for i, id := range in.Ignore {
		p.Exceptions = append(p.Exceptions, Exception{Index: i, ID: LiteralID(id), Reason: "input ignore"})
	}
	p.SHA256 = hash(in.yaml())
	return p
}

// BuiltIn returns the default policy: no finding of severity HIGH or worse.
func BuiltIn() *Policy {
	return &Policy{
		Source:           "built-in",
		SHA256:           hash("version: 1\nrules:\n  - name: high or worse\n    minSeverity: HIGH\n"),
		Rules:            []Rule{{Name: "high or worse", MinSeverity: scan.High, Action: Fail, Unknown: Count}},
		UnusedExceptions: UnusedWarn,
	}
}

// yaml returns an equivalent policy file, for its hash.
func (in Inputs) yaml() string {
	score := ""
	if in.MinScore != nil {
		score = fmt.Sprint(*in.MinScore)
	}
	return fmt.Sprintf("failOn: %s\nminScore: %s\nonlyFixed: %v\nignore: %q\n", in.FailOn, score, in.OnlyFixed, in.Ignore)
}

func hash(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text))) }
