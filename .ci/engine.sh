# shellcheck shell=bash
# Sourced by container.sh: sets up a podman that builds and runs images, with its own storage under
# $CI_WORK, so that no other build on this machine finds anything from this run.
#
#   engine_up      starts it; 1 with a line in $CI_SKIPPED where this machine cannot
#   engine_base    gets a base image, or makes a stand-in for it
#   engine_bases   does so for all of the Dockerfile
#   engine_down    removes all of it

# shellcheck source=.ci/packages.sh
source .ci/packages.sh

stand_ins='' base_volumes=() dockerfile=''

engine_missing() {
  echo "$1: the image was neither built nor run" >>"$CI_SKIPPED"
  return 1
}

engine_up() {
  install_program podman podman buildah ca-certificates >&2
  command -v podman >/dev/null || { engine_missing "there is no podman, and it cannot be installed"; return 1; }
  local home=$CI_WORK/podman
  mkdir -p "$home"
  # Without skip_mount_home a mount stays behind, and $CI_WORK could not be removed.
  cat >"$home/storage.conf" <<CONF
[storage]
driver = "overlay"
runroot = "$home/run"
graphroot = "$home/graph"
[storage.options.overlay]
skip_mount_home = "true"
CONF
  export CONTAINERS_STORAGE_CONF=$home/storage.conf
  # crun needs cgroup v2, and runc raises no limit above the kernel's.
  if [[ $(podman info --format '{{.Host.CgroupsVersion}}') == v1 ]]; then
    install_program runc runc >&2
    cat >"$home/containers.conf" <<'CONF'
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]
netns = "host"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
CONF
    export CONTAINERS_CONF=$home/containers.conf
  fi
  engine_try || { engine_missing "podman runs no container here"; return 1; }
}

# engine_try runs one program in an empty image: the smallest thing that can work.
engine_try() {
  mkdir -p "$CI_WORK/try"
  printf 'package main\n\nfunc main() {}\n' >"$CI_WORK/try/main.go"
  CGO_ENABLED=0 GOFLAGS='' GOWORK=off go build -o "$CI_WORK/try/true" "$CI_WORK/try/main.go"
  tar -C "$CI_WORK/try" -c true | podman import -q - localhost/try >/dev/null
  podman run --rm --network none localhost/try /true
}

engine_down() {
  # Without root, files that a container wrote belong to users that only podman can name.
  [[ $EUID -eq 0 ]] || podman unshare rm -rf "$CI_WORK"/jenkins* "$CI_WORK"/github.* "$CI_WORK/gitlab" >/dev/null 2>&1 || true
  podman rm -f -a -t 0 >/dev/null 2>&1 || true
  podman system reset -f >/dev/null 2>&1 || true
}

# engine_base IMAGE: gets a base image, or builds a stand-in if no registry has it.
engine_base() {
  podman image exists "docker.io/library/$1" && return
  timeout 300 podman pull -q "docker.io/library/$1" </dev/null >/dev/null 2>&1 && return
  echo "no registry has $1: building a stand-in"
  [[ $stand_ins ]] || echo "no registry can be reached: the image was built and run on stand-ins of its bases, nohup among them; ci.yml and release.yml run it on the real ones" >>"$CI_SKIPPED"
  stand_ins=1
  stand_in "docker.io/library/${1%@*}"
}

# engine_bases makes dockerfile and base_volumes, which a build needs.
engine_bases() {
  local base
  dockerfile=$CI_WORK/Dockerfile
  cp Dockerfile "$dockerfile"
  while read -r base; do
    engine_base "$base" || return
  done < <(sed -n 's/^FROM \(--[^ ]* \)*\([^ ]*\).*/\2/p' Dockerfile | grep -vx scratch)
  [[ $stand_ins ]] || return 0
  # A stand-in has another digest, and that of golang takes Go and its caches from this machine.
  sed -i 's/@sha256:[0-9a-f]*//' "$dockerfile"
  # shellcheck disable=SC2034 # container.sh and act.sh use them
  base_volumes=("$(go env GOROOT):/usr/local/go:ro" "$(go env GOMODCACHE):/go/pkg/mod" "$(go env GOCACHE):/root/.cache/go-build")
}

# stand_in REFERENCE makes an image with busybox's applets and CA certificates.
stand_in() {
  local root=$CI_WORK/stand-in applet
  if [[ ! -d $root ]]; then
    stand_in_root "$root" || { engine_missing "there is no static busybox"; return 1; }
  fi
  tar -C "$root" -c . | podman import -q --change 'CMD ["sh"]' --change 'ENV GOTOOLCHAIN=local' --change 'ENV GOPATH=/go' \
    --change 'ENV PATH=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' - "$1" >/dev/null
}

stand_in_root() {
  local root=$1 busybox applet
  busybox=$(static_busybox) || return 1
  mkdir -p "$root"/{bin,etc/ssl/certs,root,tmp,usr/local/bin}
  chmod 1777 "$root/tmp"
  cp "$busybox" "$root/bin/busybox"
  for applet in $("$busybox" --list); do
    [[ -e $root/bin/$applet ]] || ln -s busybox "$root/bin/$applet"
  done
  cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
  echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
  echo 'root:x:0:' >"$root/etc/group"
  # Debian builds its busybox without nohup, which Jenkins needs; upstream's has it.
  [[ -e $root/bin/nohup ]] || printf '#!/bin/sh\ntrap "" HUP\nexec "$@"\n' >"$root/bin/nohup"
  chmod 755 "$root/bin/nohup"
}

static_busybox() {
  install_program busybox busybox-static >&2
  local path
  path=$(command -v busybox) && ! ldd "$path" >/dev/null 2>&1 && realpath "$path"
}
