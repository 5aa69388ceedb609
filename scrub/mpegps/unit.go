package mpegps

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"

	"untag/scrub"
	"untag/scrub/codec"
	"untag/scrub/coded"
	"untag/scrub/crc"
	"untag/scrub/pes"
)

// unit deals with the unit that b begins with and returns how long it is, 0 if b begins with
// none. All bytes that one can have are there, or all that there are.
func (p *parser) unit(off int64, b []byte) (n int, err error) {
	if b[0] == 0 { // zeros may stand between
		for n < len(b) && b[n] == 0 {
			n++
		}
		switch {
		case n == len(b) && (n > 3 || p.closed):
			p.end = off + int64(n)
			return n, nil
		case n < len(b) && n > 2 && b[n] == 1:
			return n - 2, nil
		case n < len(b) && (n != 2 || b[n] != 1):
			return 0, nil
		}
	}
	const head = 6
	switch {
	case len(b) < 4 || b[0] != 0 || b[1] != 0 || b[2] != 1 || b[3] < endID:
		return p.cutShort(off, b), nil
	case b[3] == endID:
		p.end, p.closed = off+4, true
		return 4, nil
	case b[3] == packID:
		n = p.packHeader(off, b)
	case len(b) < head:
		return p.cutShort(off, b), nil
	default:
		if n = head + int(binary.BigEndian.Uint16(b[4:])); n > len(b) {
			return p.cutShort(off, b), nil
		}
		next := b[n:]
		if len(next) <= p.gap {
			next = nil
		}
		err = p.packet(off, b[:n], next)
	}
	if n > len(b) {
		return p.cutShort(off, b), nil
	}
	if n > 0 {
		p.end, p.closed = off+int64(n), false
	}
	return n, err
}

// cutShort takes what is left as a unit that was cut short, if it begins as one.
func (p *parser) cutShort(off int64, b []byte) int {
	if n := min(len(b), 4); off+int64(len(b)) != p.S.Size() || !bytes.Equal(b[:min(n, 3)], pack[:min(n, 3)]) || n == 4 && b[3] < packID {
		return 0
	}
	p.Cut(b)
	p.end, p.closed = off+int64(len(b)), false
	return len(b)
}

// packHeader deals with the header of a pack: of MPEG-2, with stuffing, or of MPEG-1.
func (p *parser) packHeader(off int64, b []byte) int {
	switch {
	case len(b) >= 14 && b[4]&0xc4 == 0x44:
		stuff := int(b[13] & 7)
		if 14+stuff > len(b) {
			return 14 + stuff
		}
		stuffing, next := b[14:14+stuff], b[14+stuff:]
		if !pes.Constant(stuffing, 0xff) && !bytes.HasPrefix(next, pack[:3]) { // the number may be wrong
			p.S.Doubt("the header of a pack is longer or shorter than it can be")
			return 14
		}
		p.Fill(off+14, stuffing, 0xff, scrub.Hidden, "pack/stuffing")
		return 14 + stuff
	case len(b) >= 12 && b[4]&0xf1 == 0x21:
		return 12
	case len(b) < 14:
		return 14
	}
	return 0
}

// sure tells whether nothing speaks against the length of a packet: another unit follows it,
// and none lies in it.
func sure(b, next []byte) bool {
	if n := min(len(next), 3); n == 3 && next[0] == 0 && next[1] == 0 && next[2] == 0 || bytes.Equal(next[:n], pack[:n]) && (len(next) < 4 || next[3] >= endID) {
		for i := 6; ; i++ {
			k := bytes.Index(b[i:], pack[:3])
			if i += k; k < 0 || i+3 >= len(b) {
				return true
			}
			if b[i+3] >= packID {
				return false
			}
		}
	}
	return false
}

// emptied is how many bytes of FF no packet of private stream 1 begins with, but for one that
// an interrupted run left.
const emptied = 24

// packet deals with a packet, of which all is there, and what follows it.
func (p *parser) packet(off int64, b, next []byte) error {
	const head = 6
	id := b[3]
	spare := id == paddingID || id == private2 || id > lastVideo && id != extendedID
	switch {
	case id == private1 && pes.Constant(b[head:min(len(b), head+emptied)], 0xff) && sure(b, next):
		return p.stray(int(id)<<8|0xff, off, b)
	case spare && !pes.Constant(b[head:], 0xff) && !sure(b, next):
		p.S.Doubt("a packet is longer or shorter than it can be")
		return nil
	case id == systemID:
		p.system(off, b, next)
		return nil
	case id == mapID:
		p.streamMap(off, b)
		return nil
	case id == paddingID:
		p.padding(off, b)
		return nil
	case id == private2 && p.navigation(off, b):
		return nil
	case spare:
		return p.stray(int(id)<<8, off, b)
	}
	h, ok := pes.ReadHeader(b)
	if !ok || h.Len > len(b) {
		p.S.Doubt("a packet has fields that are longer than it is")
		return nil
	}
	if h.Sealed {
		p.sealed = true
		return nil
	}
	data := b[h.Len:]
	key := int(id) << 8
	if id == private1 {
		if len(data) == 0 {
			return nil
		}
		if key |= int(data[0]); !played(b, data) {
			if !sure(b, next) {
				p.S.Doubt("a packet is longer or shorter than it can be")
				return nil
			}
			return p.stray(key, off, b)
		}
	}
	p.seen[key]++
	p.Header(h, off, b)
	if id < firstVideo || id > lastVideo {
		p.Told(data)
	}
	return p.follow(key, off+int64(h.Len), data)
}

// follow adds data at off to a stream, if its frames are looked into.
func (p *parser) follow(key int, off int64, data []byte) error {
	id, skip := byte(key>>8), 0
	switch {
	case id == private1:
		skip = surround(data)
	case id < firstSound || id > lastVideo:
		skip = -1
	}
	if skip < 0 {
		p.begins(key, data)
		return nil
	}
	off, data = off+int64(skip), data[skip:]
	if p.tracks[key] == nil {
		most := 2 << 20
		if id < firstVideo { // nothing tells where frames begin
			most = 64 << 10
		}
		name := int(id)
		if id == private1 {
			name = key
		}
		st := p.streamOf(id, data)
		if st.Kind == codec.MPEG12 {
			p.headless[key] = st
		}
		p.tracks[key] = p.NewTrack(st, fmt.Sprintf("stream 0x%02x/frame", name), most)
	}
	return p.tracks[key].Add(off, data)
}

// begins doubts a stream that is not looked into, behind the byte that tells it from others, if it begins
// with text.
func (p *parser) begins(key int, data []byte) {
	const begin, word = 32, 12
	if p.seen[key] == 1 && len(data) > 1 && coded.Tells(data[1:min(len(data), begin)], word) {
		p.S.Doubt("a stream that can't be looked into begins with text")
	}
}

// surround returns how many bytes of a packet of private stream 1 stand before AC-3, E-AC-3 or DTS
// (DVD-Video, EVOB): its number, how many frames begin in it, and where the first one does; -1 if
// it is of something else.
func surround(data []byte) int {
	const head = 4
	switch id := data[0]; {
	case raw(data):
		return 0
	case id >= 0x80 && id <= 0x8f, id >= 0x98 && id <= 0x9f, id >= 0xc0 && id <= 0xcf:
		return min(head, len(data))
	}
	return -1
}

// raw tells whether a packet begins with AC-3 or DTS as they are.
func raw(data []byte) bool {
	return bytes.HasPrefix(data, []byte{0x0b, 0x77}) || bytes.HasPrefix(data, []byte{0x7f, 0xfe, 0x80, 0x01})
}

// played tells whether a packet of private stream 1 is sound or subtitles, by the first byte
// of its data (DVD-Video, EVOB), as teletext (EN 300 472), or without such a byte.
func played(b, data []byte) bool {
	switch id := data[0]; {
	case id >= 0x20 && id <= 0x3f, id >= 0x80 && id <= 0xcf:
		return true
	case id >= 0x10 && id <= 0x1f:
		return b[8] == 0x24
	}
	return raw(data)
}

// streamOf is how a stream is coded: by the map, or, if it is of pictures, by what it begins with.
func (p *parser) streamOf(id byte, data []byte) *codec.Stream {
	st, _ := codec.Of(codec.Type, string([]byte{p.types[id]}))
	switch {
	case id == private1:
		return &codec.Stream{Kind: codec.AC3}
	case id < firstVideo && !st.Signed():
		return &codec.Stream{Kind: codec.MP3}
	case id < firstVideo, st.Coded():
		return &st
	}
	kind := codec.MPEG12
	if i := bytes.Index(data, []byte{0, 0, 1}); i >= 0 && i+4 < len(data) {
		switch c := data[i+3]; {
		case c == 0xb3 || c == 0xb8 || c == 0:
		case c == 0xb0 || c == 0xb6 || c >= 0x20 && c <= 0x2f:
			kind = codec.MPEG4
		case c&0x1f == 9 || c&0x1f == 7:
			kind = codec.H264
		case c == 0x40 || c == 0x46:
			kind = codec.H265
		}
	}
	return &codec.Stream{Kind: kind}
}

// system looks at a system header (2.5.3.6): fields, and three bytes for each stream.
func (p *parser) system(off int64, b, next []byte) {
	at := 12
	for at+3 <= len(b) && b[at]&0x80 != 0 && b[at] != 0xff {
		at += 3
	}
	switch {
	case at >= len(b):
	case !pes.Constant(b[at:], 0xff) && !sure(b, next):
		p.S.Doubt("a packet is longer or shorter than it can be")
	default:
		p.Fill(off+int64(at), b[at:], 0xff, scrub.Hidden, "system/stuffing")
	}
}

// padding fills padding that is not constant. That of MPEG-1 begins with the byte that says
// there is no time stamp.
func (p *parser) padding(off int64, b []byte) {
	const head = 6
	in := b[head:]
	if len(in) > 0 && in[0] == 0x0f && pes.Constant(in[1:], 0xff) {
		in = in[1:]
	}
	if h, ok := pes.ReadHeader(append([]byte{0, 0, 1, firstVideo}, b[4:]...)); ok && h.Len < len(b) && b[head]&0xc0 == 0x80 && b[7]&0xc0 == 0x80 && b[9]&0xf1 == 0x21 {
		p.S.Doubt("padding that looks like picture or sound")
		return
	}
	p.Keep(off+3, int64(len(b)-len(in)-3), scrub.Structure, "padding")
	p.Fill(off+int64(len(b)-len(in)), in, 0xff, scrub.Hidden, "padding")
}

// navigation deals with the two packets of a DVD's navigation: presentation control and data
// search information. What is reserved in them, and a number of the owner, become zero.
func (p *parser) navigation(off int64, b []byte) bool {
	const (
		head              = 7 // with the number of the packet
		control, search   = 980, 1018
		owner, ownerLen   = 28, 32
		buttons, reserved = 96, 790
		searchReserved    = 546
		fields, one, most = 46, 18, 36 // of highlights: before the buttons, of one, and how many there are
	)
	at := func(from, to int, kind scrub.Kind, place string) {
		p.Fill(off+head+int64(from), b[head+from:head+to], 0, kind, "navigation/"+place)
	}
	switch n := len(b) - 6; {
	case n == control && b[6] == 0:
		at(owner, owner+ownerLen, scrub.ID, "isrc")
		from := buttons
		if b[head+buttons+1]&3 != 0 {
			from = reserved
			if count := int(b[head+buttons+17]); b[head+buttons+14]>>4&3 == 1 && count <= most {
				from = buttons + fields + count*one
			}
		}
		at(from, reserved, scrub.Hidden, "buttons")
		at(reserved, control-1, scrub.Hidden, "reserved")
	case n == search && b[6] == 1:
		at(searchReserved, search-1, scrub.Hidden, "reserved")
	default:
		return false
	}
	p.seen[int(private2)<<8]++
	return true
}

// streamMap deals with a program stream map (2.5.4): it notes how streams are coded, and the
// bodies of descriptors that tell something become zero.
func (p *parser) streamMap(off int64, b []byte) {
	const head, sum = 10, 4
	if len(b) < head+2+sum || crc.MPEG2(b) != 0 {
		p.S.Doubt("a stream map is damaged")
		return
	}
	out := bytes.Clone(b)
	in := out[head:]
	info := int(binary.BigEndian.Uint16(b[8:]))
	ok := info+2+sum <= len(in)
	var texts []string
	if ok {
		ok = p.descriptors.Clean(in[:info], &texts)
		in = in[info+2 : len(in)-sum]
	}
	for ok && len(in) >= 4 {
		n := int(binary.BigEndian.Uint16(in[2:]))
		if ok = n+4 <= len(in); ok {
			p.types[in[1]] = in[0]
			ok = p.descriptors.Clean(in[4:4+n], &texts)
			in = in[4+n:]
		}
	}
	switch {
	case !ok:
		p.S.Doubt("a stream map is damaged")
	case bytes.Equal(out, b):
		p.Keep(off, int64(len(b)), scrub.Structure, "map")
	default:
		binary.BigEndian.PutUint32(out[len(out)-sum:], crc.MPEG2(out[:len(out)-sum]))
		p.Goes(off, int64(len(b)), scrub.Finding{Kind: scrub.Unknown, Place: "map"}, true, scrub.Edit{Off: off, Len: int64(len(b)), Data: out, Phase: scrub.Destroy})
	}
}

// mostStrays bounds the packets of data that are remembered.
const mostStrays = 1 << 16

func (p *parser) stray(key int, off int64, b []byte) error {
	if p.few++; p.few > mostStrays {
		p.S.Doubt("there are more packets of data than can be kept account of")
		return nil
	}
	p.strays[key] = append(p.strays[key], scrub.Range{Off: off, Len: int64(len(b))})
	return nil
}

// settleStrays makes padding of packets of data. A few whose number is one bit from that of a
// stream that is played stay: they may be of it, as may those of a stream without numbers.
func (p *parser) settleStrays() {
	const head, few = 6, 4
	var keys []int
	for key := range p.strays {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	cut := p.seen[private1<<8|0x0b]+p.seen[private1<<8|0x7f] > 0 // sound of which not every packet begins a frame
	for _, key := range keys {
		if cut && key>>8 == private1 && key&0xff != 0xff {
			p.S.Doubt("packets of data are perhaps those of sound")
			continue
		}
		near := false
		for seen := range p.seen {
			near = near || bits.OnesCount(uint(seen^key)) == 1 || bits.OnesCount(uint(seen>>8^key>>8)) == 1
		}
		if near && len(p.strays[key]) < few && key != private1<<8|0xff {
			p.S.Doubt("packets of data are nearly those of a stream")
			continue
		}
		for i, r := range p.strays[key] {
			b := p.S.Get(r.Off, int(min(r.Len, 512)))
			what := scrub.Finding{Kind: scrub.Telemetry, Place: fmt.Sprintf("stream 0x%02x", key>>8), Value: coded.Text(b[min(len(b), head+1):])}
			p.Goes(r.Off+3, r.Len-3, what, i == 0,
				scrub.Edit{Off: r.Off + head, Len: r.Len - head, Fill: 0xff, Phase: scrub.Destroy},
				scrub.Edit{Off: r.Off + 3, Len: 1, Data: []byte{paddingID}, Phase: scrub.Repair})
		}
	}
}
