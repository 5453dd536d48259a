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
		"as Python prints it":       {`"2026-01-02 03:04:05.802000+00:00"`, "2026-01-02T03:04:05.802Z"},
		"Python, whole seconds":     {`"2026-01-02 05:04:05+02:00"`, "2026-01-02T03:04:05Z"},
		"Python without an offset":  {`"2026-01-02 03:04:05"`, "2026-01-02T03:04:05Z"},
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

var notDates = []string{`null`, `0`, `0.0`, `-1`, `-62135596800`, `"0001-01-01T00:00:00Z"`, `"1970-01-01T00:00:00+00:00"`}

var notTimes = []string{
	`"yesterday"`, `""`, `"2026-01-02"`, `"20260102"`, `"1767323045"`, `"NaN"`, `"2 hours ago"`, `"2026-01-02  03:04:05"`,
	`1767323045000`, `1e999`, `-62135596801`, `253402300800`, `"9999-12-31T23:59:59-01:00"`, `"0001-01-01T00:00:00+01:00"`,
	`"2026-02-30T00:00:00Z"`, `{}`, `[1767323045]`, `true`, `"\ud83d"`,
}

func TestADateOfAFindingThatIsNotATimeIsAbsent(t *testing.T) {
	for _, text := range append(notTimes, notDates...) {
		f := one(t, "enhancedFindings", `{"firstObservedAt":`+text+`,"packageVulnerabilityDetails":{"vendorCreatedAt":`+text+`}}`)
		if f.FirstObserved != nil || f.VendorCreated != nil {
			t.Errorf("%s: first observed at %v, created at %v", text, f.FirstObserved, f.VendorCreated)
		}
	}
	if p, err := ReadPage([]byte(`{"imageScanFindings":{"enhancedFindings":[{"firstObservedAt":{"a":1,"a":2}}]}}`)); err == nil {
		t.Errorf("a duplicate key inside was read: %+v", p)
	}
}

// Whether a result is settled depends on the completion time.
func TestACompletionTimeThatIsNotATimeIsRefused(t *testing.T) {
	for _, text := range notTimes {
		p, err := ReadPage([]byte(`{"imageScanFindings":{"imageScanCompletedAt":` + text + `}}`))
		if err == nil {
			t.Errorf("%s: read as %s", text, p.CompletedAt)
			continue
		}
		plainWords(t, err, "invalid timestamp", "(want seconds since 1970 or ISO 8601) in imageScanFindings.imageScanCompletedAt")
	}
	for _, text := range notDates {
		p, err := ReadPage([]byte(`{"imageScanFindings":{"imageScanCompletedAt":` + text + `}}`))
		if err != nil || p.CompletedAt != nil {
			t.Errorf("%s: %+v, %v", text, p, err)
		}
	}
}

// plainWords checks that an error contains these words, and none of Go's.
func plainWords(t *testing.T, err error, says ...string) {
	t.Helper()
	for _, word := range says {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("error %q does not say %q", err, word)
		}
	}
	for _, word := range []string{"Go ", "json:", "struct", "unmarshal", "float64", "strconv", "parsing time", "jsontext", "unable to", "cannot", "invalid character", "%!"} {
		if strings.Contains(err.Error(), word) {
			t.Errorf("error %q says %q", err, word)
		}
	}
}
