package scan

import (
	"reflect"
	"strings"
	"testing"
)

// one parses a page with one finding, given as JSON, in the list of that name.
func one(t *testing.T, list, finding string) Finding {
	t.Helper()
	p, err := ReadPage([]byte(`{"imageScanFindings":{"` + list + `":[` + finding + `]}}`))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Findings) != 1 {
		t.Fatalf("%d findings, want 1", len(p.Findings))
	}
	return p.Findings[0]
}

// attributes returns the finding of a basic scan with these keys and values.
func attributes(pairs ...string) string {
	var all []string
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, `{"key":"`+pairs[i]+`","value":"`+pairs[i+1]+`"}`)
	}
	return `{"name":"CVE-1","attributes":[` + strings.Join(all, ",") + `]}`
}

func score(s float64) *float64 { return &s }

func TestABasicFinding(t *testing.T) {
	got := one(t, "findings", `{
		"name": "CVE-2024-0001", "description": "A flaw.", "severity": "HIGH",
		"uri": "https://security-tracker.debian.org/tracker/CVE-2024-0001 ",
		"attributes": [{"key": "package_version", "value": "3.0.11-1"}, {"key": "package_name", "value": "openssl"},
			{"key": "CVSS3_VECTOR", "value": "CVSS:3.1/AV:N"}, {"key": "CVSS3_SCORE", "value": "7.5"}]}`)
	want := Finding{
		ID: "CVE-2024-0001", Description: "A flaw.", Severity: High,
		URL:   "https://security-tracker.debian.org/tracker/CVE-2024-0001",
		Score: score(7.5), ScoreSource: "CVSS3", Vector: "CVSS:3.1/AV:N",
		FixAvailable: Unknown, ExploitAvailable: Unknown,
		Packages: []Package{{Name: "openssl", Version: "3.0.11-1", Manager: "OS"}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
}

func TestABasicFindingWithAlmostNothing(t *testing.T) {
	got := one(t, "findings", `{"name":"ALAS2-2023-1908","severity":"UNDEFINED"}`)
	want := Finding{ID: "ALAS2-2023-1908", Severity: Undefined, FixAvailable: Unknown, ExploitAvailable: Unknown}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
}

func TestTheNewestScoreThatIsOneWins(t *testing.T) {
	for name, c := range map[string]struct {
		attributes     []string
		score          *float64
		source, vector string
	}{
		"only version 2": {[]string{"CVSS2_SCORE", "6.8", "CVSS2_VECTOR", "AV:N"}, score(6.8), "CVSS2", "AV:N"},
		"version 3 after version 2": {[]string{"CVSS2_SCORE", "6.8", "CVSS2_VECTOR", "two", "CVSS3_SCORE", "9.8", "CVSS3_VECTOR", "three"},
			score(9.8), "CVSS3", "three"},
		"version 3 before version 2, vectors first": {[]string{"CVSS3_VECTOR", "three", "CVSS2_VECTOR", "two", "CVSS3_SCORE", "9.8", "CVSS2_SCORE", "6.8"},
			score(9.8), "CVSS3", "three"},
		"an unknown version":               {[]string{"CVSS3_SCORE", "9.8", "CVSS4_SCORE", "2.1"}, score(2.1), "CVSS4", ""},
		"version 10 is newer than 3":       {[]string{"CVSS10_SCORE", "1", "CVSS3_SCORE", "9.8"}, score(1), "CVSS10", ""},
		"white space around the number":    {[]string{"CVSS3_SCORE", " 7.5 "}, score(7.5), "CVSS3", ""},
		"a score of nothing":               {[]string{"CVSS3_SCORE", "0.0"}, score(0), "CVSS3", ""},
		"a newer one that is not a number": {[]string{"CVSS2_SCORE", "6.8", "CVSS3_SCORE", "n/a"}, score(6.8), "CVSS2", ""},
		"a newer one that is out of range": {[]string{"CVSS2_SCORE", "6.8", "CVSS3_SCORE", "10.1"}, score(6.8), "CVSS2", ""},
		"below nothing":                    {[]string{"CVSS3_SCORE", "-1"}, nil, "", ""},
		"not a number at all":              {[]string{"CVSS3_SCORE", "NaN"}, nil, "", ""},
		"no version in the key":            {[]string{"CVSS_SCORE", "7.5"}, nil, "", ""},
		"only a vector":                    {[]string{"CVSS3_VECTOR", "three"}, nil, "", ""},
		"a key that only ends so":          {[]string{"X_CVSS3_SCORE", "7.5"}, nil, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := one(t, "findings", attributes(c.attributes...))
			if !reflect.DeepEqual(f.Score, c.score) || f.ScoreSource != c.source || f.Vector != c.vector {
				t.Errorf("got %v %q %q, want %v %q %q", said(f.Score), f.ScoreSource, f.Vector, said(c.score), c.source, c.vector)
			}
		})
	}
}

func said(score *float64) any {
	if score == nil {
		return "none"
	}
	return *score
}

func TestThePackageOfABasicFinding(t *testing.T) {
	for name, c := range map[string]struct {
		attributes []string
		want       []Package
	}{
		"name and version":      {[]string{"package_name", "zlib", "package_version", "1:1.2.13"}, []Package{{Name: "zlib", Version: "1:1.2.13", Manager: "OS"}}},
		"an epoch of 0":         {[]string{"package_version", "0:1.2", "package_name", "zlib"}, []Package{{Name: "zlib", Version: "1.2", Manager: "OS"}}},
		"a version on its own":  {[]string{"package_version", "1.2"}, []Package{{Version: "1.2", Manager: "OS"}}},
		"a name on its own":     {[]string{"package_name", "zlib"}, []Package{{Name: "zlib", Manager: "OS"}}},
		"neither":               {[]string{"CVSS3_SCORE", "1"}, nil},
		"attributes of no name": {[]string{"", ""}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if got := one(t, "findings", attributes(c.attributes...)).Packages; !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}
