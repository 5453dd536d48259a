package fakeecr

import (
	"context"
	"errors"
	"net"
	"net/http"
	"regexp"
	"slices"
	"syscall"
	"time"
)

// fault returns the first fault that applies to the call, nil if none does.
func (r *Registry) fault(call Request) *fault {
	for _, f := range r.script.Faults {
		switch {
		case f.Operation != "" && f.Operation != "*" && f.Operation != call.Operation:
		case call.number < f.first || f.last > 0 && call.number > f.last:
		case call.At < time.Duration(f.From) || f.To > 0 && call.At >= time.Duration(f.To):
		case f.Image != "" && (r.byName[f.Image] == nil || r.byName[f.Image].Digest != call.Digest):
		default:
			return f
		}
	}
	return nil
}

// apply applies the fault and reports whether it wrote the response.
func (f *fault) apply(w http.ResponseWriter, req *http.Request) bool {
	if f.Slow > 0 && !sleep(req.Context(), time.Duration(f.Slow)) {
		return true
	}
	switch {
	case f.Throttle:
		refuse(w, http.StatusBadRequest, "ThrottlingException", "Rate exceeded")
	case f.Break != "":
		f.breaks(w, req)
	case f.Error != "":
		status := f.HTTP
		if status == 0 {
			status = http.StatusBadRequest
		}
		refuse(w, status, f.Error, f.Message)
	case f.HTTP != 0:
		if f.Location != "" {
			w.Header().Set("Location", f.Location)
		}
		w.WriteHeader(f.HTTP)
		_, _ = w.Write([]byte(f.Body))
	case f.Body != "":
		_, _ = w.Write([]byte(f.Body))
	default:
		return false
	}
	return true
}

// sleep waits; false when the caller has gone.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// A breaker is a connection that can be broken in a given way: that of Transport. Over a socket
// every breach is a connection closed before or within the answer.
type breaker interface {
	breakOff(err error, within bool)
}

var breaches = map[string]error{
	"reset":       &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET},
	"unreachable": &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED},
	"dns":         &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "api.ecr.us-east-1.amazonaws.com", IsNotFound: true}},
	"tls":         errors.New("tls: failed to verify certificate: x509: certificate signed by unknown authority"),
	"truncate":    nil,
}

// breaks breaks the connection.
func (f *fault) breaks(w http.ResponseWriter, req *http.Request) {
	err, known := breaches[f.Break]
	switch f.Break {
	case "hang":
		<-req.Context().Done()
		return
	case "drip": // an answer that never ends
		for sleep(req.Context(), time.Second) {
			_, _ = w.Write([]byte(" "))
		}
		return
	}
	if !known {
		refuse(w, http.StatusInternalServerError, "ScriptException", "unknown break "+f.Break)
		return
	}
	if b, ok := w.(breaker); ok {
		if f.Break == "truncate" {
			_, _ = w.Write([]byte(`{"imageScanFindings": {"findings": [`))
		}
		b.breakOff(err, f.Break == "truncate")
		return
	}
	if f.Break == "truncate" {
		w.Header().Set("Content-Length", "1000")
		_, _ = w.Write([]byte(`{"imageScanFindings": {"findings": [`))
	}
	panic(http.ErrAbortHandler)
}

// lieAboutDate changes the Date of a response.
func (f *fault) lieAboutDate(header http.Header) {
	switch f.Lie {
	case "futureDate":
		header.Set("Date", time.Now().AddDate(1, 0, 0).UTC().Format(http.TimeFormat))
	case "pastDate":
		header.Set("Date", time.Now().AddDate(-1, 0, 0).UTC().Format(http.TimeFormat))
	case "noDate":
		header["Date"] = nil
	case "badDate":
		header.Set("Date", "yesterday")
	}
}

// lie changes a page into one that ECR should not give. No fault is honest.
func (f *fault) lie(p *page) {
	if f == nil {
		return
	}
	switch f.Lie {
	case "repeatToken":
		p.next = max(p.offset, 1)
	case "dropPage":
		if p.next > 0 {
			p.next += p.size
		}
		if p.next >= len(p.all.findings) {
			p.next = 0
		}
	case "repeatPage":
		p.back(p.size)
	case "shiftPage": // the findings move by one: the last of the page before comes again, one of this page is lost
		p.back(1)
	case "lostToken":
		p.next = 0
	case "emptyPage":
		p.next, p.findings, p.again = p.offset, nil, true
	case "newTokens":
		p.next, p.findings, p.again = p.offset+1, nil, true
	case "otherImage":
		p.digest = Digest("an image that was not requested")
	case "noImage":
		p.digest = ""
	case "otherRepository":
		p.repository = "team/other"
	case "otherRegistry":
		p.registry = "999999999999"
	case "otherStatus":
		p.status = "IN_PROGRESS"
	case "otherScan":
		p.completed = p.completed.Add(time.Minute)
	case "twoSeverities":
		p.repeatSeverity("severity")
	case "twinSeverity":
		p.repeatSeverity("Severity")
	}
}

var severity = regexp.MustCompile(`"severity":"[^"]*"`)

// repeatSeverity adds a second, low severity to each finding of this page, and drops the counts, which
// would contradict it.
func (p *page) repeatSeverity(key string) {
	p.rewritten, p.findings, p.counts = true, slices.Clone(p.findings), nil
	for i, text := range p.findings {
		p.findings[i] = severity.ReplaceAll(text, []byte(`$0,"`+key+`":"LOW"`))
	}
}
