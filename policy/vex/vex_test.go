package vex_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/policy/vex"
	"github.com/ecrgate/ecrgate/scan"
)

const (
	digest  = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	other   = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	index   = "sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
	account = "123456789012"
	host    = account + ".dkr.ecr.eu-west-1.amazonaws.com"
)

var image = vex.Target{
	Image:    scan.Image{RegistryID: account, Region: "eu-west-1", Repository: "team/app", Tag: "1.2", Digest: digest},
	Platform: scan.Platform{OS: "linux", Arch: "amd64"},
}

// doc returns an OpenVEX document with these statements.
func doc(statements ...string) string {
	return `{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.com/vex/1", "author": "sec@example.com",
		"timestamp": "2026-01-02T03:04:05Z", "version": 1, "statements": [` + strings.Join(statements, ",\n") + `]}`
}

// says returns a statement about CVE-2026-1 in a product, with more members.
func says(product string, more string) string {
	return fmt.Sprintf(`{"vulnerability": {"name": "CVE-2026-1"}, "products": [%s], %s}`, product, more)
}

const notAffected = `"status": "not_affected", "justification": "component_not_present"`

func load(t *testing.T, texts ...string) *vex.Documents {
	t.Helper()
	var files []policy.File
	for i, text := range texts {
		text = strings.ReplaceAll(text, "vex/1", fmt.Sprintf("vex/%d", i+1))
		files = append(files, policy.File{Name: fmt.Sprintf("%d.json", i+1), Text: []byte(text)})
	}
	d, err := vex.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func finding(id string, packages ...scan.Package) scan.Finding {
	return scan.Finding{ID: id, Severity: scan.High, Packages: packages}
}

func TestProductsThatNameTheImage(t *testing.T) {
	repo := "repository_url=" + host + "/team/app"
	child := image
	child.Index = index
	saved := image
	saved.Image.Region = ""
	lost := image
	lost.Image.RegistryID = ""
	unknownPlatform := image
	unknownPlatform.Platform = scan.Platform{}
	for name, c := range map[string]struct {
		product string
		target  vex.Target
		reason  string // empty: it matches
	}{
		"digest":                           {`{"@id": "pkg:oci/app@` + digest + `"}`, image, ""},
		"encoded digest":                   {`{"@id": "pkg:oci/app@` + strings.Replace(digest, ":", "%3A", 1) + `"}`, image, ""},
		"digest under another name":        {`{"@id": "pkg:oci/promoted@` + digest + `"}`, image, ""},
		"repository":                       {`{"@id": "pkg:oci/app?` + repo + `"}`, image, ""},
		"encoded repository":               {`{"@id": "pkg:oci/app?` + strings.ReplaceAll(repo, "/", "%2F") + `"}`, image, ""},
		"digest and repository":            {`{"@id": "pkg:oci/app@` + digest + `?` + repo + `"}`, image, ""},
		"a FIPS host is the same registry": {`{"@id": "pkg:oci/app?repository_url=` + account + `.dkr.ecr-fips.eu-west-1.amazonaws.com/team/app"}`, image, ""},
		"purl as identifier":               {`{"@id": "https://example.com/app", "identifiers": {"purl": "pkg:oci/app@` + digest + `"}}`, image, ""},
		"hash":                             {`{"hashes": {"sha-256": "` + digest[7:] + `"}}`, image, ""},
		"architecture":                     {`{"@id": "pkg:oci/app@` + digest + `?arch=x86_64"}`, image, ""},
		"tag of the repository":            {`{"@id": "pkg:oci/app?tag=1.2&` + repo + `"}`, image, ""},
		"tag beside a digest is a label":   {`{"@id": "pkg:oci/app@` + digest + `?tag=old"}`, image, ""},
		"the index covers its child":       {`{"@id": "pkg:oci/app@` + index + `"}`, child, ""},
		"saved: account and name agree":    {`{"@id": "pkg:oci/app?` + repo + `"}`, saved, ""},
		"bare name":                        {`{"@id": "pkg:oci/app"}`, image, "every image with that name"},
		"tag alone":                        {`{"@id": "pkg:oci/app?tag=1.2"}`, image, "every image with that name"},
		"another digest":                   {`{"@id": "pkg:oci/app@` + other + `"}`, image, "it is about digest " + other},
		"another digest beside the right repository": {`{"@id": "pkg:oci/app@` + other + `?` + repo + `"}`, image, "it is about digest"},
		"the right digest beside another repository": {`{"@id": "pkg:oci/app@` + digest + `?repository_url=` + host + `/other/app"}`, image, "it is about repository other/app"},
		"the digest of an index elsewhere":           {`{"@id": "pkg:oci/app@` + index + `"}`, image, "it is about digest"},
		"another repository":                         {`{"@id": "pkg:oci/app?repository_url=` + host + `/other/app"}`, image, "it is about repository other/app"},
		"another account":                            {`{"@id": "pkg:oci/app?repository_url=210987654321.dkr.ecr.eu-west-1.amazonaws.com/team/app"}`, image, "it is about account 210987654321"},
		"another account, saved":                     {`{"@id": "pkg:oci/app?repository_url=210987654321.dkr.ecr.eu-west-1.amazonaws.com/team/app"}`, saved, "it is about account 210987654321"},
		"account not known":                          {`{"@id": "pkg:oci/app?` + repo + `"}`, lost, "the image's is unknown"},
		"another region":                             {`{"@id": "pkg:oci/app?repository_url=` + account + `.dkr.ecr.us-east-1.amazonaws.com/team/app"}`, image, "it is about region us-east-1"},
		"another registry":                           {`{"@id": "pkg:oci/app?repository_url=ghcr.io/team/app"}`, image, "not an Amazon ECR repository"},
		"repository_url with a scheme":               {`{"@id": "pkg:oci/app?repository_url=https://` + host + `/team/app"}`, image, "not an Amazon ECR repository"},
		"repository_url with a tag":                  {`{"@id": "pkg:oci/app?` + repo + `:1.2"}`, image, "not an Amazon ECR repository"},
		"name that is not the repository's":          {`{"@id": "pkg:oci/web?` + repo + `"}`, image, "is not the end of its repository_url"},
		"another architecture":                       {`{"@id": "pkg:oci/app@` + digest + `?arch=arm64"}`, image, "it is about architecture arm64"},
		"architecture not known":                     {`{"@id": "pkg:oci/app@` + digest + `?arch=amd64"}`, unknownPlatform, "the image's is unknown"},
		"another tag":                                {`{"@id": "pkg:oci/app?tag=1.3&` + repo + `"}`, image, "it is about tag 1.3"},
		"a qualifier that narrows":                   {`{"@id": "pkg:oci/app@` + digest + `?os=windows"}`, image, "qualifier os"},
		"a path in the image":                        {`{"@id": "pkg:oci/app@` + digest + `#usr/bin"}`, image, "is not an image"},
		"not a purl":                                 {`{"@id": "` + host + `/team/app:1.2"}`, image, "is not a package URL"},
		"another type":                               {`{"@id": "pkg:docker/team/app@1.2"}`, image, "is not an image"},
		"another hash":                               {`{"hashes": {"sha-256": "` + other[7:] + `"}, "@id": "pkg:oci/app@` + digest + `"}`, image, "it is about digest"},
		"hash of another kind":                       {`{"hashes": {"md5": "00"}, "@id": "pkg:oci/app?` + repo + `"}`, image, "not sha-256"},
		"purls that disagree":                        {`{"@id": "pkg:oci/app@` + digest + `", "identifiers": {"purl": "pkg:oci/app@` + other + `"}}`, image, "it is about digest"},
		"only a CPE":                                 {`{"identifiers": {"cpe23": "cpe:2.3:a:b:c:1:*:*:*:*:*:*:*"}}`, image, "is not a package URL"},
	} {
		t.Run(name, func(t *testing.T) {
			m := load(t, doc(says(c.product, notAffected))).Match(
				&scan.Scan{Findings: []scan.Finding{finding("CVE-2026-1")}}, c.target, &policy.ExceptionRules{})
			if (m.Exceptions[0] != nil) != (c.reason == "") || m.Uses[0].Used != (c.reason == "") || !strings.Contains(m.Uses[0].Reason, c.reason) {
				t.Errorf("exception %v, used %v, reason %q; want reason %q", m.Exceptions[0], m.Uses[0].Used, m.Uses[0].Reason, c.reason)
			}
		})
	}
}

func TestSubcomponentsThatAreThePackage(t *testing.T) {
	for name, c := range map[string]struct {
		part string
		pkg  scan.Package
		want bool
	}{
		"deb":                         {"pkg:deb/debian/curl@8.5.0-2", scan.Package{Name: "curl", Version: "8.5.0-2", Manager: "OS"}, true},
		"deb without a version":       {"pkg:deb/debian/curl", scan.Package{Name: "curl", Version: "8.5.0-2", Manager: "OS"}, true},
		"deb with epoch":              {"pkg:deb/debian/attr@1%3A2.4", scan.Package{Name: "attr", Version: "1:2.4", Manager: "OS"}, true},
		"epoch 0":                     {"pkg:deb/debian/attr@0:2.4", scan.Package{Name: "attr", Version: "2.4", Manager: "OS"}, true},
		"another version":             {"pkg:deb/debian/curl@8.5.0", scan.Package{Name: "curl", Version: "8.5.0-2", Manager: "OS"}, false},
		"a name that begins so":       {"pkg:deb/debian/curl", scan.Package{Name: "curl-dev", Manager: "OS"}, false},
		"rpm, epoch in a qualifier":   {"pkg:rpm/amzn/vim@9.0-1?epoch=2&arch=x86_64&distro=amzn-2", scan.Package{Name: "vim", Version: "2:9.0-1", Manager: "OS", Arch: "X86_64"}, true},
		"rpm, another epoch":          {"pkg:rpm/amzn/vim@9.0-1?epoch=1", scan.Package{Name: "vim", Version: "2:9.0-1", Manager: "OS"}, false},
		"rpm without an epoch":        {"pkg:rpm/amzn/vim@9.0-1", scan.Package{Name: "vim", Version: "2:9.0-1", Manager: "OS"}, true},
		"another architecture":        {"pkg:rpm/amzn/vim@9.0-1?arch=aarch64", scan.Package{Name: "vim", Version: "9.0-1", Manager: "OS", Arch: "X86_64"}, false},
		"architecture of the image":   {"pkg:apk/alpine/vim?arch=x86_64", scan.Package{Name: "vim", Manager: "OS"}, true},
		"another one of the image":    {"pkg:apk/alpine/vim?arch=aarch64", scan.Package{Name: "vim", Manager: "OS"}, false},
		"npm scope":                   {"pkg:npm/%40angular/core@1.0.0", scan.Package{Name: "@angular/core", Version: "1.0.0", Manager: "NODEPKG"}, true},
		"npm scope, not encoded":      {"pkg:npm/@angular/core", scan.Package{Name: "@angular/core", Version: "1.0.0", Manager: "NPM"}, true},
		"npm without its scope":       {"pkg:npm/core", scan.Package{Name: "@angular/core", Manager: "NPM"}, false},
		"maven":                       {"pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1?type=jar", scan.Package{Name: "org.apache.logging.log4j:log4j-core", Version: "2.14.1", Manager: "JAR"}, true},
		"maven, another group":        {"pkg:maven/com.example/log4j-core", scan.Package{Name: "org.apache.logging.log4j:log4j-core", Manager: "JAR"}, false},
		"maven with a classifier":     {"pkg:maven/a/b?classifier=sources", scan.Package{Name: "a:b", Manager: "JAR"}, false},
		"go module":                   {"pkg:golang/github.com/burntsushi/toml@v1.0.0", scan.Package{Name: "github.com/BurntSushi/toml", Version: "1.0.0", Manager: "GOBINARY"}, true},
		"a package in a go module":    {"pkg:golang/github.com/a/b@v1.0.0#c", scan.Package{Name: "github.com/a/b", Version: "v1.0.0", Manager: "GOMOD"}, false},
		"go's standard library":       {"pkg:golang/stdlib@1.22.1", scan.Package{Name: "go/stdlib", Version: "1.22.1", Manager: "GOBINARY"}, true},
		"python, names as pip's":      {"pkg:pypi/ruamel-yaml", scan.Package{Name: "Ruamel.YAML", Manager: "PYTHONPKG"}, true},
		"a type that does not fit":    {"pkg:npm/curl", scan.Package{Name: "curl", Manager: "OS"}, false},
		"generic for a known manager": {"pkg:generic/curl", scan.Package{Name: "curl", Manager: "OS"}, false},
		"a manager that is not known": {"pkg:swift/github.com/a/b", scan.Package{Name: "github.com/a/b", Manager: "SWIFT"}, true},
		"an unknown qualifier":        {"pkg:deb/debian/curl?checksum=sha256:00", scan.Package{Name: "curl", Manager: "OS"}, false},
		"not a purl":                  {"curl", scan.Package{Name: "curl", Manager: "OS"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			product := fmt.Sprintf(`{"@id": "pkg:oci/app@%s", "subcomponents": [{"@id": %q}]}`, digest, c.part)
			m := load(t, doc(says(product, notAffected))).Match(
				&scan.Scan{Findings: []scan.Finding{finding("CVE-2026-1", c.pkg)}}, image, &policy.ExceptionRules{})
			if got := m.Exceptions[0] != nil; got != c.want {
				t.Errorf("excused: %v, want %v (%s)", got, c.want, m.Uses[0].Reason)
			}
			if m.Uses[0].Used == (m.Uses[0].Reason != "") {
				t.Errorf("used %v with reason %q", m.Uses[0].Used, m.Uses[0].Reason)
			}
		})
	}
}

func TestWhichStatementCounts(t *testing.T) {
	product := fmt.Sprintf(`{"@id": "pkg:oci/app@%s"}`, digest)
	part := func(name string) string {
		return fmt.Sprintf(`{"@id": "pkg:oci/app@%s", "subcomponents": [{"@id": "pkg:deb/debian/%s"}]}`, digest, name)
	}
	at := func(day int) string { return fmt.Sprintf(`, "timestamp": "2026-03-%02dT00:00:00Z"`, day) }
	const affected = `"status": "affected", "action_statement": "update"`
	a, b := scan.Package{Name: "a", Manager: "OS"}, scan.Package{Name: "b", Manager: "OS"}
	advisory := finding("ALAS-2026-7", a)
	advisory.Related = []string{"CVE-2026-1", "CVE-2026-2"}
	about := func(id, rest string) string { return strings.Replace(rest, `"CVE-2026-1"`, `"`+id+`"`, 1) }
	for name, c := range map[string]struct {
		statements []string
		finding    scan.Finding
		want       bool
		reason     string // of the first statement
	}{
		"a newer affected takes it away":     {[]string{says(product, notAffected+at(1)), says(product, affected+at(2))}, finding("CVE-2026-1", a), false, "says affected later"},
		"an older one does not":              {[]string{says(product, notAffected+at(2)), says(product, affected+at(1))}, finding("CVE-2026-1", a), true, ""},
		"at equal times it does":             {[]string{says(product, notAffected+at(2)), says(product, affected+at(2))}, finding("CVE-2026-1", a), false, "says affected later"},
		"under investigation does too":       {[]string{says(product, notAffected+at(1)), says(product, `"status": "under_investigation"`+at(2))}, finding("CVE-2026-1", a), false, "says under_investigation later"},
		"an update to affected does":         {[]string{says(product, notAffected+at(2)), says(product, affected+at(1)+`, "last_updated": "2026-03-03T00:00:00Z"`)}, finding("CVE-2026-1", a), false, "says affected later"},
		"an update of an excuse does not":    {[]string{says(product, notAffected+at(1)+`, "last_updated": "2026-03-03T00:00:00Z"`), says(product, affected+at(2))}, finding("CVE-2026-1", a), false, "says affected later"},
		"affected in another package":        {[]string{says(part("a"), notAffected+at(1)), says(part("b"), affected+at(2))}, finding("CVE-2026-1", a), true, ""},
		"affected alone":                     {[]string{says(product, affected)}, finding("CVE-2026-1", a), false, "status affected excuses nothing"},
		"fixed excuses":                      {[]string{says(product, `"status": "fixed"`)}, finding("CVE-2026-1", a), true, ""},
		"one of two packages":                {[]string{says(part("a"), notAffected)}, finding("CVE-2026-1", a, b), false, "no statement excuses CVE-2026-1 in os b"},
		"each package by its own statement":  {[]string{says(part("a"), notAffected), says(part("b"), notAffected)}, finding("CVE-2026-1", a, b), true, ""},
		"a finding without packages, whole":  {[]string{says(product, notAffected)}, finding("CVE-2026-1"), true, ""},
		"a finding without packages, a part": {[]string{says(part("a"), notAffected)}, finding("CVE-2026-1"), false, "no subcomponent"},
		"another vulnerability":              {[]string{says(product, notAffected)}, finding("CVE-2026-2", a), false, "the image has no finding CVE-2026-1"},
		"ids in any case":                    {[]string{about("cve-2026-1", says(product, notAffected))}, finding("CVE-2026-1", a), true, ""},
		"an alias":                           {[]string{strings.Replace(says(product, notAffected), `"CVE-2026-1"`, `"GHSA-x", "aliases": ["CVE-2026-1"]`, 1)}, finding("CVE-2026-1", a), true, ""},
		"half of an advisory":                {[]string{says(product, notAffected)}, advisory, false, "no statement excuses ALAS-2026-7"},
		"all of an advisory":                 {[]string{says(product, notAffected), about("CVE-2026-2", says(product, notAffected))}, advisory, true, ""},
		"an advisory by name":                {[]string{about("ALAS-2026-7", says(product, notAffected))}, advisory, true, ""},
		"a part of the advisory is affected": {[]string{about("ALAS-2026-7", says(product, notAffected+at(1))), says(product, affected+at(2))}, advisory, false, "no statement excuses"},
		"related ids of a CVE do not excuse": {[]string{about("CVE-2026-2", says(product, notAffected))}, scan.Finding{ID: "CVE-2026-1", Related: []string{"CVE-2026-2"}}, false, "the image has no finding CVE-2026-2"},
	} {
		t.Run(name, func(t *testing.T) {
			m := load(t, doc(c.statements...)).Match(&scan.Scan{Findings: []scan.Finding{c.finding}}, image, &policy.ExceptionRules{})
			if got := m.Exceptions[0] != nil; got != c.want || !strings.Contains(m.Uses[0].Reason, c.reason) {
				t.Errorf("excused %v, reason %q; want %v, %q", got, m.Uses[0].Reason, c.want, c.reason)
			}
		})
	}
}

func TestExceptionsNameTheirDocument(t *testing.T) {
	product := fmt.Sprintf(`{"@id": "pkg:oci/app@%s"}`, digest)
	d := load(t, doc(says(product, `"status": "not_affected", "justification": "component_not_present", "impact_statement": "not\n built"`)))
	s := &scan.Scan{Image: image.Image, Findings: []scan.Finding{finding("CVE-2026-1")}}
	p, err := policy.Load([]policy.File{{Name: "p.yml", Text: []byte("version: 1\nrules: [{name: all}]\n")}}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	v := p.Evaluate(context.Background(), s, nil, time.Now(), d.Match(s, image, &p.ExceptionRules).Exceptions...)
	if v.Outcome != policy.Passed || v.Findings[0].Disposition != policy.Excepted || len(v.Exceptions) != 1 {
		t.Fatalf("verdict %+v", v)
	}
	x := v.Exceptions[0]
	if x.Reason != "component_not_present: not built" || x.Source != "1.json, by sec@example.com" || x.Used != 1 || x.State != policy.StateUsed || x.Index >= 0 {
		t.Errorf("exception %+v, %+v", x, x.Exception)
	}
}

func TestExceptionRulesBindStatements(t *testing.T) {
	product := fmt.Sprintf(`{"@id": "pkg:oci/app@%s"}`, digest)
	impact := `"status": "not_affected", "impact_statement": "trust us"`
	for name, c := range map[string]struct {
		rules, more, reason string
	}{
		"author listed":            {"vex: {authors: '*@EXAMPLE.com'}", notAffected, ""},
		"author not listed":        {"vex: {authors: vendor}", notAffected, `authors does not list "sec@example.com"`},
		"justification listed":     {"vex: {justifications: component_not_present}", notAffected, ""},
		"justification not listed": {"vex: {justifications: [inline_mitigations_already_exist]}", notAffected, "does not list component_not_present"},
		"impact statement alone":   {"vex: {justifications: component_not_present}", impact, "it has no justification"},
		"impact statement, free":   {"vex: {authors: '*'}", impact, ""},
		"never that severity":      {"neverExcept: {minSeverity: HIGH}", notAffected, "neverExcept: minSeverity HIGH"},
		"a date is not required":   {"requireExpires: true", notAffected, ""},
	} {
		t.Run(name, func(t *testing.T) {
			text := "version: 1\nrules: [{name: all}]\nunusedExceptions: fail\nexceptionRules: {" + c.rules + "}\n"
			p, err := policy.Load([]policy.File{{Name: "p.yml", Text: []byte(text)}}, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			s := &scan.Scan{Image: image.Image, Findings: []scan.Finding{finding("CVE-2026-1")}}
			m := load(t, doc(says(product, c.more))).Match(s, image, &p.ExceptionRules)
			if m.Uses[0].Used != (c.reason == "") || !strings.Contains(m.Uses[0].Reason, c.reason) {
				t.Errorf("used %v, reason %q; want %q", m.Uses[0].Used, m.Uses[0].Reason, c.reason)
			}
			v := p.Evaluate(context.Background(), s, nil, time.Now(), m.Exceptions...)
			p.Conclude([]*policy.Verdict{&v}, true)
			if want := c.reason == ""; (v.Outcome == policy.Passed) != want {
				t.Errorf("outcome %s", v.Outcome)
			}
		})
	}
}

// neverExcept applies to every exception, whatever its source.
func TestNeverExceptHoldsForGrantedExceptions(t *testing.T) {
	text := "version: 1\nrules: [{name: all}]\nexceptionRules: {neverExcept: {minSeverity: HIGH}}\n"
	p, err := policy.Load([]policy.File{{Name: "p.yml", Text: []byte(text)}}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	s := &scan.Scan{Image: image.Image, Findings: []scan.Finding{finding("CVE-2026-1")}}
	v := p.Evaluate(context.Background(), s, nil, time.Now(), &policy.Exception{Index: -1, ID: policy.LiteralID("CVE-2026-1")})
	if v.Outcome != policy.Failed {
		t.Errorf("outcome %s", v.Outcome)
	}
}

func TestUsesOfSeveralScansKeepTheClosestReason(t *testing.T) {
	product := fmt.Sprintf(`{"@id": "pkg:oci/app@%s"}`, digest)
	d := load(t, doc(says(product, notAffected)))
	elsewhere := image
	elsewhere.Image.Digest = other
	use := func(id string, target vex.Target) []vex.Use {
		return d.Match(&scan.Scan{Findings: []scan.Finding{finding(id)}}, target, &policy.ExceptionRules{}).Uses
	}
	far, near, used := use("CVE-2026-1", elsewhere), use("CVE-2026-2", image), use("CVE-2026-1", image)
	if got := vex.MergeUses(far, near); !strings.Contains(got[0].Reason, "no finding") {
		t.Errorf("reason %q", got[0].Reason)
	}
	if got := vex.MergeUses(used, far); !got[0].Used || got[0].Reason != "" {
		t.Errorf("use %+v", got[0])
	}
}

func TestExplainNamesDocumentAndStatement(t *testing.T) {
	product := fmt.Sprintf(`{"@id": "pkg:oci/app@%s"}`, digest)
	s := &scan.Scan{Image: image.Image, Findings: []scan.Finding{finding("CVE-2026-1")}}
	p, err := policy.Load([]policy.File{{Name: "p.yml", Text: []byte("version: 1\nrules: [{name: all}]\n")}}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	granted := load(t, doc(says(product, notAffected))).Match(s, image, &p.ExceptionRules).Exceptions
	x, err := policy.Explain(context.Background(), p, s, nil, time.Now(), "CVE-2026-1", granted...)
	if want := "VEX statement in 1.json, by sec@example.com covers it (reason: component_not_present)"; err != nil || !strings.Contains(x.String(), want) {
		t.Errorf("%v\n%s", err, x)
	}
}

// What VEX excuses remains excused, even if an exception of the policy that took precedence ends.
func TestGrantedExceptionsDoNotBecomeDue(t *testing.T) {
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	product := fmt.Sprintf(`{"@id": "pkg:oci/app@%s"}`, digest)
	text := "version: 1\nrules: [{name: all}, {name: old, olderThan: 2d}]\nexceptions: [{id: CVE-2026-1, reason: for now, expires: 2026-06-05}]\n"
	p, err := policy.Load([]policy.File{{Name: "p.yml", Text: []byte(text)}}, now)
	if err != nil {
		t.Fatal(err)
	}
	seen := now.AddDate(0, 0, -1)
	f := finding("CVE-2026-1")
	f.FirstObserved = &seen
	g := finding("CVE-2026-2")
	g.FirstObserved = &seen
	s := &scan.Scan{Image: image.Image, Findings: []scan.Finding{f, g}}
	statements := []string{says(product, notAffected), strings.Replace(says(product, notAffected), "CVE-2026-1", "CVE-2026-2", 1)}
	for n, want := range map[int]int{2: 0, 1: 0, 0: 1} {
		var granted []*policy.Exception
		if n > 0 {
			granted = load(t, doc(statements[:n]...)).Match(s, image, &p.ExceptionRules).Exceptions
		}
		v := p.Evaluate(context.Background(), s, nil, now, granted...)
		err := p.MarkDue(context.Background(), &v, s, nil, now)
		if due := v.Due(); err != nil || len(due) != want {
			t.Errorf("%d statements: due %v, %v; want %d", n, due, err, want)
		}
	}
}
