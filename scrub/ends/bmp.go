package ends

import "untag/scrub"

func bmpSniff(head []byte, _ int64) bool {
	if len(head) < 26 || string(head[:2]) != "BM" {
		return false
	}
	n := le32(head, 14)
	return n == 12 || n == 16 || n >= 40 && n <= 128
}

// bmp computes where the pixels of a BMP end. The length in its header is often
// wrong; it counts if it is more.
func bmp(s *scrub.Scan) (scrub.End, error) {
	b, err := s.Bytes(0, int(min(138, s.Size())))
	if err != nil {
		return scrub.End{}, err
	}
	if len(b) < 54 {
		return scrub.End{}, s.Errorf(0, "header of %d bytes", len(b))
	}
	size, start, head := le32(b, 2), le32(b, 10), le32(b, 14)
	width, height, depth, packed := le32(b, 18), int64(int32(le32(b, 22))), le16(b, 28), int64(0)
	length := int64(0)
	if head < 40 {
		width, height, depth = le16(b, 18), le16(b, 20), le16(b, 24)
	} else {
		packed, length = le32(b, 30), le32(b, 34)
	}
	if packed == 0 || packed == 3 || packed == 6 { // not compressed
		if height < 0 {
			height = -height
		}
		if width > 1<<24 || height > 1<<24 || depth > 64 {
			return scrub.End{}, s.Errorf(18, "picture of %d by %d", width, height)
		}
		length = max(length, (width*depth+31)/32*4*height)
	}
	if length == 0 {
		return scrub.End{}, s.Errorf(10, "pixels of unknown length")
	}
	// Readers take a start in the middle of the palette for what it is.
	end := max(start, 14+head+bmpColours(b, head, depth, packed)) + length
	if head >= 124 && len(b) == 138 && (string(b[70:74]) == "DEBM" || string(b[70:74]) == "KNIL") { // MBED, LINK
		end = max(end, 14+le32(b, 126)+le32(b, 130))
	}
	proof := scrub.Said
	if size == end && packed != 1 && packed != 2 { // run lengths tell nothing of the picture's
		proof = scrub.Counted
	}
	if size <= s.Size() {
		end = max(end, size)
	}
	if end > s.Size() {
		return scrub.End{}, s.Errorf(0, "%d bytes of picture, %d are left", end, s.Size())
	}
	e := scrub.End{Off: end, Proof: proof, Least: 8}
	if size > s.Size() {
		e.Doubt = "the header tells of more"
	}
	return e, nil
}

// bmpColours is the length of the palette or of the masks behind a header.
func bmpColours(b []byte, head, depth, packed int64) (n int64) {
	const masks, alphaMasks = 3, 6
	entry := int64(3)
	if head >= 40 {
		entry, n = 4, min(le32(b, 46), 256)
	}
	if n == 0 && depth <= 8 {
		n = 1 << depth
	}
	if head == 40 && packed == masks {
		return 12 + n*entry
	}
	if head == 40 && packed == alphaMasks {
		return 16 + n*entry
	}
	return n * entry
}
