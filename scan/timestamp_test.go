package scan

import (
	"strings"
	"testing"
	"time"
)

func TestATimeIsReadInEveryFormThatIsPrinted(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"whole seconds":             {`1767323045`, "2026-01-02T03:04:05Z"},
		"seconds with a point":      {`1767323045.0`, "2026-01-02T03:04:05Z"},
		"microseconds":              {`1767323045.123456`, "2026-01-02T03:04:05.123456Z"},
		"milliseconds":              {`1767323045.999`, "2026-01-02T03:04:05.999Z"},
		"an exponent":               {`1.767323045E9`, "2026-01-02T03:04:05Z"},
		"ISO with Z":                {`"2026-01-02T03:04:05Z"`, "2026-01-02T03:04:05Z"},
		"ISO with an offset":        {`"2026-01-02T05:04:05+02:00"`, "2026-01-02T03:04:05Z"},
		"an offset without a colon": {`"2026-01-01T22:34:05-0430"`, "2026-01-02T03:04:05Z"},
		"ISO with microseconds":     {`"2026-01-02T03:04:05.123456+00:00"`, "2026-01-02T03:04:05.123456Z"},
		"ISO without an offset":     {`"2026-01-02T03:04:05"`, "2026-01-02T03:04:05Z"},
		"an escaped letter":         {`"2026-01-02\u005403:04:05\u005a"`, "2026-01-02T03:04:05Z"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := ReadPage([]byte(`{"imageScanFindings":{"imageScanCompletedAt":` + c.text + `}}`))
			if err != nil {
				t.Fatal(err)
			}
			if got := p.CompletedAt.Format(time.RFC3339Nano); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestNoTimeIsNoTime(t *testing.T) {
	for _, text := range []string{`null`, `0`, `0.0`, `-1`, `-62135596800`, `"0001-01-01T00:00:00Z"`, `"1970-01-01T00:00:00+00:00"`} {
		p, err := ReadPage([]byte(`{"imageScanFindings":{"imageScanCompletedAt":` + text + `}}`))
		if err != nil || p.CompletedAt != nil {
			t.Errorf("%s: %v, %v", text, p, err)
		}
	}
}

func TestAWrongTimeIsRefusedInPlainWords(t *testing.T) {
	for name, text := range map[string]string{
		"words":                        `"yesterday"`,
		"an empty text":                `""`,
		"a date alone":                 `"2026-01-02"`,
		"a date without hyphens":       `"20260102"`,
		"seconds as text":              `"1767323045"`,
		"not a number":                 `"NaN"`,
		"milliseconds since 1970":      `1767323045000`,
		"more than any number":         `1e999`,
		"before the first year":        `-62135596801`,
		"after the last year":          `253402300800`,
		"the last year, further west":  `"9999-12-31T23:59:59-01:00"`,
		"the first year, further east": `"0001-01-01T00:00:00+01:00"`,
		"a 30th of February":           `"2026-02-30T00:00:00Z"`,
		"an object":                    `{}`,
		"a list":                       `[1767323045]`,
		"a truth":                      `true`,
	} {
		t.Run(name, func(t *testing.T) {
			p, err := ReadPage([]byte(`{"imageScanFindings":{"imageScanCompletedAt":` + text + `}}`))
			if err == nil {
				t.Fatalf("read as %s", p.CompletedAt)
			}
			plainWords(t, err, "want seconds since 1970 or ISO 8601")
		})
	}
}

// plainWords holds an error against what it must say, and against the words of Go.
func plainWords(t *testing.T, err error, says ...string) {
	t.Helper()
	for _, word := range says {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("error %q does not say %q", err, word)
		}
	}
	for _, word := range []string{"Go ", "json:", "struct", "unmarshal", "float64", "strconv", "parsing time", "%!"} {
		if strings.Contains(err.Error(), word) {
			t.Errorf("error %q says %q", err, word)
		}
	}
}
