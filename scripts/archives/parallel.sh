#!/usr/bin/env bash
# parallel.sh WORK UNTAG MKDRIVE: contrib/parallel with two hosts, one of which is cut off
# in the middle of its shard. The hosts, and the desk that they are asked from, are network
# namespaces with an sshd each; they share this machine's files as they would an NFS.
set -euo pipefail
work=$1 mkdrive=$3
contrib=$PWD/contrib/parallel
mkdir -p "$work/bin" /run/sshd
install -m 755 "$2" "$work/bin/untag"
export PATH=$work/bin:$PATH HOME=$work PARALLEL_HOME=$work/parallel
mkdir -p "$PARALLEL_HOME"
touch "$PARALLEL_HOME/will-cite"
cd "$work"
tag=untag$$

finish() {
  local host
  for host in a b desk; do
    cut_off $host
    ip netns delete "$tag$host" 2>/dev/null || true
  done
}
trap finish EXIT

fail() {
  echo "parallel.sh: $*" >&2
  exit 1
}

# cut_off NAME: as if its cable and its power had gone.
cut_off() {
  local pids
  pids=$(ip netns pids "$tag$1" 2>/dev/null) || return 0
  # shellcheck disable=SC2086 # numbers
  [[ -z $pids ]] || kill -9 $pids 2>/dev/null || true
}

# host NAME NUMBER: a namespace with an address of its own, and an sshd.
host() {
  local ns=$tag$1 address=10.213.$2.2
  ip netns add "$ns"
  ip -n "$ns" link set lo up
  ip link add name eth0 netns "$ns" type veth peer name "to-$1" netns "${tag}desk"
  ip -n "$ns" address add "$address/30" dev eth0
  ip -n "$ns" link set eth0 up
  ip -n "${tag}desk" address add "10.213.$2.1/30" dev "to-$1"
  ip -n "${tag}desk" link set "to-$1" up
  cat >"$1.sshd" <<END
ListenAddress $address
HostKey $work/host
AuthorizedKeysFile $work/key.pub
PidFile $work/$1.pid
StrictModes no
UsePAM no
PermitRootLogin yes
PasswordAuthentication no
SetEnv PATH=$PATH
END
  ip netns exec "$ns" /usr/sbin/sshd -f "$work/$1.sshd" -E "$work/$1.log"
  echo "$address" >>hosts
  echo "$address $(<host.pub)" >>known
}

keys() {
  ssh-keygen -q -t ed25519 -N '' -f host
  ssh-keygen -q -t ed25519 -N '' -f key
  printf 'IdentityFile %s/key\nUserKnownHostsFile %s/known\n' "$work" "$work" >ssh.config
  printf '#!/bin/sh\nexec /usr/bin/ssh -F %s/ssh.config "$@"\n' "$work" >bin/ssh # whoever runs this has a configuration of their own
  chmod 755 bin/ssh
}

# at_work_on NAME prints the shard that a host works on.
at_work_on() {
  ip netns pids "$tag$1" | while read -r pid; do
    { tr '\0' '\n' <"/proc/$pid/cmdline" | grep -oP '^[0-7](?=/8$)'; } 2>/dev/null || true # it may have ended
  done | head -n 1
}

keys
ip netns add "${tag}desk"
ip -n "${tag}desk" link set lo up
host a 1
host b 2
"$mkdrive" -tree 8000 -dirty 1 "$work/a tree"

ip netns exec "${tag}desk" "$contrib/untag-hosts" hosts 8 "$work/reports" scrub "$work/a tree" >out 2>err &
run=$!
for ((i = 0; ; i++)); do
  shard=$(at_work_on b)
  if [[ -n $shard ]] && (($(cat "reports/shard-$shard".json.*.part 2>/dev/null | wc -l) > 50)); then break; fi
  if ((i > 600)) || ! kill -0 $run 2>/dev/null; then fail "no shard was seen at work on b: $(<out) $(<err)"; fi
  sleep 0.1
done
ip -n "${tag}b" link set eth0 down
cut_off b
echo "parallel.sh: host b was cut off while it worked on shard $shard"
code=0
wait $run || code=$?
[[ $code == 0 ]] || fail "untag-hosts exits $code: $(<out) $(<err)"
grep -E "^(reports|shards|files|cleaned|clean) " out
grep -qF "are whole; tried more than once: $shard" out || fail "it does not say that shard $shard was tried again: $(<out)"
untag verify -q "a tree" || fail "not all files are clean"
echo "parallel.sh: all files are clean"
