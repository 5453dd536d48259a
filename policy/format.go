package policy

import (
	"slices"

	"github.com/ecrgate/ecrgate/internal/strictyaml"
	"github.com/ecrgate/ecrgate/scan"
)

// format describes policy files for the messages of strictyaml.
var format = strictyaml.Format{
	Start:    "version: 1 and rules",
	Keys:     slices.Concat(topKeys, ruleKeys, exceptionKeys, scanKeys),
	Required: []string{"version", "rules", "name", "id", "reason", "status"},
	Aliases:  aliases,
	Hint: func(meant string, words []string) string {
		if meant == string(scan.Yes) && slices.Contains(words, string(scan.Partial)) {
			return "use [YES, PARTIAL] for everything that has a fix; YES alone leaves out findings with a fix for some packages only"
		}
		return ""
	},
}

// aliases maps words of other tools, and everyday ones, to the key or value they most likely mean.
var aliases = map[string]string{
	"until": "expires", "expiry": "expires", "expired_at": "expires", "expiration": "expires", "ends": "expires",
	"statement": "reason", "comment": "reason", "justification": "reason", "description": "reason", "note": "reason",
	"vulnerability": "id", "cve": "id", "pkg": "package", "repositories": "images", "repository": "images",
	"fix": "fixAvailable", "fixed": "fixAvailable", "fixable": "fixAvailable", "fix-state": "fixAvailable", "exploit": "exploitAvailable",
	"age": "olderThan", "days": "olderThan", "grace": "olderThan", "cvss": "minScore", "score": "minScore",
	"threshold": "max", "limit": "max", "allowed": "max",
	"true": "YES", "false": "NO", "yes": "true", "no": "false",
	"error": "fail", "block": "fail", "deny": "fail", "break": "fail",
	"ignore": "exceptions", "allow": "exceptions", "allowlist": "exceptions", "suppressions": "exceptions",
}
