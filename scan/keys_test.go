package scan_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/scan"
)

func TestReadPageRefusesDuplicateKeys(t *testing.T) {
	const findings = `[{"name":"CVE-1","severity":"CRITICAL"}]`
	basic := `{"imageScanFindings":{"findings":[{%s}]}}`
	enhanced := `{"imageScanFindings":{"enhancedFindings":[{%s}]}}`
	details := fmt.Sprintf(enhanced, `"packageVulnerabilityDetails":{%s}`)
	for name, text := range map[string]string{
		"a list of findings, the second empty": `{"imageScanFindings":{"findings":` + findings + `,"findings":[]}}`,
		"in other capitals":                    `{"imageScanFindings":{"findings":` + findings + `,"Findings":[]}}`,
		"written with an escape":               `{"imageScanFindings":{"findings":` + findings + `,"f\u0069ndings":[]}}`,
		"with a letter that folds":             `{"imageScanFindings":{"findings":` + findings + `,"findingſ":[]}}`,
		"with a hyphen":                        `{"imageScanFindings":{"findings":` + findings + `,"find-ings":[]}}`,
		"enhanced findings, the second null":   `{"imageScanFindings":{"enhancedFindings":` + findings + `,"x":{"a":[1,"}"]},"enhancedFindings":null}}`,
		"imageScanFindings":                    `{"imageScanFindings":{"findings":` + findings + `},"imageScanFindings":null}`,
		"imageId in other capitals":            `{"imageId":{"imageDigest":"a"},"ImageID":{}}`,
		"a digest":                             `{"imageId":{"imageDigest":"a","imageDigest":"b"}}`,
		"a status":                             `{"imageScanStatus":{"status":"FAILED","status":"COMPLETE"}}`,
		"a completion time":                    `{"imageScanFindings":{"imageScanCompletedAt":1,"imageScanCompletedAt":2}}`,
		"counts":                               `{"imageScanFindings":{"findingSeverityCounts":{"HIGH":1},"y":"\\\"}","findingSeverityCounts":{}}}`,
		"a count":                              `{"imageScanFindings":{"findingSeverityCounts":{"HIGH":1,"HIGH":0}}}`,
		"a repository":                         "{ \"repositoryName\" : \"a\" ,\n\t\"repositoryName\" : \"b\" }",
		"a next token":                         `{"nextToken":"a","nextToken":""}`,
		"the token of the AWS CLI":             `{"NextToken":"a","NextToken":""}`,
		"a key that ecrgate does not read":     `{"x":1,"x":2}`,
		"one inside such a key":                `{"x":[{"y":{"z":1,"z":2}}]}`,
		"a severity":                           fmt.Sprintf(basic, `"severity":"CRITICAL","severity":"LOW"`),
		"a severity in other capitals":         fmt.Sprintf(basic, `"severity":"CRITICAL","Severity":"LOW"`),
		"a severity, capitals first":           fmt.Sprintf(basic, `"SEVERITY":"LOW","severity":"CRITICAL"`),
		"a name":                               fmt.Sprintf(basic, `"name":"CVE-1","name":"CVE-2"`),
		"an attribute's value":                 fmt.Sprintf(basic, `"attributes":[{"key":"CVSS3_SCORE","value":"9.8","Value":"1"}]`),
		"a severity of an enhanced finding":    fmt.Sprintf(enhanced, `"severity":"CRITICAL","severity":"LOW"`),
		"a score":                              fmt.Sprintf(enhanced, `"score":9.8,"Score":1`),
		"a finding's status":                   fmt.Sprintf(enhanced, `"status":"ACTIVE","Status":"CLOSED"`),
		"fixAvailable":                         fmt.Sprintf(enhanced, `"fixAvailable":"YES","fixavailable":"NO"`),
		"an id":                                fmt.Sprintf(details, `"vulnerabilityId":"CVE-1","vulnerabilityID":"CVE-2"`),
		"a base score":                         fmt.Sprintf(details, `"cvss":[{"baseScore":9.8,"baseScore":1}]`),
		"a package's name":                     fmt.Sprintf(details, `"vulnerablePackages":[{"name":"a","Name":"b"}]`),
	} {
		t.Run(name, func(t *testing.T) {
			if !json.Valid([]byte(text)) {
				t.Fatal("the test is not JSON")
			}
			if p, err := scan.ReadPage([]byte(text)); err == nil || !strings.Contains(err.Error(), "duplicate key") {
				t.Errorf("got %+v, %v", p, err)
			}
			if s, err := scan.ReadSaved(strings.NewReader(text)); err == nil {
				t.Errorf("a saved response was read: %+v", s)
			}
		})
	}
}

func TestADuplicateKeyIsNamedWithItsPlace(t *testing.T) {
	for text, want := range map[string]string{
		`{"imageScanFindings":{"findings":[{},{"severity":"CRITICAL","severity":"LOW"}]}}`: `duplicate key "severity" in imageScanFindings.findings[1]`,
		`{"imageScanFindings":{"findings":[{"severity":"CRITICAL","Severity":"LOW"}]}}`:    `duplicate key "Severity" in imageScanFindings.findings[0]`,
		`{"x":1,"x":2}`: `not a DescribeImageScanFindings response: duplicate key "x"`,
		`{"x":{"` + strings.Repeat("y", 9000) + `":{"a":1,"a":2}}}`: `duplicate key "a" in x.` + strings.Repeat("y", 40) + "…",
	} {
		_, err := scan.ReadPage([]byte(text))
		if err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%.80s: got %v, want %s", text, err, want)
		}
	}
}

// A single key in another case counts as the key: ignoring a next token or a severity would let an image
// pass.
func TestAKeyInOtherCapitalsIsNotIgnored(t *testing.T) {
	p, err := scan.ReadPage([]byte(`{"imageScanFindings":{"Findings":[{"Severity":"CRITICAL"}]}}`))
	if err != nil || len(p.Findings) != 1 || p.Findings[0].Severity != scan.Critical {
		t.Errorf("got %+v, %v", p, err)
	}
	for _, text := range []string{`{"NEXTTOKEN":"a"}`, `{"next_token":"a"}`, `{"nextToken":"","nexttoken":"a"}`} {
		if p, err := scan.ReadPage([]byte(text)); err == nil {
			t.Errorf("%s was read: %+v", text, p)
		}
	}
	if p, err := scan.ReadPage([]byte(`{"nextToken":"a","NextToken":"b"}`)); err != nil || p.NextToken != "a" {
		t.Errorf("the AWS CLI's token beside ECR's: %+v, %v", p, err)
	}
}

func TestNextTokenIsTheLastOfTheResponse(t *testing.T) {
	for text, want := range map[string]string{
		`{"nextToken":"abc"}`:                         "abc",
		` {"a":{"nextToken":"x"},"nextToken" : "b" }`: "b",
		`{"imageScanFindings":{"enhancedFindings":[{"title":"\",\"nextToken\":\"evil"}]},"nextToken":"good"}`: "good",
		`{"a":"\"nextToken\":\"x\""}`: "",
		`{"nextToken":null}`:          "",
		`{"nextToken":7}`:             "",
		`{"nextToken":"a\/b="}`:       "a/b=",
		`{"nextToken":"a\u0041"}`:     "aA",
		`{}`:                          "",
		``:                            "",
		`{"nextToken":"abc`:           "",
		`{"nextToken"`:                "",
		`{"nextToken":`:               "",
		`{"nextToken":"\`:             "",
	} {
		if token := scan.NextToken([]byte(text)); token != want {
			t.Errorf("%s: %q, want %q", text, token, want)
		}
	}
}

// FuzzNextToken compares the guess with the parsed response.
func FuzzNextToken(f *testing.F) {
	f.Add([]byte(`{"nextToken":"abc","imageScanFindings":{"findings":[{"name":"\\\"}"}]}}`))
	f.Add([]byte(`{"a":[{"nextToken":"x"}],"nextToken":"b"}`))
	f.Add([]byte(`{"nextToken":"\ud83d"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		guess := scan.NextToken(raw)
		p, err := scan.ReadPage(raw)
		alone := strings.Count(string(raw), `"nextToken"`) == 1 && strings.Count(strings.ToLower(string(raw)), "token") == 1
		if err == nil && alone && p.NextToken != "" && guess != p.NextToken {
			t.Fatalf("%q: guessed %q, the response has %q", raw, guess, p.NextToken)
		}
	})
}
