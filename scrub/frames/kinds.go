package frames

import (
	"bytes"
	"strings"

	"untag/scrub"
	"untag/scrub/coded"
	"untag/scrub/sniff"
)

// Formats are the entries of this package in the table of formats.
func Formats() []scrub.Format {
	one := func(name, title, extensions string, is sniff.Func, k Kind) scrub.Format {
		return scrub.Format{Name: name, Title: title, Extensions: strings.Fields(extensions), Sniff: is, Parse: func(s *scrub.Scan) error { return Parse(s, k, 0, nil) }}
	}
	return []scrub.Format{
		one("aac", "AAC sound without a container", "aac adts", sniff.ADTS, Kind{Head: 7, Len: coded.ADTS, Same: sameADTS, Frame: elements, Split: true}),
		one("ac3", "AC-3, E-AC-3 sound", "ac3 eac3 ec3", sniff.AC3, Kind{Head: 6, Len: coded.AC3Frame, Same: sameAC3, Frame: told, Split: true}),
		one("dts", "DTS sound", "dts dtshd", sniff.Like("\x7f\xfe\x80\x01", "\xfe\x7f\x01\x80", "\x1f\xff\xe8\x00", "\xff\x1f\x00\xe8", "\x64\x58\x20\x25"), Kind{Head: 16, Len: coded.DTSFrame, Same: sameDTS, Frame: told, Split: true}),
		{Name: "loas", Title: "AAC sound, LOAS and LATM", Extensions: []string{"loas", "latm"}, Sniff: sniff.Like("\x56\xe0", "\x56\xe1"), Parse: parseLOAS},
		{Name: "adif", Title: "AAC sound, ADIF", Sniff: sniff.Like("ADIF"), Parse: parseADIF},
		{Name: "amr", Title: "AMR sound of telephones", Extensions: []string{"amr", "awb"}, Sniff: sniff.Like(amrMagic, amrWide), Parse: parseAMR},
	}
}

func sameADTS(a, b []byte) bool {
	return a[0] == b[0] && a[1]&0xfe == b[1]&0xfe && a[2]&0xfd == b[2]&0xfd && a[3]&0xc0 == b[3]&0xc0
}

func sameAC3(a, b []byte) bool { return string(a[:2]) == string(b[:2]) && a[5]>>3 == b[5]>>3 }

func sameDTS(a, b []byte) bool {
	return bytes.Equal(a[:4], b[:4]) || string(b[:4]) == "\x64\x58\x20\x25" || string(a[:4]) == "\x64\x58\x20\x25"
}

const (
	amrMagic = "#!AMR\n"
	amrWide  = "#!AMR-WB\n"
)

// amrSizes are the bytes of a frame by its type, RFC 4867, 5.3; 0: reserved.
var amrSizes = map[string][16]int64{
	amrMagic: {13, 14, 16, 18, 20, 21, 27, 32, 6, 0, 0, 0, 0, 0, 0, 1},
	amrWide:  {18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 0, 0, 0, 0, 1, 1},
}

func parseAMR(s *scrub.Scan) error {
	magic := amrMagic
	if b := s.Get(0, int(min(s.Size(), int64(len(amrWide))))); string(b) == amrWide {
		magic = amrWide
	}
	n := int64(len(magic))
	s.Claim(0, n, scrub.Structure, "magic")
	return Parse(s, Kind{Head: 1, Blind: true, Len: func(b []byte) int64 {
		if b[0]&0x83 != 0 || b[0] == 0 { // what is damaged, or was filled, is none
			return 0
		}
		return amrSizes[magic][b[0]>>3&15]
	}}, n, nil)
}

// elements clears what a frame of ADTS begins with that is no sound.
func elements(w *Walk, off int64, b []byte) (claimed bool, err error) {
	const head = 7
	if coded.Owned(b) {
		w.Doubt("headers hold the number of a right, a bit in each")
	}
	if len(b) <= head || b[1]&1 == 0 || b[6]&3 != 0 { // a checksum, or several blocks
		w.behind(off, b, nil)
		return false, nil
	}
	clean, parts := coded.Quiet(b, 8*head)
	w.behind(off, b, parts)
	return w.parts(off, b, clean, parts), nil
}

// behind doubts a frame that has text behind the parts that are no sound.
func (w *Walk) behind(off int64, b []byte, parts []scrub.Range) {
	for _, p := range coded.Behind(off, b, parts) {
		w.Doubt("%s", p.Value)
	}
}

// told doubts frames of AC-3 and DTS that hold what is no sound.
func told(w *Walk, off int64, b []byte) (claimed bool, err error) {
	pieces, err := coded.AC3(scrub.Memory(b), 0, int64(len(b)))
	for _, p := range pieces {
		w.Doubt("%s", p.Value)
	}
	return false, err
}

// parts claims a frame of which some parts are no sound, and has them be as in clean.
func (w *Walk) parts(off int64, b, clean []byte, parts []scrub.Range) (claimed bool) {
	if len(parts) == 0 {
		return false
	}
	if w.cleared++; w.cleared > maxCleared {
		w.Doubt("more frames hold data than are looked into")
		return false
	}
	from := int64(0)
	for _, p := range parts {
		w.Claim(off+from, p.Off-from, scrub.Payload, "frames")
		w.Claim(off+p.Off, p.Len, scrub.Structure, "frames/fill")
		from = p.End()
		if want := clean[p.Off:from]; !bytes.Equal(b[p.Off:from], want) {
			value := strings.ToValidUTF8(strings.Trim(string(b[p.Off:from]), "\x00"), "")
			if w.Found(scrub.Finding{Kind: scrub.Software, Place: "frames/fill", Off: off + p.Off, Len: p.Len, Value: value}) {
				w.Put(scrub.Destroy, off+p.Off, bytes.Clone(want))
			}
		}
	}
	w.Claim(off+from, int64(len(b))-from, scrub.Payload, "frames")
	return true
}

// maxCleared bounds the frames of one file that hold data.
const maxCleared = 1 << 14
