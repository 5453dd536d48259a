package fakeecr

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// answer gives what the operation answers when nothing goes wrong, but for a lie.
func (r *Registry) answer(w http.ResponseWriter, call Request, f *fault) {
	switch call.Operation {
	case "GetCallerIdentity":
		r.callerIdentity(w)
		return
	case "GetRegistryScanningConfiguration":
		r.registryScanning(w)
		return
	case "BatchGetRepositoryScanningConfiguration":
		r.repositoryScanning(w, call)
		return
	case "DescribeRepositories":
		r.describeRepositories(w, call, f)
		return
	case "ListCoverage":
		if call.inUse {
			r.listInUse(w, call, f)
			return
		}
		r.listCoverage(w, call)
		return
	case "ListFindings":
		r.listFindings(w, call, f)
		return
	}
	if !r.hasRepository(call.Repository) {
		refuse(w, 400, "RepositoryNotFoundException", fmt.Sprintf("The repository with name '%s' does not exist in the registry with id '%s'", call.Repository, r.script.Account))
		return
	}
	switch call.Operation {
	case "BatchGetImage":
		r.batchGetImage(w, call)
	case "DescribeImageScanFindings":
		r.describe(w, call, f)
	case "DescribeImages":
		r.describeImages(w, call, f)
	case "StartImageScan":
		r.startScan(w, call)
	case "GetDownloadUrlForLayer":
		reply(w, map[string]any{"downloadUrl": blobURL(call), "layerDigest": call.layer})
	default:
		refuse(w, 400, "UnknownOperationException", "")
	}
}

func (r *Registry) imageNotFound(w http.ResponseWriter, call Request) {
	refuse(w, 400, "ImageNotFoundException", fmt.Sprintf("The image with imageId %s does not exist within the repository with name '%s' in the registry with id '%s'", quoted(call), call.Repository, r.script.Account))
}

// quoted writes an image id as ECR's messages do.
func quoted(call Request) string {
	null := func(s string) string { return "'" + or(s, "null") + "'" }
	return fmt.Sprintf("{imageDigest:%s, imageTag:%s}", null(call.Digest), null(call.Tag))
}

func (r *Registry) scanNotFound(w http.ResponseWriter, call Request) {
	refuse(w, 400, "ScanNotFoundException", fmt.Sprintf("Image scan does not exist for the image with '%s' in the repository with name '%s' in the registry with id '%s'", quoted(call), call.Repository, r.script.Account))
}

// describe answers DescribeImageScanFindings from the state of the scan at this moment.
func (r *Registry) describe(w http.ResponseWriter, call Request, f *fault) {
	img := r.find(call.Repository, imageID{call.Digest, call.Tag}, call.At)
	if img == nil {
		r.imageNotFound(w, call)
		return
	}
	s, since := r.current(img, call.At)
	switch {
	case r.isForeign() && r.script.ScanType == "ENHANCED": // https://github.com/aws/containers-roadmap/issues/2541
		r.scanNotFound(w, call)
	case s == nil || s.Error == "ScanNotFoundException" && s.Message == "":
		r.scanNotFound(w, call)
	case s.Error != "":
		refuse(w, 400, s.Error, s.Message)
	case s.Raw != "":
		_, _ = w.Write([]byte(s.Raw))
	default:
		page := r.page(img, s, since, call)
		f.lie(page)
		page.write(w, call)
	}
}

// current is the state of an image's scan, and when it began.
func (r *Registry) current(img *image, at time.Duration) (*state, time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	started, isStarted := r.scanned[img]
	var now *state
	var since time.Time
	for _, s := range img.Scan {
		switch {
		case s.At != nil && at >= time.Duration(*s.At):
			now, since = s, r.begun.Add(time.Duration(*s.At))
		case s.AfterStart != nil && isStarted && time.Since(started) >= time.Duration(*s.AfterStart):
			now, since = s, started.Add(time.Duration(*s.AfterStart))
		}
	}
	return now, since
}

// A page is one answer of DescribeImageScanFindings.
type page struct {
	registry, digest    string
	repository          string
	status, description string
	completed           time.Time
	counts              any
	enhanced            bool
	findings            [][]byte
	all                 *encoded
	offset, size, next  int  // next 0: the last page
	again               bool // the token leads to the place where this page began
	rewritten           bool // its findings are not those of the script
}

func (r *Registry) page(img *image, s *state, since time.Time, call Request) *page {
	p := &page{
		registry: r.script.Account, digest: img.Digest, repository: call.Repository, status: s.Status, description: or(s.Description, defaultDescription[s.Status]),
		completed: r.completed(s, since), enhanced: r.enhanced(s), all: r.encode(img, s), offset: offset(call.NextToken),
	}
	p.size = pageSize(call.MaxResults, s.PageSize, p.enhanced)
	p.cut()
	p.count(s)
	return p
}

var defaultDescription = map[string]string{
	"COMPLETE": "The scan was completed successfully.",
	"ACTIVE":   "Continuous scan is selected for image.",
	"PENDING":  "Scan is pending.",
}

// completed is imageScanCompletedAt; zero for none.
func (r *Registry) completed(s *state, since time.Time) time.Time {
	switch {
	case s.Completed == "none", s.Completed == "" && s.Status != "COMPLETE" && s.Status != "ACTIVE":
		return time.Time{}
	case s.Completed == "" || s.Completed == "now":
		return since.Add(time.Duration(r.script.Skew))
	}
	d, err := parseDuration(s.Completed)
	if err != nil {
		return time.Time{}
	}
	return r.begun.Add(d).Add(time.Duration(r.script.Skew))
}

// pageSize is what ECR returns: the caller's wish, 100 without one, never more than 1000, for
// enhanced findings never more than 100; less when the script says so.
func pageSize(wish, script int, enhanced bool) int {
	size := min(wish, 1000)
	if size == 0 || enhanced {
		size = min(max(size, 100), 100)
	}
	if enhanced && wish > 0 {
		size = min(wish, 100)
	}
	if script > 0 {
		size = min(size, script)
	}
	return size
}

// cut takes the findings of this page.
func (p *page) cut() {
	total := len(p.all.findings)
	from := min(p.offset, total)
	to := min(from+p.size, total)
	p.findings, p.next = p.all.findings[from:to], 0
	if to < total {
		p.next = to
	}
}

// back moves a page towards the beginning by so many findings; the next one stays what it is.
func (p *page) back(n int) {
	next := p.next
	p.offset = max(0, p.offset-n)
	p.cut()
	p.next = next
}

func (p *page) count(s *state) {
	switch mode := s.Counts.Value; {
	case s.Counts.Kind == 0 && p.enhanced || mode == "page":
		p.counts = counts(p.all.severities[min(p.offset, len(p.all.severities)):][:len(p.findings)])
	case s.Counts.Kind == 0 || mode == "whole":
		p.counts = counts(p.all.severities)
	case mode == "none":
	default:
		var given map[string]int
		if s.Counts.Decode(&given) == nil {
			p.counts = given
		}
	}
}

// Tokens are opaque to clients.
func token(offset int, again bool) string {
	text := fmt.Sprintf("fake-ecr-page-token-from-%d", offset)
	if again {
		text += " again"
	}
	return base64.StdEncoding.EncodeToString([]byte(text))
}

func offset(token string) int {
	text, err := base64.StdEncoding.DecodeString(token)
	var n int
	if err == nil {
		_, _ = fmt.Sscanf(string(text), "fake-ecr-page-token-from-%d", &n)
	}
	return n
}

// write sends the page. The findings are in wire form already, and are copied as they are, so that
// a benchmark measures the client.
func (p *page) write(w http.ResponseWriter, call Request) {
	head := map[string]any{"registryId": p.registry, "repositoryName": p.repository, "imageId": imageID{Digest: p.digest, Tag: call.Tag}}
	if p.status != "" {
		head["imageScanStatus"] = map[string]string{"status": p.status, "description": p.description}
	}
	if p.next > 0 || p.again {
		head["nextToken"] = token(p.next, p.again)
	}
	if p.status != "COMPLETE" && p.status != "ACTIVE" && len(p.findings) == 0 {
		reply(w, head)
		return
	}
	body := slices.Concat([][]byte{[]byte(`{"imageScanFindings":`)}, p.list(), [][]byte{[]byte(","), encodeJSON(head)[1:]})
	length := 0
	for _, part := range body {
		length += len(part)
	}
	w.Header().Set("Content-Length", strconv.Itoa(length))
	for _, part := range body { // a page is long, and copying it takes as much time as sending it
		_, _ = w.Write(part)
	}
}

// list is the member imageScanFindings, in parts.
func (p *page) list() [][]byte {
	findings := map[string]any{}
	if !p.completed.IsZero() {
		findings["imageScanCompletedAt"] = seconds(p.completed)
	}
	if p.counts != nil {
		findings["findingSeverityCounts"] = p.counts
	}
	key := `"findings":[`
	if p.enhanced {
		key = `"enhancedFindings":[`
	}
	head := encodeJSON(findings)
	head = head[:len(head)-1]
	if len(head) > 1 {
		head = append(head, ',')
	}
	return [][]byte{head, []byte(key), p.joined(), []byte("]}")}
}

// joined are the findings of the page. They are joined once for every page that is asked for again.
func (p *page) joined() []byte {
	if p.rewritten {
		return bytes.Join(p.findings, []byte(","))
	}
	key := [2]int{p.offset, len(p.findings)}
	if text, ok := p.all.joined.Load(key); ok {
		return text.([]byte)
	}
	text := bytes.Join(p.findings, []byte(","))
	p.all.joined.Store(key, text)
	return text
}

// startScan answers StartImageScan.
func (r *Registry) startScan(w http.ResponseWriter, call Request) {
	img := r.find(call.Repository, imageID{call.Digest, call.Tag}, call.At)
	if img == nil {
		r.imageNotFound(w, call)
		return
	}
	switch answer := or(img.StartScan, r.defaultStart(img)); answer {
	case "accept":
		r.mu.Lock()
		r.scanned[img] = time.Now()
		r.mu.Unlock()
		reply(w, map[string]any{"registryId": r.script.Account, "repositoryName": img.Repository, "imageId": imageID{Digest: img.Digest}, "imageScanStatus": map[string]string{"status": "IN_PROGRESS"}})
	case "disabled":
		refuse(w, 400, "ValidationException", "This feature is disabled")
	case "limit":
		refuse(w, 400, "LimitExceededException", "The scan quota per image has been exceeded. Wait and try again.")
	case "unsupported":
		refuse(w, 400, "UnsupportedImageTypeException", "An artifact with media type '"+img.mediaType()+"' cannot be scanned.")
	case "denied":
		refuse(w, 400, "AccessDeniedException", fmt.Sprintf("User: arn:aws:sts::%s:assumed-role/ci/run is not authorized to perform: ecr:StartImageScan on resource: arn:aws:ecr:%s:%s:repository/%s", r.script.Account, r.script.Region, r.script.Account, img.Repository))
	case "archived":
		refuse(w, 400, "ImageArchivedException", "The image is archived.")
	default:
		refuse(w, 400, answer, "")
	}
}

func (r *Registry) defaultStart(img *image) string {
	switch {
	case r.script.ScanType == "ENHANCED":
		return "disabled"
	case img.isIndex():
		return "unsupported"
	}
	return "accept"
}

// blob answers the download of an image config: the digest is that of the image.
func (r *Registry) blob(w http.ResponseWriter, digest string) {
	for _, img := range r.script.Images {
		if img.configDigest() == digest {
			reply(w, img.platform())
			return
		}
	}
	http.Error(w, "no blob "+strconv.Quote(digest), http.StatusNotFound)
}

// blobURL returns where a layer is: on the requested host.
func blobURL(call Request) string {
	scheme := "https://"
	if strings.HasPrefix(call.host, "127.0.0.1:") {
		scheme = "http://"
	}
	return scheme + call.host + "/blob/" + call.layer
}
