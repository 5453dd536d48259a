package doctor

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// judge turns the facts into the answer and the checks, ordered so that each depends only on earlier ones.
func (f *facts) judge() *Diagnosis {
	d := &Diagnosis{Image: f.Image}
	d.Image.Region, d.Image.RegistryID = f.region, f.account()
	d.add(f.checkCredentials())
	if f.connected() {
		d.add(f.checkAccount())
	}
	d.add(f.checkRegion())
	d.add(f.checkConnection()...)
	if f.connected() {
		d.add(f.checkClock())
		d.add(f.checkRepository()...)
		d.add(f.checkImage()...)
	}
	if f.target != nil {
		d.add(f.checkScanning()...)
		d.add(f.checkScans()...)
		d.add(f.checkPermissions()...)
	}
	f.conclude(d)
	return d
}

func (d *Diagnosis) add(checks ...Check) { d.Checks = append(d.Checks, checks...) }

// connected reports whether AWS accepted the credentials and answered.
func (f *facts) connected() bool {
	return !ecr.BadCredentials(f.identityErr) && !ecr.BadCredentials(f.targetErr) && !ecr.NoAnswer(f.targetErr)
}

func (f *facts) checkCredentials() Check {
	c := Check{Name: "credentials", Status: OK, Message: f.identity.ARN}
	err := f.identityErr
	if !ecr.BadCredentials(err) && ecr.BadCredentials(f.targetErr) {
		err = f.targetErr
	}
	switch {
	case err == nil:
	case ecr.BadCredentials(err):
		c.Status, c.Message, c.Advice = Problem, reason(err), sentence(hint(err))
	case errors.Is(err, ecr.ErrNotAsked):
		c.Message = "not identified: " + err.Error()
		c.Status, c.Advice = Unknown, "To find out, set AWS_ENDPOINT_URL_STS to the endpoint of AWS STS."
	default:
		c.Status, c.Message = Unknown, "AWS STS could not identify them: "+reason(err)
	}
	return c
}

func (f *facts) checkAccount() Check {
	c := Check{Name: "account", Status: OK, Message: f.account()}
	switch own := f.caller(); {
	case own == "" && f.account() == "":
		c.Status, c.Message = Unknown, "not known"
	case own == "":
		c.Message += ", as the image names it"
	case f.foreign() && (f.scanType() == scan.Enhanced || f.scanType() == "" && f.missing()):
		c.Status, c.Message = Problem, fmt.Sprintf("enhanced scans are visible only to account %s, and the credentials are for %s", f.account(), own)
		c.Advice = fmt.Sprintf("Use a role in account %s. For how to assume one, see \"Another account's registry\" in docs/iam.md.", f.account())
	case f.foreign():
		c.Message += ", not the account of the credentials (" + own + "): fine for basic scans"
	default:
		c.Message += ", the account of the credentials"
	}
	return c
}

func (f *facts) checkRegion() Check {
	c := Check{Name: "region", Status: OK, Message: f.region + ", from the AWS configuration"}
	if f.given.Region != "" {
		c.Message = f.region + ", as the image or the input names it"
	}
	if f.endpoint != "" {
		c.Message += "; using endpoint " + f.endpoint
	}
	return c
}

// checkConnection returns a check only if ECR did not answer.
func (f *facts) checkConnection() []Check {
	if !ecr.NoAnswer(f.targetErr) {
		return nil
	}
	c := Check{Name: "connection", Status: Problem, Message: "Amazon ECR did not answer: " + reason(f.targetErr)}
	if c.Advice = sentence(hint(f.targetErr)); c.Advice == "" {
		c.Advice = "Run again in a minute."
	}
	return []Check{c}
}

// checkClock never reports a problem: a rejected signature is made again with the time of AWS.
func (f *facts) checkClock() Check {
	c := Check{Name: "clock", Status: OK, Message: "in sync with AWS"}
	switch by := f.clock.Abs(); {
	case by <= ecr.MaxSkew:
		return c
	case f.clock > 0:
		c.Message = ecr.Brief(by.Round(time.Minute)) + " behind AWS; ecrgate corrects for it"
	default:
		c.Message = ecr.Brief(by.Round(time.Minute)) + " ahead of AWS; ecrgate corrects for it"
	}
	c.Advice = "Set the clock of this machine: other tools fail with such a clock."
	return c
}

func (f *facts) checkRepository() []Check {
	c := Check{Name: "repository", Status: OK, Message: f.Image.Repository}
	switch {
	case ecr.NoRepository(f.targetErr):
		c.Status, c.Message = Problem, fmt.Sprintf("the repository %s does not exist in %s", f.Image.Repository, f.place())
		c.Advice = "Name the right account and Region, or create the repository. This lists those that exist there:"
		c.Command = fmt.Sprintf("aws ecr describe-repositories%s --query 'repositories[].repositoryName'", f.where())
	case f.targetErr != nil && !ecr.IsMissing(f.targetErr) && f.target == nil && ecr.Denied(f.targetErr) != "":
		c.Status, c.Message, c.Permission = Unknown, "needs ecr:BatchGetImage", "ecr:BatchGetImage"
	}
	return []Check{c}
}

// place describes the registry.
func (f *facts) place() string {
	if account := f.account(); account != "" {
		return "account " + account + " in " + f.region
	}
	return "the account of the credentials in " + f.region
}

// where returns the AWS CLI options that name the registry.
func (f *facts) where() string {
	options := " --region " + f.region
	if f.Image.RegistryID != "" {
		options = " --registry-id " + f.Image.RegistryID + options
	}
	return options
}

func (f *facts) checkImage() []Check {
	c := Check{Name: "image", Status: OK}
	switch {
	case ecr.NoRepository(f.targetErr):
		return nil
	case ecr.IsMissing(f.targetErr):
		c.Status, c.Message = Problem, "there is no image "+f.Image.String()
		c.Advice = "Push the image, or name one that exists. This lists the tags:"
		c.Command = fmt.Sprintf("aws ecr list-images%s --repository-name %s --filter tagStatus=TAGGED --query 'imageIds[].imageTag'", f.where(), f.Image.Repository)
	case ecr.Denied(f.targetErr) != "":
		return []Check{f.permission(ecr.Denied(f.targetErr), f.targetErr)}
	case f.targetErr != nil:
		c.Status, c.Message, c.Advice = Problem, reason(f.targetErr), sentence(hint(f.targetErr))
		if strings.Contains(c.Message, "KmsError") {
			c.Message = "ECR cannot decrypt the image: " + c.Message
			c.Advice = "Enable the KMS key of the repository, and let Amazon ECR use it."
		}
		if c.Advice == "" {
			c.Advice = "Name a container image: only container images are scanned."
		}
	case f.target.Manifests[0].Unresolved && !f.target.Index:
		c.Status, c.Message, c.Permission = Unknown, "the manifest cannot be read without ecr:BatchGetImage", "ecr:BatchGetImage"
	case !f.target.Index:
		c.Message = f.Image.Digest
	default:
		c.Message = fmt.Sprintf("%s, an index of %s", f.Image.Digest, list(f.target))
	}
	return append([]Check{c}, f.skipped()...)
}

// skipped returns a check for the artifacts of an index, which need no scan.
func (f *facts) skipped() []Check {
	if f.target == nil {
		return nil
	}
	var out []Check
	for _, note := range f.target.Notes {
		if text, ok := strings.CutPrefix(note, "skipped "); ok {
			digest, why, _ := strings.Cut(text, ": ")
			out = append(out, Check{Name: "skipped", Status: OK, Message: short(digest) + ": " + why})
		}
	}
	return out
}

func list(t *ecr.Target) string {
	var names []string
	for _, m := range t.Manifests {
		names = append(names, platform(m))
	}
	return strings.Join(slices.Compact(names), ", ")
}

// platform returns the name of a manifest inside an index; empty outside one.
func platform(m ecr.Manifest) string {
	if m.Platform == (scan.Platform{}) {
		return short(m.Digest)
	}
	return m.Platform.String()
}

// short returns the start of a digest, for people to compare.
func short(digest string) string {
	const shown = len("sha256:") + 12
	if len(digest) <= shown {
		return digest
	}
	return digest[:shown]
}

// reason returns an error without the operation, for a check whose name already shows it.
func reason(err error) string {
	var failed *ecr.Error
	if errors.As(err, &failed) {
		return failed.Err.Error()
	}
	return err.Error()
}

func hint(err error) string {
	var failed *ecr.Error
	if errors.As(err, &failed) {
		return failed.Hint
	}
	return ""
}

// sentence turns a hint into a sentence.
func sentence(hint string) string {
	if hint == "" {
		return ""
	}
	return strings.ToUpper(hint[:1]) + strings.TrimSuffix(hint[1:], ".") + "."
}
