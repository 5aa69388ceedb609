package raw

import (
	"bytes"
	"cmp"
	"regexp"
	"slices"
	"strings"

	"untag/scrub"
	"untag/scrub/tiff"
)

// Fields of the header of a RAF (ExifTool, FujiFilm.pm; LibRaw).
const (
	fujiCamera   = 0x14 // number of the kind of camera, and what else the firmware says
	fujiModel    = 0x1C
	fujiVersion  = 0x3C
	fujiPointers = 0x54 // offset and length: preview, header of the sensor's data, the data
	fujiHead     = 0x6C
	fujiMost     = 64 << 10 // longest header of the sensor's data
)

// part is a run of bytes that the header points at.
type part struct {
	off, len int64
	clean    func(off, n int64) error
	whole    bool // it proves itself: parts that share its bytes are wrong about that
}

// fuji plans a RAF.
func fuji(s *scrub.Scan) error {
	if s.Size() < fujiHead {
		s.Doubt("the header is cut short")
		s.Claim(0, s.Size(), scrub.Structure, "header")
		return nil
	}
	b := s.Get(0, fujiHead)
	s.Claim(0, fujiCamera, scrub.Structure, "header")
	if err := s.BlankValue(fujiCamera, fujiModel-fujiCamera, 0, scrub.Device, "header/CameraNumber", string(b[fujiCamera:fujiModel])); err != nil {
		return err
	}
	model := strings.TrimRight(string(b[fujiModel:fujiVersion]), "\x00")
	if err := s.BlankValue(fujiModel, fujiVersion-fujiModel, 0, scrub.Device, "header/Model", model); err != nil {
		return err
	}
	s.Claim(fujiVersion, fujiHead-fujiVersion, scrub.Structure, "header")
	var parts []part
	for i, clean := range []func(off, n int64) error{
		func(off, n int64) error { return preview(s, off, n) },
		func(off, n int64) error { return sensor(s, off, n) },
		func(off, n int64) error { return picture(s, off, n, "picture") },
	} {
		p := part{off: be32(b[fujiPointers+8*i:]), len: be32(b[fujiPointers+8*i+4:]), clean: clean}
		if p.off < fujiHead || p.len <= 0 || p.off >= s.Size() {
			s.Doubt("a part of the picture is missing")
			continue
		}
		if p.len > s.Left(p.off) {
			s.Doubt("the picture is cut short")
			p.len = s.Left(p.off)
		}
		parts = append(parts, p)
	}
	return inOrder(s, fujiHead, s.Size(), 256, parts) // further pointers of newer cameras
}

// inOrder cleans parts of [at, end) one after the other, and claims what lies between. Up to
// lead bytes before the first are of the header.
func inOrder(s *scrub.Scan, at, end, lead int64, parts []part) error {
	slices.SortStableFunc(parts, func(a, b part) int {
		if a.off == b.off && a.whole != b.whole {
			return map[bool]int{true: -1, false: 1}[a.whole]
		}
		return cmp.Or(cmp.Compare(a.off, b.off), cmp.Compare(a.len, b.len))
	})
	stays := func(off, n int64) error { s.Claim(off, n, scrub.Payload, "picture"); return nil }
	for i, p := range parts {
		shared := i+1 < len(parts) && p.off+p.len > parts[i+1].off && !p.whole
		if p.off < at {
			shared, p.len, p.off = true, p.len-(at-p.off), at
		}
		if shared {
			s.Doubt("parts of the picture share bytes")
			p.clean = stays
		}
		if p.len <= 0 {
			continue
		}
		if i == 0 && p.off-at <= lead {
			s.Claim(at, p.off-at, scrub.Structure, "header")
		} else if err := rest(s, at, p.off); err != nil {
			return err
		}
		if err := p.clean(p.off, p.len); err != nil {
			return err
		}
		at = p.off + p.len
	}
	return rest(s, at, end)
}

// sensor claims what decoders know the sensor by.
func sensor(s *scrub.Scan, off, n int64) error {
	if n > fujiMost {
		s.Doubt("the header of the sensor's data is longer than it should be")
	}
	s.Claim(off, n, scrub.Render, "sensor")
	return numbers(s, off, n, "sensor")
}

// preview cleans the JPEG in a RAF: decoders know the camera by its EXIF alone, which stays but
// for what tells more. The rest is a picture like others.
func preview(s *scrub.Scan, off, n int64) error {
	const place, most = "preview", 64 << 10
	head, err := s.Bytes(off, int(min(n, most)))
	if err != nil {
		return err
	}
	at, size := exifOf(head)
	switch {
	case !bytes.HasPrefix(head, []byte("\xff\xd8")):
		s.Claim(off, n, scrub.Payload, place)
		s.Doubt("the preview is no JPEG")
		return nil
	case size == 0 && tiffHeader.Match(head): // a damaged marker or name before it
		s.Claim(off, n, scrub.Payload, place)
		s.Doubt("the preview stays as it is: its EXIF is not where it should be")
		return nil
	case size == 0:
		return jpeg(s, off, n, place)
	}
	const named = 10 // marker, length, name
	exif := scrub.Range{Off: off + at, Len: size}
	s.Claim(exif.Off, named, scrub.Structure, place+"/APP1")
	if err := block(s, exif.Off+named, exif.Len-named, place+"/APP1", tiff.Whole, ""); err != nil {
		return err
	}
	around := scrub.Extents{{Off: off, Len: at}, {Off: exif.End(), Len: off + n - exif.End()}}
	err = s.Medium(around, place)
	if scrub.Refusal(err) {
		s.Doubt("the preview stays as it is: %v", err)
		for _, r := range around {
			s.Claim(r.Off, r.Len, scrub.Payload, place)
		}
		return nil
	}
	return err
}

var tiffHeader = regexp.MustCompile(`II\*\x00|MM\x00\*|Exif\x00\x00`)

// exifOf finds the segment of a JPEG that is EXIF, of which b is the beginning. Size is 0 if there is none.
func exifOf(b []byte) (at, size int64) {
	for i := 2; i+4 < len(b) && b[i] == 0xFF; {
		if b[i+1] == 0xFF { // fill bytes (T.81, B.1.1.2)
			i++
			continue
		}
		n := int(b[i+2])<<8 | int(b[i+3])
		if b[i+1] < 0xC0 || b[i+1] == 0xDA || n < 2 || n > len(b)-i-2 {
			return 0, 0
		}
		if b[i+1] == 0xE1 && bytes.HasPrefix(b[i+4:], []byte("Exif\x00\x00")) && n > 16 {
			return int64(i), int64(n) + 2
		}
		i += 2 + n
	}
	return 0, 0
}
