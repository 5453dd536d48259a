#!/usr/bin/env bash
# The HTML report in a real browser: with none, 30 and 10,000 findings, with 200 images, with hostile text, without
# scripts, in the dark, on a narrow screen. Run by .ci/run; alone: bash .ci/browser.sh
#   bash .ci/browser.sh pictures     also redraws docs/images
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
if [[ -z ${CI_WORK:-} ]]; then
  CI_WORK=$(mktemp -d)
  trap 'rm -rf "$CI_WORK"' EXIT
fi
: "${CI_SKIPPED:=/dev/stderr}"
# shellcheck source=.ci/packages.sh
source .ci/packages.sh

skip() {
  echo "browser: $1: the HTML report was not opened in a browser" >>"$CI_SKIPPED"
  exit 0
}

find_chromium() {
  local name
  for name in chromium chromium-browser google-chrome-stable google-chrome; do
    type -P "$name" && return 0
  done
  return 1
}

if ! CHROMIUM=$(find_chromium); then
  install_program chromium chromium
  CHROMIUM=$(find_chromium) || skip "no Chromium, and none can be installed"
fi
export CHROMIUM

packages=(playwright-core@1)
[[ ${1:-} != pictures ]] || packages+=(marked@16 github-markdown-css@5 mermaid@11)
mkdir -p "$CI_WORK/browser/pages"
cd "$CI_WORK/browser"
echo '{}' >package.json
command -v npm >/dev/null || skip "no npm"
npm install --no-save --no-audit --no-fund --silent "${packages[@]}" >/dev/null || skip "npm packages cannot be installed"

(cd "$root" && ECRGATE_WRITE_PAGES=$CI_WORK/browser/pages go test -count=1 -run '^TestWritePages$' ./report)
if [[ ${1:-} == pictures ]]; then
  node "$root/.ci/browser.mjs" pages "$root/docs/images"
else
  node "$root/.ci/browser.mjs" pages
fi
