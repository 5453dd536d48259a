# shellcheck shell=bash
# Sourced by the steps: programs that they need from the system's packages.

# install_program PROGRAM PACKAGE... installs what is missing, where that is possible: the caller looks for
# the program afterwards.
install_program() {
  local sudo=''
  command -v "$1" >/dev/null && return
  command -v apt-get >/dev/null || return 0
  shift
  if [[ $EUID -ne 0 ]]; then
    sudo -n true 2>/dev/null || return 0
    sudo='sudo -n'
  fi
  $sudo apt-get update -qq || true
  $sudo apt-get install -y -qq --no-install-recommends "$@" >/dev/null || true
}
