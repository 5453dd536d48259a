package importer_test

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/policy/importer"
)

var now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func convert(t *testing.T, name, text string) (string, []string, error) {
	t.Helper()
	var b bytes.Buffer
	warnings, err := importer.Convert(&b, []policy.File{{Name: name, Text: []byte(text)}}, now)
	if err != nil && b.Len() > 0 {
		t.Errorf("error %v, and written: %s", err, &b)
	}
	return b.String(), warnings, err
}

// loads checks that an output loads as part of a policy, next to a file of rules.
func loads(t *testing.T, text string) *policy.Policy {
	t.Helper()
	p, err := policy.Load([]policy.File{
		{Name: "rules.yml", Text: []byte("version: 1\nrules: [{name: all}]\n")},
		{Name: "exceptions.yml", Text: []byte(text)},
	}, now)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return p
}

func TestEntriesThatBecomeExceptions(t *testing.T) {
	for name, c := range map[string]struct{ file, text, want string }{
		"an id": {".trivyignore", "CVE-2024-1234\n",
			"- id: CVE-2024-1234; reason: imported from .trivyignore, which has no reason; expires: 2026-08-30"},
		"an end at its beginning": {".trivyignore", "CVE-2024-1234 exp:2027-01-01",
			"- id: CVE-2024-1234; reason: imported from .trivyignore, which has no reason; expires: 2026-12-31"},
		"comments stay": {".trivyignore", "\ufeff# The parser is not used.\r\nCVE-2024-1234 # nor the writer\r\n",
			"# The parser is not used.; - id: CVE-2024-1234; reason: nor the writer"},
		"the first of two ends": {".trivyignore", "CVE-2024-1234 exp:2027-01-01 exp:2028-01-01",
			"- id: CVE-2024-1234; reason: imported from .trivyignore, which has no reason; expires: 2026-12-31"},
		"an end in a comment": {".trivyignore", "CVE-2024-1234 # until the update, exp:2027-01-01",
			"- id: CVE-2024-1234; reason: until the update, exp:2027-01-01; expires: 2026-12-31"},
		"what has ended": {".trivyignore", "CVE-2024-1234 exp:2026-06-01",
			"# .trivyignore:1: CVE-2024-1234 ended on 2026-05-31"},
		"the last day": {".trivyignore", "CVE-2024-1234 exp:2026-06-02",
			"- id: CVE-2024-1234; reason: imported from .trivyignore, which has no reason; expires: 2026-06-01"},
		"trivy's YAML": {".trivyignore.yaml", "vulnerabilities:\n- id: CVE-2024-1234\n  statement: not\n    reachable\n  expired_at: 2027-01-01\n  paths: [usr/share/java/a.jar, 'opt/**']\n",
			"- id: CVE-2024-1234; path: usr/share/java/a.jar; reason: not reachable; expires: 2026-12-31; - id: CVE-2024-1234; path: opt/*; reason: not reachable; expires: 2026-12-31"},
		"a time in a day": {".trivyignore.yml", "vulnerabilities:\n- {id: CVE-2024-1234, statement: r, expired_at: 2027-01-01T18:00:00Z}",
			"- id: CVE-2024-1234; reason: r; expires: 2026-12-31"},
		"a purl whose name says the ecosystem": {".trivyignore.yaml", "vulnerabilities: [{id: CVE-2024-1234, statement: r, purls: ['pkg:maven/a.b/c', 'pkg:npm/%40x/y', pkg:golang/github.com/a/b]}]",
			"- id: CVE-2024-1234; package: a.b:c; reason: r; - id: CVE-2024-1234; package: '@x/y'; reason: r; - id: CVE-2024-1234; package: github.com/a/b; reason: r"},
		"grype": {".grype.yaml", "ignore:\n- {vulnerability: CVE-2024-1234, reason: r, include-aliases: true, package: {name: linux-.*, location: '/usr/**/x'}}",
			"- id: CVE-2024-1234; package: linux-*; path: /usr/*/x; reason: r"},
		"grype, every vulnerability of a package": {".grype.yaml", "db: {auto-update: false}\nignore:\n- {reason: r, package: {name: 'linux-libc-dev'}}",
			"- id: '*'; package: linux-libc-dev; reason: r"},
		"osv-scanner": {"osv-scanner.toml", "[[IgnoredVulns]]\nid = \"GO-2024-1234\"\nignoreUntil = 2027-01-01\nreason = \"r\"\n[[PackageOverrides]]\nname = \"lib\"\nreason = \"test\"\nvulnerability.ignore = true\n",
			"- id: GO-2024-1234; reason: r; expires: 2026-12-31; - id: '*'; package: lib; reason: test"},
		"osv-scanner, a time with a zone": {"osv-scanner.toml", "[[IgnoredVulns]]\nid = \"GO-2024-1234\"\nignoreUntil = 2027-01-01T01:00:00+02:00\nreason = \"r\"\n",
			"- id: GO-2024-1234; reason: r; expires: 2026-12-30"},
		"the Buildkite plugin": {".buildkite/.ecr-scan-results-ignore.yaml", "ignores:\n- CVE-2024-1\n- {id: CVE-2024-1234, until: 2027-01-01, reason: r}",
			"- id: CVE-2024-1; reason: imported from .ecr-scan-results-ignore.yaml, which has no reason; expires: 2026-08-30; - id: CVE-2024-1234; reason: r; expires: 2026-12-31"},
		"ids": {"ignore.txt", "CVE-2024-1234, GHSA-aaaa-bbbb-cccc # both\n# alone\nCVE-2024-1234 RHSA-2024:1234\n",
			"- id: CVE-2024-1234; reason: both; - id: GHSA-aaaa-bbbb-cccc; reason: both; # alone; - id: RHSA-2024:1234; reason: imported from ignore.txt, which has no reason; expires: 2026-08-30"},
		"nothing":         {"ignore.txt", "", ""},
		"nothing in YAML": {".grype.yaml", "# nothing\n", ""},
		"null":            {".ecr-scan-results-ignore.yml", "ignores:\n", ""},
		"a reason of another kind": {".grype.yaml", "ignore: [{vulnerability: CVE-2024-1234, reason: \"a: b # c\\u202e \\n- id: '*'\"}]",
			`- id: CVE-2024-1234; reason: 'a: b # c - id: ''*'''`},
	} {
		t.Run(name, func(t *testing.T) {
			out, warnings, err := convert(t, c.file, c.text)
			if err != nil || len(warnings) > 0 {
				t.Fatal(err, warnings)
			}
			p := loads(t, out)
			_, list, _ := strings.Cut(out, "exceptions:")
			list = strings.TrimSpace(strings.TrimPrefix(list, " []"))
			if got := regexp.MustCompile(`\n *`).ReplaceAllString(list, "; "); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			if got, want := len(p.Exceptions), strings.Count(c.want, "- id: ")-strings.Count(c.want, "- id: ''"); got != want {
				t.Errorf("%d exceptions, want %d", got, want)
			}
		})
	}
}

func TestEntriesThatAreNotImported(t *testing.T) {
	grype := func(rule string) string { return "ignore: [{vulnerability: CVE-2024-1234, reason: r, " + rule + "}]" }
	trivy := func(more string) string {
		return "vulnerabilities: [{id: CVE-2024-1234, statement: r, " + more + "}]"
	}
	osv := func(more string) string {
		return "[[PackageOverrides]]\nname = \"lib\"\nreason = \"r\"\n" + more
	}
	for name, c := range map[string]struct{ file, text, want string }{
		"a misconfiguration":         {".trivyignore", "AVD-AWS-0001", "AVD-AWS-0001 not imported: \"AVD-AWS-0001\" is not a vulnerability id"},
		"a license":                  {".trivyignore", "GPL-3.0", "is not a vulnerability id"},
		"a CVE misspelled":           {".trivyignore", "CVE_2024_3094", "did you mean CVE-2024-3094?"},
		"a pattern":                  {".trivyignore", "CVE-2024-*", "not a vulnerability id"},
		"everything":                 {"ignore.txt", "*", "it excuses every finding"},
		"a second id on a line":      {".trivyignore", "CVE-2024-1234 CVE-2024-5678", `Trivy ignores "CVE-2024-5678" on its line`},
		"a bad date":                 {".trivyignore", "CVE-2024-1234 exp:2027-13-01", `"exp:2027-13-01" is not a date, and Trivy skips the line`},
		"misconfigurations":          {".trivyignore.yaml", "misconfigurations: [{id: AVD-DS-0001}]", "misconfigurations AVD-DS-0001 not imported: Amazon ECR finds only vulnerabilities"},
		"licenses":                   {".trivyignore.yaml", "licenses: [{id: MIT}]", "licenses MIT not imported"},
		"no id":                      {".trivyignore.yaml", "vulnerabilities: [{statement: r}]", "entry without id not imported"},
		"unknown key":                {".trivyignore.yaml", trivy("severity: LOW"), "severity has no counterpart"},
		"a version":                  {".trivyignore.yaml", trivy("purls: ['pkg:maven/a/b@1.0']"), "a version has no counterpart"},
		"a purl without its manager": {".trivyignore.yaml", trivy("purls: [pkg:deb/debian/curl]"), "cannot name the package manager"},
		"one of two purls":           {".trivyignore.yaml", trivy("purls: [pkg:maven/a/b, pkg:pypi/x]"), "purl pkg:pypi/x"},
		"a qualifier":                {".trivyignore.yaml", trivy("purls: ['pkg:maven/a/b?type=war']"), "qualifiers and subpaths"},
		"an asterisk":                {".trivyignore.yaml", trivy("paths: ['usr/*/x']"), "only ** can be expressed"},
		"every path":                 {".trivyignore.yaml", trivy("paths: ['**']"), "it matches every path"},
		"a namespace":                {".grype.yaml", grype("namespace: debian"), "namespace has no counterpart"},
		"a fix state":                {".grype.yaml", grype("fix-state: wont-fix"), "fix-state has no counterpart"},
		"a fix state alone":          {".grype.yaml", "ignore: [{fix-state: not-fixed}]", "use the input only-fixed"},
		"a package's version":        {".grype.yaml", grype("package: {name: a, version: '1'}"), "package.version has no counterpart"},
		"a language":                 {".grype.yaml", grype("package: {language: python}"), "package.language has no counterpart"},
		"a regular expression":       {".grype.yaml", grype("package: {name: 'linux-(a|b)'}"), "of regular expressions only .*"},
		"every package":              {".grype.yaml", grype("package: {name: '.*'}"), "it matches every package"},
		"a VEX status":               {".grype.yaml", grype("vex-status: not_affected"), "vex-status has no counterpart"},
		"an empty rule":              {".grype.yaml", "ignore: [{reason: r}]", "rule not imported: it excuses every finding"},
		"a setting":                  {".grype.yaml", "only-fixed: true", "only-fixed not imported: it is not an exception (use the input only-fixed"},
		"too short a name":           {".grype.yaml", "ignore: [{reason: r, package: {name: '.*.*'}}]", "it matches every package"},
		"an ecosystem":               {"osv-scanner.toml", osv("ecosystem = \"Go\"\nignore = true\n"), "package lib not imported: ecosystem has no counterpart"},
		"a license override":         {"osv-scanner.toml", osv("license.ignore = true\n"), "license has no counterpart"},
		"a license beside the rest":  {"osv-scanner.toml", osv("ignore = true\nlicense.override = [\"MIT\"]\n"), "license has no counterpart"},
		"what ignores nothing":       {"osv-scanner.toml", osv(""), "it does not ignore vulnerabilities"},
		"an asterisk as id, Trivy":   {".trivyignore.yaml", "vulnerabilities: [{id: '*', purls: [pkg:maven/a/b], statement: r}]", "\"*\" is not a vulnerability id"},
		"an asterisk as id, Grype":   {".grype.yaml", "ignore: [{vulnerability: '*', package: {name: curl}, reason: r}]", "\"*\" is not a vulnerability id"},
		"an empty criterion":         {".grype.yaml", "ignore: [{vulnerability: '', reason: r}]", "rule not imported: it excuses every finding"},
		"VEX documents":              {".grype.yaml", "vex-documents: [a.json]", "vex-documents not imported: VEX documents are read as they are (use the input vex)"},
		"packages times paths": {".trivyignore.yaml", trivy("purls: [" + strings.Repeat("pkg:maven/a/b, ", 1000) + "], paths: [" + strings.Repeat("a/b, ", 1000) + "]"),
			"its packages and paths would make 1000000 exceptions (want at most 1000)"},
		"a Go version":        {"osv-scanner.toml", "GoVersionOverride = \"1.22\"\n", "GoVersionOverride not imported"},
		"the second of an id": {"osv-scanner.toml", "[[IgnoredVulns]]\nid = \"GO-2024-1\"\nreason = \"r\"\n[[IgnoredVulns]]\nid = \"go-2024-1\"\nreason = \"r\"\n", "OSV-Scanner uses only the first"},
		"the first of an id":  {".ecr-scan-results-ignore.yaml", "ignores: [CVE-2024-1, {id: CVE-2024-1, until: 2027-01-01}]", "the plugin uses only the last"},
	} {
		t.Run(name, func(t *testing.T) {
			out, warnings, err := convert(t, c.file, c.text)
			if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], c.want) || !strings.HasPrefix(warnings[0], c.file) {
				t.Errorf("%v; warnings %q, want %s", err, warnings, c.want)
			}
			if len(warnings) == 1 && !strings.Contains(out, "  # "+warnings[0]) {
				t.Errorf("no comment in\n%s", out)
			}
			loads(t, out)
		})
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	for name, c := range map[string]struct{ file, text, want string }{
		"not YAML":               {".grype.yaml", "ignore: [", ".grype.yaml: line 1"},
		"not TOML":               {"osv-scanner.toml", "IgnoredVulns = ", "osv-scanner.toml: line 1"},
		"a key twice":            {".grype.yaml", "ignore: []\nignore: []\n", `.grype.yaml:2: duplicate key "ignore"`},
		"a key twice, TOML":      {"a.toml", "a = 1\na = 2\n", "a.toml: line 2"},
		"a list":                 {".grype.yaml", "- a\n", ".grype.yaml:1: the file must be a mapping"},
		"another format":         {"a.yaml", "rules: []\n", "a.yaml:1: unknown format"},
		"two documents":          {".grype.yaml", "ignore: []\n---\nignore: []\n", "more than one document"},
		"an alias":               {".grype.yaml", "a: &a [x]\nignore: *a\n", ".grype.yaml:2: aliases"},
		"id is a list":           {".trivyignore.yaml", "vulnerabilities:\n- id: [a]\n", ".trivyignore.yaml:2: must be a single value"},
		"ids are a text":         {".trivyignore.yaml", "vulnerabilities: CVE-2024-1\n", ".trivyignore.yaml:1: must be a list"},
		"an entry is a text":     {".trivyignore.yaml", "vulnerabilities: [CVE-2024-1]\n", ".trivyignore.yaml:1: must be a mapping"},
		"no date":                {".trivyignore.yaml", "vulnerabilities: [{id: CVE-2024-1, expired_at: soon}]\n", `"soon" is not a date`},
		"a time of day":          {"osv-scanner.toml", "[[IgnoredVulns]]\nid = \"GO-2024-1\"\nignoreUntil = 10:00:00\n", "is not a date"},
		"an unknown key":         {".ecr-scan-results-ignore.yaml", "ignores: [{id: CVE-2024-1, reasons: r}]\n", `unknown key "reasons"`},
		"no id":                  {".ecr-scan-results-ignore.yaml", "ignores: [{reason: r}]\n", "an entry needs an id"},
		"large":                  {"ignore.txt", strings.Repeat("CVE-2024-1\n", 100_000), "file has more than"},
		"deep YAML":              {".grype.yaml", "ignore: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000), "nested deeper"},
		"deep TOML":              {"a.toml", "a = " + strings.Repeat("[\n", 400_000), "a.toml: nested deeper"},
		"deep TOML by its keys":  {"a.toml", strings.Repeat("a.", 400_000) + "a = 1", "a.toml: nested deeper"},
		"deep TOML by its table": {"a.toml", "[" + strings.Repeat("a.", 400_000) + "a]", "a.toml: nested deeper"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := convert(t, c.file, c.text)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%.300v, want %s", err, c.want)
			}
		})
	}
}

func TestSeveralFilesBecomeOneList(t *testing.T) {
	var b bytes.Buffer
	_, err := importer.Convert(&b, []policy.File{{Name: ".trivyignore", Text: []byte("CVE-2024-1\n")}, {Name: "a.txt", Text: []byte("CVE-2024-2")}}, now)
	if p := loads(t, b.String()); err != nil || len(p.Exceptions) != 2 {
		t.Errorf("%v\n%s", err, &b)
	}
}

// The manual shows each format before and after; Convert must produce the same.
func TestTheManualShowsWhatHappens(t *testing.T) {
	manual, err := os.ReadFile("../../docs/migrating.md")
	if err != nil {
		t.Fatal(err)
	}
	pairs := regexp.MustCompile("(?s)`([^`\n]+)`:\n\n```(?:text|yaml)\n(.*?)```\n\nbecomes\n\n```yaml\n(.*?)```").FindAllStringSubmatch(string(manual), -1)
	if len(pairs) != 6 {
		t.Errorf("%d pairs of files, want 6", len(pairs))
	}
	for _, pair := range pairs {
		out, _, err := convert(t, pair[1], pair[2])
		if err != nil || out != pair[3] {
			t.Errorf("%s: %v, becomes\n%s", pair[1], err, out)
		}
	}
}

// Any file is either rejected, or its output loads as a policy's exceptions.
func FuzzConvert(f *testing.F) {
	f.Add(".trivyignore", "CVE-2024-1 exp:2027-01-01 # why\n# x\nAVD-1")
	f.Add(".trivyignore.yaml", "vulnerabilities: [{id: CVE-2024-1, paths: ['a/**'], purls: [pkg:npm/%40a/b]}]")
	f.Add(".grype.yaml", "ignore: [{vulnerability: CVE-2024-1, package: {name: 'a.*'}}]")
	f.Add("osv-scanner.toml", "[[IgnoredVulns]]\nid = \"GO-2024-1\"\nignoreUntil = 2027-01-01\n")
	f.Add("a.yml", "ignores: [CVE-2024-1, {id: x, until: 2027-01-01}]")
	f.Add("ids", "CVE-2024-1, GHSA-x # why")
	f.Fuzz(func(t *testing.T, name, text string) {
		out, _, err := convert(t, name, text)
		if err == nil {
			loads(t, out)
		}
	})
}
