package scan

import (
	"slices"
	"strings"
	"testing"
)

func TestParsePlatform(t *testing.T) {
	for text, want := range map[string]Platform{
		"linux/arm64":    {"linux", "arm64", ""},
		"linux/arm64/v8": {"linux", "arm64", "v8"},
		"linux/arm/v7":   {"linux", "arm", "v7"},
		"windows/amd64":  {"windows", "amd64", ""},
	} {
		got, err := ParsePlatform(text)
		if err != nil || got != want {
			t.Errorf("ParsePlatform(%q) = %+v, %v, want %+v", text, got, err, want)
		}
		if got.String() != text {
			t.Errorf("%+v prints as %q, want %q", got, got, text)
		}
	}
}

func TestParsePlatformSuggestsWhatIsRight(t *testing.T) {
	for text, says := range map[string]string{
		"":                "os/architecture",
		"linux":           "e.g. linux/arm64",
		"linux/":          "has an empty part",
		"/amd64":          "has an empty part",
		"linux/arm/":      "has an empty part",
		"linux//v7":       "has an empty part",
		"linux/arm/v7/x":  "os/architecture/variant",
		"linux/a,linux":   "is not os/architecture",
		"linux/arm64 ":    "is not os/architecture",
		"linux /arm64":    "is not os/architecture",
		"linux\t/arm64":   "is not os/architecture",
		"linux/arm\u00a0": "is not os/architecture",
	} {
		got, err := ParsePlatform(text)
		if err == nil {
			t.Errorf("ParsePlatform(%q) = %+v, want an error", text, got)
		} else if !strings.Contains(err.Error(), says) {
			t.Errorf("ParsePlatform(%q): error %q does not say %q", text, err, says)
		}
	}
}

func TestAPlatformWithoutAVariantCoversAllOfThem(t *testing.T) {
	arm := Platform{"linux", "arm64", ""}
	v8 := Platform{"linux", "arm64", "v8"}
	for _, c := range []struct {
		asked, is Platform
		want      bool
	}{
		{arm, arm, true},
		{arm, v8, true},
		{v8, v8, true},
		{v8, arm, true}, // v8 is what arm64 means
		{v8, Platform{"linux", "arm64", "v9"}, false},
		{arm, Platform{"linux", "amd64", ""}, false},
		{arm, Platform{"windows", "arm64", ""}, false},
	} {
		if got := c.asked.Covers(c.is); got != c.want {
			t.Errorf("%s covers %s: %t, want %t", c.asked, c.is, got, c.want)
		}
	}
}

func TestAnUnknownPlatformRunsNowhere(t *testing.T) {
	for p, want := range map[Platform]bool{
		{}:                         false,
		{"unknown", "unknown", ""}: false,
		{"linux", "unknown", ""}:   false,
		{"unknown", "amd64", ""}:   false,
		{"linux", "", ""}:          false,
		{"linux", "amd64", ""}:     true,
	} {
		if got := p.Known(); got != want {
			t.Errorf("%+v known: %t, want %t", p, got, want)
		}
	}
	if got := (Platform{}).String(); got != "" {
		t.Errorf("no platform prints as %q", got)
	}
}

func TestSeveritiesAreRankedWorstFirst(t *testing.T) {
	if !slices.IsSortedFunc(Severities, func(a, b Severity) int { return b.Rank() - a.Rank() }) {
		t.Errorf("not worst first: %q", Severities)
	}
	for s, rank := range map[Severity]int{
		Critical: 5, High: 4, Medium: 3, Low: 2, Informational: 1, Undefined: 0, Untriaged: 0, "": 0,
		"CATASTROPHIC": 5, "high": 5,
	} {
		if s.Rank() != rank {
			t.Errorf("%q ranks %d, want %d", s, s.Rank(), rank)
		}
		if s.Rated() != (rank > 0) {
			t.Errorf("%q rated: %t", s, s.Rated())
		}
	}
}

func TestAnUnknownSeverityCountsAsCriticalAndNoneAsUndefined(t *testing.T) {
	for s, want := range map[Severity]Severity{"": Undefined, "CATASTROPHIC": Critical, Low: Low, Untriaged: Untriaged} {
		if got := s.Counted(); got != want {
			t.Errorf("%q counts as %q, want %q", s, got, want)
		}
	}
}

func TestParseSeverityTakesAnyCase(t *testing.T) {
	for word, want := range map[string]Severity{"high": High, "High": High, "UNTRIAGED": Untriaged} {
		if got, ok := ParseSeverity(word); got != want || !ok {
			t.Errorf("ParseSeverity(%q) = %q, %t", word, got, ok)
		}
	}
	for _, word := range []string{"", "HIGHER", " high", "ANY"} {
		if got, ok := ParseSeverity(word); ok {
			t.Errorf("ParseSeverity(%q) = %q, want not ok", word, got)
		}
	}
}
