package meta

import (
	"strings"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/pattern"
)

// item is what ilst holds for one key.
type item struct {
	verdict
	data  []box.Box // the data boxes
	typ   uint32    // type of the first value: 1 UTF-8, 13 JPEG, 14 PNG, 21 integer
	value []byte    // the start of the first value
	mean  string    // of a free-form item
	name  string
	extra bool // it holds something else, too
	flags bool // where there are none
}

// readItem reads the boxes of an item: data, and mean and name of a free-form one.
func (w *Tags) readItem(b box.Box) (it item, err error) {
	rest, err := w.Children(b.Body(), b.End(), func(c box.Box) error {
		switch {
		case c.Type == "data" && c.Size() >= 8 && len(it.data) < 64:
			it.data = append(it.data, c)
			if len(it.data) > 1 {
				return nil
			}
			h, err := w.Bytes(c.Body(), int(min(c.Size(), 8+64<<10)))
			if err == nil {
				it.typ, it.value = box.Uint32(h), h[8:]
			}
			return err
		case (c.Type == "mean" || c.Type == "name") && b.Type == "----" && c.Size() >= 4:
			text := w.Get(c.Body(), int(min(c.Size(), 4+scrub.MaxValue)))
			field := &it.mean
			if c.Type == "name" {
				field = &it.name
			}
			it.extra = it.extra || *field != ""
			it.flags = it.flags || box.Uint32(text) != 0
			*field = string(text[4:])
			return nil
		case c.Type == "name" && b.Type == "covr":
			return nil // see pictures
		case c.Type == "free":
			empty := w.Zeros(c.Body(), c.Size())
			it.extra = it.extra || !empty
			return nil
		}
		it.extra = true
		return nil
	})
	it.extra = it.extra || rest != b.End()
	return it, err
}

// text returns the decoded value for people.
func (it item) text() string {
	switch it.typ {
	case 1, 0, 2:
		return box.Printable(append([]byte{0}, it.value[:min(len(it.value), scrub.MaxValue)]...)[1:])
	}
	return ""
}

// unfit returns why an item that may stay can't: what its words give away, or
// [scrub.Unknown] where it is not what it is said to be, words of a bounded length
// or a small number.
func (it item) unfit(w *Tags) scrub.Kind {
	if it.extra || it.flags || len(it.data) == 0 {
		return scrub.Unknown
	}
	for _, d := range it.data {
		n := d.Size() - 8
		if n > int64(maxWords(it.kind)) || it.role == scrub.Render && len(it.data) > 1 {
			return scrub.Unknown
		}
		h, err := w.Bytes(d.Body(), int(8+n))
		if err != nil {
			return scrub.Unknown
		}
		if tells := w.value(it, box.Uint32(h), box.Uint32(h[4:]), h[8:]); tells != "" {
			return tells
		}
	}
	return ""
}

// gapless tells whether an item is what players cut a song by, with no more in it
// that is not so than one damaged number makes.
func (it item) gapless() bool {
	const most, damage = 256, 4
	v := strings.TrimRight(string(it.value), " \x00")
	if len(v)%9 == 43%9 { // some writers leave out the space before the first
		v = " " + v
	}
	strange := 0
	for i, c := range []byte(v) {
		if isHex := strings.IndexByte("0123456789abcdefABCDEF", c) >= 0; c != ' ' && !isHex || isHex == betweenNumbers(i) {
			strange++
		}
	}
	return like(it.mean, "com.apple.iTunes") && like(it.name, "iTunSMPB") && !it.extra && len(it.data) == 1 && len(it.value) <= most && strange <= damage
}

// like tells whether a name is the one that is meant, but for one bit.
func like(name, meant string) bool { return name == meant || scrub.Near(name, meant) }

// betweenNumbers tells whether a space is due at i of gapless data: three numbers of
// 8 digits, the count of samples in 16, and more numbers of 8.
func betweenNumbers(i int) bool { return i <= 27 && i%9 == 0 || i >= 44 && (i-44)%9 == 0 }

// value judges one value: a number, or words where words are due.
func (w *Tags) value(it item, typ, locale uint32, value []byte) scrub.Kind {
	const number = 8
	switch {
	case it.role == scrub.Render && (locale != 0 || (len(value) > number || typ > 0 && typ <= 5) && it.name == "" && !frameRate().Match(value)):
		return scrub.Unknown
	case it.role != scrub.Render && (typ >= 1 && typ <= 5 || len(value) > number):
		return w.told(it.kind, value)
	}
	return ""
}

// frameRate is how a number is written as text.
var frameRate = pattern.New(`^[0-9]{1,4}(\.[0-9]{0,6})?$`)

// items claims ilst. gone is set for each key whose item does not stay.
func (w *Tags) items(m *metadata, b box.Box, place string, gone []bool) (stays bool, err error) {
	for i := range gone {
		gone[i] = true
	}
	w.Claim(b.Off, b.Head, scrub.Structure, place)
	rest, err := w.Children(b.Body(), b.End(), func(c box.Box) error {
		if c.Type == "free" || c.Type == "skip" {
			return w.Filler(c, place+"/free")
		}
		stay, err := w.item(m, c, place)
		if i := int(box.Uint32([]byte(c.Type))) - 1; stay && m.handler == "mdta" && i >= 0 && i < len(gone) {
			gone[i] = false
		}
		stays = stays || stay
		return err
	})
	if err != nil {
		return false, err
	}
	return stays, w.RestOfTags(rest, b.End(), place)
}

// item claims one item of ilst.
func (w *Tags) item(m *metadata, b box.Box, place string) (stays bool, err error) {
	it, err := w.readItem(b)
	if box.Damaged(err) {
		return !w.Drop(b, scrub.Unknown, place+"/"+b.Name(), ""), nil
	}
	if err != nil {
		return false, err
	}
	name, ok := m.itemName(b, it)
	place += "/" + name
	switch {
	case !ok:
		return !w.Drop(b, scrub.Unknown, place, ""), nil
	case m.handler == "mdta":
		it.verdict = keyVerdict(name)
	default:
		it.verdict = itemVerdict(b.Type, it)
	}
	if it.kind == scrub.Cover && !it.extra && !w.Goes(it.role, it.kind) {
		return w.pictures(b, it, place)
	}
	tells := scrub.Kind("")
	if it.role != 0 {
		tells = it.unfit(w)
	}
	switch {
	case (it.role == 0 || tells != "") && it.gapless():
		w.Claim(b.Off, b.Len, scrub.Identify, place)
		w.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: place, Off: b.Off, Len: b.Len, Value: it.text()})
		w.Doubt("%s is damaged", place)
		return true, nil
	case tells != "" && b.Type == "\xa9day" && !w.recorder: // the day goes and the year stays
	case tells != "":
		return !w.dropWords(b, tells, place, it.text()), nil
	case name == "com.apple.quicktime.year" && !isYear(it.value):
		it.verdict = verdict{0, scrub.Time}
	}
	return w.judgeItem(b, it, place)
}

// itemName is what an item is called: by its key, or by its type, to which a
// free-form item adds a name of its own. ok is false if there is no such key.
func (m *metadata) itemName(b box.Box, it item) (name string, ok bool) {
	switch {
	case m.handler == "mdta":
		i := int(box.Uint32([]byte(b.Type))) - 1
		if i < 0 || i >= len(m.keys) {
			return b.Name(), false
		}
		return m.keys[i].name, true
	case b.Type == "----":
		return b.Name() + "/" + it.name, true
	}
	return b.Name(), true
}

// judgeItem claims an item whose verdict is known.
func (w *Tags) judgeItem(b box.Box, it item, place string) (stays bool, err error) {
	if it.role == 0 {
		return !w.Drop(b, it.kind, place, it.text()), nil
	}
	goes := w.Found(scrub.Finding{Kind: it.kind, Role: it.role, Place: place, Off: b.Off, Len: b.Len, Value: it.text()})
	if goes {
		w.Claim(b.Off, b.Len, scrub.Identify, place)
		w.Retire(b, scrub.Unlink, scrub.Destroy)
		return false, nil
	}
	if b.Type == "\xa9day" && len(it.value) > 4 {
		return w.year(b, it, place)
	}
	w.Claim(b.Off, b.Len, it.role, place)
	w.locales(it, place)
	return true, nil
}

// locales clears the country and language of values that stay: where the
// device was bought is no part of a title.
func (w *Tags) locales(it item, place string) {
	for _, d := range it.data {
		off := d.Body() + 4
		if !w.Zeros(off, 4) && it.role != scrub.Render {
			w.Rewrite(off, make([]byte, 4), scrub.Place, place+"/locale")
		}
	}
}

// year keeps the first four bytes of a date of release and makes the rest of the
// item a free box beside it, or spaces where it is too short for one: readers
// take no other box inside of an item.
func (w *Tags) year(b box.Box, it item, place string) (stays bool, err error) {
	d := it.data[0]
	keepEnd := d.Body() + 8 + 4
	left := b.End() - keepEnd
	if len(it.data) != 1 || d.Head != 8 || b.Head != 8 || d.End() != b.End() || !isYear(it.value[:4]) {
		return !w.Drop(b, scrub.Time, place, ""), nil
	}
	w.locales(it, place)
	if blank, err := w.Constant(keepEnd, left, ' '); err != nil || blank {
		w.Claim(b.Off, b.Len, scrub.Describe, place)
		return true, err
	}
	w.Found(scrub.Finding{Kind: scrub.Time, Place: place, Off: keepEnd, Len: left, Value: string(it.value[4:min(len(it.value), 32)])})
	if !w.Goes(scrub.Identify, scrub.Time) {
		w.Claim(b.Off, b.Len, scrub.Describe, place)
		return true, nil
	}
	w.Claim(b.Off, d.Off+4-b.Off, scrub.Structure, place)
	w.Claim(d.Off+4, keepEnd-d.Off-4, scrub.Describe, place)
	w.Claim(keepEnd, left, scrub.Identify, place)
	if left < 8 {
		w.Fill(scrub.Destroy, keepEnd, left, ' ')
		return true, nil
	}
	w.Put(scrub.Unlink, keepEnd, append(box.Bytes32(uint32(left)), box.FreeType...))
	w.Fill(scrub.Destroy, keepEnd+8, left-8, 0)
	w.Put(scrub.Destroy, d.Off, box.Bytes32(uint32(d.Len-left)))
	w.Put(scrub.Repair, b.Off, box.Bytes32(uint32(b.Len-left)))
	return true, nil
}

// pictures has the pictures of covr cleaned as media of their own. One that can't
// be cleaned goes.
func (w *Tags) pictures(b box.Box, it item, place string) (stays bool, err error) {
	mark := w.Point()
	w.Claim(b.Off, b.Head, scrub.Structure, place)
	rest, err := box.Each(w.Scan, b.Body(), b.End(), func(c box.Box) error {
		w.Claim(c.Off, c.Head, scrub.Structure, place)
		switch c.Type {
		case "data":
			return w.coverPicture(c, place)
		case "name": // of the file that it was; readers of covr know no other box
			return w.Zero(c.Body(), c.Size(), scrub.Comment, place+"/name", "")
		}
		return w.Blank(c.Body(), c.Size(), 0, scrub.Hidden, place)
	})
	if err == nil {
		err = w.RestOfTags(rest, b.End(), place)
	}
	if scrub.Refusal(err) {
		w.Reset(mark)
		return !w.Drop(b, scrub.Unknown, place, "a picture that can't be read"), nil
	}
	if err != nil {
		return false, err
	}
	w.Found(scrub.Finding{Kind: scrub.Cover, Role: scrub.Describe, Place: place, Off: b.Off, Len: b.Len})
	return len(it.data) > 0, nil
}

// coverPicture claims one value of covr.
func (w *Tags) coverPicture(d box.Box, place string) error {
	w.Claim(d.Body(), 8, scrub.Structure, place)
	if w.locales(item{data: []box.Box{d}}, place); d.Size() == 8 {
		return nil
	}
	return w.MediumOf(scrub.Describe, scrub.Extents{{Off: d.Body() + 8, Len: d.Size() - 8}}, place)
}
