#!/usr/bin/env bash
# The set-up action: builds the binary of every platform, then tries setup/install.sh with good and bad
# files, under every shell that is here, the commands of README.md in a container without docker, and
# setup/install.ps1 where PowerShell is installed.
set -euo pipefail
: "${CI_WORK:=$(mktemp -d)}" "${CI_SKIPPED:=/dev/stderr}"
release=$CI_WORK/setup-release
mkdir -p "$release"

platforms='linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64'
for platform in $platforms; do
  os=${platform%/*} arch=${platform#*/} suffix=
  [[ $os != windows ]] || suffix=.exe
  CGO_ENABLED=0 GOOS=$os GOARCH=$arch go build -trimpath -ldflags '-s -w -buildid=' -o "$release/ecrgate_${os}_$arch$suffix" ./cmd/ecrgate
done
(cd "$release" && sha256sum ecrgate_* >"$CI_WORK/SHA256SUMS")

die() {
  echo "setup: $*" >&2
  exit 1
}

# refused WORDS COMMAND...: the command exits with 1, says the words, and leaves the old binary alone.
refused() {
  local words=$1 to=$CI_WORK/setup-old code=0
  shift
  mkdir -p "$to"
  echo old >"$to/ecrgate"
  "$@" --to "$to" >"$CI_WORK/setup.out" 2>&1 || code=$?
  [[ $code -eq 1 ]] || die "$*: exit code $code, want 1: $(<"$CI_WORK/setup.out")"
  grep -qF -- "$words" "$CI_WORK/setup.out" || die "$*: want the words \"$words\", got: $(<"$CI_WORK/setup.out")"
  [[ $(<"$to/ecrgate") == old && $(find "$to" -type f | wc -l) -eq 1 ]] || die "$*: changed the folder"
}

unix() { # unix SHELL...
  local shell=("$@") to=$CI_WORK/setup-$1 bad=$CI_WORK/setup-bad file=ecrgate_linux_amd64
  [[ $(uname -m) == x86_64 ]] || file=ecrgate_linux_arm64
  rm -rf "$to" "$bad"
  GITHUB_PATH=$CI_WORK/setup.path GITHUB_OUTPUT=$CI_WORK/setup.output \
    "${shell[@]}" setup/install.sh --from "$release" --sums "$CI_WORK/SHA256SUMS" --to "$to"
  "$to/ecrgate" version
  grep -qxF "$to" "$CI_WORK/setup.path" || die "$1: the folder is not on the PATH"
  mkdir -p "$bad"
  head -c 1000 "$release/$file" >"$bad/$file"
  refused 'nothing was installed' "${shell[@]}" setup/install.sh --from "$bad" --sums "$CI_WORK/SHA256SUMS"
  refused 'does not exist' "${shell[@]}" setup/install.sh --from "$CI_WORK/nowhere" --sums "$CI_WORK/SHA256SUMS"
  echo 'abc  ecrgate_plan9_amd64' >"$CI_WORK/other-sums"
  refused 'no SHA-256 hash' "${shell[@]}" setup/install.sh --from "$release" --sums "$CI_WORK/other-sums"
  refused 'not a release' "${shell[@]}" setup/install.sh --from "$release" --sums "$CI_WORK/no-sums"
  refused 'cannot download' env no_proxy='*' "${shell[@]}" setup/install.sh --from http://127.0.0.1:1 --sums "$CI_WORK/SHA256SUMS"
  mkdir -p "$CI_WORK/setup-taken/ecrgate"
  if "${shell[@]}" setup/install.sh --from "$release" --sums "$CI_WORK/SHA256SUMS" --to "$CI_WORK/setup-taken" >"$CI_WORK/setup.out" 2>&1 ||
    ! grep -qF 'is a folder' "$CI_WORK/setup.out"; then
    die "$1: a folder is in the place of the binary: $(<"$CI_WORK/setup.out")"
  fi
  refused 'unknown argument' "${shell[@]}" setup/install.sh --form x
  echo "install.sh: works under $1"
}

unix sh
unix bash
if command -v busybox >/dev/null; then unix busybox sh; fi
[[ -f setup/VERSION || ! -f setup/SHA256SUMS ]] || die "setup/SHA256SUMS without setup/VERSION"

# newcomer runs the two commands that README.md promises for a machine without docker, as a user without
# rights in a container that has neither docker nor a network. The release is a folder, and git copies
# this checkout as a release tags it.
newcomer() {
  local commands clone=$CI_WORK/setup-clone code=0
  commands=$(awk '
    $0 == "```sh" { block = ""; inside = 1; next }
    $0 == "```" { if (block ~ /setup\/install\.sh --to/) printf "%s", block; inside = 0 }
    inside { block = block $0 "\n" }
  ' README.md)
  [[ $(wc -l <<<"$commands") -eq 2 ]] || die "README.md does not have two commands with setup/install.sh --to: $commands"
  mkdir -p "$clone"
  git ls-files -z | tar --null -T - -c | tar -x -C "$clone"
  cp "$CI_WORK/SHA256SUMS" "$clone/setup/SHA256SUMS"
  echo 1.2.3 >"$clone/setup/VERSION"
  cat >"$CI_WORK/setup-git" <<'GIT'
#!/bin/sh
[ "$*" = 'clone --depth 1 --branch v1 https://github.com/ecrgate/ecrgate' ] || exit 64
cp -R /clone ecrgate
GIT
  chmod 755 "$CI_WORK/setup-git"
  cat >"$CI_WORK/setup-newcomer.sh" <<SH
! command -v docker && ! command -v podman && [ "\$(id -u)" -ne 0 ] || exit 65
${commands//install.sh --to/install.sh --from /release --to}
SH
  stand_in localhost/newcomer || die "there is no machine for a newcomer"
  podman run --rm --network none --user 1000:1000 --cap-drop all --tmpfs /home/new:rw,exec,mode=1777 --workdir /home/new -e HOME=/home/new \
    -v "$CI_WORK/setup-newcomer.sh:/newcomer.sh:ro" -v "$CI_WORK/setup-git:/usr/local/bin/git:ro" -v "$clone:/clone:ro" -v "$release:/release:ro" \
    localhost/newcomer sh /newcomer.sh >"$CI_WORK/setup.out" 2>&1 || code=$?
  [[ $code -eq 1 ]] || die "the two commands of README.md: exit code $code, want 1 (a breach): $(<"$CI_WORK/setup.out")"
  for words in 'installed /home/new/bin/ecrgate (1.2.3)' FAIL 'Exit code 1.'; do
    grep -qF -- "$words" "$CI_WORK/setup.out" || die "the two commands of README.md: want the words \"$words\", got: $(<"$CI_WORK/setup.out")"
  done
  echo "README.md: two commands lead to a red run without docker"
}

# shellcheck source=.ci/engine.sh
. .ci/engine.sh
trap engine_down EXIT
if engine_up; then
  newcomer
else
  echo "README.md: the two commands for a machine without docker were not tried in a container" >>"$CI_SKIPPED"
fi

if command -v pwsh >/dev/null; then
  pwsh -NoProfile -File setup/install.ps1 -From "$release" -Sums "$CI_WORK/SHA256SUMS" -To "$CI_WORK/setup-pwsh"
  cmp "$release/ecrgate_windows_amd64.exe" "$CI_WORK/setup-pwsh/ecrgate.exe"
  mkdir -p "$CI_WORK/setup-pwsh-bad"
  echo bad >"$CI_WORK/setup-pwsh-bad/ecrgate_windows_amd64.exe"
  if pwsh -NoProfile -File setup/install.ps1 -From "$CI_WORK/setup-pwsh-bad" -Sums "$CI_WORK/SHA256SUMS" -To "$CI_WORK/setup-pwsh-none"; then
    die "install.ps1 installed a file with a wrong hash"
  fi
  [[ ! -e $CI_WORK/setup-pwsh-none/ecrgate.exe ]] || die "install.ps1 left a file with a wrong hash"
  echo "install.ps1: works"
else
  echo "setup/install.ps1: PowerShell is not installed on this machine" >>"$CI_SKIPPED"
fi
