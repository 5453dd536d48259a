package doctor

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/ecr"
	"github.com/ecrgate/ecrgate/scan/inspector"
)

// missing reports whether a manifest has no scan.
func (f *facts) missing() bool {
	return slices.ContainsFunc(f.manifests, func(m *manifest) bool { return ecr.NoScan(m.scanErr) })
}

// checkScans returns checks of the scan of each manifest and of its coverage by Amazon Inspector.
func (f *facts) checkScans() []Check {
	var out []Check
	for _, m := range f.manifests {
		name := ""
		if f.target.Index {
			name = platform(m.Manifest)
		}
		c := f.checkScan(m)
		c.Name, c.Platform = "scan", name
		out = append(out, c)
		if m.asked {
			c := f.checkCoverage(m)
			c.Name, c.Platform = "inspector", name
			out = append(out, c)
		}
	}
	return out
}

func (f *facts) checkScan(m *manifest) Check {
	switch {
	case ecr.NoScan(m.scanErr):
		return f.checkMissing(m)
	case ecr.Denied(m.scanErr) != "":
		action := ecr.Denied(m.scanErr)
		return Check{Status: Unknown, Message: "needs " + action, Permission: action}
	case ecr.NoAnswer(m.scanErr):
		return Check{Status: Unknown, Message: reason(m.scanErr), Fix: Fix{Advice: "Run again in a minute."}}
	case m.scanErr != nil:
		return Check{Status: Problem, Message: reason(m.scanErr), Fix: Fix{Advice: sentence(hint(m.scanErr))}}
	}
	switch s := m.scan; s.Status {
	case scan.Complete, scan.Active:
		return Check{Status: OK, Message: describe(s)}
	case scan.Pending, scan.InProgress:
		return Check{Status: OK, Message: fmt.Sprintf("still running (%s); ecrgate check waits for it", s.Status)}
	}
	failed := &scan.StatusError{Status: m.scan.Status, Description: m.scan.Description}
	return Check{Status: Problem, Message: failed.Error(), Fix: f.statusFix(m, failed)}
}

// describe describes a scan.
func describe(s *scan.Scan) string {
	text := string(s.Status)
	if s.CompletedAt != nil {
		text += ", completed " + minute(*s.CompletedAt)
	}
	return text
}

func minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// checkMissing judges a missing scan: it may be on its way, or the gate may request it.
func (f *facts) checkMissing(m *manifest) Check {
	c := Check{Status: Problem, Message: "there is none"}
	switch {
	case m.coverage.Outcome == inspector.Pending:
		c.Status, c.Message = OK, "there is none yet; ecrgate check waits for it"
	case m.coverage.Outcome == inspector.Blocked, f.foreign():
	case m.coverage.Outcome == inspector.Done:
		c.cause = "ECR does not show the scan that Amazon Inspector made"
		c.Advice = "Run again in a few minutes. If that does not help, push the image again."
	case m.Unresolved:
		c.cause = "it may be an index, whose images have the scans, and its manifest cannot be read"
	case f.scanType() == scan.Enhanced && (f.covering().scans() || !f.covering().known):
		c.cause = m.coverage.Reason
		c.Advice = "If the image was pushed in the last few minutes, wait for its scan. Otherwise it was pushed before its repository was scanned: push it again."
	case f.scanType() == scan.Enhanced:
	case f.scanType() == "":
		c.cause = "nothing shows whether its registry has basic or enhanced scanning"
		c.Fix = f.allow("ecr:GetRegistryScanningConfiguration")
	case f.StartScan && f.startErr == nil:
		c.Status, c.Message = OK, "there is none; ecrgate check requests one"
	case !f.StartScan:
		c.cause = "it was pushed before scan on push was on, and start-scan is never"
		if covered := f.covering(); covered.known && !covered.scans() {
			c.cause = "scan on push is off, and start-scan is never"
		}
		c.Fix = f.requestScan(m.Digest)
	}
	return c
}

func (f *facts) requestScan(digest string) Fix {
	return Fix{
		Advice:  "Request a scan, or drop start-scan: never, so that ecrgate check does.",
		Command: fmt.Sprintf("aws ecr start-image-scan%s --repository-name %s --image-id %s", f.where(), f.Image.Repository, f.id(digest)),
	}
}

// id returns the image identifier for the AWS CLI.
func (f *facts) id(digest string) string {
	if digest == "" {
		return "imageTag=" + f.Image.Tag
	}
	return "imageDigest=" + digest
}

// statusFix returns what to do about a status without findings.
func (f *facts) statusFix(m *manifest, failed *scan.StatusError) Fix {
	switch {
	case m.coverage.Outcome == inspector.Blocked: // which is more specific
		return Fix{}
	case failed.Status == scan.ImageArchived:
		return f.restore(m.Digest)
	case failed.Status == scan.ScanEligibilityExpired:
		return f.rescan()
	}
	return Fix{Advice: sentence(failed.Hint())}
}

func (f *facts) restore(digest string) Fix {
	return Fix{
		Advice:  "Restore the image.",
		Command: fmt.Sprintf("aws ecr update-image-storage-class%s --repository-name %s --image-id %s --target-storage-class STANDARD", f.where(), f.Image.Repository, f.id(digest)),
	}
}

func (f *facts) rescan() Fix {
	return Fix{
		Advice:  "Push the image again, or have Amazon Inspector scan images for longer. This applies to all repositories, and costs more:",
		Command: "aws inspector2 update-configuration --region " + f.region + " --ecr-configuration rescanDuration=LIFETIME",
	}
}

// words describes Inspector's reasons.
// https://docs.aws.amazon.com/inspector/v2/APIReference/API_ScanStatus.html
var words = map[string]string{
	"SUCCESSFUL":                      "watched for new vulnerabilities",
	"SCAN_FREQUENCY_SCAN_ON_PUSH":     "scanned only on push",
	"PENDING_INITIAL_SCAN":            "the first scan has not started",
	"SCAN_IN_PROGRESS":                "the scan is running",
	"PENDING_REVIVAL_SCAN":            "the image is in use again, and its scan has not started",
	"INTERNAL_ERROR":                  "Amazon Inspector has an internal error and will continue",
	"SCAN_FREQUENCY_MANUAL":           "no scanning filter covers the repository",
	"UNSUPPORTED_OS":                  "Amazon Inspector does not support the operating system of the image",
	"UNSUPPORTED_MEDIA_TYPE":          "Amazon Inspector does not support the format of the image",
	"IMAGE_SIZE_EXCEEDED":             "the image is too large for Amazon Inspector",
	"SCAN_ELIGIBILITY_EXPIRED":        "Amazon Inspector no longer scans the image",
	"IMAGE_ARCHIVED":                  "the image is archived",
	"ACCESS_DENIED":                   "Amazon Inspector is not allowed to read the repository",
	"ACCESS_DENIED_TO_ENCRYPTION_KEY": "Amazon Inspector is not allowed to use the repository's KMS key",
	"RESOURCE_TERMINATED":             "Amazon Inspector reports that the image is gone",
	"PENDING_DISABLE":                 "Amazon Inspector is being disabled for ECR",
	"NO_RESOURCES_FOUND":              "Amazon Inspector found nothing to scan in the image",
}

// checkCoverage describes Inspector's coverage. If ECR has a result, that decides.
func (f *facts) checkCoverage(m *manifest) Check {
	said := m.coverage
	c := Check{Status: OK, Message: cmp.Or(words[said.Reason], "Amazon Inspector reports a reason that ecrgate does not know")}
	if !said.LastScannedAt.IsZero() {
		c.Message += ", last scanned " + minute(said.LastScannedAt)
	}
	c.Message += " (" + said.Reason + ")"
	switch said.Outcome {
	case inspector.Blocked:
		if m.scan == nil || !m.scan.Status.Ended() {
			c.Status, c.Fix = Problem, f.coverageFix(m)
		}
	case inspector.Unproven:
		c.Status, c.Message, c.Advice = Unknown, said.Reason, sentence(said.Hint)
		if action := ecr.Denied(said.Err); action != "" {
			c.Message, c.Permission, c.Advice = "needs "+action, action, ""
		}
	}
	return c
}

func (f *facts) coverageFix(m *manifest) Fix {
	switch m.coverage.Reason {
	case "SCAN_FREQUENCY_MANUAL":
		return f.addFilter()
	case "IMAGE_ARCHIVED":
		return f.restore(m.Digest)
	case "SCAN_ELIGIBILITY_EXPIRED":
		return f.rescan()
	case "PENDING_DISABLE":
		return Fix{Advice: "Enable Amazon Inspector for ECR.", Command: "aws inspector2 enable --region " + f.region + " --resource-types ECR"}
	case "ACCESS_DENIED_TO_ENCRYPTION_KEY":
		role := fmt.Sprintf("arn:%s:iam::%s:role/aws-service-role/inspector2.amazonaws.com/AWSServiceRoleForAmazonInspector2", ecr.Partition(f.region), f.account())
		return Fix{
			Advice:    "Add a statement to the policy of the KMS key, then push the image again.",
			Statement: &Statement{Effect: "Allow", Principal: &Principal{AWS: role}, Action: Words{"kms:Decrypt"}, Resource: Words{"*"}},
		}
	}
	return Fix{Advice: sentence(strings.TrimSpace(m.coverage.Hint))}
}
