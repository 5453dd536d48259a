package policy

import "testing"

func TestNearest(t *testing.T) {
	for _, c := range [][2]string{
		{"minSeverty", "minSeverity"}, {"severity", "minSeverity"}, {"MINSEVERITY", "minSeverity"}, {"nam", "name"}, {"nmae", "name"}, {"amx", "max"}, {"package", "packages"},
		{"fix", ""}, {"age", ""}, {"", ""}, {"x", ""}, {"cvss", ""}, {"olderthen", "olderThan"}, {"packagemanager", "packageManagers"}, {"image", "images"},
		{"\xff\xfe", ""}, {"imäges", "images"},
	} {
		if got := Nearest(c[0], ruleKeys); got != c[1] {
			t.Errorf("%q: %q, want %q", c[0], got, c[1])
		}
	}
}
