package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/internal/doctor"
	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// printPolicy prints the least IAM policy for a run of the gate with these inputs. It reads the policy file
// and the AWS configuration, and asks nothing of AWS.
func printPolicy(ctx context.Context, e env, r *reader, c *config, client *ecr.Client, say func(string)) error {
	pol, _, err := loadPolicy(ctx, policyInputs{files: strings.Fields(r.text["policy"])}, e, time.Now())
	if err != nil {
		return usageError{err}
	}
	img := c.images[0]
	img.Region, _ = client.Region(img)
	needs := doctor.Needs{
		Image: img, Baseline: r.other("baseline", img), Base: r.other("base", img), NewBase: r.other("new-base", img),
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
			say(fmt.Sprintf("warning: the %s is not known, so the policy allows any (*): %s", part.what, part.hint))
		}
	}
	say("note: the policy is for both types of scanning (basic alone does not need ReadInspector, enhanced alone does not need ReadScanType)")
	_, err = io.WriteString(e.stdout, needs.Policy().String())
	return err
}

// other returns the image that an input names; nil for none, or for a file. Without a registry it is in that
// of the checked image.
func (r *reader) other(name string, img scan.Image) *scan.Image {
	ref := r.text[name]
	if _, err := os.Stat(ref); ref == "" || err == nil {
		return nil
	}
	if name == "baseline" && strings.HasPrefix(ref, ":") {
		ref = img.Repository + ref
	}
	other, err := scan.ParseImage(ref)
	if err != nil {
		r.wrong("%s: no file of that name, and %v", name, err)
	}
	if other.Region == "" {
		other.Region, other.RegistryID = img.Region, img.RegistryID
	}
	return &other
}
