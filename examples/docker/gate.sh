#!/bin/sh
# gate.sh IMAGE runs the gate on any machine with docker. Set the AWS variables to credentials of a user
# or role with examples/iam/enhanced.json (or basic.json); `aws configure export-credentials --format
# env` prints them for a profile.
exec docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/src" -w /src \
  -e AWS_REGION -e AWS_ACCESS_KEY_ID -e AWS_SECRET_ACCESS_KEY -e AWS_SESSION_TOKEN \
  ghcr.io/ecrgate/ecrgate:1 ecrgate check "${1:?want an image, e.g. team/app:1.2}" --html ecrgate.html
