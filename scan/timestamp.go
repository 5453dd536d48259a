package scan

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"
)

// timestamp is a time on the wire: seconds since 1970 as the API and AWS CLI v1 give it, or ISO
// 8601 text as AWS CLI v2 does.
type timestamp struct{ *time.Time }

func (t *timestamp) UnmarshalJSON(raw []byte) error {
	if string(raw) == "null" {
		return nil
	}
	parse, text := parseSeconds, string(raw)
	if raw[0] == '"' {
		parse = parseISO
		if err := json.Unmarshal(raw, &text); err != nil {
			return err
		}
	}
	parsed, err := parse(text)
	t.Time = date(parsed)
	return err
}

// date gives nil for 1970 and before: some programs write the beginning of their calendar for "no
// date", and a scan must not be taken for one of long ago, whose findings have long been there.
func date(t time.Time) *time.Time {
	if t.Unix() <= 0 {
		return nil
	}
	return &t
}

// The seconds of the first and the last year that RFC 3339 can write.
const (
	minSeconds = -62135596800
	maxSeconds = 253402300799
)

// parseSeconds reads a JSON number of seconds, to the microsecond.
func parseSeconds(text string) (time.Time, error) {
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || !(seconds >= minSeconds && seconds <= maxSeconds) {
		return time.Time{}, noTime(text)
	}
	whole, fraction := math.Modf(seconds)
	return time.Unix(int64(whole), int64(math.Round(fraction*1e6))*1e3).UTC(), nil
}

// parseISO reads date and time; without an offset they are taken as UTC.
func parseISO(text string) (time.Time, error) {
	for _, layout := range [...]string{time.RFC3339Nano, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05"} {
		parsed, err := time.Parse(layout, text)
		if err == nil && parsed.Unix() >= minSeconds && parsed.Unix() <= maxSeconds {
			return parsed.UTC(), nil
		}
	}
	return time.Time{}, noTime(strconv.Quote(text))
}

func noTime(text string) error {
	if len(text) > 60 {
		text = text[:60] + "…"
	}
	return fmt.Errorf("%s is no time (want seconds since 1970 or ISO 8601)", text)
}
