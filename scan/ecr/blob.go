package ecr

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
)

// maxConfig bounds what is read of an image config; the registries' own limit for it is lower.
const maxConfig = 8 << 20

// blob downloads a small layer, from the address that ECR signs for it.
func (r *resolver) blob(ctx context.Context, digest string) ([]byte, error) {
	input := &ecr.GetDownloadUrlForLayerInput{RepositoryName: &r.image.Repository, LayerDigest: &digest}
	if r.image.RegistryID != "" {
		input.RegistryId = &r.image.RegistryID
	}
	var location struct {
		DownloadURL string `json:"downloadUrl"`
	}
	_, err := r.call(ctx, "GetDownloadUrlForLayer", func(ctx context.Context, api *ecr.Client, raw func(*ecr.Options)) error {
		_, err := api.GetDownloadUrlForLayer(ctx, input, raw)
		return err
	}, func(a *answer) error { return json.Unmarshal(a.body, &location) })
	if err != nil {
		return nil, err
	}
	return r.download(ctx, location.DownloadURL)
}

func (r *resolver) download(ctx context.Context, url string) ([]byte, error) {
	ctx, cancel := context.WithDeadline(ctx, r.callDeadline())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, errors.New("the address of the image config is no URL")
	}
	resp, err := r.http.next.Do(req)
	if err != nil {
		return nil, fmt.Errorf("downloading the image config: %w", deepest(err))
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("downloading the image config: HTTP %d", resp.StatusCode)
	}
	return io.ReadAll(io.LimitReader(resp.Body, maxConfig))
}
