#!/usr/bin/env bash
# Lists the fleet and starts state-machine.json with it: start.sh BUCKET STATE-MACHINE-ARN
# Needs examples/iam/fleet.json, s3:PutObject on the bucket and states:StartExecution.
set -euo pipefail
bucket=${1:-acme-ecrgate}
machine=${2:-arn:aws:states:eu-west-1:123456789012:stateMachine:ecrgate-fleet}
key=fleet-$(date -u +%Y-%m-%d-%H%M%S).json
ecrgate list "team/*" --json >fleet.json # if it fails, nothing is started
aws s3 cp fleet.json "s3://$bucket/$key"
aws stepfunctions start-execution --state-machine-arn "$machine" --input "{\"key\": \"$key\"}"
