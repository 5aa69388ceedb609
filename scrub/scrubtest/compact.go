package scrubtest

import (
	"bytes"
	"crypto/sha256"

	"untag/scrub"
)

// compacted holds what the medium becomes when it is written anew to laws 2 and
// 3: the same payload, clean, and nothing more to leave out.
func (c *court) compacted(h *Harness, result []byte, p *scrub.Plan) {
	if p.Status() != scrub.Clean {
		return
	}
	k, err := h.Engine.Compact(bytes.NewReader(result), int64(len(result)), h.Options)
	if err != nil {
		c.breach(3, -1, "compaction: %v", err)
		return
	}
	if k == nil {
		return
	}
	if err := k.Check(p); err != nil {
		c.breach(2, -1, "%v", err)
		return
	}
	small := compact(result, k)
	q := c.plan(h, small, "compacted")
	if q == nil {
		return
	}
	c.finished(p, q, "compacted")
	if !bytes.Equal(payloadSum(p, result), payloadSum(q, small)) {
		c.breach(2, -1, "compacted: the payload is another one")
	}
	if again, err := h.Engine.Compact(bytes.NewReader(small), int64(len(small)), h.Options); err != nil || again != nil {
		c.breach(3, -1, "compacted: there is still something to leave out (%v)", err)
	}
}

func compact(data []byte, k *scrub.Compaction) []byte {
	patched := bytes.Clone(data)
	for _, e := range k.Patches {
		e.Onto(patched, 0)
	}
	var out []byte
	var at int64
	for _, d := range k.Drops {
		out = append(out, patched[at:d.Off]...)
		at = d.End()
	}
	return append(out, patched[at:]...)
}

func payloadSum(p *scrub.Plan, data []byte) []byte {
	h := sha256.New()
	if err := p.Payload(bytes.NewReader(data), h); err != nil {
		return nil
	}
	return h.Sum(nil)
}
