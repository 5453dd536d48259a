package model

import (
	"strconv"
	"testing"
	"time"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// The times are those that the AWS CLI 1.45.11 prints with the same TZ.
func TestZoneIsThatOfDateutil(t *testing.T) {
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		tz   string
		unix int64
		want string
	}{
		{"", 1340000000, "2012-06-18T06:13:20+00:00"},
		{"garbage", 1340000000, "2012-06-18T06:13:20+00:00"},
		{"Europe/Moscow", 1340000000, "2012-06-18T09:13:20+03:00"},   // was +04:00 in 2012
		{"America/Caracas", 1340000000, "2012-06-18T02:13:20-04:00"}, // was -04:30 in 2012
		{":Europe/Paris", 1340000000, "2012-06-18T08:13:20+02:00"},
		{"Australia/Sydney", 1330000000, "2012-02-23T23:26:40+11:00"},
		{"EST5EDT,M3.2.0,M11.1.0", 1340000000, "2012-06-18T02:13:20-04:00"},
		{"CET-1CEST,M3.5.0,M10.5.0/3", 1330000000, "2012-02-23T13:26:40+01:00"},
		{"<+02>-2", 1340000000, "2012-06-18T08:13:20+02:00"},
		{"IST-5:30", 1340000000, "2012-06-18T11:43:20+05:30"},
	} {
		got, err := ISO8601(NewZone(c.tz, true, now))(value.Int(strconv.FormatInt(c.unix, 10)))
		if err != nil || got != c.want {
			t.Errorf("TZ=%s: got %v, %v (want %s)", c.tz, got, err, c.want)
		}
	}
}
