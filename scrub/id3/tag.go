package id3

import (
	"bytes"

	"untag/scrub"
	"untag/scrub/sniff"
)

// tag is the work on one tag, or on the frames in a frame of chapters.
type tag struct {
	*scrub.Scan        // of the frames, without what unsynchronisation inserted
	head        head   // of the tag
	place       string // in the terms of what holds the tag
	pins        []int64
	all         bool // every frame goes, since the tag leaves no way to keep one
	frames      []frame
	rest        int64 // where the frames end
	kept        int   // how many frames there are up to the last one that stays
	stuck       bool  // something stays for want of knowing better
	loose       bool  // nothing but its length tells where the tag ends
}

const (
	maxFrames = 4096
	maxPins   = 1 << 16 // bytes that unsynchronisation inserted
	fewPins   = 64      // of them in frames that go from a tag that stays
	maxHidden = 64 << 10
	fewHidden = 32 // less than a header that an interrupted run left half
)

// Clean cleans the tag that takes n bytes of s at off, which may be cut short, or have
// bytes behind it that are padding of what holds it. It claims all of them, and tells
// whether anything of the tag stays: a holder may take back what was claimed and go.
func Clean(s *scrub.Scan, off, n int64, place string) (stays bool, err error) {
	return clean(s, off, n, place, false)
}

func clean(s *scrub.Scan, off, n int64, place string, loose bool) (stays bool, err error) {
	h, ok := readHead(s.Get(off, int(min(n, headLen))))
	if !ok {
		return false, s.Errorf(off, "no ID3v2 tag")
	}
	whole := min(n, h.len())
	if n < h.len() {
		s.Doubt("the tag is cut short")
	}
	before := s.Point()
	t, err := open(s, off, whole, h, place, loose)
	if err != nil {
		return false, err
	}
	start := s.Point()
	for {
		stays, err = t.judge()
		if err != nil || !stays || t.all || t.pinned() <= fewPins {
			break
		}
		s.Reset(start)
		t.all, t.kept = true, 0
	}
	if err != nil {
		return false, err
	}
	if err := s.Blank(off+whole, n-whole, 0, scrub.Hidden, place+"/padding"); err != nil {
		return false, err
	}
	if stays || t.stuck {
		t.retire(h.flags&footed == 0 && !t.stuck)
		return true, t.keepHead(s, off, whole)
	}
	s.Retract(before)
	s.Claim(off+whole, n-whole, scrub.Filler, place+"/padding")
	return false, t.empty(s, off, whole)
}

// open claims the header of a tag and what was inserted into it, and reads which frames
// there are.
func open(s *scrub.Scan, off, whole int64, h head, place string, loose bool) (*tag, error) {
	t := &tag{head: h, place: place, loose: loose}
	size := min(h.size, whole-headLen)
	x := scrub.Extents{{Off: off + headLen, Len: size}}
	if h.flags&unsynchronised != 0 && h.version < 4 {
		if x, t.pins = synchronised(s, off+headLen, size); len(t.pins) > maxPins { // no program writes as many
			s.Doubt("the tag is unsynchronised too often")
			x, t.pins, t.stuck = scrub.Extents{{Off: off + headLen, Len: size}}, nil, true
		}
	}
	for i := 1; i < len(x); i++ {
		s.Claim(x[i].Off-1, 1, scrub.Structure, place+"/unsynchronisation")
	}
	if last := x[len(x)-1].End(); last < off+headLen+size {
		s.Claim(last, off+headLen+size-last, scrub.Structure, place+"/unsynchronisation")
	}
	var err error
	if t.Scan, err = s.Within(x, ""); err != nil {
		return nil, err
	}
	if !t.stuck {
		t.walk()
	}
	return t, nil
}

// synchronised returns the ranges of n bytes at off without the zeros that
// unsynchronisation inserts behind 0xff (2.4-structure, 6.1), and which bytes of what is
// left they follow.
func synchronised(s *scrub.Scan, off, n int64) (x scrub.Extents, pins []int64) {
	end, start, last := off+n, off, byte(0)
	for at := off; at < end; {
		b := s.Get(at, int(min(end-at, maxHidden)))
		for i, c := range b {
			if last == 0xff && c == 0 && len(pins) <= maxPins {
				zero := at + int64(i)
				pins = append(pins, zero-off-1-int64(len(pins)))
				x, start = append(x, scrub.Range{Off: start, Len: zero - start}), zero+1
			}
			last = c
		}
		at += int64(len(b))
	}
	if start < end || len(x) == 0 {
		x = append(x, scrub.Range{Off: start, Len: end - start})
	}
	return x, pins
}

// judge claims what stays of a tag and tells whether anything does.
func (t *tag) judge() (stays bool, err error) {
	t.extendedHeader()
	for i := range t.frames {
		f := &t.frames[i]
		if f.stays, err = t.frame(*f); err != nil {
			return false, err
		}
		if f.stays {
			t.kept = i + 1
		}
	}
	t.remainder(t.rest, t.Size()-t.rest)
	return t.kept > 0, nil
}

// extendedHeader claims what stands before the first frame. Its checksum is of a tag that
// changes, and what it restricts is of no use to a player: it holds zeros but for its length.
func (t *tag) extendedHeader() {
	n := t.frames0()
	if n == 0 {
		return
	}
	b := t.Get(0, int(n))
	want := make([]byte, n)
	copy(want, b[:4])
	if t.head.version == 4 && n > 5 {
		want[4] = b[4]
	}
	t.Claim(0, n, scrub.Structure, t.place+"/extended")
	if !bytes.Equal(b, want) && t.Found(scrub.Finding{Kind: scrub.Unknown, Place: t.place + "/extended", Len: n}) {
		t.Put(scrub.Repair, 4, want[4:])
	}
}

// remainder claims n bytes behind the frames: padding, or what hides in it. What looks
// like sound says that the tag has a wrong length.
func (t *tag) remainder(off, n int64) {
	place := t.place + "/padding"
	if t.blank(off, n) {
		t.claim(off, n, scrub.Filler, place)
		return
	}
	hidden, sound := t.hidden(off, n)
	b := t.Get(off, 1)
	switch {
	case b[0] != 0 && hidden > fewHidden:
		t.leave(off, n, scrub.Unknown, "unread")
		t.Doubt("the frames of a tag don't lead to its end")
	case sound || hidden > maxHidden || hidden > fewHidden && t.Size()+int64(len(t.pins)) < t.head.size:
		t.leave(off, n, scrub.Hidden, "padding")
		t.Doubt("the padding of a tag holds what may be sound")
	case t.loose && t.Get(off+n-1, 1)[0] != 0: // the first bytes of what follows, perhaps
		t.leave(off, n, scrub.Hidden, "padding")
	default:
		t.claim(off, n, scrub.Identify, place)
		if t.Found(scrub.Finding{Kind: scrub.Hidden, Place: place, Off: off, Len: n}) {
			t.wipe(off, n)
		}
	}
}

// claim claims n bytes, and those that wipe leaves as what they are.
func (t *tag) claim(off, n int64, role scrub.Role, place string) {
	t.between(off, n, func(off, n int64, pin bool) {
		if t.Claim(off, n, role, place); pin {
			t.Claim(off+n, 1, scrub.Structure, place)
		}
	})
}

// leave claims what stays although nobody knows what it is.
func (t *tag) leave(off, n int64, kind scrub.Kind, place string) {
	t.stuck = true
	t.Claim(off, n, scrub.Identify, t.place+"/"+place)
	t.Stuck(scrub.Finding{Kind: kind, Place: t.place + "/" + place, Off: off, Len: n})
}

// hidden counts the bytes that are not zero, and tells whether there is sound among them.
func (t *tag) hidden(off, n int64) (count int, sound bool) {
	const overlap = 4 << 10
	for end := off + n; off < end; {
		b := t.Get(off, int(min(end-off, maxHidden)))
		fresh := b
		if end-off > maxHidden {
			fresh = b[:len(b)-overlap]
		} else {
			sound = sound || sniff.MPEGBegins(b[max(0, len(b)-overlap):])
		}
		zeros := bytes.Count(fresh, []byte{0})
		count += len(fresh) - zeros
		sound = sound || zeros < len(fresh) && sniff.Sound(b)
		off += int64(len(fresh))
	}
	return count, sound
}

// wipe fills n bytes with zeros, but for those behind which a zero was inserted: without
// them it would count.
func (t *tag) wipe(off, n int64) {
	t.between(off, n, func(off, n int64, _ bool) { t.Fill(scrub.Destroy, off, n, 0) })
}

// blank tells whether all of n bytes are zero that wipe makes so.
func (t *tag) blank(off, n int64) bool {
	zero := true
	t.between(off, n, func(off, n int64, _ bool) { zero = zero && t.Zeros(off, n) })
	return zero
}

// between calls do for the ranges of n bytes between those behind which a zero was
// inserted; pin tells whether one follows.
func (t *tag) between(off, n int64, do func(off, n int64, pin bool)) {
	end := off + n
	for _, pin := range t.pins {
		if pin >= off && pin < end {
			do(off, pin-off, true)
			off = pin + 1
		}
	}
	do(off, end-off, false)
}

// pinned counts the bytes that wipe leaves in what goes.
func (t *tag) pinned() (n int) {
	for _, pin := range t.pins {
		if pin >= t.rest {
			n++
		}
	}
	for _, f := range t.frames {
		for _, pin := range t.pins {
			if !f.stays && pin >= f.body() && pin < f.end() {
				n++
			}
		}
	}
	return n
}

// retire makes padding or frames without a meaning of those that go.
func (t *tag) retire(padding bool) {
	for i, f := range t.frames {
		switch {
		case f.stays:
		case padding && i >= t.kept:
			t.Claim(f.off, f.head, scrub.Identify, t.place+"/"+f.id)
			t.claimBody(f)
			t.Fill(scrub.Repair, f.off, f.head, 0)
		default:
			t.Claim(f.off, f.head, scrub.Structure, t.place+"/"+f.id)
			t.claimBody(f)
			if h := t.blankHead(f); f.id != string(h[:len(f.id)]) || f.flags != 0 {
				t.Put(scrub.Repair, f.off, h)
			}
		}
	}
}

func (t *tag) claimBody(f frame) {
	role, place := scrub.Identify, t.place+"/"+f.id
	if f.zero {
		role = scrub.Filler
	} else {
		t.wipe(f.body(), f.size)
	}
	t.claim(f.body(), f.size, role, place)
}

// blankHead is the header of a frame that nobody has a meaning for, of the same length.
func (t *tag) blankHead(f frame) []byte {
	out := append([]byte(retired)[:len(f.id):len(f.id)], f.length...)
	return append(out, make([]byte, f.head-int64(len(out)))...)
}

// keepHead claims header and footer of a tag of which something stays.
func (t *tag) keepHead(s *scrub.Scan, off, whole int64) error {
	known := byte(unsynchronised | extended)
	if t.head.version == 4 {
		known |= footed
	}
	s.Claim(off, headLen, scrub.Structure, t.place)
	flags := t.head.flags & known
	if flags != t.head.flags {
		s.Put(scrub.Repair, off+5, []byte{flags})
	}
	if n := off + whole - (off + headLen + t.head.size); n > 0 && t.head.size <= whole-headLen {
		b := s.Get(off, headLen)
		copy(b, "3DI")
		b[5] = flags
		at := off + headLen + t.head.size
		s.Claim(at, n, scrub.Structure, t.place+"/footer")
		if got := s.Get(at, int(n)); !bytes.Equal(got, b[:n]) {
			s.Put(scrub.Repair, at, b[:n])
			return nil
		}
	}
	return nil
}

// empty makes a tag of nothing but padding.
func (t *tag) empty(s *scrub.Scan, off, whole int64) error {
	s.Claim(off, headLen, scrub.Structure, t.place)
	if s.Zeros(off+headLen, whole-headLen) && t.head.flags == 0 {
		s.Claim(off+headLen, whole-headLen, scrub.Filler, t.place+"/padding")
		return nil
	}
	s.Claim(off+headLen, whole-headLen, scrub.Identify, t.place+"/padding")
	t.Fill(scrub.Repair, 0, t.frames0(), 0)
	for _, f := range t.frames {
		t.wipe(f.body(), f.size)
		t.Fill(scrub.Repair, f.off, f.head, 0)
	}
	t.wipe(t.rest, t.Size()-t.rest)
	for _, pin := range t.pins {
		if !t.inHead(pin) {
			t.Fill(scrub.Repair, pin, 1, 0)
		}
	}
	return t.emptyHead(s, off, whole)
}

// inHead tells whether a byte is one of those that are filled with the frames' headers.
func (t *tag) inHead(at int64) bool {
	for _, f := range t.frames {
		if at >= f.off && at < f.body() {
			return true
		}
	}
	return at < t.frames0()
}

// emptyHead takes the flags out of the header of a tag, and makes padding of its footer,
// beside which there must be none (2.4-structure, 3.3).
func (t *tag) emptyHead(s *scrub.Scan, off, whole int64) error {
	end := off + headLen + t.head.size
	foot := off + whole - end
	switch {
	case t.head.flags == 0:
	case foot <= 0:
		s.Put(scrub.Repair, off+5, []byte{0})
	case s.Atomic(off+5, 5):
		n := t.head.size + footLen
		s.Put(scrub.Repair, off+5, []byte{0, byte(n >> 21 & 127), byte(n >> 14 & 127), byte(n >> 7 & 127), byte(n & 127)})
		s.Fill(scrub.Repair, end, foot, 0)
	default:
		s.Put(scrub.Repair, off+5, []byte{footed})
		s.Put(scrub.Repair, end+5, []byte{footed})
	}
	return nil
}
