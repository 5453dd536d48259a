package fakeecr

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Registry plays a script. It is safe for concurrent use.
type Registry struct {
	script   script
	byDigest map[string]*image // by repository@digest
	byName   map[string]*image

	mu       sync.Mutex
	begun    time.Time
	calls    map[string]int // by operation
	scanned  map[*image]time.Time
	requests []Request
	spare    float64 // calls that the rate still allows
	refilled time.Time
}

// A Request is one call that was made.
type Request struct {
	Operation  string
	Repository string
	Tag        string
	Digest     string
	NextToken  string
	MaxResults int
	// At is the time since the first call.
	At time.Duration
	// Denied is the IAM action that the script does not allow; empty when the call was allowed.
	Denied string

	number int // of the calls of its operation, from 1
	place  int // among all calls, from 1
	ids    []imageID
	layer  string
	host   string
	// resource is the ARN that a request to Inspector filters by, and status that of findings.
	resource, status string
	// tagStatus, account and inUse are the filters of a request for a list.
	tagStatus string
	account   string
	inUse     bool
	// repositories are those that a request for several names.
	repositories []string
}

type imageID struct {
	Digest string `json:"imageDigest,omitempty"`
	Tag    string `json:"imageTag,omitempty"`
}

// Requests are the calls so far, in order.
func (r *Registry) Requests() []Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.requests)
}

// ServeHTTP answers one call.
func (r *Registry) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if digest, ok := strings.CutPrefix(req.URL.Path, "/blob/"); ok {
		r.blob(w, digest)
		return
	}
	call, err := r.read(req)
	if err != nil {
		refuse(w, http.StatusBadRequest, "SerializationException", err.Error())
		return
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if call.Operation == "GetCallerIdentity" {
		w.Header().Set("Content-Type", xmlType)
	}
	w.Header().Set("X-Amzn-Requestid", fmt.Sprintf("00000000-0000-0000-0000-%012d", call.place))
	w.Header().Set("Date", r.now().UTC().Format(http.TimeFormat))
	if !sleep(req.Context(), time.Duration(r.script.Latency)) {
		return
	}
	if !r.affords() {
		refuse(w, http.StatusBadRequest, "ThrottlingException", "Rate exceeded")
		return
	}
	f := r.fault(call)
	if f != nil && f.apply(w, req) {
		return
	}
	if f != nil {
		f.lieAboutDate(w.Header())
	}
	if r.badClock(w, req) || r.denied(w, call) {
		return
	}
	r.answer(w, call, f)
}

// affords reports whether the rate allows one more call: a bucket holds those of a second, and is refilled
// all the time, as that of AWS.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/throttling.html
func (r *Registry) affords() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	rate := r.script.Rate
	if rate == 0 {
		return true
	}
	now := time.Now()
	if r.refilled.IsZero() {
		r.spare = rate
	}
	r.spare = min(rate, r.spare+rate*now.Sub(r.refilled).Seconds())
	r.refilled = now
	if r.spare < 1 {
		return false
	}
	r.spare--
	return true
}

// now is the fake's clock.
func (r *Registry) now() time.Time { return time.Now().Add(time.Duration(r.script.Skew)) }

// read decodes a call and enters it in the log.
func (r *Registry) read(req *http.Request) (Request, error) {
	text, err := io.ReadAll(req.Body)
	if err != nil {
		return Request{}, err
	}
	var body struct {
		RepositoryName string    `json:"repositoryName"`
		ImageID        imageID   `json:"imageId"`
		ImageIDs       []imageID `json:"imageIds"`
		NextToken      string    `json:"nextToken"`
		MaxResults     int       `json:"maxResults"`
		LayerDigest    string    `json:"layerDigest"`
		Repositories   []string  `json:"repositoryNames"`
	}
	_, operation, _ := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	if bytes.HasPrefix(text, []byte("Action=GetCallerIdentity&")) {
		operation, text = "GetCallerIdentity", []byte("{}")
	}
	if err := json.Unmarshal(text, &body); err != nil {
		return Request{}, err
	}
	resource, status := "", ""
	switch req.URL.Path {
	case coveragePath:
		operation = "ListCoverage"
		resource, _ = inspectorFilter(text)
	case findingsPath:
		operation = "ListFindings"
		resource, status = inspectorFilter(text)
		body.ImageID.Digest = resource[strings.LastIndex(resource, "/")+1:]
	}
	call := Request{
		Operation: operation, Repository: body.RepositoryName, Tag: body.ImageID.Tag, Digest: body.ImageID.Digest,
		NextToken: body.NextToken, MaxResults: body.MaxResults, ids: body.ImageIDs, layer: body.LayerDigest, host: req.Host, resource: resource, status: status,
		repositories: body.Repositories,
	}
	call.filterBy(text)
	if len(call.ids) == 1 {
		call.Tag, call.Digest = call.ids[0].Tag, call.ids[0].Digest
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.begun.IsZero() {
		r.begun = time.Now()
	}
	call.At = time.Since(r.begun)
	r.calls[operation]++
	call.number = r.calls[operation]
	call.place = len(r.requests) + 1
	r.requests = append(r.requests, call)
	return call, nil
}

// badClock refuses a request that was signed by a clock too far from the fake's, as AWS does.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
func (r *Registry) badClock(w http.ResponseWriter, req *http.Request) bool {
	const form = "20060102T150405Z"
	signed, err := time.Parse(form, req.Header.Get("X-Amz-Date"))
	now := r.now().UTC()
	if err != nil || signed.Sub(now).Abs() <= 5*time.Minute {
		return false
	}
	message := fmt.Sprintf("Signature expired: %s is now earlier than %s", signed.Format(form), now.Add(-5*time.Minute).Format(form))
	if signed.After(now) {
		message = fmt.Sprintf("Signature not yet current: %s is still later than %s", signed.Format(form), now.Add(5*time.Minute).Format(form))
	}
	refuse(w, http.StatusBadRequest, "InvalidSignatureException", message)
	return true
}

// refuse answers with an error of the API.
func refuse(w http.ResponseWriter, status int, code, message string) {
	if w.Header().Get("Content-Type") == xmlType {
		w.WriteHeader(status)
		fmt.Fprintf(w, "<ErrorResponse><Error><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>", code, html.EscapeString(message))
		return
	}
	text, _ := json.Marshal(map[string]string{"__type": code, "message": message})
	w.WriteHeader(status)
	_, _ = w.Write(text)
}

// reply answers with a value.
func reply(w http.ResponseWriter, value any) { _, _ = w.Write(encodeJSON(value)) }

func encodeJSON(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // values are made of texts and numbers of this package
	}
	return text
}

// hasRepository reports whether the repository exists, empty or not.
func (r *Registry) hasRepository(name string) bool {
	return slices.Contains(r.script.Repositories, name) || slices.ContainsFunc(r.script.Images, func(img *image) bool { return img.Repository == name })
}

// find returns the image of an id, nil when there is none at that moment.
func (r *Registry) find(repository string, id imageID, at time.Duration) *image {
	if id.Digest != "" {
		img := r.byDigest[repository+"@"+id.Digest]
		if img == nil || at < time.Duration(img.Appears) {
			return nil
		}
		return img
	}
	var found *image
	for _, img := range r.script.Images {
		if img.Repository == repository && at >= time.Duration(img.Appears) && slices.Contains(img.Tags, id.Tag) {
			found = r.moved(img, id.Tag, at)
		}
	}
	return found
}

func (r *Registry) moved(img *image, tag string, at time.Duration) *image {
	for _, m := range img.Moves {
		if m.Tag == tag && at >= time.Duration(m.At) {
			img = r.byName[m.To]
		}
	}
	return img
}
