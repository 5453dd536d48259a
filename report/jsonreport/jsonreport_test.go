package jsonreport_test

import (
	"encoding/json"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report/internal/reporttest"
	"github.com/ecrgate/ecrgate/report/jsonreport"
	"github.com/ecrgate/ecrgate/scan"
)

func TestJSONGolden(t *testing.T) {
	for _, name := range []string{"rich", "index", "clean"} {
		reporttest.GoldenJSON(t, name+".json", reporttest.Render(t, jsonreport.Write, reporttest.Runs()[name]))
	}
}

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(jsonreport.Schema())))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestJSONKeepsToItsSchema(t *testing.T) {
	schema := compileSchema(t)
	runs := reporttest.Runs()
	runs["large"], runs["two images"] = reporttest.Large(300), reporttest.TwoImages()
	for name, r := range runs {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(reporttest.Render(t, jsonreport.Write, r)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := schema.Validate(doc); err != nil {
			t.Errorf("%s: %.1000v", name, err)
		}
	}
}

// TestJSONSchemaIsStrict checks that the schema rejects an extra field, a missing one and an unknown value.
func TestJSONSchemaIsStrict(t *testing.T) {
	schema := compileSchema(t)
	text := reporttest.Render(t, jsonreport.Write, reporttest.Index())
	for name, c := range map[string]struct{ old, new string }{
		"a member too many":        {`"version":1,`, `"version":1,"more":1,`},
		"a member that is missing": {`"setAside":`, `"set":`},
		"another version":          {`{"version":1`, `{"version":2`},
		"an unknown disposition":   {`"disposition":"counted"`, `"disposition":"lost"`},
		"an unknown verdict":       {`"verdict":"fail"`, `"verdict":"maybe"`},
		"a list that is null":      {`"rules":[]`, `"rules":null`},
		"a score that is text":     {`"score":9.8`, `"score":"9.8"`},
		"a time that is none":      {`"2026-01-18T03:04:05Z"`, `"yesterday"`},
	} {
		changed := strings.Replace(text, c.old, c.new, 1)
		if changed == text {
			t.Fatalf("%s: %s is not in the report", name, c.old)
		}
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(changed))
		if err != nil {
			t.Fatal(err)
		}
		if schema.Validate(doc) == nil {
			t.Errorf("the schema takes %s", name)
		}
	}
}

// TestJSONHasTheMembersOfTheContract checks the names and their order, which users' scripts rely on.
func TestJSONHasTheMembersOfTheContract(t *testing.T) {
	type wire struct {
		Images []struct {
			Counts     map[string]int    `json:"counts"`
			Findings   []json.RawMessage `json:"findings"`
			Exceptions []json.RawMessage `json:"exceptions"`
			Children   []json.RawMessage `json:"children"`
			Rules      []json.RawMessage `json:"rules"`
		} `json:"images"`
	}
	text := reporttest.Render(t, jsonreport.Write, reporttest.Index())
	var w wire
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		t.Fatal(err)
	}
	img := w.Images[0]
	var head map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &head); err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		got  string
		want string
	}{
		"the report":   {members(text), "version tool policy verdict exitCode images vex exploitData asOf"},
		"a finding":    {members(string(img.Findings[0])), "id severity score fixAvailable exploitAvailable packages platforms disposition rules exception title url firstObservedAt epss knownExploited inBaseImage due"},
		"an exception": {members(string(img.Exceptions[0])), "id package reason expires state source"},
		"a child":      {members(string(img.Children[0])), "platform digest scan verdict error"},
		"a rule":       {members(string(img.Rules[0])), "name action max count skippedUnknown breached"},
	} {
		if c.got != c.want {
			t.Errorf("%s has the members\n%s\nwant\n%s", what, c.got, c.want)
		}
	}
	n := img.Counts
	if n["total"] != n["counted"]+n["excepted"]+n["known"]+n["unmatched"] || n["setAside"] == 0 {
		t.Errorf("the counts do not add up: %v", n)
	}
	sum := 0
	for _, s := range scan.Severities {
		sum += n[string(s)]
	}
	if sum != n["total"] {
		t.Errorf("the severities add up to %d: %v", sum, n)
	}
}

// members returns the names in an object, in order, without those of nested objects.
func members(object string) string {
	var names []string
	dec := json.NewDecoder(strings.NewReader(object))
	_, _ = dec.Token()
	for dec.More() {
		name, _ := dec.Token()
		names = append(names, name.(string))
		var value json.RawMessage
		_ = dec.Decode(&value)
	}
	return strings.Join(names, " ")
}

func TestJSONHasNoListThatIsNull(t *testing.T) {
	for name, r := range reporttest.Runs() {
		if found := regexp.MustCompile(`"(?:platforms|children|rules|findings|exceptions|notes|packages|images)":null`).FindString(reporttest.Render(t, jsonreport.Write, r)); found != "" {
			t.Errorf("%s: %s", name, found)
		}
	}
}

func TestReadGivesBackWhatABaselineNeeds(t *testing.T) {
	r := reporttest.Index()
	read, err := jsonreport.Read([]byte(reporttest.Render(t, jsonreport.Write, r)))
	if err != nil {
		t.Fatal(err)
	}
	img := read.Images[0]
	if img.Image != "team/app:1.2" || img.Repository != "team/app" || strings.Join(img.Digests, " ") != reporttest.Digest(0xa)+" "+reporttest.Digest(0xb)+" "+reporttest.Digest(0xc) || !img.Judged || img.Error != "" {
		t.Errorf("the image comes back as %+v", img)
	}
	var want []string
	for _, f := range r.Images[0].Verdict.Findings {
		if f.Disposition != policy.SetAside {
			want = append(want, f.ID+" "+string(f.Severity))
		}
	}
	var got []string
	for i := range img.Findings {
		f := &img.Findings[i]
		got = append(got, f.ID+" "+string(f.Severity))
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("findings come back as %v, want %v", got, want)
	}
	first, original := img.Findings[0], *r.Images[0].Verdict.Findings[0].Finding
	if !reflect.DeepEqual(first.Keys(), original.Keys()) || !reflect.DeepEqual(first.Platforms, original.Platforms) || *first.Score != *original.Score || !first.FirstObserved.Equal(*original.FirstObserved) {
		t.Errorf("the first comes back as %+v", first)
	}
}

func TestReadRefusesWhatItDoesNotUnderstand(t *testing.T) {
	whole := reporttest.Render(t, jsonreport.Write, reporttest.Index())
	for name, text := range map[string]string{
		"a report that was cut":     whole[:len(whole)/2],
		"another version":           strings.Replace(whole, `"version":1`, `"version":2`, 1),
		"another tool":              strings.Replace(whole, `"name":"ecrgate"`, `"name":"other"`, 1),
		"an image without findings": strings.Replace(whole, `"findings"`, `"found"`, 1),
		"a report without images":   strings.Replace(whole, `"images"`, `"pictures"`, 1),
		"nothing":                   "",
		"a list of something else":  "[1, 2]",
	} {
		if _, err := jsonreport.Read([]byte(text)); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
