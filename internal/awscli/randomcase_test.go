package awscli_test

import (
	"encoding/base64"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/internal/awscli/model"
)

// A randomCase is a command line, an environment and the responses of the service.
type randomCase struct {
	run
	answers []answer
}

// randomCase returns a case for the service at a URL, in a directory with the files of writeFiles.
func (d dice) randomCase(url string, base map[string]string) randomCase {
	c := randomCase{run: run{env: maps.Clone(base)}}
	c.answers = d.answers()
	c.args = d.options()
	if d.chance(95) {
		c.args = append(c.args, "--endpoint-url", url+pick(d, []string{"", "", "/", "/p", "/p/", "/p?x=1", "/a%20b"}))
	} else {
		c.env[pick(d, []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_ECR"})] = url
	}
	if d.chance(15) {
		d.disturb(&c)
	}
	return c
}

// options returns the words of a command line, most of them sensible.
func (d dice) options() []string {
	args := []string{"--repository-name", "team/app", "--image-id", d.imageID()}
	if d.chance(15) {
		args[1] = pick(d, repositories)
	}
	if d.chance(30) {
		args[2] = "--image-id=" + args[3]
		args = args[:3]
	}
	add := func(percent int, name string, values []string) {
		if d.chance(percent) {
			args = append(args, name, pick(d, values))
		}
	}
	add(70, "--output", []string{"json", "text", "text", "table", "table"})
	add(25, "--query", queries)
	add(25, "--max-items", []string{"0", "1", "2", "3", "5", "100", "-1", "+2", " 4 ", "1_0"})
	add(15, "--page-size", []string{"1", "2", "100", "1001", "0", "-5"})
	if d.chance(20) {
		args = append(args, "--starting-token", d.startingToken())
	}
	add(7, "--no-paginate", nil1)
	add(4, "--next-token", []string{"tok", "", "é", "file://text.txt"})
	add(4, "--max-results", []string{"5", "0", "x", " 7", "file://five.txt", ""})
	add(6, "--registry-id", []string{"123456789012", "", "file://text.txt"})
	add(8, "--color", []string{"on", "off", "auto"})
	add(6, "--cli-input-json", inputJSON)
	add(3, "--generate-cli-skeleton", []string{"input", "output"})
	add(3, "--cli-read-timeout", []string{"0", "5", "x", "-1", "", " 3 "})
	add(3, "--cli-connect-timeout", []string{"0", "5", "x", "-1"})
	add(3, "--region", []string{"eu-west-1", "", "not a region", "x", "123"})
	add(2, "--profile", []string{"iso", "text", "nope", "", "partial", "badformat"})
	for i := 0; i < len(args); i++ {
		if args[i] == "" && i > 0 && args[i-1] == "--no-paginate" {
			args = append(args[:i], args[i+1:]...)
		}
	}
	return args
}

var nil1 = []string{""}

// disturb adds a mistake to the words or the environment.
func (d dice) disturb(c *randomCase) {
	at := d.IntN(len(c.args) + 1)
	switch d.IntN(8) {
	case 0, 1:
		c.args = append(c.args[:at:at], append([]string{pick(d, oddWords)}, c.args[at:]...)...)
	case 2:
		if at < len(c.args) {
			c.args = append(c.args[:at:at], c.args[at+1:]...)
		}
	case 3:
		if at < len(c.args) && strings.HasPrefix(c.args[at], "--") && len(c.args[at]) > 4 {
			c.args[at] = c.args[at][:3+d.IntN(len(c.args[at])-3)]
		}
	case 4:
		delete(c.env, pick(d, []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"}))
	case 5:
		c.args = append(c.args, "--no-sign-request")
	default:
		line := pick(d, oddEnvironment)
		name, text, _ := strings.Cut(line, "=")
		c.env[name] = text
	}
}

func (d dice) imageID() string {
	if d.chance(85) {
		return pick(d, []string{"imageTag=latest", "imageDigest=sha256:ab", "imageTag=a,imageDigest=b", `{"imageTag":"latest"}`})
	}
	if d.chance(40) {
		return pick(d, imageIDs)
	}
	var b strings.Builder
	for range d.IntN(8) + 1 {
		b.WriteString(pick(d, shorthandParts))
	}
	return b.String()
}

func (d dice) startingToken() string {
	encode := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	switch d.IntN(6) {
	case 0:
		return pick(d, []string{"tok", "", "None", "tok___2", "None___1", "a___b___c", "a___b", "x___-1", "___", "é", "file://text.txt", "x___ 1 ", "x____1"})
	case 1:
		return encode(pick(d, []string{`[1]`, `5`, `null`, `"x"`, `{}`, `1.5`, `true`, `{"nextToken": 5}`, `{"nextToken": "a", "foo": 1}`, `{"nextToken": "x", "repositoryName": "other"}`, `{"boto_truncate_amount": 2}`, `{"nextToken": "a", "boto_truncate_amount": "1"}`, `{"nextToken": "a", "boto_truncate_amount": null}`, `{"nextToken": "a", "boto_truncate_amount": true}`, `{"nextToken": "None", "boto_truncate_amount": 1.5}`, `{bad`, `{"nextToken": {"a": [1]}}`}))
	case 2:
		return pick(d, []string{"eyJuZXh0VG9rZW4iOiBudWxsfQ", "eyJ!uZXh0VG9rZW4iOiBudWxsfQ==", "eyJuZXh0VG9rZW4iOiBudWxsfQ==trailing", "====", "e30=", "e3 0="})
	}
	return encode(fmt.Sprintf(`{"nextToken": %s, "boto_truncate_amount": %d}`, pick(d, []string{"null", `"tok"`, `"None"`, `"é"`}), d.IntN(5)-1))
}

// answers returns pages, and sometimes a failure among them.
func (d dice) answers() []answer {
	var all []answer
	pages := pick(d, []int{1, 1, 1, 2, 3})
	for i := range pages {
		for d.chance(4) {
			all = append(all, pick(d, failures))
		}
		text := d.document(model.Output)
		if d.chance(8) {
			text = pick(d, oddBodies)
		}
		token := ""
		if i+1 < pages || d.chance(3) {
			token = pick(d, []string{`"tok-2"`, `"tok-3"`, `"é"`, `"tok 4"`})
		} else if d.chance(10) {
			token = pick(d, []string{`""`, "null", "0", "false", "[]", "5"})
		}
		if strings.HasPrefix(text, "{") && len(text) > 2 && token != "" {
			text = `{"nextToken": ` + token + "," + text[1:]
		}
		all = append(all, answer{200, text})
	}
	return all
}

// writeFiles writes the files that command lines name.
func writeFiles(t *testing.T, folder string) {
	t.Helper()
	for name, text := range map[string]string{
		"text.txt": "from file", "five.txt": "5\n", "image.json": `{"imageTag": "from-file"}`, "short.txt": "imageTag=short", "crlf.txt": "a\r\nb\rc",
		"latin1.txt": "caf\xe9", "empty.txt": "",
		"config": "[default]\noutput = json\n[profile iso]\nregion = eu-west-1\ncli_timestamp_format = iso8601\naws_access_key_id = AKISO\naws_secret_access_key = s\n" +
			"[profile text]\noutput=text\nregion=us-west-2\naws_access_key_id=AKTEXT\naws_secret_access_key=s\naws_session_token=TOK\n" +
			"[profile partial]\nregion=us-east-1\naws_access_key_id=AKPARTIAL\n[profile badformat]\ncli_timestamp_format=foo\n" +
			"[profile retry]\nmax_attempts = 2\nretry_mode = standard\n[profile local]\ncli_follow_urlparam = false\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

var (
	repositories = []string{"sample-repo", "team/app", "aa", "a", "", "é", "file://text.txt", "file://nope.txt", "file://.", "fileb://text.txt", "file://latin1.txt", "file://crlf.txt", "file://~/x", "file://$HOME/x", "a b", "a\xffb", "file://n\xe9", "fileb://five.txt"}
	imageIDs     = []string{
		"", " ", "imageTag", "imageTag=", "imageTag=a,imageTag=b", "imageTag=a,b", "imageTag=[a,b]", "imageTag={a=b}", "foo=bar", "imageTag = a , imageDigest=b",
		`imageTag='a\'b'`, `imageTag="a\"b"`, `imageTag='a`, `imageTag="a`, `imageTag=a\,b`, "imageTag=a,", "imageTag=a,b,c=d,e=f", "imageTag=a,,imageDigest=d", "imageTag@=file://text.txt", "imageTag@=file://nope", "imageTag@=plain",
		"imageTag@=fileb://text.txt", "file://image.json", "file://short.txt", "file://nope.json", "file://.", "fileb://image.json", "file://empty.txt", "file://latin1.txt",
		`{"imageTag": 5}`, `{"imageTag": {"a": 1}}`, `{"imageTag": [{"a": 1}]}`, `{"imageTag": null, "foo": true}`, `{}`, `[{"imageTag": "a"}]`, `{"imageTag": "a"`, `{"imageTag": "a",}`, `{'imageTag': 'a'}`, ` {"imageTag": "é\ud83d\ude00"}`,
		`{"imageTag": "\ud83d"}`, `{"imageTag": NaN, "imageDigest": 1e400}`, `{"imageTag": "a", "imageTag": "b"}`, "{\"imageTag\":\n \"a\" \"b\"}", "{\"imageTag\": \"a\nb\"}", `{"imageTag": "\x"}`, `{"imageTag": 01}`, "imageTag=é", "imageTag=😀", "imageTag=a😀",
		"imageTag=a\nimageTag=b", "imageTag=a,\nimageTag=b", "imageTag=\u00a0a\u00a0", "imageDigest=sha256:a,imageTag=x y ", "imageTag=a]b", "imageTag=a}b", "imageTag=a=b", "=a", "@=a", "imageTag==a", " imageTag=a", "imageTag=a b,c d", "imageTag=\xff", "{\"imageTag\": \"\xff\"}", "\xff",
	}
	shorthandParts = []string{"imageTag", "imageDigest", "=", "=", ",", ",", "a", "b c", "[", "]", "{", "}", "'", `"`, `\`, " ", "@", "é", "\n", "x=y", "a,b", "[a]", "{a=b}", "'q'", `"q"`, `\,`, "file://short.txt", "-", ":"}
	queries        = []string{
		"imageScanFindings", "imageScanFindings.findings", "imageScanFindings.findings[].name", "imageScanFindings.findings[].[name,severity]", "imageScanFindings.findings[*].{Name:name,Sev:severity}",
		"imageScanFindings.findingSeverityCounts", "imageScanFindings.findingSeverityCounts.HIGH", "NextToken", "@", "*", "[]", "imageScanFindings.enhancedFindings[].resources[].tags", "keys(@)", "length(imageScanFindings.findings)", "imageScanFindings.*",
		"imageScanFindings.enhancedFindings[].[score,severity]", "imageScanFindings.enhancedFindings[?score > `5`].title", "`{}`", "`[]`", "`null`", "`\"x\"`", "`[1,2]`", "`[[1],[2,3]]`", "`[[1,[2]],[3]]`", "`[{\"a\":1},{\"a\":2,\"b\":[1]}]`", "`[1,{\"a\":1}]`", "`[[{\"a\":1}]]`",
		"imageId", "imageId.imageTag", "imageScanStatus", "[imageId,imageScanStatus]", "[imageId.imageTag, imageScanStatus.status]", "{a:imageId,b:imageScanFindings.findings}", "{\"ß\":imageScanFindings.findings[].attributes}", "foo[", "foo bar", "", "$", "nofn(@)", "sort_by(imageScanFindings.findings, &name)[].name",
		"join(',', imageScanFindings.findings[].name)", "max_by(imageScanFindings.enhancedFindings, &score)", "to_string(@)", "values(imageScanFindings.findingSeverityCounts)", "imageScanFindings.findings[0]", "imageScanFindings.enhancedFindings[-1]", "imageScanFindings.enhancedFindings[].packageVulnerabilityDetails.vulnerablePackages[].name",
		"{\"\":imageId}", "{\"\":imageScanFindings.findings}", "imageScanFindings.findings[].attributes[]", "imageScanFindings.findings[].attributes", "not_null(NextToken, 'none')", "&a", "'\xff'", "\xff",
	}
	inputJSON      = []string{`{"repositoryName": "from-json"}`, `{"imageId": {"imageTag": "j"}, "registryId": "1"}`, `{"maxResults": 2, "nextToken": "t"}`, `{"PaginationConfig": {"MaxItems": 1}}`, `{"PaginationConfig": {"PageSize": "2", "StartingToken": "t"}}`, `{"PaginationConfig": 5}`, `{"PaginationConfig": {"MaxItems": "x"}}`, `{"PaginationConfig": {"MaxItems": [1]}}`, `{"PaginationConfig": {"StartingToken": 5}}`, `{"foo": 1}`, `5`, `"x"`, `[1]`, `null`, `{bad`, ``, `{"maxResults": "2"}`, `{"maxResults": 1.5, "registryId": false}`, `{"maxResults": true}`, `file://nope`, `file://image.json`, `fileb://image.json`, `{"registryId": {"a": ["b", null]}}`, `{"PaginationConfig": {"MaxItems": 2.9, "PageSize": true}}`}
	oddWords       = []string{"--foo", "bar", "-x", "--", "-", "--output", "--debug=1", "--max", "--re", "--regi", "--i", "--c", "--no-", "--output=jso", "--output=tabel", "--color=onn", "help", "--image-id", "--no-verify-ssl", "--query=", "-5", "-1.5", "--v", "--v2-debug=", "--page-size=x", "--max-items=1.5", "--=x", "a b", "--foo bar", "--generate-cli-skeleton", "--generate-cli-skeleton=foo", "--cli-input-json", "", "--pro", "--region=eu-central-1", "--endpoint-url=foo", "--endpoint-url=localhost:99", "--endpoint-url=http://", "--endpoint-url=http://a_b/", "--starting=x", "--next=x", "--profile=iso", "--fo\xff", "--output=\xff"}
	oddEnvironment = []string{
		"AWS_DEFAULT_OUTPUT=text", "AWS_DEFAULT_OUTPUT=yaml", "AWS_DEFAULT_OUTPUT=", "AWS_OUTPUT=text", "AWS_REGION=eu-west-3", "AWS_DEFAULT_REGION=", "AWS_DEFAULT_REGION=not a region", "AWS_PROFILE=iso", "AWS_PROFILE=text", "AWS_PROFILE=", "AWS_PROFILE=nope", "AWS_DEFAULT_PROFILE=text",
		"AWS_MAX_ATTEMPTS=1", "AWS_MAX_ATTEMPTS=2", "AWS_MAX_ATTEMPTS=0", "AWS_MAX_ATTEMPTS=x", "AWS_MAX_ATTEMPTS=", "AWS_RETRY_MODE=standard", "AWS_RETRY_MODE=adaptive", "AWS_RETRY_MODE=foo", "AWS_RETRY_MODE=", "AWS_SESSION_TOKEN=TOK", "AWS_SECURITY_TOKEN=OLD", "AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=",
		"AWS_PROFILE=retry", "AWS_PROFILE=partial", "AWS_PROFILE=badformat", "AWS_ENDPOINT_URL=", "AWS_ENDPOINT_URL=foo", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true", "AWS_USE_FIPS_ENDPOINT=true", "AWS_USE_DUALSTACK_ENDPOINT=true", "NO_PROXY=*", "HTTP_PROXY=http://127.0.0.1:1",
	}
	failures = []answer{
		{400, `{"__type":"ThrottlingException","message":"Rate exceeded"}`}, {400, `{"__type":"com.amazonaws.ecr#ScanNotFoundException:http://x","Message":"capital"}`}, {400, `{"__type":"LimitExceededException","message":"limit"}`}, {403, `{"message":"forbidden"}`}, {400, `{"__type":"X","message":null}`},
		{400, `{"__type":null}`}, {400, `{"__type":5}`}, {400, `{"__type":[":"]}`}, {400, `[]`}, {400, `"x"`}, {400, ``}, {404, `not json é`}, {500, ``}, {500, `  `}, {502, `<html>bad</html>`}, {502, ` <HTML>`}, {503, `{"message":"busy"}`}, {504, ``}, {509, ``}, {599, ``}, {429, `{}`}, {413, ``}, {400, "\xff"},
		{301, ``}, {302, `{"message": "moved"}`}, {300, `{}`}, {418, ``}, {400, `{"__type":"RequestTimeout","message":7.0}`}, {400, `{"__type":"A","message":{"a":[true]}}`}, {0, ``}, {0, `{"cut": `},
	}
	oddBodies = []string{"", " ", "{}", "[]", "5", "null", `"x"`, "{bad", "\ufeff{}", "\xff", "true", `{"imageScanFindings": null}`, `{"imageScanFindings": {}}`, `{"imageScanFindings": []}`, `{"imageScanFindings": {"findings": null}}`, `{"imageScanFindings": {"findings": []}}`, `{"imageScanFindings": {"enhancedFindings": [{}, null, {"score": 1}]}}`, `{"imageScanFindings": {"findings": [null]}}`, `{"imageScanFindings": {"findings": "abc"}}`, `{"imageScanFindings": {"findings": [1]}}`, `{"imageScanFindings": {"findingSeverityCounts": []}}`, `{"imageScanFindings": {"findings": [{"name": "\ud83d"}]}}`, `{"imageScanFindings": {"findings": [{"name": "a"}, {"name": "x\udc00y\ud800\ud800"}]}, "registryId": "r"}`, `{"imageScanFindings": {"findings": {"a": 1}}}`}
)
