// Package sidecar empties files that stand beside pictures and films and tell of them: where
// and when they were taken, by which camera, how somebody edited them. All of such a file is
// tags, so that the shortest file of its kind is what is left, or, where the policy keeps side
// files, all of it. A file is never deleted: that is for whoever owns it.
package sidecar

import (
	"bytes"
	"encoding/binary"
	"strings"

	"untag/scrub"
	"untag/scrub/pattern"
	"untag/scrub/sniff"
)

// kind is one kind of side file.
type kind struct {
	name, title, extensions string
	is                      sniff.Func
	least                   []form
	clean                   func(kind, *scrub.Scan) error // nil: it is emptied
}

// form is how a file starts, and the shortest one that does: less than a sector, so that it
// takes the place of the start in one write. What starts otherwise is of the last form.
type form struct{ start, file string }

var kinds = []kind{
	{"track", "positions: GPX, KML, TCX", "gpx kml tcx", sniff.XML("gpx|kml|TrainingCenterDatabase"), []form{
		{"<gpx", `<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator=""/>` + "\n"},
		{"<kml", `<kml xmlns="http://www.opengis.net/kml/2.2"/>` + "\n"},
		{"<TrainingCenterDatabase", `<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"/>` + "\n"},
		{"", "<gpx/>"},
	}, nil},
	{"positions", "positions of a device: NMEA, FIT", "nmea fit", sniff.Words("$GPRMC,", "$GPGGA,", "$GNRMC,", "$GNGGA,", "\x0e???????.FIT", "\x0c???????.FIT"), []form{
		{".FIT", "\x0e\x10\x00\x00\x00\x00\x00\x00.FIT\x63\x85\x00\x00"},
		{"", "$GPRMC,,V,,,,,,,,,,N*53\r\n"},
	}, nil},
	{"xmp", "XMP side file", "xmp", sniff.XML("xmpmeta|RDF"), []form{{"", `<x:xmpmeta xmlns:x="adobe:ns:meta/"/>` + "\n"}}, kind.packet},
	{"pp3", "settings of RawTherapee", "pp3 arp", ini, nil, kind.profile},
	{"develop", "settings of a raw developer: DxO, ON1", "dop on1", developer, []form{{"Sidecar", "Sidecar = {\n}\n"}, {"", `{"photos":{}}` + "\n"}}, nil},
	{"aae", "edits of a picture: AAE", "aae", both(sniff.XML("plist"), sniff.Holds(1, "adjustmentFormatIdentifier")), []form{
		{"", `<plist version="1.0"><dict><key>adjustmentFormatIdentifier</key><string/></dict></plist>` + "\n"},
	}, nil},
	{"sony-xml", "side files of Sony films", "", sniff.XML("NonRealTimeMeta|MediaProfile"), []form{ // MEDIAPRO.XML: number of the camera, and of each film
		{"<MediaProfile", `<MediaProfile xmlns="http://xmlns.sony.net/pro/metadata/mediaprofile" version="2.00"/>` + "\n"},
		{"", `<NonRealTimeMeta xmlns="urn:schemas-professionalDisc:nonRealTimeMeta:ver.2.00"/>` + "\n"},
	}, nil},
	{"moi", "side file of a MOD or TOD film", "moi", noted, []form{{"", "V6\x00\x00\x01\x00" + strings.Repeat("\x00", noteLen-6)}}, nil},
	{"gopro", "what a GoPro tells of itself", "", about, []form{{"", `{"info version":"2.0"}` + "\n"}}, nil},
	{"appledouble", "macOS side file of another file", "", sniff.Like("\x00\x05\x16\x07\x00\x02\x00\x00", "\x00\x05\x16\x00\x00\x02\x00\x00"), []form{
		{"", "\x00\x05\x16\x07\x00\x02\x00\x00" + strings.Repeat("\x00", 18)},
	}, nil},
}

var (
	profileHead   = pattern.New(`^(\x{feff})?\[Version\]\s+(AppVersion|Version)=`)
	aboutHead     = pattern.New(`^(\x{feff})?\s*\{\s*"info version"\s*:\s*"[0-9.]+"`) // MISC/version.txt: serial number, address of its radio
	developerHead = pattern.New(`^(\x{feff})?\s*(Sidecar\s*=\s*\{|\{\s*"photos"\s*:\s*\{)`)
)

// noted takes what JVC, Panasonic and Canon write beside a film: a version, and the size of the file,
// or that of an emptied one which is not cut off yet.
func noted(head []byte, size int64) bool {
	if size < noteLen || len(head) < 6 || string(head[:2]) != "V6" {
		return false
	}
	n := int64(binary.BigEndian.Uint32(head[2:]))
	return n == size || n == noteLen
}

const noteLen = 0x100 // the least that ExifTool reads

func about(head []byte, _ int64) bool     { return aboutHead().Match(head) }
func ini(head []byte, _ int64) bool       { return profileHead().Match(head) }
func developer(head []byte, _ int64) bool { return developerHead().Match(head) }

func both(a, b sniff.Func) sniff.Func {
	return func(head []byte, size int64) bool { return a(head, size) && b(head, size) }
}

// Formats are the entries of this package in the table of formats. Some are texts.
func Formats() (all []scrub.Format) {
	for _, k := range kinds {
		parse := k.parse
		if k.clean != nil {
			parse = func(s *scrub.Scan) error { return k.clean(k, s) }
		}
		all = append(all, scrub.Format{Name: k.name, Title: k.title, Extensions: strings.Fields(k.extensions), Sniff: k.is, Parse: parse})
	}
	return all
}

func (k kind) parse(s *scrub.Scan) error {
	head, err := s.Bytes(0, int(min(scrub.SniffLen, s.Size())))
	if err != nil {
		return err
	}
	least := k.shortest(head, s.Size())
	n := int64(len(least))
	if n == 0 || bytes.Equal(head, []byte(least)) { // it has no room for words
		s.Claim(0, s.Size(), scrub.Structure, k.name)
		return nil
	}
	begun := bytes.HasPrefix(head, []byte(least))
	if begun {
		if s.Zeros(n, s.Size()-n) {
			s.Claim(0, n, scrub.Structure, k.name)
			s.Claim(n, s.Size()-n, scrub.Filler, k.name)
			s.CutAt(n)
			return nil
		}
	}
	if !s.Found(scrub.Finding{Kind: scrub.Sidecar, Place: k.name, Len: s.Size(), Value: k.title}) {
		s.Claim(0, s.Size(), scrub.Describe, k.name)
		return nil
	}
	s.Claim(0, n, scrub.Structure, k.name)
	s.Claim(n, s.Size()-n, scrub.Identify, k.name)
	if !begun {
		s.Put(scrub.Unlink, 0, []byte(least))
	}
	s.Fill(scrub.Destroy, n, s.Size()-n, 0)
	s.CutAt(n)
	return nil
}

// shortest is the shortest file of the form that starts with head, "" if a file of size bytes has
// no room for that.
func (k kind) shortest(head []byte, size int64) string {
	for _, f := range k.least {
		if bytes.Contains(head, []byte(f.start)) && int64(len(f.file)) <= size {
			return f.file
		}
	}
	return ""
}
