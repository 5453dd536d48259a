package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/scan"
)

// explain tells what a policy makes of the findings with an id in a saved response.
func explain(ctx context.Context, e env, findings, policyFile, id string) error {
	now := time.Now()
	p, err := loadPolicy(ctx, &settings{policy: strings.Fields(policyFile)}, e, now)
	if err != nil {
		return usageError{err}
	}
	text, err := readFile(ctx, findings, e.stdin)
	if err != nil {
		return usagef("findings: %w", err)
	}
	s, err := savedScan(findings, text)
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

// savedScan reads a saved response that has findings to judge, as check would.
func savedScan(file string, text []byte) (*scan.Scan, error) {
	s, err := scan.ReadSaved(bytes.NewReader(text))
	switch {
	case err != nil:
		return nil, err
	case !s.Status.Ended():
		return nil, &scan.StatusError{Status: s.Status, Description: s.Description}
	case s.Image.Repository == "":
		s.Image.Repository = label(file)
	}
	return s, nil
}
