package main

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/ecrgate/ecrgate/internal/fakeecr"
)

//go:embed demo.yaml
var demoRegistry []byte

//go:embed demo-policy.yml
var demoPolicy []byte

func demoCommand(e env) *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:   "demo",
		Short: "Run the gate against a built-in fake ECR",
		Long:  "Run the whole gate against a built-in fake ECR: no account, no network.",
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return demo(c.Context(), e, cmp.Or(dir, "ecrgate-demo"))
		},
	}
	c.Flags().StringVar(&dir, "out", "", "`DIRECTORY` for the reports (default: ecrgate-demo)")
	return c
}

// demo runs check as a user of a real registry would, with shorter waits. It returns nil if the gate finds
// the breach.
func demo(ctx context.Context, e env, dir string) error {
	registry, err := fakeecr.Parse(demoRegistry)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return usagef("out: %w (want a writable directory)", err)
	}
	policyFile := filepath.Join(dir, "policy.yml")
	if err := os.WriteFile(policyFile, demoPolicy, 0o644); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	fmt.Fprint(e.stdout, "A pipeline has pushed team/app:1.2. ECR has not started to scan it, and will report ACTIVE before\nAmazon Inspector has finished its scan.\n\n$ ecrgate check team/app:1.2\n")
	inner := e
	inner.transport = fakeecr.Transport(registry)
	inner.getenv = func(name string) string { return map[string]string{"NO_COLOR": e.getenv("NO_COLOR")}[name] }
	inner.environ = nil
	args := []string{"check", "--policy", policyFile, "--poll-interval", "1s", "--settle", "3s"}
	for _, f := range formats {
		args = append(args, "--"+f.name, filepath.Join(dir, f.demoFile))
	}
	code := run(ctx, inner, append(args, "team/app:1.2"))
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	fmt.Fprintf(e.stdout, "\nExit code %d: a pipeline would stop here.\nReports are in %s:", code, dir)
	for _, f := range formats {
		fmt.Fprintf(e.stdout, " %s", f.demoFile)
	}
	fmt.Fprintln(e.stdout)
	if code != exitBreach {
		return errors.New("demo: want exit code 1")
	}
	return nil
}
