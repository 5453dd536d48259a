#!/bin/sh
# Posts a comment that ecrgate wrote on a merge request, or edits the one of an earlier run, which begins
# with the same line:
#   sh comment.sh comment.md
# It needs curl, jq, a merge request pipeline, and GITLAB_TOKEN: a project access token with scope api,
# as a masked variable, which pipelines of forks do not get. Only the token's own comments are edited.
set -eu
request() { curl --fail --silent --show-error --header "PRIVATE-TOKEN: $GITLAB_TOKEN" "$@"; }
notes=$CI_API_V4_URL/projects/$CI_PROJECT_ID/merge_requests/$CI_MERGE_REQUEST_IID/notes
marker=$(head -n 1 "$1")
case $marker in
"<!-- ecrgate "*" -->") ;;
*) echo "$1 is not a comment by ecrgate: its first line is not the marker" >&2 && exit 1 ;;
esac
me=$(request "$CI_API_V4_URL/user")
me=$(echo "$me" | jq .id)
id='' page=1
while [ -z "$id" ]; do
  list=$(request "$notes?sort=desc&per_page=100&page=$page")
  [ "$list" != "[]" ] || break
  id=$(printf '%s\n' "$list" | jq --argjson me "$me" --arg marker "$marker" \
    'first(.[] | select(.author.id == $me and (.body | startswith($marker))) | .id)')
  page=$((page + 1))
done
if [ -n "$id" ]; then
  request --output /dev/null --request PUT --data-urlencode "body@$1" "$notes/$id"
else
  request --output /dev/null --request POST --data-urlencode "body@$1" "$notes"
fi
