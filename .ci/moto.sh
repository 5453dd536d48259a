#!/usr/bin/env bash
# The gate against moto, a third-party fake of ECR: an image that was never scanned, the
# request for a scan, its findings; and the response that the AWS CLI saves from it.
# https://github.com/getmoto/moto
set -euo pipefail
if ! command -v moto_server >/dev/null || ! command -v aws >/dev/null || ! command -v curl >/dev/null; then
  echo "moto: moto_server, aws and curl are not all here" >>"${CI_SKIPPED:-/dev/stderr}"
  exit 0
fi
work=$(mktemp -d)
trap 'kill "${server:-0}" 2>/dev/null || true; rm -rf "$work"' EXIT
export AWS_ACCESS_KEY_ID=fake AWS_SECRET_ACCESS_KEY=fake AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1 \
  AWS_EC2_METADATA_DISABLED=true AWS_CONFIG_FILE="$work/none" AWS_SHARED_CREDENTIALS_FILE="$work/none"

go build -o "$work/ecrgate" ./cmd/ecrgate
# Port 0: the system picks a free one, and the server logs its address once it listens.
moto_server -p 0 >"$work/server" 2>"$work/log" &
server=$!
url=''
until [[ $url ]]; do
  kill -0 $server || { cat "$work/log"; echo "moto: the server does not start"; exit 1; }
  sleep 0.2
  url=$(sed -n 's|.* Running on \(http://127\.0\.0\.1:[0-9]*\)$|\1|p' "$work/log")
done

aws --endpoint-url "$url" ecr create-repository --repository-name team/app >"$work/repository.json"
manifest='{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json",
  "config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":2,"digest":"sha256:0000000000000000000000000000000000000000000000000000000000000001"},"layers":[]}'
digest=$(aws --endpoint-url "$url" ecr put-image --repository-name team/app --image-tag 1 --image-manifest "$manifest" \
  --query image.imageId.imageDigest --output text)
result=$(cat <<JSON
{"registryId": "123456789012", "repositoryName": "team/app", "imageId": {"imageDigest": "$digest", "imageTag": "1"},
  "imageScanStatus": {"status": "COMPLETE", "description": "done"},
  "imageScanFindings": {"imageScanCompletedAt": 1767225600, "findingSeverityCounts": {"CRITICAL": 1}, "findings": [
    {"name": "CVE-2099-2", "severity": "CRITICAL", "attributes": [{"key": "package_name", "value": "openssl"}, {"key": "package_version", "value": "3.0.1"}]}]}}
JSON
)
# One result for each way of asking: by digest and by tag.
curl -fs "$url/moto-api/static/ecr/scan-finding-results" -H 'Content-Type: application/json' -d "{\"results\": [$result, $result]}" >"$work/configured"

expect() { # expect CODE ARGUMENTS...: what check must end in
  local want=$1 code=0
  shift
  "$work/ecrgate" check --policy built-in "$@" >"$work/out" 2>&1 || code=$?
  if [[ $code != "$want" ]]; then
    cat "$work/out" "$work/log" "$work/server"
    echo "check $*: exit $code (want $want)"
    return 1
  fi
}
expect 1 team/app:1 --endpoint-url "$url" --timeout 600 --json "$work/live.json"
grep -q 'a basic scan was requested and accepted' "$work/live.json"
grep -q '"id": *"CVE-2099-2"' "$work/live.json"
aws --endpoint-url "$url" ecr describe-image-scan-findings --repository-name team/app --image-id imageTag=1 >"$work/saved.json"
expect 1 --findings "$work/saved.json"
expect 0 --findings "$work/saved.json" --ignore CVE-2099-2 --fail-on LOW
expect 3 team/none:1 --endpoint-url "$url" --timeout 600
echo "moto: live findings, saved findings and a missing repository end with the right exit codes"
