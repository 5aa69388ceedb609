package mpegaudio

import (
	"bytes"
	"slices"

	"untag/scrub"
	"untag/scrub/coded"
	"untag/scrub/frames"
	"untag/scrub/pattern"
)

// spare follows the main data of layer III from frame to frame, which begin up to 511
// bytes before their own frame: bytes between the end of one frame's and the start of the
// next one's are no sound (ISO/IEC 11172-3, 2.4.1.7, 2.4.3.4). Encoders fill them with
// their names and versions. Only words go: mp3PRO has half of its sound there.
type spare struct {
	slots []slot // which may hold what is between main data
	pos   int64  // in the stream of main data, in bytes: where the next slot begins
	end   int64  // in bits: where the main data of the last frame end, less than 0 if that is unknown
	from  int64  // in the medium: what is not yet claimed
	to    int64

	cleared int
	open    bool // what follows the last main data may be more
}

// maxCleared bounds the frames of which what is beside their sound is looked into.
const maxCleared = 1 << 16

// slot is bytes at pos of the stream of main data, which stand at off in the medium.
type slot struct {
	pos, off int64
	n        int64
}

func (s slot) end() int64 { return s.pos + s.n }

// maxSlots is how many frames, of the smallest, main data can lie before their own.
const maxSlots = 64

// follow takes the frame b at off in, and claims what it ends.
func (p *spare) follow(w *frames.Walk, off int64, b []byte) error {
	if off != p.to {
		if err := p.leave(w, off, false); err != nil {
			return err
		}
	}
	p.to = off + int64(len(b))
	side := sideEnd(b)
	if side > len(b) {
		p.end = -1
		return nil
	}
	before, bits := mainData(b)
	begin := p.pos - before
	if p.end >= 0 {
		if err := p.between(w, (p.end+7)/8, begin); err != nil {
			return err
		}
	}
	p.slots = append(p.slots, slot{p.pos, off + int64(side), int64(len(b) - side)})
	p.pos += int64(len(b) - side)
	p.end = 8*begin + bits
	if begin < 0 || p.end > 8*p.pos {
		p.end = -1
	}
	done := 0
	for done < len(p.slots) && (len(p.slots)-done > maxSlots || 8*p.slots[done].end() <= p.end) {
		done++
	}
	p.slots = slices.Delete(p.slots, 0, done)
	return nil
}

// leave claims what was followed so far, to go on at off. No main data follow those of
// the last frame; but in what was cut off some may have, if no frame says that it is whole.
func (p *spare) leave(w *frames.Walk, off int64, whole bool) error {
	p.open = !whole
	if p.end >= 0 && !w.Cut {
		if err := p.between(w, (p.end+7)/8, p.pos); err != nil {
			return err
		}
	}
	w.Claim(p.from, p.to-p.from, scrub.Payload, "frames")
	*p = spare{end: -1, from: off, to: off, cleared: p.cleared}
	return nil
}

// between clears [begin, end) of the stream of main data of words.
func (p *spare) between(w *frames.Walk, begin, end int64) error {
	for _, s := range p.slots {
		at, to := max(begin, s.pos), min(end, s.end())
		off := s.off + at - s.pos
		if to-at < word || off < p.from {
			continue
		}
		b := w.Peek(off, int(to-at))
		n := p.words(w, b, s.pos == 0)
		if p.cleared++; p.cleared > maxCleared {
			w.Doubt("more frames have room beside their sound than are looked into")
			continue
		}
		w.Claim(p.from, off-p.from, scrub.Payload, "frames")
		p.from = off + int64(len(b))
		if err := w.Blank(off, int64(n), 0, scrub.Software, "frames/ancillary"); err != nil {
			return err
		}
		w.Claim(off+int64(n), int64(len(b)-n), scrub.Structure, "frames/ancillary")
	}
	return nil
}

// words returns how many of the bytes b beside the sound, in the first frame or another, are to go.
func (p *spare) words(w *frames.Walk, b []byte, first bool) (n int) {
	switch {
	case w.Odd:
	case first && counting(b):
		w.Doubt("a frame that tells of the others can't be read")
	case p.open:
		n = len(signature().Find(b))
		if speaks(b[n:], 2*word) {
			w.Doubt("behind the sound of the last frame are words, or sound that is cut off")
		}
	case speaks(b, word):
		n = len(b)
	}
	return n
}

// counting tells whether b may be what tells of all frames (Xing, Info, VBRI), damaged.
func counting(b []byte) bool {
	b = b[:min(len(b), vbriAt+4)]
	return slices.ContainsFunc([]string{"Xing", "Info", "VBRI"}, func(name string) bool { return bytes.Contains(b, []byte(name)) })
}

// word is as long as what LAME signs with.
const word = 8

// speaks tells whether b begins with a word of at least first characters, or holds a longer
// one, or any behind a zero, where clearing it was stopped: so many characters, and not the
// same over and over, as encoders fill with.
func speaks(b []byte, first int) bool {
	run, start := 0, 0
	for i, c := range b {
		if !printable(c) {
			run = 0
			continue
		}
		if run == 0 {
			start = i
		}
		run++
		if run >= 2*word || run >= first && (start == 0 || b[0] == 0) {
			if distinct(b[start:i+1]) >= word/2 {
				return true
			}
		}
	}
	return false
}

// signature is how encoders sign what is beside the sound.
var signature = pattern.New(`^U*(LAME|Lav[cf]|GOGO)[ .\d]*(\((alpha|beta)[ \d]*\))?`)

func printable(c byte) bool { return c >= ' ' && c <= '~' }

// distinct is how many different bytes there are.
func distinct(b []byte) (n int) {
	var seen [256]bool
	for _, c := range b {
		if !seen[c] {
			seen[c] = true
			n++
		}
	}
	return n
}

// sideEnd returns how long header, checksum and side information of a frame are (2.4.1.7;
// ISO/IEC 13818-3, 2.4.1.7).
func sideEnd(b []byte) int {
	n := 4 + 2*int(1-b[1]&1)
	switch mono, one := b[3]>>6 == 3, b[1]&8 != 0; {
	case mono && !one:
		return n + 9
	case mono == one:
		return n + 17
	}
	return n + 32
}

// mainData returns how many bytes before its slot the main data of a frame begin, and how many
// bits they have.
func mainData(b []byte) (before, bits int64) {
	mono, one := b[3]>>6 == 3, b[1]&8 != 0
	channels, granules, pointer, private := 2, 1, 8, 2
	if mono {
		channels, private = 1, 1
	}
	if one {
		granules, pointer, private = 2, 9, 7+2*channels // with what tells which scale factors are shared
	}
	r := coded.NewBits(b[4+2*int(1-b[1]&1):])
	before = int64(r.Read(pointer))
	r.Skip(private)
	for range granules * channels {
		bits += int64(r.Read(12))
		if r.Skip(47); !one {
			r.Skip(4)
		}
	}
	return before, bits
}
