package lossless

import (
	"bytes"
	"strconv"

	"untag/scrub"
	"untag/scrub/apetag"
	"untag/scrub/chunk"
)

// Blocks of metadata of TAK by their types, as FFmpeg's takdec.c reads them; each ends with
// a checksum.
const (
	takEnd, takWAV, takEncoder, takPadding, takSum, takLast = "0", "3", "4", "5", "6", "7"

	takMagic, takHead, takCheck = 4, 4, 3
)

var takDialect = &chunk.Dialect{
	Least: takHead,
	Read: func(s *scrub.Scan, off, end int64) (p chunk.Part, err error) {
		b, err := s.Bytes(off, takHead)
		if err != nil {
			return p, err
		}
		p = chunk.Part{ID: strconv.Itoa(int(b[0] & 0x7f)), Off: off, Head: takHead, Size: int64(b[1]) | int64(b[2])<<8 | int64(b[3])<<16}
		if p.Size > end-p.Body() || p.ID != takEnd && p.Size < takCheck {
			return p, s.Errorf(off, "a block of %d bytes, %d are left", p.Size, end-p.Body())
		}
		return p, nil
	},
	Filler: func(p chunk.Part) bool { return false },
	Retire: func(s *scrub.Scan, p chunk.Part, unlink, destroy scrub.Phase) {
		s.Put(unlink, p.Off, []byte{5})
		s.Put(destroy, p.Body(), takEmpty(p.Size))
	},
	Vital: []string{"1", "2"},
}

// takEmpty is the body of a block of n bytes that holds zeros.
func takEmpty(n int64) []byte { return takSigned(make([]byte, n-takCheck)) }

// takSigned is what a block holds, and its checksum: that of OpenPGP (RFC 9580, 6.1), its
// lowest byte first.
func takSigned(b []byte) []byte {
	sum := uint32(0xb704ce)
	for _, c := range b {
		sum ^= uint32(c) << 16
		for range 8 {
			if sum <<= 1; sum&0x1000000 != 0 {
				sum ^= 0x1864cfb
			}
		}
	}
	return append(bytes.Clone(b), byte(sum), byte(sum>>8), byte(sum>>16))
}

func tak(s *scrub.Scan) error {
	tail, err := apetag.Find(s)
	if err != nil {
		return err
	}
	w := &chunk.Walk{Scan: s, Dialect: takDialect}
	s.Claim(0, takMagic, scrub.Structure, "magic")
	off, length := int64(takMagic), int64(0)
	for last := false; !last; {
		if tail.Start-off < takHead {
			return s.Errorf(off, "no sound behind the metadata")
		}
		p, err := w.Read(s, off, tail.Start)
		if err != nil {
			return err
		}
		if err := takBlock(w, p, &length); err != nil {
			return err
		}
		last, off = p.ID == takEnd, p.End()
	}
	e := scrub.End{Off: tail.Start}
	switch end := off + length; {
	case length == 0:
	case end > tail.Start:
		s.Doubt("the sound is cut short")
	default:
		e = scrub.End{Off: end, Proof: scrub.Counted}
	}
	s.Claim(off, e.Off-off, scrub.Payload, "frames")
	return tail.Clean(e)
}

// takBlock claims a block; length is where frames end, as one says it.
func takBlock(w *chunk.Walk, p chunk.Part, length *int64) error {
	place := "block " + p.ID
	if p.Size > 1<<20 {
		w.Doubt("a block of metadata is too long to be looked into")
		return w.Keep(p, scrub.Structure, place)
	}
	switch p.ID {
	case takWAV, takEncoder:
		_, err := w.Drop(p, map[string]scrub.Kind{takWAV: scrub.Comment, takEncoder: scrub.Software}[p.ID], place, "")
		return err
	case takPadding:
		w.Claim(p.Off, p.Len(), scrub.Structure, place)
		b, err := w.Bytes(p.Body(), int(p.Size))
		if err == nil && string(b) != string(takEmpty(p.Size)) && w.Found(scrub.Finding{Kind: scrub.Hidden, Place: place, Off: p.Off, Len: p.Len()}) {
			w.Put(scrub.Destroy, p.Body(), takEmpty(p.Size))
		}
		return err
	case takLast:
		const position, size = 5, 3
		b, err := w.Bytes(p.Body(), int(p.Size))
		if err != nil {
			return err
		}
		if p.Size != position+size+takCheck || !bytes.Equal(b, takSigned(b[:position+size])) {
			w.Doubt("what tells where the sound ends is damaged")
		} else {
			*length = le32(b, 0) + int64(b[4])<<32 + int64(b[5]) + int64(b[6])<<8 + int64(b[7])<<16
		}
	case takEnd, "1", "2", takSum:
		if b, err := w.Bytes(p.Body(), int(p.Size)); err != nil {
			return err
		} else if n := len(b) - takCheck; n > 0 && !bytes.Equal(b, takSigned(b[:n])) {
			w.Doubt("a block of metadata has a wrong checksum")
		}
	default:
		w.Doubt("a block of metadata of type %s can't be looked into", p.ID)
	}
	return w.Keep(p, scrub.Structure, place)
}
