package vex_test

import (
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/policy/vex"
	"github.com/ecrgate/ecrgate/scan"
)

const anyProduct = `{"@id": "pkg:oci/app"}`

func TestDocumentsThatAreRefused(t *testing.T) {
	ok := says(anyProduct, notAffected)
	for name, c := range map[string]struct{ text, want string }{
		"empty file":                 {"", "a.json: not JSON: the document ends too early"},
		"cut off":                    {doc(ok)[:200], "a.json: not JSON: the document ends too early"},
		"not JSON":                   {"vex: 1", "a.json: byte 0: not JSON"},
		"a list":                     {"[]", "a.json: document: wrong type (want an object)"},
		"two documents":              {doc(ok) + "{}", "a.json: byte"},
		"not OpenVEX":                {`{"bomFormat": "CycloneDX"}`, "a.json: bomFormat: unknown key"},
		"another context":            {strings.Replace(doc(ok), "v0.2.0", "v0.3.0", 1), `a.json: @context: "https://openvex.dev/ns/v0.3.0" is not a supported context`},
		"no context":                 {strings.Replace(doc(ok), `"@context": "https://openvex.dev/ns/v0.2.0",`, "", 1), `a.json: @context: "" is not`},
		"no author":                  {strings.Replace(doc(ok), "sec@example.com", " ", 1), "a.json: author: missing"},
		"no id":                      {strings.Replace(doc(ok), `"@id": "https://example.com/vex/1",`, "", 1), "a.json: @id: missing"},
		"no time":                    {strings.Replace(doc(ok), `"timestamp": "2026-01-02T03:04:05Z",`, "", 1), "a.json: timestamp: missing"},
		"a day is not a time":        {strings.Replace(doc(ok), `2026-01-02T03:04:05Z`, "2026-01-02", 1), `a.json: timestamp: "2026-01-02" is not a time`},
		"no version":                 {strings.Replace(doc(ok), `"version": 1`, `"version": 0`, 1), "a.json: version: missing"},
		"version is a text":          {strings.Replace(doc(ok), `"version": 1`, `"version": "1"`, 1), "a.json: version: wrong type (want a whole number)"},
		"no statements":              {doc(), "a.json: statements: missing or empty"},
		"a key twice":                {doc(says(anyProduct, `"status": "affected", "status": "fixed"`)), "a.json: statements[0].status: duplicate key"},
		"unknown key":                {doc(ok, says(anyProduct, notAffected+`, "justifcation": "x"`)), "a.json: statements[1].justifcation: unknown key"},
		"a key in another case":      {doc(says(`{"@id": "pkg:oci/app", "subComponents": []}`, notAffected)), "a.json: statements[0].products[0].subComponents: unknown key"},
		"null":                       {doc(says(`{"@id": "pkg:oci/app", "subcomponents": null}`, notAffected)), "a.json: statements[0].products[0].subcomponents: null is not allowed"},
		"no subcomponents":           {doc(says(`{"@id": "pkg:oci/app", "subcomponents": []}`, notAffected)), "a.json: statements[0].products[0].subcomponents: empty"},
		"products as texts":          {doc(says(`"pkg:oci/app"`, notAffected)), "a.json: statements[0].products[0]: wrong type (want an object)"},
		"no product":                 {doc(ok, ok, says("", notAffected)), "a.json: statements[2].products: missing or empty"},
		"nameless product":           {doc(says("{}", notAffected)), "a.json: statements[0].products[0]: nothing identifies it"},
		"bad purl":                   {doc(says(`{"@id": "pkg:oci"}`, notAffected)), `a.json: statements[0].products[0].@id: "pkg:oci" is not a package URL`},
		"qualifier twice":            {doc(says(`{"@id": "pkg:oci/app?tag=1&TAG=2"}`, notAffected)), "duplicate qualifier"},
		"not a purl":                 {doc(says(`{"@id": "x", "identifiers": {"purl": "oci/app"}}`, notAffected)), "a.json: statements[0].products[0].identifiers.purl: "},
		"unknown hash":               {doc(says(`{"@id": "pkg:oci/app", "hashes": {"sha256": "x"}}`, notAffected)), "a.json: statements[0].products[0].hashes: unknown algorithm"},
		"bad hash":                   {doc(says(`{"hashes": {"sha-256": "x"}}`, notAffected)), "a.json: statements[0].products[0].hashes.sha-256: "},
		"no vulnerability":           {doc(strings.Replace(ok, "CVE-2026-1", "", 1)), "a.json: statements[0].vulnerability.name: missing"},
		"vulnerability is a text":    {doc(`{"vulnerability": "CVE-2026-1", "products": [], "status": "fixed"}`), "a.json: statements[0].vulnerability: wrong type"},
		"control character":          {doc(strings.Replace(ok, "CVE-2026-1", `CVE-2026-1\u202e`, 1)), "a.json: statements[0].vulnerability.name: control character"},
		"unknown status":             {doc(ok, ok, ok, says(anyProduct, `"status": "ignored"`)), `a.json: statements[3].status: unknown status "ignored"`},
		"no status":                  {doc(says(anyProduct, `"supplier": "x"`)), `a.json: statements[0].status: unknown status ""`},
		"no justification":           {doc(says(anyProduct, `"status": "not_affected"`)), "a.json: statements[0]: not_affected without a justification"},
		"unknown justification":      {doc(says(anyProduct, `"status": "not_affected", "justification": "because"`)), `a.json: statements[0].justification: unknown justification "because"`},
		"affected without an action": {doc(says(anyProduct, `"status": "affected"`)), "a.json: statements[0].action_statement: missing"},
		"fixed with a justification": {doc(says(anyProduct, `"status": "fixed", "justification": "component_not_present"`)), "a.json: statements[0].justification: not allowed with status fixed"},
		"bad time of a statement":    {doc(says(anyProduct, notAffected+`, "timestamp": "soon"`)), `a.json: statements[0].timestamp: "soon" is not a time`},
		"deep":                       {doc(says(strings.Repeat(`{"a":`, 100)+"1"+strings.Repeat("}", 100), notAffected)), "a.json: nested deeper than 16 levels"},
		"large":                      {doc(ok) + strings.Repeat(" ", 33<<20), "a.json: the document has 33 MB"},
		"many mistakes":              {doc(strings.Split(strings.Repeat(`{"status": "x"};`, 100), ";")[:100]...), "and 280 more"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := vex.Load([]policy.File{{Name: "a.json", Text: []byte(c.text)}})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%.300v, want %s", err, c.want)
			}
		})
	}
}

func TestADuplicateDocumentIsAnError(t *testing.T) {
	text := []byte(doc(says(anyProduct, notAffected)))
	_, err := vex.Load([]policy.File{{Name: "a.json", Text: text}, {Name: "b.json", Text: text}})
	if err == nil || !strings.Contains(err.Error(), "b.json: @id: \"https://example.com/vex/1\" is also the @id of a.json") {
		t.Error(err)
	}
}

// Any document is either rejected or matched, with a reason for each of its statements.
func FuzzDocuments(f *testing.F) {
	f.Add(doc(says(anyProduct, notAffected)))
	f.Add(doc(says(`{"@id": "pkg:oci/app@`+digest+`?arch=amd64", "subcomponents": [{"@id": "pkg:deb/a@1"}]}`, `"status": "fixed"`)))
	f.Add(doc(says(`{"hashes": {"sha-256": "00"}}`, `"status": "affected", "action_statement": "x"`)))
	s := &scan.Scan{Findings: []scan.Finding{finding("CVE-2026-1", scan.Package{Name: "a", Version: "1", Manager: "OS"})}}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := vex.Load([]policy.File{{Name: "a.json", Text: []byte(text)}})
		if err != nil {
			if !strings.HasPrefix(err.Error(), "a.json: ") {
				t.Errorf("error without its file: %v", err)
			}
			return
		}
		m := d.Match(s, image, &policy.ExceptionRules{})
		for _, u := range m.Uses {
			if u.Used == (u.Reason != "") {
				t.Errorf("used %v, reason %q", u.Used, u.Reason)
			}
		}
		if x := m.Exceptions[0]; x != nil && (x.Reason == "" || !strings.Contains(text, "not_affected") && !strings.Contains(text, "fixed") && !strings.Contains(text, `\u`)) {
			t.Errorf("excused by %+v", x)
		}
	})
}
