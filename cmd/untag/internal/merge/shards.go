package merge

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"untag/cmd/untag/internal/exit"
	"untag/cmd/untag/internal/report"
	"untag/cmd/untag/internal/text"
	"untag/platform/lang"
)

// mostNamed reports that died are named one by one.
const mostNamed = 20

// choose settles which reports count: of a shard one, for its files are those of the others.
func (m *merger) choose() {
	for _, p := range m.all {
		p.counts = p.job == nil
	}
	jobs := slices.SortedFunc(maps.Values(m.jobs), func(a, b *job) int { return a.order - b.order })
	for _, j := range jobs {
		for _, tries := range j.shards {
			best(tries).counts = true
		}
		m.merged.Jobs = append(m.merged.Jobs, j.account())
	}
	m.merged.Reports = len(m.all)
	versions, policies := map[string]int{}, map[string]int{}
	for _, p := range m.all {
		switch {
		case !p.counts:
			m.merged.Left++
		case p.named:
			versions[p.version]++
			policies[p.policy]++
		default:
			versions[lang.T("not told")]++
			policies[lang.T("not told")]++
		}
	}
	m.merged.Versions, m.merged.Policies = numbers(versions), numbers(policies)
	m.totals.Merged = &m.merged
}

// best is the whole report whose exit code is the worst: nothing tells which was first,
// and nothing is to be called clean for being tried until it was. Where none is
// whole, it is that which got furthest.
func best(tries []*part) *part {
	return slices.MaxFunc(tries, func(a, b *part) int {
		switch {
		case a.whole() != b.whole():
			if a.whole() {
				return 1
			}
			return -1
		case a.whole() && a.exit != b.exit:
			if exit.Worse(a.exit, b.exit) == a.exit {
				return 1
			}
			return -1
		}
		return a.lines - b.lines
	})
}

func numbers(counts map[string]int) (all []report.Number) {
	all = []report.Number{}
	for _, s := range slices.Sorted(maps.Keys(counts)) {
		all = append(all, report.Number{Text: s, Reports: counts[s]})
	}
	return all
}

// account says how the shards of a job are.
func (j *job) account() report.Job {
	var died, interrupted, repeated, doubled, there []int
	out := report.Job{Verb: j.run.Verb, DryRun: j.run.DryRun, Paths: j.run.Paths, Shards: j.run.Shard.N, Policies: []report.Under{}}
	policies := map[string][]int{}
	for _, i := range slices.Sorted(maps.Keys(j.shards)) {
		tries := j.shards[i]
		there = append(there, i)
		p := best(tries)
		policies[p.policy] = append(policies[p.policy], i)
		switch {
		case p.whole():
			out.Whole++
		case p.ended:
			interrupted = append(interrupted, i)
		default:
			died = append(died, i)
		}
		whole := 0
		for _, p := range tries {
			if p.whole() {
				whole++
			}
		}
		if len(tries) > 1 {
			repeated = append(repeated, i)
		}
		if whole > 1 {
			doubled = append(doubled, i)
		}
	}
	for _, policy := range slices.Sorted(maps.Keys(policies)) {
		out.Policies = append(out.Policies, report.Under{Text: policy, Shards: list(ranges(policies[policy]))})
	}
	missing := gaps(there, out.Shards)
	again := slices.Concat(missing, ranges(died), ranges(interrupted))
	slices.SortFunc(again, func(a, b span) int { return a.from - b.from })
	out.Missing, out.Died, out.Interrupted = list(missing), list(ranges(died)), list(ranges(interrupted))
	out.Repeated, out.Doubled, out.Again = list(ranges(repeated)), list(ranges(doubled)), list(joined(again))
	return out
}

// span is shards from one to another, that one too. A number of shards that a report
// claims is no measure for memory.
type span struct{ from, to int }

// ranges of sorted numbers.
func ranges(sorted []int) (all []span) {
	for _, i := range sorted {
		all = append(all, span{i, i})
	}
	return joined(all)
}

// joined makes one of sorted spans that touch.
func joined(sorted []span) (all []span) {
	for _, s := range sorted {
		if n := len(all); n > 0 && all[n-1].to == s.from-1 {
			all[n-1].to = s.to
			continue
		}
		all = append(all, s)
	}
	return all
}

// gaps between sorted numbers, from 0 to n-1.
func gaps(sorted []int, n int) (all []span) {
	next := 0
	for _, i := range sorted {
		if i > next {
			all = append(all, span{next, i - 1})
		}
		next = i + 1
	}
	if next < n {
		all = append(all, span{next, n - 1})
	}
	return all
}

func list(spans []span) string {
	var words []string
	for _, s := range spans {
		if s.from == s.to {
			words = append(words, fmt.Sprint(s.from))
		} else {
			words = append(words, fmt.Sprintf("%d-%d", s.from, s.to))
		}
	}
	return strings.Join(words, ",")
}

// complain tells what is missing of the reports, or keeps them from being one, which is a
// failure.
func (m *merger) complain() error {
	var faults [][2]string
	for _, j := range m.merged.Jobs {
		if j.Missing != "" {
			faults = append(faults, [2]string{
				lang.T("of %d shards of %s there is no report of %s", j.Shards, j.Of(), j.Missing), tryAgain(),
			})
		}
		if words := j.Differs(); words != "" {
			faults = append(faults, [2]string{words, lang.T("run the shards that differ once more, with the options of the others")})
		}
	}
	unnamed := 0
	for _, p := range m.all {
		switch words := p.fault(); {
		case words == "":
		case len(faults) >= mostNamed:
			unnamed++
		default:
			faults = append(faults, [2]string{words, tryAgain()})
		}
	}
	if unnamed > 0 {
		faults = append(faults, [2]string{lang.N("and %d more report is not whole", "and %d more reports are not whole", unnamed), ""})
	}
	if left := m.failing - mostBroken; left > 0 {
		faults = append(faults, [2]string{lang.N("and %d more report has broken lines", "and %d more reports have broken lines", left), ""})
	}
	for _, f := range faults {
		m.code = exit.Worse(m.code, exit.Failed)
		if err := m.printer.Error(f[0], f[1]); err != nil {
			return err
		}
	}
	return nil
}

func tryAgain() string {
	return lang.T("run what is not whole once more, with the same options: what is clean already is left alone")
}

// fault says why the report of a part that counts is not whole, "" if it is.
func (p *part) fault() string {
	of := text.Name(p.src.name)
	if p.job != nil {
		of = lang.T("shard %d/%d (%s)", p.shard, p.job.run.Shard.N, of)
	}
	switch {
	case !p.counts || p.whole() && !p.unfounded, p.broken && p.seen == 0 && !p.ended:
		return ""
	case p.lines == 0:
		return lang.T("%s is empty: what was to write it never began, or died", of)
	case !p.ended:
		return lang.N("%[2]s died after %[1]d file: its report has no end", "%[2]s died after %[1]d files: its report has no end", p.seen, of)
	case p.unfounded:
		return lang.T("%s is not as it was written: it has lines of %d files, and totals of %d", of, p.seen, p.totals.Files+p.totals.Other)
	}
	return lang.T("%s was interrupted, and reached not all of its files", of)
}
