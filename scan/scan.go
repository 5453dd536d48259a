// Package scan is the vocabulary of ecrgate: images, scans and findings.
//
// Amazon ECR scans images in two ways. A basic scan checks operating system packages once. An enhanced scan,
// made by Amazon Inspector, covers language packages too and can continue for as long as the image is in use.
// One API call, DescribeImageScanFindings, returns both, in two lists of different shape, and does not say
// which kind of scan it was. This package turns them into one shape, so that a policy can judge a finding
// without knowing its source. It parses responses of that call, from the API or from a file.
//
// It imports no other package of ecrgate and uses neither the network nor the clock.
package scan

import "time"

// A Type is a kind of scan. It is empty when the response does not show it: an enhanced result without
// findings looks like a basic one.
type Type string

// The two kinds of scan, as in policy files and reports.
const (
	Basic    Type = "basic"
	Enhanced Type = "enhanced"
)

// A Status is the imageScanStatus of an image. Values other than the constants can occur.
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageScanStatus.html
type Status string

// The statuses of ECR's service model, and NotFound, which is not from ECR.
const (
	InProgress             Status = "IN_PROGRESS"
	Complete               Status = "COMPLETE"
	Failed                 Status = "FAILED"
	UnsupportedImage       Status = "UNSUPPORTED_IMAGE"
	Active                 Status = "ACTIVE"
	Pending                Status = "PENDING"
	ScanEligibilityExpired Status = "SCAN_ELIGIBILITY_EXPIRED"
	FindingsUnavailable    Status = "FINDINGS_UNAVAILABLE"
	LimitExceeded          Status = "LIMIT_EXCEEDED"
	ImageArchived          Status = "IMAGE_ARCHIVED"

	// NotFound stands for ScanNotFoundException in a policy.
	NotFound Status = "NOT_FOUND"
)

// Ended reports whether there is a result to read.
func (s Status) Ended() bool { return s == Complete || s == Active }

// Acceptable lists the statuses that a policy may accept although there are no findings to judge.
var Acceptable = []Status{
	Failed, UnsupportedImage, ScanEligibilityExpired, FindingsUnavailable, LimitExceeded, ImageArchived, NotFound,
}

// ByTimeAlone begins the note that time alone, and not Amazon Inspector, settled a result; the reason follows.
const ByTimeAlone = "settled by time alone"

// A Scan is ECR's result for one manifest, read from all its pages.
type Scan struct {
	// Image is the image that the response names. Repository and Digest can be empty in a saved
	// response that has been edited.
	Image Image
	// Platform is the platform of a manifest inside an index; zero for a single image.
	Platform Platform
	// Type is empty when the response does not show it.
	Type        Type
	Status      Status
	Description string
	// CompletedAt is nil when the response has no imageScanCompletedAt.
	CompletedAt *time.Time
	// Findings has all findings in ECR's order, basic before enhanced if there are both. It is nil if the
	// response has neither a list nor counts: then ECR has not reported that there are none.
	Findings []Finding
}
