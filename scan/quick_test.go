package scan

import (
	"bytes"
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// everyMember is a page with every member that is read, and some that are not.
const everyMember = `{"registryId":"1","repositoryName":"a","imageId":{"imageDigest":"d","imageTag":"t","x":1},"imageScanStatus":{"status":"ACTIVE","description":"é\n\"\u00e9\/"},
 "imageScanFindings" : { "imageScanCompletedAt":1767323045.5, "vulnerabilitySourceUpdatedAt":1, "findingSeverityCounts":{"HIGH":1,"LOW":null,"HIGH":2e0},
 "findings":[{"name":"n","description":"d","uri":"u","severity":"HIGH","attributes":[{"key":"CVSS3_SCORE","value":"7.5"},null]},null,{}],
 "enhancedFindings":[{"awsAccountId":"1","description":"d","findingArn":"arn","firstObservedAt":"2026-01-02T03:04:05Z","lastObservedAt":1,
 "packageVulnerabilityDetails":{"cvss":[{"baseScore":7.5}],"referenceUrls":["u",null],"relatedVulnerabilities":[],"source":"s","sourceUrl":"u","vendorCreatedAt":null,
 "vulnerabilityId":"CVE","vulnerablePackages":[{"arch":"a","epoch":1,"filePath":"p","fixedInVersion":"f","name":"n","packageManager":"OS","release":"r","sourceLayerHash":"h","version":"v"}]},
 "remediation":{"recommendation":{"text":"\u0041\\"}},"resources":[[],{},-0.5e-7,true,false,null,"\ud83d"],"score":7.5,"scoreDetails":{"cvss":{"adjustments":[],"score":1,"scoreSource":"NVD","scoringVector":"v","version":"3"}},
 "severity":"HIGH","status":"ACTIVE","title":"t","type":"x","updatedAt":1,"fixAvailable":"YES","exploitAvailable":"NO"},{"score":null,"scoreDetails":null}]},"nextToken":"abc","NextToken":""}`

// agree fails when the two readers disagree about a page; it tells whether the quick one read it.
func agree(t *testing.T, raw []byte) bool {
	t.Helper()
	quickly := readQuickly(raw)
	if quickly == nil {
		return false
	}
	var slowly wirePage
	if err := cmp.Or(json.Unmarshal(raw, &slowly), unambiguous(raw)); err != nil {
		t.Fatalf("read quickly, though %v:\n%.2000s", err, raw)
	}
	if !reflect.DeepEqual(quickly, &slowly) {
		t.Fatalf("quickly %+v\n slowly %+v\n%.2000s", quickly, &slowly, raw)
	}
	return true
}

func TestPlainAnswersAreReadQuickly(t *testing.T) {
	pages := map[string][]byte{"enhanced": enhancedPage(0, 100), "basic": basicPage(1000), "every member": []byte(everyMember), "nothing": []byte("{}")}
	files, err := filepath.Glob("../examples/responses/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no examples", err)
	}
	for name, raw := range pages {
		t.Run(name, func(t *testing.T) {
			if !agree(t, raw) {
				t.Error("it was left to encoding/json")
			}
		})
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		agree(t, raw)
	}
}

func TestWhatIsOutOfTheOrdinaryIsLeftToEncodingJSON(t *testing.T) {
	for name, text := range map[string]string{
		"a member twice":              `{"nextToken":"a","nextToken":"b"}`,
		"a name in another case":      `{"nexttoken":"a"}`,
		"a member where none belongs": `{"status":1,"status":2}`,
		"an escape in a name":         `{"next\u0054oken":"a"}`,
		"a letter that folds to K":    "{\"nextTo\u212aen\":\"a\"}",
		"half a character":            `{"nextToken":"\ud83d"}`,
		"text that is no UTF-8":       "{\"nextToken\":\"\xff\"}",
		"a count without a name":      `{"imageScanFindings":{"findingSeverityCounts":{null:1}}}`,
		"a number too large":          `{"imageScanFindings":{"findingSeverityCounts":{"HIGH":1e999}}}`,
		"no time":                     `{"imageScanFindings":{"imageScanCompletedAt":"soon"}}`,
		"values deep inside another":  `{"x":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`,
		"something behind the object": `{} {}`,
	} {
		t.Run(name, func(t *testing.T) {
			if agree(t, []byte(text)) {
				t.Errorf("%s was read quickly", text)
			}
		})
	}
}

// Cutting and changing a byte anywhere reaches every place where the quick reader can give up.
func TestTheTwoReadersAgreeOnDamagedPages(t *testing.T) {
	whole, wrong := []byte(everyMember), "\x00 \"\\{}[],:0-.eEnt\xc3"
	for i := range whole {
		agree(t, whole[:i])
		damaged := bytes.Clone(whole)
		damaged[i] = wrong[i%len(wrong)]
		agree(t, damaged)
	}
}

func TestEveryMemberOfTheWireIsReadByBothReaders(t *testing.T) {
	same(t, pageObject)
	same(t, imageObject)
	same(t, statusObject)
	same(t, findingsObject)
	same(t, basicObject)
	same(t, attributeObject)
	same(t, enhancedObject)
	same(t, detailObject)
	same(t, scoreObject)
	same(t, cvssObject)
	same(t, packageObject)
}

func same[T any](t *testing.T, o *object[T]) {
	t.Helper()
	typ := reflect.TypeFor[T]()
	if typ.NumField() != len(o.list) {
		t.Errorf("%s has %d members, %d are read quickly", typ, typ.NumField(), len(o.list))
	}
	for i := range typ.NumField() {
		if name := typ.Field(i).Tag.Get("json"); o.find([]byte(name)) < 0 {
			t.Errorf("the member %s of %s is not read quickly", name, typ)
		}
	}
}

func TestTextsOutliveThePage(t *testing.T) {
	raw := enhancedPage(0, 100)
	p, err := ReadPage(raw)
	if err != nil {
		t.Fatal(err)
	}
	want, err := ReadPage(bytes.Clone(raw))
	if err != nil {
		t.Fatal(err)
	}
	clear(raw)
	if !reflect.DeepEqual(p, want) {
		t.Error("the page changed with the bytes that it was read from")
	}
}

func FuzzTheTwoReadersAgree(f *testing.F) {
	for _, raw := range [][]byte{[]byte(everyMember), enhancedPage(0, 2), basicPage(2), []byte(`{"nexttoken":"a"}`), []byte(`{"imageScanFindings":{"imageScanCompletedAt":"2026-01-02T03:04:05Z"}}`)} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) { agree(t, raw) })
}
