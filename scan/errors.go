package scan

import (
	"fmt"
	"strings"
)

// StatusError is the error for an image whose status says that there are no findings to judge.
type StatusError struct {
	// Status is empty when the answer had none; NotFound stands for ScanNotFoundException.
	Status Status
	// Description is ECR's reason, if it gave one.
	Description string
}

func (u *StatusError) Error() string {
	text := fmt.Sprintf("scan status %s", u.Status)
	switch {
	case u.Status == "":
		text = "the answer has no scan status"
	case u.Status == NotFound:
		text = "no scan exists for this image"
	case !u.Status.known():
		text = fmt.Sprintf("unknown scan status %q", string(u.Status))
	}
	if u.Description != "" {
		text += ": " + u.Description
	}
	return text
}

// Hint is one line of advice.
func (u *StatusError) Hint() string {
	status := u.Status
	if status == Failed && strings.HasPrefix(u.Description, "UnsupportedImageError") {
		status = UnsupportedImage
	}
	switch status {
	case Failed:
		return "push the image again, or ask for a new scan"
	case UnsupportedImage:
		return "ECR cannot scan this image; if it may ship unjudged, accept UNSUPPORTED_IMAGE for it in the policy (scan.accept)"
	case ScanEligibilityExpired:
		return "the image has left the re-scan window; push it again, or lengthen the re-scan duration in Amazon Inspector"
	case FindingsUnavailable:
		return "ECR keeps no findings for this image; push it again, or ask for a new scan"
	case LimitExceeded:
		return "a scan limit of the registry is used up; wait and run again"
	case ImageArchived:
		return "archived images are not scanned; restore the image first"
	case NotFound:
		return "likely causes: scan on push is off, no enhanced scanning filter matches the repository, the tag is an index, or the registry of another account is scanned by Inspector (assume a role in that account)"
	case Pending, InProgress:
		return "the scan had not finished; save the response again when it has"
	case "":
		return "the answer is not that of DescribeImageScanFindings; is a proxy or a wrong endpoint in between?"
	}
	return "this version does not know that status and does not guess; look for a newer version"
}

func (s Status) known() bool {
	switch s {
	case InProgress, Complete, Failed, UnsupportedImage, Active, Pending, ScanEligibilityExpired,
		FindingsUnavailable, LimitExceeded, ImageArchived, NotFound:
		return true
	}
	return false
}
