package asf

import (
	"cmp"
	"encoding/binary"

	"untag/scrub"
	"untag/scrub/chunk"
)

func (f *film) hands() map[string]chunk.Hand {
	h := map[string]chunk.Hand{
		"header/" + properties:                           f.properties,
		"header/" + stream:                               f.stream,
		"header/86D15240-311D-11D0-A3A4-00A0C90348F6":    f.codecs,
		"header/F487CD01-A951-11CF-8EE6-00C00C205365":    f.markers,
		"header/75B22633-668E-11CF-A6D9-00AA0062CE6C":    f.description,
		"header/D2D0A440-E307-11D2-97F0-00A0C95EA850":    f.attributes,
		"header/2211B3FB-BD23-11D2-B4B7-00A0C955FC6E":    f.encryption,
		"header/298AE614-2622-4C17-B935-DAE07EE9289C":    f.encryption,
		"extension/43058533-6981-49E6-9B74-AD12CB86D58C": f.encryption,
		"extension/14E6A5CB-C672-4332-8399-A96952065B5A": f.extended,
		"extension/7C4346A9-EFE0-4BFC-B229-393EDE415C85": f.languages,
		"extension/" + metadata:                          f.attributes,
		"extension/44231C94-9498-49D1-A141-1D134E457054": f.attributes,
		"/33000890-E5B1-11CF-89F4-00A0C90349CB":          f.simpleIndex,
		"/D6E229D3-35DA-11D1-9034-00A0C90349BE":          f.index,
		"/FEB103F8-12AD-4C64-840F-2A1D2F7AD48C":          f.index,
	}
	h["extension/D9AADE20-7C17-4F9C-BC28-8555DD98E2A2"] = func(w *chunk.Walk, p chunk.Part, place string) (bool, error) { return true, f.keep(p, 0, place) }
	for place, a := range arrays {
		h[place] = func(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
			return f.array(p, a.before, a.each, place)
		}
	}
	return h
}

// arrays are objects of a few fields, the last of which counts the numbers that follow.
var arrays = map[string]struct{ before, each int64 }{
	"header/D6E229DC-35DA-11D1-9034-00A0C90349BE":    {18, 2},
	"header/7BF875CE-468D-11D1-8D82-006097C9A2B2":    {2, 6},
	"extension/A08649CF-4775-4670-8A16-6E35357566CD": {18, 2},
	"extension/D4FED15B-88D3-454F-81F0-ED5C45999E24": {2, 4},
	"extension/A69609E6-517B-11D2-B6AF-00C04FD908E9": {26, 2},
	"extension/D6E229DF-35DA-11D1-9034-00A0C90349BE": {6, 4},
	"extension/6B203BAD-3F11-48E4-ACA8-D7613DE2CFA7": {6, 4},
}

func (f *film) array(p chunk.Part, before, each int64, place string) (bool, error) {
	n := before
	if p.Size >= before {
		n += each * int64(binary.LittleEndian.Uint16(f.Get(p.Body()+before-2, 2)))
	}
	return true, f.keep(p, n, place)
}

// keep claims an object of which the first n bytes have a meaning.
func (f *film) keep(p chunk.Part, n int64, place string) error {
	if n > p.Size {
		f.Distrust("an object is shorter than what it counts")
		n = p.Size
	}
	f.Claim(p.Off, p.Head+n, scrub.Structure, place)
	return f.Rest(p.Body()+n, p.Size-n, place)
}

// properties claims the File Properties (3.2).
func (f *film) properties(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const size = 80
	if err := f.keep(p, size, place); err != nil || p.Size < size {
		return true, err
	}
	b := f.Get(p.Body(), size)
	le := binary.LittleEndian
	f.size, f.packets, f.packet = int64(le.Uint64(b[16:])), int64(le.Uint64(b[32:])), int64(le.Uint32(b[72:]))
	f.live = b[64]&1 != 0
	if le.Uint32(b[68:]) != le.Uint32(b[72:]) || f.packet > scrub.MaxPiece {
		f.packet = 0
	}
	return true, cmp.Or(f.fit(p.Body(), whole, place), f.fileID(p.Body(), place), f.Field(p.Body()+24, make([]byte, 8), scrub.Time, place+"/creation date"))
}

// fileID sets the identifier of the file to zeros, as FFmpeg writes it: here, in the
// Data object and in the Simple Index.
func (f *film) fileID(off int64, place string) error {
	return f.Field(off, make([]byte, 16), scrub.ID, place+"/file id")
}

// encryption claims what tells how packets are encrypted: they can't be looked into,
// and don't play without it.
func (f *film) encryption(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	f.encrypted = true
	f.Doubt("the film is encrypted, and says where the licence is bought and which it is")
	f.Claim(p.Off, p.Len(), scrub.Identify, place)
	f.Stuck(scrub.Finding{Kind: scrub.ID, Place: place, Off: p.Off, Len: p.Len()})
	return true, nil
}

// texts are those of the Content Description in their order (3.10).
var texts = []struct {
	name string
	kind scrub.Kind
	role scrub.Role
}{{"title", scrub.Title, scrub.Describe}, {"author", scrub.Title, scrub.Describe}, {"copyright", scrub.Caption, scrub.Identify}, {"description", scrub.Comment, scrub.Identify}, {"rating", scrub.Comment, scrub.Identify}}

func (f *film) description(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	return f.Whole(p, scrub.Comment, place, func() (stays, sound bool, err error) {
		const lengths = 10
		if p.Size < lengths {
			return false, false, nil
		}
		b := f.Get(p.Body(), lengths)
		f.Claim(p.Off, p.Head+lengths, scrub.Structure, place)
		at := p.Body() + lengths
		for i, t := range texts {
			n := int64(binary.LittleEndian.Uint16(b[2*i:]))
			if n > p.Tail()-at {
				return false, false, nil
			}
			stay, err := f.Say(at, n, t.kind, t.role, place+"/"+t.name)
			if err != nil {
				return false, false, err
			}
			stays = stays || stay
			at += n
		}
		return stays, true, f.Rest(at, p.Tail()-at, place)
	})
}

// reserved is how long the GUID is with which some objects begin; it means nothing.
const reserved = 16

// codecs claims the Codec List (3.5): names and descriptions of encoders go.
func (f *film) codecs(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	return f.Whole(p, scrub.Software, place, func() (bool, bool, error) {
		c := f.Fields(p, reserved)
		n := c.Number(4)
		for ; n > 0 && c.Sound(); n-- {
			c.Skip(2)
			for range 2 {
				c.Say(2*c.Number(2), scrub.Software, 0, place+"/name")
			}
			if n := c.Number(2); n <= 4 {
				c.Skip(n)
			} else {
				c.Blank(n, place+"/information")
			}
		}
		return true, n == 0 && c.Sound(), c.Close(place)
	})
}

// markers claims the Marker object (3.7): its names are those of chapters.
func (f *film) markers(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	return f.Whole(p, scrub.Chapters, place, func() (stays, sound bool, err error) {
		c := f.Fields(p, reserved)
		n := c.Number(4)
		c.Skip(2)
		c.Say(c.Number(2), scrub.Chapters, scrub.Describe, place+"/name")
		for ; n > 0 && c.Sound(); n-- {
			c.Skip(8 + 8 + 2 + 4 + 4)
			c.Say(2*c.Number(4), scrub.Chapters, scrub.Describe, place+"/chapter")
		}
		return c.Stays, n == 0 && c.Sound(), c.Close(place)
	})
}

// languages claims the Language List (4.6).
func (f *film) languages(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	return f.Whole(p, scrub.Unknown, place, func() (bool, bool, error) {
		c := f.Fields(p, 0)
		n := c.Number(2)
		for ; n > 0 && c.Sound(); n-- {
			size := c.Number(1)
			if tag := c.Peek(size); !language(text(tag)) {
				c.Say(size, scrub.Hidden, 0, place+"/language")
			} else {
				c.Skip(size)
			}
		}
		return true, n == 0 && c.Sound(), c.Close(place)
	})
}

// language tells whether a text is a tag of RFC 1766.
func language(tag string) bool {
	for _, c := range []byte(tag) {
		if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return len(tag) <= 16
}
