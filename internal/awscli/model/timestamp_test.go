package model

import (
	"testing"
	"time"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

func TestISO8601(t *testing.T) {
	clock := ISO8601(NewZone("<+02>-2", true, time.Now()))
	for _, c := range []struct {
		wire value.Value
		want string // a text, or an error
	}{
		{1579839105.0, "2020-01-24T06:11:45+02:00"},
		{value.Int("1579839105"), "2020-01-24T06:11:45+02:00"},
		{"1579839105", "2020-01-24T06:11:45+02:00"},
		{1748368447.765, "2025-05-27T19:54:07.765000+02:00"},
		{-1.5, "1970-01-01T01:59:58.500000+02:00"},
		{"2025-05-27T17:54:07.765Z", "2025-05-27T17:54:07.765000+00:00"},
		{"2025-05-27T17:54:07", "2025-05-27T17:54:07"},
		{"x", `Invalid timestamp "x": Unknown string format: x`},
		{value.Int("12345678901234567890"), `Unable to calculate correct timezone offset for "12345678901234567890"`},
		{value.Int("253402300800"), "year 10000 is out of range"},
		{1e16, "year 316889355 is out of range"},
	} {
		got, err := clock(c.wire)
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%v: got %v, want %s", c.wire, got, c.want)
		}
	}
}
