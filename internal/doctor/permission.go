package doctor

import (
	"strings"

	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// checkPermissions returns a check for each permission that the gate needs here, each tested with a call.
func (f *facts) checkPermissions() []Check {
	out := []Check{}
	add := func(action string, err error) { out = append(out, f.permission(action, err)) }
	if f.target.Manifests[0].Unresolved && !f.target.Index {
		out = append(out, f.denied("ecr:BatchGetImage", ""))
	} else {
		add("ecr:BatchGetImage", nil)
	}
	var scanErr error
	for _, m := range f.manifests {
		if ecr.Denied(m.scanErr) != "" || scanErr == nil && ecr.NoAnswer(m.scanErr) {
			scanErr = m.scanErr
		}
	}
	inspectorDenied := strings.HasPrefix(ecr.Denied(scanErr), "inspector2:")
	if inspectorDenied {
		add("ecr:DescribeImageScanFindings", nil)
	} else {
		add("ecr:DescribeImageScanFindings", scanErr)
	}
	if f.StartScan {
		add("ecr:StartImageScan", f.startErr)
	}
	switch {
	case f.scanType() == scan.Basic:
		return out
	case f.scanType() == "" && !f.NoInspector && ecr.Denied(f.registryErr) != "": // the gate has to ask, too
		add("ecr:GetRegistryScanningConfiguration", f.registryErr)
	}
	switch {
	case inspectorDenied:
		add(ecr.Denied(scanErr), scanErr)
	case f.listed || f.enhancedSeen():
		add("inspector2:ListFindings", f.findingErr)
	}
	for _, m := range f.manifests {
		if m.asked && f.inspector {
			add("inspector2:ListCoverage", m.coverage.Err)
			break
		}
	}
	return out
}

// permission judges the call that a permission is for.
func (f *facts) permission(action string, err error) Check {
	switch {
	case ecr.Denied(err) != "":
		return f.denied(action, err.Error())
	case ecr.NoAnswer(err):
		return Check{Name: "permission", Permission: action, Status: Unknown, Message: action + ": " + reason(err)}
	}
	return Check{Name: "permission", Permission: action, Status: OK, Message: action}
}

func (f *facts) denied(action, message string) Check {
	c := Check{Name: "permission", Permission: action, Status: Problem, Message: action + " is not allowed"}
	if _, where, explicit := strings.Cut(message, "with an explicit deny in "); explicit {
		c.Message += ": there is an explicit deny in " + where
		c.Advice = "Remove the deny: no statement that allows the action can override it."
		return c
	}
	c.Fix = f.allow(action)
	if _, where, found := strings.Cut(message, "because no "); found && !strings.HasPrefix(where, "identity-based") {
		kind, _, _ := strings.Cut(where, " allows")
		c.Message += " by any " + kind
		c.Advice = "Add this statement to the " + kind + ":"
		if strings.HasPrefix(kind, "resource-based") && f.roleARN() != "" {
			c.Advice = "Add this statement to the policy of the repository:"
			c.Statement.Principal, c.Statement.Resource = &Principal{AWS: f.roleARN()}, nil
		}
	}
	return c
}

// allow returns the fix for a missing permission.
func (f *facts) allow(action string) Fix {
	return Fix{
		Advice:    "Add this statement to the policy of " + f.role() + ":",
		Statement: &Statement{Effect: "Allow", Action: Words{action}, Resource: Words{f.resource(action)}},
	}
}

// roleARN returns the ARN of the role, without a path as in the ARN of its session; empty for a user.
func (f *facts) roleARN() string {
	head, name, ok := strings.Cut(f.identity.ARN, ":assumed-role/")
	if !ok {
		return ""
	}
	name, _, _ = strings.Cut(name, "/")
	return strings.Replace(head, ":sts:", ":iam:", 1) + ":role/" + name
}

// role describes the role that needs a permission.
func (f *facts) role() string {
	_, name, ok := strings.Cut(f.identity.ARN, ":assumed-role/")
	if !ok {
		return "the role that runs this job"
	}
	name, _, _ = strings.Cut(name, "/")
	return "the role " + name
}

// resource returns the resource of an action. Read actions of Inspector and the settings of a registry have
// no resource types.
func (f *facts) resource(action string) string {
	if !strings.HasPrefix(action, "ecr:") || action == "ecr:GetRegistryScanningConfiguration" {
		return "*"
	}
	return repositoryARN(scan.Image{RegistryID: f.account(), Region: f.region, Repository: f.Image.Repository})
}
