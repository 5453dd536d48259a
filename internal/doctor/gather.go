package doctor

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/ecrgate/ecrgate/internal/parallel"
	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/ecr"
	"github.com/ecrgate/ecrgate/scan/inspector"
)

// facts are the responses of AWS, each with the error, if the call failed.
type facts struct {
	Config
	given    scan.Image // the requested image
	region   string
	endpoint string // custom endpoint; empty for AWS's own
	// inspector is set if the configuration allows asking Amazon Inspector.
	inspector bool
	clock     time.Duration

	identity    ecr.Identity
	identityErr error
	target      *ecr.Target // nil if the image could not be resolved
	targetErr   error

	registry      *ecr.RegistryScanning
	registryErr   error
	repository    *ecr.RepositoryScanning
	repositoryErr error

	startType  scan.Type // shown by the refusal of a scan request
	startErr   error
	manifests  []*manifest
	findingErr error // of ListFindings, if nothing else shows whether it is allowed
	listed     bool  // ListFindings was called
}

// A manifest is one image of the target.
type manifest struct {
	ecr.Manifest
	scan     *scan.Scan
	scanErr  error
	asked    bool // Inspector was asked for the coverage
	coverage inspector.Coverage
}

// gather makes all calls, and stops early if the remaining ones cannot matter.
func gather(ctx context.Context, client *ecr.Client, c Config) (*facts, error) {
	probe, err := client.Probe(c.Image)
	if err != nil {
		return nil, err
	}
	f := &facts{Config: c, given: c.Image, inspector: client.AsksInspector(), region: probe.Region(), endpoint: client.Endpoint()}
	if f.identity, f.identityErr = probe.Identity(ctx); !ecr.BadCredentials(f.identityErr) {
		f.image(ctx, probe)
	}
	f.clock = probe.Clock()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return f, nil
}

func (f *facts) image(ctx context.Context, probe *ecr.Probe) {
	if f.target, f.targetErr = probe.Resolve(ctx, f.Platforms); f.target == nil {
		return
	}
	f.Image = f.target.Image
	f.registry, f.registryErr = probe.RegistryScanning(ctx)
	if !f.foreign() {
		f.repository, f.repositoryErr = probe.RepositoryScanning(ctx)
	}
	if f.StartScan {
		f.startType, f.startErr = probe.StartScan(ctx)
	}
	f.manifests = parallel.Map(f.target.Manifests, func(m ecr.Manifest) *manifest { return f.manifest(ctx, probe, m) })
	if f.inspector && f.scanType() != scan.Basic && !f.enhancedSeen() && len(f.manifests) > 0 {
		f.findingErr, f.listed = probe.Findings(ctx, f.manifests[0].Digest), true
	}
}

func (f *facts) manifest(ctx context.Context, probe *ecr.Probe, m ecr.Manifest) *manifest {
	out := &manifest{Manifest: m}
	out.scan, out.scanErr = probe.Scan(ctx, m.Digest)
	if f.NoInspector || f.scanType() == scan.Basic || out.scan != nil && out.scan.Type == scan.Basic || m.Digest == "" {
		return out
	}
	out.asked = true
	out.coverage, _ = probe.Coverage(ctx, m.Digest) // its error is that of the context
	return out
}

// account returns the account of the registry; empty if unknown.
func (f *facts) account() string { return cmp.Or(f.Image.RegistryID, f.caller()) }

// caller returns the account of the credentials; empty if unknown.
func (f *facts) caller() string {
	if f.registry != nil {
		return cmp.Or(f.identity.Account, f.registry.RegistryID)
	}
	return f.identity.Account
}

// foreign reports whether the registry is known to belong to another account than the credentials.
func (f *facts) foreign() bool { return f.caller() != "" && f.account() != f.caller() }

// scanType returns the scan type of the registry; empty if unknown.
func (f *facts) scanType() scan.Type {
	if f.registry != nil && !f.foreign() {
		return f.registry.Type
	}
	for _, m := range f.manifests {
		if m.scan != nil && m.scan.Type != "" {
			return m.scan.Type
		}
	}
	return f.startType
}

// enhancedSeen reports whether ECR returned an enhanced result, which requires ListFindings.
func (f *facts) enhancedSeen() bool {
	return slices.ContainsFunc(f.manifests, func(m *manifest) bool {
		return m.scan != nil && (m.scan.Type == scan.Enhanced || f.scanType() == scan.Enhanced)
	})
}
