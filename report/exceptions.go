package report

import (
	"fmt"
	"time"

	"github.com/ecrgate/ecrgate/policy"
)

// ExceptionLabel returns a description of an exception: what it excuses, until when, and why.
func ExceptionLabel(x policy.ExceptionResult) string {
	text := x.ID.String()
	if p := x.Package.String(); p != "" {
		text += " in " + p
	}
	verb := "expires"
	if x.State == policy.StateExpired {
		verb = "expired"
	}
	if x.Expires != nil {
		text += fmt.Sprintf(" %s on %s", verb, x.Expires.Format(time.DateOnly))
	}
	return text + ": " + ExceptionReason(x.Exception)
}

// ExceptionReason returns the reason of an exception, and its VEX document if it comes from one.
func ExceptionReason(x *policy.Exception) string {
	if x.Source == "" {
		return x.Reason
	}
	return fmt.Sprintf("%s (VEX: %s)", x.Reason, x.Source)
}

// Urgent reports whether an exception that a finding needs has expired or is about to.
func Urgent(x policy.ExceptionResult) bool {
	return x.Used > 0 && (x.State == policy.StateExpired || x.State == policy.StateExpiring)
}

// UrgentExceptions returns a line for each urgent exception, with the number of findings that depend on it.
func UrgentExceptions(v *policy.Verdict) []string {
	var lines []string
	excused := Excused(v)
	for _, x := range v.Exceptions {
		if !Urgent(x) {
			continue
		}
		what := "excused until then"
		if x.State == policy.StateExpired {
			what = "no longer excused"
		}
		lines = append(lines, fmt.Sprintf("%s (%s %s)", ExceptionLabel(x), Number(excused[x.Index], "finding"), what))
	}
	return Distinct(lines)
}

// Excused returns the number of findings per exception, by its index: those that it excuses, or would if it
// had not expired. A finding on several platforms counts once.
func Excused(v *policy.Verdict) map[int]int {
	excused := map[int]int{}
	for i := range v.Findings {
		if x := v.Findings[i].Exception; x != nil {
			excused[x.Index]++
		}
		if x := v.Findings[i].Expired; x != nil {
			excused[x.Index]++
		}
	}
	return excused
}
