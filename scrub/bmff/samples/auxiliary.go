package samples

import "untag/scrub/bmff/box"

// Encryption visits where the data of sample encryption lie that are not in a senc box: saio
// has an offset for all of them or for each chunk, saiz the size for each sample (8.7.8, 8.7.9).
func (t *Tables) Encryption(w *box.Walk, visit func(off, n int64) error) error {
	saio, ok := t.auxiliary["saio"]
	saiz, sized := t.auxiliary["saiz"]
	if _, inside := t.auxiliary["senc"]; !ok || !sized || inside {
		return nil
	}
	offsets, err := offsetsOf(w, saio)
	if err != nil {
		return err
	}
	sizes, err := readAuxiliarySizes(w, saiz)
	if err != nil {
		return err
	}
	if offsets.N == 0 && sizes.each.N > 0 {
		w.Distrust("encryption data lies nowhere")
	}
	c := NewChunks(t, w.Size(), box.ColumnBlock)
	c.bare = true
	for i := range offsets.N {
		off, err := offsets.Number(i)
		if err != nil {
			return err
		}
		samples := t.Count
		if offsets.N > 1 {
			k, ok, err := c.Next()
			if err != nil {
				return err
			}
			if !ok {
				w.Distrust("encryption data lies in places that no chunk has")
				return nil
			}
			samples = k.Samples
		}
		n, err := sizes.sum(samples)
		if err != nil {
			return err
		}
		if err := visit(off, n); err != nil {
			return err
		}
	}
	return nil
}

// auxiliarySizes are the sizes in saiz (8.7.8): one for all samples, or a column.
type auxiliarySizes struct {
	all  int64
	each box.Column
	next int64
}

func readAuxiliarySizes(w *box.Walk, b box.Box) (s auxiliarySizes, err error) {
	_, flags, err := box.FullHead(w.Scan, b)
	if err != nil {
		return s, err
	}
	skip := 4 + 8*int64(flags&1)
	if b.Size() < skip+5 {
		return s, w.Errorf(b.Off, "box \"saiz\" has %d bytes, expected more", b.Len)
	}
	h := w.Get(b.Body()+skip, 5)
	if s.all = int64(h[0]); s.all == 0 {
		s.each, err = w.Column(b, skip+1, 1)
	} else {
		s.each.N = int64(box.Uint32(h[1:]))
	}
	return s, err
}

// sum adds up the sizes of the next samples.
func (s *auxiliarySizes) sum(samples int64) (total int64, err error) {
	samples = min(samples, s.each.N-s.next)
	first := s.next
	s.next += samples
	if s.all > 0 {
		return s.all * samples, nil
	}
	for i := first; i < s.next; i++ {
		n, err := s.each.Number(i)
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

// Encryption returns where the data of sample encryption of a track fragment lie: saio tells
// where, saiz how much (8.7.8, 8.7.9). Where there is a senc box they are in it, and writers
// do not agree on what the offset counts from.
func (t *TrackFragment) Encryption(w *box.Walk, traf, saio box.Box) (off, n int64, err error) {
	total, err := auxiliarySize(w, traf)
	if err != nil || total == 0 {
		return 0, 0, err
	}
	c, err := offsetsOf(w, saio)
	if err != nil {
		return 0, 0, err
	}
	if c.N == 0 {
		w.Distrust("encryption data lies nowhere")
		return 0, 0, nil
	}
	if off, err = c.Number(0); err != nil {
		return 0, 0, err
	}
	if off > w.Size()-t.base {
		return 0, 0, nil
	}
	off += t.base
	if off >= traf.Off && off < traf.End() {
		return 0, 0, nil
	}
	if c.N > 1 {
		w.Distrust("encryption data lies in several places")
	}
	return off, total, nil
}

// offsetsOf returns the offsets in saio.
func offsetsOf(w *box.Walk, b box.Box) (box.Column, error) {
	version, flags, err := box.FullHead(w.Scan, b)
	if err != nil {
		return box.Column{}, err
	}
	width := int64(4)
	if version == 1 {
		width = 8
	}
	return w.Column(b, 4+8*int64(flags&1), width)
}

// auxiliarySize returns the length of the data that is not in a senc box.
func auxiliarySize(w *box.Walk, traf box.Box) (total int64, err error) {
	inside := false
	_, err = w.Children(traf.Body(), traf.End(), func(c box.Box) error {
		if c.Type == "senc" {
			inside = true
		}
		if c.Type != "saiz" {
			return nil
		}
		sizes, err := readAuxiliarySizes(w, c)
		if err != nil {
			return err
		}
		total, err = sizes.sum(sizes.each.N)
		return err
	})
	if inside {
		total = 0
	}
	return total, err
}
