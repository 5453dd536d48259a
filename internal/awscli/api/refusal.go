package api

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// A failure is an attempt that may be worth another one.
type failure struct {
	status        int    // 0: no response
	code, message string // from the service
	text          string // message if there was no response
	retries       int
	usedUp        bool // no attempt is left
}

func (f *failure) Error() string {
	if f.status == 0 {
		return f.text
	}
	retries := ""
	if f.usedUp {
		retries = fmt.Sprintf(" (reached max retries: %d)", f.retries)
	}
	return fmt.Sprintf("An error occurred (%s) when calling the DescribeImageScanFindings operation%s: %s", f.code, retries, f.message)
}

// refusal parses an error response of the service. If it cannot be parsed at all, the error has Python's
// message.
func refusal(status int, body []byte) error {
	f := &failure{status: status, code: strconv.Itoa(status)}
	trimmed := bytes.TrimSpace(body)
	switch {
	case status == http.StatusMultipleChoices: // for botocore a response, but not a successful one
		f.code, f.message = "Unknown", "Unknown"
		return f
	case status >= 500 && (len(trimmed) == 0 || bytes.HasPrefix(trimmed, []byte("<html>"))):
		f.message = phrase(status)
		return f
	case len(body) == 0:
		return f
	}
	if err := value.CheckUTF8(body); err != nil {
		return err
	}
	v, err := value.Decode(body)
	switch depth := (*value.DepthError)(nil); {
	case errors.As(err, &depth):
		return err
	case err != nil:
		f.message = string(body)
		return f
	}
	if err := f.read(v); err != nil {
		return err
	}
	return f
}

// phrases are standard phrases that Go lacks or words differently from Python.
var phrases = map[int]string{
	203: "Non-Authoritative Information",
	413: "Request Entity Too Large",
	414: "Request-URI Too Long",
	416: "Requested Range Not Satisfiable",
	418: "I'm a Teapot",
	425: "Too Early",
}

// phrase returns the standard phrase of a status; empty if it has none.
func phrase(status int) string {
	if p, ok := phrases[status]; ok {
		return p
	}
	return http.StatusText(status)
}

// read sets code and message from the fields of an error.
func (f *failure) read(v value.Value) error {
	o, ok := v.(*value.Object)
	if !ok {
		return fmt.Errorf("'%s' object has no attribute 'get'", value.TypeName(v))
	}
	message, ok := o.Get("message")
	if !ok {
		if message, ok = o.Get("Message"); !ok {
			message = ""
		}
	}
	f.message = value.Str(message)
	if code, ok := o.Get("__type"); ok {
		return f.readCode(code)
	}
	return nil
}

// readCode sets the code from the service's form, namespace#Code:address.
func (f *failure) readCode(v value.Value) error {
	switch v := v.(type) {
	case nil:
		f.code = ""
	case string:
		code, _, _ := strings.Cut(v, ":")
		f.code = code[strings.LastIndexByte(code, '#')+1:]
	case value.List:
		f.code = value.Str(v)
		return splitting(v, func(mark string) bool { return slices.Contains(v, value.Value(mark)) })
	case *value.Object:
		f.code = value.Str(v)
		return splitting(v, func(mark string) bool { _, ok := v.Get(mark); return ok })
	default:
		return fmt.Errorf("argument of type '%s' is not iterable", value.TypeName(v))
	}
	return nil
}

// splitting returns Python's message for a value that contains a separator but cannot be split.
func splitting(v value.Value, has func(mark string) bool) error {
	switch {
	case has(":"):
		return fmt.Errorf("'%s' object has no attribute 'split'", value.TypeName(v))
	case has("#"):
		return fmt.Errorf("'%s' object has no attribute 'rsplit'", value.TypeName(v))
	}
	return nil
}
