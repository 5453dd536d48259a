package inspector

import (
	"fmt"
	"time"
)

// An Outcome is what coverage means for the scan of one digest.
type Outcome string

// The outcomes. Only Done and Pending are evidence about the result that ECR returns.
const (
	// Pending: the initial scan has not ended. A result in ECR is not final.
	Pending Outcome = "pending"
	// Done: a scan of this digest completed at LastScannedAt.
	Done Outcome = "done"
	// Blocked: there will be no scan until someone changes something.
	Blocked Outcome = "blocked"
	// Unproven: the rows prove nothing, or Inspector could not be asked. Only time decides.
	Unproven Outcome = "unproven"
)

// A Coverage is Inspector's information on the scan of one digest.
type Coverage struct {
	Outcome Outcome
	// Reason is Inspector's reason, or why nothing is known.
	Reason string
	// Hint is what to change if Blocked, or how to find out more if Unproven; else empty.
	Hint string
	// Err is why Inspector could not be asked, if that made the outcome Unproven; else nil.
	Err error
	// LastScannedAt is zero if Inspector reports no time. With Unproven, it is set for an image that is being
	// scanned again.
	LastScannedAt time.Time
	// Date is the server's time of the response; zero without one.
	Date time.Time
}

// reasons are the scan status reasons that can concern an image, with their meaning for a gate. Any
// other reason proves nothing.
// https://docs.aws.amazon.com/inspector/v2/APIReference/API_ScanStatus.html
var reasons = map[string]struct {
	outcome Outcome
	code    string // the status code that must come with it; empty for any
	hint    string
}{
	"SUCCESSFUL":                      {Done, "ACTIVE", ""},
	"SCAN_FREQUENCY_SCAN_ON_PUSH":     {Done, "INACTIVE", ""},
	"PENDING_INITIAL_SCAN":            {Pending, "", ""},
	"SCAN_IN_PROGRESS":                {Pending, "", ""},
	"PENDING_REVIVAL_SCAN":            {Pending, "", ""},
	"INTERNAL_ERROR":                  {Pending, "", ""},
	"SCAN_FREQUENCY_MANUAL":           {Blocked, "", "add the repository to a filter of the registry's scanning configuration: nothing scans it now"},
	"UNSUPPORTED_OS":                  {Blocked, "", "build the image on an operating system that Amazon Inspector supports, or accept UNSUPPORTED_IMAGE in the policy"},
	"UNSUPPORTED_MEDIA_TYPE":          {Blocked, "", "push the image with a Docker or OCI image manifest, or accept UNSUPPORTED_IMAGE in the policy"},
	"IMAGE_SIZE_EXCEEDED":             {Blocked, "", "make the image smaller: Amazon Inspector does not scan images of this size"},
	"SCAN_ELIGIBILITY_EXPIRED":        {Blocked, "", "push the image again, or lengthen the re-scan duration in Amazon Inspector"},
	"IMAGE_ARCHIVED":                  {Blocked, "", "restore the image from the archive"},
	"ACCESS_DENIED":                   {Blocked, "", "let Amazon Inspector read the repository: its policy denies that"},
	"ACCESS_DENIED_TO_ENCRYPTION_KEY": {Blocked, "", "let Amazon Inspector use the repository's KMS key: the key policy denies that"},
	"RESOURCE_TERMINATED":             {Blocked, "", "push the image again: Amazon Inspector reports that it is gone"},
	"PENDING_DISABLE":                 {Blocked, "", "enable Amazon Inspector for ECR: it is being disabled"},
	"NO_RESOURCES_FOUND":              {Blocked, "", "check the repository and the image: Amazon Inspector finds nothing to scan"},
}

// outcome returns the meaning of the rows for one ARN at the time of the response, which has whole seconds.
func outcome(rows []row, date time.Time) Coverage {
	out := judge(rows, date)
	out.Date = date
	return out
}

func judge(rows []row, date time.Time) Coverage {
	switch {
	case len(rows) == 0:
		return unproven("Amazon Inspector does not list the image")
	case len(rows) > 1:
		return unproven(fmt.Sprintf("Amazon Inspector lists the image %d times", len(rows)))
	}
	status, scanned := rows[0].ScanStatus, rows[0].LastScannedAt.Time
	meaning, known := reasons[status.Reason]
	out := Coverage{Outcome: meaning.outcome, Reason: status.Reason, Hint: meaning.hint, LastScannedAt: scanned}
	switch {
	case status.Reason == "":
		return unproven("Amazon Inspector reports no reason for its scan status")
	case !known:
		return unproven("Amazon Inspector's reason " + status.Reason + " does not say whether the image was scanned")
	case meaning.code != "" && status.StatusCode != meaning.code:
		return unproven(fmt.Sprintf("Amazon Inspector's status %s does not match its reason %s", status.StatusCode, status.Reason))
	case out.Outcome == Pending && !scanned.IsZero():
		out = unproven(fmt.Sprintf("Amazon Inspector's reason is %s, although the image was scanned before", status.Reason))
		out.LastScannedAt = scanned
	case out.Outcome == Done && scanned.IsZero():
		return unproven("Amazon Inspector does not say when it scanned the image")
	case out.Outcome == Done && (date.IsZero() || scanned.Truncate(time.Second).After(date)):
		return unproven("the time of Amazon Inspector's scan is not in the past")
	}
	return out
}

func unproven(reason string) Coverage { return Coverage{Outcome: Unproven, Reason: reason} }
