// Package lossless cleans WavPack, Monkey's Audio, TTA and TAK in place. What gives people away
// in them, beside the tags behind them, is the header and trailer of the file that was
// compressed: they are stored whole, chunks of recorders and studios among them.
package lossless

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"strings"

	"untag/scrub"
	"untag/scrub/apetag"
	"untag/scrub/coded"
	"untag/scrub/frames"
	"untag/scrub/sniff"
)

// Formats are the entries of this package in the table of formats.
func Formats() []scrub.Format {
	one := func(name, title, extensions string, is sniff.Func, parse func(*scrub.Scan) error) scrub.Format {
		return scrub.Format{Name: name, Title: title, Extensions: strings.Fields(extensions), Sniff: is, Parse: parse}
	}
	return []scrub.Format{
		one("wavpack", "WavPack sound", "wv wvc", sniff.Like("wvpk"), wavpack),
		one("ape", "Monkey's Audio", "ape", sniff.Like("MAC ??\x00\x00", "MAC ?\x0f", "MAC ?\x0e"), monkey),
		one("tta", "TTA sound", "tta", sniff.Like("TTA1"), tta),
		one("tak", "TAK sound", "tak", sniff.Like("tBaK"), tak),
	}
}

func le16(b []byte, at int) int64 { return int64(binary.LittleEndian.Uint16(b[at:])) }
func le32(b []byte, at int) int64 { return int64(binary.LittleEndian.Uint32(b[at:])) }

// Chunks that say nothing but how samples are stored.
var bare = []string{"fmt ", "data", "fact", "ds64"}

// bareWAV tells whether b, the header of a WAV file, holds no more than a player needs.
func bareWAV(b []byte) bool {
	if len(b) < 20 || string(b[8:12]) != "WAVE" {
		return false
	}
	for b = b[12:]; len(b) >= 8; {
		id, n := string(b[:4]), le32(b, 4)
		known := false
		for _, k := range bare {
			known = known || id == k
		}
		if !known || n > 64 && id != "data" {
			return false
		}
		if id == "data" {
			return len(b) == 8
		}
		b = b[8+min(n+n&1, int64(len(b)-8)):]
	}
	return false
}

// tta reads header, seek table and frames (tausoft.org: TTA1): all of them have checksums
// or lengths, and nothing in them is free.
func tta(s *scrub.Scan) error {
	const head, rate = 22, 245
	b := s.Get(0, head)
	hz, samples := le32(b, 10), le32(b, 14)
	frame := hz * 256 / rate
	if frame == 0 || samples == 0 || crc32.ChecksumIEEE(b[:head-4]) != binary.LittleEndian.Uint32(b[head-4:]) {
		return s.Errorf(0, "a header with a wrong checksum")
	}
	n := (samples + frame - 1) / frame
	if 4*n+4 > s.Left(head) || 4*n+4 > scrub.MaxPiece {
		return s.Errorf(head, "a seek table of %d entries, %d bytes are left", n, s.Left(head))
	}
	table := s.Get(head, int(4*n+4))
	s.Claim(0, head+4*n+4, scrub.Structure, "header")
	end := head + 4*n + 4
	from := end
	for i := range n {
		end += le32(table, int(4*i))
	}
	tail, err := apetag.Find(s)
	if err != nil {
		return err
	}
	e := scrub.End{Off: end, Proof: scrub.Proven}
	if crc32.ChecksumIEEE(table[:4*n]) != binary.LittleEndian.Uint32(table[4*n:]) || end > tail.Start {
		e = scrub.End{Off: tail.Start, Doubt: "the seek table is damaged, or the file cut short"}
		s.Doubt("%s", e.Doubt)
	}
	s.Claim(from, e.Off-from, scrub.Payload, "frames")
	return tail.Clean(e)
}

// Sub-blocks of WavPack by the low six bits of their number (wavpack.com: file format).
const (
	dummy, checksum    = 0x00, 0x2f
	wrapperLo          = 0x21 // up to 0x24: headers and trailers of RIFF and of others
	wrapperHi          = 0x24
	large, odd         = 0x80, 0x40
	optional           = 0x20
	hasChecksum        = 0x10 // in the last byte of the flags
	blockHead, largest = 32, 1 << 20
)

// kept are the optional sub-blocks that stay, and how long they are at the most: configuration,
// checksums of the sound, the ending of the file's name, rate, channels.
var kept = map[byte]int{0x25: 8, 0x26: 16, 0x27: 4, 0x28: 8, 0x29: 16, 0x2a: 64, 0x2b: 64, checksum: 4}

// strange doubts a sub-block that stays, if it is longer than it can be, of a kind that nobody
// knows, or text.
func strange(w *frames.Walk, kind byte, b []byte) {
	const lastKnown, word, sentence = 0x0e, 12, 24
	most, optional := kept[kind]
	switch {
	case optional && (len(b) > most || coded.Tells(b, word)):
		w.Doubt("a sub-block is longer than it can be, or holds text")
	case !optional && kind > lastKnown:
		w.Doubt("a sub-block of a kind that nobody knows")
	case !optional && coded.Tells(b, sentence):
		w.Doubt("text among the coded sound")
	}
}

// only tells whether a block holds all of the sound by its own count, and consists of whole
// sub-blocks from its head to its end.
func only(b []byte) bool {
	const final = 0x10 // in the second byte of the flags: no more channels follow
	at := blockHead
	if len(b) < blockHead || le32(b, 16) != 0 || le32(b, 20) != le32(b, 12) || b[25]&final == 0 {
		return false
	}
	for at+2 <= len(b) {
		head, n := 2, 2*int(b[at+1])
		if b[at]&large != 0 {
			if at+4 > len(b) {
				return false
			}
			head, n = 4, n+int(b[at+2])<<9+int(b[at+3])<<17
		}
		at += head + n
	}
	return at == len(b) && at > blockHead
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
	claims := 0
	from := int64(0)
	sum := -1
	for at := blockHead; at+2 <= len(b); {
		id, head, n := b[at], 2, 2*int(b[at+1])
		if id&large != 0 && at+4 <= len(b) {
			head, n = 4, n+int(b[at+2])<<9+int(b[at+3])<<17
		}
		body := at + head
		if n > len(b)-body {
			return false, nil
		}
		kind := id & 0x3f
		used := b[body : body+max(0, n-int(id>>6&1))]
		switch {
		case kind == checksum && b[27]&hasChecksum != 0:
			sum = at
		case kept[kind] > 0:
			strange(w, kind, used)
		case kind == wrapperLo && len(used) > 11 && string(used[8:12]) == "WAVE": // programs look for it
			copy(clean[body:], hollow(used))
			w.Claim(off+from, int64(at)-from, scrub.Payload, "blocks")
			claimSub(w, off, b, clean, at, body, n)
			from, claims = int64(body+n), claims+1
		case kind == dummy, kind&optional != 0, kind == 1:
			clear(clean[body : body+n])
			clean[at] &= large | odd
			w.Claim(off+from, int64(at)-from, scrub.Payload, "blocks")
			claimSub(w, off, b, clean, at, body, n)
			from, claims = int64(body+n), claims+1
		default:
			strange(w, kind, used)
		}
		at = body + n
	}
	if claims == 0 {
		return false, nil
	}
	if sum >= 0 && from <= int64(sum) { // over all before it
		size := min(len(b)-sum-2, 4)
		c := blockSum(clean[:sum])
		want := []byte{byte(c), byte(c >> 8), byte(c >> 16), byte(c >> 24)}
		if b[sum+1] == 1 {
			c ^= c >> 16
			want, size = []byte{byte(c), byte(c >> 8)}, min(size, 2)
		}
		at := int64(sum + 2)
		w.Claim(off+from, at-from, scrub.Payload, "blocks")
		w.Claim(off+at, int64(size), scrub.Structure, "blocks/checksum")
		if from = at + int64(size); !bytes.Equal(b[at:from], want[:size]) {
			w.Put(scrub.Repair, off+at, want[:size])
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

func blockSum(b []byte) uint32 {
	c := uint32(0xffffffff)
	for ; len(b) > 1; b = b[2:] {
		c = c*3 + uint32(binary.LittleEndian.Uint16(b))
	}
	return c
}
