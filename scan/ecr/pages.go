package ecr

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecr"

	"github.com/ecrgate/ecrgate/internal/parallel"
	"github.com/ecrgate/ecrgate/scan"
)

// pageSize is the most that ECR takes; enhanced findings come 100 a page all the same.
const pageSize = 1000

// maxPages and maxEmptyPages bound a reading whose tokens never end. A hundred enhanced findings
// make a page; an empty page with a token may come, a row of them leads nowhere.
const (
	maxPages      = 10000
	maxEmptyPages = 100
)

// A reading goes through the pages of one image once. The next page is asked for while this one is
// being decoded.
type pager struct {
	*poller
	pages    []*scan.Page
	date     time.Time // the server's, of the first answer
	tokens   map[string]bool
	empty    int // pages in a row without findings
	backoff  backoff
	inFlight sync.WaitGroup
}

// A flight is a page on its way; done is closed when it is there.
type pageRequest struct {
	token    string
	done     chan struct{}
	response *response
	err      error
}

// read gives the whole scan and the server's time. What does not hold together is a *scan.IncompleteError.
func (w *poller) read(ctx context.Context) (*scan.Scan, time.Time, error) {
	r := &pager{poller: w, tokens: map[string]bool{}, backoff: backoff{longest: w.options.PollInterval}}
	ctx, cancel := context.WithCancel(ctx)
	defer r.inFlight.Wait()
	defer cancel() // ends a page that nobody waits for any more
	for next := r.fetch(ctx, ""); next != nil; {
		<-next.done
		if next.err != nil {
			return nil, r.date, next.err
		}
		var err error
		if next, err = r.take(ctx, next, r.ahead(ctx, next)); err != nil {
			return nil, r.date, err
		}
	}
	if first := &r.pages[0].Scan; !first.Status.Ended() {
		return first, r.date, nil
	}
	s, err := scan.Join(r.pages)
	return s, r.date, err
}

// fetch starts one call.
func (r *pager) fetch(ctx context.Context, token string) *pageRequest {
	f := &pageRequest{token: token, done: make(chan struct{})}
	input := &ecr.DescribeImageScanFindingsInput{RepositoryName: &r.image.Repository, ImageId: r.imageID(), MaxResults: new(int32)}
	*input.MaxResults = r.twice.pageSize()
	if token != "" {
		input.NextToken = &token
	}
	if r.image.RegistryID != "" {
		input.RegistryId = &r.image.RegistryID
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

// ahead asks for the page after one that is not decoded yet. Its token is looked up in the bytes;
// take drops the page when decoding finds another one.
func (r *pager) ahead(ctx context.Context, f *pageRequest) *pageRequest {
	if r.image.Digest == "" { // the first answer pins it
		return nil
	}
	token := scan.NextToken(f.response.body)
	if token == "" || r.tokens[token] {
		return nil
	}
	next := r.fetch(ctx, token)
	runtime.Gosched() // the request leaves before decoding takes the processor
	return next
}

// take decodes and checks a page, and gives the flight of the next one: nil after the last.
func (r *pager) take(ctx context.Context, f, ahead *pageRequest) (*pageRequest, error) {
	page, err := scan.ReadPage(f.response.body)
	f.response.done()
	if err != nil { // cut or broken on its way: the same call again
		r.setTrouble(fmt.Errorf("the answer cannot be read: %w", err))
		if err := r.pause(ctx, &r.backoff); err != nil {
			return nil, err
		}
		return r.fetch(ctx, f.token), nil
	}
	if err := r.check(page); err != nil {
		return nil, err
	}
	if len(r.pages) == 0 {
		r.date = f.response.date
	}
	r.pages, r.seen = append(r.pages, page), page.Status
	token := page.NextToken
	switch {
	case token == "" || !r.pages[0].Status.Ended():
		return nil, nil
	case r.tokens[token]:
		return nil, &scan.IncompleteError{Reason: "the same next token came twice"}
	}
	r.tokens[token] = true
	if ahead != nil && ahead.token == token {
		return ahead, nil
	}
	return r.fetch(ctx, token), nil
}

// check holds a page against the image that was asked for, and pins an image that was asked for by
// its tag.
func (r *pager) check(page *scan.Page) error {
	got := page.Image
	switch {
	case got.Digest == "":
		return &scan.IncompleteError{Reason: "a page does not say which image it is of"}
	case !scan.IsDigest(got.Digest):
		return &scan.IncompleteError{Reason: fmt.Sprintf("a page has the image digest %q (want sha256: and 64 hexadecimal digits)", got.Digest)}
	case r.image.Digest != "" && got.Digest != r.image.Digest:
		return &scan.IncompleteError{Reason: fmt.Sprintf("a page is of image %q, asked for was %q", got.Digest, r.image.Digest)}
	case got.Repository != "" && got.Repository != r.image.Repository:
		return &scan.IncompleteError{Reason: fmt.Sprintf("a page is of repository %q, asked for was %q", got.Repository, r.image.Repository)}
	case got.RegistryID != "" && r.image.RegistryID != "" && got.RegistryID != r.image.RegistryID:
		return &scan.IncompleteError{Reason: fmt.Sprintf("a page is of registry %q, asked for was %q", got.RegistryID, r.image.RegistryID)}
	}
	if r.image.Digest == "" {
		r.image.Digest = got.Digest
		r.note("pinned by the digest of the first answer: " + got.Digest)
	}
	return r.bound(page)
}

// bound ends a reading that would go on for ever.
func (r *pager) bound(page *scan.Page) error {
	if r.empty++; len(page.Findings) > 0 {
		r.empty = 0
	}
	switch {
	case r.empty > maxEmptyPages:
		return &scan.IncompleteError{Reason: fmt.Sprintf("more than %d pages in a row are empty", maxEmptyPages)}
	case len(r.pages) >= maxPages:
		return &scan.IncompleteError{Reason: fmt.Sprintf("there are more than %d pages", maxPages)}
	}
	return nil
}
