package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ecrgate/ecrgate/internal/fleet"
	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// A listQuery is the command line of list.
type listQuery struct {
	patterns []string
	tag      string
	inUse    bool
	json     bool
	batch    int
}

// listInputs are the inputs of check that list also takes.
var listInputs = []string{"registry-id", "region", "timeout", "poll-interval", "endpoint-url", "profile", "ca-bundle", "debug"}

func listCommand(e env) *cobra.Command {
	var q listQuery
	c := &cobra.Command{
		Use:   "list [PATTERN...]",
		Short: "List pinned images for ecrgate check -",
		Long: "List pinned image references, one per line: the newest image of each repository\n" +
			"whose name matches a pattern (default: of all), with --tag the newest with such\n" +
			"a tag, or with --in-use the images that run in Amazon ECS and EKS, according to\n" +
			"Amazon Inspector. If the listing is empty or incomplete, nothing is printed\n" +
			"and the exit code is 3.",
		Example: "  ecrgate list \"team/*\" --tag \"v*\" | ecrgate check - --sarif sarif/\n" +
			"  ecrgate list --in-use --json --batch 40",
		RunE: func(c *cobra.Command, args []string) error {
			q.patterns = args
			return list(c.Context(), e, readInputs(c.Flags(), e), q, c.Flags().Changed("batch"))
		},
	}
	flags := c.Flags()
	flags.StringVar(&q.tag, "tag", "", "the newest image with a tag that matches this `GLOB`")
	flags.BoolVar(&q.inUse, "in-use", false, "images in use, from Inspector's coverage")
	flags.BoolVar(&q.json, "json", false, "print a JSON array of strings, for a job matrix")
	flags.IntVar(&q.batch, "batch", 1, "with --json: `N` references in each string")
	flags.VisitAll(func(f *pflag.Flag) { f.Annotations = map[string][]string{helpGroup: {"Listing"}} })
	addFlags(flags, listInputs...)
	addCompletions(c)
	return c
}

// list prints references. It prints nothing until the listing is complete, so that a pipe never checks a part
// of it.
func list(ctx context.Context, e env, v values, q listQuery, batched bool) error {
	started := time.Now()
	p := newProgress(e, started)
	r := reader{values: v}
	query := q.read(&r, batched)
	query.Wait = ecr.Options{
		Timeout:      r.duration("timeout", 10*time.Minute, time.Second),
		PollInterval: r.duration("poll-interval", 15*time.Second, time.Millisecond),
	}
	query.Wait.Deadline = started.Add(query.Wait.Timeout)
	c := &config{aws: r.aws(), debug: r.debug(e)}
	if err := r.err(); err != nil {
		return err
	}
	for _, w := range v.warnings {
		p.warn(w)
	}
	client, err := connect(ctx, e, c, p.debug)
	if err != nil {
		return usageError{err}
	}
	if _, err := client.Region(scan.Image{}); err != nil {
		return usageError{err}
	}
	listing, err := fleet.List(ctx, client, query)
	if err != nil {
		return withHint(err)
	}
	for _, note := range unlisted(listing.Without, query) {
		p.warn(note)
	}
	_, err = fmt.Fprint(e.stdout, q.format(listing.References))
	return wrap("writing to standard output", err)
}

// read parses the command line into a query.
func (q listQuery) read(r *reader, batched bool) fleet.Query {
	out := fleet.Query{InUse: q.inUse, RegistryID: r.text["registry-id"]}
	for _, text := range q.patterns {
		g, err := policy.ParseRepositoryGlob(text)
		r.check(wrap(fmt.Sprintf("%q", text), err))
		out.Patterns = append(out.Patterns, g)
	}
	if q.tag != "" {
		g, err := policy.ParseGlob(q.tag, false)
		r.check(wrap(fmt.Sprintf("tag: %q", q.tag), err))
		out.Tag = g
	}
	switch {
	case q.inUse && q.tag != "":
		r.wrong("tag: images in use are listed by digest (give --tag or --in-use, not both)")
	case batched && !q.json:
		r.wrong("batch: only a JSON array can have several references per string (add --json)")
	case q.batch < 1:
		r.wrong("batch: %d is not a valid number of references (want 1 or more)", q.batch)
	}
	registry := scan.Image{RegistryID: out.RegistryID, Region: r.text["region"], Repository: "any", Tag: "any"}
	r.check(registry.Check())
	return out
}

// format returns the output: one reference per line, or a JSON array of strings with one batch each.
func (q listQuery) format(refs []string) string {
	if !q.json {
		return strings.Join(refs, "\n") + "\n"
	}
	var batches []string
	for batch := range slices.Chunk(refs, q.batch) {
		batches = append(batches, strings.Join(batch, " "))
	}
	return jsonArray(batches) + "\n"
}

// maxUnlisted is how many repositories without an image are named.
const maxUnlisted = 10

// unlisted returns a note about the repositories that match but have no image in the listing.
func unlisted(repositories []string, q fleet.Query) []string {
	if len(repositories) == 0 {
		return nil
	}
	names := strings.Join(repositories[:min(len(repositories), maxUnlisted)], ", ")
	if more := len(repositories) - maxUnlisted; more > 0 {
		names += fmt.Sprintf(", and %d more", more)
	}
	return []string{fmt.Sprintf("not listed, because they lack %s: %s", q.Wanted(), names)}
}

// withHint adds the hint of an error on a separate line.
func withHint(err error) error {
	var failure *ecr.Error
	if errors.As(err, &failure) && failure.Hint != "" {
		return fmt.Errorf("%w\n%s", err, failure.Hint)
	}
	return err
}
