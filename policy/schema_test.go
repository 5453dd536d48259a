package policy_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"

	"github.com/ecrgate/ecrgate/internal/strictyaml"
	"github.com/ecrgate/ecrgate/policy"
)

// notInSchema are the bad policies that the schema does not reject, with the reason.
var notInSchema = map[string]string{
	"duplicate-keys":                      "a parser has made one key of two before the schema sees them",
	"duplicate-rules":                     "a schema cannot compare the names of elements",
	"duplicate-rules-alias":               "a schema cannot compare the names of elements",
	"hidden-bidi":                         "a schema does not see comments",
	"hidden-line-separator":               "a schema does not see comments",
	"hidden-lone-carriage-return":         "a schema does not see comments",
	"hidden-next-line":                    "a schema does not see comments",
	"hidden-paragraph-separator":          "a schema does not see comments",
	"misspelled-id-in-a-rule":             "a schema does not know the forms of ids",
	"max-days-without-end":                "a schema cannot compare one part with another",
	"require-expires":                     "a schema cannot compare one part with another, or with today",
	"rules-missing-exceptions":            "beside a file with rules it loads",
	"second-document":                     "a schema sees one document",
	"second-document-empty":               "a schema sees one document",
	"second-document-broken":              "a schema sees one document",
	"tags":                                "a schema does not see tags",
	"version-decimal":                     "a schema sees a number, not how it is written",
	"exception-rules-of-the-organization": "a schema cannot compare one file with another",
	"duplicate-rules-across-files":        "a schema cannot compare one file with another",
}

func compiledSchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(policy.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("policy.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("policy.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestLoaderAndSchemaAcceptTheSame compares loader and schema for each file of both corpora, by itself.
func TestLoaderAndSchemaAcceptTheSame(t *testing.T) {
	schema := compiledSchema(t)
	for _, c := range append(readCorpus(t, "good"), readCorpus(t, "bad")...) {
		t.Run(c.name(), func(t *testing.T) {
			for _, f := range c.policies() {
				_, wrong := policy.Load([]policy.File{f}, today)
				doc, err := asJSON(f.Text)
				if err != nil {
					continue // an editor also rejects what is not YAML
				}
				invalid := schema.Validate(doc)
				switch {
				case wrong == nil && invalid != nil:
					t.Errorf("%s loads, and the schema refuses it: %v", f.Name, invalid)
				case wrong != nil && invalid == nil && notInSchema[c.name()] == "" && !needsRules(wrong):
					t.Errorf("%s does not load, and the schema accepts it: %v", f.Name, wrong)
				}
			}
		})
	}
}

// TestTheListOfWhatASchemaCannotSayIsNotTooLong checks that each reason is needed.
func TestTheListOfWhatASchemaCannotSayIsNotTooLong(t *testing.T) {
	schema := compiledSchema(t)
	for _, c := range readCorpus(t, "bad") {
		refused := false
		for _, f := range c.policies() {
			doc, err := asJSON(f.Text)
			refused = refused || err == nil && schema.Validate(doc) != nil
		}
		if notInSchema[c.name()] != "" && refused {
			t.Errorf("%s: the schema does refuse it", c.name())
		}
	}
}

// TestLoaderAndSchemaAgreeOnValues tries values one at a time.
func TestLoaderAndSchemaAgreeOnValues(t *testing.T) {
	schema := compiledSchema(t)
	values := []string{
		"1", "0", "-1", "7.5", "10", "10.5", "1000000001", "HIGH", "high", "UNTRIAGED", "YES", "NO", "yes", "no", "PARTIAL", "UNKNOWN", "true", "false",
		"7d", "0d", "07d", "000d", "99999d", "100000d", "99999h", "9999w", "10000w", "7D", "7", "fail", "warn", "count", "skip", "setAside", "basic", "any",
		"allow", "2027-01-31", "2027-02-30", "2027-1-1", "FAILED", "NOT_FOUND", "PENDING", "'1'", "'true'", "''", "' '", "' a'", "'a '", "'*'", "'?'", "'**'", "team/*",
		"Team/*", "'a:b'", "a@b", "~", "null", "'null'", "[]", "{}", "[HIGH]", "[YES, NO]", "[YES, maybe]", "[[YES]]", "[~]", "['']", "[1]", "['*']", "[team/*, '*']",
		`"a\tb"`, `"a\nb"`, `"a\u202eb"`, `"a\u2028b"`, `"\x7f"`, `"\u0085"`, "scan.type", "unusedExceptions", "ünïcode", "'a b'", "'a, b'", "'a,b*'", "'[a,b]'", "'a b*'", "'!a'", "'^a$'", "'a|b'", `'a\.b'`, "'(a)'", "'{a}'", "'[!a]'",
	}
	for _, place := range []string{
		"version: §\nrules: [{name: a}]", "version: 1\nrules: §", "version: 1\nrules: [§]", "version: 1\nrules: [{name: §}]", "version: 1\nrules: [{name: a}]\nscan: §",
		"version: 1\nrules: [{name: a}]\nexceptions: §", "version: 1\nrules: [{name: a}]\nexceptions: [§]", "version: 1\nrules: [{name: a}]\nexceptionRules: §",
		"version: 1\nrules: [{name: a}]\nunusedExceptions: §",
	} {
		agree(t, schema, place, values)
	}
	for _, key := range policy.RuleKeys[1:] {
		agree(t, schema, "version: 1\nrules: [{name: a, "+key+": §}]", values)
	}
	for _, key := range []string{"package", "path", "images", "expires", "untilFixed"} {
		agree(t, schema, "version: 1\nrules: [{name: a}]\nexceptions: [{id: CVE-1, reason: r, "+key+": §}]", values)
		agree(t, schema, "version: 1\nrules: [{name: a}]\nexceptions: [{id: '*', reason: r, "+key+": §}]", values)
	}
	for _, rest := range []string{
		"exceptions: [{id: §, reason: r}]", "exceptions: [{id: CVE-1, reason: §}]", "exceptionRules: {requireExpires: §}", "exceptionRules: {maxDays: §}",
		"exceptionRules: {neverExcept: §}", "exceptionRules: {neverExcept: {minSeverity: §}}", "exceptionRules: {neverExcept: {exploitAvailable: §}}",
		"scan: {type: §}", "scan: {maxAge: §}", "scan: {suppressed: §}", "scan: {accept: §}", "scan: {accept: [§]}", "scan: {accept: [{status: §, reason: r}]}",
		"scan: {accept: [{status: FAILED, reason: §}]}", "scan: {accept: [{status: FAILED, reason: r, images: §}]}", "scan: {accept: [{status: FAILED, reason: r, expires: §}]}",
	} {
		agree(t, schema, "version: 1\nrules: [{name: a}]\n"+rest, values)
	}
}

func agree(t *testing.T, schema *jsonschema.Schema, place string, values []string) {
	t.Helper()
	for _, v := range values {
		text := strings.Replace(place, "§", v, 1)
		_, wrong := policy.Load([]policy.File{{Name: "p.yml", Text: []byte(text)}}, today)
		doc, err := asJSON([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if invalid := schema.Validate(doc); (wrong == nil) != (invalid == nil) {
			t.Errorf("%s\nloader: %v\nschema: %v", text, wrong, invalid)
		}
	}
}

// needsRules reports whether a file only needs another file with rules.
func needsRules(err error) bool {
	wrong, ok := err.(policy.Errors)
	return ok && len(wrong) == 1 && wrong[0].NoRules
}

// asJSON parses YAML as an editor does: with the core schema (version 1.2), in which NO is a string and so is
// a date.
func asJSON(text []byte) (any, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	return jsonValue(doc.Content[0], 0)
}

func jsonValue(n *yaml.Node, depth int) (any, error) {
	if depth > 100 {
		return nil, fmt.Errorf("too deep")
	}
	switch n.Kind {
	case yaml.AliasNode:
		return jsonValue(n.Alias, depth+1)
	case yaml.SequenceNode:
		list := []any{}
		for _, e := range n.Content {
			v, err := jsonValue(e, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	case yaml.MappingNode:
		fields := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			v, err := jsonValue(n.Content[i+1], depth+1)
			if err != nil {
				return nil, err
			}
			fields[n.Content[i].Value] = v
		}
		return fields, nil
	}
	return scalarValue(n), nil
}

func scalarValue(n *yaml.Node) any {
	if strictyaml.Quoted(n) {
		return n.Value
	}
	switch n.Tag {
	case "!!null":
		return nil
	case "!!bool":
		b, err := strconv.ParseBool(n.Value)
		if err == nil {
			return b
		}
	case "!!int", "!!float":
		if json.Valid([]byte(n.Value)) {
			return json.Number(n.Value)
		}
		var v any
		if n.Decode(&v) == nil {
			if text, err := json.Marshal(v); err == nil {
				return json.Number(text)
			}
		}
	}
	return n.Value
}

// TestSchemaSpeaksOfEveryKey checks that everything an editor completes has a description, and an example or
// its words.
func TestSchemaSpeaksOfEveryKey(t *testing.T) {
	var doc map[string]any
	if err := json.Unmarshal(policy.Schema(), &doc); err != nil {
		t.Fatal(err)
	}
	described(t, "", doc)
	rule := doc["$defs"].(map[string]any)["rule"].(map[string]any)["properties"].(map[string]any)
	if len(rule) != len(policy.RuleKeys) {
		t.Errorf("the schema has %d keys of a rule, the loader %d", len(rule), len(policy.RuleKeys))
	}
	for _, key := range policy.RuleKeys {
		if rule[key] == nil {
			t.Errorf("the schema does not know the key %s of a rule", key)
		}
	}
}

func described(t *testing.T, at string, schema map[string]any) {
	properties, _ := schema["properties"].(map[string]any)
	for key, v := range properties {
		p, ok := v.(map[string]any)
		if !ok || schema["additionalProperties"] == nil {
			continue // a condition, not a list of keys
		}
		if p["description"] == nil {
			t.Errorf("%s/%s has no description", at, key)
		}
		if p["examples"] == nil && p["enum"] == nil && p["const"] == nil && p["type"] != "boolean" && p["properties"] == nil {
			t.Errorf("%s/%s has no example", at, key)
		}
	}
	for key, v := range schema {
		if p, ok := v.(map[string]any); ok {
			described(t, at+"/"+key, p)
		}
	}
}
