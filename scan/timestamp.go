package scan

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// timestamp is a time on the wire: seconds since 1970 as the API and AWS CLI v1 give it, or ISO
// 8601 text as AWS CLI v2 does.
type timestamp struct{ *time.Time }

func (t *timestamp) UnmarshalJSON(raw []byte) error {
	text := string(raw)
	if text == "null" {
		return nil
	}
	if strings.HasPrefix(text, `"`) {
		unquoted, err := strconv.Unquote(text)
		if err != nil {
			return fmt.Errorf("%s is no time (want seconds since 1970 or ISO 8601)", text)
		}
		text = unquoted
	}
	parsed, err := parseTime(text)
	if err != nil {
		return err
	}
	t.Time = &parsed
	return nil
}

// The last year that RFC 3339 can write ends at this second.
const maxSeconds = 253402300799

func parseTime(text string) (time.Time, error) {
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		if math.IsNaN(seconds) || seconds < 0 || seconds > maxSeconds {
			return time.Time{}, fmt.Errorf("%s is no time (want seconds since 1970 or ISO 8601)", text)
		}
		whole, fraction := math.Modf(seconds)
		return time.Unix(int64(whole), int64(math.Round(fraction*1e6))*1e3).UTC(), nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999"} {
		if parsed, err := time.Parse(layout, text); err == nil {
			return parsed.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time (want seconds since 1970 or ISO 8601)", text)
}
