package coded

import (
	"bytes"
	"fmt"

	"untag/scrub"
)

// Verdict is what becomes of a message that somebody has registered by ITU-T T.35.
type Verdict struct {
	Stays bool  // it changes what is seen
	Known bool  // all of it is: there is nothing in it that is not looked at
	Free  bool  // there may be bytes in it that mean nothing
	Clear []int // those of them that are not zero
}

// Edits empty a message that begins at off: a character of parity and nothing else takes
// the place of what means nothing.
func (v Verdict) Edits(off int64) (edits []scrub.Edit) {
	for _, i := range v.Clear {
		edits = append(edits, scrub.Edit{Off: off + int64(i), Len: 1, Fill: none, Phase: scrub.Destroy})
	}
	return edits
}

// none is a character of captions that says nothing: a zero with its parity.
const none = 0x80

// registered are the messages that change what is seen, by what they begin with:
// country and provider code, and the provider's own codes where it registers
// several things.
var registered = []struct {
	prefix string
	read   func(body []byte) Verdict // what follows the prefix
}{
	{"\xb5\x00\x31GA94\x03", captions},                  // ATSC A/53 part 4, 6.2.3.1
	{"\xb5\x00\x31GA94\x06", fields(readBars)},          // bar data
	{"\xb5\x00\x31DTG1", fields(readActive)},            // active format description, ETSI TS 101 154 B.4
	{"\xb5\x00\x2f\x03", directTV},                      // captions
	{"\xb5\x00\x3c\x00\x01\x04", fields(readHDR10Plus)}, // SMPTE ST 2094-40
	{"\x26\x00\x04\x00\x05", fields(readVivid)},         // HDR Vivid, T/UWA 005.1
	{"\xb5\x00\x3b", opaque},                            // Dolby Vision in AV1
	{"\xb4\x00\x50", opaque},                            // LCEVC: an enhancement layer of the picture
}

const dolbyPrefix = "\xb5\x00\x3b"

// Opaque is told of what stays because it changes what is seen, and can't be looked
// into.
const Opaque = "an enhancement of the picture that is not looked into"

// MaxRegistered is the length of the longest message that can be read.
const MaxRegistered = 4 << 10

// Registered judges a message registered by ITU-T T.35, which begins with its
// country code. It is to be whole, or its first [MaxRegistered] bytes and one more.
// Dolby's stays where the track is said to be Dolby Vision.
func Registered(message []byte, dolby bool) Verdict {
	for _, r := range registered {
		if r.prefix == dolbyPrefix && !dolby {
			continue
		}
		if body, ok := bytes.CutPrefix(message, []byte(r.prefix)); ok {
			v := r.read(body)
			for i := range v.Clear {
				v.Clear[i] += len(r.prefix)
			}
			return v
		}
	}
	return Verdict{}
}

// Registrant names who registered a message that nobody shows.
func Registrant(message []byte) string {
	return fmt.Sprintf("t.35 %x", message[:min(len(message), 3)])
}

// opaque is for what can't be looked into.
func opaque([]byte) Verdict { return Verdict{Stays: true} }

// fields is for messages that stay if they are read to their last bit.
func fields(read func(b *Bits)) func([]byte) Verdict {
	return func(body []byte) Verdict {
		b := NewBits(body)
		read(b)
		ok := len(body) <= MaxRegistered && b.Spent()
		return Verdict{Stays: ok, Known: ok}
	}
}

// captions reads cc_data of CTA-708: flags with a count, a byte, and three bytes
// for each pair of characters. Those that are not valid mean nothing.
func captions(body []byte) (v Verdict) {
	const head, row, marker = 2, 3, 0xf8
	if len(body) < head {
		return v
	}
	n := head + row*int(body[0]&31)
	if len(body) < n || len(body) > n+1 || len(body) == n+1 && body[n] != 0xff {
		return v
	}
	for at := head; at < n; at += row {
		if body[at]&marker != marker {
			return Verdict{}
		}
		for i := at + 1; i < at+row; i++ {
			if body[at]&4 == 0 && body[i]&^none != 0 { // not cc_valid
				v.Clear = append(v.Clear, i)
			}
		}
	}
	if body[1] != 0 && body[1] != none && body[1] != 0xff { // em_data, which nobody uses
		v.Clear = append([]int{1}, v.Clear...)
	}
	v.Stays, v.Known, v.Free = true, true, true
	return v
}

// directTV reads captions with their length before them.
func directTV(body []byte) (v Verdict) {
	if len(body) < 1 || int(body[0]) != len(body)-1 {
		return v
	}
	v = captions(body[1:])
	for i := range v.Clear {
		v.Clear[i]++
	}
	return v
}

// readActive reads afd_data of ETSI TS 101 154 B.4.
func readActive(b *Bits) {
	b.Most(b.Read(1), 0)
	active := b.Flag()
	b.Skip(6)
	if active {
		b.Skip(8)
	}
}

// readBars reads bar_data of ATSC A/53 part 4: top, bottom, left and right.
func readBars(b *Bits) {
	bars := b.Read(4)
	b.Skip(4)
	for ; bars > 0; bars >>= 1 {
		if bars&1 == 1 {
			b.Pass("W")
		}
	}
	if len(b.b) > b.at/8 {
		b.Skip(8) // marker bits
	}
}
