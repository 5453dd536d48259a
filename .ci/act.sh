# shellcheck shell=bash
# Sourced by container.sh: runs the workflow .ci/act.yml with act, which does what GitHub's runner does
# with `uses: ./`, then with outputs and files in later steps. The action is the tagged form, which
# names an image.

try_act() { # try_act IMAGE FAKE
  local image=$1 fake=$2 copy=$CI_WORK/act/repo
  if ! GOBIN=$CI_WORK/bin GOFLAGS=-mod=mod go install github.com/nektos/act@v0.2.89 >"$CI_WORK/act.log" 2>&1; then
    echo "act: cannot be installed here: no workflow was run" >>"$CI_SKIPPED"
    return 0
  fi
  mkdir -p "$copy/.github/workflows"
  cp .ci/act.yml "$copy/.github/workflows/"
  cp action.yml "$copy/"
  bash .ci/pin-action.sh "$copy/action.yml" "$image"
  git -C "$copy" init -q -b main
  git -C "$copy" add .
  git -C "$copy" -c user.name=ci -c user.email=ci@example.com commit -q -m act
  podman system service --time=0 "unix://$CI_WORK/act/sock" >"$CI_WORK/act/service.log" 2>&1 &
  act_service=$!
  until [[ -S $CI_WORK/act/sock ]]; do
    kill -0 $act_service || wrong "podman gives no socket"
    sleep 0.1
  done
  # Its home is empty: it asks nothing at its first start, and reads nobody's settings.
  (
    cd "$copy"
    HOME=$CI_WORK/act XDG_CONFIG_HOME=$CI_WORK/act DOCKER_HOST=unix://$CI_WORK/act/sock "$CI_WORK/bin/act" push --bind \
      -P ubuntu-latest=docker.io/library/busybox:1.37.0-musl --pull=false --container-daemon-socket - --env "FAKE=$fake"
  ) >"$CI_WORK/act.log" 2>&1 || { cat "$CI_WORK/act.log"; wrong "act: the workflow fails"; }
  grep -q 'all of it holds' "$CI_WORK/act.log" || { cat "$CI_WORK/act.log"; wrong "act: the last step did not run"; }
  echo "as a workflow, by act: uses: ./, outputs and SARIF in a later step"
}

act_down() {
  [[ ${act_service-} ]] || return 0
  kill "$act_service" 2>/dev/null || true
  wait "$act_service" 2>/dev/null || true
}
