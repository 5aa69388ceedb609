package samples

// dv is two frames of DV for televisions with 525 lines; pack returns what stands in
// each place of a frame that a recorder may fill, or nothing.
func dv(pack func(place int) []byte) (out []byte) {
	place := 0
	for range 2 {
		for seq := range 10 {
			var count [5]int // of blocks of a kind
			for i := range 150 {
				kind := byte(4)
				switch {
				case i == 0:
					kind = 0
				case i < 3:
					kind = 1
				case i < 6:
					kind = 2
				case (i-6)%16 == 0:
					kind = 3
				}
				b := cat([]byte{kind<<5 | 0x1f, byte(seq<<4) | 7, byte(count[kind])}, filled(77, 0xff))
				count[kind]++
				first, step, n := 3, 5, map[byte]int{1: 6, 2: 15, 3: 1}[kind]
				if kind == 0 {
					copy(b[3:8], []byte{0x3f, 0x78, 0x78, 0x78, 0x78})
				}
				if kind == 1 {
					first, step = 6, 8
				}
				if kind == 4 {
					copy(b[3:], cat([]byte{0x0f}, zeros(76)))
				}
				for k := range n {
					copy(b[first+k*step:], pack(place))
					place++
				}
				if kind == 2 && i == 3 {
					copy(b[3:], []byte{0x60, 0xff, 0xff, 0x00, 0xff, 0x61, 0x3f, 0xc8, 0xfc, 0xff})
				}
				if kind == 3 {
					copy(b[8:], zeros(72))
					if (i-6)/16 == 3 {
						copy(b[3:8], []byte{0x50, 0xc0, 0xc0, 0xc0, 0xc0})
					}
				}
				out = append(out, b...)
			}
		}
	}
	return out
}

var dvs = []recipe{
	{"plain", streaming(func(k *kit) []byte { return dv(func(int) []byte { return nil }) })},
	{"dates", streaming(func(k *kit) []byte {
		date := k.hide([]byte("\x62\xc1\x12\x03\x24"))
		hidden := k.hide([]byte("\xffCANA"))
		return dv(func(place int) []byte {
			return [][]byte{date, nil, {0x13, 1, 2, 3, 4}, hidden, {0x70, 9, 9, 9, 9}}[place%5]
		})
	})},
	{"rooms", streaming(func(k *kit) []byte {
		b := dv(func(int) []byte { return nil })
		for frame := range 2 {
			for off, name := range map[int]string{8: "header", 80 + 51: "subcode"} {
				copy(b[frame*len(b)/2+off:], k.secret(name))
			}
			copy(b[frame*len(b)/2+3*80+78:], "JD")
		}
		return b
	})},
	{"red-star", odd(streaming(func(k *kit) []byte { // which FFmpeg takes for a picture
		return append(dv(func(int) []byte { return nil }), k.hide(RedStarTrailer("8295FF513293A"))...)
	}))},
}
