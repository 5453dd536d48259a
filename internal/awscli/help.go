package awscli

import (
	"strings"

	"github.com/ecrgate/ecrgate/internal/awscli/argparse"
)

// help prints the options. The AWS CLI shows a manual page instead.
func (c *command) help() {
	var out strings.Builder
	out.WriteString("describe-image-scan-findings: the scan findings of an image, as the AWS CLI shows them\n\n" +
		"    --repository-name NAME --image-id imageTag=TAG|imageDigest=DIGEST are needed\n\n")
	for _, p := range []argparse.Parser{operationParser(false), globalParser} {
		for _, o := range p.Options {
			out.WriteString("    " + o.Name + takes(o) + "\n")
		}
	}
	c.print(out.String())
}

// takes describes the value of an option.
func takes(o argparse.Option) string {
	switch {
	case o.Kind == argparse.Flag || o.Kind == argparse.Version:
		return ""
	case o.Kind == argparse.Maybe:
		return " [" + strings.Join(o.Choices, "|") + "]"
	case o.Choices != nil:
		return " " + strings.Join(o.Choices, "|")
	case o.Int:
		return " NUMBER"
	}
	return " TEXT"
}
