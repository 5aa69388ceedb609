package samples

import (
	"untag/scrub/bmff/box"
)

// Fragment is one moof box (8.8) while its tracks are read.
type Fragment struct {
	off      int64 // of the box
	Next     int64 // where data goes on that has no offset of its own
	NextGoes bool  // that is counted from the data of a track that goes
}

// NewFragment returns the fragment whose moof box is at off.
func NewFragment(off int64) *Fragment { return &Fragment{off: off, Next: off} }

// TrackFragment is what traf says of the samples of one track.
type TrackFragment struct {
	Defaults
	track  uint32 // its number
	base   int64  // that offsets of data count from
	Empty  bool   // it says itself that it has no samples
	Runs   int    // that were read
	Count  int64  // of samples in them
	Groups Groups
}

// Defaults are what holds for the samples of a fragment that says nothing else (8.8.3).
type Defaults struct{ Duration, Size uint32 }

// Read reads tfhd of a traf box (8.8.7). known returns what holds for the samples of a track,
// and whether it goes.
func (t *TrackFragment) Read(w *box.Walk, f *Fragment, traf box.Box, known func(id uint32) (d Defaults, goes bool)) error {
	t.base = -1
	_, err := w.Children(traf.Body(), traf.End(), func(c box.Box) error {
		if c.Type != "tfhd" || t.base >= 0 {
			return nil
		}
		_, flags, err := box.FullHead(w.Scan, c)
		if err != nil {
			return err
		}
		h := w.Get(c.Body(), int(min(c.Size(), 40)))
		need := 4 + 8*(flags&1) + 4*(flags>>1&1) + 4*(flags>>3&1) + 4*(flags>>4&1)
		if h = h[4:]; uint32(len(h)) < need {
			return w.Errorf(c.Off, "box \"tfhd\" has %d bytes, its flags ask for more", c.Len)
		}
		return t.fields(w, f, c, h, flags, known)
	})
	if err == nil && t.base < 0 {
		err = w.Errorf(traf.Off, "box \"traf\" has no tfhd")
	}
	return err
}

// fields reads the fields of tfhd, of which there are as many as the flags say.
func (t *TrackFragment) fields(w *box.Walk, f *Fragment, b box.Box, h []byte, flags uint32, known func(uint32) (Defaults, bool)) error {
	t.track, t.Empty = box.Uint32(h), flags&0x10000 != 0
	h = h[4:]
	d, goes := known(t.track)
	t.Defaults, t.base = d, f.Next
	switch {
	case flags&1 != 0:
		base := box.Uint64(h)
		if base > uint64(w.Size()) {
			return w.Errorf(b.Off, "fragment's data at 0x%x lies beyond the end", base)
		}
		t.base, h = int64(base), h[8:]
	case flags&0x20000 != 0:
		t.base = f.off
	case f.NextGoes && !goes:
		return w.Errorf(b.Off, "fragment's data has its place from that of a track that goes")
	}
	if flags&2 != 0 {
		h = h[4:]
	}
	if flags&8 != 0 {
		t.Duration, h = box.Uint32(h), h[4:]
	}
	if flags&0x10 != 0 {
		t.Size = box.Uint32(h)
	}
	f.Next = t.base
	return nil
}

// TrackRun is one trun box (8.8.8) while its samples are read.
type TrackRun struct {
	Defaults
	table      box.Column
	Off, Count int64 // of the first sample, and how many there are
	Last       int64 // where the last one lies, once they were visited
	sizeAt     int64 // where a row has the size of its sample, -1 if all are alike
	timed      bool  // a row begins with the duration of its sample
}

// Run reads trun. ok is false where its samples lie beyond the file.
func (t *TrackFragment) Run(w *box.Walk, f *Fragment, b box.Box) (x TrackRun, ok bool, err error) {
	_, flags, err := box.FullHead(w.Scan, b)
	if err != nil {
		return x, false, err
	}
	fields, width := runLayout(flags)
	if b.Size() < 8+fields {
		return x, false, w.Errorf(b.Off, "box \"trun\" has %d bytes, its flags ask for more", b.Len)
	}
	h := w.Get(b.Body()+4, int(4+fields))
	x = TrackRun{Defaults: t.Defaults, Off: f.Next, Count: int64(box.Uint32(h)), sizeAt: -1}
	x.table = box.Column{Reader: w.Reader, Off: b.Body() + 8 + fields, N: x.Count, Width: width}
	if width > 0 && x.Count > (b.End()-x.table.Off)/width {
		return x, false, w.Errorf(b.Off, "box \"trun\" says %d samples and has room for %d", x.Count, (b.End()-x.table.Off)/width)
	}
	// Rows that no flag tells of may be of any width.
	if rows := (b.End() - x.table.Off) / max(width, 4); width > 0 && x.Count < rows || width == 0 && x.Count > 0 && x.Count <= rows {
		w.Insist("a run of samples says less of them than it has")
	}
	if flags&1 != 0 {
		x.Off = t.base + int64(int32(box.Uint32(h[4:])))
	}
	x.timed = flags&0x100 != 0
	if flags&0x200 != 0 {
		x.sizeAt = 4 * int64(flags>>8&1)
	}
	return x, x.Off >= 0 && x.Off <= w.Size(), nil
}

// Each visits the samples of a run and returns where they end. whole is false if
// that is beyond the file; where all samples are alike and nobody looks, none
// need be visited.
func (x *TrackRun) Each(w *box.Walk, visit func(Sample) error) (end int64, whole bool, err error) {
	if x.sizeAt < 0 && visit == nil {
		n := Times(x.Count, int64(x.Size), w.Size()+1)
		return min(x.Off+n, w.Size()), n <= w.Left(x.Off), nil
	}
	end = x.Off
	for i := range x.Count {
		n := int64(x.Size)
		if x.sizeAt >= 0 {
			row, err := x.table.Row(i)
			if err != nil {
				return 0, false, err
			}
			n = int64(box.Uint32(row[x.sizeAt:]))
		}
		if n > w.Left(end) {
			return w.Size(), false, nil
		}
		x.Last = end
		if visit != nil {
			if err := visit(Sample{i, end, n}); err != nil {
				return 0, false, err
			}
		}
		if end += n; n == 0 && x.sizeAt < 0 {
			break
		}
	}
	return end, true, nil
}

// Lasts is how long sample i of the run lasts, in units of the track.
func (x *TrackRun) Lasts(i int64) (int64, error) {
	if !x.timed {
		return int64(x.Duration), nil
	}
	row, err := x.table.Row(i)
	if err != nil {
		return 0, err
	}
	return int64(box.Uint32(row)), nil
}

// runLayout returns the length of the optional fields of trun and of each row.
func runLayout(flags uint32) (fields, width int64) {
	return 4*int64(flags&1) + 4*int64(flags>>2&1), 4 * int64(flags>>8&1+flags>>9&1+flags>>10&1+flags>>11&1)
}

// ClaimDecodeTime claims tfdt (8.8.12): 64 bits hold more than ten thousand years.
func ClaimDecodeTime(w *box.Walk, b box.Box, place string) error {
	return w.FormedBox(b, func(f *box.Fields) {
		version := f.UpTo(8, 1)
		f.Zero(24)
		f.UpTo(32+32*int(version), 1<<58)
	}, place)
}

// ClaimFragmentHeader claims tfhd (8.8.7).
func ClaimFragmentHeader(w *box.Walk, b box.Box, place string) error {
	_, flags, err := box.FullHead(w.Scan, b)
	if err != nil {
		return err
	}
	n := int64(8)
	for bit, size := range map[int]int64{0: 8, 1: 4, 3: 4, 4: 4, 5: 4} {
		n += int64(flags>>bit&1) * size
	}
	return w.Sized(b, n, 0x03003b, place)
}

// ClaimRun claims trun (8.8.8).
func ClaimRun(w *box.Walk, b box.Box, place string) error {
	_, flags, err := box.FullHead(w.Scan, b)
	if err != nil {
		return err
	}
	fields, width := runLayout(flags)
	c, err := w.Column(b, 4, 1)
	if err != nil && width > 0 {
		return err
	}
	n := 8 + fields
	if width > 0 {
		n += c.N * width
	}
	return w.Sized(b, n, 0x000f05, place)
}
