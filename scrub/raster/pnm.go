package raster

import (
	"bytes"
	"strconv"
	"strings"

	"untag/scrub"
	"untag/scrub/pattern"
	"untag/scrub/sniff"
)

var pnmHead = pattern.New(`^(P[1-6]\s(\s|#[^\n]*\n)*\d{1,6}|P7\n(#[^\n]*\n|[A-Z]+ [^\n]*\n)*(#[^\n]*\n)?(WIDTH|HEIGHT|DEPTH|MAXVAL|TUPLTYPE) |P[Ff]\n(#[^\n]*\n)*\d{1,6} \d)`)

func pnmSniff(head []byte, size int64) bool {
	return len(head) > 3 && head[0] == 'P' && pnmHead().Match(head)
}

// netpbm is the header of one picture.
type netpbm struct {
	kind          byte
	width, height int64
	depth, most   int64 // samples of a pixel, largest value of one
	off           int64 // where the pixels start
}

// pnm: a header in words, among which are comments, and pixels; more pictures may follow
// (netpbm: pbm, pgm, ppm, pam; Paul Debevec: pfm).
func pnm(p *picture) error {
	const mostPictures = 1 << 10
	end, m := int64(0), netpbm{}
	for n := 0; n == 0 || n < mostPictures; n++ {
		b, err := p.Bytes(end, int(min(scrub.SniffLen, p.Left(end))))
		if err != nil {
			return err
		}
		if n > 0 && !sniff.Func(pnmSniff)(b, 0) {
			break
		}
		if m, err = p.pnmHeader(end); err != nil {
			return err
		}
		if p.Careful && n == 0 {
			return p.leave(m.off)
		}
		if end, err = p.pnmPixels(m); err != nil {
			return err
		}
	}
	if m.kind <= '3' { // numbers end in a line's end
		if end, err := p.blanks(end); err != nil || end < p.Size() {
			p.Scan.End(scrub.End{Off: end, Least: 8, More: p.numbers})
			return err
		}
		return nil
	}
	row := m.row()
	p.once(end, row, row/max(1, m.width)*m.height, nil)
	return nil
}

// row is the length of a row in bytes, 0 where pixels are numbers in words.
func (m netpbm) row() int64 {
	switch size := int64(1); m.kind {
	case '1', '2', '3':
		return 0
	case '4':
		return (m.width + 7) / 8
	case 'F', 'f':
		return m.width * m.depth * 4
	default:
		if m.most > 255 {
			size = 2
		}
		return m.width * m.depth * size
	}
}

// numbers tells whether n bytes at off begin with numbers, as pixels are.
func (p *picture) numbers(off, n int64) (string, error) {
	b, err := p.Bytes(off, int(min(64, n)))
	if len(bytes.Trim(b, "0123456789 \t\r\n")) == 0 {
		return "more numbers", err
	}
	return "", err
}

// blanks claims white space at off, of which there is little.
func (p *picture) blanks(off int64) (int64, error) {
	b, err := p.Bytes(off, int(min(64, p.Left(off))))
	n := int64(len(b) - len(bytes.TrimLeft(b, " \t\r\n")))
	p.Claim(off, n, scrub.Structure, "end")
	return off + n, err
}

// words reads the words of a header, and blanks comments.
type wordReader struct {
	*picture
	r   *reader
	due int64 // from where on nothing is claimed yet
	c   byte  // the byte that ended the last word
}

// comment blanks what stands behind the # that was read. That stays: half of what goes is a
// comment still.
func (w *wordReader) comment() {
	from := w.r.at
	for w.r.next() != '\n' && w.r.err == nil {
	}
	to := w.r.at
	if w.r.err == nil {
		to--
	}
	w.c = '\n'
	w.Claim(w.due, from-w.due, scrub.Structure, "header")
	w.due = to
	if w.r.err == nil {
		w.r.err = w.say(from, to-from, scrub.Comment, "comment")
	}
}

// say claims a text that becomes blanks.
func (p *picture) say(off, n int64, kind scrub.Kind, place string) error {
	blank, err := p.Constant(off, n, ' ')
	if err != nil || blank {
		p.Claim(off, n, scrub.Filler, place)
		return err
	}
	b, err := p.Bytes(off, int(min(n, scrub.MaxValue)))
	if err != nil {
		return err
	}
	p.Claim(off, n, scrub.Identify, place)
	if p.Found(scrub.Finding{Kind: kind, Place: place, Off: off, Len: n, Value: string(b)}) {
		p.Fill(scrub.Destroy, off, n, ' ')
	}
	return nil
}

// word returns the next word of a header, of at most 64 bytes.
func (w *wordReader) word() string {
	var b []byte
	for w.r.err == nil && len(b) < 64 {
		switch w.c = w.r.next(); {
		case w.c == '#':
			if w.comment(); len(b) > 0 {
				return string(b)
			}
		case w.c == ' ' || w.c >= '\t' && w.c <= '\r':
			if len(b) > 0 {
				return string(b)
			}
		default:
			b = append(b, w.c)
		}
	}
	return string(b)
}

func (p *picture) pnmHeader(off int64) (m netpbm, err error) {
	w := &wordReader{picture: p, r: &reader{picture: p, at: off, end: min(p.Size(), off+1<<20)}, due: off}
	number := func() int64 {
		n, err := strconv.ParseUint(w.word(), 10, 24)
		if err != nil && w.r.err == nil {
			w.r.err = p.Errorf(w.r.at, "no number in the header")
		}
		return int64(n)
	}
	m.kind = w.word()[1:][0]
	m.depth, m.most = 1, 1
	switch m.kind {
	case '7':
		for w.r.err == nil {
			switch name := w.word(); name {
			case "WIDTH":
				m.width = number()
			case "HEIGHT":
				m.height = number()
			case "DEPTH":
				m.depth = number()
			case "MAXVAL":
				m.most = number()
			case "TUPLTYPE":
				if t := w.word(); w.r.err == nil && !strings.Contains(" BLACKANDWHITE GRAYSCALE RGB BLACKANDWHITE_ALPHA GRAYSCALE_ALPHA RGB_ALPHA CMYK CMYK_ALPHA ", " "+t+" ") {
					p.Doubt("the header names a kind of pixels that nobody knows")
				}
			case "ENDHDR":
				goto done
			default:
				if w.r.err == nil {
					w.r.err = p.Errorf(w.r.at, "a line %q in the header", name)
				}
			}
		}
	case 'F', 'f':
		m.width, m.height = number(), number()
		if scale, err := strconv.ParseFloat(w.word(), 32); err != nil || scale == 0 {
			w.r.err = p.Errorf(w.r.at, "no scale in the header")
		}
	default:
		if m.width, m.height = number(), number(); m.kind != '1' && m.kind != '4' {
			m.most = number()
		}
	}
done:
	if m.kind == '3' || m.kind == '6' || m.kind == 'F' {
		m.depth = 3
	}
	if m.off = w.r.at; w.r.err == nil && (m.width < 1 || m.height < 1 || m.depth < 1 || m.depth > 16 || m.most < 1 || m.most > 65535) {
		w.r.err = p.Errorf(off, "a picture of %d by %d", m.width, m.height)
	}
	p.Claim(w.due, m.off-w.due, scrub.Structure, "header")
	return m, w.r.err
}

// pnmPixels claims the pixels and returns where they end.
func (p *picture) pnmPixels(m netpbm) (int64, error) {
	if size := m.row() * m.height; m.kind > '3' {
		if size > p.Left(m.off) {
			return 0, p.Errorf(m.off, "pixels of %d bytes, %d are left", size, p.Left(m.off))
		}
		p.Claim(m.off, size, scrub.Payload, "pixels")
		return m.off + size, nil
	}
	w := &wordReader{picture: p, r: &reader{picture: p, at: m.off, end: p.Size()}, due: m.off}
	flush := func() {
		p.Claim(w.due, w.r.at-w.due, scrub.Payload, "pixels")
		w.due = w.r.at
	}
	for left, open := m.width*m.height*m.depth, false; left > 0 || open; {
		switch c := w.r.next(); {
		case w.r.err != nil:
			return 0, w.r.err
		case c >= '0' && c <= '9':
			if m.kind == '1' {
				left--
			} else if !open {
				left, open = left-1, true
			}
		case c == '#':
			flush()
			w.comment()
			open = false
		case c == ' ' || c >= '\t' && c <= '\r':
			open = false
		default:
			return 0, p.Errorf(w.r.at-1, "pixels hold what is no number")
		}
	}
	flush()
	return w.r.at, w.r.err
}
