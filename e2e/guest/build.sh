#!/usr/bin/env bash
# build.sh: make the guest of the end-to-end tests and print the folder that it is
# in: vmlinuz, initrd.gz and root.ext4, a Debian with systemd, udev, D-Bus and
# udisks, in which people can log in. Nothing is installed on this machine. What was
# made is kept, outside the tree, until what it is made of changes. UNTAG_E2E_SUITE
# names another Debian than bookworm, which is 12: trixie is 13.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=$1
suite=${UNTAG_E2E_SUITE:-bookworm}
mirror=${UNTAG_E2E_MIRROR:-http://deb.debian.org}
include=systemd,systemd-sysv,udev,kmod,dbus,polkitd,udisks2,libpam-systemd,dbus-user-session,ntfs-3g,e2fsprogs,mount,procps,nfs-kernel-server,samba
# What is below a root file system, a stick and a card, and what is on them.
modules=(virtio_pci virtio_blk virtio_console 9pnet_virtio 9p ext4 crc32c_generic
  xhci_pci usb_storage uas sd_mod sdhci_pci mmc_block
  vfat nls_cp437 nls_ascii nls_utf8 exfat fuse)
# What a server and its clients take, and the ciphers that SMB asks for by name.
servers=(nfsd nfsv3 nfsv4 cifs cmac ccm gcm ghash-generic hmac sha256_generic sha512_generic md5 ecb ctr aes_generic)

log() { echo "build.sh: $*" >&2; }

if [[ $(id -u) != 0 ]]; then
  log "the guest's files belong to root, and so must whoever makes them"
  exit 1
fi
if ldd /bin/busybox &>/dev/null; then
  log "/bin/busybox is not static, and would find no libraries in the guest: install busybox-static"
  exit 1
fi
if [[ $(uname -m) != x86_64 ]]; then
  log "the guest is one for x86_64, this machine is $(uname -m)"
  exit 1
fi

key=$(cat "$here"/* "$here"/../agent/*.go <(go env GOVERSION) <(echo "$mirror $suite") | sha256sum | cut -c 1-16)
out=$cache/guest-$key
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9 # of two that build at the same time, one finds it made

# Guests that nobody has used for a while go.
find "$cache" -mindepth 1 -maxdepth 1 -name 'guest-*' ! -name "guest-$key" -mtime +7 -exec rm -rf --one-file-system {} +
if [[ -f $out/done ]]; then
  touch "$out"
  echo "$out"
  exit
fi
rm -rf --one-file-system "$out"
tmp=$out/tmp root=$out/tmp/root
mkdir -p "$tmp"
export TMPDIR=$tmp
chmod 755 "$out" "$tmp"

debian() {
  local key=/usr/share/keyrings/debian-archive-keyring.gpg
  # The kernel is fetched with the lists of the guest, and unpacked beside it: what
  # its installation would run is of no use here. What is mounted meanwhile is for
  # nobody else to see, and is gone when this is interrupted.
  # shellcheck disable=SC2016 # for mmdebstrap's shell
  unshare --mount mmdebstrap --quiet --mode=root --variant=minbase --include="$include" \
    --aptopt='Apt::Install-Recommends "false"' --aptopt='Acquire::Retries "3"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
    --customize-hook='cd "$1/.." && export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" &&
      apt-get -qq -o APT::Sandbox::User=root download "$(apt-cache depends linux-image-amd64 | awk "/Depends: linux-image-[0-9]/ {print \$2; exit}")"' \
    "$suite" "$root" \
    "deb [signed-by=$key] $mirror/debian $suite main" \
    "deb [signed-by=$key] $mirror/debian-security $suite-security main" >&2
}

kernel() {
  dpkg-deb --fsys-tarfile "$tmp"/linux-image-*.deb | tar -x -C "$tmp" --wildcards ./boot '*/lib/modules'
  if [[ -d $tmp/usr/lib/modules ]]; then mv "$tmp/usr/lib" "$tmp/"; fi # as of Debian 13
  cp "$tmp"/boot/vmlinuz-* "$out/vmlinuz"
  version=$(ls "$tmp/lib/modules")
  depmod -b "$tmp" "$version"
}

# modules_into DIR MODULE...: those modules and what they need.
modules_into() {
  local dir=$1 module file
  for module in "${@:2}"; do
    modprobe -d "$tmp" -S "$version" --show-depends "$module"
  done | awk '$1 == "insmod" {print $2}' | sort -u >"$tmp/list"
  while read -r file; do
    install -D -m 644 "$file" "$dir/lib/modules/${file#*/lib/modules/}"
  done <"$tmp/list"
  cp "$tmp/lib/modules/$version"/modules.{builtin,builtin.modinfo,order} "$dir/lib/modules/$version/"
  depmod -b "$dir" "$version"
}

# initramfs: busybox, and the modules that lead to the root file system.
initramfs() {
  local fs=$tmp/initramfs file
  mkdir -p "$fs"/{bin,proc,sys,dev,mnt,etc}
  ln -s bin "$fs/sbin"
  cp /bin/busybox "$fs/bin/"
  for file in sh mount umount modprobe sleep switch_root; do ln -s busybox "$fs/bin/$file"; done
  modules_into "$fs" "${modules[@]}"
  install -m 755 "$here/init" "$fs/init"
  (cd "$fs" && find . -print0 | cpio --quiet --null -o -H newc -R 0:0 | gzip -1) >"$out/initrd.gz"
}

image() {
  local unit preset=$root/etc/systemd/system-preset/50-e2e.preset
  modules_into "$root" "${modules[@]}" "${servers[@]}"
  (cd "$here/../.." && CGO_ENABLED=0 go build -trimpath -o "$root/usr/local/sbin/e2e-agent" ./e2e/agent)
  cp "$here/e2e-agent.service" "$root/etc/systemd/system/"
  mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
  ln -s ../e2e-agent.service "$root/etc/systemd/system/multi-user.target.wants/"
  echo e2e >"$root/etc/hostname"
  : >"$root/etc/fstab"
  echo uninitialized >"$root/etc/machine-id"
  # Servers run when a test starts them. The preset is for the first boot, which enables
  # what there is no rule for.
  mkdir -p "$(dirname "$preset")"
  for unit in rpcbind.socket rpcbind.service nfs-server.service nfs-client.target smbd.service nmbd.service samba-ad-dc.service; do
    chroot "$root" systemctl --quiet disable "$unit"
    echo "disable $unit" >>"$preset"
  done
  # What waits for a network, or would work beside the tests.
  for unit in systemd-timesyncd.service systemd-networkd.service systemd-networkd.socket apt-daily.timer apt-daily-upgrade.timer \
    dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer getty@tty1.service \
    systemd-firstboot.service systemd-tmpfiles-clean.timer; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
  done
  rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*
  truncate -s 900M "$out/root.ext4"
  mke2fs -q -t ext4 -O ^has_journal -m 0 -d "$root" "$out/root.ext4"
}

for step in debian kernel initramfs image; do
  start=$SECONDS
  $step
  log "$step took $((SECONDS - start)) s"
done
rm -rf --one-file-system "$tmp"
touch "$out/done"
echo "$out"
