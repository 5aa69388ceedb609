package samples

import "math/bits"

// jxlProfiled is jxlStream with a colour profile in place of what its header says of colours.
func jxlProfiled(profile []byte) []byte {
	const head, frames = 24, 8 // bits of the header up to colours, bytes of it
	w := &Bits{}
	for i := range 16 + head {
		w.Put(int(jxlStream[i/8]>>(i%8)), 1)
	}
	w.Put(0, 1).Put(1, 1).Put(0, 2).Put(0, 2).Put(1, 1) // a profile of red, green and blue; no extensions
	jxlBytes(w, jxlCommands(profile))
	return cat(w.B, jxlStream[frames:])
}

// jxlCommands says that a profile is its header, as it differs from what is usual, and bytes.
func jxlCommands(profile []byte) []byte {
	usual := cat(be32(len(profile)), zeros(4), []byte("\x04\x00\x00\x00mntrRGB XYZ "), zeros(12), []byte("acsp"), zeros(88))
	copy(usual[70:], "\xf6\xd6\x00\x01\x00\x00\x00\x00\xd3\x2d")
	copy(usual[80:], profile[4:8])
	switch profile[40] {
	case 'A':
		copy(usual[41:], "PPL")
	case 'M':
		copy(usual[41:], "SFT")
	}
	head := zeros(128)
	for i := range head {
		head[i] = profile[i] - usual[i]
	}
	commands := cat([]byte{0, 1}, jxlNumber(len(profile)-128))
	return cat(jxlNumber(len(profile)), jxlNumber(len(commands)), commands, head, profile[128:])
}

func jxlNumber(n int) []byte {
	if n < 0x80 {
		return []byte{byte(n)}
	}
	return cat([]byte{byte(n) | 0x80}, jxlNumber(n>>7))
}

// jxlBytes codes bytes by eight bits each.
func jxlBytes(w *Bits, data []byte) {
	w.Put(3, 2).Put(len(data), 12).Put(0, 1)      // how many, in twelve bits
	w.Put(0, 1)                                   // no copies
	w.Put(1, 1).Put(0, 2)                         // one distribution
	w.Put(1, 1)                                   // of prefixes
	w.Put(8, 4).Put(0, 4).Put(0, 4)               // numbers below 256 are symbols
	w.Put(1, 1).Put(7, 4).Put(127, 7)             // of which there are 256
	w.Put(0, 2).Put(0, 2*10).Put(1, 2).Put(0, 14) // each of eight bits
	for _, v := range data {
		w.Put(int(bits.Reverse8(v)), 8)
	}
}
