package coded

// Text returns what of b reads as text at its start, "" if that is little.
func Text(b []byte) string {
	n := 0
	for n < len(b) && b[n] >= 0x20 && b[n] < 0x7f {
		n++
	}
	if n < 4 {
		return ""
	}
	return string(b[:n])
}
