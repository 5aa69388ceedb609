package nut

import (
	"bytes"
	"encoding/binary"
	"slices"

	"untag/scrub"
	"untag/scrub/codec"
	"untag/scrub/crc"
	"untag/scrub/pattern"
	"untag/scrub/xiph"
)

// frameCode is what the first byte of a frame says of it.
type frameCode struct {
	flags          uint64
	stream         uint64
	mul, lsb       uint64 // of its length
	reserved, head uint64
}

const broadcast = 1 // a flag of films: syncpoints tell when they were sent

// mainHeader reads what the first bytes of frames mean, and how they begin.
func (f *film) mainHeader(c *cursor, off int64) {
	version := c.number()
	if version > 3 {
		c.number()
	}
	c.number()
	c.number()
	f.ticks = nil
	for n := c.number(); n > 0 && !c.bad; n-- {
		if num, den := c.number(), c.number(); len(f.ticks) < mostTicks {
			f.ticks = append(f.ticks, float64(num)/float64(max(1, den)))
		}
	}
	f.frameCodes(c)
	f.elided = []scrub.Range{{}}
	for n := c.number(); n > 0 && !c.bad && len(f.elided) < 128; n-- {
		b := c.blob()
		f.elided = append(f.elided, scrub.Range{Off: off + int64(c.at-len(b)), Len: int64(len(b))})
	}
	if version > 3 && c.number()&broadcast != 0 {
		f.Doubt("the film tells when it was sent")
	}
	f.known = !c.bad
}

// mostTicks is how many lengths of ticks are remembered.
const mostTicks = 1 << 10

// dated doubts the time of a syncpoint that counts from a date: ticks of one of the lengths.
func (f *film) dated(time uint64) {
	const years = 20 * 365 * 86400
	n := uint64(len(f.ticks))
	if n > 0 && float64(time/n)*f.ticks[time%n] > years {
		f.Doubt("the times of frames tell when they were recorded")
	}
}

// frameCodes reads what the first byte of a frame says, for each value that it can have.
func (f *film) frameCodes(c *cursor) {
	var x frameCode
	var size uint64
	x.mul = 1
	for i := 0; i < len(f.codes) && !c.bad; {
		x.flags = c.number()
		fields, count := c.number(), uint64(0)
		size, x.reserved = 0, 0
		for k := uint64(0); k < fields && !c.bad; k++ {
			switch k {
			case 0, 6:
				c.signed()
			case 1:
				x.mul = c.number()
			case 2:
				x.stream = c.number()
			case 3:
				size = c.number()
			case 4:
				x.reserved = c.number()
			case 5:
				count = c.number()
			case 7:
				x.head = c.number()
			default:
				c.number()
				f.Doubt("the main header is longer than it has to be")
			}
		}
		if fields <= 5 {
			count = x.mul - size
		}
		if count == 0 || count > 256 {
			c.bad = true
		}
		for j := uint64(0); j < count && i < len(f.codes); i++ {
			f.codes[i] = frameCode{flags: invalid}
			if i != 'N' {
				f.codes[i] = x
				f.codes[i].lsb = size + j
				j++
			}
		}
	}
}

// streamHeader reads what a stream is, and looks into what its codec needs.
func (f *film) streamHeader(c *cursor, p packet) error {
	id, class := c.number(), c.number()
	fourCC := string(c.blob())
	for range 5 {
		c.number()
	}
	config := c.blob()
	off := p.body + int64(c.at-len(config))
	const pictures, sound = 0, 1
	for fields := [...]int{pictures: 5, sound: 3}; class <= sound && fields[class] > 0; fields[class]-- {
		c.number()
	}
	if c.bad || len(f.streams) > 256 {
		c.bad = true
		return nil
	}
	st := &stream{picture: class == pictures}
	var ok bool
	switch {
	case len(fourCC) == 4 && class == sound && fourCC[2:] == "\x00\x00":
		st.Stream, ok = codec.Of(codec.Tag, fourCC[:2])
	case len(fourCC) == 4:
		st.Stream, ok = codec.Of(codec.FourCC, fourCC)
	case len(fourCC) == 2:
		st.Stream, ok = codec.Of(codec.Tag, fourCC)
	}
	if f.streams[id] = st; class > sound {
		f.Doubt("a stream of subtitles or data can't be looked into")
	} else if !ok && class == pictures {
		f.Doubt("a codec that nobody knows, %q, can't be looked into", fourCC)
	}
	return f.config(st, p, off, int64(len(config)))
}

// config looks into what a codec needs. What goes of it goes in one write, together with the
// checksum: readers don't know the stream without it.
func (f *film) config(st *stream, p packet, off, n int64) error {
	pieces, err := st.Config(f.Reader, off, n)
	if scrub.Refusal(err) {
		f.Doubt("the configuration of a codec can't be read")
		return nil
	}
	if err != nil {
		return err
	}
	whole, err := f.Bytes(p.off, int(p.next()-p.off))
	if err != nil {
		return err
	}
	after, first := bytes.Clone(whole), p.end
	for _, x := range pieces {
		switch {
		case x.Kind == "":
		case len(x.Edits) == 0:
			f.Doubt("stream header: %s", x.Value)
		case f.Found(scrub.Finding{Kind: x.Kind, Place: "stream header", Off: x.Off, Len: x.Len, Value: x.Value}):
			for _, e := range x.Edits {
				e.Onto(after, p.off)
			}
			first = min(first, x.Off)
		}
	}
	if bytes.Equal(after, whole) {
		return nil
	}
	if !f.Atomic(first, p.next()-first) {
		f.Doubt("the header of a stream lies in two sectors: it can't change at once")
		return nil
	}
	f.seal(after, p)
	f.Put(scrub.Repair, first, after[first-p.off:])
	return nil
}

// seal writes the checksum of a packet.
func (f *film) seal(b []byte, p packet) {
	end := len(b) - checkLen
	binary.BigEndian.PutUint32(b[end:], crc.Ogg.Update(0, b[p.body-p.off:end]))
}

// needed are tags by which players choose and show streams.
var needed = []struct {
	name string
	form func() interface{ Match([]byte) bool }
}{
	{"Language", match(`^[a-zA-Z]{2,3}(-[a-zA-Z]{2,4})?$`)},
	{"X-Language", match(`^[a-zA-Z]{2,3}(-[a-zA-Z]{2,4})?$`)},
	{"Disposition", match(`^(default|dub|original|comment|lyrics|karaoke)$`)},
	{"r_frame_rate", match(`^\d{1,9}/\d{1,9}$`)},
}

func match(expr string) func() interface{ Match([]byte) bool } {
	is := pattern.New(expr)
	return func() interface{ Match([]byte) bool } { return is() }
}

// info claims tags of the film, a stream or a chapter: name, and a value of a type.
func (f *film) info(c *cursor, p packet) error {
	c.number() // of the stream
	chapter := c.signed()
	c.number()
	c.number()
	kept := bytes.Clone(c.b[:min(c.at, len(c.b))])
	count, stays := c.number(), uint64(0)
	var entries []byte
	for ; count > 0 && !c.bad && p.sound; count-- {
		from := c.at
		name, value := string(c.blob()), []byte(nil)
		switch kind := c.signed(); {
		case kind == -1:
			value = c.blob()
		case kind == -2:
			if typ := string(c.blob()); typ != "UTF-8" {
				name = "?" // nobody knows it
			}
			value = c.blob()
		case kind == -3, kind < -4:
			c.signed()
		case kind == -4:
			c.number()
		}
		if !c.bad && f.stays(name, value, chapter != 0, scrub.Range{Off: p.body + int64(from), Len: int64(c.at - from)}) {
			entries = append(entries, c.b[from:c.at]...)
			stays++
		}
	}
	if c.bad || !p.sound {
		f.Gone(scrub.Finding{Kind: scrub.Unknown, Place: "info/unread", Off: p.off, Len: p.next() - p.off})
		kept, entries, stays = []byte{0, 0, 0, 0}, nil, 0
	} else if rest := c.b[c.at:]; len(bytes.Trim(rest, "\x00")) > 0 && !f.Found(scrub.Finding{Kind: scrub.Hidden, Place: "info/rest", Off: p.body + int64(c.at), Len: int64(len(rest))}) {
		entries = append(entries, rest...)
	}
	kept = append(append(kept, v(stays)...), entries...)
	whole, err := f.Bytes(p.off, int(p.next()-p.off))
	if err != nil {
		return err
	}
	head := p.body - p.off
	if int64(len(kept)) > p.end-p.body {
		kept = kept[:p.end-p.body]
	}
	after := append(bytes.Clone(whole[:head]), kept...)
	after = append(after, make([]byte, len(whole)-len(after))...)
	f.seal(after, p)
	if !bytes.Equal(after, whole) {
		f.Put(scrub.Destroy, p.body, after[head:])
	}
	return nil
}

// v is a number as NUT writes it.
func v(n uint64) []byte {
	b := []byte{byte(n & 0x7f)}
	for n >>= 7; n > 0; n >>= 7 {
		b = slices.Insert(b, 0, byte(n&0x7f|0x80))
	}
	return b
}

// stays tells whether a tag does.
func (f *film) stays(name string, value []byte, chapter bool, at scrub.Range) bool {
	for _, n := range needed {
		if n.name == name {
			return n.form().Match(value) || !f.Found(scrub.Finding{Kind: scrub.Unknown, Place: "info/" + name, Off: at.Off, Len: at.Len, Value: string(value)})
		}
	}
	if chapter && name == "title" {
		name = "CHAPTER01NAME"
	}
	text := append([]byte(name+"="), value...)
	return bytes.Equal(xiph.Judge(f.Scan, text, at, "info"), text)
}
