#!/usr/bin/env bash
# archives.sh [PART...]: the recipes of contrib, run for real: slurm, parallel, kubernetes.
# Installs what they need, daemons among it. Says plainly what was skipped, and why.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d /var/tmp/untag-archives-XXXXXX) # short: sockets have their names in it
trap 'rm -rf "$work"' EXIT
CGO_ENABLED=0 go build -trimpath -o "$work/untag" ./cmd/untag
CGO_ENABLED=0 go build -trimpath -o "$work/mkdrive" ./samples/mkdrive

# lacks PROGRAM...: names the first that is not there.
lacks() {
  local p
  for p in "$@"; do
    if ! command -v "$p" >/dev/null; then
      echo "$p is not installed"
      return
    fi
  done
  if [[ $(id -u) != 0 ]]; then echo "it needs root"; fi
}

needs() {
  case $1 in
    slurm) lacks slurmctld slurmd sbatch munged ;;
    parallel) lacks parallel ip ssh /usr/sbin/sshd && { ip netns add untag-probe && ip netns delete untag-probe; } 2>/dev/null || echo "network namespaces can't be made here" ;;
    kubernetes) lacks runc umoci jq ;;
  esac
}

parts=(slurm parallel kubernetes)
for part in "$@"; do
  [[ " ${parts[*]} " == *" $part "* ]] || { echo "archives.sh: no part is called $part: ${parts[*]}" >&2; exit 2; }
done
if (($# == 0)); then set -- "${parts[@]}"; fi
skipped=()
for part in "$@"; do
  scripts/packages.sh "$part" || true # what is missing then is told below
  why=$(needs "$part")
  if [[ -n $why ]]; then
    skipped+=("$part: $why")
    continue
  fi
  echo "== $part"
  "scripts/archives/$part.sh" "$work/$part" "$work/untag" "$work/mkdrive"
done
for s in "${skipped[@]}"; do echo "archives.sh: skipped $s"; done
echo "$(($# - ${#skipped[@]})) passed, 0 failed, ${#skipped[@]} skipped"
