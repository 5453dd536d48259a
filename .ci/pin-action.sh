#!/usr/bin/env bash
# pin-action.sh FILE REFERENCE: makes the action of FILE run a built image instead of the Dockerfile.
# A release does this with the digest of its image, in the commit that gets the tag.
set -euo pipefail
file=$1 reference=$2
[[ $(grep -cx '  image: Dockerfile' "$file") -eq 1 ]] || { echo "pin-action.sh: $file must have exactly one line '  image: Dockerfile'" >&2; exit 1; }
sed -i "s|^  image: Dockerfile\$|  image: docker://$reference|" "$file"
grep -qxF "  image: docker://$reference" "$file"
