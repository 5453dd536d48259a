// Package scan is the vocabulary of ecrgate: what an image, a scan and a finding are.
//
// Amazon ECR scans images in two ways. A basic scan looks at operating system packages once and
// ends; an enhanced scan is made by Amazon Inspector, looks at language packages too, and may go
// on for as long as the image is in use. Both are read with one API call, DescribeImageScanFindings,
// whose answer has two lists of different shape and does not say which kind it is. This package
// gives them one shape, so that a policy can judge a finding without knowing where it came from,
// and reads answers of that call from bytes, whether they come from the API or from a saved file.
//
// It imports nothing of ecrgate and reaches neither the network nor the clock.
package scan

import "time"

// A Type tells how an image was scanned. The zero value means that the answer does not tell:
// an enhanced result without findings looks like a basic one.
type Type string

// The two kinds of scan, in the words of the policy file and the reports.
const (
	Basic    Type = "basic"
	Enhanced Type = "enhanced"
)

// A Status is the imageScanStatus of an image. Words that are not among the constants can occur.
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageScanStatus.html
type Status string

// The statuses that ECR's service model knows, and NotFound, which is ours.
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

	// NotFound is the name a policy uses for an image that ECR answers with ScanNotFoundException.
	NotFound Status = "NOT_FOUND"
)

// Ended reports whether the status says that there is a result to read.
func (s Status) Ended() bool { return s == Complete || s == Active }

// Acceptable lists the statuses that a policy may accept although nothing was judged.
var Acceptable = []Status{
	Failed, UnsupportedImage, ScanEligibilityExpired, FindingsUnavailable, LimitExceeded, ImageArchived, NotFound,
}

// A Scan is ECR's result for one manifest, read from all its pages.
type Scan struct {
	// Image is what the answer says it is about. Its Repository and Digest may be empty in a
	// saved response that lost them.
	Image Image
	// Platform is that of the manifest inside an index; zero for an image on its own.
	Platform Platform
	// Type is empty when the answer does not tell.
	Type        Type
	Status      Status
	Description string
	// CompletedAt is nil when ECR gave no imageScanCompletedAt.
	CompletedAt *time.Time
	// Findings in ECR's order, in full; basic before enhanced when both lists were given. Nil when
	// the answer had no imageScanFindings at all: then ECR has not said that there are none.
	Findings []Finding
}
