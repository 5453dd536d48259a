#!/usr/bin/env bash
# Every report of the demo, of the runs that the tests know (one of everything, hostile text, 25,000
# findings) is checked by third-party validators. Run by .ci/run; alone: bash .ci/reports.sh
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
if [[ -z ${CI_WORK:-} ]]; then
  CI_WORK=$(mktemp -d)
  trap 'rm -rf "$CI_WORK"' EXIT
fi
: "${CI_SKIPPED:=/dev/stderr}"
shared=$root/../shared
out=$CI_WORK/reports
mkdir -p "$out"

skip() { echo "reports: $1" >>"$CI_SKIPPED"; }

ECRGATE_WRITE_REPORTS=$out go test -count=1 -run '^TestWriteReports$' ./report
go run ./cmd/ecrgate demo --out "$CI_WORK/demo" >/dev/null
for file in sarif json html md; do cp "$CI_WORK/demo/ecrgate.$file" "$out/demo-report.$file"; done
cp "$CI_WORK/demo/junit.xml" "$out/demo-report.xml"
cp "$CI_WORK/demo/gl-container-scanning-report.json" "$out/demo-report-gitlab.json"

# JUnit: an XML parser, with a schema of what Jenkins and GitLab read.
# shellcheck source=.ci/packages.sh
source .ci/packages.sh
install_program xmllint libxml2-utils
if command -v xmllint >/dev/null; then
  xmllint --noout --schema report/junit/testdata/junit.xsd "$out"/*-report.xml 2>"$out/xml.log" || { grep -v ' validates$' "$out/xml.log"; exit 1; }
  echo "xmllint: $(wc -l <"$out/xml.log") files match junit.xsd"
else
  skip "xmllint is not here: JUnit files were not held against their schema"
fi

mkdir -p "$CI_WORK/npm"
cd "$CI_WORK/npm"
echo '{}' >package.json
if ! command -v npm >/dev/null || ! npm install --no-save --no-audit --no-fund --silent \
  jsonschema@1.5.0 ajv@8 ajv-cli@5 ajv-draft-04@1 ajv-formats@3 @microsoft/sarif-multitool@5.7.0 >/dev/null; then
  skip "npm packages cannot be installed: no validator of JSON, SARIF and GitLab reports ran"
  exit 0
fi

ajv() { # ajv DRAFT SCHEMA FILE...
  local draft=$1 schema=$2 data=()
  shift 2
  for file in "$@"; do data+=(-d "$file"); done
  node_modules/.bin/ajv validate --spec="$draft" --all-errors --errors=text -c ajv-formats --strict=false -s "$schema" "${data[@]}" >ajv.log 2>&1 ||
    { grep -v ' valid$' ajv.log | head -n 40; return 1; }
  echo "ajv: $# files match ${schema##*/}"
}

ajv draft2020 "$root/report/jsonreport/schema.json" "$out"/*-report.json

# multitool FILE...: the validator of SARIF's authors, with GitHub's rules. It does not fail by
# itself, and it leaves out files over 10 MB, which it takes minutes for. It would look up every
# address of a report: a proxy that is not there keeps it from the network.
multitool() {
  local tool=node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool nowhere=http://127.0.0.1:9
  [[ -f $tool ]] || { skip "the SARIF multitool has no program for this machine"; return 0; }
  chmod u+x "$tool"
  for file in "$@"; do
    HTTP_PROXY=$nowhere HTTPS_PROXY=$nowhere http_proxy=$nowhere https_proxy=$nowhere NO_PROXY='' no_proxy='' \
      DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 "$tool" validate "$file" --rule-kind 'Sarif;Ghas' --level 'Error;Warning' \
      -o validated.sarif --log ForceOverwrite >multitool.log 2>&1 || { cat multitool.log; return 1; }
    if grep -q 'WRN997\|ERR99' multitool.log; then cat multitool.log; return 1; fi
    node -e '
      const log = JSON.parse(require("fs").readFileSync("validated.sarif"))
      const errors = log.runs.flatMap(run => run.results ?? []).filter(result => result.level === "error")
      for (const e of errors.slice(0, 20)) console.log(process.argv[1], e.ruleId, JSON.stringify(e.message))
      process.exit(errors.length ? 1 : 0)' "$file" || return 1
  done
  echo "SARIF multitool: no errors in $# files"
}

small=()
for file in "$out"/*-report.sarif; do [[ $file == */large-* ]] || small+=("$file"); done
multitool "${small[@]}"

if [[ -d $shared ]]; then
  # The published schemas, and a replica of the checks of upload-sarif and code scanning.
  node "$shared/tools/check-sarif.mjs" "$out"/*-report.sarif
  ajv draft7 "$shared/schemas/gitlab-container-scanning-15.2.1.json" "$out"/*-report-gitlab.json
else
  skip "no folder ../shared with the published schemas of SARIF and GitLab"
fi
