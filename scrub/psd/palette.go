package psd

import "untag/scrub"

// tableLen is the length of the colours of an indexed picture: all of red, of green, of blue.
const tableLen = 3 * 256

// paint empties the colours that no pixel of the picture at off has. Packed, its rows are
// runs, behind a table of how long they are; sure tells whether it ends where it should.
func (d *document) paint(off int64, packed, sure bool) error {
	if d.table == 0 || d.Careful || !d.Deep() {
		return nil
	}
	used := &[256]bool{}
	follow := d.plainRows
	if packed {
		follow = d.packedRows
	}
	if sure {
		var err error
		if sure, err = follow(off, used); err != nil {
			return err
		}
	}
	b, err := d.Bytes(d.table, tableLen)
	if err != nil {
		return err
	}
	clean := true
	for i := range b {
		if !used[i%len(used)] {
			clean = clean && b[i] == 0
			b[i] = 0
		}
	}
	if !sure && !clean {
		d.Doubt("the picture may have colours that no pixel has")
		return nil
	}
	return d.Field(d.table, b, scrub.Hidden, "colours")
}

// plainRows notes the colours of rows that are not packed.
func (d *document) plainRows(off int64, used *[256]bool) (bool, error) {
	for left := d.width * d.height; left > 0; {
		b, err := d.Bytes(off, int(min(left, window)))
		if err != nil {
			return false, err
		}
		for _, c := range b {
			used[c] = true
		}
		off, left = off+int64(len(b)), left-int64(len(b))
	}
	return true, nil
}

// packedRows notes the colours of the rows of the first channel, and tells whether each is
// runs of as many bytes as a row has.
func (d *document) packedRows(off int64, used *[256]bool) (bool, error) {
	size := int64(2)
	if d.large {
		size = 4
	}
	at := off + d.channels*d.height*size
	for range d.height {
		b, err := d.Bytes(off, int(size))
		if err != nil {
			return false, err
		}
		n := d.Number(b)
		if b, err = d.Bytes(at, int(min(n, scrub.MaxPiece))); err != nil {
			return false, err
		}
		if !isRow(b, d.width, used) {
			return false, nil
		}
		off, at = off+size, at+n
	}
	return true, nil
}

// isRow tells whether b is runs of so many bytes together (PackBits), and notes those in used.
func isRow(b []byte, row int64, used *[256]bool) bool {
	for len(b) > 0 && row > 0 {
		k := int64(int8(b[0]))
		switch {
		case k >= 0 && int64(len(b)) > k+1:
			for _, c := range b[1 : k+2] {
				used[c] = true
			}
			b, row = b[k+2:], row-k-1
		case k == -128:
			b = b[1:]
		case k < 0 && len(b) > 1:
			used[b[1]] = true
			b, row = b[2:], row+k-1
		default:
			return false
		}
	}
	return len(b) == 0 && row == 0
}
