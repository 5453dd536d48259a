#!/usr/bin/env bash
# Builds the image and runs it as GitHub's runner, GitLab, Jenkins and a user at a terminal do,
# against the built-in fake ECR.
#
#   container.sh            builds it from the Dockerfile
#   container.sh ARCHIVE    uses an image that docker save wrote
set -euo pipefail
: "${CI_WORK:=$(mktemp -d)}" "${CI_SKIPPED:=/dev/stderr}"
export CI_WORK CI_SKIPPED
image=localhost/ecrgate:test

# shellcheck source=.ci/engine.sh
. .ci/engine.sh
# shellcheck source=.ci/act.sh
. .ci/act.sh

wrong() { echo "container.sh: $*" >&2; exit 1; }

build_image() {
  engine_bases || exit 0 # it has said why
  podman build -q -f "$dockerfile" "${base_volumes[@]/#/--volume=}" --build-arg VERSION=1.2.3 --build-arg COMMIT=abc -t $image . >/dev/null
  podman run --rm --network none $image ecrgate version | tee "$CI_WORK/version"
  grep -q '^ecrgate 1.2.3 (commit abc, ' "$CI_WORK/version" || wrong "the version of the build arguments is not in the binary"
}

# build_again checks that the same source produces the same bytes, elsewhere and without the container.
build_again() {
  if ! grep -qF ", $(go env GOVERSION), " "$CI_WORK/version"; then
    echo "the binary was not built again: $(go env GOVERSION) is not the Go of the Dockerfile" >>"$CI_SKIPPED"
    return 0
  fi
  CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '-s -w -buildid= -X main.version=1.2.3 -X main.commit=abc' \
    -o "$CI_WORK/again" ./cmd/ecrgate
  podman run --rm --network none $image cat /usr/local/bin/ecrgate | cmp - "$CI_WORK/again" || wrong "the same source produces other bytes"
  echo "image: its binary is built again byte for byte"
}

load_image() {
  podman tag "$(podman load -q -i "$1" | sed -n '$s/.*: //p')" $image
}

look_at_image() {
  local platform
  platform=$(podman image inspect --format '{{.Os}}/{{.Architecture}}, user "{{.User}}", entrypoint {{.Config.Entrypoint}}, cmd {{.Config.Cmd}}' $image)
  echo "image: $platform"
  [[ $platform == *'user "", entrypoint [], cmd [ecrgate]' ]] || wrong "it must have no user, no entrypoint and the command ecrgate"
}

sizes() {
  local compressed
  compressed=$(podman save $image | gzip -9 | wc -c)
  echo "image: $compressed bytes compressed${stand_ins:+ (with a stand-in of busybox)}, $(podman image inspect --format '{{.Size}}' $image) bytes unpacked"
  ((compressed <= 10 * 1024 * 1024)) || wrong "the image is over 10 MiB compressed"
}

start_fake() {
  go build -o "$CI_WORK/fakeecr" ./internal/fakeecr/cmd/fakeecr
  "$CI_WORK/fakeecr" .ci/registry.yaml >"$CI_WORK/fake-url" &
  fake_pid=$!
  until [[ -s $CI_WORK/fake-url ]]; do
    kill -0 $fake_pid || wrong "the fake does not start"
    sleep 0.1
  done
  fake=$(<"$CI_WORK/fake-url")
}

# aws_variables are what an earlier step of a pipeline has set.
aws_variables() { printf -- '-e %s ' AWS_ACCESS_KEY_ID=fake AWS_SECRET_ACCESS_KEY=fake AWS_SESSION_TOKEN=fake AWS_REGION=us-east-1; }

# as_github CODE VERDICT INPUT=VALUE... runs the action as the runner does: the entrypoint and
# arguments of action.yml, its mounts, its home, its names of inputs.
as_github() {
  local code=$1 verdict=$2 host input got=0 inputs=()
  shift 2
  host=$(mktemp -d "$CI_WORK/github.XXXX")
  mkdir "$host"/{home,workflow,file_commands,runner_temp,workspace}
  echo '{}' >"$host/workflow/event.json"
  touch "$host"/file_commands/{output,summary}
  [[ $EUID -ne 0 ]] || { chown -R 1001:1001 "$host"; chmod 755 "$host"; }
  for input in "$@"; do
    inputs+=(-e "INPUT_$(tr 'a-z ' 'A-Z_' <<<"${input%%=*}")=${input#*=}")
  done
  # shellcheck disable=SC2046 # one word each
  podman run --rm --network host --workdir /github/workspace --entrypoint "$(sed -n 's/^  entrypoint: //p' action.yml)" \
    $(aws_variables) "${inputs[@]}" -e GITHUB_ACTIONS=true -e CI=true -e HOME=/github/home -e RUNNER_TEMP=/github/runner_temp \
    -e GITHUB_WORKSPACE=/github/workspace -e GITHUB_EVENT_PATH=/github/workflow/event.json \
    -e GITHUB_OUTPUT=/github/file_commands/output -e GITHUB_STEP_SUMMARY=/github/file_commands/summary \
    -v "$host/home:/github/home" -v "$host/workflow:/github/workflow" -v "$host/file_commands:/github/file_commands" \
    -v "$host/runner_temp:/github/runner_temp" -v "$host/workspace:/github/workspace" \
    $image check >"$host/log" 2>&1 || got=$?
  github=$host
  [[ $got -eq $code ]] || { cat "$host/log"; wrong "as GitHub's action with $*: exit code $got, not $code"; }
  output_is verdict "$verdict"
  output_is exit-code "$code"
  [[ -s $host/file_commands/summary ]] || wrong "no job summary"
}

# output_is NAME VALUE reads the file of outputs as the runner does: name=value, or name<<END.
output_is() {
  local got
  got=$(awk -v want="$1" '
    end != "" { if ($0 == end) end = ""; else if (name == want) print; next }
    match($0, /<</) { name = substr($0, 1, RSTART - 1); end = substr($0, RSTART + 2); next }
    { name = $0; sub(/=.*/, "", name); if (name == want) print substr($0, length(name) + 2) }
  ' "$github/file_commands/output")
  [[ $got == "$2" ]] || wrong "the output $1 is '$got', not '$2'"
}

try_github() {
  as_github 0 pass "image=team/clean:1" "endpoint-url=$fake"
  as_github 1 fail "image=team/app:1" "endpoint-url=$fake" "fail-on=critical" "html=out/report.html"
  output_is critical 1
  output_is sarif ecrgate.sarif
  [[ -s $github/workspace/ecrgate.sarif && -s $github/workspace/out/report.html ]] || wrong "a report is not in the workspace"
  [[ $(stat -c %a "$github/workspace/ecrgate.sarif") == 644 ]] || wrong "later steps cannot read the report"
  as_github 3 error "image=team/failed:1" "endpoint-url=$fake"
  output_is sarif ''
  as_github 2 error "image=team/app" "endpoint-url=$fake"
  echo "as GitHub's action: exit codes 0, 1, 2 and 3, outputs, summary, reports"
}

# try_gitlab runs a job as GitLab's runner does: it looks for a shell and writes the script to it.
try_gitlab() {
  # shellcheck disable=SC2016 # it is for the shell in the image
  local shell='for s in /usr/local/bin/bash /usr/bin/bash /bin/bash /usr/local/bin/sh /usr/bin/sh /bin/sh; do [ -x $s ] && exec $s; done; echo shell not found; exit 1' got=0
  mkdir -p "$CI_WORK/gitlab"
  # shellcheck disable=SC2046
  podman run -i --rm --network host $(aws_variables) -e CI=true -e GITLAB_CI=true -v "$CI_WORK/gitlab:/builds/group/project" \
    $image sh -c "$shell" >"$CI_WORK/gitlab.log" 2>&1 <<SCRIPT || got=$?
set -eo pipefail
cd /builds/group/project
ecrgate check team/app:1 --endpoint-url $fake --junit junit.xml --gitlab gl-container-scanning-report.json
echo not reached
SCRIPT
  [[ $got -eq 1 ]] || { cat "$CI_WORK/gitlab.log"; wrong "as a GitLab job: exit code $got, not 1"; }
  ! grep -q 'not reached' "$CI_WORK/gitlab.log" || wrong "the GitLab job went on"
  [[ -s $CI_WORK/gitlab/junit.xml && -s $CI_WORK/gitlab/gl-container-scanning-report.json ]] || wrong "the GitLab job left no report"
  echo "as a GitLab job: exit code 1, reports"
}

# try_jenkins keeps the image up with cat as a user that it does not know, then runs a script in the
# background as the sh step does.
try_jenkins() {
  local ws=$CI_WORK/jenkins id
  mkdir -p "$ws@tmp" "$ws"
  printf 'ecrgate check team/app:1 --endpoint-url %s --html report.html\n' "$fake" >"$ws@tmp/script.sh"
  chmod 777 "$ws" "$ws@tmp"
  chmod 755 "$CI_WORK"
  # shellcheck disable=SC2046
  id=$(podman run -t -d -u 1000:1000 --network host $(aws_variables) -w "$ws" -v "$ws:$ws:rw" -v "$ws@tmp:$ws@tmp:rw" $image cat)
  podman exec -u 1000:1000 "$id" nohup sh -c "cp '$ws@tmp/script.sh' '$ws@tmp/script.copy'
    touch '$ws@tmp/log'; sh -xe '$ws@tmp/script.copy' >'$ws@tmp/log' 2>&1; echo \$? >'$ws@tmp/result.tmp'
    mv '$ws@tmp/result.tmp' '$ws@tmp/result'; sleep 0"
  podman top "$id" args >"$ws@tmp/top"
  grep -qx 'cat *' "$ws@tmp/top" || wrong "as a Jenkins agent: cat does not stay up"
  podman rm -f -t 0 "$id" >/dev/null
  [[ $(<"$ws@tmp/result") == 1 ]] || { cat "$ws@tmp/log"; wrong "as a Jenkins agent: exit code $(<"$ws@tmp/result"), not 1"; }
  [[ -s $ws/report.html ]] || wrong "as a Jenkins agent: no report"
  echo "as a Jenkins agent: cat stays up as a user without a name, exit code 1, report"
}

try_person() {
  podman run --rm --network none $image ecrgate demo --out /tmp/demo >"$CI_WORK/demo.log" 2>&1 || { cat "$CI_WORK/demo.log"; wrong "the demo fails"; }
  local got=0
  podman run --rm --network none $image >/dev/null 2>&1 || got=$?
  [[ $got -eq 2 ]] || wrong "without a command the image exits $got, not 2"
  podman run --rm --network none $image sh -c 'for a in sh cat nohup cp touch sleep mv; do command -v $a >/dev/null || exit 1; done; test -s /etc/ssl/certs/ca-certificates.crt' ||
    wrong "a program that CI systems need, or the certificates, are not in the image"
  echo "at a terminal: the demo without a network; without a command exit code 2"
}

engine_up || exit 0
finish() { [[ -z ${fake_pid-} ]] || kill "$fake_pid" 2>/dev/null || true; act_down; engine_down; }
trap finish EXIT
if [[ ${1-} ]]; then
  load_image "$1"
else
  build_image
  build_again
fi
look_at_image
sizes
start_fake
try_github
try_gitlab
try_jenkins
try_person
try_act $image "$fake" "$dockerfile"
