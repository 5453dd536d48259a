# shellcheck shell=bash
# Sourced by container.sh: runs the workflow .ci/act.yml with act, which does what GitHub's runner does
# with `uses:`, then with outputs and files in later steps. `./` is the action of main, which is built
# from the Dockerfile, `./tagged` that of a release, which names an image.

try_act() { # try_act IMAGE FAKE DOCKERFILE; without a Dockerfile `./` is that of a release too
  local image=$1 fake=$2 dockerfile=$3 runner
  runner=$(sed -n 's/^FROM \(busybox:[^ @]*\).*/\1/p' Dockerfile)
  if ! GOBIN=$CI_WORK/bin GOFLAGS=-mod=mod go install github.com/nektos/act@v0.2.89 >"$CI_WORK/act.log" 2>&1; then
    echo "act: cannot be installed here: no workflow was run" >>"$CI_SKIPPED"
    return 0
  fi
  engine_base "$runner" || return 0 # it has said why
  act_checkout "$CI_WORK/act/repo"
  act_engine
  # Its home is empty: it asks nothing at its first start and reads no settings of this machine.
  (
    cd "$CI_WORK/act/repo"
    HOME=$CI_WORK/act XDG_CONFIG_HOME=$CI_WORK/act DOCKER_HOST=unix://$CI_WORK/act/sock "$CI_WORK/bin/act" push --bind \
      -P "ubuntu-latest=docker.io/library/$runner" --pull=false --container-daemon-socket - --env "FAKE=$fake"
  ) >"$CI_WORK/act.log" 2>&1 || { cat "$CI_WORK/act.log"; wrong "act: the workflow fails"; }
  [[ -s $CI_WORK/act/repo/act-result ]] || { cat "$CI_WORK/act.log"; wrong "act: the last step did not run to its end"; }
  echo "as a workflow, by act: uses: ${dockerfile:+built from the Dockerfile and }as a release has it; outputs and SARIF in a later step"
}

# act_checkout makes the repository that the workflow finds.
act_checkout() {
  local copy=$1
  mkdir -p "$copy/tagged" "$copy/.github/workflows"
  cp action.yml "$copy/tagged/"
  bash .ci/pin-action.sh "$copy/tagged/action.yml" "$image"
  if [[ $dockerfile ]]; then
    tar -cf - --exclude=testdata .dockerignore action.yml go.mod go.sum ./*/ | tar -xf - -C "$copy"
    cp "$dockerfile" "$copy/Dockerfile"
  else
    cp "$copy/tagged/action.yml" "$copy/"
  fi
  cp .ci/act.yml "$copy/.github/workflows/"
  git -C "$copy" init -q -b main
  git -C "$copy" add .
  git -C "$copy" -c user.name=ci -c user.email=ci@example.com commit -q -m act
}

# act_engine provides the socket that docker would have. What a build needs besides its bases goes into
# the settings of that service.
act_engine() {
  local settings=$CI_WORK/act/containers.conf volumes=''
  # shellcheck disable=SC2154 # of engine.sh
  [[ ${#base_volumes[@]} -eq 0 ]] || printf -v volumes '"%s",' "${base_volumes[@]}"
  {
    if [[ ${CONTAINERS_CONF-} ]]; then cat "$CONTAINERS_CONF"; else echo '[containers]'; fi
  } | sed "s|^\[containers\]\$|&\nvolumes = [$volumes]|" >"$settings"
  CONTAINERS_CONF=$settings podman system service --time=0 "unix://$CI_WORK/act/sock" >"$CI_WORK/act/service.log" 2>&1 &
  act_service=$!
  until [[ -S $CI_WORK/act/sock ]]; do
    kill -0 $act_service || wrong "podman has no socket"
    sleep 0.1
  done
}

act_down() {
  [[ ${act_service-} ]] || return 0
  kill "$act_service" 2>/dev/null || true
  wait "$act_service" 2>/dev/null || true
}
