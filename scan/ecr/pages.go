package ecr

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"

	"github.com/ecrgate/ecrgate/internal/parallel"
	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/internal/awsapi"
)

// pageSize is ECR's maximum. Enhanced findings come in pages of 100 regardless.
const pageSize = 1000

// maxPages and maxEmptyPages bound a reading whose tokens never end. One empty page with a token may be
// normal, a hundred consecutive ones are not.
const (
	maxPages      = 10000
	maxEmptyPages = 100
)

// A pager reads the pages of one image once. It requests the next page while it decodes this one.
type pager struct {
	*poller
	pages    []*scan.Page
	date     time.Time // the server's, of the first response
	tokens   map[string]bool
	empty    int // pages in a row without findings
	backoff  awsapi.Backoff
	inFlight sync.WaitGroup
}

// A pageRequest is a call in flight; done is closed when its response has arrived.
type pageRequest struct {
	token    string
	done     chan struct{}
	response *awsapi.Response
	err      error
}

// read returns the whole scan, and records the reading. Inconsistent pages are a *scan.IncompleteError. Of
// a scan that does not count, it returns what the first page says.
func (w *poller) read(ctx context.Context) (*scan.Scan, error) {
	s, err := w.readOnce(ctx)
	if errors.Is(err, errReadAgain) {
		return w.readOnce(ctx)
	}
	return s, err
}

func (w *poller) readOnce(ctx context.Context) (*scan.Scan, error) {
	began := time.Now()
	w.parser.Restart()
	r := &pager{poller: w, tokens: map[string]bool{}, backoff: awsapi.Backoff{Longest: w.options.PollInterval}}
	ctx, cancel := context.WithCancel(ctx)
	defer r.inFlight.Wait()
	defer cancel() // stops a request that is no longer needed
	for next := r.fetch(ctx, ""); next != nil; {
		<-next.done
		if next.err != nil {
			return nil, next.err
		}
		var err error
		if next, err = r.take(ctx, next, r.ahead(ctx, next)); err != nil {
			return nil, err
		}
	}
	w.reading = reading{date: r.date, began: began, ended: time.Now(), pages: len(r.pages)}
	if first := &r.pages[0].Scan; !first.Status.Ended() || w.coverage.state == waiting {
		return first, nil
	}
	return scan.Join(r.pages)
}

// fetch starts one call.
func (r *pager) fetch(ctx context.Context, token string) *pageRequest {
	f := &pageRequest{token: token, done: make(chan struct{})}
	input := &ecr.DescribeImageScanFindingsInput{
		RegistryId: optional(r.image.RegistryID), RepositoryName: &r.image.Repository, ImageId: imageIdentifier(r.image.Tag, r.image.Digest),
		MaxResults: aws.Int32(r.repetition.pageSize()), NextToken: optional(token),
	}
	r.inFlight.Go(func() {
		defer close(f.done)
		f.err = parallel.Catch(func() (err error) {
			f.response, err = r.call(ctx, "DescribeImageScanFindings", func(ctx context.Context, api *ecr.Client, raw func(*ecr.Options)) error {
				_, err := api.DescribeImageScanFindings(ctx, input, raw)
				return err
			}, nil)
			return err
		})
	})
	return f
}

// ahead requests the page after one that is not decoded yet. It finds the token in the bytes; take drops
// the request if decoding finds another token.
func (r *pager) ahead(ctx context.Context, f *pageRequest) *pageRequest {
	if r.image.Digest == "" || len(r.pages) == 0 && r.coverage.isOpen() { // the first response decides
		return nil
	}
	token := scan.NextToken(f.response.Body)
	if token == "" || r.tokens[token] {
		return nil
	}
	next := r.fetch(ctx, token)
	runtime.Gosched() // the request leaves before decoding takes the processor
	return next
}

// take decodes and checks a page and returns the request for the next one; nil after the last.
func (r *pager) take(ctx context.Context, f, ahead *pageRequest) (*pageRequest, error) {
	page, err := r.parser.ReadPage(f.response.Body)
	f.response.Done()
	if err != nil { // truncated or corrupted: repeat the call
		r.SetTrouble(fmt.Errorf("cannot read the response: %w", err))
		if err := r.Pause(ctx, &r.backoff); err != nil {
			return nil, err
		}
		return r.fetch(ctx, f.token), nil
	}
	if err := r.check(page); err != nil {
		return nil, err
	}
	if len(r.pages) == 0 {
		r.date = f.response.Date
	}
	r.pages, r.seen = append(r.pages, page), page.Status
	if len(r.pages) == 1 {
		if err := r.cover(ctx, page); err != nil {
			return nil, err
		}
	}
	token := page.NextToken
	switch {
	case token == "" || !r.pages[0].Status.Ended() || r.coverage.state == waiting:
		return nil, nil
	case r.tokens[token]:
		return nil, &scan.IncompleteError{Reason: "the same next token occurred twice"}
	}
	r.tokens[token] = true
	if ahead != nil && ahead.token == token {
		return ahead, nil
	}
	return r.fetch(ctx, token), nil
}

// check compares a page with the requested image, and pins an image that was requested by tag.
func (r *pager) check(page *scan.Page) error {
	got := page.Image
	switch {
	case got.Digest == "":
		return &scan.IncompleteError{Reason: "a page does not name its image"}
	case !scan.IsDigest(got.Digest):
		return &scan.IncompleteError{Reason: fmt.Sprintf("a page has the image digest %q (want sha256: and 64 hexadecimal digits)", got.Digest)}
	case r.image.Digest != "" && got.Digest != r.image.Digest:
		return &scan.IncompleteError{Reason: fmt.Sprintf("got a page for image %q, want %q", got.Digest, r.image.Digest)}
	case got.Repository != "" && got.Repository != r.image.Repository:
		return &scan.IncompleteError{Reason: fmt.Sprintf("got a page for repository %q, want %q", got.Repository, r.image.Repository)}
	case got.RegistryID != "" && r.image.RegistryID != "" && got.RegistryID != r.image.RegistryID:
		return &scan.IncompleteError{Reason: fmt.Sprintf("got a page for registry %q, want %q", got.RegistryID, r.image.RegistryID)}
	}
	if r.image.Digest == "" {
		r.image.Digest = got.Digest
		r.note("pinned to the digest of the first response: " + got.Digest)
	}
	return r.bound(page)
}

// bound ends a reading that would never end.
func (r *pager) bound(page *scan.Page) error {
	if r.empty++; len(page.Findings) > 0 {
		r.empty = 0
	}
	switch {
	case r.empty > maxEmptyPages:
		return &scan.IncompleteError{Reason: fmt.Sprintf("more than %d consecutive pages are empty", maxEmptyPages)}
	case len(r.pages) >= maxPages:
		return &scan.IncompleteError{Reason: fmt.Sprintf("there are more than %d pages", maxPages)}
	}
	return nil
}
