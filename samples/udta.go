package samples

// data is the value of a metadata item: well-known type, locale, bytes.
func data(typ int, value []byte) []byte { return box("data", be32(typ), zeros(4), value) }

const utf8Text = 1

// keyed is metadata by key (QuickTime "mdta"); pairs are key, value.
func keyed(pairs ...string) []byte {
	var keys, items []byte
	for i := 0; i < len(pairs); i += 2 {
		key := "com.apple.quicktime." + pairs[i]
		if len(pairs[i]) > 4 && pairs[i][:4] == "com." {
			key = pairs[i]
		}
		keys = append(keys, cat(be32(8+len(key)), []byte("mdta"), []byte(key))...)
		items = append(items, box(string(be32(i/2+1)), data(utf8Text, []byte(pairs[i+1])))...)
	}
	return cat(fullBox("keys", 0, 0, be32(len(pairs)/2), keys), box("ilst", items))
}

// appleKeys is what a phone writes.
func appleKeys(k *kit) []byte {
	return keyed("location.ISO6709", "+47.1234+008.3234+407.070/"+k.secret("location"), "make", k.secret("make"), "model", k.secret("model"),
		"software", k.secret("software"), "creationdate", "2031-07-14T15:16:17+0200"+k.secret("creationdate"),
		"content.identifier", k.secret("content-identifier"), "com.android.version", k.secret("android"))
}

// itunes is tags of a song that was bought.
func itunes(k *kit, cover []byte, coverType int) []byte {
	item := func(typ, value string) []byte { return box(typ, data(utf8Text, []byte(value))) }
	free := func(name, value string) []byte {
		return box("----", fullBox("mean", 0, 0, []byte("com.apple.iTunes")), fullBox("name", 0, 0, []byte(name)), data(utf8Text, []byte(value)))
	}
	keep := func(s string) string { return string(k.stay([]byte(s))) }
	items := cat(
		item("\xa9nam", keep("A Song of Tests")), item("\xa9ART", keep("The Fixtures")), item("\xa9alb", keep("Golden Files")),
		item("apID", k.secret("account")), item("ownr", k.secret("owner")), item("purd", "2031-07-14 "+k.secret("purchase-date")), item("\xa9day", "2019"+k.secret("-release-day")),
		box("trkn", data(0, cat(zeros(2), be16(3), be16(9), zeros(2)))), item("\xa9too", k.secret("encoder")), item("\xa9cmt", k.secret("comment")),
		free("iTunSMPB", keep(" 00000000 00000840 000001CA 00000000003F31F6")), free("iTunes_CDDB_IDs", k.secret("cddb")),
		free("Encoding Params", k.secret("params")), box("xid ", data(utf8Text, []byte(k.secret("xid")))))
	if cover != nil {
		items = append(items, box("covr", data(coverType, cover), box("name", []byte(k.secret("cover-file"))))...)
	}
	return box("udta", fullBox("meta", 0, 0, hdlr("mdir", ""), box("ilst", items), box("free", []byte(k.secret("meta-free")))))
}

const (
	coverJPEG = 13
	coverPNG  = 14
)

// vendorUdta is user data of phones, cameras and editors.
func vendorUdta(k *kit) []byte {
	t := func(typ, name string) []byte { return udtaText(typ, k.secret(name)) }
	return box("udta",
		udtaText("\xa9xyz", "+47.1234+008.3234/"+k.secret("udta-xyz")), t("\xa9mak", "udta-make"), t("\xa9mod", "udta-model"), t("\xa9swr", "udta-software"),
		t("\xa9day", "udta-day"), box("slno", []byte(k.secret("serial"))), box("cmid", []byte(k.secret("camera-id"))),
		box("name", []byte("A day at the lake")), box("XMP_", xmp(xmpIdentity(k, "udta-"))), box("Xtra", xtra(k)))
}

// goProUdta is what a GoPro puts into its movies.
func goProUdta(k *kit) []byte {
	return box("udta", box("FIRM", []byte(k.secret("firmware"))), box("LENS", []byte(k.secret("lens-serial"))), box("CAME", []byte(k.secret("camera-hash"))),
		box("SETT", zeros(8)), box("MUID", field(k.secret("media-uid"), 32)), box("GPMF", gpmf(k, "udta-")))
}

// xtra is what Windows adds: names in ASCII, values in UTF-16.
func xtra(k *kit) []byte {
	var b []byte
	for _, name := range []string{"WM/SharedUserRating", "ShadowFilePath", "LibraryID"} {
		value := append(k.hide(utf16le("CANARY-"+name)), 0, 0)
		entry := cat(be32(len(name)), []byte(name), be32(1), be32(6+len(value)), be16(8), value)
		b = append(b, cat(be32(4+len(entry)), entry)...)
	}
	return b
}

// loci is the place of a 3GPP recording.
func loci(k *kit) []byte {
	return fullBox("loci", 0, 0, be16(0x55c4), []byte(k.secret("loci-name")+"\x00"), []byte{0}, be32(8<<16|0x52cc), be32(47<<16|0x1f97), be32(407<<16),
		[]byte("earth\x00"+k.secret("loci-notes")+"\x00"))
}

// nero is chapter names after Nero.
func nero(k *kit, names ...string) []byte {
	b := []byte{byte(len(names))}
	for i, n := range names {
		b = append(b, cat(be64(uint64(i)*2500000), []byte{byte(len(n))}, k.stay([]byte(n)))...)
	}
	return fullBox("chpl", 1, 0, zeros(4), b)
}

// purchase is what the iTunes Store puts beside the description of the sound.
func purchase(k *kit) []byte {
	return box("pinf", box("frma", []byte("mp4a")), fullBox("schm", 0, 0, []byte("itun"), be32(0)),
		box("schi", box("user", []byte("CNRY")), box("name", field(k.secret("buyer"), 64)), box("righ", field("tran"+k.secret("transaction"), 64))))
}

// nonRealTimeMeta is the description that Sony's cameras put at the top level.
func nonRealTimeMeta(k *kit) []byte {
	return fullBox("meta", 0, 0, hdlr("nrtm", "NonRealTimeMetadata"), fullBox("xml ", 0, 0,
		[]byte(`<?xml version="1.0"?><NonRealTimeMeta><Device manufacturer="`+k.secret("nrtm-maker")+`" serialNo="`+k.secret("nrtm-serial")+`"/></NonRealTimeMeta>`)))
}

// listed is metadata as iTunes writes it, of pairs of a type and a text.
func listed(pairs ...string) []byte {
	var items []byte
	for i := 0; i < len(pairs); i += 2 {
		items = append(items, box(pairs[i], data(utf8Text, []byte(pairs[i+1])))...)
	}
	return box("udta", fullBox("meta", 0, 0, hdlr("mdir", ""), box("ilst", items)))
}

// words are titles in scripts whose white space, marks and joiners no other uses.
func words(k *kit) []byte {
	keep := func(s string) string { return string(k.stay([]byte(s))) }
	return listed("\xa9nam", keep("東京\u3000夜想曲"), "\xa9ART", keep("می\u200cخواهم"), "\xa9alb", keep("사랑\u00a0노래 👩\u200d👧 ❤\ufe0f"), "\xa9wrt", keep("Cafe\u0301 — 7/27"))
}

// tellingWords are titles that tell of more than a work.
func tellingWords(k *kit) []byte {
	hide := func(s string) string { return string(k.hide([]byte(s))) }
	return listed("\xa9nam", hide("Filmed 47.12345, 8.32345"), "\xa9ART", hide("jane.doe@example.com"), "\xa9alb", hide(`C:\Users\jane.doe\Videos\a.mp4`), "\xa9wrt", hide("S/N: CQ40917733"),
		"\xa9grp", hide("2031-07-14 15:16"), "\xa9gen", hide("Fairphone 5"), "\xa9lyr", hide("over\u202eride"), "\xa9st3", hide("zero\u200b\u200bwidth"), "soal", string(k.stay([]byte("Golden Files"))))
}

// voiceMemo is what the recorder of a telephone writes: the title is the street.
func voiceMemo(k *kit) []byte {
	hide := func(s string) string { return string(k.hide([]byte(s))) }
	return listed("\xa9nam", hide("Seestrasse 12"), "\xa9too", "com.apple.VoiceMemos ("+k.secret("phone")+")", "\xa9day", hide("2031-07-14T15:16:17+0200"), "\xa9lyr", string(k.stay([]byte("la la"))))
}
