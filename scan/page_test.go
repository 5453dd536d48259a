package scan

import (
	"reflect"
	"strings"
	"testing"
)

func readPage(t *testing.T, text string) *Page {
	t.Helper()
	p, err := ReadPage([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return p
}

func TestReadPageReadsTheHead(t *testing.T) {
	p := readPage(t, `{"registryId":"123456789012","repositoryName":"team/app","nextToken":"abc",
		"imageId":{"imageDigest":"`+sha+`","imageTag":"1"},"imageScanStatus":{"status":"COMPLETE","description":"done"},
		"imageScanFindings":{"imageScanCompletedAt":1767323045,"vulnerabilitySourceUpdatedAt":1,"findings":[{"name":"CVE-1"}],
		"findingSeverityCounts":{"HIGH":3,"LOW":4}},"$metadata":{"attempts":[1,2,{}]}}`)
	want := Image{RegistryID: "123456789012", Repository: "team/app", Tag: "1", Digest: sha}
	if p.Image != want || p.Status != Complete || p.Description != "done" || p.NextToken != "abc" || p.CountsTotal != 7 || p.EnhancedKey || p.Type != Basic {
		t.Errorf("got %+v", p)
	}
	if p.CompletedAt.Unix() != 1767323045 || len(p.Findings) != 1 {
		t.Errorf("completed at %s with %d findings", p.CompletedAt, len(p.Findings))
	}
}

func TestReadPageTakesWhatIsThere(t *testing.T) {
	for name, text := range map[string]string{
		"an empty object":   `{}`,
		"a byte-order mark": "\ufeff {}\n",
		"nothing but null":  `{"registryId":null,"imageId":null,"imageScanStatus":null,"imageScanFindings":null,"nextToken":null}`,
		"an empty token":    `{"nextToken":""}`,
		"members of no use": `{"x":{"y":[[[]]],"z":"\"}]"},"":null}`,
	} {
		t.Run(name, func(t *testing.T) {
			p := readPage(t, text)
			if want := (&Page{}); !reflect.DeepEqual(p, want) {
				t.Errorf("\n got %+v\nwant %+v", p, want)
			}
		})
	}
	p := readPage(t, `{"imageScanFindings":{"findings":null,"enhancedFindings":null,"findingSeverityCounts":null}}`)
	if p.Findings != nil {
		t.Errorf("lists of null: %#v, want nil, which is not an empty result", p.Findings)
	}
	p = readPage(t, `{"imageScanFindings":{"findings":null,"findingSeverityCounts":{}}}`)
	if p.Findings == nil || len(p.Findings) > 0 {
		t.Errorf("counts without a list: %#v, want an empty list", p.Findings)
	}
}

func TestTheTypeOfAPage(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want Type
		key  bool
	}{
		"findings":                            {`{"imageScanFindings":{"findings":[{}]}}`, Basic, false},
		"an empty list":                       {`{"imageScanStatus":{"status":"COMPLETE"},"imageScanFindings":{"findings":[]}}`, "", false},
		"an empty enhanced list":              {`{"imageScanFindings":{"findings":[],"enhancedFindings":[]}}`, Enhanced, true},
		"both lists":                          {`{"imageScanFindings":{"findings":[{}],"enhancedFindings":[{}]}}`, Enhanced, true},
		"an enhanced list that is null":       {`{"imageScanFindings":{"enhancedFindings":null}}`, "", false},
		"active, from a tool that lost a key": {`{"imageScanStatus":{"status":"ACTIVE"},"imageScanFindings":{"findings":[]}}`, Enhanced, false},
		"pending":                             {`{"imageScanStatus":{"status":"PENDING"}}`, Enhanced, false},
		"failed":                              {`{"imageScanStatus":{"status":"FAILED"}}`, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			if p := readPage(t, c.text); p.Type != c.want || p.EnhancedKey != c.key {
				t.Errorf("type %q, key %t; want %q, %t", p.Type, p.EnhancedKey, c.want, c.key)
			}
		})
	}
}

func TestBasicFindingsComeBeforeEnhancedOnesWhateverTheOrderOfTheLists(t *testing.T) {
	p := readPage(t, `{"imageScanFindings":{"enhancedFindings":[{"title":"e1"},{"title":"e2"}],"findings":[{"name":"b1"},{"name":"b2"}]}}`)
	var got []string
	for _, f := range p.Findings {
		got = append(got, f.ID+f.Title)
	}
	if want := []string{"b1", "b2", "e1", "e2"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCountsAreAddedUp(t *testing.T) {
	for text, want := range map[string]int{
		`{}`:                         0,
		`{"HIGH":2,"NEW-WORD":1}`:    3,
		`{"HIGH":2.0}`:               2,
		`{"HIGH":-5,"LOW":1}`:        1,
		`{"HIGH":null,"LOW":1}`:      1,
		`{"HIGH":1e300,"LOW":1}`:     2147483647,
		`{"A":2147483646,"B":9}`:     2147483647,
		`{"HIGH":1,"High":2}`:        3,
		`{"imageScanFindings":1}`:    1,
		`{"HIGH":0.4,"MEDIUM":0.4 }`: 1,
	} {
		if p := readPage(t, `{"imageScanFindings":{"findingSeverityCounts":`+text+`}}`); p.CountsTotal != want {
			t.Errorf("%s: counts add up to %d, want %d", text, p.CountsTotal, want)
		}
	}
}

func TestTextIsReadAsJSONMeansIt(t *testing.T) {
	for text, want := range map[string]string{
		`a\u00e9\n\t\"\\\/\b\f\r`:     "aé\n\t\"\\/\b\f\r",
		`\ud83d\ude00`:                "😀",
		`\uD83D\uDE00`:                "😀",
		`\ud83d`:                      "\ufffd",
		`\ud83dx`:                     "\ufffdx",
		`\ud83d\u0041`:                "\ufffdA",
		`\ude00\ud83d`:                "\ufffd\ufffd",
		`\ud83d\ud83d\ude00`:          "\ufffd😀",
		"日本\u2028":                    "日本\u2028",
		"bad\xff\xfebytes":            "bad\ufffd\ufffdbytes",
		"cut\xe2\x82":                 "cut\ufffd\ufffd",
		"surrogate\xed\xa0\x80":       "surrogate\ufffd\ufffd\ufffd",
		`\u0000`:                      "\x00",
		"\x7f":                        "\x7f",
		`\ufffd`:                      "\ufffd",
		strings.Repeat("x", 60000):    strings.Repeat("x", 60000),
		strings.Repeat(`\u0078`, 700): strings.Repeat("x", 700),
	} {
		if p := readPage(t, `{"imageScanStatus":{"description":"`+text+`"}}`); p.Description != want {
			t.Errorf("%q: got %q, want %q", text, p.Description, want)
		}
	}
}

func TestAPageWithMoreThanECRReturnsIsRefused(t *testing.T) {
	list := func(n int) string { return "[" + strings.Repeat("{},", n-1) + "{}]" }
	enhanced := func(details string) string {
		return `{"imageScanStatus":{"status":"ACTIVE"},"imageScanFindings":{"imageScanCompletedAt":1,"enhancedFindings":[{"packageVulnerabilityDetails":{` + details + `}}]}}`
	}
	for name, c := range map[string]struct {
		text string
		ok   bool
	}{
		"1,000 findings":          {`{"imageScanFindings":{"findings":` + list(1000) + `}}`, true},
		"1,001 findings":          {`{"imageScanFindings":{"findings":` + list(1001) + `}}`, false},
		"1,001 enhanced findings": {`{"imageScanFindings":{"enhancedFindings":` + list(1001) + `}}`, false},
		"1,001 in two lists":      {`{"imageScanFindings":{"findings":` + list(500) + `,"enhancedFindings":` + list(501) + `}}`, false},
		"10,000 packages":         {enhanced(`"vulnerablePackages":` + list(10000)), true},
		"10,001 packages":         {enhanced(`"vulnerablePackages":` + list(10001)), false},
		"10,001 scores":           {enhanced(`"cvss":` + list(10001)), false},
		"10,001 ids":              {enhanced(`"relatedVulnerabilities":[` + strings.Repeat(`"",`, 10000) + `""]`), false},
		"10,001 references":       {enhanced(`"referenceUrls":[` + strings.Repeat(`1,`, 10000) + `1]`), false},
		"10,001 attributes":       {`{"imageScanFindings":{"findings":[{"attributes":` + list(10001) + `}]}}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := ReadPage([]byte(c.text))
			if (err == nil) != c.ok {
				t.Fatalf("got %v, %v", p != nil, err)
			}
			if err != nil {
				plainWords(t, err, "elements, which ECR never returns")
			}
		})
	}
	// A saved response is one list of all pages.
	s, err := ReadSaved(strings.NewReader(`{"imageScanStatus":{"status":"COMPLETE"},"imageScanFindings":{"findings":` + list(2500) + `}}`))
	if err != nil || len(s.Findings) != 2500 {
		t.Errorf("a saved response of 2,500 findings: %v", err)
	}
}

func TestLongTextsAreTruncated(t *testing.T) {
	long := strings.Repeat("é", 40000)
	p := readPage(t, `{"imageScanStatus":{"status":"`+long+`","description":"`+long+`"},"imageScanFindings":{
		"findings":[{"name":"`+long+`","description":"`+long+`","uri":"`+long+`","severity":"`+long+`","attributes":[{"key":"package_name","value":"`+long+`"}]}],
		"enhancedFindings":[{"title":"`+long+`","findingArn":"`+long+`","packageVulnerabilityDetails":{"relatedVulnerabilities":["`+long+`"],"referenceUrls":["`+long+`"],"vulnerablePackages":[{"filePath":"`+long+`","sourceLayerHash":"`+long+`"}]}}]}}`)
	b, e := p.Findings[0], p.Findings[1]
	for _, text := range []string{string(p.Status), p.Description, b.ID, b.Description, b.URL, string(b.Severity), b.Packages[0].Name, e.Title, e.ARN, e.Related[0], e.References[0], e.Packages[0].Path, e.Packages[0].Layer} {
		if len(text) > 64<<10+len("…") || !strings.HasSuffix(text, "é…") {
			t.Errorf("%d bytes, ends with %q", len(text), text[max(0, len(text)-8):])
		}
	}
}
