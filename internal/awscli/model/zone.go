package model

import (
	"encoding/binary"
	"os"
	"strings"
	"time"
)

// A Zone is the local time zone as Python's dateutil sees it: one offset for standard time and one
// for daylight saving time, those of the current year. Only whether a moment has daylight saving time
// follows the zone's history.
type Zone struct {
	location      *time.Location
	standard, dst int64 // seconds east of UTC
}

// NewZone returns the zone that the variable TZ names, as of a moment: a name such as Europe/Paris, a
// file, or a POSIX rule such as CET-1CEST,M3.5.0,M10.5.0/3. Without TZ it is the zone of the machine.
func NewZone(tz string, set bool, now time.Time) Zone {
	z := Zone{location: time.Local}
	if set {
		z.location = location(tz)
	}
	// CPython compares two moments half a year apart, which begin at a multiple of 365.25 days.
	const year = (365*24 + 6) * 60 * 60
	start := now.Unix() / year * year
	z.standard, z.dst = z.offset(start), z.offset(start+year/2)
	if z.standard > z.dst { // the southern hemisphere
		z.standard, z.dst = z.dst, z.standard
	}
	return z
}

func location(tz string) *time.Location {
	tz = strings.TrimPrefix(tz, ":")
	if tz == "" {
		return time.UTC
	}
	if strings.HasPrefix(tz, "/") {
		if data, err := os.ReadFile(tz); err == nil {
			if l, err := time.LoadLocationFromTZData(tz, data); err == nil {
				return l
			}
		}
		return time.UTC
	}
	if l, err := time.LoadLocation(tz); err == nil {
		return l
	}
	if l, err := time.LoadLocationFromTZData(tz, tzFile(tz)); err == nil {
		return l
	}
	return time.UTC
}

// tzFile returns a time zone file without transitions, with a POSIX rule that applies to all times.
// https://www.rfc-editor.org/rfc/rfc9636
func tzFile(rule string) []byte {
	block := func() []byte {
		b := append([]byte("TZif2"), make([]byte, 15)...)
		for _, count := range []uint32{0, 0, 0, 0, 1, 4} { // one type of local time, named UTC
			b = binary.BigEndian.AppendUint32(b, count)
		}
		return append(b, 0, 0, 0, 0, 0, 0, 'U', 'T', 'C', 0)
	}
	return append(append(block(), block()...), "\n"+rule+"\n"...)
}

func (z Zone) offset(unix int64) int64 {
	_, seconds := time.Unix(unix, 0).In(z.location).Zone()
	return int64(seconds)
}

// In returns a moment in the zone's local time.
func (z Zone) In(t time.Time) time.Time {
	if z.standard == z.dst {
		return t.In(time.FixedZone("", int(z.standard)))
	}
	utc := t.Unix()
	wall := utc + z.standard
	if z.saves(wall, true) {
		wall += z.dst - z.standard
	}
	offset := z.standard
	if z.saves(wall, z.ambiguous(wall) && wall-utc == z.standard) {
		offset = z.dst
	}
	// dateutil computes the local time and the offset separately, and shows both.
	return time.Unix(wall-offset, int64(t.Nanosecond())).In(time.FixedZone("", int(offset)))
}

// saves reports whether a local time, in seconds, is in daylight saving time; second is for the second of two
// equal times.
func (z Zone) saves(wall int64, second bool) bool {
	if z.ambiguous(wall) {
		return !second
	}
	return z.naive(wall)
}

func (z Zone) ambiguous(wall int64) bool {
	return !z.naive(wall) && z.naive(wall-(z.dst-z.standard))
}

// naive reports whether a local time, taken as standard time, is in daylight saving time.
func (z Zone) naive(wall int64) bool {
	return time.Unix(wall-z.standard, 0).In(z.location).IsDST()
}
