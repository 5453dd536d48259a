package policy

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/ecrgate/ecrgate/internal/strictyaml"
)

var (
	// cveForm does not count the digits of the number: if some are missing, there is no way to guess which.
	cveForm = later(`(?i)^CVE-(1999|20[0-9]{2})-[0-9]+$`)
	cveLike = later(`(?i)^[^a-z0-9]*(?:.*/)?C(?:VE|EV)(?:[^a-z0-9].*|[0-9].*)?$`)
	cveBent = later(`(?i)^(?:.*/)?[^a-z0-9]*C(?:VE|EV)[^a-z0-9]*((?:19|20)?[0-9]{2})[^a-z0-9]+([0-9]{4,19})[^a-z0-9]*$`)
)

// MisspelledID returns why an id cannot be a vulnerability id, and what was most likely meant; empty if it can
// be one. Only the form of CVE ids is completely known. Ids of other databases are only checked for spaces
// and commas.
func MisspelledID(id string) string {
	meant := ""
	if bent := cveBent().FindStringSubmatch(id); bent != nil {
		meant = cve(bent[1], bent[2])
	}
	switch {
	case cveForm().MatchString(id):
		return ""
	case cveForm().MatchString(meant):
		return fmt.Sprintf("%s is not a vulnerability id (did you mean %s?)", strictyaml.Quote(id), meant)
	case strings.ContainsAny(id, " \t,;"):
		return fmt.Sprintf("%s is not a vulnerability id (write one id per entry, without spaces or commas)", strictyaml.Quote(id))
	case cveLike().MatchString(id):
		return fmt.Sprintf("%s is not a vulnerability id (write CVE, a year from 1999 on, and at least four digits, for example CVE-2024-3094)", strictyaml.Quote(id))
	}
	return ""
}

// later compiles an expression on first use: most runs need none of these.
func later(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

// cve formats an id as the CVE list does, with all digits of the year.
func cve(year, number string) string {
	switch {
	case len(year) == 4:
	case year >= "70":
		year = "19" + year
	default:
		year = "20" + year
	}
	return "CVE-" + year + "-" + number
}
