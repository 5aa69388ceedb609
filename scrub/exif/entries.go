package exif

import (
	"bytes"
	"fmt"
	"slices"
	"unicode/utf8"

	"untag/scrub"
	"untag/scrub/tags"
)

// Tags that lead on or that are read for what they do to the picture.
const (
	tagOrientation    = 0x0112
	tagMake           = 0x010F
	tagXResolution    = 0x011A
	tagYResolution    = 0x011B
	tagResolutionUnit = 0x0128
	tagExif           = 0x8769
	tagGPS            = 0x8825
	tagInterop        = 0xA005
	tagMakerNote      = 0x927C
	tagColorSpace     = 0xA001
	tagInteropIdx     = 0x0001
	tagStrip          = 0x0111
	tagThumb          = 0x0201
	tagThumbLen       = 0x0202
)

// entry deals with one entry of a directory that is not a maker's.
func (r *reader) entry(name string, e raw) {
	switch {
	case name == ifd1:
		r.thumbnail(e)
	case name == ifd0 && e.tag == tagOrientation:
		r.orientation(e)
	case name == ifd0 && (e.tag == tagXResolution || e.tag == tagYResolution || e.tag == tagResolutionUnit):
		r.resolved(e)
	case name == ifd0 && e.tag == tagExif:
		r.ifd(exifIFD, r.pointer(e))
	case name == ifd0 && e.tag == tagGPS:
		r.gps(r.pointer(e))
	case name == exifIFD && e.tag == tagInterop:
		r.ifd(interop, r.pointer(e))
	case name == exifIFD && e.tag == tagColorSpace:
		r.block.ColorSpace = uint16(r.number(e))
	case name == exifIFD && e.tag == tagMakerNote:
		r.makerNote(e)
	case name == interop:
		if e.tag == tagInteropIdx {
			r.block.Interop = r.text(e)
		}
	default:
		r.known(name, e)
	}
}

// orientation takes whole numbers of any type: some viewers read them, others
// don't, so that the type is kept. Nobody reads the rest.
func (r *reader) orientation(e raw) {
	if !slices.Contains([]uint16{1, 3, 4, 6, 7, 8, 9}, e.kind) || e.count == 0 {
		r.block.Others++
		return
	}
	r.block.Oriented, r.block.orientedAs = true, e.kind
	r.block.Orientation = uint16(min(r.number(e), 0xFFFF))
}

// known adds an entry that a table names; others are only counted.
func (r *reader) known(name string, e raw) {
	place := "IFD"
	if name == gpsIFD {
		place = "GPS"
	}
	t, ok := known()[place][uint64(e.tag)]
	if !ok {
		r.block.Others++
		return
	}
	if name == ifd0 && e.tag == tagMake {
		r.make = r.text(e)
	}
	r.add(name, e, t, r.value(e))
}

func (r *reader) add(name string, e raw, t tags.Tag, value string) {
	if value == "" && t.Kind != scrub.MakerNote {
		r.block.Others++ // an empty text gives nothing away but that it is there
		r.block.Silent = append(r.block.Silent, scrub.Range{Off: e.off, Len: e.size})
		return
	}
	r.block.Entries = append(r.block.Entries, Entry{IFD: name, Tag: e.tag, Type: e.kind, Count: e.count,
		Off: e.off, Len: e.size, Name: t.ID, Kind: t.Kind, Value: value})
}

// thumbnail deals with IFD1, which holds a small picture and, from some
// cameras, the tags of IFD0 once more.
func (r *reader) thumbnail(e raw) {
	switch e.tag {
	case tagThumb, tagStrip:
		off := int64(r.number(e))
		r.block.Entries = append(r.block.Entries, Entry{IFD: ifd1, Tag: e.tag, Off: off, Name: "ThumbnailImage", Kind: scrub.Thumbnail})
	case tagThumbLen:
		n := len(r.block.Entries)
		if n > 0 && r.block.Entries[n-1].Tag == tagThumb {
			last := &r.block.Entries[n-1]
			last.Len = min(int64(r.number(e)), max(0, r.src.Size()-last.Off))
			last.Value = fmt.Sprintf("%d bytes", last.Len)
		}
	default:
		r.known(ifd1, e)
	}
}

// Report tells what the block gives away. Places are those of the block below
// place; offsets are those of the block. Where stays is true, [Block.Reduce]
// keeps what the policy keeps; anything else goes under every policy.
func (b *Block) Report(place string, found func(f scrub.Finding, stays bool)) {
	position, ok := b.position()
	if ok {
		position.Place = place + "/" + position.Place
		found(position, true)
	}
	for _, e := range b.Entries {
		if ok && e.IFD == gpsIFD && e.Tag <= tagLongitude {
			continue
		}
		found(scrub.Finding{Kind: e.Kind, Place: place + "/" + e.IFD + "/" + e.Name, Off: e.Off, Len: e.Len, Value: e.Value}, e.stays())
	}
	switch {
	case b.Broken != "":
		found(scrub.Finding{Kind: scrub.Unknown, Place: place, Value: b.Broken}, false)
	case b.Others > 0:
		found(scrub.Finding{Kind: scrub.Unknown, Place: place, Value: fmt.Sprintf("%d other entries", b.Others)}, false)
	}
}

// Speaks tells whether value, that of an entry, shows by itself that it is one, and no part of a
// picture: text, or numbers of a position. It is for blocks of which it is not sure where they end.
func (b *Block) Speaks(e Entry, value []byte) bool {
	const text, rational, least, longest, finest = 2, 5, 8, 1 << 10, 10_000_000
	said := bytes.TrimRight(value, "\x00")
	switch {
	case len(said) == 0 || len(value) > longest:
	case e.Type == text:
		return (len(said) >= least || len(said) < len(value)) && !bytes.ContainsFunc(said, func(r rune) bool { return r < ' ' || r == utf8.RuneError })
	case e.Type == rational && e.IFD == gpsIFD && len(value)%8 == 0:
		for ; len(value) > 0; value = value[8:] {
			if d := b.Order.Uint32(value[4:]); d == 0 || d > finest {
				return false
			}
		}
		return true
	}
	return false
}
