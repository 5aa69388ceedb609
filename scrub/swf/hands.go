package swf

import (
	"bytes"
	"encoding/binary"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/codec"
	"untag/scrub/sniff"
	"untag/scrub/words"
)

func (f film) hands() map[string]chunk.Hand {
	h := map[string]chunk.Hand{"/8": f.tables, "/14": f.sound(9), "/19": f.sound(4), "/20": f.lossless(0), "/36": f.lossless(1), "/39": f.sprite, "/69": f.attributes, "/77": f.metadata, "/87": f.binary}
	for id, before := range map[string]int64{"/6": 2, "/21": 2, "/35": 6, "/90": 8} {
		h[id] = func(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
			return true, f.picture(p, before, place)
		}
	}
	for _, id := range []string{"/12", "/59", "/72", "/82"} {
		h[id] = f.code
	}
	return h
}

// sound claims sounds, whole or for one picture, the first frame of which begins so many bytes into
// the tag. Encoders leave their names in those of MP3.
func (f film) sound(before int64) chunk.Hand {
	return func(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
		if p.Size < before+4 || sniff.MPEGFrame(w.Get(p.Body()+before, 4)) == 0 {
			return true, w.Keep(p, scrub.Payload, place)
		}
		w.Claim(p.Off, p.Head, scrub.Structure, place)
		_, err := f.look.Frame(&codec.Stream{Kind: codec.MP3}, p.Body(), p.Size, 0, place)
		return true, err
	}
}

// sprite claims a film in the film: its number, how many pictures it has, and tags.
func (f film) sprite(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const before = 4
	if p.Size < before {
		return w.Drop(p, scrub.Unknown, place, "")
	}
	w.Claim(p.Off, p.Head+before, scrub.Structure, place)
	_, err := f.tags(p.Body()+before, p.Tail(), place)
	return true, err
}

// attributes claims FileAttributes: players look for no XMP then.
func (f film) attributes(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const size, meaning = 4, 0x79 // the bits that mean something, but for the one that announces XMP
	if p.Size != size {
		return w.Drop(p, scrub.Unknown, place, "")
	}
	b := w.Get(p.Body(), size)
	w.Claim(p.Off, p.Len(), scrub.Structure, place)
	b[0] &= meaning
	if w.Goes(scrub.Identify, scrub.Provenance) {
		b[0] &^= 0x10
	}
	return true, w.Field(p.Body(), []byte{b[0], 0, 0, 0}, scrub.Hidden, place)
}

// metadata claims XMP, if it begins like XML.
func (f film) metadata(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	b := w.Get(p.Body(), int(min(p.Size, 1)))
	kind := scrub.Unknown
	if string(b) == "<" {
		kind = scrub.Provenance
	}
	return w.Drop(p, kind, place, "")
}

// picture claims a picture that begins some bytes into a tag. That of the third and the
// fourth kind says how long it is, and is followed by what can be seen through it.
func (f film) picture(p chunk.Part, before int64, place string) error {
	if p.Size < before {
		f.Distrust("a picture is shorter than its head")
		f.Claim(p.Off, p.Len(), scrub.Payload, place)
		return nil
	}
	n := p.Size - before
	b := f.Get(p.Body(), int(min(p.Size, before+4)))
	if before > 2 {
		n = min(n, int64(binary.LittleEndian.Uint32(b[2:])))
	}
	at := p.Body() + before
	if lead := string(b[before:]); n > 4 && (lead == "\xff\xd9\xff\xd8" || lead == "\xff\xd8\xff\xd9") { // an error of old programs, and tables without any
		at, n = at+4, n-4
	}
	f.Claim(p.Off, at-p.Off, scrub.Structure, place)
	f.Claim(at+n, p.Tail()-at-n, scrub.Payload, place)
	if !f.packed(at+n, p.Tail()-at-n) {
		f.Doubt("a picture can't be looked into")
	}
	ends, err := f.ends(at, n, p.Tail()-at-n)
	if err != nil {
		return err
	}
	if ends || before == 2 {
		err = f.Medium(scrub.Extents{{Off: at, Len: n}}, place)
		if err == nil || !scrub.Refusal(err) {
			return err
		}
	}
	f.Claim(at, n, scrub.Payload, place)
	f.Doubt("a picture can't be looked into")
	return nil
}

// ends tells whether n bytes at off may be a picture of a tag that says how long that is:
// behind one of JPEG follow other bytes, which zlib made.
func (f film) ends(off, n, rest int64) (bool, error) {
	b, err := f.Bytes(off, int(min(n, 1)))
	if err != nil || rest == 0 {
		return len(b) > 0 && b[0] != 0xff, err
	}
	b, err = f.Bytes(off+n, 1)
	return err == nil && b[0]&0xf == 8, err
}

// tables claims the tables of pictures, which are those of JPEG and nothing else.
func (f film) tables(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	b := w.Get(p.Body(), int(min(p.Size, 16<<10)))
	at := 0
	for at+4 <= len(b) && b[at] == 0xff {
		switch b[at+1] {
		case 0xd8, 0xd9:
			at += 2
			continue
		case 0xdb, 0xc4, 0xdd:
			at += 2 + int(binary.BigEndian.Uint16(b[at+2:]))
			continue
		}
		break
	}
	if at+2 == len(b) && b[at] == 0xff && b[at+1] == 0xd9 {
		at += 2
	}
	if at != int(p.Size) {
		w.Doubt("tables of pictures hold something else")
	}
	return true, w.Keep(p, scrub.Payload, place)
}

// code claims code. Compilers leave names of folders in it, which a player may use.
func (f film) code(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	for off := p.Body(); off < p.Tail(); off += scrub.MaxPiece {
		b := w.Get(off, int(min(p.Tail()-off, scrub.MaxPiece)))
		for _, s := range bytes.FieldsFunc(b, func(r rune) bool { return r < ' ' || r > '~' }) {
			if told := words.Tells(string(s[:min(len(s), scrub.MaxValue)])); len(s) > 8 && told != "" {
				w.Doubt("code tells a %s", told)
				w.Stuck(scrub.Finding{Kind: told, Place: place, Off: p.Off, Len: p.Len(), Value: string(s)})
				return true, w.Keep(p, scrub.Payload, place)
			}
		}
	}
	return true, w.Keep(p, scrub.Payload, place)
}

// binary claims data of the film's own, which may be a medium.
func (f film) binary(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const before = 6
	if p.Size > before {
		err := w.Medium(scrub.Extents{{Off: p.Body() + before, Len: p.Size - before}}, place)
		if err == nil || !scrub.Refusal(err) {
			w.Claim(p.Off, p.Head+before, scrub.Structure, place)
			return true, err
		}
	}
	w.Doubt("data of a film's own can't be looked into")
	return true, w.Keep(p, scrub.Payload, place)
}
