package ecr

import (
	"context"
	"errors"
	"fmt"

	"github.com/ecrgate/ecrgate/scan"
)

// A scanType is how the registry of the credentials is scanned in one region, which one call finds out for
// all images.
type scanType struct {
	turn    chan struct{} // holds a token while one asks, and guards the rest
	scanned *RegistryScanning
	err     error // why there is no point in asking again; nil for none
}

// ScanType returns how the registry of an image is scanned, for results that do not show it. It covers
// the registry of the credentials in the image's region.
func (c *Client) ScanType(ctx context.Context, img scan.Image, o Options) (scan.Type, error) {
	caller, err := c.caller(img, scan.Platform{}, o)
	if err != nil {
		return "", err
	}
	t := c.scanType(caller.region)
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
	if t.scanned == nil && t.err == nil {
		scanned, err := caller.registryScanning(ctx)
		if err != nil && (ctx.Err() != nil || errors.Is(err, ErrTimeout)) {
			return "", err
		}
		t.scanned, t.err = scanned, err
	}
	switch {
	case t.err != nil:
		return "", t.err
	case t.scanned.RegistryID != "" && img.RegistryID != "" && t.scanned.RegistryID != img.RegistryID:
		return "", fmt.Errorf("cannot read the scan type of registry %s with credentials for %s", img.RegistryID, t.scanned.RegistryID)
	}
	return t.scanned.Type, nil
}

func (c *Client) scanType(region string) *scanType {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.scanTypes[region] == nil {
		c.scanTypes[region] = &scanType{turn: make(chan struct{}, 1)}
	}
	return c.scanTypes[region]
}

// A registryType is how the registry is scanned, asked for a result that does not show it.
type registryType struct {
	asked bool
	value scan.Type // empty when that is not known
}

// mayBeEnhanced reports whether a result is not known to be basic. Without findings it does not show that,
// but the registry's configuration does.
func (w *poller) mayBeEnhanced(ctx context.Context, s *scan.Scan) (bool, error) {
	switch {
	case s.Type == scan.Basic:
		return false, nil
	case s.Type == scan.Enhanced:
		return true, nil
	case w.asked.accepted && w.asked.refused == "": // only basic scans can be requested
		return false, nil
	case w.options.NoInspector:
		return true, nil
	}
	if !w.registry.asked {
		value, err := w.askScanType(ctx, s)
		if err != nil {
			return false, err
		}
		w.registry = registryType{asked: true, value: value}
	}
	return w.registry.value != scan.Basic, nil
}

// askScanType asks how the registry is scanned, for a result that does not show it; empty when that cannot
// be found out. The error is that of the context.
func (c *caller) askScanType(ctx context.Context, s *scan.Scan) (scan.Type, error) {
	o := c.options
	o.Deadline = c.coverageDeadline()
	value, err := c.client.ScanType(ctx, c.covered(s), o)
	if err != nil && ctx.Err() != nil {
		return "", err
	}
	return value, nil
}
