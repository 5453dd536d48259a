package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ecrgate/ecrgate/internal/doctor"
	"github.com/ecrgate/ecrgate/internal/outfile"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// doctorInputs are the inputs of check that the doctor takes too.
var doctorInputs = []string{
	"image", "repository", "tag", "digest", "registry-id", "region", "platform",
	"policy", "baseline", "base", "new-base", "epss", "start-scan", "inspector", "color", "endpoint-url", "profile", "ca-bundle", "debug",
}

// doctorFlags are the flags that are not inputs of check.
type doctorFlags struct {
	json string // file
	iam  bool
}

func doctorCommand(e env) *cobra.Command {
	var own doctorFlags
	c := &cobra.Command{
		Use:   "doctor IMAGE",
		Short: "Find out why an image has no scan",
		Long: "Find out why an image has no scan, or why it cannot be checked, and what to\n" +
			"change. It makes each check once, does not wait, and changes nothing. Exit\n" +
			"code 0: the image can be checked; 1: there is a problem; 2: usage error; 3: no\n" +
			"diagnosis was possible (no credentials, no connection). With --iam, print the\n" +
			"minimal IAM policy for a check with these inputs, without calling AWS.",
		Example: "  ecrgate doctor team/app:1.2\n" +
			"  ecrgate doctor team/app:1.2 --json - | jq -r .answer\n" +
			"  ecrgate doctor team/app:1.2 --iam --baseline :main > policy.json",
		RunE: func(c *cobra.Command, args []string) error {
			return examine(c.Context(), e, readInputs(c.Flags(), e), args, own)
		},
	}
	flags := c.Flags()
	flags.StringVar(&own.json, "json", "", "write the diagnosis as JSON to `FILE`, or - for stdout")
	flags.BoolVar(&own.iam, "iam", false, "print the minimal IAM policy, without calling AWS")
	flags.VisitAll(func(f *pflag.Flag) { f.Annotations = map[string][]string{helpGroup: {"Diagnosis"}} })
	addFlags(flags, doctorInputs...)
	addCompletions(c)
	return c
}

// examine prints a diagnosis and returns its exit code as an error.
func examine(ctx context.Context, e env, v values, args []string, own doctorFlags) error {
	r := reader{values: v, problems: v.conflicts}
	c, err := r.doctor(args, own, e)
	if err != nil {
		return err
	}
	say := func(text string) { fmt.Fprintln(e.stderr, cleanLine("ecrgate: "+text)) }
	for _, w := range v.warnings {
		say("warning: " + w)
	}
	client, err := connect(ctx, e, c, func(text string) { say("debug: " + text) })
	if err != nil {
		return usageError{err}
	}
	if own.iam {
		return printPolicy(ctx, e, &r, c, client, say)
	}
	if _, err := client.Region(c.images[0]); err != nil {
		return usageError{err}
	}
	d, err := doctor.Examine(ctx, client, doctor.Config{
		Image: c.images[0], Platforms: c.platforms, StartScan: c.wait.StartScan, NoInspector: c.wait.NoInspector,
	})
	if err != nil {
		return err
	}
	d.Rewrite(report.CleanLine) // text from AWS must not act on a terminal or a log
	code := codes[d.Outcome]
	if err := printDiagnosis(ctx, e, d, own.json, c.colored(e)); err != nil {
		say(err.Error())
		code = cmp.Or(code, exitNoVerdict)
	}
	return exitError(code)
}

// codes are the exit codes of the outcomes.
var codes = map[doctor.Outcome]int{doctor.Ready: exitPass, doctor.Blocked: exitBreach, doctor.Unclear: exitNoVerdict}

// printDiagnosis writes the JSON if file is set, and the text unless the JSON goes to standard output.
func printDiagnosis(ctx context.Context, e env, d *doctor.Diagnosis, file string, color bool) error {
	write := func(w io.Writer) error { return d.WriteJSON(w, version) }
	if file == "-" {
		return wrap("writing to standard output", outfile.WriteTo(ctx, e.stdout, write))
	}
	_, err := io.WriteString(e.stdout, d.Text(color))
	err = wrap("writing to standard output", err)
	if file == "" {
		return err
	}
	return errors.Join(err, wrap("writing the JSON report", outfile.WriteFile(ctx, file, write)))
}

// doctor parses the inputs of doctor.
func (r *reader) doctor(args []string, own doctorFlags, e env) (*config, error) {
	c := &config{
		images:    r.images(args, false),
		platforms: r.platforms(),
		wait: ecr.Options{
			StartScan:   r.word("start-scan", "auto", "never") == "auto",
			NoInspector: r.word("inspector", "auto", "never") == "never",
		},
		aws:   r.aws(),
		color: r.word("color", "auto", "on", "off"),
		debug: r.debug(e),
	}
	if len(c.images) > 1 {
		r.wrong("doctor examines one image at a time, got %d", len(c.images))
	}
	if own.iam && own.json != "" {
		r.wrong("--iam and --json cannot be combined: the policy is JSON, on standard output")
	}
	return c, r.err()
}

// printPolicy prints the minimal IAM policy for a run of the gate with these inputs. It reads the policy file
// and the AWS configuration, and does not call AWS.
func printPolicy(ctx context.Context, e env, r *reader, c *config, client *ecr.Client, say func(string)) error {
	pol, _, err := loadPolicy(ctx, policyInputs{files: strings.Fields(r.text["policy"])}, e, time.Now())
	if err != nil {
		return usageError{err}
	}
	img := c.images[0]
	img.Region, _ = client.Region(img)
	needs := doctor.Needs{
		Image: img, Baseline: r.otherImage("baseline", img), Base: r.otherImage("base", img), NewBase: r.otherImage("new-base", img),
		StartScan: c.wait.StartScan, Platform: len(c.platforms) > 0, ScanType: pol.Scan.Type != "",
		Coverage: client.AsksInspector() && !c.wait.NoInspector,
	}
	if err := r.err(); err != nil {
		return err
	}
	for _, part := range []struct{ what, text, hint string }{
		{"account", img.RegistryID, "use the full image reference, or set registry-id"},
		{"Region", img.Region, "use the full image reference, or set region"},
	} {
		if part.text == "" {
			say(fmt.Sprintf("warning: the %s is unknown, so the policy allows any (*): %s", part.what, part.hint))
		}
	}
	say("note: the policy covers both scan types (drop ReadInspector for basic scanning only, ReadScanType for enhanced scanning only)")
	_, err = io.WriteString(e.stdout, needs.Policy().String())
	return err
}

// otherImage returns the image that an input names; nil if it names none or a file. A reference without a
// registry is in the registry of the checked image.
func (r *reader) otherImage(name string, img scan.Image) *scan.Image {
	ref := r.text[name]
	if _, err := os.Stat(ref); ref == "" || err == nil {
		return nil
	}
	if name == "baseline" && strings.HasPrefix(ref, ":") {
		ref = img.Repository + ref
	}
	other, err := scan.ParseImage(ref)
	if err != nil {
		r.wrong("%s: not a file, and %v", name, err)
	}
	if other.Region == "" {
		other.Region, other.RegistryID = img.Region, img.RegistryID
	}
	return &other
}
