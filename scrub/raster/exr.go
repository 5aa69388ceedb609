package raster

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"strings"

	"untag/scrub"
	"untag/scrub/sniff"
	"untag/scrub/tags"
	"untag/scrub/words"
)

var exrSniff = sniff.Like("\x76\x2f\x31\x01\x02?\x00\x00")

// Flags in the version of OpenEXR files.
const exrTiled, exrLong, exrDeep, exrParts = 0x200, 0x400, 0x800, 0x1000

const exrHead, mostAttributes = 8, 1 << 12

// mostFiller is the longest text that FFmpeg 5.1 steps over whole.
const mostFiller = 8 << 10

// attribute is one line of a header: name, type, length, value.
type attribute struct {
	off, value, n int64
	name, kind    string
	alone         bool // the picture has one part, which needs no name
}

func (a attribute) end() int64 { return a.value + a.n }

// exr: a version, the attributes of one part or of more, a table of where the pieces of the
// pixels are, and those (OpenEXR: file layout).
func exr(p *picture) error {
	b, err := p.Bytes(0, int(min(exrHead, p.Size())))
	if err != nil {
		return err
	}
	if len(b) < exrHead {
		return p.Errorf(0, "no header of OpenEXR")
	}
	version := le32(b, 4)
	if version&^(0xff|exrTiled|exrLong|exrDeep|exrParts) != 0 {
		return p.Errorf(4, "version 0x%x", version)
	}
	p.Claim(0, exrHead, scrub.Structure, "version")
	off, all := int64(exrHead), []attribute(nil)
	for parts := 0; ; parts++ {
		before := len(all)
		if off, err = p.attributes(off, &all); err != nil {
			return err
		}
		p.Claim(off-1, 1, scrub.Structure, "header")
		if version&exrParts == 0 || len(all) == before {
			break
		}
	}
	for _, a := range all {
		a.alone = version&exrParts == 0
		if err := p.attribute(a, all); err != nil {
			return err
		}
	}
	p.use(0, off)
	if p.Careful {
		return p.leave(0)
	}
	return p.exrPieces(off, version)
}

// attributes reads those of a part up to the byte that ends them.
func (p *picture) attributes(off int64, all *[]attribute) (int64, error) {
	word := func() (string, error) {
		b, err := p.Bytes(off, int(min(256, p.Left(off))))
		n := bytes.IndexByte(b, 0)
		if err == nil && n < 0 {
			err = p.Errorf(off, "a name without an end")
		}
		off += int64(n) + 1
		return string(b[:max(n, 0)]), err
	}
	for {
		a := attribute{off: off}
		var err error
		if a.name, err = word(); err != nil || a.name == "" {
			return off, err
		}
		if a.kind, err = word(); err != nil {
			return off, err
		}
		b, err := p.Bytes(off, int(min(4, p.Left(off))))
		if err != nil {
			return off, err
		}
		if len(b) < 4 || le32(b, 0) > p.Left(off+4) || a.kind == "" || len(*all) == mostAttributes {
			return off, p.Errorf(off, "attribute %q is cut short", a.name)
		}
		a.value, a.n = off+4, le32(b, 0)
		off = a.end()
		*all = append(*all, a)
	}
}

// attribute claims one; what goes becomes a text of zeros with a name of one letter, by a write
// that can't be torn, or keeps its name.
func (p *picture) attribute(a attribute, all []attribute) error {
	zero := p.Zeros(a.value, a.n)
	t := rules()["exr"][a.name]
	if a.alone && (t.ID == "name" || t.ID == "view") {
		t.Role, t.Kind = 0, scrub.Caption
	}
	head, place := a.value-a.off, "header/"+cmp.Or(t.ID, "attribute")
	if black, err := p.preview(a, t); black || err != nil {
		return err
	}
	sane, err := p.exrSane(a, t)
	switch {
	case err != nil:
		return err
	case len(a.name) == 1 && a.kind == "string" && zero, zero && t.Role == 0 && t.ID != "":
		p.Claim(a.off, head, scrub.Structure, place)
		p.Claim(a.value, a.n, scrub.Filler, place)
		return nil
	case sane:
		p.Claim(a.off, a.end()-a.off, max(t.Role, scrub.Structure), place)
		return nil
	case t.Role != 0:
		p.Doubt("attribute %s has a value that it can't have", t.ID)
		p.Claim(a.off, a.end()-a.off, scrub.Identify, place)
		return nil
	case t.ID == "" && p.Careful:
		p.Claim(a.off, a.end()-a.off, scrub.Identify, place)
		return nil
	case t.ID == "" && nearly(a.name, rules()["exr"]):
		return p.Errorf(a.off, "an attribute whose name may be damaged")
	}
	f := scrub.Finding{Kind: cmp.Or(t.Kind, scrub.Unknown), Place: place, Off: a.off, Len: a.end() - a.off, Value: p.shown(a)}
	p.Claim(a.off, f.Len, scrub.Identify, place)
	if !p.Found(f) {
		return nil
	}
	letter := spare(all, a)
	filler := slices.Concat([]byte(letter+"\x00string\x00"), ul32(f.Len-13))
	if f.Len >= 13 && f.Len < mostFiller && letter != "" && p.Atomic(a.off, int64(len(filler))) {
		p.Put(scrub.Unlink, a.off, filler)
		p.Fill(scrub.Destroy, a.off+13, f.Len-13, 0)
		return nil
	}
	if t.ID == "" {
		p.Doubt("the name of an attribute stays: it can't be replaced in one write")
	}
	p.Fill(scrub.Destroy, a.value, a.n, 0)
	return nil
}

// preview claims a small picture, which stays as large and becomes black: FFmpeg would not step
// over a text as long. It returns false if a is none.
func (p *picture) preview(a attribute, t tags.Tag) (bool, error) {
	const size = 8
	if t.ID != "preview" || a.kind != t.ID || a.n <= size {
		return false, nil
	}
	b := p.Get(a.value, size)
	if le32(b, 0) > 1<<12 || 4*le32(b, 0)*le32(b, 4) != a.n-size {
		return false, nil
	}
	p.Claim(a.off, a.value+size-a.off, scrub.Structure, "header/preview")
	return true, p.Blank(a.value+size, a.n-size, 0, t.Kind, "header/preview")
}

// spare is a letter that names no attribute and, counted, is that of this one.
func spare(all []attribute, a attribute) string {
	const letters = "zyxwvutsrqponmlkjihgfedcbaZYXWVUTSRQPONMLKJIHGFEDCBA"
	i := slices.IndexFunc(all, func(b attribute) bool { return b.off == a.off })
	for _, c := range letters[min(i, len(letters)):] {
		if !slices.ContainsFunc(all, func(b attribute) bool { return b.name == string(c) }) {
			return string(c)
		}
	}
	return ""
}

func (p *picture) shown(a attribute) string {
	b, err := p.Bytes(a.value, int(min(a.n, scrub.MaxValue)))
	if text, ok := words.Legacy(b); err == nil && ok && a.kind == "string" {
		return text
	}
	return ""
}

// exrSane tells whether an attribute stays: its type and length are those that the table has,
// and words in it name no more than a part or a channel.
func (p *picture) exrSane(a attribute, t tags.Tag) (bool, error) {
	kind, most := t.In, t.Most
	if t.Role == 0 || a.kind != kind || most > 0 && a.n > most {
		return false, nil
	}
	b, err := p.Bytes(a.value, int(min(a.n, 16<<10)))
	if err != nil || int64(len(b)) < a.n {
		return false, err
	}
	switch kind {
	case "chlist":
		for len(b) > 1 {
			n := bytes.IndexByte(b, 0)
			if n < 1 || len(b) < n+17 || words.Tells(string(b[:n])) != "" || le32(b, n+1) > 2 || b[n+5] > 1 || !zeros(b[n+6:n+9]) || le32(b, n+9) > 64 || le32(b, n+13) > 64 {
				return false, nil
			}
			b = b[n+17:]
		}
		return len(b) == 1 && b[0] == 0, nil
	case "v2f", "chromaticities", "float":
		limit := 8.0
		if kind == "float" {
			limit = 1 << 16
		}
		for ; len(b) >= 4; b = b[4:] {
			if v := float64(math.Float32frombits(uint32(le32(b, 0)))); !(v <= limit && v >= -limit) {
				return false, nil
			}
		}
	case "int", "box2i", "rational":
		for ; len(b) >= 4; b = b[4:] {
			if v := int32(le32(b, 0)); v > 1<<24 || v < -1<<24 {
				return false, nil
			}
		}
	case "stringvector":
		for len(b) >= 4 && le32(b, 0) <= int64(len(b)-4) {
			n := 4 + le32(b, 0)
			if words.Stay(b[4:n], int(most)) != "" {
				return false, nil
			}
			b = b[n:]
		}
		return len(b) == 0, nil
	case "string":
		if list := exrWords[t.ID]; list != nil {
			return !slices.ContainsFunc(strings.Split(string(b), ","), func(w string) bool { return !slices.Contains(list, w) }), nil
		}
		return words.Stay(b, int(most)) == "", nil
	}
	return true, nil
}

// exrWords are what attributes can say that are no names.
var exrWords = map[string][]string{
	"type":      {"scanlineimage", "tiledimage", "deepscanline", "deeptile"},
	"wrapmodes": {"black", "clamp", "periodic", "mirror"},
}

// exrPieces claims the table of pieces, which ends where the first of them begins, and the
// pieces: each says how long it is.
func (p *picture) exrPieces(table, version int64) error {
	const mostPieces = 1 << 17
	first, at := p.Size(), table
	var starts []int64
	for ; at+8 <= first; at += 8 {
		b, err := p.Bytes(at, int(min(8, p.Left(at))))
		if err != nil {
			return err
		}
		start := le32(b, 0) | le32(b, 4)<<32
		if start <= at || start >= p.Size() || len(starts) == mostPieces {
			return p.Errorf(at, "a piece of pixels at 0x%x", start)
		}
		first = min(first, start)
		starts = append(starts, start)
	}
	if len(starts) == 0 {
		return p.Errorf(table, "no pixels")
	}
	p.Claim(table, at-table, scrub.Structure, "table")
	p.use(table, at-table)
	slices.Sort(starts)
	end := at
	for i, start := range starts {
		if i > 0 && start == starts[i-1] {
			return p.Errorf(start, "a piece that is listed twice")
		}
		n, err := p.exrPiece(start, version)
		if err != nil {
			return err
		}
		if start < end || n > p.Left(start) {
			return p.Errorf(start, "pieces of pixels that meet, or the end is missing")
		}
		if start > end && p.exrUnlisted(end, version, starts[i:]) {
			return p.Errorf(end, "a piece of pixels that is not listed")
		}
		p.Claim(start, n, scrub.Payload, "pixels")
		p.use(start, n)
		end = start + n
	}
	if end < p.Size() && p.exrUnlisted(end, version, nil) {
		return p.Errorf(end, "a piece of pixels that is not listed")
	}
	if err := p.hideBetween(0, end); err != nil {
		return err
	}
	p.Scan.End(scrub.End{Off: end, Proof: scrub.Proven, Least: 8})
	return nil
}

// exrUnlisted tells whether pieces from off on lead to the next one that is listed, or to the end: where
// the table says that one is has lost a bit then.
func (p *picture) exrUnlisted(off, version int64, starts []int64) bool {
	for off < p.Size() {
		n, err := p.exrPiece(off, version)
		if err != nil || n > p.Left(off) || p.Zeros(off, n) {
			return false
		}
		if off += n; len(starts) > 0 && off >= starts[0] {
			return off == starts[0]
		}
	}
	return off == p.Size()
}

// exrPiece is the length of the piece at off.
func (p *picture) exrPiece(off, version int64) (int64, error) {
	head := int64(4) // y, or four numbers of a tile
	if version&exrTiled != 0 {
		head = 16
	}
	if version&exrParts != 0 {
		head += 4
	}
	size := int64(4)
	if version&exrDeep != 0 {
		size = 24
	}
	b, err := p.Bytes(off, int(min(head+size, p.Left(off))))
	if err != nil {
		return 0, err
	}
	if int64(len(b)) < head+size {
		return 0, p.Errorf(off, "a piece of pixels is cut short")
	}
	n := le32(b, int(head))
	if version&exrDeep != 0 {
		if n |= le32(b, int(head)+4) << 32; n < 0 || n > p.Size() {
			return 0, p.Errorf(off, "a piece of pixels of %d bytes", n)
		}
		more := le32(b, int(head)+8) | le32(b, int(head)+12)<<32
		if more < 0 || more > p.Size() {
			return 0, p.Errorf(off, "a piece of pixels of %d bytes", more)
		}
		n += more
	}
	return head + size + n, nil
}
