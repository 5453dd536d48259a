package doctor

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ecrgate/ecrgate/scan/ecr"
	"github.com/ecrgate/ecrgate/scan/inspector"
)

// causes are the names of checks, ordered so that earlier ones explain later ones: a missing scan has a
// reason, and a missing permission hides everything that depends on it.
var causes = []string{"credentials", "connection", "repository", "image", "account", "filters", "frequency", "inspector", "scan", "permission"}

// conclude determines the outcome and describes it in a sentence.
func (f *facts) conclude(d *Diagnosis) {
	name := f.given.String()
	cause, undecided := root(d.Checks), slices.IndexFunc(d.Checks, func(c Check) bool { return c.Name == "scan" && c.Status == Unknown })
	switch {
	case !f.connected():
		d.Outcome, d.Answer = Unclear, fmt.Sprintf("Cannot find out whether %s can be checked: %s", name, cause.Message)
	case cause != nil && cause.Name == "permission" && undecided < 0 && f.target != nil:
		d.Outcome, d.Answer = Blocked, fmt.Sprintf("%s %s, but %s", name, f.ready(), cause.Message)
	case cause != nil && f.missing() && cause.Name != "permission":
		d.Outcome, d.Answer = Blocked, fmt.Sprintf("%s has no scan: %s", f.subject(cause), cause.short())
	case cause != nil:
		d.Outcome, d.Answer = Blocked, fmt.Sprintf("%s cannot be checked: %s", f.subject(cause), cause.short())
	case undecided >= 0:
		d.Outcome, d.Answer = Unclear, fmt.Sprintf("Cannot find out whether %s can be checked: %s", name, d.Checks[undecided].Message)
	default:
		d.Outcome, d.Answer = Ready, fmt.Sprintf("%s can be checked: it %s", name, f.ready())
	}
}

// subject returns what a problem is about: the image, or one of the images of an index.
func (f *facts) subject(cause *Check) string {
	if cause.Platform == "" {
		return f.given.String()
	}
	return f.given.String() + " for " + cause.Platform
}

// root returns the problem that explains the others; nil if there is none. Without its permission the scan is
// unknown, so a permission explains more than its position suggests.
func root(checks []Check) *Check {
	var found *Check
	for i := range checks {
		c := &checks[i]
		if c.Status == Problem && (found == nil || slices.Index(causes, c.Name) < slices.Index(causes, found.Name)) {
			found = c
		}
	}
	return found
}

// short returns the cause, or else the message.
func (c *Check) short() string { return cmp.Or(c.cause, c.Message) }

// ready describes what the gate will find.
func (f *facts) ready() string {
	running := false
	for _, m := range f.manifests {
		switch {
		case ecr.NoScan(m.scanErr) && m.coverage.Outcome == inspector.Pending:
			return "has no scan yet, but one is on its way; ecrgate check waits for it"
		case ecr.NoScan(m.scanErr) && f.covering().known && !f.covering().scans():
			return "has no scan, because scan on push is off; ecrgate check requests one"
		case ecr.NoScan(m.scanErr):
			return "has no scan yet; ecrgate check requests one"
		case m.scan != nil && (!m.scan.Status.Ended() || m.coverage.Outcome == inspector.Pending):
			running = true
		}
	}
	if running {
		return "has a scan that is still running; ecrgate check waits for it"
	}
	kind := strings.TrimSpace(string(f.scanType()) + " scan")
	if len(f.manifests) > 1 {
		return fmt.Sprintf("has a finished %[2]s for each of its %[1]d images", len(f.manifests), kind)
	}
	return "has a finished " + kind
}
