package raster

// reader reads bytes one after the other.
type reader struct {
	*picture
	at, end int64
	buf     []byte
	err     error
}

// next returns the next byte, 0 behind the end.
func (r *reader) next() byte {
	if len(r.buf) == 0 && r.err == nil {
		if r.at >= r.end {
			r.err = r.Errorf(r.at, "the pixels are cut short")
			return 0
		}
		r.buf, r.err = r.Bytes(r.at, int(min(r.end-r.at, 16<<10)))
	}
	if r.err != nil {
		return 0
	}
	c := r.buf[0]
	r.buf, r.at = r.buf[1:], r.at+1
	return c
}

// skip passes n bytes.
func (r *reader) skip(n int64) {
	for ; n > 0 && r.err == nil; n-- {
		r.next()
	}
}

// runs follows packed pixels up to the mark that ends them and returns their length, what
// fills up their pieces, and which colours they use (MS-WMF 3.1.6; OS/2 for 24 bits). Runs
// that don't keep to the size of the picture are an error.
func (d *dib) runs(off int64, used *[256]bool) (n int64, holes []hole, err error) {
	r := &reader{picture: d.picture, at: off, end: d.Size()}
	width := int64(1) // bytes of a pixel
	if d.depth == 24 {
		width = 3
	}
	half := d.packed == rle4
	use := func(c byte, both bool) {
		switch {
		case width > 1:
		case half:
			used[c>>4] = true
			if both {
				used[c&15] = true
			}
		default:
			used[c] = true
		}
	}
	note := func(keep byte, c byte) {
		if h := (hole{off: r.at - 1, n: 1, keep: keep, first: c & keep, dirty: c&^keep != 0}); len(holes) <= maxHoles || h.dirty {
			holes = append(holes[:min(len(holes), maxHoles)], h)
		}
	}
	for x, y := int64(0), int64(0); r.err == nil; {
		count, code := int64(r.next()), byte(0)
		if count > 0 {
			for i := range width {
				code = r.next()
				if i == 0 {
					use(code, count > 1)
				}
			}
			if half && count == 1 {
				note(0xf0, code)
			}
			x += count
		} else {
			switch code = r.next(); code {
			case 0:
				x, y = 0, y+1
			case 1:
				if y < d.height-1 {
					return 0, nil, d.Errorf(r.at, "%d rows, the picture has %d", y+1, d.height)
				}
				return r.at - off, holes, r.err
			case 2:
				x, y = x+int64(r.next()), y+int64(r.next())
			default:
				count = int64(code)
				r.literal(count, width, half, use, note)
				x += count
			}
		}
		if r.err == nil && (x > d.width || y > d.height) {
			return 0, nil, d.Errorf(r.at, "pixels outside of the picture")
		}
	}
	return 0, nil, r.err
}

// literal passes count pixels that stand as they are, filled up to words.
func (r *reader) literal(count, width int64, half bool, use func(c byte, both bool), note func(keep, c byte)) {
	size := count * width
	if half {
		size = (count + 1) / 2
	}
	for i := range size {
		c := r.next()
		whole := !half || i+1 < size || count%2 == 0
		if use(c, whole); !whole {
			note(0xf0, c)
		}
	}
	if size%2 > 0 {
		note(0, r.next())
	}
}
