// Package fleet lists the images that run, or could run: the newest of each repository, or those in use. A
// listing is complete, or it is an error: a check of half the fleet would look like a check of all of it.
package fleet

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ecrgate/ecrgate/internal/parallel"
	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// A Query is which images to list.
type Query struct {
	// Patterns match repository names; none means all repositories. Each must match a listed image.
	Patterns []policy.Glob
	// Tag, if not zero, selects the newest image with a matching tag.
	Tag policy.Glob
	// InUse lists the images that Amazon Inspector knows to be running, instead of the newest ones.
	InUse bool
	// RegistryID is empty for the registry of the credentials; with InUse, for all accounts that Inspector
	// covers.
	RegistryID string
	Wait       ecr.Options
}

// A Listing is the result of a query.
type Listing struct {
	// References are HOST/REPOSITORY@DIGEST, sorted, each once; never none.
	References []string
	// Without are the matching repositories that have no such image, sorted.
	Without []string
}

// List returns the images of a query. An error means that the listing is incomplete or empty.
func List(ctx context.Context, client *ecr.Client, q Query) (*Listing, error) {
	list := q.newest
	if q.InUse {
		list = q.inUse
	}
	found, err := list(ctx, client)
	if err != nil {
		return nil, err
	}
	out := &Listing{}
	for _, f := range found {
		if f.digest == "" {
			out.Without = append(out.Without, f.repository)
			continue
		}
		out.References = append(out.References, f.host+"/"+f.repository+"@"+f.digest)
	}
	for _, ref := range out.References {
		if _, err := scan.ParseImage(ref); err != nil {
			return nil, fmt.Errorf("the listing has an image that cannot be checked: %w", err)
		}
	}
	slices.Sort(out.References)
	slices.Sort(out.Without)
	out.References = slices.Compact(out.References)
	return out, q.complete(found)
}

// A find is an image, or a repository without one.
type find struct {
	host, repository, digest string
	err                      error // from listing the repository; nil with a result
}

// matches reports whether the query is about a repository.
func (q Query) matches(repository string) bool {
	return len(q.Patterns) == 0 || slices.ContainsFunc(q.Patterns, func(g policy.Glob) bool { return g.Match(repository) })
}

// newest returns the newest image of each repository.
func (q Query) newest(ctx context.Context, client *ecr.Client) ([]find, error) {
	repositories, err := client.Repositories(ctx, q.RegistryID, q.Wait)
	if err != nil {
		return nil, err
	}
	repositories = slices.DeleteFunc(repositories, func(r ecr.Repository) bool { return !q.matches(r.Name) })
	tag := func(tag string) bool { return q.Tag.IsZero() || q.Tag.Match(tag) }
	found := parallel.Map(repositories, func(r ecr.Repository) find {
		f := find{host: strings.TrimSuffix(r.URI, "/"+r.Name), repository: r.Name}
		f.digest, f.err = client.Newest(ctx, r, tag, q.Wait)
		return f
	})
	for _, f := range found {
		if f.err != nil {
			return nil, fmt.Errorf("repository %s: %w", f.repository, f.err)
		}
	}
	return found, nil
}

// inUse returns the images in use.
func (q Query) inUse(ctx context.Context, client *ecr.Client) ([]find, error) {
	images, err := client.InUse(ctx, q.RegistryID, q.Wait)
	if err != nil {
		return nil, err
	}
	var found []find
	for _, img := range images {
		if q.matches(img.Repository) {
			found = append(found, find{host: img.Host(), repository: img.Repository, digest: img.Digest})
		}
	}
	return found, nil
}

// complete returns an error unless there is an image, and one for every pattern.
func (q Query) complete(found []find) error {
	for _, g := range q.Patterns {
		repositories, images := 0, 0
		for _, f := range found {
			if g.Match(f.repository) {
				repositories++
				if f.digest != "" {
					images++
				}
			}
		}
		switch {
		case images > 0:
		case q.InUse:
			return fmt.Errorf("no image in use is in a repository that %q matches", g)
		case repositories == 0:
			return fmt.Errorf("%q matches no repository", g)
		default:
			return fmt.Errorf("no repository that %q matches has %s", g, q.Wanted())
		}
	}
	switch {
	case slices.ContainsFunc(found, func(f find) bool { return f.digest != "" }):
		return nil
	case q.InUse:
		return errors.New("no image in use is on the list of Amazon Inspector (which knows only images that it scans continuously, with a delay of up to 36 hours)")
	case len(found) == 0:
		return errors.New("the registry has no repositories")
	}
	return fmt.Errorf("no repository has %s", q.Wanted())
}

// Wanted describes the image that a query selects from each repository.
func (q Query) Wanted() string {
	if q.Tag.IsZero() {
		return "an image with a tag"
	}
	return fmt.Sprintf("an image with a tag that matches %q", q.Tag)
}
