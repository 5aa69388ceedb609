package merge

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"reflect"
	"strings"

	"untag/cmd/untag/internal/exit"
	"untag/cmd/untag/internal/report"
	"untag/platform/lang"
)

const (
	// mostReports are put together: an account of each is kept in memory.
	mostReports = 100_000
	mostPaths   = 20       // of a job that are named
	longestName = 4096     // bytes of a path or version that are kept
	mostNames   = 64 << 20 // bytes of all that are
)

// part is one report: lines of a source, from what is there to the totals.
type part struct {
	src       *source
	from      int64
	line      int // the first
	lines     int
	job       *job
	shard     int
	version   string
	policy    string
	ended     bool
	exit      exit.Code
	totals    report.Totals // as the end has them, without kinds and formats
	counts    bool
	named     bool // whether the report says what it is of
	verb      report.Verb
	dryRun    bool
	seen      int  // lines of files
	broken    bool // it has lines that untag never writes, which was told
	unfounded bool // its lines are not those that its totals tell of
}

// whole tells whether all files were reached.
func (p *part) whole() bool { return p.ended && !p.totals.Interrupted && p.exit != exit.Interrupted }

// job is what belongs together: the same work on the same paths, divided by the same
// number. Paths are compared as they were given.
type job struct {
	run    report.Run
	shards map[int][]*part
	order  int
}

type jobKey [sha256.Size]byte

// parts finds the reports of a source, in order.
func (m *merger) parts(ctx context.Context, s *source) (found []*part, err error) {
	var p *part          // the one at hand
	var head *report.Run // as it begins
	err = s.each(ctx, 0, 1, func(l line) (bool, error) {
		s.lines = l.number
		if p == nil {
			p, head = &part{src: s, from: l.from, line: l.number}, nil
			if found = append(found, p); m.reports+len(found) > mostReports {
				return false, errors.New(lang.T("there are more than %d reports", mostReports))
			}
		}
		p.lines++
		if bytes.HasPrefix(l.text, []byte(`{"path":`)) { // a file, which is looked at later
			return true, nil
		}
		at, err := report.Parse(l.text)
		switch {
		case err != nil || l.tooLong: // told later
		case at.Run != nil && p.lines > 1: // the one before has no end
			p.lines--
			p = &part{src: s, from: l.from, line: l.number, lines: 1}
			found, head = append(found, p), at.Run
			m.is(p, at.Run)
		case at.Run != nil:
			head = at.Run
			m.is(p, at.Run)
		case at.End != nil && head != nil && at.End.Run != nil && !reflect.DeepEqual(head, at.End.Run):
			p = nil // it died in a line, in which that of another begins
		case at.End != nil:
			p.ended, p.exit, p.totals = true, known(at.End.Exit), at.End.Totals
			m.is(p, at.End.Run)
			p = nil
		}
		return true, nil
	})
	if err == nil && len(found) == 0 {
		found = []*part{{src: s, line: 1}}
	}
	return found, err
}

// known takes a code that untag does not have for a failure.
func known(c exit.Code) exit.Code {
	for _, k := range exit.Precedence() {
		if c == k {
			return c
		}
	}
	return exit.Failed
}

// is notes what a report is of.
func (m *merger) is(p *part, r *report.Run) {
	if r == nil || p.named {
		return
	}
	p.named, p.version, p.policy = true, m.keep(r.Version), m.keep(r.Policy.String())
	p.verb, p.dryRun = report.Verb(m.keep(string(r.Verb))), r.DryRun
	if r.Shard == nil {
		return
	}
	sum := struct {
		Verb   report.Verb
		DryRun bool
		Paths  []string
		N      int
	}{r.Verb, r.DryRun, r.Paths, r.Shard.N}
	text, err := json.Marshal(sum)
	if err != nil { // strings and numbers always can be
		panic(err)
	}
	key := jobKey(sha256.Sum256(text))
	j := m.jobs[key]
	if j == nil {
		j = &job{run: *r, shards: map[int][]*part{}, order: len(m.jobs)}
		j.run.Verb, j.run.Paths, j.run.Policy, j.run.Version = p.verb, []string{}, report.Policy{}, ""
		for _, path := range r.Paths[:min(len(r.Paths), mostPaths)] {
			j.run.Paths = append(j.run.Paths, m.keep(path))
		}
		m.jobs[key] = j
	}
	p.job, p.shard = j, r.Shard.I
	j.shards[p.shard] = append(j.shards[p.shard], p)
}

// keep is a text that is kept, each once, and no more than there is room for.
func (m *merger) keep(s string) string {
	if len(s) > longestName {
		s = s[:longestName] + "…"
	}
	if kept, ok := m.names[s]; ok {
		return kept
	}
	if m.held += len(s); m.held > mostNames {
		return "…"
	}
	s = strings.Clone(s)
	m.names[s] = s
	return s
}
