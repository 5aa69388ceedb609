#!/usr/bin/env bash
# install.sh install|uninstall DESTDIR PREFIX: the programs that were built, and
# what belongs to them. Uninstalling removes everything, built here or not. BIN is
# where they were built, bin unless it is set.
set -euo pipefail
cd "$(dirname "$0")/.."
verb=$1 dest=$2 prefix=$3 bin=${BIN:-bin}
made=$(mktemp) # what is changed for installing; root shall own nothing here
trap 'rm -f "$made"' EXIT

# Mode, file here, where it goes: below the prefix, unless it begins with a slash.
tool() {
  local f
  echo "755 $bin/untag bin/untag"
  for f in docs/man/*.1; do echo "644 $f share/man/man1/${f##*/}"; done
  echo "644 $bin/completions/bash share/bash-completion/completions/untag"
  echo "644 $bin/completions/zsh share/zsh/site-functions/_untag"
  echo "644 $bin/completions/fish share/fish/vendor_completions.d/untag.fish"
}

daemon() {
  local f bus=/etc/dbus-1/system.d # the bus reads policies below /usr and /etc only
  if [[ $prefix == /usr ]]; then bus=share/dbus-1/system.d; fi
  echo "755 $bin/untagd bin/untagd"
  echo "644 docs/man/untagd.8 share/man/man8/untagd.8"
  for f in systemd/*/*.service systemd/*/*.preset; do echo "644 $f lib/$f"; done
  echo "644 systemd/dbus/org.untag.Untagd1.conf $bus/org.untag.Untagd1.conf"
  echo "644 systemd/desktop/org.untag.Untagd.desktop share/applications/org.untag.Untagd.desktop"
  echo "644 systemd/desktop/org.untag.Untagd.svg share/icons/hicolor/scalable/apps/org.untag.Untagd.svg"
  echo "644 platform/config/untagd.toml share/doc/untag/untagd.toml"
}

# What file managers of desktops show, and what that starts.
desktop() {
  local f
  echo "755 platform/filemanager/untag-on-files libexec/untag/untag-on-files"
  echo "644 platform/filemanager/nautilus/untag.py share/nautilus-python/extensions/untag.py"
  for f in platform/filemanager/nemo/*; do echo "644 $f share/nemo/actions/${f##*/}"; done
  echo "644 platform/filemanager/kio/untag.desktop share/kio/servicemenus/untag.desktop"
}

target() { if [[ $1 == /* ]]; then echo "$dest$1"; else echo "$dest$prefix/$1"; fi; }

install_files() {
  while read -r mode file path; do
    path=$(target "$path")
    case $file in # these name programs by their paths
      systemd/* | platform/filemanager/*) sed "s|/usr/local/|$prefix/|g" "$file" >"$made" && file=$made ;;
    esac
    install -D -m "$mode" "$file" "$path"
    echo "$path"
  done
}

remove_files() {
  while read -r _ _ path; do rm -fv "$(target "$path")"; done
  rmdir --ignore-fail-on-non-empty "$dest$prefix"/{share/doc,libexec}/untag 2>/dev/null || true
  # What is staged below DESTDIR has no folders but ours.
  if [[ -n $dest && -d $dest ]]; then find "$dest" -mindepth 1 -depth -type d -empty -delete; fi
}

if [[ $verb == uninstall ]]; then
  { tool; desktop; daemon; } | remove_files
  exit
fi
if [[ ! -x $bin/untag ]]; then
  echo "install.sh: $bin/untag is not there: run make build first" >&2
  exit 1
fi
{ tool; desktop; } | install_files
if [[ ! -x $bin/untagd ]]; then
  echo "install.sh: without the daemon; make daemon builds it"
  exit
fi
daemon | install_files
