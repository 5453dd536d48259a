package ecr

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecrgate/ecrgate/scan"
)

// An asked is the content of a request.
type asked struct {
	RegistryID         string    `json:"registryId"`
	RepositoryName     string    `json:"repositoryName"`
	ImageID            imageID   `json:"imageId"`
	ImageIDs           []imageID `json:"imageIds"`
	AcceptedMediaTypes []string  `json:"acceptedMediaTypes"`
	MaxResults         int       `json:"maxResults"`
	NextToken          string    `json:"nextToken"`
}

// listen answers with a function and returns the requests by operation.
func listen(t *testing.T, response func(operation string, a asked) reply) (*Client, map[string][]asked) {
	t.Helper()
	received := map[string][]asked{}
	return New(roundTrip(func(req *http.Request) (*http.Response, error) {
		text, _ := io.ReadAll(req.Body)
		var a asked
		if err := json.Unmarshal(text, &a); err != nil {
			t.Error(err)
		}
		_, operation, _ := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
		received[operation] = append(received[operation], a)
		r := response(operation, a)
		header := http.Header{"Date": {time.Now().UTC().Format(http.TimeFormat)}}
		return &http.Response{StatusCode: r.status, Header: header, Body: io.NopCloser(strings.NewReader(r.body)), Request: req}, nil
	}), "us-east-1"), received
}

func TestEveryPageIsAskedForInFull(t *testing.T) {
	var pages []asked
	synctest.Test(t, func(t *testing.T) {
		client, received := listen(t, func(_ string, a asked) reply { return three(call{token: a.NextToken}).reply() })
		img := scan.Image{RegistryID: "123456789012", Repository: repo, Tag: "1", Digest: digest}
		if _, err := client.Read(context.Background(), img, scan.Platform{}, Options{Deadline: time.Now().Add(time.Minute)}); err != nil {
			t.Fatal(err)
		}
		pages = received["DescribeImageScanFindings"]
	})
	if len(pages) != 6 {
		t.Fatalf("%d pages, want 3 read twice", len(pages))
	}
	for i, token := range []string{"", "b", "c", "", "b", "c"} {
		want := asked{RegistryID: "123456789012", RepositoryName: repo, ImageID: imageID{ImageDigest: digest}, MaxResults: 1000, NextToken: token}
		if got := pages[i]; got.RegistryID != want.RegistryID || got.RepositoryName != want.RepositoryName || got.ImageID != want.ImageID || got.MaxResults != want.MaxResults || got.NextToken != want.NextToken {
			t.Errorf("page %d was requested with %+v, want %+v", i, got, want)
		}
	}
}

func TestATagIsLookedUpWithAllFourMediaTypes(t *testing.T) {
	client, received := listen(t, func(_ string, a asked) reply {
		text, _ := json.Marshal(imageBatch{Images: []batchImage{{ImageID: imageID{digest, "1"}, ImageManifest: plainManifest}}})
		return reply{status: 200, body: string(text)}
	})
	for _, img := range []scan.Image{{Repository: repo, Tag: "1"}, {Repository: repo, Tag: "other", Digest: digest}} {
		target, err := client.Resolve(context.Background(), img, nil, Options{Deadline: time.Now().Add(time.Minute)})
		if err != nil || target.Image.Digest != digest {
			t.Fatalf("%+v, %v", target, err)
		}
	}
	lookups := received["BatchGetImage"]
	if got := lookups[0].ImageIDs; len(got) != 1 || got[0] != (imageID{ImageTag: "1"}) {
		t.Errorf("a tag was looked up as %+v", got)
	}
	if got := lookups[1].ImageIDs; len(got) != 1 || got[0] != (imageID{ImageDigest: digest}) {
		t.Errorf("tag and digest were looked up as %+v, want the digest alone", got)
	}
	types := []string{dockerManifest, dockerList, ociManifest, ociIndex}
	for _, a := range lookups {
		slices.Sort(a.AcceptedMediaTypes)
		slices.Sort(types)
		if !slices.Equal(a.AcceptedMediaTypes, types) {
			t.Errorf("accepted media types %v", a.AcceptedMediaTypes)
		}
	}
}
