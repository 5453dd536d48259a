#!/usr/bin/env bash
# Validates action.yml, the workflows and the examples with the tools of those who read them: actionlint and
# action-validator for GitHub's, asl-validator for state machines, a shell for scripts. go test ./cmd/ecrgate parses all other examples, and
# runs every ecrgate command in them.
set -euo pipefail
: "${CI_WORK:=$(mktemp -d)}" "${CI_SKIPPED:=/dev/stderr}"
# shellcheck source=.ci/packages.sh
source .ci/packages.sh

# actionlint checks action.yml through the workflow that has `uses: ./`.
lint() {
  if ! GOBIN=$CI_WORK/bin GOFLAGS=-mod=mod go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12; then
    echo "actionlint: cannot be installed here" >>"$CI_SKIPPED"
    return 0
  fi
  install_program shellcheck shellcheck
  command -v shellcheck >/dev/null || echo "actionlint: without shellcheck, which checks the scripts of run:" >>"$CI_SKIPPED"
  "$CI_WORK/bin/actionlint" -config-file .github/actionlint.yaml .github/workflows/*.yml examples/github/*.yml examples/fleet/matrix.yml .ci/act.yml
  mkdir -p "$CI_WORK/documents"
  workflows_of ./*.md docs/*.md
  "$CI_WORK/bin/actionlint" -config-file .github/actionlint.yaml "$CI_WORK"/documents/*.yml
  echo "actionlint: action.yml, all workflows, and those in the documents"
}

# workflows_of DOCUMENT... writes each YAML block with jobs and on to a file.
workflows_of() {
  awk -v dir="$CI_WORK/documents" '
    /^```yaml/ { text = ""; jobs = on = 0; inside = 1; next }
    /^```/ && inside { inside = 0; if (jobs && on) { file = dir "/" ++n ".yml"; printf "%s", text >file; close(file) } next }
    inside { text = text $0 "\n"; if (/^jobs:/) jobs = 1; if (/^on:/) on = 1 }
  ' "$@"
}

validate() {
  if ! npm install --silent --no-save --no-audit --no-fund --prefix "$CI_WORK/npm" @action-validator/cli@0.6.0 @action-validator/core@0.6.0 >"$CI_WORK/npm.log" 2>&1; then
    echo "action-validator: cannot be installed here" >>"$CI_SKIPPED"
    return 0
  fi
  # Its schema does not know the permission attestations, which actionlint does: it reads copies
  # without that line.
  local file copy=$CI_WORK/validate
  mkdir -p "$copy"
  for file in action.yml setup/action.yml .github/workflows/*.yml examples/github/*.yml examples/fleet/matrix.yml; do
    mkdir -p "$copy/$(dirname "$file")"
    sed '/^ *attestations: \(read\|write\)$/d' "$file" >"$copy/$file"
    "$CI_WORK/npm/node_modules/.bin/action-validator" "$copy/$file" || { echo "action-validator: $file"; return 1; }
  done
  echo "action-validator: both action.yml files and all workflows"
}

# machines are the state machines for AWS Step Functions.
machines() {
  if ! npm install --silent --no-save --no-audit --no-fund --prefix "$CI_WORK/npm-asl" asl-validator@4.0.0 >"$CI_WORK/npm-asl.log" 2>&1; then
    echo "asl-validator: cannot be installed here" >>"$CI_SKIPPED"
    return 0
  fi
  local file
  for file in examples/*/state-machine.json; do
    "$CI_WORK/npm-asl/node_modules/.bin/asl-validator" --json-path "$file"
  done
  echo "asl-validator: all state machines"
}

# scripts are parsed by the shell they are for. What is YAML, go test ./cmd/ecrgate parses and runs.
scripts() {
  local file
  for file in .ci/run .ci/*.sh examples/*/*.sh setup/install.sh; do
    bash -n "$file"
  done
  if command -v shellcheck >/dev/null; then
    shellcheck -x .ci/run .ci/*.sh examples/*/*.sh setup/install.sh
  fi
  echo "bash: all scripts"
}

lint
validate
machines
scripts
