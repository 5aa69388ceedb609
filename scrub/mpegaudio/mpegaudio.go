// Package mpegaudio cleans MPEG audio in place: MP3, MP2 and MP1 (ISO/IEC 11172-3,
// 13818-3), with its tags.
//
// Frames are followed to the last. The one that tells of all others (Xing, Info, VBRI)
// keeps the numbers that make seeking and gapless playing right, and of its encoder the
// four letters by which decoders know whether to believe them.
package mpegaudio

import (
	"bytes"
	"encoding/binary"
	"slices"

	"untag/scrub"
	"untag/scrub/frames"
	"untag/scrub/sniff"
)

// Format is the entry of this family in the table of formats.
var Format = scrub.Format{
	Name:       "mp3",
	Title:      "MPEG sound: MP3, MP2, MP1",
	Extensions: []string{"mp3", "mp2", "mp1", "mpa"},
	Sniff:      sniff.MPEG,
	Parse:      parse,
}

func parse(s *scrub.Scan) error {
	p := &parser{said: -1, spare: spare{end: -1}}
	kind := frames.Kind{Head: 4, Len: sniff.MPEGFrame, Same: sniff.SameMPEG, Frame: p.frame, Split: true}
	return frames.Parse(s, kind, 0, func(w *frames.Walk, e *scrub.End) error {
		whole := p.said > 0 && p.at+p.said == w.End && !w.Lost
		if whole {
			e.Proof = scrub.Proven
		}
		return p.spare.leave(w, w.End, whole)
	})
}

// parser remembers what the first frame says of the others.
type parser struct {
	at, said int64 // where it stands, and how many bytes it says there are; -1 for none
	spare    spare
}

// frame claims a frame that holds no sound but tells of it, and follows the sound of others.
func (p *parser) frame(w *frames.Walk, off int64, b []byte) (bool, error) {
	if at := infoAt(b); at > 0 && layerIII(b) {
		return true, p.info(w, off, b, at)
	}
	if len(b) > vbriAt+26 && string(b[vbriAt:vbriAt+4]) == "VBRI" {
		return true, vbri(w, off, b)
	}
	if layerIII(b) {
		return true, p.spare.follow(w, off, b)
	}
	return false, nil
}

func layerIII(b []byte) bool { return b[1]>>1&3 == 1 }

// infoAt returns where in a frame the word Xing or Info stands, behind the side
// information; 0 if nowhere. LAME and FFmpeg count no checksum before it, others do.
func infoAt(b []byte) int {
	if len(b) < 40 {
		return 0
	}
	side := sideEnd(b)
	for _, at := range []int{side, side - 2*int(1-b[1]&1)} {
		if len(b) >= at+8 && (string(b[at:at+4]) == "Xing" || string(b[at:at+4]) == "Info") && b[at+4]|b[at+5]|b[at+6] == 0 {
			return at
		}
	}
	return 0
}

const (
	hasFrames, hasBytes, hasTable, hasQuality = 1, 2, 4, 8
	vbriAt                                    = 4 + 32
	lameLen                                   = 36 // of what LAME adds
	encoderLen                                = 9
	prefixLen                                 = 4
)

// believed are encoders whose numbers of samples to skip FFmpeg reads.
var believed = []string{"LAME", "Lavf", "Lavc"}

// info claims the frame at off, in which the numbers start at.
func (p *parser) info(w *frames.Walk, off int64, b []byte, at int) error {
	flags := binary.BigEndian.Uint32(b[at+4:])
	n := at + 8
	for _, f := range []struct{ flag, len int }{{hasFrames, 4}, {hasBytes, 4}, {hasTable, 100}, {hasQuality, 4}} {
		if flags&uint32(f.flag) == 0 || n+f.len > len(b) {
			continue
		}
		field := b[n : n+f.len]
		switch {
		case f.flag == hasBytes && p.said < 0:
			p.at, p.said = off, int64(binary.BigEndian.Uint32(field))
		case f.flag == hasTable && !slices.IsSorted(field):
			p.reset(w, off+int64(n), even())
		case f.flag == hasQuality && binary.BigEndian.Uint32(field) > 100, f.flag == hasFrames && int64(binary.BigEndian.Uint32(field)) > w.Size()/8 && flags&hasBytes == 0:
			p.reset(w, off+int64(n), make([]byte, 4))
		}
		n += f.len
	}
	if counts := b[at+8:]; flags&3 == 3 && len(counts) >= 8 {
		if n := int64(binary.BigEndian.Uint32(counts[4:])); int64(binary.BigEndian.Uint32(counts))*24 > n {
			wrong := 8
			if n > 0 && n <= w.Size()-off { // FFmpeg plays a frame with neither number as sound
				wrong = 4
			}
			p.reset(w, off+int64(at)+8, make([]byte, wrong))
		}
	}
	w.Claim(off, 4, scrub.Structure, "info")
	w.Claim(off+int64(at), int64(n-at), scrub.Structure, "info")
	if err := w.Blank(off+4, int64(at-4), 0, scrub.Hidden, "info"); err != nil { // side information and checksum
		return err
	}
	if known := flags & 15; known != flags {
		p.reset(w, off+int64(at)+4, binary.BigEndian.AppendUint32(nil, known))
	}
	if lame := b[n:]; len(lame) >= lameLen && len(bytes.Trim(lame[:lameLen], "\x00")) > 0 {
		encoder(w, off, b, n)
		n += lameLen
	}
	return w.Blank(off+int64(n), int64(len(b)-n), 0, scrub.Hidden, "info/rest")
}

// reset puts numbers in the place of some that can't be.
func (p *parser) reset(w *frames.Walk, off int64, to []byte) {
	if w.Found(scrub.Finding{Kind: scrub.Hidden, Place: "info", Off: off, Len: int64(len(to))}) {
		w.Put(scrub.Repair, off, to)
	}
}

// even is the table of a file in which all seconds take as many bytes.
func even() []byte {
	b := make([]byte, 100)
	for i := range b {
		b[i] = byte(i * 256 / len(b))
	}
	return b
}

// encoder claims what LAME and others add: the version goes, and the checksum follows.
// What can't be from LAME goes as a whole.
func encoder(w *frames.Walk, off int64, b []byte, at int) {
	start, crcAt := off+int64(at), at+lameLen-2
	want := bytes.Clone(b[:at+lameLen])
	lame, place := want[at:], "info/encoder"
	found := scrub.Finding{Kind: scrub.Software, Place: place, Off: start, Len: encoderLen, Value: string(bytes.TrimRight(b[at:at+encoderLen], "\x00 "))}
	if slices.Contains(believed, string(lame[:prefixLen])) && sane(lame, w.Size()) {
		copy(lame[prefixLen:encoderLen], "     ")
		w.Claim(start, prefixLen, scrub.Structure, place)
		w.Claim(start+encoderLen, lameLen-encoderLen, scrub.Structure, "info/gapless")
		start, want = start+prefixLen, want[:at+encoderLen]
	} else {
		clear(lame)
	}
	role := scrub.Structure
	if changed := want[start-off:]; !bytes.Equal(changed, b[start-off:len(want)]) && w.Found(found) {
		role = scrub.Identify
		full := append(bytes.Clone(want), b[len(want):crcAt+2]...)
		if len(want) <= crcAt && binary.BigEndian.Uint16(b[crcAt:]) == crc16(b[:crcAt]) { // first: then a second run knows that it is right
			w.Put(scrub.Unlink, off+int64(crcAt), binary.BigEndian.AppendUint16(nil, crc16(full[:crcAt])))
		}
		w.Put(scrub.Destroy, start, bytes.Clone(changed))
	}
	w.Claim(start, off+int64(len(want))-start, role, place)
}

// sane tells whether what follows the name of an encoder is what LAME's format means
// (gabriel.mp3-tech.org/mp3infotag.html). The length may be that of a song of which the rest is missing.
func sane(lame []byte, size int64) bool {
	peak, length := binary.BigEndian.Uint32(lame[11:]), int64(binary.BigEndian.Uint32(lame[28:]))
	track, album := lame[15]>>5, lame[17]>>5 // what a gain is for
	return peak < 0x41000000 && length < max(8*size, 1<<28) && track < 2 && (album == 0 || album == 2) && lame[15]>>2&7 < 5 && lame[17]>>2&7 < 5
}

// vbri claims the frame in which an encoder of Fraunhofer tells of the others: numbers,
// and a table of so many entries.
func vbri(w *frames.Walk, off int64, b []byte) error {
	n := vbriAt + 26 + int(binary.BigEndian.Uint16(b[vbriAt+18:]))*int(binary.BigEndian.Uint16(b[vbriAt+22:]))
	n = min(n, len(b))
	w.Claim(off, int64(n), scrub.Structure, "info")
	return w.Blank(off+int64(n), int64(len(b)-n), 0, scrub.Hidden, "info/rest")
}

// crc16 is CRC-16/ARC, as LAME counts it.
func crc16(b []byte) (crc uint16) {
	for _, c := range b {
		crc ^= uint16(c)
		for range 8 {
			if crc&1 != 0 {
				crc = crc>>1 ^ 0xa001
			} else {
				crc >>= 1
			}
		}
	}
	return crc
}
