package scan

import (
	"reflect"
	"strings"
	"testing"
)

func TestReadPageRefusesWhatIsNotJSON(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":                          ``,
		"white space":                      " \n",
		"only a byte-order mark":           "\ufeff",
		"HTML":                             `<html><body>Proxy</body></html>`,
		"a list":                           `[]`,
		"null":                             `null`,
		"a text":                           `"x"`,
		"cut after the brace":              `{`,
		"cut in a name":                    `{"imageSc`,
		"cut in a text":                    `{"registryId":"123`,
		"cut in an escape":                 `{"registryId":"\u12`,
		"cut in a list":                    `{"imageScanFindings":{"findings":[{"name":"x"},`,
		"cut before the last brace":        `{"imageScanFindings":{}`,
		"a comma too many":                 `{"registryId":"1",}`,
		"a comma too many in a list":       `{"x":[1,]}`,
		"a comma too few":                  `{"x":1 "y":2}`,
		"no colon":                         `{"x" 1}`,
		"a name without quotes":            `{x:1}`,
		"single quotes":                    `{'x':1}`,
		"garbage after":                    `{} x`,
		"another object after":             `{}{}`,
		"a comment":                        `{} // done`,
		"a brace for a bracket":            `{"x":[1}}`,
		"NaN":                              `{"x":NaN}`,
		"a number with a zero in front":    `{"x":01}`,
		"a number that ends with a point":  `{"x":1.}`,
		"a number that begins with one":    `{"x":.5}`,
		"a plus":                           `{"x":+1}`,
		"an exponent without digits":       `{"x":1e}`,
		"a minus alone":                    `{"x":-}`,
		"a word that is almost true":       `{"x":tru}`,
		"a word that is more than null":    `{"x":nullx}`,
		"a wrong escape in a skipped text": `{"x":"\x41"}`,
		"a wrong escape in a skipped name": `{"\x41":1}`,
		"a wrong \\u in a skipped text":    `{"x":"\u12G4"}`,
		"a line end in a skipped text":     "{\"x\":\"a\nb\"}",
		"a NUL in a skipped text":          "{\"x\":\"a\x00b\"}",
		"a vertical tab as white space":    "{\"x\":\v1}",
		"a no-break space as white space":  "{\"x\":\u00a01}",
		"too many brackets":                `{"x":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + `}`,
		"too many braces":                  `{"x":` + strings.Repeat(`{"x":`, 20000) + `1` + strings.Repeat("}", 20000) + `}`,
	} {
		t.Run(name, func(t *testing.T) {
			p, err := ReadPage([]byte(text))
			if err == nil {
				t.Fatalf("read as %+v", p)
			}
			plainWords(t, err, "response")
			if len(err.Error()) > 300 {
				t.Errorf("the error is %d bytes long", len(err.Error()))
			}
		})
	}
}

func TestReadPageNamesTheKeyWithAnUnexpectedValue(t *testing.T) {
	enhanced := func(members string) string { return `{"imageScanFindings":{"enhancedFindings":[{` + members + `}]}}` }
	details := func(members string) string { return enhanced(`"packageVulnerabilityDetails":{` + members + `}`) }
	for text, says := range map[string]string{
		`{"repositoryName":1}`:                                            "unexpected number in repositoryName",
		`{"imageId":"x"}`:                                                 "unexpected string in imageId",
		`{"imageId":{"imageDigest":false}}`:                               "unexpected boolean in imageId.imageDigest",
		`{"imageScanStatus":[]}`:                                          "unexpected array in imageScanStatus",
		`{"imageScanStatus":{"status":true}}`:                             "unexpected boolean in imageScanStatus.status",
		`{"imageScanFindings":[]}`:                                        "unexpected array in imageScanFindings",
		`{"imageScanFindings":{"findings":{}}}`:                           "unexpected object in imageScanFindings.findings",
		`{"imageScanFindings":{"findings":[1]}}`:                          "unexpected number in imageScanFindings.findings[0]",
		`{"imageScanFindings":{"findings":[{},{"name":{}}]}}`:             "unexpected object in imageScanFindings.findings[1].name",
		`{"imageScanFindings":{"findings":[{"severity":1}]}}`:             "findings[0].severity",
		`{"imageScanFindings":{"findings":[{"attributes":[{"key":1}]}]}}`: "attributes[0].key",
		`{"imageScanFindings":{"findingSeverityCounts":{"HIGH":"1"}}}`:    "unexpected string in imageScanFindings.findingSeverityCounts.HIGH",
		`{"imageScanFindings":{"findingSeverityCounts":{"HIGH":1e999}}}`:  "unexpected number in imageScanFindings.findingSeverityCounts.HIGH",
		`{"imageScanFindings":{"enhancedFindings":"x"}}`:                  "enhancedFindings",
		enhanced(`"score":"7.5"`):                                         "enhancedFindings[0].score",
		enhanced(`"scoreDetails":1`):                                      "scoreDetails",
		enhanced(`"severity":["LOW"]`):                                    "severity",
		enhanced(`"status":1`):                                            "status",
		details(`"relatedVulnerabilities":[1]`):                           "relatedVulnerabilities[0]",
		details(`"cvss":[{"baseScore":"9.8"}]`):                           "cvss[0].baseScore",
		details(`"vulnerablePackages":[{"epoch":"1"}]`):                   `invalid epoch "1" (want a whole number) in imageScanFindings.enhancedFindings[0].packageVulnerabilityDetails.vulnerablePackages[0].epoch`,
		details(`"vulnerablePackages":[{"epoch":1.5}]`):                   "invalid epoch 1.5",
		details(`"vulnerablePackages":[{"epoch":1e99}]`):                  "invalid epoch 1e99",
		`{"nextToken":5}`:                                                 "unexpected number in nextToken",
	} {
		t.Run(text, func(t *testing.T) {
			p, err := ReadPage([]byte(text))
			if err == nil {
				t.Fatalf("read as %+v", p)
			}
			plainWords(t, err, says)
		})
	}
}

func TestWhatDecidesNothingAndCannotBeReadIsAbsent(t *testing.T) {
	for _, value := range []string{`7`, `{"a":1}`, `["x"]`, `true`, `null`} {
		p := readPage(t, `{"registryId":`+value+`,"imageId":{"imageTag":`+value+`},"imageScanStatus":{"description":`+value+`},"imageScanFindings":{
			"findings":[{"name":"b","description":`+value+`,"uri":`+value+`}],
			"enhancedFindings":[{"title":`+value+`,"description":`+value+`,"scoreDetails":{"cvss":{"scoreSource":`+value+`,"scoringVector":`+value+`}},
				"packageVulnerabilityDetails":{"vulnerabilityId":"e","sourceUrl":`+value+`,"referenceUrls":[`+value+`],
				"vulnerablePackages":[{"name":"p","arch":`+value+`}]}}]}}`)
		want := []Finding{
			{ID: "b", FixAvailable: Unknown, ExploitAvailable: Unknown},
			{ID: "e", FixAvailable: Unknown, ExploitAvailable: Unknown, Packages: []Package{{Name: "p"}}},
		}
		if p.Image != (Image{}) || p.Description != "" || !reflect.DeepEqual(p.Findings, want) {
			t.Errorf("%s: got %+v", value, p)
		}
	}
}
