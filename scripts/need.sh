#!/usr/bin/env bash
# need.sh build|daemon...: whether what building needs is here, and if not, where it
# comes from. Installs nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

need_go() {
  local want have
  want=$(awk '$1 == "go" {print $2}' go.mod)
  have=$(${GO:-go} env GOVERSION 2>/dev/null | sed 's/^go//; s/[^0-9.].*//') || true
  if [[ -z $have ]] || [[ $(printf '%s\n' "$want" "$have" | sort -V | head -n 1) != "$want" ]]; then
    echo "need.sh: Go $want or later is needed, ${have:-none} is here: see https://go.dev/dl" >&2
    return 1
  fi
}

# A C compiler for the processor that is built for, and libudev to link with.
need_udev() {
  local cc=${CC:-$(${GO:-go} env CC)} # several words where flags belong to it
  if ! command -v "${cc%% *}" >/dev/null; then
    echo "need.sh: untagd needs a C compiler; $cc is not there (Debian: gcc libc6-dev; Fedora: gcc; Arch: gcc)" >&2
    return 1
  fi
  # shellcheck disable=SC2086
  if ! printf '#include <libudev.h>\nint main(void) { return udev_new() == 0; }\n' |
    $cc ${CGO_CFLAGS:-} -x c - -o /dev/null ${CGO_LDFLAGS:-} -ludev 2>/dev/null; then
    echo "need.sh: untagd needs libudev and its header, and $cc finds none (Debian: libudev-dev; Fedora: systemd-devel; Arch: systemd-libs)" >&2
    return 1
  fi
}

for what in "$@"; do
  case $what in
    build) need_go ;;
    daemon) need_go && need_udev ;;
    *) echo "need.sh: what is $what?" >&2; exit 2 ;;
  esac
done
