#!/usr/bin/env bash
# kubernetes.sh WORK UNTAG MKDRIVE: the job of contrib/kubernetes as a kubelet would run it.
# The manifest is held to the types of the API; each index is a container of the image that
# make image makes, with the command line, user, mounts and rights of the manifest, under
# runc. One is killed and tried again. There is no cluster: scheduling is not tested.
set -euo pipefail
work=$1 untag=$2 mkdrive=$3
mkdir -p "$work/archive" "$work/reports" "$work/layout"
name=untag-$$

fail() {
  echo "kubernetes.sh: $*" >&2
  exit 1
}

go run -modfile=.ci/manifest.mod contrib/manifest.go <contrib/kubernetes/untag-job.yaml >"$work/job.json"
scripts/image.sh "$(go env GOHOSTARCH)"
tar -xf build/image/*.oci.tar -C "$work/layout"
tag=$(jq -r '.manifests[0].annotations["org.opencontainers.image.ref.name"]' "$work/layout/index.json")
umoci unpack --image "$work/layout:$tag" "$work/bundle" 2>/dev/null
cp "$work/bundle/config.json" "$work/image.json"
cd "$work"
"$mkdrive" -tree 4000 -dirty 1 archive
user=$(jq .spec.template.spec.securityContext.runAsUser job.json)
chown -R "$user" archive reports

# index I: what runs as this one of the job.
index() {
  jq --argjson i "$1" --arg work "$work" --slurpfile job job.json '
    $job[0].spec.template.spec as $pod | $pod.containers[0] as $c | .
    | .process.terminal = false
    | .process.args += [$c.args[] | gsub("\\$\\(JOB_COMPLETION_INDEX\\)"; "\($i)")]
    | .process.user = {uid: $pod.securityContext.runAsUser, gid: $pod.securityContext.runAsGroup}
    | .process.noNewPrivileges = ($c.securityContext.allowPrivilegeEscalation | not)
    | (if $c.securityContext.capabilities.drop == ["ALL"] then .process.capabilities = {} else . end)
    | .root.readonly = $c.securityContext.readOnlyRootFilesystem
    | .mounts += [$c.volumeMounts[] | {destination: .mountPath, type: "bind", source: "\($work)\(.mountPath)", options: ["bind", "rw"]}]
    ' image.json >bundle/config.json
  runc run --bundle bundle "$name-$1"
}

shards=$(jq .spec.completions job.json)
for ((i = 0; i < shards; i++)); do
  if ((i == 3)); then # as if its node had gone
    index $i &
    container=$!
    until (($(cat reports/shard-3.json.*.part 2>/dev/null | wc -l) > 50)); do
      kill -0 $container 2>/dev/null || fail "shard 3 ended before it could be killed"
      sleep 0.02
    done
    runc kill "$name-3" KILL
    wait $container && fail "shard 3 was not killed"
    code=0
    "$untag" report merge reports/* >during.txt 2>&1 || code=$?
    [[ $code == 3 ]] || fail "with a dead pod, untag report merge exits $code"
    grep -q "shard 3/$shards .* died after" during.txt || fail "the dead shard is not named: $(<during.txt)"
  fi
  index $i || fail "index $i exits $?"
done
"$untag" report merge reports/* >after.txt || fail "the merged report is not clean: $(<after.txt)"
grep -E "^(reports|shards|files|cleaned|clean) " after.txt
grep -qF "$shards of $shards of /archive are whole; tried more than once: 3" after.txt || fail "not all shards are whole"
"$untag" verify -q archive || fail "not all files are clean"

# The image has no shell, and nothing in it can be written to by who runs in it.
[[ -z $(find bundle/rootfs -name '*sh' -o -name busybox) ]] || fail "there is a shell in the image"
[[ $(find bundle/rootfs -type f -perm /111) == bundle/rootfs/usr/bin/untag ]] || fail "there is more to run in the image than untag"
[[ -z $(find bundle/rootfs -user "$user" -o -perm /022 -not -type l) ]] || fail "the user of the image may write in it"
echo "kubernetes.sh: the job's command line cleans all files in the image, read-only and without rights"
