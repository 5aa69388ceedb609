package samples

// iccProfile returns a display profile: sRGB primaries, gamma 2.2, and what
// colour management on a PC adds about the monitor.
func iccProfile(k *kit, prefix string) []byte {
	say := func(name string) string { return k.secret(prefix + "icc-" + name) }
	gamma := cat([]byte("curv"), zeros(4), be32(1), be16(0x0233), zeros(2))
	return iccOf(iccHeader(k), []iccTag{
		{"desc", iccText(say("desc"))},
		{"cprt", cat([]byte("text"), zeros(4), []byte(say("cprt")+"\x00"))},
		{"wtpt", iccXYZ(0xf6d6, 0x10000, 0xd32d)},
		{"rXYZ", k.stay(iccXYZ(0x6fa2, 0x38f5, 0x0390))},
		{"gXYZ", k.stay(iccXYZ(0x6299, 0xb785, 0x18da))},
		{"bXYZ", k.stay(iccXYZ(0x24a0, 0x0f84, 0xb6cf))},
		{"rTRC", gamma},
		{"gTRC", nil}, // shares the data of rTRC, as most profiles do
		{"bTRC", nil},
		{"dmdd", iccText(say("device-model"))},
		{"targ", cat([]byte("text"), zeros(4), []byte(say("readings")+"\x00"))},
		{"CNRY", cat([]byte("CNRY"), zeros(4), []byte(say("private")))},
	})
}

// iccPlain is a profile of nothing but colours.
func iccPlain() []byte {
	head := zeros(128)
	copy(head[4:], "lcms\x02\x20\x00\x00mntrRGB XYZ \x07\xd0\x00\x01\x00\x01\x00\x00\x00\x00\x00\x00acspMSFT")
	copy(head[68:], cat(be32(0xf6d6), be32(0x10000), be32(0xd32d)))
	return iccOf(head, []iccTag{
		{"wtpt", iccXYZ(0xf6d6, 0x10000, 0xd32d)}, {"rXYZ", iccXYZ(0x6fa2, 0x38f5, 0x0390)}, {"gXYZ", iccXYZ(0x6299, 0xb785, 0x18da)},
		{"bXYZ", iccXYZ(0x24a0, 0x0f84, 0xb6cf)}, {"rTRC", cat([]byte("curv"), zeros(4), be32(1), be16(0x0233), zeros(2))}, {"gTRC", nil}, {"bTRC", nil},
	})
}

// iccTag is a tag and its data; none if it shares those of the one before.
type iccTag struct {
	sig  string
	data []byte
}

func iccOf(head []byte, tags []iccTag) []byte {
	table, data := be32(len(tags)), []byte(nil)
	start := 128 + 4 + 12*len(tags)
	var off, n int
	for _, t := range tags {
		if t.data != nil {
			data = append(data, zeros(-len(data)&3)...)
			off, n = start+len(data), len(t.data)
			data = append(data, t.data...)
		}
		table = append(table, cat([]byte(t.sig), be32(off), be32(n))...)
	}
	data = append(data, zeros(-len(data)&3)...)
	copy(head, be32(start+len(data)))
	return cat(head, table, data)
}

func iccHeader(k *kit) []byte {
	h := zeros(128)
	copy(h[4:], "lcms\x02\x20\x00\x00mntrRGB XYZ ")
	copy(h[24:], k.hide(cat(be16(2031), be16(7), be16(14), be16(15), be16(16), be16(17))))
	copy(h[36:], "acspMSFT")
	copy(h[48:], k.hide([]byte("CNRYmodl"))) // manufacturer and model of the display
	copy(h[68:], cat(be32(0xf6d6), be32(0x10000), be32(0xd32d)))
	copy(h[80:], "lcms")
	copy(h[84:], k.hide([]byte("CANARY-profileid")))
	return h
}

func iccXYZ(x, y, z int) []byte { return cat([]byte("XYZ "), zeros(4), be32(x), be32(y), be32(z)) }

// iccText is the description type of version 2 profiles.
func iccText(s string) []byte {
	return cat([]byte("desc"), zeros(4), be32(len(s)+1), []byte(s), zeros(1), zeros(8), zeros(3+67))
}
