package bmff

import "untag/scrub/bmff/box"

// coverAuxiliary protects the data of sample encryption of a track, where it is
// not in a senc box: saio has an offset for all of it or for each chunk, saiz the
// size for each sample.
func (p *parser) coverAuxiliary(t *track) error {
	saio, ok := t.tables.auxiliary["saio"]
	saiz, sized := t.tables.auxiliary["saiz"]
	if _, inside := t.tables.auxiliary["senc"]; !ok || !sized || inside || !t.encrypted {
		return nil
	}
	offsets, err := p.offsetsOf(saio)
	if err != nil {
		return err
	}
	sizes, err := p.auxiliarySizes(saiz)
	if err != nil {
		return err
	}
	if offsets.N == 0 && sizes.each.N > 0 {
		p.Distrust("encryption data lies nowhere")
	}
	c := newChunks(&t.tables, p.Size(), box.ColumnBlock)
	c.bare = true
	for i := range offsets.N {
		off, err := offsets.Number(i)
		if err != nil {
			return err
		}
		samples := t.tables.samples
		if offsets.N > 1 {
			k, ok, err := c.next()
			if err != nil {
				return err
			}
			if !ok {
				p.Distrust("encryption data lies in places that no chunk has")
				return nil
			}
			samples = k.samples
		}
		n, err := sizes.sum(samples)
		if err != nil {
			return err
		}
		if err := p.coverRun(&track{encrypted: true}, off, n, off); err != nil {
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

func (p *parser) auxiliarySizes(b box.Box) (s auxiliarySizes, err error) {
	_, flags, err := box.FullHead(p.Scan, b)
	if err != nil {
		return s, err
	}
	skip := 4 + 8*int64(flags&1)
	if b.Size() < skip+5 {
		return s, p.Errorf(b.Off, "box \"saiz\" has %d bytes, expected more", b.Len)
	}
	h, err := p.Bytes(b.Body()+skip, 5)
	if err != nil {
		return s, err
	}
	if s.all = int64(h[0]); s.all == 0 {
		s.each, err = p.Column(b, skip+1, 1)
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
