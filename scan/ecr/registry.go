package ecr

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/ecr"

	"github.com/ecrgate/ecrgate/scan"
)

// ScanType asks how the registry of an image is scanned, for results that do not tell. It speaks
// for the registry of the credentials in the image's region.
func (c *Client) ScanType(ctx context.Context, img scan.Image, o Options) (scan.Type, error) {
	caller, err := c.caller(img, scan.Platform{}, o)
	if err != nil {
		return "", err
	}
	var wire struct {
		RegistryID            string `json:"registryId"`
		ScanningConfiguration struct {
			ScanType string `json:"scanType"`
		} `json:"scanningConfiguration"`
	}
	_, err = caller.call(ctx, "GetRegistryScanningConfiguration", func(ctx context.Context, api *ecr.Client, raw func(*ecr.Options)) error {
		_, err := api.GetRegistryScanningConfiguration(ctx, &ecr.GetRegistryScanningConfigurationInput{}, raw)
		return err
	}, func(a *answer) error { return json.Unmarshal(a.body, &wire) })
	if err != nil {
		return "", err
	}
	if wire.RegistryID != "" && img.RegistryID != "" && wire.RegistryID != img.RegistryID {
		return "", fmt.Errorf("the scan type of registry %s cannot be asked for with credentials of %s", img.RegistryID, wire.RegistryID)
	}
	switch wire.ScanningConfiguration.ScanType {
	case "BASIC":
		return scan.Basic, nil
	case "ENHANCED":
		return scan.Enhanced, nil
	}
	return "", fmt.Errorf("the registry has the unknown scan type %q (want BASIC or ENHANCED)", wire.ScanningConfiguration.ScanType)
}
