package bmff

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
func (p *parser) readItem(b box.Box) (it item, err error) {
	rest, err := p.Children(b.Body(), b.End(), func(c box.Box) error {
		switch {
		case c.Type == "data" && c.Size() >= 8 && len(it.data) < 64:
			it.data = append(it.data, c)
			if len(it.data) > 1 {
				return nil
			}
			h, err := p.Bytes(c.Body(), int(min(c.Size(), 8+64<<10)))
			if err == nil {
				it.typ, it.value = box.Uint32(h), h[8:]
			}
			return err
		case (c.Type == "mean" || c.Type == "name") && b.Type == "----" && c.Size() >= 4:
			text, err := p.Bytes(c.Body(), int(min(c.Size(), 4+scrub.MaxValue)))
			if err != nil {
				return err
			}
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
			empty, err := p.Constant(c.Body(), c.Size(), 0)
			it.extra = it.extra || !empty
			return err
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
func (it item) unfit(p *parser) scrub.Kind {
	if it.extra || it.flags || len(it.data) == 0 {
		return scrub.Unknown
	}
	for _, d := range it.data {
		n := d.Size() - 8
		if n > int64(maxWords(it.kind)) || it.role == scrub.Render && len(it.data) > 1 {
			return scrub.Unknown
		}
		h, err := p.Bytes(d.Body(), int(8+n))
		if err != nil {
			return scrub.Unknown
		}
		if tells := p.value(it, box.Uint32(h), box.Uint32(h[4:]), h[8:]); tells != "" {
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
	return it.mean == "com.apple.iTunes" && it.name == "iTunSMPB" && !it.extra && len(it.data) == 1 && len(it.value) <= most && strange <= damage
}

// betweenNumbers tells whether a space is due at i of gapless data: three numbers of
// 8 digits, the count of samples in 16, and more numbers of 8.
func betweenNumbers(i int) bool { return i <= 27 && i%9 == 0 || i >= 44 && (i-44)%9 == 0 }

// value judges one value: a number, or words where words are due.
func (p *parser) value(it item, typ, locale uint32, value []byte) scrub.Kind {
	const number = 8
	switch {
	case it.role == scrub.Render && (locale != 0 || (len(value) > number || typ > 0 && typ <= 5) && it.name == "" && !frameRate().Match(value)):
		return scrub.Unknown
	case it.role != scrub.Render && (typ >= 1 && typ <= 5 || len(value) > number):
		return p.told(it.kind, value)
	}
	return ""
}

// frameRate is how a number is written as text.
var frameRate = pattern.New(`^[0-9]{1,4}(\.[0-9]{0,6})?$`)
