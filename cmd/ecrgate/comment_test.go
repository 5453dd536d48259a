package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The fakes of gh and curl list the comments in a file and log every other request.
const (
	ghOfComments = `case "$*" in
*--jq*) for filter; do :; done; jq -r "$filter" "$COMMENTS" ;;
*) echo "$*" >>"$REQUESTS" ;;
esac`
	curlOfComments = `case "$*" in
*/user) echo '{"id": 7}' ;;
*page=1) jq -c . "$COMMENTS" ;;
*page=*) echo '[]' ;;
*) echo "$*" | sed 's/.*--request/--request/' >>"$REQUESTS" ;;
esac`
)

const commentsOfAll = `[
  {"id": 1, "user": {"type": "Bot"}, "author": {"id": 7}, "body": "<!-- ecrgate team/web -->\nanother image"},
  {"id": 2, "user": {"type": "User"}, "author": {"id": 8}, "body": "<!-- ecrgate team/app -->\nforged"},
  {"id": 3, "user": {"type": "Bot"}, "author": {"id": 7}, "body": "a word on <!-- ecrgate team/app -->"}%s
]`

const commentOfUs = `,
  {"id": 4, "user": {"type": "Bot"}, "author": {"id": 7}, "body": "<!-- ecrgate team/app -->\nthe run before"}`

// TestCommentScriptsEditTheCommentWithTheMarker runs the scripts of examples/ with fakes of gh and curl.
func TestCommentScriptsEditTheCommentWithTheMarker(t *testing.T) {
	if _, err := exec.LookPath("jq"); err != nil {
		t.Skip("jq is not installed")
	}
	const ours = "<!-- ecrgate team/app -->\n## ecrgate: FAILED\n"
	for name, c := range map[string]struct{ script, comment, listed, want string }{
		"GitHub, edit":       {"github/comment.sh 5", ours, commentOfUs, "api --silent --method PATCH repos/acme/app/issues/comments/4 -F body=@comment.md\n"},
		"GitHub, new":        {"github/comment.sh 5", ours, "", "api --silent --method POST repos/acme/app/issues/5/comments -F body=@comment.md\n"},
		"GitHub, not a mark": {"github/comment.sh 5", "hello\n", commentOfUs, ""},
		"GitLab, edit":       {"gitlab/comment.sh", ours, commentOfUs, "--request PUT --data-urlencode body@comment.md https://gitlab.example/projects/1/merge_requests/5/notes/4\n"},
		"GitLab, new":        {"gitlab/comment.sh", ours, "", "--request POST --data-urlencode body@comment.md https://gitlab.example/projects/1/merge_requests/5/notes\n"},
		"GitLab, not a mark": {"gitlab/comment.sh", "hello\n", commentOfUs, ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			program(t, filepath.Join(dir, "bin", "gh"), "#!/bin/sh\n"+ghOfComments+"\n")
			program(t, filepath.Join(dir, "bin", "curl"), "#!/bin/sh\n"+curlOfComments+"\n")
			write(t, filepath.Join(dir, "comments.json"), strings.Replace(commentsOfAll, "%s", c.listed, 1))
			write(t, filepath.Join(dir, "comment.md"), c.comment)
			script, arguments, _ := strings.Cut(c.script, " ")
			path, err := filepath.Abs("../../examples/" + script)
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("sh", append(append([]string{path}, strings.Fields(arguments)...), "comment.md")...)
			cmd.Dir = dir
			requests := filepath.Join(dir, "requests")
			cmd.Env = []string{"PATH=" + filepath.Join(dir, "bin") + ":" + os.Getenv("PATH"), "COMMENTS=" + filepath.Join(dir, "comments.json"), "REQUESTS=" + requests,
				"GITHUB_REPOSITORY=acme/app", "GITLAB_TOKEN=x", "CI_API_V4_URL=https://gitlab.example", "CI_PROJECT_ID=1", "CI_MERGE_REQUEST_IID=5"}
			out, err := cmd.CombinedOutput()
			got, _ := os.ReadFile(requests)
			if string(got) != c.want || (err == nil) != (c.want != "") {
				t.Errorf("%v, requests %q, want %q\n%s", err, got, c.want, out)
			}
		})
	}
}
