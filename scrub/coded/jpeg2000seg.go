package coded

// segments are the markers with a segment that decoders need, by their last byte, and
// whether the body of one has its form (ISO/IEC 15444-1, A.5 and A.6; A.7 and A.8 without
// what only helps to find tiles and packets). Of those of which there is only one, once
// says so.
var segments = map[int]struct {
	once bool
	fits func(b []byte) bool
}{
	0x50: {true, func(b []byte) bool { return len(b) >= 4 && len(b) == 4+2*ones(b[:4]) }},                                   // CAP
	0x51: {true, func(b []byte) bool { return len(b) > 36 && len(b) == 36+3*(int(b[34])<<8|int(b[35])) }},                   // SIZ
	0x52: {true, func(b []byte) bool { return len(b) >= 10 && styled(b[5:], b[0]&1 != 0) }},                                 // COD
	0x53: {false, func(b []byte) bool { return len(b) >= 7 && (styled(b[2:], b[1]&1 != 0) || styled(b[3:], b[2]&1 != 0)) }}, // COC
	0x59: {true, func(b []byte) bool { return len(b) == 2 || len(b) == 4 }},                                                 // CPF
	0x63: {true, func(b []byte) bool { return len(b)%4 == 0 && packets(b) }},                                                // CRG
	0x5c: {true, steps},                                                                                                     // QCD
	0x5d: {false, func(b []byte) bool { return len(b) > 2 && (steps(b[1:]) || steps(b[2:])) }},                              // QCC
	0x5e: {false, func(b []byte) bool { return len(b) == 3 || len(b) == 4 }},                                                // RGN
	0x5f: {true, func(b []byte) bool { return orders(b, 7) || orders(b, 9) }},                                               // POC
	0x60: {false, packets}, 0x61: {false, packets},                                                                          // PPM, PPT
	0x55: {false, packets}, 0x57: {false, packets}, 0x58: {false, packets}, // TLM, PLM, PLT
}

// styled tells whether b is how components are coded: levels, sizes and styles of blocks,
// the transform, and with own the sizes of precincts of each level.
func styled(b []byte, own bool) bool {
	const fields, levels = 5, 32
	if len(b) < fields || b[0] > levels || b[1] > 8 || b[2] > 8 || b[3] > 0x7f || b[4] > 1 {
		return false
	}
	n := fields
	if own {
		n += int(b[0]) + 1
	}
	return len(b) == n
}

// steps tells whether b is how coefficients are quantised: a style, and a number for each
// band or for all.
func steps(b []byte) bool {
	if len(b) == 0 {
		return false
	}
	switch n := len(b) - 1; b[0] & 31 {
	case 0:
		return n%3 == 1 && n <= 97
	case 1:
		return n == 2
	case 2:
		return n%6 == 2 && n <= 194
	}
	return false
}

// packets tells whether b, numbers and the heads of packets, holds no words.
func packets(b []byte) bool {
	const word = 8
	return !Tells(b, word)
}

func ones(b []byte) (n int) {
	for _, c := range b {
		for ; c != 0; c &= c - 1 {
			n++
		}
	}
	return n
}

// orders tells whether b is changes of the order of packets, of so many bytes each: resolutions from and
// to, and one of five orders last.
func orders(b []byte, size int) bool {
	const levels, kinds = 33, 5
	for ; len(b) >= size; b = b[size:] {
		if b[0] >= levels || b[size/2+1] > levels || b[size-1] >= kinds {
			return false
		}
	}
	return len(b) == 0
}
