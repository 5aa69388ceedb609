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
func bmp(s *scrub.Scan) (int64, error) {
	b, err := s.Bytes(0, int(min(138, s.Size())))
	if err != nil {
		return 0, err
	}
	if len(b) < 54 {
		return 0, s.Errorf(0, "header of %d bytes", len(b))
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
			return 0, s.Errorf(18, "picture of %d by %d", width, height)
		}
		length = max(length, (width*depth+31)/32*4*height)
	}
	if start < 14+head || length == 0 {
		return 0, s.Errorf(10, "pixels of unknown length")
	}
	end := start + length
	if head >= 124 && len(b) == 138 && (string(b[70:74]) == "DEBM" || string(b[70:74]) == "KNIL") { // MBED, LINK
		end = max(end, 14+le32(b, 126)+le32(b, 130))
	}
	if size <= s.Size() {
		end = max(end, size)
	}
	if end > s.Size() {
		return 0, s.Errorf(0, "%d bytes of picture, %d are left", end, s.Size())
	}
	return unlessZeros(s, end)
}
