package awsapi

import (
	"net/http"
	"testing"
	"time"
)

func TestErrorsOfTheAPIAreDecoded(t *testing.T) {
	for name, c := range map[string]struct {
		header, body  string
		code, message string
	}{
		"a plain code":                   {"", `{"__type":"ScanNotFoundException","message":"no scan"}`, "ScanNotFoundException", "no scan"},
		"a code with a namespace":        {"", `{"__type":"com.amazonaws.ecr#ScanNotFoundException","Message":"no scan"}`, "ScanNotFoundException", "no scan"},
		"the message in both spellings":  {"", `{"__type":"ScanNotFoundException","message":"no scan","Message":"no scan"}`, "ScanNotFoundException", "no scan"},
		"a code in the header":           {"ThrottlingException:http://internal.amazon.com/", `{"message":"slow down"}`, "ThrottlingException", "slow down"},
		"a code of the REST protocol":    {"", `{"code":"ValidationException","message":"no"}`, "ValidationException", "no"},
		"no message":                     {"", `{"__type":"ServerException"}`, "ServerException", ""},
		"two codes":                      {"", `{"__type":"ScanNotFoundException","__type":"AccessDeniedException"}`, "", "Bad Request"},
		"a page of a proxy":              {"", `<html>`, "", "Bad Request"},
		"an object that is not an error": {"", `{}`, "", ""},
		"a message that is not a string": {"", `{"__type":"ServerException","message":5}`, "", "Bad Request"},
		"trailing data after the error":  {"", `{"__type":"ServerException"}{}`, "", "Bad Request"},
	} {
		header := http.Header{}
		if c.header != "" {
			header.Set("X-Amzn-ErrorType", c.header)
		}
		got := newAPIError(http.StatusBadRequest, header, []byte(c.body), time.Time{})
		if got.Code != c.code || got.Message != c.message {
			t.Errorf("%s: code %q, message %q, want %q and %q", name, got.Code, got.Message, c.code, c.message)
		}
	}
}
