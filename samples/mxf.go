package samples

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
)

const smpte = "\x06\x0e\x2b\x34"

// mxfItem is a key, from its fifth byte on, a length and a value.
func mxfItem(key string, value ...[]byte) []byte {
	v := cat(value...)
	return cat([]byte(smpte+key), []byte{0x83, byte(len(v) >> 16)}, be16(len(v)), v)
}

const (
	mxfFill    = "\x01\x01\x01\x02\x03\x01\x02\x10\x01\x00\x00\x00"
	mxfPack    = "\x02\x05\x01\x01\x0d\x01\x02\x01\x01"
	mxfSet     = "\x02\x53\x01\x01\x0d\x01\x01\x01\x01\x01"
	mxfElement = "\x01\x02\x01\x01\x0d\x01\x03\x01"
	avcInMXF   = smpte + "\x04\x01\x01\x0a\x0d\x01\x03\x01\x02\x10\x60\x01"
)

// utf16be is how MXF writes text.
func utf16be(s string) (b []byte) {
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.BigEndian.AppendUint16(b, u)
	}
	return b
}

func localItem(tag string, value ...[]byte) []byte {
	t, v := unhex(tag), cat(value...)
	return cat(t, be16(len(v)), v)
}

// uid is a small number as an identifier of a set.
func uid(n int) []byte { return cat(zeros(12), be32(n)) }

// umid is one as an identifier of a package.
func umid(n int) []byte {
	return cat([]byte("\x06\x0a\x2b\x34\x01\x01\x01\x05\x01\x01\x0d\x00\x13\x00\x00\x00"), uid(n))
}

// references are those to sets.
func references(all ...int) []byte {
	b := cat(be32(len(all)), be32(16))
	for _, n := range all {
		b = append(b, uid(n)...)
	}
	return b
}

// mxfFilm is what a film may hold beside its pictures.
type mxfFilm struct {
	package1  []byte            // UMID of the package that plays
	maker     []byte            // of identifiers, for the zeros that they begin with
	items     map[string][]byte // of sets, by the byte that names them
	sets      [][]byte
	labels    [][]byte // of more tags, in the primer
	system    []byte   // before each picture
	fill      []byte
	data      []byte // an element beside pictures
	unclosed  bool
	afterward []byte
}

func (f mxfFilm) set(kind string, id int, items ...[]byte) []byte {
	return mxfItem(mxfSet+kind+"\x00", localItem("3c0a", uid(id)), cat(items...), f.items[kind])
}

// header is the sets of a film: a package that plays, and one that tells how pictures are coded.
func (f mxfFilm) header() []byte {
	def := []byte(smpte + "\x04\x01\x01\x01\x01\x03\x02\x02\x01\x00\x00\x00")
	rate, long := cat(be32(10), be32(1)), be64(4)
	track := func(id, number int, kind []byte, sequence, clip int, source []byte, of int) []byte {
		return cat(
			f.set("\x3b", id, localItem("4801", be32(2)), localItem("4804", be32(number)), localItem("4b01", rate), localItem("4b02", zeros(8)), localItem("4803", uid(sequence))),
			f.set("\x0f", sequence, localItem("0201", kind), localItem("0202", long), localItem("1001", references(clip))),
			f.set("\x11", clip, localItem("0201", kind), localItem("0202", long), localItem("1201", zeros(8)), localItem("1101", source), localItem("1102", be32(of))))
	}
	if f.package1 == nil {
		f.package1 = umid(1)
	}
	return cat(
		f.set("\x2f", 1, localItem("3b05", be16(0x103)), localItem("3b06", references(2)), localItem("3b03", uid(3)), localItem("3b09", []byte(smpte+"\x04\x01\x01\x01\x0d\x01\x02\x01\x01\x01\x09\x00")),
			localItem("3b0a", be32(1), be32(16), []byte(avcInMXF)), localItem("3b0b", zeros(4), be32(16))),
		f.set("\x30", 2), f.set("\x18", 3, localItem("1901", references(4, 8)), localItem("1902", references(13))),
		f.set("\x36", 4, localItem("4401", f.package1), localItem("4403", references(5))), track(5, 0, def, 6, 7, umid(2), 2),
		f.set("\x37", 8, localItem("4401", umid(2)), localItem("4403", references(9)), localItem("4701", uid(12))), track(9, 0x15010500, def, 10, 11, zeros(32), 0),
		f.set("\x28", 12, localItem("3006", be32(2)), localItem("3001", rate), localItem("3004", []byte(avcInMXF)), localItem("3203", be32(48)), localItem("3202", be32(32)), localItem("320e", be32(3), be32(2)),
			localItem("3201", []byte(smpte+"\x04\x01\x01\x0a\x04\x01\x02\x02\x01\x31\x11\x01"))),
		f.set("\x23", 13, localItem("2701", umid(2)), localItem("3f07", be32(1)), localItem("3f06", be32(0))), cat(f.sets...))
}

func mxfPartition(kind, status byte, at, previous, footer, header int) []byte {
	return mxfItem(mxfPack+string([]byte{kind, status, 0}), be16(1), be16(3), be32(1), be64(uint64(at)), be64(uint64(previous)), be64(uint64(footer)), be64(uint64(header)), zeros(8), zeros(4), zeros(8), be32(1),
		[]byte(smpte+"\x04\x01\x01\x01\x0d\x01\x02\x01\x01\x01\x09\x00"), be32(1), be32(16), []byte(avcInMXF))
}

func (f mxfFilm) bytes() []byte {
	var primer []byte
	for _, l := range f.labels {
		primer = append(primer, l...)
	}
	sets := f.header()
	for n := range 32 {
		if f.maker != nil {
			sets = bytes.ReplaceAll(sets, uid(n+1), cat(f.maker, be32(n+1)))
		}
	}
	meta := cat(mxfItem(mxfPack+"\x05\x01\x00", be32(len(f.labels)), be32(18), primer), sets, mxfItem(mxfFill, f.fill))
	var essence []byte
	for i, picture := range startCoded(tiny.frames(4)) {
		if i == 0 {
			picture = cat(cat(startCoded([][]byte{accessUnit(tiny.sps(), tiny.pps())})...), picture)
		}
		essence = append(essence, cat(f.system, mxfItem(mxfElement+"\x15\x01\x05\x00", picture), f.data, mxfItem(mxfFill, f.fill))...)
	}
	head := len(mxfPartition(2, 4, 0, 0, 0, 0))
	footer := head + len(meta) + len(essence)
	if f.unclosed {
		return cat(mxfPartition(2, 1, 0, 0, 0, len(meta)), meta, essence)
	}
	index := mxfItem(mxfPack+"\x11\x01\x00", be32(1), be64(0), be32(0), be64(uint64(footer)), be32(20+28))
	return cat(mxfPartition(2, 4, 0, 0, footer, len(meta)), meta, essence, mxfPartition(4, 4, footer, 0, footer, 0), index, f.afterward)
}

// mxfDate is a time stamp of MXF.
func mxfDate(k *kit) []byte { return k.hide([]byte{0x07, 0xef, 11, 29, 14, 33, 47, 13}) }

var mxfs = []recipe{
	{"plain", func(k *kit) []byte { return mxfFilm{}.bytes() }},
	{"words", func(k *kit) []byte {
		text := func(tag, name string) []byte { return localItem(tag, k.hide(utf16be("CANARY-"+name))) }
		date := mxfDate(k)
		return mxfFilm{items: map[string][]byte{
			"\x2f": localItem("3b02", date),
			"\x30": cat(text("3c01", "company"), text("3c02", "product"), text("3c04", "version"), text("3c08", "platform"), localItem("3c05", k.hide([]byte("CANARY-productID"))),
				localItem("3c09", k.hide([]byte("CANARY-generated"))), localItem("3c06", date), localItem("3c03", be16(59), be16(27), be16(100), be16(1), be16(5))),
			"\x36": cat(text("4402", "reel"), localItem("4404", date), localItem("4405", date)),
			"\x3b": text("4802", "track"),
			"\x28": localItem("0102", k.hide([]byte("CANARY-the-saver"))),
		}, sets: [][]byte{
			mxfItem(mxfSet+"\x32\x00", localItem("3c0a", uid(20)), text("4001", "file:///C:/Users/")),
			mxfItem(mxfSet+"\x3f\x00", localItem("3c0a", uid(21)), text("5001", "name"), localItem("5003", k.hide(cat([]byte("B"+smpte+"\x01\x10\x02\x00\x00\x00\x00\x00\x06\x0e\x2b\x34"), utf16be("CANARY-value"))))),
			mxfItem(mxfSet+"\x14\x00", localItem("3c0a", uid(22)), localItem("1501", k.hide(cat(zeros(4), be32(1309577)))), localItem("1502", be16(25)), localItem("1503", zeros(1))),
		}}.bytes()
	}},
	{"camera", func(k *kit) []byte {
		label := func(tag int, key string) []byte { return cat(be16(tag), []byte(smpte+"\x01\x01\x01\x05"+key)) }
		return mxfFilm{
			labels: [][]byte{label(0x8114, "\x0e\x06\x04\x01\x01\x01\x14\x00"), label(0x8001, "\x07\x01\x02\x01\x02\x02\x00\x00"), label(0x8002, "\x04\x01\x06\x06\x01\x0e\x00\x00")},
			sets: [][]byte{
				mxfItem("\x02\x53\x01\x01\x0e\x06\x04\x01\x01\x02\x03\x00", localItem("3c0a", uid(30)), localItem("8114", k.hide([]byte("CANARY-serial"))), localItem("8001", k.hide([]byte("CANARY47.3769N"))), localItem("8002", be32(5000)),
					localItem("7ff7", k.hide([]byte("CANARY-of-no-label")))),
				mxfItem("\x01\x01\x01\x01\x0e\x06\x04\x01\x77\x02\x03\x00", k.hide([]byte("CANARY-dark"))),
			},
			fill: k.hide([]byte("CANARY-fill")),
			system: cat(mxfItem("\x02\x05\x01\x01\x0d\x01\x03\x01\x14\x01\x01\x00", []byte{0x5c, 4, 0, 0, 0, 0, 0}, []byte(avcInMXF), []byte{0x81}, k.hide([]byte("CANARY-create-at")), []byte{0x81}, k.hide([]byte("CANARY-time-code"))),
				mxfItem("\x02\x43\x01\x01\x0d\x01\x03\x01\x14\x02\x01\x00", []byte{0x83}, be16(32), k.hide([]byte("CANARY-of-the-package-of-picture")))),
		}.bytes()
	}},
	{"identifiers", func(k *kit) []byte {
		film := mxfFilm{package1: cat(umid(1)[:16], k.hide([]byte("CANARY-a-network"))), items: map[string][]byte{"\x36": localItem("4402", k.hide(utf16be("CANARY-reel")))}}
		film.maker = k.hide([]byte("CANARY-maker"))
		return film.bytes()
	}},
	{"data", odd(func(k *kit) []byte {
		return mxfFilm{fill: k.hide([]byte("CANARY-fill")), data: mxfItem(mxfElement+"\x17\x01\x02\x01", []byte{0, 1, 0, 9, 1, 4, 0, 3, 0x43, 5, 1})}.bytes()
	})},
	{"unfinished", odd(func(k *kit) []byte {
		return mxfFilm{fill: k.hide([]byte("CANARY-fill")), unclosed: true}.bytes()
	})},
	{"red-star", func(k *kit) []byte { return mxfFilm{afterward: k.hide(RedStarTrailer("8295FF513293A"))}.bytes() }},
}
