package scan

import (
	"strings"
	"testing"
)

var sha = "sha256:" + strings.Repeat("0123456789abcdef", 4)

func TestParseImage(t *testing.T) {
	const account = "123456789012"
	pinned := Image{Repository: "team/app", Digest: sha}
	for name, c := range map[string]struct {
		ref  string
		want Image
	}{
		"a tag":                    {"team/app:1.2", Image{Repository: "team/app", Tag: "1.2"}},
		"a digest":                 {"team/app@" + sha, pinned},
		"a tag labels the digest":  {"team/app:1.2@" + sha, Image{Repository: "team/app", Tag: "1.2", Digest: sha}},
		"latest, when it is meant": {"app:latest", Image{Repository: "app", Tag: "latest"}},
		"a tag may have upper case and begin with _": {"app:_V1", Image{Repository: "app", Tag: "_V1"}},
		"a name may begin with digits":               {"123456789012:x", Image{Repository: account, Tag: "x"}},
		"localhost without a slash is a repository":  {"localhost:5000", Image{Repository: "localhost", Tag: "5000"}},
		"a long tag":          {"app:" + strings.Repeat("x", 128), Image{Repository: "app", Tag: strings.Repeat("x", 128)}},
		"a long name":         {strings.Repeat("x", 256) + ":1", Image{Repository: strings.Repeat("x", 256), Tag: "1"}},
		"a deep name":         {"a/b_c/d-e__f.g:1", Image{Repository: "a/b_c/d-e__f.g", Tag: "1"}},
		"the two-letter name": {"ab:1", Image{Repository: "ab", Tag: "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ParseImage(c.ref)
			if err != nil || got != c.want {
				t.Errorf("ParseImage(%q)\n got %+v, %v\nwant %+v", c.ref, got, err, c.want)
			}
		})
	}
}

func TestParseImageKnowsTheHostsOfEveryPartition(t *testing.T) {
	for host, region := range map[string]string{
		"123456789012.dkr.ecr.eu-west-1.amazonaws.com":                    "eu-west-1",
		"123456789012.dkr.ecr-fips.us-east-1.amazonaws.com":               "us-east-1",
		"123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com":           "us-gov-west-1",
		"123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn":                "cn-north-1",
		"123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu":                "eusc-de-east-1",
		"123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov":                   "us-iso-east-1",
		"123456789012.dkr.ecr.us-isob-east-1.sc2s.sgov.gov":               "us-isob-east-1",
		"123456789012.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk":              "eu-isoe-west-1",
		"123456789012.dkr.ecr.us-isof-south-1.csp.hci.ic.gov":             "us-isof-south-1",
		"123456789012.dkr-ecr.ap-southeast-2.on.aws":                      "ap-southeast-2",
		"123456789012.dkr-ecr-fips.us-west-2.on.aws":                      "us-west-2",
		"123456789012.dkr-ecr.cn-northwest-1.on.amazonwebservices.com.cn": "cn-northwest-1",
		"123456789012.dkr-ecr.eusc-de-east-1.on.amazonwebservices.eu":     "eusc-de-east-1",
	} {
		got, err := ParseImage(host + "/team/app:1@" + sha)
		want := Image{RegistryID: "123456789012", Region: region, Repository: "team/app", Tag: "1", Digest: sha}
		if err != nil || got != want {
			t.Errorf("%s\n got %+v, %v\nwant %+v", host, got, err, want)
		}
	}
}

func TestParseImageSuggestsWhatIsRight(t *testing.T) {
	const host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
	for name, c := range map[string]struct{ ref, says string }{
		"latest is never assumed":      {"team/app", "neither tag nor digest is given (want team/app:TAG"},
		"nor after a host":             {host + "/team/app", "neither tag nor digest is given"},
		"an empty reference":           {"", "the repository is missing"},
		"only a tag":                   {":1", "the repository is missing"},
		"only a digest":                {"@" + sha, "the repository is missing"},
		"an empty tag":                 {"app:", "the tag after : is empty"},
		"an empty tag before a digest": {"app:@" + sha, "the tag after : is empty"},
		"an empty digest":              {"app@", "the digest after @ is empty"},
		"an empty digest after a tag":  {"app:1@", "the digest after @ is empty"},
		"upper-case digits":            {"app@" + strings.ToUpper(sha), "is not a digest (want sha256: and 64 hexadecimal digits, lower case)"},
		"upper-case hexadecimal":       {"app@sha256:" + strings.Repeat("A", 64), "lower case"},
		"a short digest":               {"app@" + sha[:70], "is not a digest"},
		"a long digest":                {"app@" + sha + "0", "is not a digest"},
		"another algorithm":            {"app@sha512:" + strings.Repeat("a", 128), "is not a digest"},
		"two digests":                  {"app@" + sha + "@" + sha, "is not a repository name"},
		"two tags":                     {"app:1:2", "is not a repository name"},
		"white space":                  {"team/app :1", "is not a repository name"},
		"white space at the end":       {"app:1 ", "is not a tag"},
		"a line end in the tag":        {"app:1\n", "is not a tag"},
		"unicode in the name":          {"tëam/app:1", "is not a repository name"},
		"unicode in the tag":           {"app:１", "is not a tag"},
		"a zero-width blank":           {"app:1\u200b", "is not a tag"},
		"upper case in the name":       {"Team/App:1", "lower-case"},
		"a tag that begins with -":     {"app:-1", "must not begin with . or -"},
		"a tag that begins with .":     {"app:.1", "must not begin with . or -"},
		"a tag that is too long":       {"app:" + strings.Repeat("x", 129), "1 to 128"},
		"a name that is too long":      {strings.Repeat("x", 257) + ":1", "2 to 256"},
		"a name that is too short":     {"a:1", "2 to 256"},
		"an empty part":                {"team//app:1", "is not a repository name"},
		"a slash at the end":           {"team/:1", "is not a repository name"},
		"a slash in the tag":           {"app:a/b", "is not an Amazon ECR registry"},
		"public ECR":                   {"public.ecr.aws/nginx/nginx:1", `"public.ecr.aws" is not an Amazon ECR registry (want ACCOUNT.dkr.ecr.REGION.amazonaws.com`},
		"Docker Hub":                   {"docker.io/library/nginx:1", `"docker.io" is not an Amazon ECR registry`},
		"a registry on this machine":   {"localhost:5000/app:1", `"localhost:5000" is not an Amazon ECR registry`},
		"localhost without a port":     {"localhost/app:1", `"localhost" is not an Amazon ECR registry`},
		"the API's own host":           {"api.ecr.eu-west-1.amazonaws.com/app:1", "is not an Amazon ECR registry"},
		"eleven digits":                {"12345678901.dkr.ecr.eu-west-1.amazonaws.com/app:1", "is not an Amazon ECR registry"},
		"a host that only begins so":   {host + ".evil.example/app:1", "is not an Amazon ECR registry"},
		"a host with a port":           {host + ":443/app:1", "is not an Amazon ECR registry"},
		"a region that is none":        {"123456789012.dkr.ecr.west.amazonaws.com/app:1", `"west" is not a region (want something like eu-west-1)`},
		"a URL":                        {"https://" + host + "/app:1", "image reference must not be a URL: drop https://"},
		"a host and no repository":     {host + "/", "the repository is missing"},
		"a host alone":                 {host, "the repository is missing"},
		"a host with a tag":            {host + ":1", "the repository is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ParseImage(c.ref)
			if err == nil {
				t.Fatalf("ParseImage(%q) = %+v, want an error", c.ref, got)
			}
			if got != (Image{}) {
				t.Errorf("an image comes with the error: %+v", got)
			}
			if !strings.HasPrefix(err.Error(), "image ") || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %q does not say %q", err, c.says)
			}
		})
	}
}

func TestHostsAreThoseOfReferences(t *testing.T) {
	for _, region := range []string{"eu-west-1", "us-gov-west-1", "cn-north-1", "eusc-de-east-1", "us-iso-east-1", "us-isob-east-1", "us-isof-south-1", "eu-isoe-west-1"} {
		img := Image{RegistryID: "123456789012", Region: region, Repository: "team/app", Tag: "1"}
		got, err := ParseImage(img.Host() + "/" + img.String())
		if err != nil || got != img {
			t.Errorf("%s: %+v, %v", img.Host(), got, err)
		}
	}
	if host := (Image{RegistryID: "123456789012"}).Host(); host != "" {
		t.Errorf("host without a region: %q", host)
	}
}
