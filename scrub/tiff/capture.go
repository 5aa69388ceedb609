package tiff

import (
	"bytes"
	"encoding/binary"

	"untag/scrub"
	"untag/scrub/coded"
)

// What Nikon's program notes of its edits is records in little-endian order behind a header:
// a number, 14 bytes, a length that counts itself, and data. Decoders walk it for how the
// picture is turned, and lose their way where it is filled with zeros (dcraw and LibRaw,
// parse_makernote; ExifTool, NikonCapture.pm).
const (
	captureHead   = 22
	captureRecord = 22
	captureTurned = 0x76A43207
)

// capture has the records of an entry go but for that one: those before it and behind it
// become one each, which holds zeros.
func (f *file) capture(e *entry) error {
	e.stays, e.role = true, scrub.Structure
	end := e.off + e.size
	if e.inline() || e.size < captureHead {
		e.stays, e.kind = false, scrub.MakerNote
		return nil
	}
	if text, err := coded.Numbers(f.Reader, e.off, captureHead); err != nil {
		return err
	} else if text {
		f.Doubt("%s holds text", e)
	}
	turned := scrub.Range{Off: end}
	at := e.off + captureHead
	for end-at > captureRecord {
		b := f.Get(at, captureRecord)
		n := captureRecord + int64(binary.LittleEndian.Uint32(b[18:])) - 4
		if n < captureRecord || n > end-at {
			break
		}
		if binary.LittleEndian.Uint32(b) == captureTurned && turned.Len == 0 {
			turned = scrub.Range{Off: at, Len: n}
		}
		at += n
	}
	lost := binary.LittleEndian.AppendUint32(nil, captureTurned)
	if rest := f.Get(at, int(min(end-at, scrub.MaxPiece))); turned.Len == 0 && (end-at > scrub.MaxPiece || bytes.Contains(rest, lost)) {
		f.Doubt("%s stays: its records do not lead to each other", e)
		return nil
	}
	if turned.Len > 0 {
		angle := binary.LittleEndian.Uint16(f.Get(turned.Off+captureRecord, 2))
		if turned.Len != captureRecord+2 || angle%90 != 0 || angle > 270 {
			f.Doubt("%s stays: how it is turned is no angle", e)
			return nil
		}
		f.captures = append(f.captures, captured{e, turned.Off + 4, turned.Off + captureRecord - 4, nil})
	}
	f.emptied(e, e.off+captureHead, turned.Off)
	f.emptied(e, turned.End(), end)
	return nil
}

// captured is what goes of such an entry: bytes from one offset to another, and the header of
// a record before them.
type captured struct {
	*entry
	from, end int64
	head      []byte
}

// emptied makes one record of what lies from one offset to another.
func (f *file) emptied(e *entry, from, end int64) {
	if end-from < captureRecord {
		f.captures = append(f.captures, captured{e, from, end, nil})
		return
	}
	head := make([]byte, captureRecord)
	binary.LittleEndian.PutUint32(head[18:], uint32(end-from-captureRecord+4))
	f.captures = append(f.captures, captured{e, from + captureRecord, end, head})
}

// uncapture reports and fills what goes: first the header is written, which leads over all
// of it.
func (f *file) uncapture() error {
	var last *entry
	for _, c := range f.captures {
		zeros, err := f.Constant(c.from, c.end-c.from, 0)
		if err != nil {
			return err
		}
		at := c.from - int64(len(c.head))
		old := string(f.Get(at, len(c.head)))
		if zeros && old == string(c.head) {
			continue
		}
		if c.entry != last {
			last = c.entry
			f.Gone(scrub.Finding{Kind: scrub.MakerNote, Place: c.String(), Off: c.off, Len: c.size, Value: "edits by Nikon's program"})
		}
		if old != string(c.head) {
			f.Put(scrub.Announce, at, c.head)
		}
		f.Fill(scrub.Destroy, c.from, c.end-c.from, 0)
	}
	return nil
}
