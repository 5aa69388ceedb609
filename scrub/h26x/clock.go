package h26x

import (
	"bytes"
	"slices"

	"untag/scrub"
	"untag/scrub/coded"
)

// buffering is buffering_period (H.264 D.1.2, H.265 D.2.2), by one of the sequence
// parameter sets that are known.
func (u *unit) buffering(b *coded.Bits) {
	u.byAny(b, func(b *coded.Bits, s *sequence) {
		b.UE(31)
		h := s.hrd
		if u.codec == HEVC {
			if !h.parts && b.Flag() { // irap_cpb_params_present_flag
				b.Skip(h.removal + h.output)
			} else if h.parts {
				b.Failed = true
			}
			b.Skip(1 + h.removal) // concatenation, delta
		}
		b.Skip(2 * h.initial * (h.nal + h.vcl))
	})
}

// timing is pic_timing (H.264 D.1.3, H.265 D.2.3).
func (u *unit) timing(b *coded.Bits) {
	u.byAny(b, u.pictureTiming)
}

func (u *unit) pictureTiming(b *coded.Bits, s *sequence) { u.clocks(b, s, nil) }

// byAny reads with the first sequence parameter set that fits, which it returns.
func (u *unit) byAny(b *coded.Bits, read func(b *coded.Bits, s *sequence)) *sequence {
	for _, s := range u.video.sequences {
		try := *b
		read(&try, s)
		if end := try; end.Spent() {
			*b = try
			return s
		}
	}
	b.Failed = true
	return nil
}

// clocks reads a pic_timing message, and calls visit for each number of a time of
// day: its first bit, its bits, and one more than its greatest value.
func (u *unit) clocks(b *coded.Bits, s *sequence, visit func(at, n, values int)) {
	if u.codec == HEVC && s.pictures {
		b.Pass("421")
	}
	if s.hrd.nal+s.hrd.vcl > 0 {
		b.Skip(s.hrd.removal + s.hrd.output)
		b.Failed = b.Failed || s.hrd.parts
	}
	if u.codec == HEVC || !s.pictures {
		return
	}
	count := [16]int{1, 1, 1, 2, 2, 3, 3, 2, 3}[b.Read(4)]
	b.Failed = b.Failed || count == 0
	field := func(n, values int) {
		if visit != nil {
			visit(b.At(), n, values)
		}
		b.Skip(n)
	}
	for range count {
		if !b.Flag() {
			continue
		}
		b.Pass("35") // ct_type, nuit_field_based_flag, counting_type
		full := b.Flag()
		b.Pass("2")
		field(8, 24)                                            // n_frames
		for _, x := range [][2]int{{6, 60}, {6, 60}, {5, 24}} { // seconds, minutes, hours
			if !full && !b.Flag() {
				break
			}
			field(x[0], x[1])
		}
		field(s.hrd.offset, 1)
	}
}

// stop judges a pic_timing message. Its clocks are stopped: their digits become
// constant ones, of the same length and so that each byte can be written for itself.
// Where what prevents start codes would stand elsewhere then, the message goes.
func (u *unit) stop(m sei) verdict {
	const ways = 3 // all zeros, all at their most, and between
	body := u.prefix(m)
	s := u.byAny(coded.NewBits(body), u.pictureTiming)
	v := verdict{stays: true, kind: scrub.Time, value: "time of day"}
	var stopped [ways + 1][]byte
	for i := range stopped {
		stopped[i] = bytes.Clone(body)
		u.clocks(coded.NewBits(body), s, func(at, n, values int) {
			write(stopped[i], at, n, (values-1)*i/ways)
			v.free = true
		})
		if bytes.Equal(stopped[i], body) {
			v.kind = ""
			return v
		}
	}
	for _, digits := range stopped {
		if raw, ok := u.replace(m, digits); ok {
			v.edits = []scrub.Edit{u.put(scrub.Destroy, m.body, raw...)}
			return v
		}
	}
	v.stays = false
	return v
}

// write sets n bits.
func write(b []byte, at, n, v int) {
	for i := range n {
		bit := byte(1) << (7 - (at+i)%8)
		b[(at+i)/8] &^= bit
		if v>>(n-1-i)&1 == 1 {
			b[(at+i)/8] |= bit
		}
	}
}

// replace returns the raw bytes of a body with the given payload, if these differ
// only where payload is, in whatever order they are written.
func (u *unit) replace(m sei, payload []byte) (raw []byte, ok bool) {
	old := u.raw[m.body:m.end]
	raw = bytes.Clone(old)
	c := u.inside(m)
	for _, p := range payload {
		if _, ok := c.next(); !ok {
			return nil, false
		}
		raw[c.at-1-m.body] = p
	}
	for i := range raw {
		if !u.reads(m, slices.Concat(raw[:i], old[i:])) || !u.reads(m, slices.Concat(old[:i], raw[i:])) {
			return nil, false
		}
	}
	return raw, true
}

// reads tells whether a raw body in the place of that of m is as long, with what
// prevents start codes where it was.
func (u *unit) reads(m sei, raw []byte) bool {
	tail := u.raw[m.end:min(len(u.raw), m.end+3)]
	zeros := u.inside(m).zeros
	was := cursor{raw: slices.Concat(u.raw[m.body:m.end], tail), zeros: zeros}
	is := cursor{raw: slices.Concat(raw, tail), zeros: zeros}
	for {
		_, ok := was.next()
		if _, more := is.next(); ok != more || was.at != is.at {
			return false
		}
		if !ok {
			return true
		}
	}
}
