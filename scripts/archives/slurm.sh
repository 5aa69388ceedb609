#!/usr/bin/env bash
# slurm.sh WORK UNTAG MKDRIVE: contrib/slurm as an array of 8 on two nodes, one of which is
# killed in the middle of its shard. A controller, two daemons that are nodes, and munge
# run in the folder WORK, and end with the script.
set -euo pipefail
work=$1 mkdrive=$3
contrib=$PWD/contrib/slurm
mkdir -p "$work/bin" "$work/state" "$work/logs" "$work/reports"
install -m 755 "$2" "$work/bin/untag"
export PATH=$work/bin:$PATH SLURM_CONF=$work/slurm.conf
cd "$work"

daemons=()
finish() {
  local d
  for d in "${daemons[@]}"; do kill -9 "$(cat "$d.pid" 2>/dev/null)" 2>/dev/null || true; done
}
trap finish EXIT

fail() {
  echo "slurm.sh: $*" >&2
  tail -n 20 slurmctld.log logs/*.log 2>/dev/null >&2 || true
  exit 1
}

# until_ok SECONDS WHAT COMMAND...: wait until the command succeeds.
until_ok() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    if ((SECONDS >= end)); then fail "waited in vain for $what"; fi
    sleep 0.2
  done
}

configure() {
  cat >slurm.conf <<END
ClusterName=untag
SlurmctldHost=$(hostname)(127.0.0.1)
SlurmctldPort=16817
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge.socket,cred_expire=5
CredType=cred/munge
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool-%n
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/%n.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/%n.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/linear
MpiDefault=none
SlurmdTimeout=5
KillWait=5
SchedulerParameters=batch_sched_delay=0,sched_interval=1
NodeName=node[0-1] NodeHostname=$(hostname) NodeAddr=127.0.0.1 Port=[16818-16819] CPUs=1 RealMemory=500
PartitionName=main Nodes=node[0-1] Default=YES State=UP
END
}

start() {
  head -c 32 /dev/urandom >munge.key
  chmod 600 munge.key
  munged --force --key-file="$work/munge.key" --socket="$work/munge.socket" --pid-file="$work/munged.pid" \
    --log-file="$work/munged.log" --seed-file="$work/munged.seed"
  slurmctld
  slurmd -N node0
  slurmd -N node1
  daemons=(munged slurmctld node0 node1)
  until_ok 60 "two idle nodes" ready
}

ready() { [[ $(sinfo -h -t idle -o %D 2>/dev/null) == 2 ]]; }
at_work() { (($(cat stopped/*.part 2>/dev/null | wc -l) > 50)); }
ended() { [[ -z $(squeue -h -j "$1" 2>/dev/null) ]]; }
# on_node1 prints the shard that runs there and is far enough to be worth killing.
on_node1() {
  shard=$(squeue -h -j "$1" -w node1 -t RUNNING -o %K | head -n 1)
  [[ -n $shard ]] && (($(cat "reports/shard-$shard".json.*.part 2>/dev/null | wc -l) > 50))
}

# kill_node1: as if its power had gone: who would tell of the end of a job goes first.
kill_node1() {
  local job step pids
  job=$(squeue -h -j "$1" -w node1 -t RUNNING -o %A | head -n 1)
  kill -9 "$(cat node1.pid)"
  for step in $(pgrep -f "^slurmstepd: \[$job\.batch\]"); do
    mapfile -t pids < <(pgrep -P "$step")
    kill -9 "$step" "${pids[@]}"
  done
}

configure
start
"$mkdrive" -tree 12000 -dirty 1 "$work/tree"
job=$(cd logs && sbatch --parsable --array=0-7 "$contrib/untag.sbatch" 8 "$work/reports" scrub "$work/tree")
until_ok 120 "a shard that is at work on node1" on_node1 "$job"
kill_node1 "$job"
echo "slurm.sh: node1 was killed while it worked on shard $shard"

code=0
untag report merge reports/* >during.txt 2>&1 || code=$?
[[ $code == 3 ]] || fail "with a dead node, untag report merge exits $code"
grep -q "shard $shard/8 (reports/shard-$shard.json.*.part) died after" during.txt || fail "the dead shard is not named: $(<during.txt)"

until_ok 400 "the end of all shards" ended "$job"
[[ $(sinfo -h -n node1 -o %T) == down* ]] || fail "node1 is not down"
untag report merge reports/* >after.txt || fail "after the requeue, the merged report is not clean: $(<after.txt)"
grep -E "^(reports|shards|files|cleaned|clean) " after.txt
grep -qF "8 of 8 of $work/tree are whole; tried more than once: $shard" after.txt || fail "it does not say that shard $shard was tried again"
untag verify -q "$work/tree" || fail "not all files are clean"

# Told to stop, as before the end of its time, a shard is interrupted, and is so in the report.
"$mkdrive" -tree 4000 -dirty 1 "$work/more"
mkdir -p stopped
job=$(cd logs && sbatch --parsable --array=0-0 "$contrib/untag.sbatch" 1 "$work/stopped" scrub "$work/more")
until_ok 60 "a shard to stop" at_work
scancel --batch --signal=TERM "$job"
until_ok 60 "the end of the shard that was stopped" ended "$job"
untag report merge stopped/* >stopped.txt 2>&1 || code=$?
[[ $code == 130 ]] || fail "with a stopped shard, untag report merge exits $code: $(<stopped.txt)"
grep -q 'shard 0/1 (stopped/.*) was interrupted' stopped.txt || fail "the stopped shard is not named: $(<stopped.txt)"
scontrol show job "$job" | grep -q 'ExitCode=130:0' || fail "the exit code of the stopped shard is not 130"

# The exit code of untag is that of the task: 4 for a file that can't be cleaned.
printf '{\\rtf1\\ansi Dear diary}' >tree/letter.rtf
job=$(cd logs && sbatch --parsable --wait --array=0-0 "$contrib/untag.sbatch" 1 "$work/reports" verify "$work/tree") || code=$?
[[ $code == 4 ]] || fail "sbatch --wait exits $code, not 4"
scontrol show job "$job" | grep -q 'ExitCode=4:0' || fail "the exit code of the task is not 4"
echo "slurm.sh: all files are clean after the requeue, and exit codes are the tasks'"
