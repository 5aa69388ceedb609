package scrub

import "bytes"

// Decoded plans a medium that lies in this one in another form: compressed, in base64,
// unsynchronised. It reports what that gives away as lying in the n bytes at off, and
// returns the medium as it is to be, which the caller brings into the old form again,
// and whether that is another one. What the nested medium calls payload counts for
// nothing here: the caller claims the bytes. Errors are those of [Scan.Medium].
func (s *Scan) Decoded(data []byte, off, n int64, place string) (clean []byte, changed bool, err error) {
	in, err := s.decoded(data, off, n, place)
	if err != nil {
		return nil, false, err
	}
	return in.edited(data), len(in.out.edits) > 0, nil
}

// decoded reports what the medium gives away, and returns the work on it.
func (s *Scan) decoded(data []byte, off, n int64, place string) (*Scan, error) {
	if s.level+1 >= maxNesting {
		return nil, s.Unsupportedf(off, "medium nested %d deep", s.level+1)
	}
	size := int64(len(data))
	in := &Scan{
		Reader: newReader(bytes.NewReader(data), size, newMeter(size)), engine: s.engine, opt: s.opt, level: s.level + 1,
		base: Extents{{0, size}}, place: place, out: &outcome{}, end: -1,
	}
	if s.place != "" {
		in.place = s.place + "/" + place
	}
	in.opt.Known = nil
	f, tags := s.engine.sniff(in.Reader)
	if f == nil {
		return nil, s.Unsupportedf(off, "medium of unknown format")
	}
	if err := in.behind(tags, func(m *Scan) error { return m.run(f) }); err != nil {
		return nil, err
	}
	if err := in.lawful(); err != nil {
		return nil, err
	}
	for _, r := range in.out.findings {
		s.decodedFinding(r, off, n)
	}
	for _, d := range in.out.doubts {
		s.doubt(d)
	}
	s.out.unlisted += in.out.unlisted
	s.out.shallow = s.out.shallow || in.out.shallow
	return in, nil
}

// edited is the medium data as the edits leave it.
func (s *Scan) edited(data []byte) []byte {
	clean := bytes.Clone(data)
	sortEdits(s.out.edits)
	for _, e := range s.out.edits {
		e.Onto(clean, 0)
	}
	return clean
}

// decodedFinding adds what a nested medium in another form found.
func (s *Scan) decodedFinding(f Finding, off, n int64) {
	if len(s.out.findings) >= MaxFindings {
		if f.Goes {
			s.out.unlisted++
		}
		return
	}
	if r := s.base.Slice(off, 1); len(r) == 1 {
		f.Off, f.Len = r[0].Off, n
	}
	s.out.findings = append(s.out.findings, f)
}
