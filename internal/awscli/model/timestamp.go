package model

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/internal/awscli/python"
	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// ISO8601 returns a clock that prints timestamps as ISO 8601: a number of seconds in the local zone, text in
// its own. The errors have Python's messages.
func ISO8601(local Zone) Clock {
	return func(v value.Value) (value.Value, error) { return iso8601(v, local) }
}

func iso8601(v value.Value, local Zone) (value.Value, error) {
	seconds, ok := number(v)
	if !ok {
		text, isText := v.(string)
		if !isText {
			return nil, fmt.Errorf("Invalid timestamp \"%s\": Parser must be a string or character stream, not %s", value.Str(v), value.TypeName(v))
		}
		return isoText(text)
	}
	switch {
	case seconds != seconds:
		return nil, errors.New("cannot convert float NaN to integer")
	case math.Abs(seconds) > lastKnown:
		return nil, fmt.Errorf("Unable to calculate correct timezone offset for \"%s\"", value.Str(v))
	}
	if year := yearOf(seconds); year < 1 || year > 9999 {
		return nil, fmt.Errorf("year %d is out of range", year)
	}
	return isoFormat(local.In(unix(seconds)), true), nil
}

// lastKnown is the last second of the last year that the C library has a number for, 2^31 + 1899.
const lastKnown = 67768036191676799

// yearOf returns the year of a moment, which may be far beyond Go's calendar: the calendar repeats every 400
// years.
func yearOf(seconds float64) int64 {
	const period = 400 * 365.2425 * 24 * 60 * 60
	periods := math.Floor(seconds / period)
	return int64(unix(seconds-periods*period).UTC().Year()) + 400*int64(periods)
}

func number(v value.Value) (float64, bool) {
	switch v := v.(type) {
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	case float64:
		return v, true
	case value.Int:
		return value.Float(string(v)), true
	case string:
		return python.Float(v)
	}
	return 0, false
}

// unix returns a moment, rounded to the microsecond, half to even, as Python does.
func unix(seconds float64) time.Time {
	const micro = 1e6
	whole := math.Floor(seconds)
	part := math.RoundToEven((seconds - whole) * micro)
	exact, _ := new(big.Float).SetFloat64(whole).Int64()
	return time.Unix(exact, int64(part)*1000)
}

// isoFormat formats a moment, with microseconds only if there are any.
func isoFormat(t time.Time, zone bool) string {
	layout := "2006-01-02T15:04:05"
	if t.Nanosecond() != 0 {
		layout += ".000000"
	}
	if zone {
		layout += "-07:00"
	}
	return t.Format(layout)
}

// layouts are the supported date formats, those with a zone first.
var layouts = []struct {
	layout string
	zone   bool
}{
	{"2006-01-02T15:04:05Z07:00", true},
	{"2006-01-02T15:04:05-0700", true},
	{"2006-01-02 15:04:05Z07:00", true},
	{"2006-01-02T15:04Z07:00", true},
	{time.RFC1123, true},
	{time.RFC1123Z, true},
	{"2006-01-02T15:04:05", false},
	{"2006-01-02 15:04:05", false},
	{"2006-01-02T15:04", false},
	{"2006-01-02", false},
}

// ParseTime parses a date and time in one of the formats of timestamps; without a zone it is UTC.
func ParseTime(text string) (time.Time, error) {
	for _, l := range layouts {
		if t, err := time.Parse(l.layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("Unknown string format: %s", text)
}

func isoText(text string) (value.Value, error) {
	for _, l := range layouts {
		if t, err := time.Parse(l.layout, text); err == nil {
			return isoFormat(t.Truncate(time.Microsecond), l.zone), nil
		}
	}
	if strings.TrimSpace(text) == "" {
		return nil, fmt.Errorf("Invalid timestamp \"%s\": String does not contain a date: %s", text, text)
	}
	return nil, fmt.Errorf("Invalid timestamp \"%s\": Unknown string format: %s", text, text)
}
