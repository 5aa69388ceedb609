package raw

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"untag/scrub"
	"untag/scrub/marks"
	"untag/scrub/tags"
)

// ciff plans a CRW: heaps of values with a directory at the end of each, to which its last
// four bytes point (CIFF 1.0; ExifTool, CanonRaw.pm; LibRaw, parse_ciff).
func ciff(s *scrub.Scan) error {
	head := le32(s.Get(2, 4))
	c := &heaps{Scan: s, has: map[uint64]bool{}, seen: map[int64]bool{}}
	if head < 14 || head > 64 || head > s.Size() {
		s.Doubt("the header is %d bytes long", head)
		head = min(14, s.Size())
	}
	s.Claim(0, head, scrub.Structure, "header")
	reserved := min(18, head)
	if err := numbers(s, reserved, head-reserved, "header"); err != nil {
		return err
	}
	c.heap(head, s.Size(), 0)
	const pointer = 4
	m, ok, err := marks.Trailer(s, head, s.Size()) // Canon's program repeats the pointer in the end of its recipe
	if err != nil {
		return err
	}
	if at := s.Size() - pointer; ok && m.Proven && m.Off < at {
		c.parts = append(c.parts, part{off: m.Off, len: at - m.Off, clean: func(off, n int64) error {
			return c.BlankValue(off, n, 0, scrub.Software, m.Name, m.Value)
		}})
	}
	if !c.has[ciffPicture] {
		s.Doubt("there is no picture")
	}
	s.Unread()
	return inOrder(s, head, s.Size(), 0, c.parts)
}

// Tags of CIFF.
const (
	ciffModel   = 0x080A
	ciffVersion = 0x080B
	ciffPicture = 0x2005
)

// heaps is the work on the heaps of a CRW.
type heaps struct {
	*scrub.Scan
	parts []part
	has   map[uint64]bool // tags that are there
	seen  map[int64]bool  // directories that were read
}

// heap notes the parts of the one in [at, end).
func (c *heaps) heap(at, end int64, depth int) {
	const most, deepest, pointer, entry = 127, 8, 4, 10 // as decoders have it
	if len(c.parts) >= scrub.MaxPieces/4 {
		c.Doubt("there are more values than are followed")
		return
	}
	dir := int64(-1)
	if end-at > pointer {
		dir = at + le32(c.Get(end-pointer, pointer))
	}
	if depth > deepest || dir < at || dir > end-pointer-2 || c.seen[dir] {
		c.Doubt("a heap of %d bytes has no directory", end-at)
		return
	}
	c.seen[dir] = true
	b := c.Get(dir, 2)
	n := int64(b[0]) | int64(b[1])<<8
	if n > most || dir+2+n*entry > end-pointer {
		c.Doubt("a directory of %d entries does not fit its heap", n)
		return
	}
	after := dir + 2 + n*entry
	repeated := after+pointer <= end-pointer && at+le32(c.Get(after, pointer)) == dir // as it was before a recipe followed
	if after != end-pointer && !repeated {
		c.Doubt("a directory of %d entries does not fit its heap", n)
		return
	}
	c.stays(dir, 2, scrub.Structure, "directory")
	c.stays(end-pointer, pointer, scrub.Structure, "directory")
	if repeated {
		c.stays(after, pointer, scrub.Structure, "directory")
	}
	for i := dir + 2; n > 0; i, n = i+entry, n-1 {
		e := c.Get(i, entry)
		tag := uint64(e[0]) | uint64(e[1])<<8
		if tag&0x4000 != 0 { // the value stands in the entry
			c.stays(i, 2, scrub.Structure, "directory")
			c.value(tag&^0x4000, i+2, entry-2)
			continue
		}
		c.stays(i, entry, scrub.Structure, "directory")
		off, size := at+le32(e[6:]), le32(e[2:])
		switch kind := tag >> 8 & 0x38; {
		case off > end || size > end-off:
			c.Doubt("the value of tag 0x%04X lies outside its heap", tag)
		case kind == 0x28 || kind == 0x30:
			c.has[tag] = true
			c.heap(off, off+size, depth+1)
		case size > 0:
			c.value(tag, off, size)
		}
	}
}

func (c *heaps) stays(off, n int64, role scrub.Role, place string) {
	c.parts = append(c.parts, part{off: off, len: n, clean: func(off, n int64) error { c.Claim(off, n, role, place); return nil }})
}

// value notes that of a tag.
func (c *heaps) value(tag uint64, off, n int64) {
	t, ok := lookup("CIFF", tag)
	if !ok {
		t = tags.Tag{ID: fmt.Sprintf("0x%04X", tag), Fate: tags.Go, Kind: scrub.Unknown}
	}
	if c.has[tag] && (t.Role != 0 || t.Fate == tags.Hand) {
		c.Doubt("%s is there twice", t.ID)
	}
	c.has[tag] = true
	c.parts = append(c.parts, part{off: off, len: n, clean: func(off, n int64) error {
		switch {
		case t.Fate == tags.Hand && t.Kind == scrub.Thumbnail:
			return jpeg(c.Scan, off, n, t.ID)
		case t.Fate == tags.Hand:
			return c.text(tag, t, off, n)
		case t.Role == scrub.Payload:
			return picture(c.Scan, off, n, t.ID)
		case t.Role != 0:
			if t.Most > 0 && n > t.Most {
				c.Doubt("%s is longer than it should be", t.ID)
			}
			c.Claim(off, n, t.Role, t.ID)
			return numbers(c.Scan, off, n, t.ID)
		}
		return c.gone(tag, t, off, n)
	}})
}

// Tags of heaps, of the picture, the camera, the shot and what is told of them; and those any one
// of which has the white balance.
var (
	ciffHeaps    = []uint64{0x2804, 0x2807, 0x3002, 0x3003, 0x3004, 0x300A, 0x300B, 0x300C}
	ciffBalances = []uint64{0x0032, 0x102C, 0x1030, 0x10A9}
)

// missing tells whether decoders need a tag that is not there.
func (c *heaps) missing(tag uint64) bool {
	t, _ := lookup("CIFF", tag)
	switch {
	case c.has[tag]:
		return false
	case slices.Contains(ciffBalances, tag):
		return !slices.ContainsFunc(ciffBalances, func(tag uint64) bool { return c.has[tag] })
	}
	return t.Role > scrub.Structure || t.Fate == tags.Hand && t.Kind == scrub.Device || slices.Contains(ciffHeaps, tag)
}

// damaged tells whether the number of a tag may be that of one that is missing, but for one bit.
func (c *heaps) damaged(tag uint64) bool {
	for bit := range 16 {
		if c.missing(tag ^ 1<<bit) {
			return true
		}
	}
	return false
}

// isHeap tells whether n bytes at off end with a directory.
func (c *heaps) isHeap(off, n int64) bool {
	const pointer, entry, most = 4, 10, 127
	if n < 2+entry+pointer {
		return false
	}
	dir := le32(c.Get(off+n-pointer, pointer))
	if dir > n-pointer-2-entry {
		return false
	}
	b := c.Get(off+dir, 2)
	count := int64(b[0]) | int64(b[1])<<8
	return count > 0 && count <= most && dir+2+count*entry <= n-pointer
}

// gone has a value go, unless it may be one that decoders need under a damaged number.
func (c *heaps) gone(tag uint64, t tags.Tag, off, n int64) error {
	const most = 4 << 10
	if n > most || c.damaged(tag) || c.isHeap(off, n) {
		c.Claim(off, n, scrub.Structure, t.ID)
		c.Doubt("%s of %d bytes stays: it may be another one", t.ID, n)
		return nil
	}
	if b := c.Get(off, 2); n > 2 && int64(b[0])|int64(b[1])<<8 == n { // the length, which readers ask for
		c.Claim(off, 2, scrub.Structure, t.ID)
		off, n = off+2, n-2
	}
	value := ""
	if tag>>8&0x38 == 0x08 {
		value = strings.TrimRight(string(c.Get(off, int(n))), "\x00")
	}
	return c.BlankValue(off, n, 0, t.Kind, t.ID, value)
}

// What decoders know a camera by: names of maker and model, and the version of the firmware.
var (
	ciffName = regexp.MustCompile(`^Canon(\x00Canon( (EOS|PowerShot)[\w -]{1,26})?)?$`)
	firmware = regexp.MustCompile(`^(Firmware Version )?\d{1,2}(\.\d{1,2}){1,3}$`)
)

// text keeps a name or a version. One that is none stays too, since it may be damaged.
func (c *heaps) text(tag uint64, t tags.Tag, off, n int64) error {
	const most = 64
	text := string(c.Get(off, int(min(n, most))))
	end := int64(len(strings.TrimRight(text, "\x00")))
	if names := strings.SplitN(text, "\x00", 4); tag == ciffModel && len(names) > 2 { // bytes may follow that are left from before
		if whole := strings.Join(names[:2], "\x00") + " " + names[2]; names[2] == "" || !ciffName.MatchString(whole) { // a blank that lost its bit
			end = int64(len(names[0]) + 1 + len(names[1]))
		}
	}
	form := firmware
	if tag == ciffModel {
		form = ciffName
	}
	value := strings.TrimRight(text[:end], "\x00")
	if n > most || !form.MatchString(value) {
		c.Claim(off, n, scrub.Structure, t.ID)
		c.Doubt("%s stays: decoders may need it, and it is not what it should be", t.ID)
		return nil
	}
	c.Claim(off, end, scrub.Structure, t.ID)
	c.Stuck(scrub.Finding{Kind: t.Kind, Role: scrub.Render, Place: t.ID, Off: off, Len: end, Value: strings.ReplaceAll(value, "\x00", " ")})
	return c.Blank(off+end, n-end, 0, scrub.Hidden, t.ID)
}
