package scan

import (
	"fmt"
	"regexp"
	"strings"
)

// An Image is one manifest in an ECR repository, named by tag, by digest or by both. With both, the
// gate checks the digest, and the tag is only its label.
type Image struct {
	// RegistryID is the 12-digit account; empty means the account of the credentials.
	RegistryID string
	// Region is empty when the reference has none.
	Region     string
	Repository string
	Tag        string
	// Digest is sha256: followed by 64 hexadecimal digits.
	Digest string
}

var (
	// ACCOUNT.dkr.ecr.REGION.amazonaws.com, its FIPS form and those of the other partitions;
	// ACCOUNT.dkr-ecr.REGION.on.aws and its FIPS and China forms are the dual-stack hosts.
	registryHost = regexp.MustCompile(`^([0-9]{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.` +
		`(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov|` +
		`on\.aws|on\.amazonwebservices\.com\.cn|on\.amazonwebservices\.eu)$`)
	// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
	repositoryName = regexp.MustCompile(`^[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$`)
	// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
	tagForm    = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]*$`)
	digestForm = regexp.MustCompile(`^sha256:[0-9a-f]+$`)
	accountID  = regexp.MustCompile(`^[0-9]{12}$`)
	regionName = regexp.MustCompile(`^[a-z]{2,}(?:-[a-z0-9]+)+$`)
)

// The lengths are checked separately: repetition counts would make the expressions slow to compile at every
// start.
const (
	maxTag       = 128
	digestLength = len("sha256:") + 64
)

func isTag(s string) bool { return len(s) <= maxTag && tagForm.MatchString(s) }

// IsDigest reports whether s is the digest of an image: sha256: and 64 hexadecimal digits in lower
// case. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageIdentifier.html
func IsDigest(s string) bool { return len(s) == digestLength && digestForm.MatchString(s) }

// ParseImage parses an image reference: REPOSITORY:TAG, REPOSITORY@DIGEST or REPOSITORY:TAG@DIGEST, each with
// or without a registry host before it. A reference with neither tag nor digest is an error: ParseImage never
// assumes "latest".
func ParseImage(ref string) (Image, error) {
	img, err := parseImage(ref)
	if err != nil {
		return Image{}, fmt.Errorf("image %q: %w", ref, err)
	}
	return img, nil
}

func parseImage(ref string) (Image, error) {
	img, rest, err := cutHost(ref)
	if err != nil {
		return img, err
	}
	rest, digest, pinned := cutLast(rest, "@")
	name, tag, tagged := cutLast(rest, ":")
	switch {
	case pinned && digest == "":
		return img, fmt.Errorf("the digest after @ is empty (want sha256: and 64 hexadecimal digits)")
	case tagged && tag == "":
		return img, fmt.Errorf("the tag after : is empty")
	case registryHost.MatchString(name):
		name = "" // a registry alone, not a repository of that name
	}
	img.Repository, img.Tag, img.Digest = name, tag, digest
	return img, img.Check()
}

// cutHost splits the registry host, if any, from the front of a reference.
func cutHost(ref string) (img Image, rest string, err error) {
	host, path, ok := strings.Cut(ref, "/")
	if !ok || !looksLikeHost(host) {
		return img, ref, nil
	}
	if strings.HasPrefix(ref, "https://") || strings.HasPrefix(ref, "http://") {
		return img, "", fmt.Errorf("image reference must not be a URL: drop %s//", host)
	}
	m := registryHost.FindStringSubmatch(host)
	if m == nil {
		return img, "", fmt.Errorf("%q is not an Amazon ECR registry (want ACCOUNT.dkr.ecr.REGION.amazonaws.com; give a repository with such a name in the inputs repository and tag)", host)
	}
	img.RegistryID, img.Region = m[1], m[2]
	return img, path, nil
}

// CutRegistry splits a repository name with a registry host, as in
// 123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app. The host sets account and region; any other name is
// only the repository.
func CutRegistry(name string) Image {
	host, path, _ := strings.Cut(name, "/")
	m := registryHost.FindStringSubmatch(host)
	if m == nil {
		return Image{Repository: name}
	}
	return Image{RegistryID: m[1], Region: m[2], Repository: path}
}

// looksLikeHost distinguishes a registry host from the first part of a repository name, by the rule that
// container tools share.
func looksLikeHost(part string) bool { return strings.ContainsAny(part, ".:") || part == "localhost" }

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// Check validates an image assembled from its parts: it needs a repository, and a tag or a digest,
// each well-formed.
func (img Image) Check() error {
	switch {
	case img.Repository == "":
		return fmt.Errorf("the repository is missing (want REPOSITORY:TAG or REPOSITORY@sha256:…)")
	case !repositoryName.MatchString(img.Repository) || len(img.Repository) < 2 || len(img.Repository) > 256:
		return fmt.Errorf("%q is not a repository name (2 to 256 lower-case letters and digits, separated by . _ - and /)", img.Repository)
	case img.Tag == "" && img.Digest == "":
		return fmt.Errorf("neither tag nor digest is given (want %s:TAG or %s@sha256:…)", img.Repository, img.Repository)
	case img.Tag != "" && !isTag(img.Tag):
		return fmt.Errorf("%q is not a tag (1 to 128 letters, digits, _ . and -, and must not begin with . or -)", img.Tag)
	case img.Digest != "" && !IsDigest(img.Digest):
		return fmt.Errorf("%q is not a digest (want sha256: and 64 hexadecimal digits, lower case)", img.Digest)
	case img.RegistryID != "" && !accountID.MatchString(img.RegistryID):
		return fmt.Errorf("%q is not a registry id (want the 12 digits of an AWS account)", img.RegistryID)
	case img.Region != "" && !regionName.MatchString(img.Region):
		return fmt.Errorf("%q is not a region (want something like eu-west-1)", img.Region)
	}
	return nil
}

// String returns the short form for people and reports, without host, account and region: the
// repository with the tag, if there is one, else with the digest.
func (img Image) String() string {
	switch {
	case img.Tag != "":
		return img.Repository + ":" + img.Tag
	case img.Digest != "":
		return img.Repository + "@" + img.Digest
	}
	return img.Repository
}

// Pinned returns repository@digest, which always names the same image.
func (img Image) Pinned() string { return img.Repository + "@" + img.Digest }

// registrySuffixes are the domains of the partitions by what their regions begin with; all others are
// in the first partition.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
var registrySuffixes = []struct{ region, domain string }{
	{"cn-", "amazonaws.com.cn"},
	{"eusc-", "amazonaws.eu"},
	{"us-isob-", "sc2s.sgov.gov"},
	{"us-isof-", "csp.hci.ic.gov"},
	{"us-iso-", "c2s.ic.gov"},
	{"eu-isoe-", "cloud.adc-e.uk"},
}

// Host returns the host of the image's registry; empty if the account or the region is unknown.
func (img Image) Host() string {
	if img.RegistryID == "" || img.Region == "" {
		return ""
	}
	domain := "amazonaws.com"
	for _, s := range registrySuffixes {
		if strings.HasPrefix(img.Region, s.region) {
			domain = s.domain
		}
	}
	return img.RegistryID + ".dkr.ecr." + img.Region + "." + domain
}
