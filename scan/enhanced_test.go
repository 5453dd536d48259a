package scan

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestAnEnhancedFinding(t *testing.T) {
	got := one(t, "enhancedFindings", `{
		"awsAccountId": "123456789012", "description": "A flaw.", "findingArn": "arn:1", "severity": "CRITICAL",
		"firstObservedAt": 1767323045.5, "lastObservedAt": 1767323046, "title": "CVE-2024-3094 - xz-utils", "status": "ACTIVE",
		"packageVulnerabilityDetails": {
			"cvss": [{"baseScore": 3.0, "scoringVector": "ignored", "source": "X", "version": "3.1"}],
			"referenceUrls": ["https://a.example", "https://b.example"], "relatedVulnerabilities": ["GHSA-1"],
			"sourceUrl": " https://s.example ", "vendorCreatedAt": "2026-01-02T05:04:05+02:00", "vulnerabilityId": "CVE-2024-3094",
			"vulnerablePackages": [{"arch": "X86_64", "epoch": 2, "filePath": "usr/lib/x", "fixedInVersion": "2:5.6.2-1",
				"name": "xz-utils", "packageManager": "OS", "release": "3.el9", "version": "5.6.1", "sourceLayerHash": "sha256:0"}]},
		"remediation": {"recommendation": {"text": "None Provided"}}, "resources": [{"type": "AWS_ECR_CONTAINER_IMAGE"}],
		"score": 10, "scoreDetails": {"cvss": {"adjustments": [], "score": 9.9, "scoreSource": "NVD", "scoringVector": "CVSS:3.1/AV:N", "version": "3.1"}},
		"fixAvailable": "YES", "exploitAvailable": "NO"}`)
	observed, created := time.Unix(1767323045, 5e8).UTC(), time.Unix(1767323045, 0).UTC()
	want := Finding{
		ID: "CVE-2024-3094", Title: "CVE-2024-3094 - xz-utils", Description: "A flaw.", URL: "https://s.example",
		Severity: Critical, Score: score(10), ScoreSource: "NVD", Vector: "CVSS:3.1/AV:N",
		FixAvailable: Yes, ExploitAvailable: No, Status: "ACTIVE", FirstObserved: &observed, VendorCreated: &created,
		Packages: []Package{{Name: "xz-utils", Version: "2:5.6.1-3.el9", FixedIn: "2:5.6.2-1", Manager: "OS", Path: "usr/lib/x", Arch: "X86_64", Layer: "sha256:0"}},
		Related:  []string{"GHSA-1"}, References: []string{"https://a.example", "https://b.example"}, ARN: "arn:1",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
}

func TestAnEnhancedFindingWithAlmostNothing(t *testing.T) {
	for _, text := range []string{
		`{}`,
		`{"packageVulnerabilityDetails":null,"scoreDetails":null,"score":null,"severity":null,"firstObservedAt":null}`,
		`{"packageVulnerabilityDetails":{"vulnerablePackages":[],"vulnerabilityId":null}}`,
	} {
		got := one(t, "enhancedFindings", text)
		want := Finding{FixAvailable: Unknown, ExploitAvailable: Unknown}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s\n got %+v\nwant %+v", text, got, want)
		}
	}
}

func TestTheScoreOfAnEnhancedFinding(t *testing.T) {
	for name, c := range map[string]struct {
		finding string
		want    *float64
	}{
		"with details":                       {`{"score":7.5,"scoreDetails":{"cvss":{}}}`, score(7.5)},
		"without details":                    {`{"score":7.5,"severity":"HIGH"}`, score(7.5)},
		"0.0 with details is a score":        {`{"score":0.0,"scoreDetails":{"cvss":{}}}`, score(0)},
		"0.0 without details is none":        {`{"score":0.0,"severity":"LOW"}`, nil},
		"untriaged with 0.0 and no details":  {`{"score":0.0,"severity":"UNTRIAGED"}`, nil},
		"untriaged with a score, no details": {`{"score":5.5,"severity":"UNTRIAGED"}`, nil},
		"untriaged with a score and details": {`{"score":5.5,"severity":"UNTRIAGED","scoreDetails":{"cvss":{}}}`, score(5.5)},
		"null details":                       {`{"score":0,"scoreDetails":null}`, nil},
		"out of range":                       {`{"score":10.5,"scoreDetails":{"cvss":{}}}`, nil},
		"below nothing":                      {`{"score":-0.5,"scoreDetails":{"cvss":{}}}`, nil},
		"no score":                           {`{"scoreDetails":{"cvss":{"score":9.9}}}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if got := one(t, "enhancedFindings", c.finding).Score; !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, want %v", said(got), said(c.want))
			}
		})
	}
}

func TestAFindingRatedOnlyByOthersHasTheirHighestScoreOfTheNewestVersion(t *testing.T) {
	type rated struct {
		score          *float64
		source, vector string
	}
	entry := func(version string, score any, source string) string {
		return fmt.Sprintf(`{"version":%q,"baseScore":%v,"source":%q,"scoringVector":"v-%s"}`, version, score, source, source)
	}
	for name, c := range map[string]struct {
		entries []string
		members string
		want    rated
	}{
		"only version 4":              {[]string{entry("4.0", 9.3, "NVD")}, "", rated{score(9.3), "NVD", "v-NVD"}},
		"4 before 3 and 2":            {[]string{entry("2.0", 10, "A"), entry("4.0", 5.5, "B"), entry("3.1", 9.8, "C")}, "", rated{score(5.5), "B", "v-B"}},
		"3 before 2":                  {[]string{entry("3.0", 5.5, "A"), entry("2.0", 9, "B")}, "", rated{score(5.5), "A", "v-A"}},
		"3.1 and 3.0 are both 3":      {[]string{entry("3.1", 5.5, "A"), entry("3.0", 7.5, "B")}, "", rated{score(7.5), "B", "v-B"}},
		"the highest of a version":    {[]string{entry("3.1", 5.5, "A"), entry("3.1", 9.8, "B"), entry("3.1", 7, "C")}, "", rated{score(9.8), "B", "v-B"}},
		"a score out of range":        {[]string{entry("4.0", 11, "A"), entry("3.1", 7.5, "B")}, "", rated{score(7.5), "B", "v-B"}},
		"no base score":               {[]string{entry("4.0", "null", "A"), entry("3.1", 7.5, "B")}, "", rated{score(7.5), "B", "v-B"}},
		"no version":                  {[]string{entry("", 7.5, "A")}, "", rated{score(7.5), "A", "v-A"}},
		"a version beside none":       {[]string{entry("", 9.5, "A"), entry("2.0", 7.5, "B")}, "", rated{score(7.5), "B", "v-B"}},
		"its own score comes first":   {[]string{entry("4.0", 9.3, "A")}, `"score":5,"scoreDetails":{"cvss":{"scoreSource":"X","scoringVector":"x"}},`, rated{score(5), "X", "x"}},
		"0.0 without details is none": {[]string{entry("4.0", 9.3, "A")}, `"score":0.0,`, rated{score(9.3), "A", "v-A"}},
		"0.0 with details is a score": {[]string{entry("4.0", 9.3, "A")}, `"score":0.0,"scoreDetails":{},`, rated{score(0), "", ""}},
		"UNTRIAGED without details":   {[]string{entry("4.0", 9.3, "A")}, `"score":5.5,"severity":"Untriaged",`, rated{score(9.3), "A", "v-A"}},
		"nothing":                     {nil, "", rated{}},
	} {
		t.Run(name, func(t *testing.T) {
			f := one(t, "enhancedFindings", `{`+c.members+`"packageVulnerabilityDetails":{"cvss":[`+strings.Join(c.entries, ",")+`]}}`)
			if got := (rated{f.Score, f.ScoreSource, f.Vector}); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v %q %q, want %v %q %q", said(got.score), got.source, got.vector, said(c.want.score), c.want.source, c.want.vector)
			}
		})
	}
}

func TestASeverityIsReadInAnyCase(t *testing.T) {
	for word, want := range map[string]Severity{"critical": Critical, "High": High, "uNTRIAGED": Untriaged, "Catastrophic": "Catastrophic", "": ""} {
		for _, list := range []string{"findings", "enhancedFindings"} {
			if f := one(t, list, `{"severity":"`+word+`"}`); f.Severity != want {
				t.Errorf("%s: %q reads as %q", list, word, f.Severity)
			}
		}
	}
	// The counts ignore case, too, so that a finding in lower case is not missing.
	s, err := ReadSaved(strings.NewReader(`{"imageScanStatus":{"status":"COMPLETE"},"imageScanFindings":{"findingSeverityCounts":{"High":1},"findings":[{"severity":"HIGH"}]}}`))
	if err != nil || len(s.Findings) != 1 {
		t.Errorf("got %+v, %v", s, err)
	}
}

func TestTheURLOfAFindingIsAPageForPeople(t *testing.T) {
	const document = "https://alas.example/cve/json/v1/CVE-2026-1.json"
	for name, c := range map[string]struct{ source, references, want string }{
		"a page":                      {"https://a.example/CVE-2026-1", `"https://b.example"`, "https://a.example/CVE-2026-1"},
		"a document and a page":       {document, `"https://b.example/CVE-2026-1.html"`, "https://b.example/CVE-2026-1.html"},
		"the page of this id":         {document, `"https://b.example/x","https://c.example/CVE-2026-1"`, "https://c.example/CVE-2026-1"},
		"the first page otherwise":    {document, `"https://b.example/x","https://c.example/y"`, "https://b.example/x"},
		"no document in its place":    {document, `"https://b.example/CVE-2026-1.json","javascript:alert(1)//CVE-2026-1"`, document},
		"a document without any page": {document, ``, document},
	} {
		t.Run(name, func(t *testing.T) {
			f := one(t, "enhancedFindings", `{"packageVulnerabilityDetails":{"vulnerabilityId":"CVE-2026-1","sourceUrl":"`+c.source+`","referenceUrls":[`+c.references+`]}}`)
			if f.URL != c.want {
				t.Errorf("got %s, want %s", f.URL, c.want)
			}
		})
	}
}

func TestAnUnratedFindingRanksByItsScore(t *testing.T) {
	for _, c := range []struct {
		severity Severity
		score    *float64
		want     Severity
	}{
		{Undefined, score(10), Critical},
		{Untriaged, score(9), Critical},
		{Undefined, score(8.9), High},
		{Undefined, score(7), High},
		{Undefined, score(6.9), Medium},
		{Undefined, score(4), Medium},
		{Undefined, score(3.9), Low},
		{Undefined, score(0.1), Low},
		{Undefined, score(0), Informational},
		{Undefined, nil, Undefined},
		{Untriaged, nil, Untriaged},
		{Low, score(9.8), Low},
		{Critical, score(1), Critical},
		{"", score(1), ""},
		{"CATASTROPHIC", score(1), "CATASTROPHIC"},
	} {
		f := Finding{Severity: c.severity, Score: c.score}
		if got := f.RankedSeverity(); got != c.want {
			t.Errorf("%q with score %v ranks as %q, want %q", c.severity, said(c.score), got, c.want)
		}
	}
}

func TestAMaliciousPackageIsRecognizedByItsID(t *testing.T) {
	for want, findings := range map[bool][]Finding{
		true:  {{ID: "MAL-2026-1"}, {ID: "GHSA-1", Related: []string{"CVE-1", "MAL-2026-1"}}},
		false: {{ID: "CVE-MAL-1"}, {}, {ID: "MALLOC-1"}},
	} {
		for _, f := range findings {
			if f.Malicious() != want {
				t.Errorf("%q %q: malicious %t", f.ID, f.Related, !want)
			}
		}
	}
}

func TestWordsForFixAndExploit(t *testing.T) {
	for _, c := range []struct {
		word         string
		fix, exploit Availability
	}{
		{"YES", Yes, Yes},
		{"NO", No, No},
		{"PARTIAL", Partial, Unknown},
		{"", Unknown, Unknown},
		{"yes", Unknown, Unknown},
		{"PERHAPS", Unknown, Unknown},
	} {
		f := one(t, "enhancedFindings", `{"fixAvailable":"`+c.word+`","exploitAvailable":"`+c.word+`"}`)
		if f.FixAvailable != c.fix || f.ExploitAvailable != c.exploit {
			t.Errorf("%q: fix %s, exploit %s; want %s, %s", c.word, f.FixAvailable, f.ExploitAvailable, c.fix, c.exploit)
		}
		if got, want := f.FixAvailable.Fixable(), c.word == "YES" || c.word == "PARTIAL"; got != want {
			t.Errorf("%q: fixable %t", c.word, got)
		}
	}
}

func TestOnlySuppressedAndClosedFindingsAreSetAside(t *testing.T) {
	for word, want := range map[string]bool{
		"SUPPRESSED": true, "CLOSED": true, "ACTIVE": false, "": false, "suppressed": false, "RESOLVED": false,
	} {
		f := one(t, "enhancedFindings", `{"status":"`+word+`"}`)
		if f.SetAside() != want || f.Status != word {
			t.Errorf("%q: status %q, set aside %t, want %t", word, f.Status, f.SetAside(), want)
		}
	}
}
