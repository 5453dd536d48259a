package scan

import (
	"reflect"
	"testing"
)

func TestTheVersionOfAPackage(t *testing.T) {
	for name, c := range map[string]struct{ members, want string }{
		"alone":                  {`"version":"1.2"`, "1.2"},
		"an epoch of 0":          {`"epoch":0,"version":"1.2"`, "1.2"},
		"an epoch of null":       {`"epoch":null,"version":"1.2"`, "1.2"},
		"an epoch":               {`"epoch":1,"version":"1.2"`, "1:1.2"},
		"a release":              {`"version":"1.2","release":"3"`, "1.2-3"},
		"both":                   {`"release":"3","version":"1.2","epoch":1}, {"x":[{}]`, "1:1.2-3"},
		"an empty release":       {`"version":"1.2","release":""`, "1.2"},
		"an epoch of 0 in it":    {`"version":"0:1.2","release":"3"`, "1.2-3"},
		"an epoch with a point":  {`"epoch":1.0,"version":"1.2"`, "1:1.2"},
		"an epoch of 0 likewise": {`"epoch":0.0,"version":"1.2"`, "1.2"},
	} {
		t.Run(name, func(t *testing.T) {
			f := one(t, "enhancedFindings", `{"packageVulnerabilityDetails":{"vulnerablePackages":[{`+c.members+`}]}}`)
			if got := f.Packages[0].Version; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestTheFixedVersionOfAPackage(t *testing.T) {
	for members, want := range map[string]string{
		`"fixedInVersion":"1.3"`:          "1.3",
		`"fixedInVersion":"0:1.3-4.el8"`:  "1.3-4.el8",
		`"fixedInVersion":"1:1.3"`:        "1:1.3",
		`"fixedInVersion":"10:1.3"`:       "10:1.3",
		`"fixedInVersion":"NotAvailable"`: "",
		`"fixedInVersion":""`:             "",
		`"fixedInVersion":null`:           "",
		`"name":"x"`:                      "",
	} {
		f := one(t, "enhancedFindings", `{"packageVulnerabilityDetails":{"vulnerablePackages":[{"arch":"X",`+members+`}]}}`)
		if got := f.Packages[0].FixedIn; got != want {
			t.Errorf("%s: got %q, want %q", members, got, want)
		}
	}
}

func TestAFindingKeepsAllItsPackagesInOrder(t *testing.T) {
	f := one(t, "enhancedFindings", `{"fixAvailable":"PARTIAL","packageVulnerabilityDetails":{"vulnerablePackages":[
		{"name":"b","packageManager":"NPM","filePath":"app/package-lock.json","fixedInVersion":"2"},
		{"name":"a","packageManager":"HEXPM","fixedInVersion":"NotAvailable"}]}}`)
	want := []Package{{Name: "b", Manager: "NPM", Path: "app/package-lock.json", FixedIn: "2"}, {Name: "a", Manager: "HEXPM"}}
	if !reflect.DeepEqual(f.Packages, want) || f.FixAvailable != Partial {
		t.Errorf("got %+v, fix %s", f.Packages, f.FixAvailable)
	}
}

func TestAPackageWithoutAnythingIsNotAPackage(t *testing.T) {
	f := one(t, "enhancedFindings", `{"packageVulnerabilityDetails":{"vulnerablePackages":[{},null,{"sourceLayerHash":"sha256:0"},{"name":"a"}]}}`)
	if want := []Package{{Name: "a"}}; !reflect.DeepEqual(f.Packages, want) {
		t.Errorf("got %+v, want %+v", f.Packages, want)
	}
}

func TestTheKeysOfAFinding(t *testing.T) {
	for name, c := range map[string]struct {
		finding Finding
		want    []Key
	}{
		"without packages": {Finding{ID: "CVE-1"}, []Key{{ID: "CVE-1"}}},
		"one package": {Finding{ID: "CVE-1", Packages: []Package{{Name: "a", Path: "p", Version: "1"}}},
			[]Key{{"CVE-1", "a", "p"}}},
		"sorted, and without repeats": {
			Finding{ID: "CVE-1", Packages: []Package{{Name: "b"}, {Name: "a", Path: "q"}, {Name: "a", Path: "p"}, {Name: "b", Version: "2"}}},
			[]Key{{"CVE-1", "a", "p"}, {"CVE-1", "a", "q"}, {"CVE-1", "b", ""}}},
		"in as many builds as there are": {
			Finding{ID: "CVE-1", Packages: []Package{{Name: "a", Arch: "AMD64"}, {Name: "a", Arch: "ARM64"}}},
			[]Key{{"CVE-1", "a", ""}}},
	} {
		t.Run(name, func(t *testing.T) {
			before := append([]Package(nil), c.finding.Packages...)
			if got := c.finding.Keys(); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			if !reflect.DeepEqual(before, c.finding.Packages) {
				t.Error("the packages were moved")
			}
		})
	}
	if c := (Key{"CVE-1", "a", ""}).Compare(Key{"CVE-2", "", ""}); c >= 0 {
		t.Errorf("the id does not come first: %d", c)
	}
}
