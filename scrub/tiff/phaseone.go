package tiff

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"untag/scrub"
	"untag/scrub/tags"
	"untag/scrub/words"
)

// Notes of Phase One, Leaf and Mamiya hold the picture itself, whose first directory is one of a
// preview: a header of 12 bytes, which ends with where the directory is, and entries of
// number, type, length, and value or offset from the start of the note. In one of them is a
// note of the same kind about the sensor, whose entries have no type (ExifTool, PhaseOne.pm;
// LibRaw 0.21, parse_phase_one).
const (
	phaseOneHead   = 12
	phaseOneFormat = 0x010E
	phaseOnePixels = 0x010F
	phaseOneSensor = 0x0110
	phaseOneKey    = 0x0112
	phaseOneNear   = 0x0212
	day            = 24 * 60 * 60
	phaseOneKeyed  = 3 // forms of samples below this one are enciphered by the time
	phaseOnePlace  = "PhaseOne"
	sensorPlace    = "PhaseOneSensor"
	phaseOneMost   = 1 << 12 // entries
)

// phaseOne tells whether a note is such a one.
func phaseOne(head []byte) bool {
	return len(head) >= 8 && slices.Contains([]string{"RawT", "RawC", "TwaR", "CwaR"}, string(head[4:8]))
}

// field is an entry of such a note.
type field struct {
	scrub.Range        // of its value in the file
	slot        int64  // where value or offset stands
	number      int64  // which of them this is
	tag, typ    uint64 // typ is 0 where there is none
}

// phaseOne keeps such a note, in which what has a name becomes zeros.
func (f *file) phaseOne(e *entry) {
	e.stays, e.role = true, scrub.Structure
	f.Doubt("the note of %s tells the defects of this one sensor, which decoders need: it stays, but for words and what has a name", f.maker)
	note := scrub.Range{Off: e.off, Len: e.size}
	fields := f.fields(note, 16)
	pixels := slices.IndexFunc(fields, func(v field) bool { return v.tag == phaseOnePixels })
	if pixels < 0 {
		f.Doubt("%s has no picture in it", e)
		return
	}
	f.erased(fields, phaseOnePlace)
	for _, v := range fields {
		if v.tag == phaseOneSensor && v.Len > phaseOneHead {
			f.erased(f.fields(v.Range, 12), sensorPlace)
		}
	}
}

// fields reads the directory of a note, nil if something in it lies outside of it.
func (f *file) fields(note scrub.Range, step int64) (all []field) {
	if note.Len < phaseOneHead {
		return nil
	}
	order := markedOrder(f.Get(note.Off, 2))
	number := func(off int64) int64 { return int64(order.Uint32(f.Get(off, 4))) }
	at := note.Off + number(note.Off+8)
	if at < note.Off+phaseOneHead || at > note.End()-8 {
		return nil
	}
	n := number(at)
	if at += 8; n > phaseOneMost || n*step > note.End()-at {
		return nil
	}
	for ; n > 0; n-- {
		v := field{tag: uint64(number(at)), slot: at + step - 4}
		if step == 16 {
			v.typ = uint64(number(at + 4))
		}
		v.number, v.Range = number(v.slot), scrub.Range{Off: v.slot, Len: number(v.slot - 4)}
		if v.Len > 4 {
			v.Off = note.Off + v.number
		}
		if v.Len > 4 && (v.Off < note.Off+phaseOneHead || v.Len > note.End()-v.Off) {
			return nil
		}
		all, at = append(all, v), at+step
	}
	return all
}

func markedOrder(mark []byte) binary.ByteOrder {
	if mark[0] == 'M' {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// phaseOneText is the type of text.
const phaseOneText = 1

// erased has those fields of a directory become zeros that the table tells of, and texts that it
// does not: decoders read but two, the model and the serial number.
func (f *file) erased(all []field, place string) {
	for _, v := range all {
		t, ok := known()[place][v.tag]
		if !ok && v.typ == phaseOneText {
			t, ok = tags.Tag{ID: fmt.Sprintf("0x%04X", v.tag), Kind: scrub.MakerNote}, true
		}
		if !ok || t.Role != 0 || !f.Goes(scrub.Identify, t.Kind) || v.Len == 0 || v.Len > scrub.MaxValue {
			continue
		}
		b := f.Get(v.Off, int(v.Len))
		text, _, _ := strings.Cut(string(b), "\x00")
		found := scrub.Finding{Kind: t.Kind, Place: place + "/" + t.ID, Off: v.Off, Len: v.Len, Value: text}
		number := v.typ != phaseOneText && v.Len == 4 && place == phaseOnePlace
		fresh, phase := make([]byte, len(b)), scrub.Announce
		switch {
		case len(bytes.Trim(b, "\x00")) == 0:
			continue
		case v.tag == phaseOneKey:
			phase = scrub.Unlink // it tells what the other time is
			fallthrough
		case number:
			found.Value = ""
		case t.Fate == tags.Hand:
			fresh = anonymous(b)
		}
		if why := f.wanted(v, all, place, number || words.Readable(text)); why != "" {
			f.Stuck(found)
			f.Doubt("%s stays: %s", found.Place, why)
			continue
		}
		f.rewritten = append(f.rewritten, noteEdit{found, phase, fresh})
	}
}

// wanted tells why a field has to stay.
func (f *file) wanted(v field, all []field, place string, sound bool) string {
	if !sound {
		return "it is neither text nor a number"
	}
	for _, o := range all {
		if o.tag == phaseOneKey && v.tag == phaseOneNear && max(o.number-v.number, v.number-o.number) < day {
			return ""
		}
		if o.tag == phaseOneFormat && v.tag == phaseOneKey && place == phaseOnePlace && o.number < phaseOneKeyed {
			return "it is the key of the picture"
		}
		if o.slot != v.slot && v.Len > 4 && o.Len > 4 && v.Off < o.End() && o.Off < v.End() {
			return "it shares bytes with another"
		}
	}
	_, named := known()[place][v.tag]
	for tag, t := range known()[place] {
		needed := t.Role != 0 && (v.typ != phaseOneText || !named) || t.Fate == tags.Hand && !named
		if needed && bits.OnesCount64(tag^v.tag) == 1 && !slices.ContainsFunc(all, func(o field) bool { return o.tag == tag }) {
			return "it may be " + t.ID
		}
	}
	return ""
}

// anonymous is a serial number without its digits: its first letters tell decoders the model.
func anonymous(b []byte) []byte {
	const letters = 3
	fresh := bytes.Clone(b)
	for i, c := range fresh {
		if c != 0 && (i >= letters || c < 'A' || c > 'Z') {
			fresh[i] = '0'
		}
	}
	return fresh
}
