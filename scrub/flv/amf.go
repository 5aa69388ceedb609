package flv

import (
	"encoding/binary"
	"math"

	"untag/scrub"
	"untag/scrub/coded"
	"untag/scrub/tags"
	"untag/scrub/words"
)

// Types of values in AMF 0 (2.1).
const (
	number = iota
	boolean
	text
	object
	clip
	null
	undefined
	reference
	array // with names
	objectEnd
	list
	date
	longText
	unsupported
	recordset
	xml
	typed
	amf3
)

const (
	maxDepth = 8
	maxWords = 4 << 10
	maxValue = scrub.MaxPiece // of a script tag that is read
)

// values goes through the values of a script tag.
type values struct {
	*film
	b   []byte
	off int64 // of b
	at  int   // where the next value is
	due int   // from where on nothing is claimed yet
}

// script claims a script tag (E.4.4): a name and a value.
func (f *film) script(t tag) error {
	f.payload(t.body())
	f.due = t.end()
	if f.Zeros(t.body(), t.n) {
		f.Claim(t.body(), t.n, scrub.Filler, "script")
		return nil
	}
	b := f.Get(t.body(), int(min(t.n, maxValue)))
	v := &values{film: f, b: b, off: t.body()}
	name, ok := v.name(t.n)
	r, known := rules()["script"][name]
	before := f.Point()
	switch {
	case !ok || !known || r.Fate == tags.Go:
	case t.n > maxValue:
		f.Doubt("the script tag %s is longer than what is looked at", name)
		f.Claim(t.body(), t.n, scrub.Identify, name)
		return nil
	case r.Role != 0 && r.Most == 0:
		f.Claim(t.body(), t.n, r.Role, name)
		return nil
	case r.Role != 0 && t.n <= r.Most && access(b[v.at:]):
		f.Claim(t.body(), t.n, r.Role, name)
		return nil
	case r.Role != 0:
	default:
		if v.value(r.In, name, 0) {
			v.claim(v.at, scrub.Structure, name)
			return f.Blank(v.off+int64(v.at), int64(len(b)-v.at), 0, scrub.Hidden, name+"/rest")
		}
		f.Reset(before)
		if name == "onMetaData" {
			f.Doubt("what the film says of itself can't be read")
			f.Claim(t.body(), t.n, scrub.Identify, name)
			f.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: name, Off: t.body(), Len: t.n})
			return nil
		}
	}
	kind := r.Kind
	if kind == "" {
		kind, name = scrub.Unknown, "script"
	}
	return f.Blank(t.body(), t.n, 0, kind, name)
}

// access tells whether b is two yeses or noes: whether servers may let sound and pictures be read.
func access(b []byte) bool {
	return len(b) == 4 && b[0] == boolean && b[1] <= 1 && b[2] == boolean && b[3] <= 1
}

// name reads the name of a script tag of n bytes. Encoders put a command to servers
// before it.
func (v *values) name(n int64) (string, bool) {
	for {
		if v.take(1) == nil || v.b[v.at-1] != text {
			return "", false
		}
		s, ok := v.string(2)
		if !ok || string(s) != "@setDataFrame" {
			return string(s), ok
		}
	}
}

// take returns the next n bytes, nil if there are fewer.
func (v *values) take(n int) []byte {
	if n < 0 || n > len(v.b)-v.at {
		return nil
	}
	v.at += n
	return v.b[v.at-n : v.at : v.at]
}

// string reads a text behind a length of n bytes.
func (v *values) string(n int) ([]byte, bool) {
	b := v.take(n)
	if b == nil {
		return nil, false
	}
	size := int(binary.BigEndian.Uint16(b))
	if n == 4 {
		size = int(min(binary.BigEndian.Uint32(b), math.MaxInt32))
	}
	s := v.take(size)
	return s, s != nil
}

// claim claims what precedes an offset.
func (v *values) claim(to int, role scrub.Role, place string) {
	v.Claim(v.off+int64(v.due), int64(to-v.due), role, place)
	v.due = max(v.due, to)
}

// value claims the next value, which stands in a place of the rules: names in it stay
// that have one there. It returns false if there is none.
func (v *values) value(in, place string, depth int) bool {
	b := v.take(1)
	if b == nil || depth > maxDepth {
		return false
	}
	switch b[0] {
	case array:
		return v.take(4) != nil && v.members(in, place, depth)
	case typed:
		from := v.at + 2
		if _, ok := v.string(2); !ok {
			return false
		}
		v.claim(from, scrub.Structure, place)
		v.blank(from, v.at, scrub.Unknown, place+"/class")
		return v.members(in, place, depth)
	case object:
		return v.members(in, place, depth)
	case list:
		n := v.take(4)
		if n == nil {
			return false
		}
		for i := binary.BigEndian.Uint32(n); i > 0; i-- {
			if !v.value(in, place, depth+1) {
				return false
			}
		}
		return true
	}
	v.at--
	return v.member(tags.Tag{}, place, depth)
}

// members claims names and their values up to the end of an object, or of the tag:
// some writers end without a mark.
func (v *values) members(in, place string, depth int) bool {
	for v.at < len(v.b) {
		from := v.at
		name, ok := v.string(2)
		if !ok {
			return false
		}
		if len(name) == 0 && v.at < len(v.b) && v.b[v.at] == objectEnd {
			v.at++
			return true
		}
		r, known := rules()[in][string(name)]
		if !known {
			v.claim(from+2, scrub.Structure, place)
			v.blank(from+2, v.at, scrub.Unknown, place+"/name")
		}
		if !v.member(r, place+"/"+string(name), depth+1) {
			return false
		}
	}
	return true
}

// member claims a value by the rule for its name; one without a rule goes.
func (v *values) member(r tags.Tag, place string, depth int) bool {
	if depth > maxDepth || v.at >= len(v.b) {
		return false
	}
	kind := v.b[v.at]
	if kind == object || kind == array || kind == list || kind == typed {
		in := r.In
		if in == "" {
			in = "nothing"
		}
		if r.Role == scrub.Render && kind == list {
			return v.numbers(place)
		}
		return v.value(in, place, depth)
	}
	v.at++
	from, ok := v.at, true
	switch kind {
	case number:
		ok = v.take(8) != nil
	case boolean:
		ok = v.take(1) != nil
	case text, longText, xml:
		_, ok = v.string(map[byte]int{text: 2, longText: 4, xml: 4}[kind])
		from += map[byte]int{text: 2, longText: 4, xml: 4}[kind]
	case reference:
		ok = v.take(2) != nil
	case date:
		ok, r = v.take(10) != nil, tags.Tag{Kind: scrub.Time}
	case null, undefined, unsupported:
	default: // AMF 3 and films in films
		return false
	}
	if !ok {
		return false
	}
	v.claim(from, scrub.Structure, place)
	v.leaf(r, kind, from, place)
	return true
}

// leaf claims the bytes of a value from an offset on.
func (v *values) leaf(r tags.Tag, kind byte, from int, place string) {
	b := v.b[from:v.at]
	switch {
	case r.Role != 0 && kind == number:
		n := math.Float64frombits(binary.BigEndian.Uint64(b))
		if place == "onMetaData/filesize" {
			v.size = n
		}
		if (math.Abs(n) < 1e12 || n == 0) && !coded.Letters(b) {
			v.claim(v.at, r.Role, place)
			return
		}
	case r.Role != 0 && (kind != text && kind != longText && kind != xml || int64(len(b)) <= r.Most):
		v.claim(v.at, r.Role, place)
		return
	case r.Fate == tags.Words:
		told := scrub.Kind("")
		if kind != number {
			told = words.Stay(b, maxWords)
		} else if coded.Letters(b) {
			told = scrub.Unknown
		}
		if told == "" && !v.Goes(scrub.Describe, r.Kind) {
			v.Found(scrub.Finding{Kind: r.Kind, Role: scrub.Describe, Place: place, Off: v.off + int64(from), Len: int64(len(b)), Value: string(b)})
			v.claim(v.at, scrub.Describe, place)
			return
		}
		if told != "" {
			r.Kind = told
		}
	}
	v.blank(from, v.at, r.Kind, place)
}

// blank makes zeros of the bytes between two offsets.
func (v *values) blank(from, to int, kind scrub.Kind, place string) {
	if kind == "" {
		kind = scrub.Unknown
	}
	off, n := v.off+int64(from), int64(to-from)
	v.due = to
	for _, c := range v.b[from:to] {
		if c != 0 {
			v.Claim(off, n, scrub.Identify, place)
			if v.Found(scrub.Finding{Kind: kind, Place: place, Off: off, Len: n, Value: string(v.b[from:min(to, from+scrub.MaxValue)])}) {
				v.Fill(scrub.Destroy, off, n, 0)
			}
			return
		}
	}
	v.Claim(off, n, scrub.Filler, place)
}

// numbers claims a list of nothing else.
func (v *values) numbers(place string) bool {
	v.take(1)
	n := v.take(4)
	if n == nil {
		return false
	}
	for i := binary.BigEndian.Uint32(n); i > 0; i-- {
		b := v.take(9)
		if b == nil || b[0] != number || coded.Letters(b[1:]) {
			return false
		}
	}
	v.claim(v.at, scrub.Render, place)
	return true
}
