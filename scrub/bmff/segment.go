package bmff

// segmentIndex compares what sidx (8.16.3) says of the segments' sizes with what
// is there: a file that was cut between fragments shows it nowhere else.
func (p *parser) segmentIndex(b box) error {
	version, _, err := fullHead(p.s, b)
	if err != nil {
		return err
	}
	at := int64(24) // of the count, with the fields before it in version 0
	if version > 0 {
		at = 32
	}
	if b.size() < at {
		return p.s.Errorf(b.off, "box \"sidx\" has %d bytes, expected %d or more", b.len, b.head+at)
	}
	h, err := p.s.Bytes(b.body(), int(at))
	if err != nil {
		return err
	}
	first := uint64(be32(h[16:]))
	if version > 0 {
		first = be64(h[20:])
	}
	if first > uint64(p.s.Left(b.end())) {
		p.insist("the file is shorter than its index says")
		return nil
	}
	end := b.end() + int64(first)
	refs := column{r: p.s.Reader, off: b.body() + at, n: int64(be16(h[at-2:])), width: 12}
	if refs.n != (b.size()-at)/12 {
		p.insist("the segment index has another length than its count says")
		return nil
	}
	for i := range refs.n {
		row, err := refs.row(i)
		if err != nil {
			return err
		}
		p.starts = append(p.starts, end)
		end += int64(be32(row) & 0x7fffffff)
	}
	if end > p.s.Size() {
		p.insist("the file is shorter than its index says")
	}
	return nil
}
