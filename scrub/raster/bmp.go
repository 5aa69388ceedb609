package raster

import "untag/scrub"

func bmpSniff(head []byte, _ int64) bool {
	if len(head) < 26 || string(head[:2]) != "BM" {
		return false
	}
	n := le32(head, 14)
	return n == coreHead || n == 16 || n >= infoHead && n <= 128
}

// bmp: a file header, a bitmap with its palette, pixels where the file header says, perhaps a
// colour profile. The length in the file header is often wrong, and no end by itself.
func bmp(p *picture) error {
	const head = 14
	b, err := p.Bytes(0, int(min(head, p.Size())))
	if err != nil {
		return err
	}
	if len(b) < head {
		return p.Errorf(0, "a header of %d bytes", len(b))
	}
	d := &dib{picture: p, at: head, end: p.Size(), first: le32(b, 10)}
	if err := d.read(); err != nil {
		return err
	}
	p.Claim(0, 6, scrub.Structure, "file header")
	if err := p.Hide(6, 4, "file header/reserved"); err != nil {
		return err
	}
	p.Claim(10, 4, scrub.Structure, "file header")
	p.use(0, head)
	if err := d.header(); err != nil {
		return err
	}
	if p.Careful {
		return p.leave(head)
	}
	end, length, err := d.body(le32(b, 10), le32(b, 2))
	if err != nil {
		return err
	}
	return d.close(end, length, le32(b, 2))
}

// body claims palette and pixels, which start at off of size bytes, as the file header says,
// and returns where those end; length tells whether the bitmap's header says the same.
func (d *dib) body(off, size int64) (end int64, length bool, err error) {
	if off < d.start || off > d.Size() {
		return 0, false, d.Errorf(10, "pixels at 0x%x, expected 0x%x", off, d.start)
	}
	used := &[256]bool{}
	var holes []hole
	need := d.need
	switch {
	case d.head == os2Head && d.packed == huffman, d.packed > alphaFields:
		return 0, false, d.Errorf(d.at+16, "pixels packed in way %d", d.packed)
	case d.head == os2Head && d.packed == rle24, d.packed == rle8, d.packed == rle4:
		if need, holes, err = d.runs(off, used); err != nil {
			return 0, false, err
		}
	case d.packed == asJPEG || d.packed == asPNG:
		need = d.length
		if need == 0 || need > d.Left(off) {
			return 0, false, d.Errorf(d.at+20, "a picture of %d bytes", need)
		}
		if err := d.Medium(scrub.Extents{{Off: off, Len: need}}, "pixels"); err != nil {
			return 0, false, err
		}
		d.use(off, need)
		return off + need, false, nil
	case need > d.Left(off):
		return 0, false, d.Errorf(off, "pixels of %d bytes, %d are left", need, d.Left(off))
	case d.Deep():
		indexed := used
		if d.depth > 8 {
			indexed = nil
		}
		if holes, err = d.look(d.grid(off), indexed); err != nil {
			return 0, false, err
		}
	default:
		used = nil
	}
	if err := d.paint(used); err != nil {
		return 0, false, err
	}
	if err := d.shifted(off); err != nil {
		return 0, false, err
	}
	length = d.length >= need && d.length < need+4
	packed := d.packed != plain && d.packed != bitfields && d.packed != alphaFields
	gap := d.Zeros(d.start, off-d.start)
	sure := d.length == need || !packed && (off+need == d.Size() || off+need == size)
	if off > d.start && !sure && (!gap || off < d.start+4) {
		return 0, false, d.Errorf(10, "pixels at 0x%x, expected 0x%x", off, d.start)
	}
	d.use(off, need)
	d.pixels(off, need, holes, "pixels")
	return off + need, length, nil
}

// shifted fails if what stands between palette and pixels may be fields of a longer
// header, whose length has one bit flipped.
func (d *dib) shifted(off int64) error {
	b, err := d.Bytes(d.start, int(min(off-d.start, 16)))
	if err != nil || len(b) < 16 || off-d.start != 16 || zeros(b) {
		return err
	}
	masks := d.head == infoHead
	for i := 0; i < 16; i += 4 {
		masks = masks && run(uint64(le32(b, i)))
	}
	if masks || d.head == v4Head && le32(b, 0) <= 8 && le32(b, 12) == 0 {
		return d.Errorf(d.at, "a header of %d bytes, which may be longer", d.head)
	}
	return nil
}

// Of bytes that the file header counts and nothing needs, so many go, or one in so many.
const surplusMost, surplusShare = 4 << 10, 16

// close claims what is left and declares the end. The pixels end at end; length tells
// whether the bitmap's header says so, and size is the length in the file header.
func (d *dib) close(end int64, length bool, size int64) error {
	agrees := func(n int64) bool { return n >= end && n < end+4 } // some fill up to words
	zero, err := d.Constant(end, d.Left(end), 0)
	if err != nil {
		return err
	}
	if size > d.Size() || !length && !zero && !agrees(size) && !agrees(d.Size()) && !agrees(d.behind) {
		return d.Errorf(2, "%d bytes, the picture takes %d", size, end)
	}
	for _, r := range d.used {
		end = max(end, r.End())
	}
	if err := d.hideBetween(0, end); err != nil {
		return err
	}
	e := scrub.End{Off: end, Proof: scrub.Said, Least: 8, More: func(off, _ int64) (string, error) {
		b, err := d.Bytes(off, 2)
		if string(b) == "BM" {
			return "another picture", err
		}
		return "", err
	}}
	surplus := size - end
	switch {
	case surplus == 0:
		e.Proof = scrub.Counted
	case surplus < 0:
		if err := d.Field(2, ul32(end), scrub.Hidden, "file header/length"); err != nil {
			return err
		}
	case surplus < 4 || surplus <= surplusMost && surplus <= end/surplusShare || d.Cut():
		if e.Off = size; surplus < 4 && length {
			e.Proof = scrub.Counted
		}
		if err := d.Hide(end, surplus, "behind pixels"); err != nil {
			return err
		}
	default:
		e.Off = size
		if zero, err = d.Constant(end, surplus, 0); err != nil {
			return err
		}
		if d.Claim(end, surplus, scrub.Filler, "behind pixels"); !zero {
			return d.Errorf(end, "%d bytes behind the pixels, which the header counts", surplus)
		}
	}
	if d.length > 0 && !length && d.packed == plain {
		if err := d.Field(d.at+20, ul32(d.need), scrub.Hidden, "header/length"); err != nil {
			return err
		}
	}
	d.Scan.End(e)
	return nil
}
