package coded

import (
	"bytes"

	"untag/scrub"
)

// Opus returns the pieces of n bytes at off, a packet of so many streams of Opus (RFC 6716, 3.2 and
// appendix B), or some behind the headers of MPEG-2 systems: what pads them. Words in padding
// become zeros. What else is there may be sound, if one bit of a packet's first byte is wrong.
func Opus(r *scrub.Reader, off, n int64, streams int) (out []Piece, err error) {
	const word = 12
	b, err := r.Bytes(off, int(min(n, mostFrames)))
	if err != nil {
		return nil, err
	}
	for _, p := range opusPadding(b, max(1, streams)) {
		at := off + p.Off
		switch body := b[p.Off:p.End()]; {
		case len(bytes.Trim(body, "\x00")) == 0:
			out = append(out, Piece{Off: at, Len: p.Len, Padding: true})
		case Tells(body, word):
			out = append(out, Piece{Off: at, Len: p.Len, Kind: scrub.Hidden, Value: Text(body),
				Edits: []scrub.Edit{{Off: at, Len: p.Len, Phase: scrub.Destroy}}})
		default:
			out = append(out, Piece{Off: at, Len: p.Len, Kind: scrub.Hidden, Value: "padding of Opus that is not empty"})
		}
	}
	if len(out) == 0 {
		return Prose(r, off, n)
	}
	return out, nil
}

// PadsOpus tells whether a packet of one stream has padding that is not empty.
func PadsOpus(b []byte) bool {
	for _, p := range opusPadding(b, 1) {
		if len(bytes.Trim(b[p.Off:p.End()], "\x00")) > 0 {
			return true
		}
	}
	return false
}

// opusPadding returns where packets are padded.
func opusPadding(b []byte, streams int) (out []scrub.Range) {
	for at := 0; at < len(b); {
		size := len(b) - at
		if n, head := opusControl(b[at:]); head > 0 && n <= size-head {
			at, size = at+head, n
		}
		x := opusPacket{b: b[at : at+size]}
		for i := 0; i < streams && !x.failed; i++ {
			if p := x.next(i < streams-1); p.Len > 0 && !x.failed {
				out = append(out, scrub.Range{Off: int64(at) + p.Off, Len: p.Len})
			}
		}
		at += size
	}
	return out
}

// opusControl reads the header of an access unit in MPEG-2 systems (opus_control_header of ETSI
// TS 103 491): how long the unit is, and the header; no packet begins so.
func opusControl(b []byte) (n, head int) {
	if len(b) < 3 || b[0] != 0x7f || b[1]&0xe0 != 0xe0 {
		return 0, 0
	}
	for head = 2; head < len(b); head++ {
		n += int(b[head])
		if b[head] != 0xff {
			break
		}
	}
	head++
	for _, bit := range []byte{0x10, 0x08} { // trimmed at the start, at the end
		if b[1]&bit != 0 {
			head += 2
		}
	}
	if b[1]&0x04 != 0 && head < len(b) { // an extension
		head += 1 + int(b[head])
	}
	return n, head
}

// opusPacket reads the packets of one or more streams.
type opusPacket struct {
	b      []byte
	at     int
	failed bool
}

func (x *opusPacket) byte() int {
	if x.failed = x.failed || x.at >= len(x.b); x.failed {
		return 0
	}
	x.at++
	return int(x.b[x.at-1])
}

// size reads the length of a frame (3.2.1).
func (x *opusPacket) size() int {
	n := x.byte()
	if n >= 252 {
		n += 4 * x.byte()
	}
	return n
}

// next passes the packet of a stream and returns where its padding is. That of all but the last
// stream tells its own length.
func (x *opusPacket) next(delimited bool) (padding scrub.Range) {
	frames, flags := 1, 0
	switch x.byte() & 3 {
	case 1:
		frames = 2
	case 2:
		frames, flags = 2, 0x80
	case 3:
		flags = x.byte()
		frames = flags & 0x3f
	}
	pad := 0
	for more := flags&0x40 != 0; more; {
		n := x.byte()
		if more = n == 255; more {
			n--
		}
		pad += n
	}
	sum, last := 0, 0
	if flags&0x80 != 0 {
		for i := 1; i < frames; i++ {
			sum += x.size()
		}
	}
	if delimited {
		if last = x.size(); flags&0x80 == 0 {
			last *= frames
		}
		x.at += sum + last + pad
	} else {
		same := len(x.b) - pad - x.at
		x.failed = x.failed || same < sum || flags&0x80 == 0 && frames > 0 && same%frames != 0
		x.at = len(x.b)
	}
	x.failed = x.failed || frames == 0 || x.at > len(x.b)
	return scrub.Range{Off: int64(x.at - pad), Len: int64(pad)}
}
