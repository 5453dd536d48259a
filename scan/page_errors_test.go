package scan

import (
	"strings"
	"testing"
)

func TestReadPageRefusesWhatIsNoJSON(t *testing.T) {
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
			plainWords(t, err, "the answer")
			if len(err.Error()) > 300 {
				t.Errorf("the error is %d bytes long", len(err.Error()))
			}
		})
	}
}

func TestReadPageNamesTheMemberThatHoldsTheWrongThing(t *testing.T) {
	for text, says := range map[string]string{
		`{"registryId":1}`:                                                                                   "registryId",
		`{"imageId":"x"}`:                                                                                    "imageId",
		`{"imageScanStatus":[]}`:                                                                             "imageScanStatus",
		`{"imageScanStatus":{"status":true}}`:                                                                "imageScanStatus.status",
		`{"imageScanFindings":[]}`:                                                                           "imageScanFindings",
		`{"imageScanFindings":{"findings":{}}}`:                                                              "imageScanFindings.findings",
		`{"imageScanFindings":{"findings":[1]}}`:                                                             "imageScanFindings.findings",
		`{"imageScanFindings":{"findings":[{},{"name":{}}]}}`:                                                "name",
		`{"imageScanFindings":{"findings":[{"attributes":[{"key":1}]}]}}`:                                    "key",
		`{"imageScanFindings":{"findingSeverityCounts":{"HIGH":"1"}}}`:                                       "findingSeverityCounts",
		`{"imageScanFindings":{"findingSeverityCounts":{"HIGH":1e999}}}`:                                     "findingSeverityCounts",
		`{"imageScanFindings":{"enhancedFindings":"x"}}`:                                                     "enhancedFindings",
		`{"imageScanFindings":{"enhancedFindings":[{"score":"7.5"}]}}`:                                       "score",
		`{"imageScanFindings":{"enhancedFindings":[{"scoreDetails":1}]}}`:                                    "scoreDetails",
		`{"imageScanFindings":{"enhancedFindings":[{"packageVulnerabilityDetails":{"referenceUrls":[1]}}]}}`: "referenceUrls",
		`{"imageScanFindings":{"enhancedFindings":[{"packageVulnerabilityDetails":{"vulnerablePackages":[{"epoch":"1"}]}}]}}`:  "epoch",
		`{"imageScanFindings":{"enhancedFindings":[{"packageVulnerabilityDetails":{"vulnerablePackages":[{"epoch":1.5}]}}]}}`:  "epoch",
		`{"imageScanFindings":{"enhancedFindings":[{"packageVulnerabilityDetails":{"vulnerablePackages":[{"epoch":1e99}]}}]}}`: "epoch",
		`{"nextToken":5}`: "nextToken",
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
