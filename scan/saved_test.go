package scan

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"
)

// saved returns a response: status, completion time, ids of basic findings, and more fields.
func saved(status, completed, ids, more string) string {
	var findings []string
	for _, id := range strings.Fields(ids) {
		findings = append(findings, `{"name":"`+id+`","severity":"HIGH"}`)
	}
	if completed != "" {
		completed = `"imageScanCompletedAt":` + completed + `,`
	}
	return fmt.Sprintf(`{"repositoryName":"team/app","imageId":{"imageDigest":"%s"},"imageScanStatus":{"status":"%s"},`+
		`"imageScanFindings":{%s"findings":[%s]}%s}`, sha, status, completed, strings.Join(findings, ","), more)
}

func complete(ids, more string) string { return saved("COMPLETE", "1767323045", ids, more) }

func ids(s *Scan) string {
	var all []string
	for _, f := range s.Findings {
		all = append(all, f.ID)
	}
	return strings.Join(all, " ")
}

func TestReadSavedTakes(t *testing.T) {
	const token = `,"nextToken":"abc"`
	for name, c := range map[string]struct{ text, want string }{
		"one response":                      {complete("a b", ""), "a b"},
		"white space around it":             {"\n\t " + complete("a", "") + "\r\n\r\n", "a"},
		"a byte-order mark":                 {"\ufeff" + complete("a", ""), "a"},
		"an array of one":                   {"[" + complete("a", "") + "]", "a"},
		"pages in an array":                 {"[" + complete("a", token) + "," + complete("b", "") + "]", "a b"},
		"pages one after another":           {complete("a", token) + "\n" + complete("b", ""), "a b"},
		"pages without anything in between": {complete("a", token) + complete("b", ""), "a b"},
		"arrays one after another":          {"[" + complete("a", token) + "]\n[" + complete("b", "") + "]", "a b"},
		"an empty array beside a page":      {"[]" + complete("a", ""), "a"},
		"empty, with a completion time":     {complete("", ""), ""},
		"times as text":                     {saved("ACTIVE", `"2026-01-02T03:04:05+00:00"`, "a", ""), "a"},
		"findings without completion time":  {saved("COMPLETE", "", "a", ""), "a"},
		"a token that is empty":             {complete("a", `,"nextToken":""`), "a"},
		"a token that is null":              {complete("a", `,"NextToken":null`), "a"},
		"pages with the CLI's own token":    {complete("a", `,"NextToken":"x"`) + complete("b", ""), "a b"},
		"empty, with counts and no list":    {`{"imageScanStatus":{"status":"COMPLETE"},"ImageScanFindings":{"imageScanCompletedAt":1,"FindingSeverityCounts":{}}}`, ""},
		"only the findings were kept":       {`{"imageScanFindings":{"findings":[]}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := ReadSaved(strings.NewReader(c.text))
			if err != nil {
				t.Fatal(err)
			}
			if ids(s) != c.want || s.Findings == nil {
				t.Errorf("got %q, want %q", ids(s), c.want)
			}
		})
	}
}

func TestReadSavedLeavesAStatusWithoutFindingsToTheCaller(t *testing.T) {
	for _, status := range []string{"FAILED", "PENDING", "IN_PROGRESS", "UNSUPPORTED_IMAGE", "LIMIT_EXCEEDED", "SOMETHING_NEW", ""} {
		text := `{"imageScanStatus":{"status":"` + status + `","description":"because"}}`
		s, err := ReadSaved(strings.NewReader(text))
		if err != nil || s.Status != Status(status) || s.Description != "because" || len(s.Findings) != 0 {
			t.Errorf("%s: %+v, %v", status, s, err)
		}
	}
}

func TestReadSavedRefusesWhatIsCutShort(t *testing.T) {
	counted := `{"imageScanStatus":{"status":"COMPLETE"},"imageScanFindings":{"imageScanCompletedAt":1,"findingSeverityCounts":{"HIGH":2},"%s":[{}]}}`
	for name, c := range map[string]struct{ text, says string }{
		"a next token left over":             {complete("a", `,"nextToken":"abc"`), "the last page has a next token"},
		"the token of the AWS CLI left over": {complete("a", `,"NextToken":"abc"`), "the last page has a next token"},
		"beside an empty one":                {complete("a", `,"nextToken":"","NextToken":"abc"`), "the last page has a next token"},
		"before everything":                  {`{"NextToken":"abc",` + complete("a", "")[1:], "the last page has a next token"},
		"on the last page of an array":       {"[" + complete("a", `,"nextToken":"1"`) + "," + complete("b", `,"nextToken":"2"`) + "]", "the last page has a next token"},
		"empty without a completion time":    {saved("COMPLETE", "", "", ""), "no imageScanCompletedAt"},
		"active and empty without one":       {saved("ACTIVE", "", "", ""), "ECR can report ACTIVE before the findings are there"},
		"no list and no counts":              {`{"imageScanStatus":{"status":"COMPLETE"},"imageScanFindings":{"imageScanCompletedAt":1}}`, "imageScanFindings has neither a list of findings nor counts"},
		"a misspelled list":                  {`{"imageScanStatus":{"status":"ACTIVE"},"imageScanFindings":{"imageScanCompletedAt":1,"finding":[{"severity":"HIGH"}]}}`, "neither a list of findings nor counts"},
		"no imageScanFindings":               {`{"imageScanStatus":{"status":"COMPLETE"}}`, "no imageScanCompletedAt"},
		"fewer basic findings than counted":  {fmt.Sprintf(counted, "findings"), "read 1 findings, but findingSeverityCounts adds up to 2"},
		"fewer enhanced ones":                {fmt.Sprintf(counted, "enhancedFindings"), "read 1 findings, but findingSeverityCounts adds up to 2"},
		"two images":                         {complete("a", "") + strings.ReplaceAll(complete("b", ""), "0123", "3210"), "save each image in a file of its own"},
		"the same response twice":            {complete("a", "") + complete("a", ""), "a page without a next token is followed by another page"},
		"the same page twice":                {complete("a", `,"nextToken":"1"`) + complete("a", `,"nextToken":"1"`) + complete("b", ""), "two pages have the same next token"},
		"a status that changed":              {complete("a", `,"nextToken":"1"`) + saved("FAILED", "1767323045", "", ""), "the status changed from COMPLETE to FAILED"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := ReadSaved(strings.NewReader(c.text))
			refused(t, s, err, c.says)
		})
	}
}

func TestReadSavedRefusesWhatIsNotAResponse(t *testing.T) {
	good := complete("a", "")
	for name, c := range map[string]struct{ text, says string }{
		"an empty file":                    {"", "the file has no response (want the JSON of aws ecr describe-image-scan-findings)"},
		"white space":                      {" \n", "the file has no response"},
		"only a byte-order mark":           {"\ufeff", "the file has no response"},
		"an empty array":                   {"[]", "the file has no response"},
		"an empty object":                  {"{}", "neither imageScanStatus nor imageScanFindings"},
		"another object":                   {`{"Results":[]}`, "neither imageScanStatus nor imageScanFindings"},
		"another object after a response":  {good + `{"Results":[]}`, "neither imageScanStatus nor imageScanFindings"},
		"null":                             {"null", `it begins with "null"`},
		"a number":                         {"7", `it begins with "7"`},
		"an array of numbers":              {"[1]", "JSON object"},
		"an array in an array":             {"[[" + good + "]]", "JSON object"},
		"Inspector's own list of findings": {`{"findings":[{"findingArn":"arn:aws:inspector2:x","inspectorScore":1}]}`, "Amazon Inspector's ListFindings"},
		"a bare list of findings":          {`[{"name":"CVE-1","severity":"HIGH"}]`, "the file has only findings (save the whole response"},
		"a response with other capitals":   {`{"ImageScanStatus":{},"ImageScanFindings":{}}`, "the keys begin with capitals"},
		"a file that was cut":              {good[:len(good)-9], "truncated JSON"},
		"an array that was cut":            {"[" + good, "truncated JSON"},
		"an array cut after a comma":       {"[" + good + ",", "truncated JSON"},
		"garbage after":                    {good + "\nDone.", "invalid JSON at byte"},
		"garbage before":                   {"Warning: x\n" + good, `the file begins with "Warning: x", before the JSON (save standard output alone`},
		"a comma after":                    {good + ",", "invalid JSON at byte"},
		"a bracket after":                  {good + "]", "invalid JSON at byte"},
		"the CLI's YAML":                   {"imageScanFindings:\n  findings: []\n", "the file is YAML (save the response with --output json)"},
		"an error text before nothing":     {"\nAn error occurred (ScanNotFoundException) when calling x\nmore", `begins with "An error occurred (ScanNotFoundException) when calling x"`},
		"the CLI's table":                  {"-----\n|  DescribeImageScanFindings  |\n", "the file is the AWS CLI's table output (save the response with --output json)"},
		"the CLI's text":                   {"123456789012\tteam/app\nIMAGESCANSTATUS\tdone\tCOMPLETE\n", "the file is the AWS CLI's text output (save the response with --output json)"},
		"a warning that is not UTF-8":      {"\xff\xffx\n" + good, `begins with "x", before the JSON`},
		"only imageScanFindings":           {`{"findings":[],"imageScanCompletedAt":1,"findingSeverityCounts":{}}`, "the file has only imageScanFindings (save the whole response, without --query or jq)"},
		"only enhanced imageScanFindings":  {`{"enhancedFindings":[]}`, "the file has only imageScanFindings"},
		"enhanced findings one by one":     {`{"findingArn":"a"}{"findingArn":"b"}`, "the file has only findings"},
		"a text":                           {`"COMPLETE"`, "want a JSON object"},
		"UTF-16 as PowerShell writes it":   {utf16le(good, true), "UTF-16"},
		"UTF-16 without a byte-order mark": {utf16le(good, false), "UTF-16"},
		"UTF-16, high byte first":          {"\xfe\xff\x00{\x00}", "UTF-16"},
		"a wrong member":                   {`{"imageScanStatus":{"status":5}}`, "imageScanStatus.status"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := ReadSaved(strings.NewReader(c.text))
			var unsettled *IncompleteError
			if err == nil || s != nil || errors.As(err, &unsettled) {
				t.Fatalf("got %+v and %v, want an error other than *IncompleteError", s, err)
			}
			plainWords(t, err, c.says)
		})
	}
}

func utf16le(text string, mark bool) string {
	var b strings.Builder
	if mark {
		text = "\ufeff" + text
	}
	for _, u := range utf16.Encode([]rune(text)) {
		b.WriteByte(byte(u))
		b.WriteByte(byte(u >> 8))
	}
	return b.String()
}

func TestReadSavedReturnsTheErrorOfTheReader(t *testing.T) {
	broken := errors.New("broken")
	if s, err := ReadSaved(iotest.ErrReader(broken)); !errors.Is(err, broken) || s != nil {
		t.Errorf("got %+v, %v", s, err)
	}
}
