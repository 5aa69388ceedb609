package jxl

import (
	"encoding/binary"
	"slices"

	"untag/scrub"
	"untag/scrub/icc"
)

// maxProfile is the largest profile that is looked into.
const maxProfile = 4 << 20

// profile reads the colour profile that is next in the codestream in the ranges x (18181-1,
// annex E), and tells what it gives away: all of it stays. Known is false if it can't be read.
func profile(s *scrub.Scan, b *bits, x scrub.Extents) (known bool, err error) {
	start := b.at / 8
	data, ok := b.profile()
	if !ok {
		return false, nil
	}
	if icc.Shared(data) {
		return true, nil
	}
	_, found, err := icc.Clean(data, s.Policy())
	if scrub.Refusal(err) {
		s.Doubt("the colour profile stays as it is: %v", err)
		return true, nil
	}
	if err != nil {
		return true, err
	}
	at := x.Slice(int64(start), int64((b.at+7)/8-start))[0]
	told := false
	for _, f := range found {
		told = told || s.Goes(scrub.Identify, f.Kind)
		f.Place, f.Off, f.Len = "profile/"+f.Place, at.Off, at.Len
		s.Stuck(f)
	}
	if told {
		s.Doubt("the colour profile of the coded picture tells something, and can't be changed")
	}
	return true, nil
}

// profile decodes a profile. It is followed by zeros up to a byte.
func (b *bits) profile() ([]byte, bool) {
	const contexts = 41
	n := b.wide()
	if n > maxProfile || !b.sound() {
		return nil, false
	}
	coded, ok := b.entropy(contexts, true).decode(int(n), kind)
	if !ok || b.take(-b.at&7) != 0 || !b.sound() {
		return nil, false
	}
	return restore(coded)
}

// kind is the context of a byte: what the two before it are (E.4.1).
func kind(before []byte) int {
	const head = 128
	n := len(before)
	if n <= head {
		return 0
	}
	last, other := before[n-1], before[n-2]
	return 1 + classOf(last, []byte{0, 1, 2, 3, 4, 7, 5, 6}) + 8*classOf(other, []byte{0, 1, 2, 2, 2, 4, 3, 3})
}

// classOf is that of eight classes of bytes.
func classOf(v byte, classes []byte) int {
	letter := v|0x20 >= 'a' && v|0x20 <= 'z'
	digit := v >= '0' && v <= '9' || v == '.' || v == ','
	for i, in := range []bool{letter, digit, v == 0, v == 1, v < 16, v <= 240, v < 255} {
		if in {
			return int(classes[i])
		}
	}
	return int(classes[7])
}

// list is bytes that are taken from the front.
type list struct {
	left []byte
	bad  bool
}

func (l *list) take(n int64) (b []byte) {
	if n > int64(len(l.left)) {
		l.bad = true
		return nil
	}
	b, l.left = l.left[:n], l.left[n:]
	return b
}

func (l *list) byte() byte {
	if b := l.take(1); b != nil {
		return b[0]
	}
	return 0
}

// number is of 32 bits, seven in a byte.
func (l *list) number() (v int64) {
	for shift := 0; shift < 35; shift += 7 {
		b := l.byte()
		if v |= int64(b&0x7f) << shift; b < 0x80 {
			l.bad = l.bad || v > 1<<32-1
			return v
		}
	}
	l.bad = true
	return 0
}

// restoring makes a profile of commands and data.
type restoring struct {
	out            []byte
	commands, data list
}

// restore makes the profile that was coded (E.4.2). No command and no byte is left over.
func restore(coded []byte) ([]byte, bool) {
	in := list{left: coded}
	size := in.number()
	r := &restoring{commands: list{left: in.take(in.number())}, data: list{left: in.left}}
	if in.bad || size > maxProfile {
		return nil, false
	}
	r.head(size)
	if size > int64(len(r.out)) {
		r.tags()
		for r.sound(size) && len(r.commands.left) > 0 {
			r.command()
		}
	}
	ok := r.sound(size) && int64(len(r.out)) == size && len(r.commands.left)+len(r.data.left) == 0
	return r.out, ok
}

func (r *restoring) sound(size int64) bool {
	return !r.commands.bad && !r.data.bad && int64(len(r.out)) <= size
}

// head restores the header, of which most is as it always is (E.4.3).
func (r *restoring) head(size int64) {
	const length = 128
	usual := make([]byte, length)
	binary.BigEndian.PutUint32(usual, uint32(size))
	copy(usual[8:], "\x04\x00\x00\x00mntrRGB XYZ ")
	copy(usual[36:], "acsp")
	copy(usual[70:], "\xf6\xd6\x00\x01\x00\x00\x00\x00\xd3\x2d")
	for i, v := range r.data.take(min(size, length)) {
		switch {
		case i == 8:
			copy(usual[80:84], r.out[4:])
		case i == 41 && r.out[40] == 'A':
			copy(usual[41:], "PPL")
		case i == 41 && r.out[40] == 'M':
			copy(usual[41:], "SFT")
		case i == 42 && string(r.out[40:42]) == "SG":
			copy(usual[42:], "I ")
		case i == 42 && string(r.out[40:42]) == "SU":
			copy(usual[42:], "NW")
		}
		r.out = append(r.out, v+usual[i])
	}
}

func (r *restoring) put(words ...int64) {
	for _, v := range words {
		r.commands.bad = r.commands.bad || v > 1<<32-1
		r.out = binary.BigEndian.AppendUint32(r.out, uint32(v))
	}
}

func (r *restoring) name(s string, words ...int64) {
	r.out = append(r.out, s...)
	r.put(words...)
}

var usualTags = []string{
	"", "", "rTRC", "rXYZ", "cprt", "wtpt", "bkpt", "rXYZ", "gXYZ", "bXYZ", "kXYZ", "rTRC", "gTRC", "bTRC",
	"kTRC", "chad", "desc", "chrm", "dmnd", "dmdd", "lumi",
}

// tags restores the list of tags (E.4.4).
func (r *restoring) tags() {
	const named, curves, points, head, entry = 1, 2, 3, 128, 12
	n := r.commands.number()
	if n == 0 {
		return
	}
	r.put(n - 1)
	off, size := head+entry*(n-1), int64(0)
	for len(r.commands.left) > 0 && !r.commands.bad && len(r.out) <= maxProfile {
		c := r.commands.byte()
		code := int(c & 63)
		if code == 0 {
			return
		}
		if code >= len(usualTags) {
			r.commands.bad = true
			return
		}
		name := usualTags[code]
		if code == named {
			name = string(r.data.take(4))
		}
		off += size
		if c&64 != 0 {
			off = r.commands.number()
		}
		if slices.Contains([]string{"rXYZ", "gXYZ", "bXYZ", "kXYZ", "wtpt", "bkpt", "lumi"}, name) {
			size = 20
		}
		if c&128 != 0 {
			size = r.commands.number()
		}
		r.name(name, off, size)
		switch code {
		case curves:
			r.name("gTRC", off, size)
			r.name("bTRC", off, size)
		case points:
			r.name("gXYZ", off+size, size)
			r.name("bXYZ", off+2*size, size)
		}
	}
}

var usualTypes = []string{"XYZ ", "desc", "text", "mluc", "para", "curv", "sf32", "gbd "}

// command restores some of what the tags hold (E.4.5).
func (r *restoring) command() {
	const insert, pairs, fours, predict, point, types = 1, 2, 3, 4, 10, 16
	switch c := int(r.commands.byte()); {
	case c == insert:
		r.out = append(r.out, r.data.take(r.commands.number())...)
	case c == pairs, c == fours:
		r.out = append(r.out, shuffled(r.data.take(r.commands.number()), 2*c-2)...)
	case c == predict:
		r.predict()
	case c == point:
		r.name("XYZ ", 0)
		r.out = append(r.out, r.data.take(12)...)
	case c >= types && c-types < len(usualTypes):
		r.name(usualTypes[c-types], 0)
	default:
		r.commands.bad = true
	}
}

// shuffled puts the first bytes of all numbers, the second ones and so on, together.
func shuffled(b []byte, width int) []byte {
	out := make([]byte, len(b))
	rows := (len(b) + width - 1) / width
	at, start := 0, 0
	for i := range out {
		out[i] = b[at]
		if at += rows; at >= len(b) {
			start++
			at = start
		}
	}
	return out
}

// predict restores numbers of which the differences from what those before make likely are coded.
func (r *restoring) predict() {
	flags := r.commands.byte()
	width, order := int(flags&3)+1, flags>>2&3
	stride := int64(width)
	if flags&16 != 0 {
		stride = r.commands.number()
	}
	if width == 3 || order == 3 || flags > 31 || stride < int64(width) || 4*stride >= int64(len(r.out)) {
		r.commands.bad = true
		return
	}
	deltas := shuffled(r.data.take(r.commands.number()), width)
	start := len(r.out)
	for i, d := range deltas {
		at := start + i&^(width-1)
		before := func(k int) (v uint32) {
			for _, b := range r.out[at-k*int(stride):][:width] {
				v = v<<8 | uint32(b)
			}
			return v
		}
		v := before(1)
		switch order {
		case 1:
			v = 2*v - before(2)
		case 2:
			v = 3*v - 3*before(2) + before(3)
		}
		r.out = append(r.out, d+byte(v>>(8*(width-1-i&(width-1)))))
	}
}
