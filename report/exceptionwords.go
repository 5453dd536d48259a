package report

import (
	"fmt"
	"time"

	"github.com/ecrgate/ecrgate/policy"
)

// exceptionWords say which exception has ended, or is about to.
func exceptionWords(x policy.ExceptionResult) string {
	text := x.ID.String()
	if p := x.Package.String(); p != "" {
		text += " in " + p
	}
	verb := "ends"
	if x.State == policy.StateExpired {
		verb = "ended"
	}
	if x.Expires != nil {
		text += fmt.Sprintf(" %s on %s", verb, x.Expires.Format(time.DateOnly))
	}
	return text + ": " + x.Reason
}

// isUrgent tells an exception that has ended although a finding needs it, or is about to.
func isUrgent(x policy.ExceptionResult) bool {
	return x.Used > 0 && (x.State == policy.StateExpired || x.State == policy.StateExpiring)
}

// urgentExceptions say which exceptions somebody should look at, and what hangs on them.
func urgentExceptions(v *policy.Verdict) []string {
	var lines []string
	served := servedBy(v)
	for _, x := range v.Exceptions {
		if !isUrgent(x) {
			continue
		}
		what := "excused until then"
		if x.State == policy.StateExpired {
			what = "no longer excused"
		}
		lines = append(lines, fmt.Sprintf("%s (%s %s)", exceptionWords(x), number(served[x.Index], "finding"), what))
	}
	return lines
}

// servedBy counts the findings of each exception, by its index: those it excuses, or would excuse
// had it not ended. A finding on several platforms is one.
func servedBy(v *policy.Verdict) map[int]int {
	served := map[int]int{}
	for i := range v.Findings {
		if x := v.Findings[i].Exception; x != nil {
			served[x.Index]++
		}
		if x := v.Findings[i].Expired; x != nil {
			served[x.Index]++
		}
	}
	return served
}
