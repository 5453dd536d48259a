package scan

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A text is a string that decides nothing: a value of another type counts as empty.
type text string

func (t *text) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() != '"' {
		return dec.SkipValue()
	}
	token, err := dec.ReadToken()
	if err == nil {
		*t = text(token.String())
	}
	return err
}

// timestamp is a time as the API and AWS CLI v1 write it (seconds since 1970), as AWS CLI v2 does
// (ISO 8601) or as Python prints it (a space for the T).
type timestamp struct{ *time.Time }

func (t *timestamp) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	value, err := dec.ReadValue()
	if err != nil || value.Kind() == 'n' {
		return err
	}
	parsed, ok := parseTime(value)
	if !ok {
		return &valueError{fmt.Sprintf("invalid timestamp %.60s (want seconds since 1970 or ISO 8601)", value)}
	}
	// Some programs write 1970, or their own first year, for "no date". Such a scan must not pass for
	// one of long ago, whose findings are all there.
	if parsed.Unix() > 0 {
		t.Time = &parsed
	}
	return nil
}

// A date is a time that decides nothing about the scan: what is not a time counts as none.
type date struct{ timestamp }

func (d *date) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	err := d.timestamp.UnmarshalJSONFrom(dec)
	if invalid := (*valueError)(nil); errors.As(err, &invalid) {
		return nil
	}
	return err
}

func parseTime(value jsontext.Value) (parsed time.Time, ok bool) {
	switch value.Kind() {
	case '0':
		parsed, ok = parseSeconds(string(value))
	case '"':
		if words, err := jsontext.AppendUnquote(nil, value); err == nil {
			parsed, ok = parseISO(string(words))
		}
	}
	return parsed, ok && parsed.Unix() >= minSeconds && parsed.Unix() <= maxSeconds
}

// The first and the last second that RFC 3339 can represent.
const (
	minSeconds = -62135596800
	maxSeconds = 253402300799
)

// parseSeconds parses seconds since 1970, to the microsecond.
func parseSeconds(number string) (time.Time, bool) {
	seconds, err := strconv.ParseFloat(number, 64)
	if err != nil || !(seconds >= minSeconds && seconds <= maxSeconds) {
		return time.Time{}, false
	}
	whole, fraction := math.Modf(seconds)
	return time.Unix(int64(whole), int64(math.Round(fraction*1e6))*1e3).UTC(), true
}

// parseISO parses a date and time. Without an offset it is UTC.
func parseISO(words string) (time.Time, bool) {
	words = strings.Replace(words, " ", "T", 1)
	for _, layout := range [...]string{time.RFC3339Nano, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05"} {
		if parsed, err := time.Parse(layout, words); err == nil {
			return parsed.UTC(), true
		}
	}
	return time.Time{}, false
}

// An epoch is the whole number before the colon of a version. Programs that process JSON may have added ".0".
type epoch int64

func (e *epoch) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	value, err := dec.ReadValue()
	if err != nil || value.Kind() == 'n' {
		return err
	}
	n, err := strconv.ParseFloat(string(value), 64)
	if err != nil || n != math.Trunc(n) || math.Abs(n) > math.MaxInt32 {
		return &valueError{fmt.Sprintf("invalid epoch %.40s (want a whole number)", value)}
	}
	*e = epoch(n)
	return nil
}

// A valueError is a value that has the right JSON type but is not a possible one.
type valueError struct{ reason string }

func (e *valueError) Error() string { return e.reason }

// readError rewrites an error of the JSON library to describe what is wrong with the document and where.
func readError(err error, raw []byte) error {
	var syntax *jsontext.SyntacticError
	var semantic *json.SemanticError
	var value *valueError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("truncated JSON: it ends after %d bytes", len(raw))
	case errors.As(err, &syntax) && errors.Is(syntax.Err, jsontext.ErrDuplicateName):
		return fmt.Errorf("duplicate key %q%s", clip(syntax.JSONPointer.LastToken()), inside(syntax.JSONPointer.Parent()))
	case errors.As(err, &syntax):
		return fmt.Errorf("invalid JSON at byte %d", syntax.ByteOffset)
	case errors.As(err, &semantic) && errors.As(err, &value):
		return fmt.Errorf("%s%s", value.reason, inside(semantic.JSONPointer))
	case errors.As(err, &semantic):
		return fmt.Errorf("unexpected %s%s", kindName(semantic.JSONKind), inside(semantic.JSONPointer))
	}
	return err
}

func kindName(k jsontext.Kind) string {
	switch k {
	case '{':
		return "object"
	case '[':
		return "array"
	case '"':
		return "string"
	case '0':
		return "number"
	case 't', 'f':
		return "boolean"
	}
	return "value"
}

// inside returns where in the document a value is: " in imageScanFindings.findings[0]".
func inside(pointer jsontext.Pointer) string {
	var b strings.Builder
	for name := range pointer.Tokens() {
		if _, err := strconv.Atoi(name); err == nil {
			b.WriteString("[" + clip(name) + "]")
		} else {
			b.WriteString("." + clip(name))
		}
		if b.Len() > 160 {
			b.WriteString("…")
			break
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return " in " + strings.TrimPrefix(b.String(), ".")
}

func clip(name string) string {
	if len(name) > 40 {
		return strings.ToValidUTF8(name[:40], "") + "…"
	}
	return name
}
