package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ecrgate/ecrgate/exploit"
	"github.com/ecrgate/ecrgate/internal/gate"
	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/policy/vex"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/scan"
)

// explainInputs are the flags of policy explain and the id to explain.
type explainInputs struct {
	findings, policy, vex, base, asOf, id string
	data                                  exploitInputs
}

func explainCommand(e env) *cobra.Command {
	var in explainInputs
	c := &cobra.Command{
		Use:   "explain --findings FILE [--policy FILE] [--vex FILE] ID",
		Short: "Show which rule or exception decides a finding",
		RunE: func(c *cobra.Command, ids []string) error {
			if len(ids) != 1 || strings.TrimSpace(ids[0]) == "" || in.findings == "" {
				return usagef("want ecrgate policy explain --findings FILE [--policy FILE] [--vex FILE] ID, with one vulnerability id")
			}
			in.id = strings.TrimSpace(ids[0])
			return explain(c.Context(), e, in)
		},
	}
	flags := c.Flags()
	flags.StringVar(&in.findings, "findings", "", "saved response: `FILE`, or - for standard input")
	flags.StringVar(&in.policy, "policy", "", "policy `FILES`, separated by spaces, or built-in (default: as in check)")
	flags.StringVar(&in.vex, "vex", "", "OpenVEX `FILES`, separated by spaces")
	flags.StringVar(&in.data.epss, "epss", "", "`FILE` with EPSS scores")
	flags.StringVar(&in.data.kev, "kev", "", "`FILE` with CISA's catalog of known exploited vulnerabilities")
	flags.StringVar(&in.base, "base", "", "`FILE` with the manifest of the base image")
	flags.StringVar(&in.asOf, "as-of", "", "evaluate as of a later `DAY`: +7d or 2027-01-31")
	return c
}

// explain prints how a policy classifies the findings with an id in a saved response, and why.
func explain(ctx context.Context, e env, in explainInputs) error {
	now := time.Now()
	if in.asOf != "" {
		var err error
		if now, err = policy.ParseAsOf(in.asOf, now); err != nil {
			return usagef("as-of: %w", err)
		}
	}
	p, _, err := loadPolicy(ctx, policyInputs{files: strings.Fields(in.policy)}, e, now)
	if err != nil {
		return usageError{err}
	}
	base, err := readBase(ctx, in.base)
	if err != nil {
		return usageError{err}
	}
	data, err := explainedData(ctx, e, p, in)
	if err != nil {
		return usageError{err}
	}
	documents, err := readVEX(ctx, strings.Fields(in.vex), e.stdin)
	if err != nil {
		return usageError{err}
	}
	text, err := readFile(ctx, in.findings, e.stdin)
	if err != nil {
		return usagef("findings: %w", err)
	}
	saved := gate.Saved{Name: in.findings, Text: text}
	s, err := endedScan(saved)
	if err == nil {
		err = gate.CheckExploitData(p, data.Files(), now)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", in.findings, err)
	}
	if base != nil {
		if err := base.Attribute(s.Findings); err != nil {
			return usageError{err}
		}
	}
	data.AddTo(s)
	statements := documents.Match(s, saved.Target(), &p.ExceptionRules)
	x, err := policy.Explain(ctx, p, s, nil, now, in.id, statements.Exceptions...)
	var none *policy.NoSuchFinding
	switch {
	case errors.As(err, &none):
		return usagef("%s: %w", in.findings, err)
	case err != nil:
		return fmt.Errorf("%s: %w", in.findings, err)
	}
	evidence := explainData(data, s, in.id) + explainUses(statements.Uses, in.id)
	_, err = fmt.Fprintf(e.stdout, "%s%sPolicy: %s\n", report.CleanText(x.String()), report.CleanText(evidence), report.CleanLine(p.Source))
	return err
}

// explainedData reads the exploitation data of a saved response, all that the policy needs.
func explainedData(ctx context.Context, e env, p *policy.Policy, in explainInputs) (exploit.Data, error) {
	if in.data.fromInspector() {
		return exploit.Data{}, errors.New("epss: saved responses cannot use scores from Amazon Inspector (set epss to a file of scores)")
	}
	if err := requireData(p.Needs(), in.data, in.base); err != nil {
		return exploit.Data{}, err
	}
	return readExploitData(ctx, in.data, e.stdin)
}

// explainData returns the rows and entries of the exploitation data for the findings with an id.
func explainData(data exploit.Data, s *scan.Scan, id string) string {
	var lines []string
	for i := range s.Findings {
		if f := &s.Findings[i]; policy.HasID(f, id) {
			lines = append(lines, data.Explain(f)...)
		}
	}
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(report.Distinct(lines), "\n") + "\n"
}

// explainUses returns the effect of each VEX statement about a vulnerability.
func explainUses(uses []vex.Use, id string) string {
	var b strings.Builder
	for i := range uses {
		if u := &uses[i]; u.About(id) {
			what := "used"
			if !u.Used {
				what = "not used: " + u.Reason
			}
			fmt.Fprintf(&b, "VEX %s: %s, product %s: %s\n", u.Source, u.Place, u.Product, what)
		}
	}
	return b.String()
}

// endedScan reads a saved response that has findings to check.
func endedScan(saved gate.Saved) (*scan.Scan, error) {
	s, _, err := saved.Parse()
	if err == nil && !s.Status.Ended() {
		err = &scan.StatusError{Status: s.Status, Description: s.Description}
	}
	return s, err
}
