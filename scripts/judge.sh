#!/usr/bin/env bash
# judge.sh: clean a copy of a corpus of real files under both profiles, count
# what became of them, and have programs that share no code with untag say what
# is left. Then damage files of it, one bit or one cut each, and have decoders say
# what they show before and after. UNTAG_CORPUS names the corpus, UNTAG_JUDGE the
# program that judges; UNTAG_DAMAGES and UNTAG_SECONDS bound the damages.
set -euo pipefail
cd "$(dirname "$0")/.."
corpus=${UNTAG_CORPUS:-../shared/corpus}
judge=${UNTAG_JUDGE:-$corpus/../judge/judge.py}
if [[ ! -d $corpus ]]; then
  echo "judge.sh: no corpus at $corpus; UNTAG_CORPUS names another" >&2
  exit 1
fi
out=build/judge
rm -rf "$out"
mkdir -p "$out"

# Files whose name says that they are of a format that is cleaned.
exts=$(bin/untag formats --json | /usr/bin/python3 -c '
import json, sys
for line in sys.stdin:
    f = json.loads(line)
    if f["treatment"] == "cleaned":
        print("\n".join(f["extensions"]))')
(cd "$corpus" && find . -type f) | sed 's|^\./||' | sort |
  awk -v exts="$exts" 'BEGIN {n = split(exts, e, "\n"); for (i = 1; i <= n; i++) ok[e[i]] = 1}
    {x = tolower($0); sub(/.*\./, "", x); if (x in ok) print}' >"$out/list"
echo "$(wc -l <"$out/list") files of formats that are cleaned"

for profile in ${PROFILES:-strict device}; do
  echo
  echo "== profile $profile"
  copy=$out/$profile
  mkdir -p "$copy"
  tar -C "$corpus" -cf - -T "$out/list" | tar -C "$copy" --no-same-owner -xf -
  chmod -R u+w "$copy"
  code=0
  bin/untag scrub --json --profile "$profile" "$copy" >"$out/$profile.jsonl" || code=$?
  echo "untag scrub: exit code $code"
  # What was refused is taken away, so that the judge counts it as refused.
  /usr/bin/python3 - "$out/$profile.jsonl" <<'PY'
import collections, json, os, re, sys
table, why = collections.defaultdict(collections.Counter), collections.Counter()
for line in open(sys.argv[1]):
    f = json.loads(line)
    if "totals" in f:
        t = f["totals"]
        print("%(files)d media files, %(cleaned)d cleaned, %(clean)d clean already, %(partly)d partly, %(unsupported)d unsupported, %(failed)d failed, %(seconds).1f s" % t)
    elif "path" in f:
        ext = f["path"].rsplit(".", 1)[-1].lower()
        status = "failed" if f.get("error") else f["status"]
        table[ext][status] += 1
        if status in ("unsupported", "failed", "partly"):
            text = ext + ": " + status + ": " + (f.get("error") or "; ".join(f["reasons"]))[:150]
            why[re.sub(r"0x[0-9a-f]+|[0-9]+ bytes|, [0-9]+ are", "N", text)] += 1
        if status in ("unsupported", "failed"):
            os.remove(f["path"])
states = sorted({s for c in table.values() for s in c})
print("%-6s" % "", *("%12s" % s for s in states))
for ext, c in sorted(table.items()):
    print("%-6s" % ext, *("%12d" % c[s] for s in states))
for text, n in why.most_common(25):
    print("%5d  %s" % (n, text))
PY
  code=0
  bin/untag verify --json --profile "$profile" "$copy" >"$out/$profile.verify.jsonl" || code=$?
  echo "untag verify of what was not refused: exit code $code, $(tail -n 1 "$out/$profile.verify.jsonl" | /usr/bin/python3 -c '
import json, sys
print("%(clean)d clean, %(partly)d partly, %(dirty)d dirty, %(unsupported)d unsupported" % json.load(sys.stdin)["totals"])')"
  if [[ -f $judge ]]; then
    /usr/bin/python3 "$judge" --list "$out/list" --json "$out/$profile.json" --jobs "$(nproc)" --examples 4 "$corpus" "$copy"
  else
    echo "no judge at $judge; UNTAG_JUDGE names another"
  fi
done

echo
echo "== damages"
UNTAG_CORPUS=$(realpath "$corpus") UNTAG_DAMAGES=${UNTAG_DAMAGES:-20000} UNTAG_SECONDS=${UNTAG_SECONDS:-7200} \
  go test ./scrub/formats -run '^TestDecodersOnCorpus$' -count=1 -timeout 0 -v
