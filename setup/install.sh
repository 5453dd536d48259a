#!/bin/sh
# install.sh installs the ecrgate binary of this release on Linux or macOS.
#
#   sh setup/install.sh [--from URL-OR-FOLDER] [--sums FILE] [--to FOLDER]
#
# --from  where the release files are; default: the GitHub release that VERSION names
# --sums  their SHA-256 hashes, as sha256sum prints them; default: SHA256SUMS beside this script
# --to    the folder to install into; default: the current folder
#
# The hashes are part of the tagged commit, so pinning the commit pins the bytes, whatever serves
# them. A file whose hash differs is not installed, and the exit code is 1.
set -eu

fail() {
  echo "ecrgate setup: $*" >&2
  exit 1
}

here=$(cd "$(dirname "$0")" && pwd)
from='' sums='' to=''
while [ $# -gt 0 ]; do
  case $1 in
    --from | --sums | --to)
      [ $# -ge 2 ] || fail "$1 needs a value"
      case $1 in
        --from) from=$2 ;;
        --sums) sums=$2 ;;
        --to) to=$2 ;;
      esac
      shift 2
      ;;
    *) fail "unknown argument: $1 (want --from, --sums, or --to)" ;;
  esac
done
: "${sums:=$here/SHA256SUMS}" "${to:=.}"

case $(uname -s) in
  Linux) os=linux ;;
  Darwin) os=darwin ;;
  *) fail "no binary for $(uname -s) (use install.ps1 on Windows)" ;;
esac
case $(uname -m) in
  x86_64 | amd64) arch=amd64 ;;
  aarch64 | arm64) arch=arm64 ;;
  *) fail "no binary for $(uname -m) (want x86_64 or arm64)" ;;
esac
file=ecrgate_${os}_$arch

[ -f "$sums" ] || fail "$sums does not exist: this checkout is not a release (use a tag such as v1)"
want=$(awk -v file="$file" '$2 == file || $2 == "*" file { print $1 }' "$sums")
[ "${#want}" -eq 64 ] || fail "$sums has no SHA-256 hash for $file"

version=''
[ ! -f "$here/VERSION" ] || version=$(cat "$here/VERSION")
if [ -z "$from" ]; then
  [ -n "$version" ] || fail "$here/VERSION does not exist: this checkout is not a release (use a tag such as v1, or pass --from)"
  from=https://github.com/ecrgate/ecrgate/releases/download/v$version
fi

mkdir -p "$to"
to=$(cd "$to" && pwd)
[ ! -d "$to/ecrgate" ] || fail "$to/ecrgate is a folder (choose another --to); nothing was installed"
part=$to/.ecrgate.$$
trap 'rm -f "$part"' EXIT
trap 'exit 1' HUP INT TERM

case $from in
  http://* | https://*)
    url=${from%/}/$file
    if command -v curl >/dev/null 2>&1; then
      curl -fsSL --retry 3 --connect-timeout 30 -o "$part" "$url" || fail "cannot download $url"
    elif command -v wget >/dev/null 2>&1; then
      wget -q -O "$part" "$url" || fail "cannot download $url"
    else
      fail "cannot download $url: neither curl nor wget is installed"
    fi
    ;;
  *)
    [ -f "$from/$file" ] || fail "$from/$file does not exist"
    cp "$from/$file" "$part"
    ;;
esac

if command -v sha256sum >/dev/null 2>&1; then
  got=$(sha256sum "$part")
elif command -v shasum >/dev/null 2>&1; then
  got=$(shasum -a 256 "$part")
elif command -v openssl >/dev/null 2>&1; then
  got=$(openssl dgst -sha256 -r "$part")
else
  fail "cannot check $file: none of sha256sum, shasum, and openssl is installed"
fi
got=${got%% *}
[ "$got" = "$want" ] || fail "$from/$file has the SHA-256 hash $got, want $want; nothing was installed"

chmod 0755 "$part"
mv -f "$part" "$to/ecrgate"
[ -z "${GITHUB_PATH:-}" ] || echo "$to" >>"$GITHUB_PATH"
[ -z "${GITHUB_OUTPUT:-}" ] || printf 'version=%s\npath=%s\n' "$version" "$to" >>"$GITHUB_OUTPUT"
echo "ecrgate setup: installed $to/ecrgate${version:+ ($version)}"
