package scrubtest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"

	"untag/scrub"
)

// sector is the unit that a drive writes whole or not at all.
const sector = 512

// stop is a moment at which writing ended: the edits before edit are on the
// drive and the first torn bytes of the edit itself.
type stop struct {
	edit int
	torn int64
}

// stops holds a plan to law 4: in the order of the writes, and within a phase
// also in any other order, since a drive or kernel is free to choose one
// between two syncs.
func (c *court) stops(h *Harness, data []byte, p *scrub.Plan, result []byte, lot *rand.Rand) {
	if len(p.Edits) == 0 || h.states() == 0 {
		return
	}
	t := trial{court: c, h: h, plan: p, payload: payload(p), result: result, work: work{data: bytes.Clone(data), plan: p}}
	done := 0
	for _, s := range pickStops(p, h.states(), lot) {
		for ; done < s.edit; done++ {
			t.work.do(done, p.Edits[done].Len)
			t.work.log = t.work.log[:0]
		}
		if s.torn > 0 {
			t.work.do(s.edit, s.torn)
		}
		t.state(t.at(s), t.where(s))
		t.work.undo(0)
		if c.full(4) {
			return
		}
	}
	t.work.data = bytes.Clone(data)
	t.reordered(lot, max(1, h.states()/20))
}

// trial is the holding of one plan to law 4.
type trial struct {
	*court
	h       *Harness
	plan    *scrub.Plan
	payload []scrub.Range
	result  []byte
	work    work
}

func (t *trial) at(s stop) string {
	if s.edit >= len(t.plan.Edits) {
		return "stopped before the cut"
	}
	e := t.plan.Edits[s.edit]
	return fmt.Sprintf("stopped at byte %d of edit %d (%s, %d bytes)", s.torn, s.edit, e.Phase, e.Len)
}

func (t *trial) where(s stop) int64 {
	if s.edit >= len(t.plan.Edits) {
		return t.plan.End
	}
	return t.plan.Edits[s.edit].Off + s.torn
}

// state judges the medium as it is now: a second run must finish the work. Of one that nobody
// would have written ([Harness.Wild]) only the bytes of the payload are asked for.
func (t *trial) state(what string, off int64) {
	p := t.court.plan(t.h, t.work.data, what)
	if p == nil {
		return
	}
	if !t.h.Wild && p.Refused != "" && t.plan.Refused == "" {
		t.breach(4, off, "%s: refused: %s", what, p.Refused)
		return
	}
	if d := t.lost(t.payload, p); !t.h.Wild && d >= 0 {
		t.breach(4, off, "%s: the payload is another one from 0x%x on", what, d)
		return
	}
	second := work{data: t.work.data, plan: p}
	for i, e := range p.Edits {
		second.do(i, e.Len)
	}
	defer second.undo(0)
	final, kept, now := rewritten(t.work.data, p), t.payload, t.payload
	if len(t.plan.Anew)+len(p.Anew) > 0 {
		kept, now = moved(t.plan, t.plan), moved(t.plan, p)
	} else if t.filled(p) {
		kept = less(kept, less(kept, payload(p)))
		now = kept
	}
	for i, r := range kept {
		if s := now[i]; s.End() > int64(len(final)) || !bytes.Equal(final[s.Off:s.End()], t.result[r.Off:r.End()]) {
			t.breach(4, off, "%s: a second run changes the payload at 0x%x", what, s.Off)
			return
		}
	}
	if !t.h.Wild && !bytes.Equal(final, t.result) {
		t.final(final, p, what, off)
	}
}

// filled tells whether a medium that was cut short within a mark passes for whole now that the mark
// is zeros, or the padding behind its last row. Then it is cleaned as a whole one is: what lies beside
// its picture is no longer in doubt.
func (t *trial) filled(later *scrub.Plan) bool {
	now := payload(later)
	return t.h.Wild && t.plan.Status() == scrub.Partly && t.plan.End < t.plan.Size && later.Status() != scrub.Partly &&
		len(now) > 0 && now[len(now)-1].End() >= t.plan.End
}

// final judges the outcome of a second run, by a plan, that differs from that of one run.
func (t *trial) final(final []byte, second *scrub.Plan, what string, off int64) {
	p := t.court.plan(t.h, final, what+", then finished")
	if p == nil {
		return
	}
	want := t.plan.Status()
	if want == scrub.Dirty {
		want = scrub.Clean
	}
	if got := p.Status(); got != want || len(p.Edits)+len(p.Anew) > 0 || p.End != p.Size {
		t.breach(4, off, "%s: a second run ends %s with %d edits left: %s %q", what, got, len(p.Edits), p.Refused, p.Doubts)
		return
	}
	if d := t.lost(joined(moved(t.plan, second)), p); d >= 0 {
		t.breach(4, off, "%s: after a second run the payload is another one from 0x%x on", what, d)
	}
	for _, s := range t.h.Secrets {
		if bytes.Contains(final, s) {
			t.breach(4, off, "%s: a second run leaves secret %q", what, s)
		}
	}
}

// lost returns where what was payload is none in a later plan, or -1. Of a damaged medium
// both may keep the same bytes for other reasons: a frame behind a gap is one only if what
// follows it is. Where both are in doubt it is enough that the bytes are left alone.
func (t *trial) lost(was []scrub.Range, later *scrub.Plan) int64 {
	if len(t.plan.Doubts) == 0 || len(later.Doubts) == 0 {
		return t.h.same(was, payload(later))
	}
	for _, r := range less(was, payload(later)) {
		if r.End() > later.End {
			return max(r.Off, later.End)
		}
		for _, e := range later.Edits {
			if d := met([]scrub.Range{r}, e); d >= 0 {
				return d
			}
		}
		for _, f := range later.Findings {
			if d := meeting([]scrub.Range{r}, f.Off, f.Len); f.Goes && d >= 0 {
				return d
			}
		}
	}
	return -1
}

// reordered tries n times for each phase that some of its edits are on the
// drive and others are not.
func (t *trial) reordered(lot *rand.Rand, n int) {
	edits := t.plan.Edits
	for from := 0; from < len(edits); {
		to := from
		for to < len(edits) && edits[to].Phase == edits[from].Phase {
			to++
		}
		for i := range n {
			if to-from > 1 && !t.full(4) {
				t.subset(from, to, i, lot)
			}
		}
		for ; from < to; from++ {
			t.work.do(from, edits[from].Len)
		}
		t.work.log = nil
	}
}

// subset tries one choice among the edits [from, to).
func (t *trial) subset(from, to, i int, lot *rand.Rand) {
	one := from + lot.IntN(to-from)
	for j := from; j < to; j++ {
		switch i % 3 {
		case 0: // only one
			if j != one {
				continue
			}
		case 1: // all but one
			if j == one {
				continue
			}
		default:
			if lot.IntN(2) == 0 {
				continue
			}
		}
		t.work.do(j, t.plan.Edits[j].Len)
	}
	what := fmt.Sprintf("stopped with only some edits of phase %s (%s)", t.plan.Edits[from].Phase,
		[]string{"one", "all but one", "half"}[i%3])
	t.state(what, t.plan.Edits[one].Off)
	t.work.undo(0)
}

// pickStops returns up to about most stops in the order in which they come: all
// if there are no more, else the ones around the phases' ends and an even
// choice of the others.
func pickStops(p *scrub.Plan, most int, lot *rand.Rand) []stop {
	total := 0
	for i := range p.Edits {
		total += 1 + tears(p.Edits[i])
	}
	chosen := map[int]bool{}
	for range most {
		chosen[lot.IntN(total)] = true
	}
	var out []stop
	n := 0
	for i, e := range p.Edits {
		all := total <= most || i == 0 || i == len(p.Edits)-1 ||
			p.Edits[i-1].Phase != e.Phase || p.Edits[i+1].Phase != e.Phase
		edge := all && (total <= most || tears(e) <= 4)
		if all || chosen[n] {
			out = append(out, stop{i, 0})
		}
		n++
		first := e.Off/sector*sector + sector
		for k := range tears(e) {
			if edge || chosen[n] {
				out = append(out, stop{i, first + int64(k)*sector - e.Off})
			}
			n++
		}
	}
	if p.End < p.Size {
		out = append(out, stop{len(p.Edits), 0})
	}
	return slices.DeleteFunc(out, func(s stop) bool { return s == stop{} }) // nothing was written yet
}

// tears counts the sector boundaries inside an edit.
func tears(e scrub.Edit) int { return int((e.End()-1)/sector - e.Off/sector) }
