package ends

import "untag/scrub"

// gif walks the blocks of a GIF up to its trailer.
func gif(s *scrub.Scan) (end scrub.End, err error) {
	const trailer, extension, picture = 0x3b, 0x21, 0x2c
	const control = "\x21\xf9\x04" // of a frame
	b, err := s.Bytes(0, 13)
	if err != nil {
		return end, err
	}
	off := 13 + colours(b[10])
	for {
		if b, err = s.Bytes(off, 1); err != nil {
			return end, err
		}
		switch b[0] {
		case trailer:
			return scrub.End{Off: off + 1, Proof: scrub.Counted, More: holds(s, "frames", control)}, nil
		case extension:
			off += 2
		case picture:
			if b, err = s.Bytes(off, 10); err != nil {
				return end, err
			}
			off += 11 + colours(b[9])
		default:
			return end, s.Errorf(off, "block 0x%02x", b[0])
		}
		if off, err = subBlocks(s, off); err != nil {
			return end, err
		}
	}
}

// colours is the length of the colour table that flags announce.
func colours(flags byte) int64 {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

func subBlocks(s *scrub.Scan, off int64) (int64, error) {
	for {
		b, err := s.Bytes(off, 1)
		if err != nil {
			return 0, err
		}
		off += 1 + int64(b[0])
		if b[0] == 0 {
			return off, nil
		}
	}
}
