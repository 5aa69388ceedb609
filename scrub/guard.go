package scrub

import "untag/scrub/marks"

// Proof says what makes the end of a medium sure.
type Proof uint8

const (
	// Said: lengths in the medium say so and nothing else. Writers that were killed
	// and recorders that write their header now and then leave wrong ones.
	Said Proof = iota
	// Counted: what its lengths, tables and counts say agrees, but more of the medium
	// could follow that none of them lists: pages, clusters, packets.
	Counted
	// Proven: the medium proves itself whole by an end mark, by checksums, by samples
	// that fill it, or by coded data that was followed to its last block.
	Proven
)

// End is where a medium ends by its own account.
type End struct {
	Off   int64 // all bytes from here on are a tail
	Proof Proof
	Doubt string // what speaks against this end, "" if nothing does
	Least int64  // a tail of fewer bytes may be the start of a part that was cut short
	// More looks at the n bytes at off, which follow the end and belong to no known
	// trailer, and says what in them is more of the medium, "" if nothing is.
	More func(off, n int64) (string, error)
	// Mark is the end mark that the medium lacks: where a tail is cut off, it takes
	// the place of its first bytes.
	Mark []byte
}

// What follows an end that is not proven may be a few lost frames or a lost film.
const (
	saidMost     = 4 << 10  // bytes after an end that is merely said,
	saidShare    = 16       // and one in so many of the medium, may go
	countedMost  = 64 << 10 // bytes after one that counts agree about, or
	countedShare = 100      // one in so many, may go
)

// layers are the known trailers at the end of a file, outermost first.
type layers struct {
	marks  []marks.Mark
	known  int64 // where the innermost starts whose own length is known
	proven int64 // where the innermost starts that is under proven ones only
	rest   int64 // where the innermost starts
}

// from returns those trailers that start at off or later.
func (l layers) from(off int64) (in []marks.Mark) {
	for _, m := range l.marks {
		if m.Off >= off {
			in = append(in, m)
		}
	}
	return in
}

// verdict decides, for all formats, from where on what follows the end e goes. The
// trailers of l that prove themselves always go. why tells what keeps the rest.
func (s *Scan) verdict(e End, l layers) (cut int64, why string, err error) {
	if s.mangled && e.Doubt == "" {
		e.Doubt = "it is not sure where the medium ends"
	}
	n := l.known - e.Off
	if s.opt.Cut || n <= 0 {
		if s.opt.Cut || e.Doubt == "" {
			return e.Off, "", nil
		}
		return s.keep(e, l, e.Doubt), e.Doubt, nil
	}
	if zeros, err := s.Constant(e.Off, n, 0); err != nil || zeros {
		if e.Proof == Proven && e.Doubt == "" && n >= e.Least {
			return e.Off, "", err
		}
		return l.known, "", err // they tell nothing
	}
	why, err = s.suspect(e, n)
	if err != nil || why != "" || s.wholeMedium(e.Off, n) {
		return s.keep(e, l, why), why, err
	}
	if e.More != nil {
		if why, err = e.More(e.Off, n); err != nil || why != "" {
			why = "they hold " + why
			return s.keep(e, l, why), why, err
		}
	}
	little := n <= saidMost && n <= e.Off/saidShare
	if e.Proof == Counted {
		little = n <= countedMost || n <= e.Off/countedShare
	}
	if !little && e.Proof != Proven {
		why = "nothing but a length tells that the medium ends before them"
	}
	return s.keep(e, l, why), why, nil
}

func (s *Scan) keep(e End, l layers, why string) int64 {
	if why == "" {
		return e.Off
	}
	return max(e.Off, l.proven)
}

// suspect tells why the n bytes after an end may be of the medium, or another one of
// its kind, before they are looked into; "" if nothing does.
func (s *Scan) suspect(e End, n int64) (why string, err error) {
	f, ok := s.engine.format(s.format)
	switch {
	case e.Doubt != "":
		return e.Doubt, nil
	case n < e.Least:
		return "they may be the start of a part that was cut short", nil
	case ok && !f.Followed && !f.Inner:
		again, err := s.again(f, e.Off, n)
		if err != nil || again {
			return "another medium of the kind follows", err
		}
	}
	return "", nil
}

// again tells whether the n bytes at off start like a medium of f, or nearly: a
// length that is wrong by a few bytes, or padding, may stand between the two.
func (s *Scan) again(f *Format, off, n int64) (bool, error) {
	const before, after = 8, 512
	from := max(1, off-before)
	b, err := s.Bytes(from, int(min(off+n-from, SniffLen)))
	for i := range min(len(b), before+after) {
		if f.Sniff(b[i:], off+n-from-int64(i)) {
			return true, err
		}
	}
	return false, err
}

// wholeMedium tells whether n bytes at off are a medium of their own, from its
// first byte to its end. It is not asked behind media that have a parser: half of
// one, which an interrupted run leaves, would stay for good.
func (s *Scan) wholeMedium(off, n int64) bool {
	if f, ok := s.engine.format(s.format); !ok || f.Parse != nil {
		return false
	}
	before, shallow := s.Point(), s.out.shallow
	err := s.nested(Extents{{off, n}}, "tail", nil, Payload)
	whole := err == nil && s.Point().doubts == before.doubts
	s.Reset(before)
	s.out.shallow = shallow
	return whole
}

// stays claims and reports n bytes at off that follow the end and can't go. Marks in
// it that prove themselves are filled.
func (s *Scan) stays(off, n int64, why string) error {
	s.Claim(off, n, Identify, "tail")
	s.Stuck(Finding{Kind: Trailer, Place: "tail", Off: off, Len: n})
	s.Doubt("what follows the end stays (%d bytes), since %s; scrub --cut removes it", n, why)
	return s.fillHidden(off, off+n)
}

// fillHidden fills the marks that lie between two offsets under something else.
func (s *Scan) fillHidden(from, to int64) error {
	found, err := marks.Hidden(s.Reader, from, to)
	s.findMarks(found)
	for _, m := range found {
		s.Fill(Destroy, m.Off, m.Len, 0)
	}
	return err
}
