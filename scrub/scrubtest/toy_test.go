package scrubtest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"

	"untag/scrub"
)

// A toy medium is "TOY1" and chunks of {type, u16 length, body}: P payload, M
// words to remove, F filler, N a nested toy, Z one in another form, Q what casts doubt, E the end.
const toyMagic = "TOY1"

func chunk(typ byte, body []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{typ}, uint16(len(body))), body...)
}

func toyMedium(chunks ...[]byte) []byte {
	return append([]byte(toyMagic), bytes.Join(append(chunks, chunk('E', nil)), nil)...)
}

// toy is the parser of toy media. Each field makes it break one law.
type toy struct {
	skipsHeader     bool // claims a header not at all
	claimsTwice     bool // claims a header twice
	losesPayload    bool // turns payload into filler after a removal
	nameless        bool // has words go of no kind
	forgets         bool // leaves words that it says go
	coupled         bool // refuses between two edits
	straddles       bool // refuses a header that is torn
	unordered       bool // can't do with the second of two edits of a phase alone
	unclean         bool // ends in doubt when it was stopped
	trustsFiller    bool // believes that filler is empty
	ignoresNested   bool // takes nested media for payload
	panics          bool // by a length that is too large
	allocates       bool // by a length
	circles         bool // reads again and again
	hangs           bool // for a length of 0xffff
	holds           bool // keeps what it reads
	guesses         bool // clips what is too long and removes it
	missesEnd       bool // is content without an end
	plainError      bool // refuses by an error that isn't a refusal
	editsTwice      bool // edits what is clean
	payloadIsPlaced bool // edits what it claimed as payload
	believesKnown   bool // takes what was payload for payload, whatever it is
	removesUnknown  bool // takes a chunk of an unknown type for words
	compactsPayload bool // leaves out payload
	compactsHalf    bool // leaves out one filler a time
	repacksOther    bool // brings another payload into the other form
	rewritesPayload bool // has payload written anew
	rewritesTwice   bool // has the end written anew each time
	strays          bool // has payload behind half-removed words go, where there is doubt
	wavers          bool // takes it for structure there
}

func (toy) sniff(head []byte, _ int64) bool { return bytes.HasPrefix(head, []byte(toyMagic)) }

func (y toy) engine() *scrub.Engine {
	return scrub.NewEngine([]scrub.Format{{Name: "toy", Sniff: y.sniff, Parse: y.parse, Compact: y.compact}})
}

var held [][]byte

func (y toy) parse(s *scrub.Scan) error {
	s.Claim(0, 4, scrub.Structure, "magic")
	held = nil
	if end, ok := s.Known(7); ok && y.believesKnown {
		s.Claim(4, 3, scrub.Structure, "header")
		s.Claim(7, end-7, scrub.Payload, "payload")
		s.Claim(end, s.Left(end), scrub.Payload, "payload")
		return nil
	}
	for off := int64(4); ; {
		if s.Left(off) < 3 && y.missesEnd {
			s.Claim(off, s.Left(off), scrub.Structure, "end")
			return nil
		}
		if s.Left(off) < 3 && y.plainError {
			return errors.New("no chunk E")
		}
		if s.Left(off) < 3 {
			return s.Errorf(off, "no chunk E")
		}
		head, err := s.Bytes(off, 3)
		if err != nil {
			return err
		}
		n := int64(binary.BigEndian.Uint16(head[1:]))
		if err := y.hostile(s, off, n); err != nil {
			return err
		}
		if n > s.Left(off+3) {
			if !y.guesses && !y.panics {
				return s.Errorf(off, "chunk %q says %d bytes, %d are left", head[0], n, s.Left(off+3))
			}
			n = s.Left(off + 3)
		}
		end, err := y.chunk(s, head[0], off, n)
		if end || err != nil {
			return err
		}
		off += 3 + n
	}
}

func (y toy) hostile(s *scrub.Scan, off, n int64) error {
	switch {
	case y.panics && n > s.Left(off+3):
		_ = make([]byte, 4)[n]
	case y.allocates:
		held = append(held[:0], make([]byte, n<<11))
	case y.circles:
		for range 1000 {
			if _, err := s.ReadAt(make([]byte, s.Size()), 0); err != nil {
				return err
			}
		}
	case y.hangs && n == 0xffff:
		select {}
	}
	return nil
}

func (y toy) chunk(s *scrub.Scan, typ byte, off, n int64) (end bool, err error) {
	if !y.skipsHeader {
		s.Claim(off, 3, scrub.Structure, "header")
	}
	if y.claimsTwice {
		s.Claim(off, 3, scrub.Identify, "again")
	}
	body := off + 3
	switch typ {
	case 'D':
		if y.strays || y.wavers {
			y.remove(s, off, n)
			return false, nil
		}
		return false, y.payload(s, typ, body, n)
	case 'P':
		return false, y.payload(s, typ, body, n)
	case 'F':
		if y.trustsFiller {
			s.Claim(body, n, scrub.Filler, "filler")
			return false, nil
		}
		return false, s.Blank(body, n, 0, scrub.Hidden, "filler")
	case 'N':
		return false, y.nested(s, body, n)
	case 'E':
		if n > 0 {
			return true, s.Errorf(off, "chunk E says %d bytes", n)
		}
		if y.rewritesTwice {
			s.Anew(off, 3, chunk('E', nil))
		}
		s.End(scrub.End{Off: body, Proof: scrub.Proven})
		return true, nil
	case 'M':
		return false, y.words(s, off, n)
	case 'Q':
		s.Doubt("there is something odd")
		s.Claim(body, n, scrub.Structure, "odd")
		return false, nil
	case 'Z':
		return false, y.packed(s, body, n)
	}
	if y.removesUnknown {
		return false, y.words(s, off, n)
	}
	return true, s.Errorf(off, "chunk of type %q", typ)
}

func (y toy) payload(s *scrub.Scan, typ byte, body, n int64) error {
	if y.holds {
		for o := body; o < body+n; o += 4096 {
			b, err := s.Bytes(o, int(min(4096, body+n-o)))
			if err != nil {
				return err
			}
			held = append(held, b)
		}
	}
	if b := s.Get(7, 1); (y.strays || y.wavers) && b[0] == 'D' {
		s.Claim(body, n, scrub.Structure, "what follows")
		if y.strays {
			s.Found(scrub.Finding{Kind: scrub.Unknown, Place: "what follows", Off: body, Len: n})
		}
		return nil
	}
	s.Claim(body, n, scrub.Payload, "payload")
	if y.rewritesPayload && n > 0 {
		s.Anew(body, 1, nil)
	}
	if y.payloadIsPlaced {
		s.Fill(scrub.Destroy, body, min(n, 1), 0)
	}
	if y.editsTwice {
		s.Fill(scrub.Repair, body-3, 1, typ)
	}
	return nil
}

func (y toy) nested(s *scrub.Scan, body, n int64) error {
	if y.ignoresNested {
		s.Claim(body, n, scrub.Payload, "nested")
		return nil
	}
	return s.Medium(scrub.Extents{{Off: body, Len: n}}, "nested")
}

// mirrored is a toy in another form.
func mirrored(b []byte) []byte {
	b = bytes.Clone(b)
	slices.Reverse(b)
	return b
}

func (y toy) packed(s *scrub.Scan, body, n int64) error {
	return s.Packed(mirrored(s.Get(body, int(n))), body, n, "packed", "it is packed", func(b []byte) ([]byte, error) {
		if y.repacksOther {
			b[len(b)-len(chunk('E', nil))-1] ^= 1
		}
		return mirrored(b), nil
	})
}

// half begins words that no other writer has begun: a toy may refuse it.
const half = 0xee

// words removes a chunk M: retyped first, then filled.
func (y toy) words(s *scrub.Scan, off, n int64) error {
	if b, err := s.Bytes(off+3, int(min(n, 1))); y.unordered && err == nil && n > 0 && b[0] == half {
		return s.Errorf(off, "words of an unknown kind")
	}
	y.remove(s, off, n)
	return nil
}

func (y toy) remove(s *scrub.Scan, off, n int64) {
	s.Claim(off+3, n, scrub.Identify, "words")
	kind := scrub.Comment
	if y.nameless {
		kind = "words"
	}
	if !s.Found(scrub.Finding{Kind: kind, Place: "words", Off: off, Len: 3 + n}) || y.forgets {
		return
	}
	switch {
	case y.losesPayload: // the chunk swallows its neighbour's header and one byte of it
		s.Put(scrub.Unlink, off, binary.BigEndian.AppendUint16([]byte{'F'}, uint16(n+3)))
		s.Fill(scrub.Destroy, off+3, n, 0)
		return
	case y.coupled: // the type of no chunk, until it is repaired
		s.Fill(scrub.Unlink, off, 1, '?')
		s.Fill(scrub.Destroy, off+3, n, 0)
		s.Fill(scrub.Repair, off, 1, 'F')
		return
	case y.straddles: // one chunk becomes two, in one write over a sector's end
		s.Put(scrub.Unlink, off, append(append(chunk('F', nil), 'F'), binary.BigEndian.AppendUint16(nil, uint16(n-3))...))
		s.Fill(scrub.Destroy, off+6, n-3, 0)
		return
	case y.unordered: // each edit is safe after those before it
		s.Fill(scrub.Unlink, off, 1, 'F')
		s.Fill(scrub.Unlink, off+3, 1, half)
		s.Fill(scrub.Destroy, off+3, n, 0)
		return
	case y.unclean, y.strays, y.wavers:
		s.Fill(scrub.Unlink, off, 1, 'D')
		s.Fill(scrub.Destroy, off+3, n, 0)
		s.Fill(scrub.Repair, off, 1, 'F')
		return
	}
	s.Fill(scrub.Unlink, off, 1, 'F')
	s.Fill(scrub.Destroy, off+3, n, 0)
}

// compact leaves out the chunks of filler.
func (y toy) compact(s *scrub.Scan) (drops []scrub.Change, err error) {
	for off := int64(4); s.Left(off) >= 3; {
		head, err := s.Bytes(off, 3)
		if err != nil {
			return nil, err
		}
		n := 3 + int64(binary.BigEndian.Uint16(head[1:]))
		if head[0] == 'F' && !(y.compactsHalf && len(drops) > 0) || head[0] == 'P' && y.compactsPayload {
			drops = append(drops, scrub.Change{Off: off, Len: n})
		}
		off += n
	}
	return drops, nil
}
