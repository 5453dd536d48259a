package suggest_test

import (
	"testing"

	"github.com/ecrgate/ecrgate/internal/suggest"
)

func TestNearest(t *testing.T) {
	words := []string{
		"name", "max", "action", "unknown", "minSeverity", "severities", "minScore", "fixAvailable", "exploitAvailable",
		"olderThan", "ids", "packages", "packageManagers", "images",
	}
	for _, c := range []struct{ word, want string }{
		{"minSeverty", "minSeverity"}, {"severity", "minSeverity"}, {"MINSEVERITY", "minSeverity"}, {"nam", "name"},
		{"nmae", "name"}, {"amx", "max"}, {"package", "packages"}, {"olderthen", "olderThan"},
		{"packagemanager", "packageManagers"}, {"image", "images"}, {"imäges", "images"},
		{"fix", ""}, {"age", ""}, {"", ""}, {"x", ""}, {"cvss", ""}, {"\xff\xfe", ""},
	} {
		if got := suggest.Nearest(c.word, words); got != c.want {
			t.Errorf("Nearest(%q) = %q, want %q", c.word, got, c.want)
		}
	}
}
