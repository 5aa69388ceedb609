package raw

import (
	"bytes"

	"untag/scrub"
	"untag/scrub/tiff"
)

// minolta plans an MRW: blocks with a name and a length, then the picture (dcraw,
// parse_minolta). The block TTW is a TIFF.
func minolta(s *scrub.Scan) error {
	b, err := s.Bytes(0, int(min(8, s.Size())))
	if err != nil {
		return err
	}
	if len(b) < 8 || be32(b[4:]) > s.Size()-8 {
		s.Doubt("the header is longer than the file")
	}
	end := s.Size()
	if len(b) == 8 {
		end = min(end, 8+be32(b[4:]))
	}
	s.Claim(0, int64(len(b)), scrub.Structure, "header")
	at, need := int64(len(b)), int64(1)
	for end-at >= 8 {
		if b, err = s.Bytes(at, 8); err != nil {
			return err
		}
		n, name := be32(b[4:]), string(b[1:4])
		if b[0] != 0 || n > end-at-8 || n < end-at-8 && !isBlock(s, at+8+n) {
			s.Doubt("a block of %d bytes at 0x%x, %d are left", n, at, end-at-8)
			break
		}
		s.Claim(at, 8, scrub.Structure, name)
		switch at += 8; name {
		case "TTW":
			err = block(s, at, n, name, tiff.Whole, "")
		case "PRD", "WBG", "RIF":
			if name == "PRD" && n >= 12 {
				need, err = pixels(s, at)
			}
			if err == nil && n > 1<<10 {
				s.Doubt("block %q is longer than it should be", name)
			}
			s.Claim(at, n, scrub.Render, name)
		case "PAD":
			err = s.BlankValue(at, n, 0, scrub.Hidden, name, "bytes of padding")
		default:
			s.Claim(at, n, scrub.Structure, name)
			s.Doubt("block %q is not known", name)
		}
		if err != nil {
			return err
		}
		at += n
	}
	if at < end {
		if err := rest(s, at, end); err != nil {
			return err
		}
	}
	if s.Size()-end < need {
		s.Doubt("the picture is cut short")
	}
	s.Claim(end, s.Size()-end, scrub.Payload, "picture")
	return nil
}

// isBlock tells whether a block may begin at off.
func isBlock(s *scrub.Scan, off int64) bool {
	b := s.Get(off, int(min(4, s.Left(off))))
	return len(b) == 4 && b[0] == 0 && !bytes.ContainsFunc(b[1:], func(c rune) bool { return c < 'A' || c > 'Z' })
}

// pixels is how many bytes the picture has at the least: height and width of the sensor,
// 12 bits each.
func pixels(s *scrub.Scan, at int64) (int64, error) {
	b := s.Get(at+8, 4)
	return max(1, (int64(b[0])<<8|int64(b[1]))*(int64(b[2])<<8|int64(b[3]))*12/8), nil
}
