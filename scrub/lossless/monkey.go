package lossless

import (
	"bytes"
	"crypto/md5"
	"hash"

	"untag/scrub"
	"untag/scrub/apetag"
	"untag/scrub/coded"
)

// monkeyParts are the lengths that the descriptor of Monkey's Audio 3.98 and later gives
// (MACLib.h: APE_DESCRIPTOR).
type monkeyParts struct {
	descriptor, header, seek, stored, sound, trailer int64
}

// monkey claims the parts of a file. Of the stored header, chunks that tell nothing stay.
func monkey(s *scrub.Scan) error {
	b := s.Get(0, int(min(52, s.Size())))
	tail, err := apetag.Find(s)
	if err != nil {
		return err
	}
	if len(b) < 32 {
		return s.Errorf(0, "a header of %d bytes", len(b))
	}
	if le16(b, 4) < 3980 {
		return oldMonkey(s, b, tail)
	}
	b = append(b, make([]byte, 52)...) // of a file cut short
	p := monkeyParts{le32(b, 8), le32(b, 12), le32(b, 16), le32(b, 20), le32(b, 24) | le32(b, 28)<<32, le32(b, 32)}
	start := p.descriptor + p.header + p.seek
	at := start + p.stored
	if p.descriptor < 52 || p.descriptor > 1024 || p.header < 24 || p.header > 1024 || at > tail.Start || p.stored > scrub.MaxPiece || p.sound < 0 || p.sound > tail.Start-at || p.trailer > tail.Start-at-p.sound {
		end, err := tail.Sound()
		if err != nil {
			return err
		}
		s.Claim(0, end, scrub.Payload, "damage")
		e := scrub.End{Off: end, Doubt: "the file is damaged or cut short"}
		s.Doubt("%s", e.Doubt)
		return tail.Clean(e)
	}
	s.Claim(0, 36, scrub.Structure, "descriptor")
	s.Claim(52, start-52, scrub.Structure, "header")
	p.check(s, b[36:52])
	s.Claim(at, p.sound, scrub.Payload, "frames")
	stored := s.Get(start, int(p.stored))
	clean := hollow(stored)
	before := s.Point()
	s.Claim(start, p.stored, scrub.Structure, "stored header")
	if !bytes.Equal(stored, clean) && s.Found(scrub.Finding{Kind: scrub.Comment, Place: "stored header", Off: start, Len: p.stored}) {
		patch(s, start, stored, clean)
	}
	if len(bytes.Trim(stored, "\x00")) > 0 && !bareWAV(clean) {
		s.Doubt("a stored header is not looked into")
	}
	if err := s.Blank(at+p.sound, p.trailer, 0, scrub.Comment, "stored trailer"); err != nil {
		return err
	}
	s.Claim(36, md5.Size, scrub.Structure, "checksum")
	e := scrub.End{Off: at + p.sound + p.trailer, Proof: scrub.Counted}
	if e.Off < tail.Start {
		if e, err = proven(s, p, e, tail, [][]byte{stored, clean}, b[36:52]); err != nil {
			return err
		}
	}
	if s.Edited(before) {
		resum(s, p, clean, b[36:52])
	}
	return tail.Clean(e)
}

// check doubts a file whose heads have more than they are known to hold, whose frames are out of order,
// or whose checksum, which is of the whole file, is text or a number.
func (p monkeyParts) check(s *scrub.Scan, sum []byte) {
	const descriptor, header, entry, wraps = 52, 24, 4, 1 << 32
	if !s.Zeros(descriptor, p.descriptor-descriptor) || !s.Zeros(p.descriptor+header, p.header-header) {
		s.Doubt("the header is longer than it is known to be")
	}
	if !coded.Sum(sum) && len(bytes.Trim(sum, "\x00")) > 0 {
		s.Doubt("the checksum is text or a number")
	}
	at, before := p.descriptor+p.header, int64(-1)
	table := s.Get(at, int(min(p.seek, scrub.MaxPiece)))
	for ; len(table) >= entry; table = table[entry:] {
		n := le32(table, 0)
		if s.Size() < wraps && (n <= before && n > 0 || n >= s.Size()) {
			s.Doubt("the seek table is out of order")
			return
		}
		before = max(before, n)
	}
}

// proven looks whether the checksum is right for the lengths, as bytes stand behind the end
// to which they lead: it is of the file as it was, or of what an interrupted run left.
func proven(s *scrub.Scan, p monkeyParts, e scrub.End, tail *apetag.Tail, stored [][]byte, want []byte) (scrub.End, error) {
	if s.Zeros(e.Off, tail.Start-e.Off) {
		return e, nil
	}
	for i, b := range stored {
		if bytes.Equal(sumOf(s, p, b, i > 0), want) {
			e.Proof = scrub.Proven
			return e, nil
		}
	}
	e.Doubt = "the checksum tells that a length is wrong, or the sound damaged"
	s.Doubt("%s", e.Doubt)
	return e, nil
}

// patch writes what differs between two versions of the bytes at off.
func patch(s *scrub.Scan, off int64, old, clean []byte) {
	for i := 0; i < len(clean); i++ {
		n := 0
		for i+n < len(clean) && old[i+n] != clean[i+n] {
			n++
		}
		if n > 0 {
			s.Put(scrub.Destroy, off+int64(i), clean[i:i+n])
			i += n
		}
	}
}

// hollow returns a stored header in which the chunks that tell something are named JUNK and
// hold zeros.
func hollow(stored []byte) []byte {
	out := bytes.Clone(stored)
	if len(out) < 12 || string(out[8:12]) != "WAVE" {
		return out
	}
	for at := int64(12); int64(len(out))-at >= 8; {
		n := le32(out, int(at)+4)
		end := at + 8 + n
		id := string(out[at : at+4])
		if id == "data" || end > int64(len(out)) {
			break
		}
		if id != "fmt " && id != "fact" && id != "ds64" || n > 64 {
			copy(out[at:], "JUNK")
			clear(out[at+8 : end])
		}
		at = end + n&1
	}
	return out
}

// resum writes the checksum of a file as it is to be, first: it covers all but tags, and a
// run that comes after an interrupted one comes to the same.
func resum(s *scrub.Scan, p monkeyParts, stored, old []byte) {
	if sum := sumOf(s, p, stored, true); p.trailer <= scrub.MaxPiece && !bytes.Equal(sum, old) {
		s.Put(scrub.Unlink, 36, sum)
	}
}

// sumOf is the checksum of a file with a stored header, and a stored trailer as it is or
// as zeros.
func sumOf(s *scrub.Scan, p monkeyParts, stored []byte, zeros bool) []byte {
	h := md5.New()
	h.Write(stored)
	at := p.descriptor + p.header + p.seek + p.stored
	feed(s, h, at, p.sound)
	if zeros {
		h.Write(make([]byte, min(p.trailer, scrub.MaxPiece)))
	} else {
		feed(s, h, at+p.sound, p.trailer)
	}
	feed(s, h, p.descriptor, p.header+p.seek)
	return h.Sum(nil)
}

func feed(s *scrub.Scan, h hash.Hash, off, n int64) {
	for n > 0 {
		b := s.Get(off, int(min(n, scrub.MaxPiece)))
		h.Write(b)
		off, n = off+int64(len(b)), n-int64(len(b))
	}
}

// oldMonkey claims a file of before 3.98: how long it is, is not told, so that what follows the
// sound shows only if it reads as text.
func oldMonkey(s *scrub.Scan, b []byte, tail *apetag.Tail) error {
	const head = 32
	stored := le32(b, 20)
	s.Claim(0, head, scrub.Structure, "header")
	if at := int64(head); stored > 0 && stored < 1<<16 && at+stored < tail.Start {
		if w := s.Get(at, int(stored)); !bareWAV(w) {
			s.Doubt("a stored header is not looked into")
		}
	}
	end, err := tail.Sound()
	if err != nil {
		return err
	}
	end = max(end, head)
	s.Claim(head, end-head, scrub.Payload, "frames")
	if prose, err := coded.Prose(s.Reader, head, end-head); err != nil {
		return err
	} else if len(prose) > 0 {
		s.Doubt("there is text among the coded sound, which may be what follows it")
	}
	return tail.Clean(scrub.End{Off: end})
}
