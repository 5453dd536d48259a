package scan

import (
	"fmt"
	"strings"
)

// A StatusError is the error for an image with a status that means that there are no findings to check.
type StatusError struct {
	// Status is empty when the response has none; NotFound stands for ScanNotFoundException.
	Status Status
	// Description is ECR's reason; it can be empty.
	Description string
}

func (e *StatusError) Error() string {
	text := fmt.Sprintf("scan status %s", e.Status)
	switch {
	case e.Status == "":
		text = "the response has no scan status"
	case e.Status == NotFound:
		text = "no scan exists for this image"
	case !e.Status.known():
		text = fmt.Sprintf("unknown scan status %q", string(e.Status))
	}
	if e.Description != "" {
		text += ": " + e.Description
	}
	return text
}

// Hint returns one line of advice.
func (e *StatusError) Hint() string {
	status := e.Status
	if status == Failed && strings.HasPrefix(e.Description, "UnsupportedImageError") {
		status = UnsupportedImage
	}
	switch status {
	case Failed:
		return "push the image again, or start a new scan"
	case UnsupportedImage:
		return "ECR cannot scan this image; to let it pass unscanned, accept UNSUPPORTED_IMAGE in the policy (scan.accept)"
	case ScanEligibilityExpired:
		return "the image has left the re-scan window; push it again, or extend the re-scan duration in Amazon Inspector"
	case FindingsUnavailable:
		return "ECR has no findings for this image; push it again, or start a new scan"
	case LimitExceeded:
		return "the registry has reached a scan limit; wait and run again"
	case ImageArchived:
		return "archived images are not scanned; restore the image first"
	case NotFound:
		return "likely causes: scan on push is off, no enhanced scanning filter matches the repository, the tag is an index, or the registry belongs to another account and is scanned by Inspector (assume a role in that account); run ecrgate doctor to find out which"
	case Pending, InProgress:
		return "save the response again when the scan has finished"
	case "":
		return "check for a proxy or a wrong endpoint: this is not a DescribeImageScanFindings response"
	}
	return "this version of ecrgate does not know the status; check for a newer version"
}

func (s Status) known() bool {
	switch s {
	case InProgress, Complete, Failed, UnsupportedImage, Active, Pending, ScanEligibilityExpired,
		FindingsUnavailable, LimitExceeded, ImageArchived, NotFound:
		return true
	}
	return false
}

// An IncompleteError is the error for findings that changed during the reading or are incomplete.
type IncompleteError struct{ Reason string }

func (e *IncompleteError) Error() string { return e.Reason }

// A DuplicateFindingError is the error for pages that are consistent except that a finding without an
// ARN is on two of them. Either the pages shifted during the reading and another finding is missing,
// or ECR has the finding twice. Another reading with a different page size shows which: pages do not
// shift the same way again.
type DuplicateFindingError struct {
	*IncompleteError
	// Scan is the joined pages, with the duplicate.
	Scan *Scan
	// PageSize is the number of findings on the largest page.
	PageSize int
}

// Unwrap returns the IncompleteError, for callers that cannot read again.
func (e *DuplicateFindingError) Unwrap() error { return e.IncompleteError }
