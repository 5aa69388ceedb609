#!/usr/bin/env bash
# install.sh install|uninstall DESTDIR PREFIX: programs, manual pages, shell
# completions and systemd units, as far as they are there.
set -euo pipefail
cd "$(dirname "$0")/.."
verb=$1 to=$2$3

# mode, file here, where it goes
plan() {
  echo "755 bin/untag bin/untag"
  [[ ! -f bin/untagd ]] || echo "755 bin/untagd bin/untagd"
  local f
  for f in docs/man/*.[1-8]; do
    [[ ! -f $f ]] || echo "644 $f share/man/man${f##*.}/${f##*/}"
  done
  echo "644 build/completions/bash share/bash-completion/completions/untag"
  echo "644 build/completions/zsh share/zsh/site-functions/_untag"
  echo "644 build/completions/fish share/fish/vendor_completions.d/untag.fish"
}

if [[ $verb == uninstall ]]; then
  plan | while read -r _ _ path; do rm -fv "$to/$path"; done
  exit
fi
if [[ ! -x bin/untag ]]; then
  echo "install.sh: bin/untag is not there: run make build first" >&2
  exit 1
fi
mkdir -p build/completions
for shell in bash zsh fish; do bin/untag completion $shell >build/completions/$shell; done
plan | while read -r mode file path; do
  install -D -m "$mode" "$file" "$to/$path"
  echo "$to/$path"
done
