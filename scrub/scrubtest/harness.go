package scrubtest

import (
	"bytes"
	"hash/fnv"
	"math/rand/v2"
	"testing"
	"time"

	"untag/scrub"
)

// Harness holds media to the laws. Engine is all it needs.
type Harness struct {
	Engine  *scrub.Engine
	Options scrub.Options

	Secrets  [][]byte // what must be gone after
	MustStay [][]byte // what must still be there

	// Sound says that the medium is well-formed: then its parser may neither
	// refuse nor doubt it, nor leave a byte unclaimed.
	Sound bool
	// Streams says that the format can't tell that its end is missing, such as
	// frames in a row without an index.
	Streams bool
	// Most interrupted states for law 4 and damaged variants for law 8. Zero is
	// 400 and 300, negative is none.
	States, Variants int

	// Wild says that nobody would have written the medium: what is left alone after a rehearsal
	// is no matter, and of one in doubt or interrupted no more is asked than that its payload
	// stays, whatever it is called the next time.
	Wild bool

	// Patience for one plan; zero is 20 seconds.
	Patience time.Duration

	text bool // what goes becomes blanks, which are payload afterwards
}

func (h *Harness) states() int   { return orElse(h.States, 400) }
func (h *Harness) variants() int { return orElse(h.Variants, 300) }

func (h *Harness) patience() time.Duration {
	if h.Patience > 0 {
		return h.Patience
	}
	return patience
}

func orElse(n, usual int) int {
	if n == 0 {
		return usual
	}
	return max(n, 0)
}

func (h *Harness) lenient(p *scrub.Plan) bool { return h.Wild && len(p.Doubts) > 0 }

// Laws holds engine to all laws on one medium.
func Laws(t *testing.T, engine *scrub.Engine, name string, data []byte, opt scrub.Options) {
	t.Helper()
	h := Harness{Engine: engine, Options: opt}
	h.Laws(t, name, data)
}

// Laws reports each breach as an error of the test and returns the plan for the
// medium, nil if there could be none.
func (h *Harness) Laws(t *testing.T, name string, data []byte) *scrub.Plan {
	t.Helper()
	p, breaches := h.Judge(name, data)
	for _, b := range breaches {
		t.Errorf("%s: %v", name, b)
	}
	return p
}

// Judge returns the plan for the medium, nil if there could be none, and the
// breaches that were found. The name seeds what is picked by lot.
func (h *Harness) Judge(name string, data []byte) (*scrub.Plan, []Breach) {
	c := &court{}
	lot := lots(name)
	p := c.measured(h, data, "as it came")
	if p == nil {
		return nil, c.breaches
	}
	if p.Format == "subtitle" || p.Format == "playlist" {
		text := *h
		text.text = true
		h = &text
	}
	if h.Wild && p.Refused == "" {
		tried, err := h.Engine.Rehearse(bytes.NewReader(data), int64(len(data)), h.Options)
		if err == nil && tried.Refused != "" {
			return p, c.breaches
		}
	}
	c.sound(h, p)
	result := Perform(data, p)
	again := c.result(h, data, p, result)
	if again != nil {
		c.stops(h, data, p, result, lot)
	}
	c.damage(h, data, p, lot)
	return p, c.breaches
}

// sound holds the plan for a well-formed medium to law 1: known to the last byte.
func (c *court) sound(h *Harness, p *scrub.Plan) {
	if !h.Sound {
		return
	}
	for s := range scrub.Each(p.Map) {
		if s.Place == "unclaimed" && p.Refused == "" {
			c.breach(1, s.Off, "%d bytes are claimed by nothing", s.Len)
		}
	}
	if st := p.Status(); st == scrub.Partly || st == scrub.Unsupported {
		c.breach(1, -1, "a well-formed medium is %s: %s %q", st, p.Refused, p.Doubts)
	}
}

// result holds what becomes of data to laws 2, 3, 5 and 6.
func (c *court) result(h *Harness, data []byte, p *scrub.Plan, result []byte) *scrub.Plan {
	again := c.plan(h, result, "after")
	if again == nil {
		return nil
	}
	if h.lenient(p) {
		if !p.KeptBy(again) {
			c.breach(2, -1, "the payload is another one after")
		}
		return again
	}
	if p.Refused != "" && p.End < p.Size && again.Refused == "" { // what kept it from being parsed was cut off
		c.result(h, result, again, Perform(result, again))
		return nil
	}
	c.finished(p, again, "after")
	if off := h.same(joined(moved(p, p)), payload(again)); off >= 0 {
		c.breach(2, off, "the payload is another one after")
	}
	kept := ranges(again.Map, scrub.Payload, scrub.Render, scrub.Structure)
	if len(again.Doubts) == 0 && !bytes.Equal(p.Inner, again.Inner) {
		c.breach(2, -1, "what is in another form has another payload after")
	}
	for _, r := range ranges(p.Map, scrub.Render) {
		if meeting(kept, r.Off, r.Len) != r.Off {
			c.breach(2, r.Off, "what rendered no longer does after")
		}
	}
	for s := range scrub.Each(again.Map) {
		if s.Role == scrub.Filler && !constant(result[s.Off:s.End()]) {
			c.breach(5, s.Off, "filler %q is not constant after", s.Place)
		}
	}
	c.secrets(h, data, result)
	c.shown(data, result, "after")
	c.proof(h, result, p, again)
	c.rehearsal(h, data, p)
	c.compacted(h, result, again)
	return again
}

// proof holds the plan that steps over known payload to being the same plan. What
// was in doubt is never known.
func (c *court) proof(h *Harness, result []byte, p, again *scrub.Plan) {
	if len(p.Doubts) > 0 {
		return
	}
	known := *h
	known.Options.Known = p.Map
	short := c.plan(&known, result, "after, with the payload known")
	if short == nil {
		return
	}
	if off := differ(payload(again), payload(short)); off >= 0 {
		c.breach(3, off, "the payload is another one when it is known")
	}
	if short.Status() != again.Status() || len(short.Edits) != len(again.Edits) {
		c.breach(3, -1, "with the payload known it is %s with %d edits, else %s with %d", short.Status(), len(short.Edits), again.Status(), len(again.Edits))
	}
}

// rehearsal holds the plan that is tried in memory first to being the same plan.
func (c *court) rehearsal(h *Harness, data []byte, p *scrub.Plan) {
	tried, err := h.Engine.Rehearse(bytes.NewReader(data), int64(len(data)), h.Options)
	if err != nil {
		c.breach(8, -1, "rehearsed: a read error from memory: %v", err)
		return
	}
	if tried.Status() != p.Status() || tried.Refused != p.Refused || len(tried.Edits) != len(p.Edits) {
		c.breach(2, -1, "rehearsed it is %s with %d edits (%s), else %s with %d", tried.Status(), len(tried.Edits), tried.Refused, p.Status(), len(p.Edits))
	}
}

// finished holds a plan for what a plan was performed on to law 3.
func (c *court) finished(first, again *scrub.Plan, what string) {
	for _, f := range again.Findings {
		if f.Goes {
			c.breach(3, f.Off, "%s: %s at %s still goes", what, f.Kind, f.Place)
		}
	}
	for _, e := range again.Edits {
		c.breach(3, e.Off, "%s: there is still an edit (%s, %d bytes)", what, e.Phase, e.Len)
	}
	for _, x := range again.Anew {
		c.breach(3, x.Off, "%s: it is still to be written anew (%d bytes)", what, x.Len)
	}
	if again.End != again.Size {
		c.breach(3, again.End, "%s: there is still a tail", what)
	}
	want := first.Status()
	if want == scrub.Dirty {
		want = scrub.Clean
	}
	if got := again.Status(); got != want && !c.full(3) {
		c.breach(3, -1, "%s: %s became %s, not %s: %s %q", what, first.Status(), got, want, again.Refused, again.Doubts)
	}
}

// secrets holds the result to law 6.
func (c *court) secrets(h *Harness, data, result []byte) {
	for _, s := range h.Secrets {
		if !bytes.Contains(data, s) {
			c.breach(6, -1, "the sample lacks its secret %q", s)
		}
		if i := bytes.Index(result, s); i >= 0 {
			c.breach(6, int64(i), "secret %q is still there", s)
		}
	}
	for _, s := range h.MustStay {
		if !bytes.Contains(data, s) {
			c.breach(6, -1, "the sample lacks %q, which must stay", s)
		} else if !bytes.Contains(result, s) {
			c.breach(2, int64(bytes.Index(data, s)), "%q is gone", s)
		}
	}
}

func constant(b []byte) bool {
	return len(b) == 0 || bytes.Count(b, b[:1]) == len(b)
}

// lots returns random numbers that are the same in each run.
func lots(name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name))
	return rand.New(rand.NewPCG(h.Sum64(), 1))
}
