package mxf

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"math/bits"
	"strings"
	"unicode/utf16"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/tags"
	"untag/scrub/words"
)

// readPrimer claims the list of what tags stand for (ST 377-1, 9.2).
func (f *film) readPrimer(p chunk.Part) error {
	const head, row = 8, 18
	f.Claim(p.Off, p.Head, scrub.Structure, "primer")
	if p.Size < head || p.Size > scrub.MaxPiece {
		f.Distrust("the primer has a wrong length")
		f.Claim(p.Body(), p.Size, scrub.Structure, "primer")
		return nil
	}
	b, err := f.Bytes(p.Body(), int(p.Size))
	if err != nil {
		return err
	}
	f.labels = map[uint16]string{}
	for b = b[head:]; len(b) >= row; b = b[row:] {
		f.labels[binary.BigEndian.Uint16(b)] = string(b[2:row])
	}
	if err := f.Record(p.Body(), head, chunk.Layout{chunk.UpTo(4, 1<<16), chunk.One(4, row)}, "primer"); err != nil {
		return err
	}
	return f.Rows(p.Body()+head, p.Size-head, chunk.Layout{chunk.Any(2), label, half}, "primer")
}

// item is one of a set: a tag, a length, a value.
type item struct {
	tag    uint16
	off, n int64 // of the value
	rule   tags.Tag
	known  bool
	place  string
}

const itemHead = 4

// set claims a set: its items become zeros where they go.
func (f *film) set(p chunk.Part) error {
	key := f.Get(p.Off, keyLen)
	name := "set " + strings.ToUpper(hex.EncodeToString(key[8:]))
	if t, ok := rules()["set"][strings.ToUpper(hex.EncodeToString(key[14:15]))]; ok && string(key[8:14]) == "\x0d\x01\x01\x01\x01\x01" {
		name = t.Meaning
	}
	if p.ID == "index" {
		name = "index"
	}
	if binary.BigEndian.Uint64(key[8:]) > maxHalf {
		f.Distrust("a set has a key that none can have")
	}
	f.Claim(p.Off, p.Head, scrub.Structure, name)
	off := p.Body()
	for p.Tail()-off >= itemHead {
		b := f.Get(off, itemHead)
		x := item{tag: binary.BigEndian.Uint16(b), off: off + itemHead, n: int64(binary.BigEndian.Uint16(b[2:]))}
		if x.n > p.Tail()-x.off {
			break
		}
		f.Claim(off, itemHead, scrub.Structure, name)
		f.rule(&x, name)
		if err := f.item(x); err != nil {
			return err
		}
		off = x.off + x.n
	}
	if off != p.Tail() {
		f.Distrust("items do not fill the %s", name)
		f.Claim(off, p.Tail()-off, scrub.Identify, name)
	}
	return nil
}

// rule finds what is known of an item: by its tag if that is one for all files, or by
// the label that the primer gives it, the longest start of which counts.
func (f *film) rule(x *item, name string) {
	id := strings.ToUpper(hex.EncodeToString(binary.BigEndian.AppendUint16(nil, x.tag)))
	x.place = name + "/" + id
	ul, listed := f.labels[x.tag]
	if x.rule, x.known = rules()["tag"][id]; !x.known && listed && strings.HasPrefix(ul, smpte) {
		long := strings.ToUpper(hex.EncodeToString([]byte(ul[8:])))
		for n := len(long); n > 0 && !x.known; n -= 2 {
			x.rule, x.known = rules()["label"][long[:n]]
		}
	}
	if x.known {
		meaning, _, _ := strings.Cut(x.rule.Meaning, ":")
		x.place = name + "/" + meaning
	}
}

// item claims the value of one.
func (f *film) item(x item) error {
	zeros, err := f.Constant(x.off, x.n, 0)
	if err != nil || zeros {
		f.Claim(x.off, x.n, scrub.Structure, x.place)
		return err
	}
	b, err := f.Bytes(x.off, int(x.n))
	if err != nil {
		return err
	}
	if x.rule.ID == "3004" {
		f.codecOf(b)
	}
	_, listed := f.labels[x.tag]
	kind, stays := x.rule.Kind, false
	switch {
	case x.known && x.rule.Fate == tags.Hand:
		return f.identifier(x, b)
	case x.known && x.rule.Fate == tags.Go && fits(x, b):
	case x.known && x.rule.Role != 0:
		if x.n > x.rule.Most || !plausible(b) {
			f.Doubt("%s has a value that it can't have", x.place)
		}
		f.referAll(x.off, b)
		stays = true
	default:
		kind = scrub.Unknown
		if stays = f.Careful; x.known || !listed && nearly(x.tag) {
			f.Distrust("an item of a set may have a damaged tag")
			stays = true
		}
	}
	if stays {
		f.Claim(x.off, x.n, scrub.Structure, x.place)
		return nil
	}
	f.Claim(x.off, x.n, scrub.Identify, x.place)
	if f.Found(scrub.Finding{Kind: kind, Place: x.place, Off: x.off, Len: x.n, Value: text(b)}) {
		f.Fill(scrub.Destroy, x.off, x.n, 0)
	}
	return nil
}

// nearly tells whether a tag is one bit away from one of an item that stays.
func nearly(tag uint16) bool {
	for id, t := range rules()["tag"] {
		b, _ := hex.DecodeString(id)
		if t.Fate != tags.Go && bits.OnesCount16(tag^binary.BigEndian.Uint16(b)) == 1 {
			return true
		}
	}
	return false
}

// fits tells whether the value of an item that goes is what its rule says: a damaged tag
// costs no other item. Those with labels are told by the primer.
func fits(x item, b []byte) bool {
	switch {
	case x.rule.Place == "label":
		return true
	case x.rule.ID == "5003": // a value of any type
		return x.n > 17
	case x.rule.ID == "1501":
		return x.n == 8 && b[0] == 0
	case x.rule.Kind == scrub.Time:
		return x.n == 8 && dated(b)
	case x.rule.Most > 0:
		return x.n == x.rule.Most
	}
	return x.n%2 == 0 && words.Readable(text(untorn(b)))
}

// untorn is what an interrupted run left of a text.
func untorn(b []byte) []byte {
	left := bytes.TrimLeft(b, "\x00")
	if n := len(b) - len(left); n > 1 { // the letter before may be half
		return b[min(len(b), (n/2+1)*2):]
	}
	return b
}

// dated tells whether b is a time stamp (ST 377-1, 4.3), or what an interrupted run left.
func dated(b []byte) bool {
	year := binary.BigEndian.Uint16(b)
	return (year < 256 || year > 1900 && year < 2200) && b[2] <= 12 && b[3] <= 31 && b[4] < 24 && b[5] < 60 && b[6] < 60
}

// text is UTF-16 that zeros may follow.
func text(b []byte) string {
	var u []uint16
	for i := 0; i+1 < min(len(b), 2*scrub.MaxValue); i += 2 {
		u = append(u, binary.BigEndian.Uint16(b[i:]))
	}
	return strings.TrimRight(string(utf16.Decode(u)), "\x00")
}

// plausible tells whether a value that stays is numbers, labels or references, and no words:
// of four bytes each number is less than any four letters.
func plausible(b []byte) bool {
	const letters = 1 << 30
	number := func(b []byte) bool {
		return binary.BigEndian.Uint32(b) < letters || string(b) == "\xff\xff\xff\xff" || int32(binary.BigEndian.Uint32(b)) < 0 && int32(binary.BigEndian.Uint32(b)) > -1<<20
	}
	switch n := len(b); {
	case n < 4:
		return true
	case n == 4:
		return number(b)
	case n == 8 && number(b) && number(b[4:]):
		return true
	case n == keyLen:
		return named(b)
	case n < 8:
		return false
	}
	count, size := int64(binary.BigEndian.Uint32(b)), int64(binary.BigEndian.Uint32(b[4:]))
	if count >= 1<<16 || count*size != int64(len(b)-8) {
		return false
	}
	for b = b[8:]; size == keyLen && len(b) > 0; b = b[size:] {
		if !named(b[:size]) {
			return false
		}
	}
	return true
}

// named tells whether b is a label, or an identifier: which happens to be letters once in
// a thousand films, and digits more seldom.
func named(b []byte) bool {
	if bytes.HasPrefix(b, []byte(smpte)) {
		return binary.BigEndian.Uint64(b) <= maxLabel && binary.BigEndian.Uint64(b[8:]) <= maxHalf
	}
	const word = 8
	letters, digits := 0, 0
	for _, c := range b {
		if letters++; c|0x20 < 'a' || c|0x20 > 'z' {
			letters = 0
		}
		if digits++; c < '+' || c > ':' {
			digits = 0
		}
		if letters == word || digits == word {
			return false
		}
	}
	return true
}
