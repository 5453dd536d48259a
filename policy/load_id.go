package policy

import (
	"fmt"
	"strings"
)

var (
	// cveForm does not count the digits of the number: who has written too few has lost some, and
	// nobody knows which.
	cveForm = later(`(?i)^CVE-(1999|20[0-9]{2})-[0-9]+$`)
	cveLike = later(`(?i)^[^a-z0-9]*(?:.*/)?C(?:VE|EV)(?:[^a-z0-9].*|[0-9].*)?$`)
	cveBent = later(`(?i)^(?:.*/)?[^a-z0-9]*C(?:VE|EV)[^a-z0-9]*((?:19|20)?[0-9]{2})[^a-z0-9]+([0-9]{4,19})[^a-z0-9]*$`)
)

// MisspelledID says why an id can be that of no vulnerability, and what was most likely meant; empty
// when it can be one. Only ids of the CVE list have a form that is known to be complete: of the other
// databases nothing is said, but that an id holds neither blanks nor commas.
func MisspelledID(id string) string {
	meant := ""
	if bent := cveBent().FindStringSubmatch(id); bent != nil {
		meant = cve(bent[1], bent[2])
	}
	switch {
	case cveForm().MatchString(id):
		return ""
	case cveForm().MatchString(meant):
		return fmt.Sprintf("no vulnerability has the id %s (did you mean %s?)", quote(id), meant)
	case strings.ContainsAny(id, " \t,;"):
		return fmt.Sprintf("no vulnerability has the id %s (want one id, without blanks and commas, and the next one apart)", quote(id))
	case cveLike().MatchString(id):
		return fmt.Sprintf("no vulnerability has the id %s (want CVE, the year, 1999 or later, and four digits or more, e.g. CVE-2024-3094)", quote(id))
	}
	return ""
}

// cve writes an id as the CVE list does, with all digits of the year.
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
