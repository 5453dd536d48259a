package scan

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestAMemberThatStandsThereTwiceIsNoAnswer(t *testing.T) {
	const bad = `[{"name":"CVE-1","severity":"CRITICAL"}]`
	for name, text := range map[string]string{
		"a list of findings, the second empty":     `{"imageScanFindings":{"findings":` + bad + `,"findings":[]}}`,
		"the same with other capitals":             `{"imageScanFindings":{"findings":` + bad + `,"Findings":[]}}`,
		"the same, written with an escape":         `{"imageScanFindings":{"findings":` + bad + `,"f\u0069ndings":[]}}`,
		"the same with a letter that folds":        `{"imageScanFindings":{"findings":` + bad + `,"findingſ":[]}}`,
		"enhanced findings":                        `{"imageScanFindings":{"enhancedFindings":` + bad + `,"x":{"a":[1,"}"]},"enhancedFindings":null}}`,
		"imageScanFindings":                        `{"imageScanFindings":{"findings":` + bad + `},"imageScanFindings":null}`,
		"imageId":                                  `{"imageId":{"imageDigest":"a"},"ImageID":{}}`,
		"a digest":                                 `{"imageId":{"imageDigest":"a","imageDigest":"b"}}`,
		"a status":                                 `{"imageScanStatus":{"status":"FAILED","status":"COMPLETE"}}`,
		"a completion time":                        `{"imageScanFindings":{"imageScanCompletedAt":1,"imageScanCompletedAt":2}}`,
		"counts, behind a text with quotes in it":  `{"imageScanFindings":{"findingSeverityCounts":{"HIGH":1},"y":"\\\"}","findingSeverityCounts":{}}}`,
		"a repository, white space all around it":  "{ \"repositoryName\" : \"a\" ,\n\t\"repositoryName\" : \"b\" }",
		"a next token, the second empty":           `{"nextToken":"a","nextToken":""}`,
		"the same with other capitals again":       `{"nextToken":"a","NEXTTOKEN":""}`,
		"the token of the AWS CLI":                 `{"NextToken":"a","NextToken":""}`,
		"findings behind numbers and other values": `{"imageScanFindings":{"a":1e5,"b":true,"c":null,"d":-1.5,"findings":[],"findings":[]}}`,
	} {
		t.Run(name, func(t *testing.T) {
			if !json.Valid([]byte(text)) {
				t.Fatal("the test is no JSON")
			}
			if p, err := ReadPage([]byte(text)); err == nil || !strings.Contains(err.Error(), "stands there twice") {
				t.Errorf("read as %+v, %v", p, err)
			}
		})
	}
	for _, fine := range []string{
		`{"x":1,"x":2}`,
		`{"imageScanFindings":{"x":{"findings":[],"findings":[]},"findings":[{"name":"a","name":"b"}]}}`,
		`{"nextToken":"a","NextToken":"b"}`,
	} {
		if _, err := ReadPage([]byte(fine)); err != nil {
			t.Errorf("%s: %v", fine, err)
		}
	}
}

func TestNextTokenIsThatOfTheAnswerItself(t *testing.T) {
	for text, want := range map[string]string{
		`{"nextToken":"abc"}`:                         "abc",
		` {"a":{"nextToken":"x"},"nextToken" : "b" }`: "b",
		`{"imageScanFindings":{"enhancedFindings":[{"resources":[{"tags":{"nextToken":"evil"}}]}]}}`:                         "",
		`{"imageScanFindings":{"enhancedFindings":[{"title":"\",\"nextToken\":\"evil"}]},"nextToken":"good"}`:                "good",
		`{"imageScanFindings":{"enhancedFindings":[{"title":"a\\"},{"title":",\"nextToken\":\""}]},"next\u0054oken":"good"}`: "good",
		`{"nextToken":"b","a":{"nextToken":"x"}}`:                "b",
		`{"nextToken":"b","a":[{"nextToken":"x","y":1},2]}`:      "b",
		`{"a":[{"b":{"nextToken":"x"}}],"nextToken":"b","c":[]}`: "b",
		`{"a":"\"nextToken\":\"x\""}`:                            "",
		`{"nextToken":null}`:                                     "",
		`{"nextToken":7}`:                                        "",
		`{"nextToken":"a\/b="}`:                                  "a/b=",
		`{}`:                                                     "",
	} {
		token, ok := NextToken([]byte(text))
		if !ok || token != want {
			t.Errorf("%s: %q, %t; want %q", text, token, ok, want)
		}
	}
	for _, text := range []string{``, ` `, `[]`, `{`, `{"nextToken":"abc`, `{"a":{"b":[`, `{"a"`, `{"a":`, `{a:1}`, `"nextToken"`, `{"a":"\`, `{,}`, `{"a":,}`} {
		if token, ok := NextToken([]byte(text)); ok {
			t.Errorf("%s: %q, ok", text, token)
		}
	}
}

// FuzzNextToken holds the walk through the bytes against the decoder.
func FuzzNextToken(f *testing.F) {
	f.Add([]byte(`{"nextToken":"abc","imageScanFindings":{"findings":[{"name":"\\\"}"}]}}`))
	f.Add(enhancedPage(0, 1))
	f.Add([]byte(`{"a":[{"nextToken":"x"}],"nextToken":"b"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		token, ok := NextToken(raw)
		var w struct {
			NextToken string `json:"nextToken"`
		}
		err := json.Unmarshal(raw, &w)
		var typ *json.UnmarshalTypeError
		if errors.As(err, &typ) || err == nil && w.NextToken == "" {
			return
		}
		if err == nil && !ok {
			t.Fatalf("%q is an object, and was not taken for one", raw)
		}
		if err == nil && token != w.NextToken && strings.Count(strings.ToLower(string(raw)), "token") == 1 {
			t.Fatalf("%q: token %q, the decoder says %q", raw, token, w.NextToken)
		}
		if p, err := ReadPage(raw); err == nil && p == nil {
			t.Fatal("neither page nor error")
		}
	})
}
