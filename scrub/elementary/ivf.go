package elementary

import (
	"encoding/binary"

	"untag/scrub"
	"untag/scrub/codec"
)

// ivf cleans IVF: a header, and frames behind their length and time.
func ivf(s *scrub.Scan) error {
	const header, head = 32, 12
	b := s.Get(0, int(min(s.Size(), header)))
	if len(b) < header || binary.LittleEndian.Uint16(b[6:]) != header {
		return s.Errorf(6, "a header of another length than %d bytes", header)
	}
	s.Claim(0, header-4, scrub.Structure, "header")
	if err := s.Blank(header-4, 4, 0, scrub.Hidden, "header"); err != nil {
		return err
	}
	look, all := codec.Look{S: s}, s.Deep()
	const finest, usual, large = 1_000_000_000, 1 << 29, 1 << 13 // letters and digits are more
	rate, scale := binary.LittleEndian.Uint32(b[16:]), binary.LittleEndian.Uint32(b[20:])
	width, height := binary.LittleEndian.Uint16(b[12:]), binary.LittleEndian.Uint16(b[14:])
	if rate > usual && rate != finest || scale > usual && scale != finest || max(width, height) > large {
		s.Doubt("the header has a value that it can't have")
	}
	tick := float64(scale) / float64(max(1, rate))
	st, ok := codec.Of(codec.FourCC, string(b[8:12]))
	if !ok {
		s.Doubt("a codec that nobody knows, %q, can't be looked into", b[8:12])
	}
	off, no, counted := int64(header), int64(0), int64(binary.LittleEndian.Uint32(b[24:]))
	for ; s.Left(off) >= head; no++ {
		b := s.Get(off, head)
		n := int64(binary.LittleEndian.Uint32(b))
		if n > s.Left(off+head) || no == counted && binary.LittleEndian.Uint64(b[4:]) == 0 { // time begins once
			break
		}
		const years = 20 * 365 * 86400
		if time := float64(binary.LittleEndian.Uint64(b[4:])); time*tick > years || time >= 1e12 {
			s.Doubt("the times of frames tell when they were recorded")
		}
		s.Claim(off, head, scrub.Payload, "frames")
		if !all && off >= probed {
			s.Claim(off+head, n, scrub.Payload, "frames")
		} else if tells, err := look.Frame(&st, off+head, n, no, "frames"); err != nil {
			return err
		} else {
			all = all || tells && no > 0
		}
		off += head + n
	}
	end := scrub.End{Off: off, Proof: scrub.Counted, Least: head}
	if counted != no {
		s.Doubt("the film was not finished, or its frames are others than are counted")
		end.Doubt = "its frames are others than are counted"
	}
	s.End(end)
	return nil
}
