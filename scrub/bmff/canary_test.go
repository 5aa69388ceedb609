package bmff

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"untag/scrub"
	"untag/scrub/bmff/entry"
	"untag/scrub/scrubtest"
)

// descriptions are boxes of sample entries as writers make them, by type.
var descriptions = map[string]struct {
	handler, format string
	body            []byte
}{
	"pasp":       {"vide", "XVID", join(uint32(64), uint32(45))},
	"clap":       {"vide", "v210", join(uint32(1408), uint32(2), uint32(576), uint32(1), int32(-4), uint32(2), uint32(0), uint32(1))},
	"fiel":       {"vide", "XVID", join(uint16(0x0206))},
	"gama":       {"vide", "raw ", join(uint32(0x1cccc))},
	"btrt":       {"vide", "XVID", join(uint32(0), uint32(2000000), uint32(1500000))},
	"mdcv":       {"vide", "av01", join(uint16(13250), uint16(34500), uint16(7500), uint16(3000), uint16(34000), uint16(16000), uint16(15635), uint16(16450), uint32(10000000), uint32(50))},
	"clli":       {"vide", "av01", join(uint16(1000), uint16(400))},
	"amve":       {"vide", "hvc1", join(uint32(3140000), uint16(15635), uint16(16450))},
	"hfov":       {"vide", "hvc1", join(uint32(63400))},
	"SmDm":       {"vide", "vp09", join(uint32(0), uint16(44564), uint16(19136), uint16(17367), uint16(45220), uint16(9830), uint16(3932), uint16(20493), uint16(21561), uint32(1000<<8), uint32(82))},
	"CoLL":       {"vide", "vp09", join(uint32(0), uint16(1000), uint16(400))},
	"vpcC":       {"vide", "vp09", []byte("\x01\x00\x00\x00\x00\x0a\x82\x02\x02\x02\x00\x00")},
	"dvcC":       {"vide", "hvc1", join("\x01\x00\x10\x25\x40", zeros(19))},
	"dvvC":       {"vide", "av01", join("\x01\x00\x14\x25\x10", zeros(19))},
	"dvwC":       {"vide", "vvc1", join("\x01\x00\x14\x25\x10", zeros(19))},
	"d263":       {"vide", "s263", []byte("\x00\x00\x00\x00\x00\x0a\x00")},
	"damr":       {"soun", "samr", []byte("\x00\x00\x00\x00\x00\x81\xff\x00\x01")},
	"ACLR":       {"vide", "AVdn", join("ACLR0001", uint32(1), uint32(0))},
	"DpxE":       {"vide", "R10k", join(uint32(1))},
	"alac":       {"soun", "alac", []byte("\x00\x00\x00\x00\x00\x00\x10\x00\x00\x10\x28\x0a\x0e\x02\x00\xff\x00\x00\x00\x24\x00\x00\x0a\xcc\x00\x00\xac\x44")},
	"dOps":       {"soun", "Opus", []byte("\x00\x06\x01\x38\x00\x00\xbb\x80\x00\x00\x01\x04\x02\x00\x04\x01\x02\x03\x05")},
	"dec3":       {"soun", "ec-3", []byte("\x18\x00\x20\x0f\x00\x01\x10")},
	"dac3":       {"soun", "ac-3", []byte("\x10\x3d\xe0")},
	"chan":       {"soun", "twos", join(zeros(12), uint32(1), uint32(42), zeros(16))},
	"SA3D":       {"soun", "twos", append([]byte("\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x04"), join(uint32(0), uint32(1), uint32(2), uint32(3))...)},
	"srat":       {"soun", "ipcm", join(uint32(0), uint32(96000))},
	"pcmC":       {"soun", "ipcm", []byte("\x00\x00\x00\x00\x01\x18")},
	"dmlp":       {"soun", "mlpa", []byte("\x00\x00\x0f\xc4\x20\x00\x00\x00\x00\x00")},
	"enda":       {"soun", "in24", join(uint16(1))},
	"ddts":       {"soun", "dtsc", join(uint32(48000), uint32(1509000), uint32(1509000), byte(24), "\x00\x7c\xbb\x80\x00\x3f\x00")},
	"mhaP":       {"soun", "mhm1", []byte("\x01\x0c")},
	"ms\x00\x11": {"soun", "ms\x00\x11", []byte("\x11\x00\x01\x00\x44\xac\x00\x00\x80\x3e\x00\x00\x00\x04\x04\x00\x02\x00\xf9\x07")},
	"st3d":       {"vide", "XVID", join(uint32(0), byte(1))},
	"prhd":       {"vide", "XVID", join(uint32(0), int32(90<<16), int32(-45<<16), uint32(0))},
	"equi":       {"vide", "XVID", join(zeros(12), uint32(1<<30-1), uint32(1<<30-1))},
	"cbmp":       {"vide", "XVID", join(uint32(0), uint32(0), uint32(8))},
	"stri":       {"vide", "hvc1", join(uint32(0), byte(3))},
	"hero":       {"vide", "hvc1", join(uint32(0), byte(1))},
	"blin":       {"vide", "hvc1", join(uint32(0), uint32(19240))},
	"dadj":       {"vide", "hvc1", join(uint32(0), int32(-200))},
	"prji":       {"vide", "hvc1", join(uint32(0), "rect")},
	"pkin":       {"vide", "hvc1", join(uint32(0), "side")},
	"cmpd":       {"vide", "uncv", join(uint32(1), uint16(0))},
	"uncC":       {"vide", "uncv", join(uint32(0), uint32(0), uint32(1), uint16(0), "\x07\x00\x00", uint32(0), zeros(20))},
	"cmpC":       {"vide", "uncv", join(uint32(0), "zlib\x00")},
	"icef":       {"vide", "uncv", join(uint32(0), byte(0), uint32(1), byte(9))},
	"cloc":       {"vide", "uncv", join(uint32(0), byte(1))},
	"ccst":       {"vide", "hvc1", join(uint32(0), uint32(0x7c000000))},
	"auxi":       {"vide", "hvc1", join(uint32(0), "urn:mpeg:hevc:2015:auxid:1\x00")},
	// Of no single form.
	"colr": {"vide", "XVID", join("nclx", uint16(9), uint16(16), uint16(9), byte(0x80))},
	"dfLa": {"soun", "fLaC", join(uint32(0), byte(0x80), byte(0), uint16(34), "\x10\x00\x10\x00\x00\x00\x0e\x00\x2f\x00\x0a\xc4\x42\xf0\x00\x00\x05\x00", zeros(16))},
	"ftab": {"text", "tx3g", join(uint16(1), uint16(1), byte(5), "Serif")},
	"vttC": {"text", "wvtt", []byte("WEBVTT")},
	"esds": {"soun", "mp4a", esds(0x40, []byte("\x11\x90\x56\xe5\x00"))[8:]},
}

// spatialParents are what holds the boxes of spatial video.
var spatialParents = map[string][]string{
	"prhd": {"sv3d", "proj"}, "equi": {"sv3d", "proj"}, "cbmp": {"sv3d", "proj"}, "prji": {"vexu", "proj"}, "pkin": {"vexu", "pack"},
	"stri": {"vexu", "eyes"}, "hero": {"vexu", "eyes"}, "blin": {"vexu", "eyes", "cams"}, "dadj": {"vexu", "eyes", "cmfy"},
}

// describedBy is a movie whose one sample entry holds a box.
func describedBy(typ string) []byte {
	d := descriptions[typ]
	b := bx(typ, d.body)
	if typ == "vttC" {
		sample := bx("vttc", bx("payl", "Words"))
		return movieOf(sample, nil, trackSpec{id: 1, handler: d.handler, entry: bx(d.format, zeros(6), uint16(1), b), offsets: []uint32{0}, sizes: []uint32{uint32(len(sample))}})
	}
	for _, parent := range slices.Backward(spatialParents[typ]) {
		b = bx(parent, b)
	}
	if d.format == "tx3g" {
		return textWith(d.format, zeros(30), b)()
	}
	return one(func(t *trackSpec) {
		switch t.handler = d.handler; d.handler {
		case "vide":
			t.entry = visual(d.format, b)
		case "soun":
			t.entry = sound(d.format, b)
		default:
			t.entry = bx(d.format, zeros(6), uint16(1), b)
		}
	})
}

// TestDescriptionsStay has all kinds of boxes that entries may hold: what a decoder
// needs stays as it is.
func TestDescriptionsStay(t *testing.T) {
	for typ := range entry.Forms {
		if _, ok := descriptions[typ]; !ok {
			t.Errorf("no sample of %q", typ)
		}
	}
	for typ, d := range descriptions {
		data := describedBy(typ)
		p := plan(t, data, scrub.Options{})
		if p.Status() != scrub.Dirty || !bytes.Contains(scrubtest.Perform(data, p), bx(typ, d.body)) {
			t.Errorf("%q: %s %q %q", typ, p.Status(), p.Doubts, p.Refused)
		}
	}
}

// TestDescriptionsByAnotherName has one bit of their names lost.
func TestDescriptionsByAnotherName(t *testing.T) {
	for typ, d := range descriptions {
		for bit := range 32 {
			name := []byte(typ)
			name[bit/8] ^= 1 << (bit % 8)
			if _, other := descriptions[string(name)]; other || string(name) == "sv3d" || bit%8 > 6 {
				continue
			}
			data := bytes.Replace(describedBy(typ), bx(typ, d.body), bx(string(name), d.body), 1)
			p := plan(t, data, scrub.Options{})
			if p.Status() != scrub.Partly || !bytes.Contains(scrubtest.Perform(data, p), d.body) {
				t.Errorf("%q as %q: %s %q", typ, name, p.Status(), p.Doubts)
			}
		}
	}
}

// nested are boxes that hold boxes, with how many bytes of fields come first.
var nested = map[string]int{"moov": 0, "trak": 0, "mdia": 0, "minf": 0, "stbl": 0, "stsd": 8, "gmhd": 0, "sinf": 0, "schi": 0, "wave": 0,
	"sv3d": 0, "vexu": 0, "proj": 0, "edts": 0, "tapt": 0, "eyes": 0, "cams": 0, "cmfy": 0, "pack": 0, "moof": 0, "traf": 0}

// leaf is a box that holds no others: where it is, and where the lengths are of it
// and of all that hold it.
type leaf struct {
	typ      string
	off, end int
	lengths  []int
}

// leaves are the boxes in [off, end), those of entries of a handler too.
func leaves(d []byte, off, end int, handler string, above []int) (all []leaf) {
	for end-off >= 8 {
		n, typ := int(binary.BigEndian.Uint32(d[off:])), string(d[off+4:off+8])
		if n < 8 || n > end-off {
			return all
		}
		lengths := append(slices.Clone(above), off)
		fields, holds := nested[typ]
		if i := bytes.Index(d[off:off+n], []byte("hdlr")); typ == "mdia" {
			handler = string(d[off+i+12 : off+i+16])
		}
		if n > 16 && len(above) == 6 && string(d[above[5]+4:above[5]+8]) == "stsd" {
			fields = map[string]int{"vide": 78, "soun": 28}[handler]
			holds = fields > 0
			all = append(all, leaf{typ, off + 8, off + 8 + min(fields, n-8), lengths})
		}
		if holds {
			all = append(all, leaves(d, off+8+fields, off+n, handler, lengths)...)
		} else {
			all = append(all, leaf{typ, off + 8, off + n, lengths})
		}
		off += n
	}
	return all
}

// TestCanaries writes a text over each byte of each box of sample entries and sample
// tables, and behind each: it goes, or the film is not clean.
func TestCanaries(t *testing.T) {
	const text = "CNRYq7Zx8Kp2Wv"
	for name, data := range canaryFilms() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			try := func(what string, l leaf, at int, planted []byte) {
				if p := plan(t, planted, scrub.Options{}); p.Refused == "" && len(p.Doubts) == 0 && bytes.Contains(scrubtest.Perform(planted, p), []byte(text)) {
					t.Errorf("%s %q at %d: %s", what, l.typ, at-l.off, p.Status())
				}
			}
			for _, l := range leaves(data, bytes.Index(data, []byte("moov"))-4, len(data), "", nil) {
				if len(l.lengths) < 2 || slices.Contains([]string{"free"}, l.typ) {
					continue
				}
				for at := l.off; at+len(text) <= l.end; at++ {
					planted := bytes.Clone(data)
					copy(planted[at:], text)
					try("in", l, at, planted)
				}
				planted := join(data[:l.end], text, data[l.end:])
				for _, at := range l.lengths {
					binary.BigEndian.PutUint32(planted[at:], binary.BigEndian.Uint32(planted[at:])+uint32(len(text)))
				}
				try("behind", l, l.end, planted)
			}
		})
	}
}

// canaryFilms are movies with each of the boxes that stay in sample entries and tables.
func canaryFilms() map[string][]byte {
	all := map[string][]byte{"encrypted": films["encrypted"].data, "a palette": films["a palette, and boxes after it"].data}
	for typ := range descriptions {
		all["an entry with "+typ] = describedBy(typ)
	}
	for typ, n := range map[string]uint32{"roll": 2, "prol": 2, "rap ": 1, "sync": 1, "seig": 20} {
		for version := range 3 {
			if version == 0 && typ == "seig" {
				continue
			}
			head := join(byte(version), zeros(3), typ)
			if version > 0 {
				head = join(head, n)
			}
			if version > 1 {
				head = join(head, uint32(0))
			}
			all[fmt.Sprintf("groups %q of version %d", typ, version)] = one(func(t *trackSpec) {
				t.stbl = join(bx("sgpd", head, uint32(2), zeros(int(2*n))), bx("sbgp", zeros(4), typ, uint32(1), uint32(1), uint32(2)))
			})
		}
	}
	all["tables"] = one(func(t *trackSpec) {
		t.stbl = join(bx("ctts", zeros(4), uint32(1), uint32(1), uint32(0)), bx("stss", zeros(4), uint32(1), uint32(1)), bx("sdtp", zeros(4), byte(0x20)), bx("cslg", zeros(24)))
		t.extra = join(bx("edts", bx("elst", zeros(4), uint32(2), uint32(600), uint32(0), uint32(65536), uint32(600), uint32(0), uint32(65536))), bx("tapt", bx("clef", zeros(4), uint32(48<<16), uint32(32<<16))), bx("load", uint32(0), uint32(600), uint32(0), uint32(0)))
		t.minf = bx("gmhd", bx("gmin", zeros(4), uint16(64), zeros(10)), bx("text", uint32(1<<16), zeros(12), uint32(1<<16), zeros(12), uint32(1<<30)))
	})
	for name, entry := range map[string][]byte{
		"text of QuickTime": bx("text", zeros(6), uint16(1), zeros(43), byte(5), "Serif"),
		"text with fonts":   bx("text", zeros(6), uint16(1), zeros(30), bx("ftab", uint16(1), uint16(1), byte(5), "Serif")),
		"subtitles in XML":  bx("stpp", zeros(6), uint16(1), "http://www.w3.org/ns/ttml\x00\x00\x00"),
		"captions":          bx("c608", zeros(6), uint16(1)),
	} {
		all[name] = one(func(t *trackSpec) { t.handler, t.entry = "text", entry })
	}
	all["an entry with wave"] = one(func(t *trackSpec) {
		t.handler, t.entry = "soun", bx("mp4a", zeros(6), uint16(1), uint16(1), zeros(6), uint16(2), uint16(16), zeros(4), uint32(44100<<16), uint32(1024), uint32(0), uint32(0), uint32(2),
			bx("wave", bx("frma", "mp4a"), bx("mp4a", uint32(0)), bx("esds", descriptions["esds"].body), bx("\x00\x00\x00\x00")))
	})
	all["an entry of sound of version 1"] = one(func(t *trackSpec) {
		t.handler, t.entry = "soun", bx("sowt", zeros(6), uint16(1), uint16(1), zeros(6), uint16(2), uint16(16), zeros(4), uint32(44100<<16), uint32(1), uint32(2), uint32(4), uint32(2))
	})
	all["an entry of sound of version 2"] = one(func(t *trackSpec) {
		t.handler, t.entry = "soun", bx("lpcm", zeros(6), uint16(1), uint16(2), zeros(6), uint16(3), uint16(16), uint16(0xfffe), uint16(0), uint32(65536), uint32(72), uint64(0x40e5888000000000), uint32(2), uint32(0x7f000000), uint32(16), uint32(12), uint32(4), uint32(1))
	})
	return all
}
