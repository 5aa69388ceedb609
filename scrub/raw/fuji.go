package raw

import (
	"bytes"
	"cmp"
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
	b, err := s.Bytes(0, fujiHead)
	if err != nil {
		return err
	}
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
		func(off, n int64) error { s.Claim(off, n, scrub.Payload, "picture"); return nil },
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
	return nil
}

// preview cleans the JPEG in a RAF: decoders know the camera by its EXIF alone. What
// other programs put there goes.
func preview(s *scrub.Scan, off, n int64) error {
	end := off + n
	if b, err := s.Bytes(off, int(min(2, n))); err != nil || !bytes.Equal(b, []byte{0xFF, 0xD8}) {
		s.Claim(off, n, scrub.Payload, "preview")
		s.Doubt("the preview is no JPEG")
		return err
	}
	s.Claim(off, 2, scrub.Payload, "preview")
	for at := off + 2; end-at >= 4; {
		b, err := s.Bytes(at, int(min(10, end-at)))
		if err != nil {
			return err
		}
		size := int64(b[2])<<8 | int64(b[3])
		if b[0] != 0xFF || b[1] < 0xC0 || b[1] == 0xDA || size < 2 || size > end-at-2 {
			s.Claim(at, end-at, scrub.Payload, "preview")
			return nil
		}
		body, next := at+4, at+2+size
		switch {
		case b[1] == 0xE1 && bytes.HasPrefix(b[4:], []byte("Exif\x00\x00")) && size > 16:
			s.Claim(at, 10, scrub.Structure, "preview/APP1")
			err = block(s, at+10, next-at-10, "preview/APP1", tiff.Whole, "")
		case b[1] == 0xFE || b[1] > 0xE0 && b[1] <= 0xEF && b[1] != 0xEE:
			s.Claim(at, 4, scrub.Structure, "preview")
			if next > body {
				err = s.BlankValue(body, next-body, 0, scrub.Unknown, "preview", "a segment of the preview")
			}
		default:
			s.Claim(at, next-at, scrub.Payload, "preview")
		}
		if err != nil {
			return err
		}
		at = next
	}
	return nil
}
