#!/usr/bin/env bash
# install.sh install|uninstall DESTDIR PREFIX: programs, manual pages, shell
# completions and systemd units, as far as they are there.
set -euo pipefail
cd "$(dirname "$0")/.."
verb=$1 to=$2$3 prefix=$3
if [[ $prefix == /usr ]]; then bus=share/dbus-1/system.d; else bus=/etc/dbus-1/system.d; fi

# An absolute path is below DESTDIR alone.
target() { if [[ $1 == /* ]]; then echo "${to%"$prefix"}$1"; else echo "$to/$1"; fi; }

# mode, file here, where it goes
plan() {
  local f
  echo "755 bin/untag bin/untag"
  if [[ -f bin/untagd ]]; then
    echo "755 bin/untagd bin/untagd"
    echo "644 systemd/system/untagd.service lib/systemd/system/untagd.service"
    echo "644 systemd/user/untagd.service lib/systemd/user/untagd.service"
    echo "644 systemd/user/untag-notify.service lib/systemd/user/untag-notify.service"
    echo "644 platform/config/untagd.toml share/doc/untag/untagd.toml"
    # The bus reads policies below /usr and /etc only.
    echo "644 systemd/dbus/org.untag.Untagd1.conf $bus/org.untag.Untagd1.conf"
  fi
  local f
  for f in docs/man/*.[1-8]; do
    [[ ! -f $f ]] || echo "644 $f share/man/man${f##*.}/${f##*/}"
  done
  echo "644 build/completions/bash share/bash-completion/completions/untag"
  echo "644 build/completions/zsh share/zsh/site-functions/_untag"
  echo "644 build/completions/fish share/fish/vendor_completions.d/untag.fish"
}

if [[ $verb == uninstall ]]; then
  plan | while read -r _ _ path; do rm -fv "$(target "$path")"; done
  exit
fi
if [[ ! -x bin/untag ]]; then
  echo "install.sh: bin/untag is not there: run make build first" >&2
  exit 1
fi
mkdir -p build/completions
mkdir -p build/units/system build/units/user
for f in systemd/*/*.service; do
  sed "s|/usr/local/bin/|$3/bin/|" "$f" >"build/units/${f#systemd/}"
done
for shell in bash zsh fish; do bin/untag completion $shell >build/completions/$shell; done
plan | while read -r mode file path; do
  path=$(target "$path")
  install -D -m "$mode" "$file" "$path"
  if [[ $path == *.service ]]; then sed -i "s|/usr/local/|$prefix/|g" "$path"; fi
  echo "$path"
done
