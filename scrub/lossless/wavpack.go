package lossless

import (
	"bytes"
	"encoding/binary"
	"slices"

	"untag/scrub"
	"untag/scrub/coded"
	"untag/scrub/frames"
)

// Sub-blocks of WavPack by the low six bits of their number (wavpack.com: file format).
const (
	dummy, checksum    = 0x00, 0x2f
	sound, soundToo    = 0x26, 0x29 // MD5 of the samples
	ending             = 0x28       // of the name of the file that was compressed
	moreBits           = 0x2c       // what floating-point sound has beside the rest, since WavPack 5
	wrapperLo          = 0x21       // up to 0x24: headers and trailers of RIFF and of others
	wrapperHi          = 0x24
	large, odd         = 0x80, 0x40
	optional           = 0x20
	hasChecksum        = 0x10 // in the last byte of the flags
	blockHead, largest = 32, 1 << 20
)

// kept are the optional sub-blocks that stay, and how long they are at the most: configuration,
// checksums of the sound, the ending of the file's name, rate, channels.
var kept = map[byte]int{0x25: 8, sound: 16, 0x27: 4, ending: 8, soundToo: 16, 0x2a: 64, 0x2b: 64, checksum: 4}

// endings are those of files that WavPack compresses.
var endings = []string{"", "wav", "rf64", "w64", "caf", "aif", "aiff", "aifc", "dff", "dsf", "raw", "pcm", "bwf", "wave"}

// strange doubts a sub-block that stays, if it is longer than it can be, of a kind that nobody
// knows, or text.
func strange(w *frames.Walk, kind byte, b []byte) {
	const lastKnown, word, sentence = 0x0e, 6, 24
	most, optional := kept[kind]
	switch {
	case (kind == sound || kind == soundToo) && len(b) == most:
		if !coded.Sum(b) && len(bytes.Trim(b, "\x00")) > 0 {
			w.Doubt("a checksum of the sound is text or a number")
		}
	case kind == ending && len(b) <= most:
		if !slices.Contains(endings, string(bytes.ToLower(bytes.TrimRight(b, "\x00")))) {
			w.Doubt("a sub-block holds no ending of a file's name")
		}
	case optional && (len(b) > most || coded.Tells(b, word)):
		w.Doubt("a sub-block is longer than it can be, or holds text")
	case !optional && kind > lastKnown && kind != moreBits:
		w.Doubt("a sub-block of a kind that nobody knows")
	case !optional && coded.Tells(b, sentence):
		w.Doubt("text among the coded sound")
	}
}

// sub is a part of a block.
type sub struct {
	at, body, n int // where it starts, and its body does, and how long that is
	kind        byte
	used        []byte // of the body, without what makes its length even
}

// subs returns the sub-blocks of a block, and whether they fill it.
func subs(b []byte) (all []sub, fill bool) {
	at := blockHead
	for at+2 <= len(b) {
		x := sub{at: at, body: at + 2, n: 2 * int(b[at+1]), kind: b[at] & 0x3f}
		if b[at]&large != 0 {
			if at+4 > len(b) {
				return all, false
			}
			x.body, x.n = at+4, x.n+int(b[at+2])<<9+int(b[at+3])<<17
		}
		if x.n > len(b)-x.body {
			return all, false
		}
		x.used = b[x.body : x.body+max(0, x.n-int(b[at]&odd/odd))]
		all, at = append(all, x), x.body+x.n
	}
	return all, at == len(b)
}

// goes tells whether a sub-block is none that a decoder or a player needs.
func (x sub) goes() bool {
	return x.kind <= 1 || x.kind&optional != 0 && x.kind != moreBits && kept[x.kind] == 0
}

// telling tells whether a sub-block shows by itself that it is no sound: it starts as chunks of other
// files do.
func (x sub) telling() bool {
	lead := bytes.TrimLeft(x.used, "\x00")
	name := lead[:min(len(lead), 4)]
	return x.kind >= wrapperLo && x.kind <= wrapperHi && len(name) == 4 && !bytes.ContainsFunc(name, func(r rune) bool { return r < ' ' || r > '~' })
}

// lacking tells whether a decoder misses a sub-block of a block with sound: one of those that go may
// be it, with one bit flipped.
func lacking(b []byte, all []sub) bool {
	const hybrid, float, integers, alone, dsd = 1 << 3, 1 << 7, 1 << 8, 3 << 11, 1 << 31
	flags := le32(b, 24)
	need := []byte{0x02, 0x03, 0x04, 0x05, 0x0a}
	if flags&dsd != 0 {
		need = []byte{0x0e}
	}
	for flag, kind := range map[int64]byte{hybrid: 0x06, float: 0x08, integers: 0x09} {
		if flags&flag != 0 && flags&dsd == 0 {
			need = append(need, kind)
		}
	}
	if flags&alone != alone {
		need = append(need, 0x0d)
	}
	if b[27]&hasChecksum != 0 {
		need = append(need, checksum)
	}
	return le32(b, 20) != 0 && slices.ContainsFunc(need, func(kind byte) bool {
		return !slices.ContainsFunc(all, func(x sub) bool { return x.kind == kind })
	})
}

// only tells whether a block holds all of the sound by its own count, and consists of whole
// sub-blocks from its head to its end.
func only(b []byte) bool {
	const final = 0x10 // in the second byte of the flags: no more channels follow
	if len(b) < blockHead || le32(b, 16) != 0 || le32(b, 20) != le32(b, 12) || b[25]&final == 0 {
		return false
	}
	all, fill := subs(b)
	return fill && len(all) > 0
}

func wavpack(s *scrub.Scan) error {
	return frames.Parse(s, frames.Kind{
		Head: blockHead,
		Len: func(b []byte) int64 {
			if n := le32(b, 4) + 8; string(b[:4]) == "wvpk" && n >= blockHead && n <= largest && b[9] == 4 {
				return n
			}
			return 0
		},
		Same:  func(a, b []byte) bool { return bytes.Equal(a[:4], b[:4]) },
		Sure:  only,
		Frame: block, Split: true,
	}, 0, nil)
}

// block claims a block that holds more than sound. Its checksum and what it covers can't be
// written at once: until both are, or a second run has come, wvunpack is silent for one
// block, and FFmpeg plays.
func block(w *frames.Walk, off int64, b []byte) (bool, error) {
	clean := bytes.Clone(b)
	all, fill := subs(b)
	if !fill {
		w.Doubt("parts of a block don't fill it")
		return false, nil
	}
	sum := sumAt(b, all)
	shy := (sum < 0 || !bytes.HasPrefix(b[sum+2:], blockSum(b, sum))) && lacking(b, all)
	from, claims := int64(0), 0
	for _, x := range all {
		switch {
		case x.kind == checksum && sum >= 0, x.n == 0:
			continue
		case x.kind == wrapperLo && len(x.used) > 11 && string(x.used[8:12]) == "WAVE": // programs look for it
			copy(clean[x.body:], hollow(x.used))
		case x.goes() && shy && !x.telling():
			if len(bytes.Trim(x.used, "\x00")) > 0 {
				w.Doubt("a part of a block may be sound that is damaged")
			}
			continue
		case x.goes():
			clear(clean[x.body : x.body+x.n])
			clean[x.at] &= large | odd
		default:
			strange(w, x.kind, x.used)
			continue
		}
		w.Claim(off+from, int64(x.at)-from, scrub.Payload, "blocks")
		claimSub(w, off, b, clean, x.at, x.body, x.n)
		from, claims = int64(x.body+x.n), claims+1
	}
	if claims == 0 {
		return false, nil
	}
	if sum >= 0 && from <= int64(sum) {
		want := blockSum(clean, sum)
		at := int64(sum + 2)
		w.Claim(off+from, at-from, scrub.Payload, "blocks")
		w.Claim(off+at, int64(len(want)), scrub.Structure, "blocks/checksum")
		if from = at + int64(len(want)); !bytes.Equal(b[at:from], want) {
			w.Put(scrub.Repair, off+at, want)
		}
	}
	w.Claim(off+from, int64(len(b))-from, scrub.Payload, "blocks")
	return true, nil
}

// claimSub claims a sub-block that becomes a dummy, or a header without what it tells.
func claimSub(w *frames.Walk, off int64, b, clean []byte, at, body, n int) {
	start, end := off+int64(at), off+int64(body)
	w.Claim(start, end-start, scrub.Structure, "blocks/wrapper")
	if bytes.Equal(b[at:body+n], clean[at:body+n]) {
		w.Claim(end, int64(n), scrub.Structure, "blocks/wrapper")
		return
	}
	w.Claim(end, int64(n), scrub.Identify, "blocks/wrapper")
	kind := scrub.Comment
	if b[at]&0x3f == dummy {
		kind = scrub.Hidden
	}
	if w.Found(scrub.Finding{Kind: kind, Place: "blocks/wrapper", Off: start, Len: end - start + int64(n)}) {
		if b[at] != clean[at] {
			w.Put(scrub.Unlink, start, clean[at:at+1])
		}
		w.Put(scrub.Destroy, end, clean[body:body+n])
	}
}

// sumAt is where the sub-block with the checksum of a block starts, or -1.
func sumAt(b []byte, all []sub) int {
	for _, x := range all {
		if x.kind == checksum && b[27]&hasChecksum != 0 && b[x.at]&large == 0 && (x.n == 2 || x.n == 4) {
			return x.at
		}
	}
	return -1
}

// blockSum is the checksum, which is at sum, of all that stands before it.
func blockSum(b []byte, sum int) []byte {
	c := uint32(0xffffffff)
	for i := 0; i+1 < sum; i += 2 {
		c = c*3 + uint32(binary.LittleEndian.Uint16(b[i:]))
	}
	if b[sum+1] == 1 {
		return binary.LittleEndian.AppendUint16(nil, uint16(c^c>>16))
	}
	return binary.LittleEndian.AppendUint32(nil, c)
}
