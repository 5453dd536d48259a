// Package attest writes a SLSA Verification Summary: a statement that an image, named by its digest, passed
// or failed a policy. A signer such as actions/attest or cosign attest wraps it into an attestation, which
// travels with the digest, and an admission rule can require it.
//
// The package writes only the predicate; the signer adds the subject and the type. A summary with PASSED
// grants access elsewhere and later, so it is written only for a single image with its own complete verdict,
// and has only fields of the specification.
//
// https://slsa.dev/spec/v1.1/verification_summary
package attest

import (
	"errors"
	"io"
	"net/url"
	"path"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/scan"
)

// PredicateType is the type to pass to the signer.
const PredicateType = "https://slsa.dev/verification_summary/v1"

// verifier identifies ecrgate. It never changes: consumers accept known pairs of signer and verifier.
const verifier = "https://github.com/ecrgate/ecrgate"

// passedLevel is the only level of a passed image. Names that begin with SLSA_ are reserved.
const passedLevel = "ECRGATE_PASSED"

type predicate struct {
	Verifier struct {
		ID string `json:"id"`
	} `json:"verifier"`
	TimeVerified       string       `json:"timeVerified"`
	ResourceURI        string       `json:"resourceUri"`
	Policy             policySource `json:"policy"`
	VerificationResult string       `json:"verificationResult"`
	VerifiedLevels     []string     `json:"verifiedLevels"`
}

type policySource struct {
	URI    string `json:"uri"`
	Digest struct {
		SHA256 string `json:"sha256"`
	} `json:"digest"`
}

// Withheld returns why a run has no summary; empty if it has one.
func Withheld(r report.Run) string {
	if r.Problem != "" || len(r.Images) != 1 || r.Policy == nil {
		return "the run did not check exactly one image"
	}
	img := &r.Images[0]
	switch outcome := img.Verdict.Outcome; {
	case outcome != r.Verdict || outcome != policy.Passed && outcome != policy.Failed:
		return "the image has no verdict"
	case outcome == policy.Failed:
	case !img.Judged:
		return "the image was not judged: the policy accepts its scan status"
	case img.Err != nil:
		return "the verdict is not complete"
	case img.Partial:
		return "only some platforms of the index were checked (input platform)"
	case r.ExitCode != 0:
		return "the run was not reported completely"
	}
	if img.Saved != "" || img.Ref.Digest == "" || img.Ref.Host() == "" {
		return "the account, region or digest of the image is not known"
	}
	return ""
}

// Write writes the summary. For a run without one, it returns an error.
func Write(w io.Writer, r report.Run) error {
	if why := Withheld(r); why != "" {
		return errors.New("no attestation: " + why)
	}
	p := predicate{
		TimeVerified:       r.Ended.UTC().Format(time.RFC3339),
		ResourceURI:        resource(r.Images[0].Ref),
		VerificationResult: "FAILED",
		VerifiedLevels:     []string{"FAILED"},
	}
	p.Verifier.ID = verifier
	p.Policy.URI, p.Policy.Digest.SHA256 = reference(r.Policy.Source), r.Policy.SHA256
	if r.Verdict == policy.Passed {
		p.VerificationResult, p.VerifiedLevels = "PASSED", []string{passedLevel}
	}
	if err := json.MarshalWrite(w, p, jsontext.WithIndent("  ")); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// resource returns the package URL of the image. Registry names have no character that needs escaping.
// https://github.com/package-url/purl-spec/blob/main/types/oci-definition.json
func resource(img scan.Image) string {
	return "pkg:oci/" + path.Base(img.Repository) + "@" + img.Digest + "?repository_url=" + img.Host() + "/" + img.Repository
}

// reference returns the policy's source, which may be several file names, as a URI reference.
func reference(source string) string { return (&url.URL{Path: source}).String() }
