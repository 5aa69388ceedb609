package scrubtest

import (
	"bytes"
	"fmt"
	"iter"
	"testing"

	"untag/scrub"
)

// Perform returns a copy of data with the plan performed on it.
func Perform(data []byte, p *scrub.Plan) []byte {
	out := bytes.Clone(data)
	for _, e := range p.Edits {
		e.Onto(out, 0)
	}
	return rewritten(out, p)
}

// rewritten is the medium once it is cut and written anew, after all edits.
func rewritten(data []byte, p *scrub.Plan) []byte {
	w := p.Rewrite()
	if w != nil {
		w.Size = p.End
	}
	return anew(data[:p.End], w)
}

// Steps yields the medium after each write of the plan, in their order, with
// what has been done in words. The bytes are only valid until the next step.
func Steps(data []byte, p *scrub.Plan) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		w := work{data: bytes.Clone(data), plan: p}
		for i, e := range p.Edits {
			w.do(i, e.Len)
			if !yield(fmt.Sprintf("after edit %d (%s at 0x%x)", i, e.Phase, e.Off), w.data) {
				return
			}
		}
		if p.End < p.Size {
			yield("after the cut", w.data[:p.End])
		}
	}
}

// work performs a plan bit by bit and can take bits back.
type work struct {
	data []byte
	plan *scrub.Plan
	log  []saved
}

type saved struct {
	off int64
	old []byte
}

// do writes the first n bytes of the plan's edit i.
func (w *work) do(i int, n int64) {
	e := w.plan.Edits[i]
	if n <= 0 {
		return
	}
	w.log = append(w.log, saved{e.Off, bytes.Clone(w.data[e.Off : e.Off+n])})
	e.Onto(w.data[:e.Off+n], 0)
}

// undo takes back all that was done since mark, a former length of the log.
func (w *work) undo(mark int) {
	for len(w.log) > mark {
		last := w.log[len(w.log)-1]
		copy(w.data[last.off:], last.old)
		w.log = w.log[:len(w.log)-1]
	}
}

// Clean plans a medium as it is planned before it is changed, and returns the plan and
// what becomes of the medium.
func Clean(t testing.TB, e *scrub.Engine, data []byte, opt scrub.Options) (*scrub.Plan, []byte) {
	t.Helper()
	p, err := e.Rehearse(bytes.NewReader(data), int64(len(data)), opt)
	if err != nil {
		t.Fatal(err)
	}
	return p, Perform(data, p)
}
