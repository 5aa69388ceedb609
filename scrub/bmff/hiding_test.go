package bmff

import (
	"bytes"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/scrubtest"
)

const canary = "CANARY" // and some places hold four bytes of it

// visual is an entry of picture with a few boxes.
func visual(format string, boxes ...any) []byte {
	return bx(format, zeros(6), uint16(1), zeros(16), uint16(48), uint16(32), zeros(14), zeros(32), uint16(24), uint16(0xffff), join(boxes...))
}

func sound(format string, boxes ...any) []byte {
	return bx(format, zeros(6), uint16(1), zeros(8), uint16(1), uint16(16), zeros(4), uint32(44100<<16), join(boxes...))
}

// desc is a descriptor of MPEG-4 systems.
func desc(tag byte, parts ...any) []byte {
	body := join(parts...)
	return join(tag, byte(len(body)), body)
}

func esds(object byte, specific []byte, more ...any) []byte {
	return bx("esds", uint32(0), desc(3, uint16(1), byte(0), desc(4, object, byte(0x15), zeros(11), desc(5, specific)), desc(6, byte(2)), join(more...)))
}

// hidingPlaces are movies whose tracks are sound and whole, and that hold
// canaries where nobody looks. Nothing of them may be left.
var hidingPlaces = map[string]func() []byte{
	"reserved bytes of an entry": func() []byte {
		return one(func(t *trackSpec) { t.entry = bytes.Replace(visual("avc1"), zeros(6), []byte(canary), 1) })
	},
	"quality":   func() []byte { return one(func(t *trackSpec) { t.entry = put(visual("avc1"), 24, canary[:4]) }) },
	"data size": func() []byte { return one(func(t *trackSpec) { t.entry = put(visual("avc1"), 44, canary[:4]) }) },
	"after pasp": func() []byte {
		return one(func(t *trackSpec) { t.entry = visual("avc1", bx("pasp", uint64(1<<32|1), canary)) })
	},
	"after numbers": func() []byte {
		return one(func(t *trackSpec) { t.entry = visual("avc1", bx("colr", "nclx", zeros(7), canary)) })
	},
	"unknown colours": func() []byte { return one(func(t *trackSpec) { t.entry = visual("avc1", bx("colr", "what", canary)) }) },
	"spherical software": func() []byte {
		return one(func(t *trackSpec) {
			t.entry = visual("avc1", bx("st3d", uint32(0), byte(1)), bx("sv3d", bx("svhd", uint32(0), canary+"\x00"), bx("proj", bx("prhd", zeros(16)), bx("equi", zeros(20), canary), bx("what", canary))))
		})
	},
	"spatial video": func() []byte {
		return one(func(t *trackSpec) {
			t.entry = visual("hvc1", bx("vexu", bx("eyes", bx("stri", zeros(5)), bx("what", canary))))
		})
	},
	"a descriptor of a stream": func() []byte {
		return one(func(t *trackSpec) {
			t.handler, t.entry = "soun", sound("mp4a", esds(0x40, []byte{0x12, 0x10}, desc(0xc0, canary)))
		})
	},
	"after a configuration of sound":            soundSpecific("\x11\xa8\x56\xe5\x00" + canary),
	"a comment of channels":                     soundSpecific("\x11\x80\x04\xc4\x04\x00\x21\x10\x06" + canary + "\x56\xe5\x00"),
	"a comment of channels and what follows it": soundSpecific("\x11\x80\x04\xc4\x04\x00\x21\x10\x06" + canary + "\x00\x00" + canary),
	"after a stream": func() []byte {
		return one(func(t *trackSpec) {
			t.handler, t.entry = "soun", sound("mp4a", append16(esds(0x40, []byte{0x12, 0x10}), canary))
		})
	},
	"user data of a decoder": func() []byte {
		return one(func(t *trackSpec) {
			t.entry = visual("mp4v", esds(0x20, []byte("\x00\x00\x01\xb0\x01\x00\x00\x01\xb2"+canary+"\x00\x00\x01\xb5\x09")))
		})
	},
	"after a format of AMR": func() []byte {
		return one(func(t *trackSpec) {
			t.handler, t.entry = "soun", sound("samr", bx("damr", canary[:4], zeros(5), canary))
		})
	},
	"an address of a scheme": func() []byte {
		return one(func(t *trackSpec) {
			t.entry = visual("encv", bx("sinf", bx("frma", "avc1"), bx("schm", uint32(1), "cenc", uint32(0x10000), canary+"\x00"), bx("what", canary), bx("schi", bx("tenc", zeros(24)))))
		})
	},
	"after the fields of vmhd":    func() []byte { return one(func(t *trackSpec) { t.header = bx("vmhd", uint32(1), zeros(8), canary) }) },
	"a colour that means nothing": func() []byte { return one(func(t *trackSpec) { t.header = bx("vmhd", uint32(1), uint16(0), canary) }) },
	"samples that a fragment has not": func() []byte {
		return fragmented(bx("traf", bx("tfhd", uint32(0x20000), uint32(1)), plainRun, bx("sdtp", uint32(0), byte(0), canary)))
	},
	"flags": func() []byte { return one(func(t *trackSpec) { t.header = bx("vmhd", byte(0), canary[:3], zeros(8)) }) },
	"a component type": func() []byte {
		return one(func(t *trackSpec) { t.hdlr = bx("hdlr", uint32(0), canary[:4], "vide", zeros(12), byte(0)) })
	},
	"a long name": func() []byte {
		return one(func(t *trackSpec) {
			t.hdlr = bx("hdlr", zeros(8), "vide", zeros(12), strings.Repeat(canary+" ", 60), byte(0))
		})
	},
	"a private language": func() []byte {
		return one(func(t *trackSpec) { t.mdia = bx("elng", uint32(0), "en-x-"+canary+"\x00") })
	},
	"after an edit list": func() []byte {
		return one(func(t *trackSpec) {
			t.extra = bx("edts", bx("elst", uint32(0), uint32(1), zeros(8), uint32(0x10000), canary))
		})
	},
	"after an aperture": func() []byte { return one(func(t *trackSpec) { t.extra = bx("tapt", bx("clef", zeros(12), canary)) }) },
	"after a load":      func() []byte { return one(func(t *trackSpec) { t.extra = bx("load", zeros(16), canary) }) },
	"a reference": func() []byte {
		return one(func(t *trackSpec) { t.extra = bx("tref", bx("hint", uint32(1), canary[:3]), bx(canary[:4], uint32(1))) })
	},
	"many references": func() []byte {
		return one(func(t *trackSpec) { t.extra = bx("tref", bx("hint", bytes.Repeat(join(uint32(1)), 300), canary)) })
	},
	"times of no samples": func() []byte {
		return one(func(t *trackSpec) {
			t.stts = join(uint32(3), uint32(1), uint32(1), uint32(0), canary[:4], zeros(4), canary[:4])
		})
	},
	"times after the end": func() []byte {
		return one(func(t *trackSpec) {
			t.stbl = bx("ctts", uint32(0), uint32(2), uint32(1), uint32(0), canary[:4], canary[:4])
		})
	},
	"sync samples that there are not": func() []byte {
		return one(func(t *trackSpec) { t.stbl = bx("stss", uint32(0), uint32(2), uint32(1), canary[:4]) })
	},
	"after sdtp": func() []byte { return one(func(t *trackSpec) { t.stbl = bx("sdtp", uint32(0), byte(0), canary) }) },
	"after cslg": func() []byte { return one(func(t *trackSpec) { t.stbl = bx("cslg", uint32(0), zeros(20), canary) }) },
	"a group of an unknown kind": func() []byte {
		return one(func(t *trackSpec) {
			t.stbl = join(bx("sgpd", uint32(1<<24), "what", uint32(6), uint32(1), canary), bx("sbgp", uint32(0), "what", uint32(1), uint32(1), canary[:4]))
		})
	},
	"after a group": func() []byte {
		return one(func(t *trackSpec) {
			t.stbl = bx("sgpd", uint32(1<<24), "roll", uint32(2), uint32(1), uint16(0xffff), canary)
		})
	},
	"encryption where there is none": func() []byte {
		return one(func(t *trackSpec) {
			t.stbl = join(bx("senc", uint32(0), uint32(1), canary+"xx"), bx("saiz", uint32(0), byte(8), uint32(1)), bx("saio", uint32(0), uint32(1), canary[:4]))
		})
	},
	"after subs": func() []byte {
		return one(func(t *trackSpec) { t.stbl = bx("subs", uint32(0), uint32(1), uint32(1), uint16(1), zeros(8), canary) })
	},
	"a brand":      func() []byte { return bytes.Replace(one(nil), []byte("isommp42"), []byte("isom"+canary[:4]), 1) },
	"a main brand": func() []byte { return bytes.Replace(one(nil), []byte("ftypisom"), []byte("ftyp"+canary[:4]), 1) },
	"a version": func() []byte {
		return bytes.Replace(one(nil), join("ftypisom", uint32(0)), []byte("ftypisom"+canary[:4]), 1)
	},
	"object descriptor": func() []byte {
		return one(nil, bx("iods", uint32(0), desc(0x10, uint16(0x4f), bytes.Repeat([]byte{0xff}, 5), desc(0xc0, canary))))
	},
	"after colours":       func() []byte { return one(nil, bx("ctab", zeros(6), uint16(0), zeros(8), canary)) },
	"a mask":              func() []byte { return one(nil, bx("clip", bx("crgn", uint16(10), zeros(8), canary))) },
	"a name among keys":   func() []byte { return one(nil, keysMeta("CANARYcom.android.capture.fps", "240.0")) },
	"a rate that is none": func() []byte { return one(nil, keysMeta("com.android.capture.fps", "CANARY 240")) },
	"after keys":          func() []byte { return one(nil, afterKeys(keysMeta("com.android.capture.fps", "240."))) },
	"a namespace of keys": func() []byte {
		return one(nil, bytes.Replace(keysMeta("com.android.capture.fps", "240."), []byte("mdtacom"), []byte(canary[:4]+"com"), 1))
	},
	"a locale": func() []byte {
		return one(nil, bytes.Replace(keysMeta("title", "A film"), join("data", uint32(1), uint32(0)), join("data", uint32(1), canary[:4]), 1))
	},
	"a loudness that is none": func() []byte {
		return one(nil, bx("udta", itunes(bx("----", bx("mean", uint32(0), "com.apple.iTunes"), bx("name", uint32(0), "replaygain_"+canary), bx("data", uint32(1), uint32(0), "-7 dB")))))
	},
	"two names of an item": func() []byte {
		return one(nil, bx("udta", itunes(bx("----", bx("mean", uint32(0), "com.apple.iTunes"), bx("name", uint32(0), canary), bx("name", uint32(0), "iTunSMPB"), bx("data", uint32(1), uint32(0), "0000")))))
	},
	"a kind": func() []byte {
		return one(func(t *trackSpec) {
			t.extra = bx("udta", bx("kind", uint32(0), "urn:mpeg:dash:role:2011\x00"+canary+"\x00"))
		})
	},
	"a second header of a medium": func() []byte {
		return one(func(t *trackSpec) {
			t.minf = bx("vmhd", uint32(1), zeros(8))
			t.header = join(bx("vmhd", uint32(1), uint16(0x24), canary), bx("hmhd", uint32(0), canary+canary, uint32(0)))
		})
	},
	"loudness": func() []byte {
		return one(nil, bx("udta", bx("ludt", bx("tlou", uint32(0), zeros(6), byte(0), canary))))
	},
	"loudness that is none": func() []byte { return one(nil, bx("udta", bx("tlou", canary+canary))) },
	"a selection":           func() []byte { return one(nil, bx("udta", bx("tsel", uint32(0), uint32(1), canary[:4], canary[:4]))) },
	"looping":               func() []byte { return one(nil, bx("udta", bx("LOOP", canary[:4]))) },
	"a characteristic": func() []byte {
		return one(func(t *trackSpec) { t.extra = bx("udta", bx("tagc", "public."+canary)) })
	},
	"counts of composition offsets": func() []byte {
		return one(func(t *trackSpec) { t.stbl = bx("ctts", uint32(0), uint32(1), canary[:4], uint32(1)) })
	},
	"a label": func() []byte { return one(func(t *trackSpec) { t.extra = bx("udta", bx("labl", uint32(0), canary)) }) },
	"beside a key's identifier": func() []byte {
		return one(func(t *trackSpec) {
			t.entry = visual("encv", bx("sinf", bx("frma", "avc1"), bx("schm", uint32(0), "cenc", uint32(0x10000)), bx("schi", bx("tenc", zeros(24), canary), bx("what", canary))))
		})
	},
	"after a description of Opus":    soundWith("Opus", "dOps", byte(0), byte(2), zeros(8), byte(1), byte(1), byte(1), zeros(2), canary),
	"after a description of ALAC":    soundWith("alac", "alac", zeros(28), canary),
	"after a layout of ALAC":         soundWith("alac", "alac", zeros(28), uint32(24), "chan", zeros(16), canary),
	"after a description of AC-3":    soundWith("ac-3", "dac3", zeros(3), canary),
	"after a description of E-AC-3":  soundWith("ec-3", "dec3", zeros(1), byte(1), zeros(2), byte(2), byte(7), zeros(3), byte(1), byte(16), canary),
	"after a layout":                 soundWith("twos", "chan", zeros(12), uint32(1), zeros(20), canary),
	"after a description of spheres": soundWith("twos", "SA3D", zeros(8), uint32(1), zeros(4), canary),
	"after a description of VP9": func() []byte {
		return one(func(t *trackSpec) {
			t.entry = visual("vp09", bx("vpcC", uint32(1<<24), zeros(6), uint16(1), byte(0), canary))
		})
	},
	"after a description of VP8": func() []byte {
		return one(func(t *trackSpec) { t.entry = visual("vp08", bx("vpcC", zeros(10), canary)) })
	},
	"after fonts":          textWith("tx3g", zeros(30), bx("ftab", uint16(1), uint16(1), byte(5), "Serif", canary)),
	"the head of captions": textWith("wvtt", bx("vttC", "WEBVTT - "+canary)),
	"a note in captions":   textWith("wvtt", bx("vttC", "WEBVTT\n\nNOTE "+canary)),
	"a year that is more": func() []byte {
		return one(nil, keysMeta("com.apple.quicktime.title", "words", "com.apple.quicktime.year", "2031-05-06 "+canary))
	},
	"a speed that is text": func() []byte {
		return one(nil, keysMeta("com.apple.quicktime.title", "words", "com.android.capture.fps", canary))
	},
	"what a recorder wrote before it finished": func() []byte { return finished("") },
	"a short free box":                         func() []byte { return shortFree(one(nil)) },
	"after an index": func() []byte {
		d := fragmented(bx("traf", bx("tfhd", uint32(0x20000), uint32(1)), plainRun))
		i := bytes.Index(d, []byte("moof")) - 4
		return join(d[:i], bx("sidx", uint32(0), uint32(1), uint32(600), zeros(8), canary[:2], uint16(1), uint32(len(d)-i), zeros(8), canary), d[i:])
	},
	"after a fragment's fields": func() []byte {
		return fragmented(bx("traf", bx("tfhd", uint32(0x20000), uint32(1), canary), bx("tfdt", uint32(0), uint32(0), canary),
			bx("sgpd", uint32(1<<24), "what", uint32(6), uint32(1), canary), bx("senc", uint32(0), uint32(1), canary), append16(plainRun, canary[:3])))
	},
	"after random access": func() []byte {
		d := fragmented(bx("traf", bx("tfhd", uint32(0x20000), uint32(1)), plainRun))
		return join(d, bx("mfra", bx("tfra", uint32(0), uint32(1), uint32(0), uint32(1), zeros(8), byte(1), byte(1), byte(1), canary), bx("mfro", uint32(0), uint32(0), canary)))
	},
	"after the fields of trex": func() []byte {
		return bytes.Replace(fragmented(bx("traf", bx("tfhd", uint32(0x20000), uint32(1)), plainRun)),
			bx("mvex", bx("trex", uint32(0), uint32(1), uint32(1), zeros(12)), bx("free", zeros(6))), bx("mvex", bx("trex", uint32(0), uint32(1), uint32(1), zeros(12), canary), bx("free")), 1)
	},
}

// finished is a movie whose one mdat is over what its recorder wrote in fragments,
// and lost is what the last of them held besides a frame of the film.
func finished(lost string) []byte {
	first := bx("moov", mvhd(), bx("udta", bx("\xa9mak", uint32(len(canary))<<16, canary)))
	moof := bx("moof", bx("mfhd", uint32(0), uint32(0)), bx("uuid", canary, zeros(10)))
	body := join(first, bx("mdat", "FRAME1"), moof, bx("mdat", "FRAME2"), bx("styp", "iso5", zeros(4)), moof, uint32(14+len(lost)), "mdat", "FRAME3", lost)
	t := video(nil, nil)
	for _, f := range []string{"FRAME1", "FRAME2", "FRAME3"} {
		t.offsets, t.sizes = append(t.offsets, uint32(bytes.Index(body, []byte(f)))), append(t.sizes, 6)
	}
	t.entry = visual("XVID")
	return movieOf(body, nil, t)
}

// one is a movie of one frame of picture, changed.
func one(change func(t *trackSpec), boxes ...any) []byte {
	t := video([]uint32{0}, []uint32{6})
	t.entry = visual("XVID")
	if change != nil {
		change(&t)
	}
	return movieOf([]byte("FRAME1"), join(boxes...), t)
}

// plainRun is a run of the one frame, which starts at an offset that fragmented fills in.
var plainRun = bx("trun", uint32(0x201), uint32(1), "OFFS", uint32(6))

// fragmented is a movie of one fragment.
func fragmented(traf []byte) []byte {
	moof := bx("moof", bx("mfhd", zeros(8)), traf)
	moof = bytes.Replace(moof, []byte("OFFS"), join(uint32(len(moof)+8)), 1)
	t := video(nil, nil)
	t.entry, t.stts = visual("XVID"), join(uint32(0))
	t.stbl = nil
	moov := bytes.Replace(trak(t), bx("stsc", uint32(0), uint32(1), uint32(1), uint32(1), uint32(1)), bx("stsc", uint32(0), uint32(0), zeros(12)), 1)
	return join(ftyp, bx("moov", mvhd(), moov, bx("mvex", bx("trex", uint32(0), uint32(1), uint32(1), zeros(12)), bx("free", zeros(6)))),
		moof, bx("mdat", "FRAME1"))
}

// soundWith is a movie whose one track is sound with a box in its description.
func soundWith(format, typ string, parts ...any) func() []byte {
	return func() []byte {
		return one(func(t *trackSpec) { t.handler, t.entry = "soun", sound(format, bx(typ, parts...)) })
	}
}

// soundSpecific is a movie whose one track is AAC, configured by config.
func soundSpecific(config string) func() []byte {
	return soundWith("mp4a", "esds", esds(0x40, []byte(config))[8:])
}

// textWith is a movie whose one track is text, described by parts.
func textWith(format string, parts ...any) func() []byte {
	return func() []byte {
		sample := map[string][]byte{"wvtt": bx("vtte"), "stpp": []byte("<tt>text</tt>")}[format]
		if sample == nil {
			sample = join(uint16(4), "text")
		}
		entry := bx(format, zeros(6), uint16(1), join(parts...))
		return movieOf(sample, nil, trackSpec{id: 1, handler: "text", entry: entry, offsets: []uint32{0}, sizes: []uint32{uint32(len(sample))}})
	}
}

// put writes s over b at off.
func put(b []byte, off int, s string) []byte {
	copy(b[off:], s)
	return b
}

// append16 makes a box longer.
func append16(b []byte, s string) []byte { return join(uint32(len(b)+len(s)), b[4:], s) }

// afterKeys has a canary behind the last key.
func afterKeys(meta []byte) []byte {
	i := bytes.Index(meta, []byte("ilst")) - 4
	k := bytes.Index(meta, []byte("keys")) - 4
	out := join(meta[:i], canary, meta[i:])
	copy(out[k:], join(box.Uint32(out[k:])+uint32(len(canary))))
	copy(out, join(uint32(len(out))))
	return out
}

func itunes(items ...any) []byte {
	return bx("meta", uint32(0), bx("hdlr", zeros(8), "mdirappl", zeros(9)), bx("ilst", join(items...)))
}

// shortFree has a free box whose length leaves out its header.
func shortFree(d []byte) []byte { return join(d, uint32(5), "free", bx("free", canary)) }

func TestHidingPlaces(t *testing.T) {
	h := scrubtest.Harness{Engine: engine, States: 40, Variants: 60, Streams: true}
	for name, build := range hidingPlaces {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := build()
			if !bytes.Contains(data, []byte(canary[:2])) {
				t.Fatal("there is no canary")
			}
			p := h.Laws(t, name, data)
			if p == nil || p.Status() != scrub.Dirty {
				t.Fatalf("%s: %s %q", p.Status(), p.Refused, p.Doubts)
			}
			after := scrubtest.Perform(data, p)
			if i := bytes.Index(after, []byte(canary[:3])); i >= 0 {
				t.Errorf("a canary is left at 0x%x: %q", i, after[max(0, i-16):i+6])
			}
			if bytes.Index(after, []byte("FRAME1")) != bytes.Index(data, []byte("FRAME1")) {
				t.Error("the frame is gone or elsewhere")
			}
		})
	}
}
