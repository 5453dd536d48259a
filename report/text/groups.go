package text

import (
	"fmt"
	"time"

	"github.com/ecrgate/ecrgate/report/internal/safe"
)

// Groups is the syntax with which a CI system collapses lines of a log.
type Groups string

// The notations.
const (
	NoGroups Groups = ""
	// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#grouping-log-lines
	GitHub Groups = "github"
	// https://docs.gitlab.com/ci/jobs/job_logs/#custom-collapsible-sections
	GitLab Groups = "gitlab"
)

// begin returns the line that starts the n-th group.
func (g Groups) begin(n int, at time.Time, title string) string {
	title = safe.Line(title)
	if g == GitHub {
		return "::group::" + title
	}
	return fmt.Sprintf("\x1b[0Ksection_start:%d:ecrgate_%d[collapsed=true]\r\x1b[0K%s", at.Unix(), n, title)
}

// end returns the line that ends the n-th group.
func (g Groups) end(n int, at time.Time) string {
	if g == GitHub {
		return "::endgroup::"
	}
	return fmt.Sprintf("\x1b[0Ksection_end:%d:ecrgate_%d\r\x1b[0K", at.Unix(), n)
}
