package mxf

import (
	"slices"
	"strings"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/codec"
)

// kinds are what the table of containers calls codecs.
var kinds = map[string]codec.Kind{
	"MPEG12": codec.MPEG12, "Tape": codec.Tape, "Plain": codec.Plain, "JPEG2000": codec.JPEG2000, "H264": codec.H264, "DNxHD": codec.DNxHD, "ProRes": codec.ProRes,
}

// Types of elements (ST 379-2, 7.1), that of content packages of tapes among them.
const (
	tapePicture, picture   = 0x05, 0x15
	tapeSound, sound       = 0x06, 0x16
	tapeSystem, systemItem = 0x04, 0x14
	compound               = 0x18
)

// probes are how many pictures are looked into, and the last one, where not all are; clip
// is longer than any picture.
const (
	probes = 32
	clip   = 32 << 20
)

// clips are types of elements that hold all pictures in one piece; framed are codecs of which
// one does not tell where the next begins.
var (
	clips  = map[byte]bool{0x03: true, 0x06: true, 0x09: true, 0x0d: true, 0x18: true}
	framed = []codec.Kind{codec.DNxHD, codec.JPEG2000, codec.ProRes}
)

// element claims coded data, and looks into pictures.
func (f *film) element(p chunk.Part) error {
	key := f.Get(p.Off, keyLen)
	f.essence = true
	f.run(p.Off)
	switch kind := key[12]; {
	case p.ID == "encrypted":
		f.Unread()
	case kind == picture || kind == tapePicture || kind == compound:
		f.pictures++
		if clips[key[14]] && f.stream != nil && slices.Contains(framed, f.stream.Kind) {
			f.Doubt("pictures that are wrapped as one piece can't be looked into")
			return nil
		}
		if f.held {
			f.Claim(f.last.Body(), f.last.Size, scrub.Payload, "essence")
		}
		f.last, f.held = chunk.Part{}, false
		tape := f.stream != nil && f.stream.Kind == codec.Tape
		if !f.all && !tape && f.pictures > probes || p.Size > clip && !(tape && f.pictures == 1) {
			f.last = p
			return nil
		}
		tells, err := f.see(p)
		f.more = f.more || tells && !f.all
		return err
	case kind != sound && kind != tapeSound:
		if zeros, err := f.Constant(p.Body(), p.Size, 0); err != nil || !zeros {
			f.Doubt("data beside picture and sound can't be looked into")
			return err
		}
	}
	return nil
}

// lastPicture looks into the picture before something else, if that was not done.
func (f *film) lastPicture() (tells bool, err error) {
	p, held := f.last, f.held
	f.last, f.held = chunk.Part{}, false
	switch {
	case p.Size == 0:
		return false, nil
	case p.Size <= clip && held:
		return f.frame(p)
	case p.Size <= clip:
		return f.see(p)
	case held:
		f.Claim(p.Body(), p.Size, scrub.Payload, "essence")
	}
	return false, nil
}

// see looks into a picture of the run of coded data.
func (f *film) see(p chunk.Part) (tells bool, err error) {
	if p.Size == 0 {
		return false, nil
	}
	f.flush(p.Body())
	f.due = p.End()
	return f.frame(p)
}

// frame claims a picture, and what is found in it.
func (f *film) frame(p chunk.Part) (tells bool, err error) {
	if f.stream == nil {
		f.Doubt("a codec that nobody knows can't be looked into")
		f.stream = &codec.Stream{}
	}
	if f.stream.Kind == codec.Tape {
		return false, f.tape(p)
	}
	tells, err = f.look.Frame(f.stream, p.Body(), p.Size, f.pictures-1, "essence")
	return tells && (f.pictures > 1 || f.stream.Timed), err
}

// tape has a frame of DV cleaned as a film of its own.
func (f *film) tape(p chunk.Part) error {
	const mostFrames = 100 // each may take hundreds of edits
	if f.pictures <= mostFrames {
		err := f.Medium(scrub.Extents{{Off: p.Body(), Len: p.Size}}, "essence")
		if !scrub.Refusal(err) {
			return err
		}
	}
	_, err := f.look.Frame(f.stream, p.Body(), p.Size, f.pictures-1, "essence")
	return err
}

// codecOf notes the codec of pictures that the label of an essence container says.
func (f *film) codecOf(b []byte) {
	const at = 13 // generic container; what is in it
	if len(b) != keyLen || string(b[8:13]) != "\x0d\x01\x03\x01\x02" {
		return
	}
	t := rules()["container"][strings.ToUpper(string("0123456789abcdef"[b[at]>>4])+string("0123456789abcdef"[b[at]&0xf]))]
	kind, ok := kinds[t.Meaning]
	switch {
	case !ok: // sound, or several
	case f.stream == nil:
		f.stream = &codec.Stream{Kind: kind}
	case f.stream.Kind != kind:
		f.Doubt("pictures of several codecs can't be looked into")
		f.stream.Kind = codec.Unknown
	}
}

// beside is the place of all that stands between coded data and tells nothing.
const beside = "essence/packs"

// system claims what stands before each picture (ST 385): when it was made, and which
// package it is of.
func (f *film) system(p chunk.Part) error {
	const fields, pack, stamp = 23, 57, 17
	f.essence = true
	if ok, err := f.among(p, 3); err != nil || !ok {
		return err
	}
	key := f.Get(p.Off, keyLen)
	if p.ID == "package" {
		return f.packageItems(p, 2+int64(key[5]>>4&2))
	}
	if p.Size < pack || key[12] != tapeSystem && key[12] != systemItem {
		f.run(p.Off)
		f.Doubt("a system item can't be looked into")
		return nil
	}
	f.Claim(p.Off, p.Head, scrub.Structure, beside)
	if err := f.Record(p.Body(), fields, chunk.Layout{chunk.Any(7), label, half}, beside); err != nil {
		return err
	}
	off := p.Body() + fields
	for _, name := range []string{"creation date", "user date"} {
		if err := f.empty(off, stamp, scrub.Time, "system item/"+name); err != nil {
			return err
		}
		off += stamp
	}
	return f.empty(off, p.Tail()-off, scrub.Hidden, "system item/rest")
}

// packageItems claims items of a tag of one byte and a length of two or four.
func (f *film) packageItems(p chunk.Part, length int64) error {
	f.Claim(p.Off, p.Head, scrub.Structure, beside)
	off := p.Body()
	for p.Tail()-off > length {
		b, err := f.Bytes(off, int(1+length))
		if err != nil {
			return err
		}
		n := f.Number(b[1:])
		if n > p.Tail()-off-1-length {
			break
		}
		f.Claim(off, 1+length, scrub.Structure, beside)
		off += 1 + length
		if err := f.empty(off, n, scrub.ID, "package item"); err != nil {
			return err
		}
		off += n
	}
	return f.empty(off, p.Tail()-off, scrub.Hidden, "package item/rest")
}

// empty claims n bytes at off among coded data that have to be zeros.
func (f *film) empty(off, n int64, kind scrub.Kind, place string) error {
	zeros, err := f.Constant(off, n, 0)
	if err != nil || zeros {
		f.Claim(off, n, scrub.Structure, beside)
		return err
	}
	if f.Careful && kind == scrub.Hidden {
		return f.Hide(off, n, place)
	}
	return f.Blank(off, n, 0, kind, place)
}
