package doctor

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// Needs are the calls that a run of the gate makes to AWS. An image without an account or a region means any.
type Needs struct {
	Image scan.Image
	// Baseline and NewBase are other images whose findings are also read. Of Base, the base image, only the
	// manifest is read. All three are nil for none, or for a file.
	Baseline, NewBase, Base *scan.Image
	// StartScan is set if a missing scan may be requested.
	StartScan bool
	// Platform is set if only some platforms are checked: the platform of an image outside an index is in its
	// config.
	Platform bool
	// ScanType is set if the policy requires a scan type, which an empty result does not show. Coverage also
	// needs the type, because Amazon Inspector does not know basic scans.
	ScanType bool
	// Coverage is set if Amazon Inspector is asked whether a scan is done.
	Coverage bool
}

// A Policy is an IAM policy.
type Policy struct {
	Version   string // 2012-10-17
	Statement []Statement
}

// Policy returns the minimal policy: without any of its actions, some call fails.
func (n Needs) Policy() Policy {
	read := repositories(&n.Image, n.Baseline, n.NewBase)
	resolved := slices.DeleteFunc(repositories(n.Base), func(arn string) bool { return slices.Contains(read, arn) })
	everything := Words{"*"}
	p := Policy{Version: "2012-10-17"}
	for _, s := range []struct {
		needed  bool
		sid     string
		actions Words
		on      Words
	}{
		{true, "ReadFindings", Words{"ecr:BatchGetImage", "ecr:DescribeImageScanFindings"}, read},
		{len(resolved) > 0, "ReadBaseImage", Words{"ecr:BatchGetImage"}, resolved},
		{n.StartScan, "RequestMissingScan", Words{"ecr:StartImageScan"}, read},
		{n.Platform, "ReadPlatform", Words{"ecr:GetDownloadUrlForLayer"}, repositories(&n.Image, n.Baseline)},
		{n.ScanType || n.Coverage, "ReadScanType", Words{"ecr:GetRegistryScanningConfiguration"}, everything},
		{n.Coverage, "ReadInspector", Words{"inspector2:ListCoverage", "inspector2:ListFindings"}, everything},
		{!n.Coverage, "ReadInspector", Words{"inspector2:ListFindings"}, everything},
	} {
		if s.needed {
			p.Statement = append(p.Statement, Statement{Sid: s.sid, Effect: "Allow", Action: s.actions, Resource: s.on})
		}
	}
	return p
}

// String returns the policy as JSON.
func (p Policy) String() string {
	text, err := json.Marshal(p, jsontext.WithIndent("  "))
	if err != nil {
		panic(err) // it is made of text
	}
	return string(text) + "\n"
}

// A Statement is a statement of an IAM policy.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
type Statement struct {
	Sid       string     `json:",omitempty"`
	Effect    string     // Allow
	Principal *Principal `json:",omitempty"` // only in resource policies
	Action    Words
	Resource  Words `json:",omitempty"` // empty in a repository policy
}

// A Principal is the principal of a resource policy.
type Principal struct {
	AWS string // an ARN
}

// Words is a list that IAM writes as a string if it has one element.
type Words []string

// String returns the statement as JSON, on one line.
func (s *Statement) String() string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // it is made of text
	}
	return string(text)
}

// MarshalJSON writes a list of one element as that element, as people write policies.
func (w Words) MarshalJSON() ([]byte, error) {
	if len(w) == 1 {
		return json.Marshal(w[0])
	}
	return json.Marshal([]string(w))
}

// repositories returns the ARNs of the images' repositories, each once; images may be nil.
func repositories(images ...*scan.Image) Words {
	var arns Words
	for _, img := range images {
		if img == nil {
			continue
		}
		if arn := repositoryARN(*img); !slices.Contains(arns, arn) {
			arns = append(arns, arn)
		}
	}
	return arns
}

func repositoryARN(img scan.Image) string {
	return fmt.Sprintf("arn:%s:ecr:%s:%s:repository/%s", ecr.Partition(img.Region), cmp.Or(img.Region, "*"), cmp.Or(img.RegistryID, "*"), img.Repository)
}
