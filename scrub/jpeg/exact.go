package jpeg

// exact doubts a segment of the coding that is longer than what it holds. No
// encoder makes such; decoders that are strict refuse it, others pass over what
// may be anything.
func (c *cleaner) exact(g segment) error {
	if g.n < 0 {
		return nil
	}
	b, err := c.Bytes(g.body(), int(g.n))
	if err != nil {
		return err
	}
	if n := coded(g.code, b); n >= 0 && n != len(b) {
		c.Doubt("%s holds %d bytes where %d are expected, at 0x%x", placeOf(g.code), len(b), n, g.off)
	}
	return nil
}

// coded returns how long the payload of a segment is by what it says itself
// (T.81, B.2.2 to B.2.5), or -1 if that is not known.
func coded(code byte, b []byte) int {
	switch {
	case code == dri:
		return 2
	case code == dnl:
		return 2
	case code == exp:
		return 1
	case code == dac:
		return len(b) &^ 1
	case code == dqt:
		return tables(b, func(b []byte) int { return 1 + 64<<(b[0]>>4&1) })
	case code == dht:
		return tables(b, huffmanLength)
	case code == dhp || isFrame(code) && code != sof55:
		return counted(b, 5, 6, 3)
	case code == sos:
		return counted(b, 0, 4, 2)
	}
	return -1
}

// counted is the length of a header of n bytes whose byte at is a count of
// items of the given size.
func counted(b []byte, at, n, size int) int {
	if at >= len(b) {
		return n
	}
	return n + size*int(b[at])
}

// tables adds up tables that stand one behind the other.
func tables(b []byte, length func([]byte) int) int {
	at := 0
	for at < len(b) {
		at += length(b[at:])
	}
	return at
}

// huffmanLength is the length of one Huffman table: class, 16 counts, values.
func huffmanLength(b []byte) int {
	n := 17
	for _, count := range b[1:min(17, len(b))] {
		n += int(count)
	}
	return n
}
