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
	small := anew(result, k)
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

// anew is the medium as it is written anew.
func anew(data []byte, w *scrub.Rewrite) []byte {
	if w == nil {
		return data
	}
	out := make([]byte, w.NewSize())
	w.Written(bytes.NewReader(data)).ReadAt(out, 0)
	return out
}

func payloadSum(p *scrub.Plan, data []byte) []byte {
	h := sha256.New()
	if err := p.Payload(bytes.NewReader(data), h); err != nil {
		return nil
	}
	return h.Sum(nil)
}
