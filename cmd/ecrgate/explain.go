package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/internal/gate"
	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/scan"
)

// explain prints what a policy decides about the findings with an id in a saved response, and why.
func explain(ctx context.Context, e env, findings, policyFile, id string) error {
	now := time.Now()
	p, _, err := loadPolicy(ctx, policyInputs{files: strings.Fields(policyFile)}, e, now)
	if err != nil {
		return usageError{err}
	}
	text, err := readFile(ctx, findings, e.stdin)
	if err != nil {
		return usagef("findings: %w", err)
	}
	s, err := endedScan(gate.Saved{Name: findings, Text: text})
	if err != nil {
		return fmt.Errorf("%s: %w", findings, err)
	}
	x, err := policy.Explain(ctx, p, s, nil, now, id)
	var none *policy.NoSuchFinding
	switch {
	case errors.As(err, &none):
		return usagef("%s: %w", findings, err)
	case err != nil:
		return fmt.Errorf("%s: %w", findings, err)
	}
	_, err = fmt.Fprintf(e.stdout, "%sPolicy: %s\n", report.CleanText(x.String()), report.CleanLine(p.Source))
	return err
}

// endedScan reads a saved response that has findings to check.
func endedScan(saved gate.Saved) (*scan.Scan, error) {
	s, _, err := saved.Parse()
	if err == nil && !s.Status.Ended() {
		err = &scan.StatusError{Status: s.Status, Description: s.Description}
	}
	return s, err
}
