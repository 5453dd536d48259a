#!/bin/sh
# Posts a comment that ecrgate wrote, or edits the one of an earlier run, which begins with the same line:
#   sh comment.sh NUMBER-OF-THE-PULL-REQUEST comment.md
# It needs GH_TOKEN with pull-requests: write, and GITHUB_REPOSITORY. Only comments by bots are edited, since
# anyone can write a line that looks like ours.
set -eu
comments=repos/$GITHUB_REPOSITORY/issues/$1/comments
MARKER=$(head -n 1 "$2")
export MARKER
case $MARKER in
"<!-- ecrgate "*" -->") ;;
*) echo "$2 is not a comment by ecrgate: its first line is not the marker" >&2 && exit 1 ;;
esac
ids=$(gh api --paginate "$comments?per_page=100" \
  --jq '.[] | select(.user.type == "Bot" and (.body | startswith(env.MARKER))) | .id')
id=$(echo "$ids" | tail -n 1)
if [ -n "$id" ]; then
  gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" -F "body=@$2"
else
  gh api --silent --method POST "$comments" -F "body=@$2"
fi
