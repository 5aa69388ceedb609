package bmff

import (
	"bytes"
	"encoding/binary"
	"testing"

	"untag/scrub"
)

// bx builds a box of a type and parts: strings, byte slices, and numbers of 1,
// 2, 4 or 8 bytes.
func bx(typ string, parts ...any) []byte {
	body := join(parts...)
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(8+len(body))), typ...), body...)
}

func join(parts ...any) []byte {
	var b []byte
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			b = append(b, p...)
		case []byte:
			b = append(b, p...)
		default:
			var err error
			if b, err = binary.Append(b, binary.BigEndian, p); err != nil {
				panic(err)
			}
		}
	}
	return b
}

func zeros(n int) []byte { return make([]byte, n) }

var ftyp = bx("ftyp", "isom", uint32(0), "isommp42")

func mvhd() []byte {
	return bx("mvhd", uint32(0), uint32(0xd0000000), uint32(0xd0000001), uint32(600), uint32(600), zeros(80))
}

// trackSpec describes a track of one chunk a sample.
type trackSpec struct {
	id        uint32
	handler   string
	entry     []byte
	described uint32 // entries that it holds, if not one
	offsets   []uint32
	sizes     []uint32
	extra     []byte // more boxes in trak
	mdia      []byte // and in mdia
	minf      []byte // and in minf
	stbl      []byte // and in stbl
	header    []byte // in place of vmhd
	stts      []byte // rows of it
	hdlr      []byte // in place of the usual one
}

func trak(t trackSpec) []byte {
	stsz, stco := join(uint32(0), uint32(0), uint32(len(t.sizes))), join(uint32(0), uint32(len(t.offsets)))
	for i := range t.sizes {
		stsz, stco = binary.BigEndian.AppendUint32(stsz, t.sizes[i]), binary.BigEndian.AppendUint32(stco, t.offsets[i])
	}
	header, times, hdlr := t.header, t.stts, t.hdlr
	if header == nil {
		header = bx("vmhd", uint32(1), zeros(8))
	}
	if times == nil {
		times = join(uint32(1), uint32(len(t.sizes)), uint32(1))
	}
	if hdlr == nil {
		hdlr = bx("hdlr", uint32(0), uint32(0), t.handler, "vend", zeros(8), "CANARY handler\x00")
	}
	stbl := bx("stbl",
		bx("stsd", uint32(0), max(t.described, 1), t.entry),
		bx("stts", uint32(0), times),
		bx("stsc", uint32(0), uint32(1), uint32(1), uint32(1), uint32(1)),
		bx("stsz", stsz), bx("stco", stco), t.stbl)
	return bx("trak",
		bx("tkhd", uint32(3), uint32(0xd0000000), uint32(0xd0000001), t.id, zeros(68)),
		bx("mdia",
			bx("mdhd", uint32(0), uint32(0xd0000000), uint32(0xd0000001), uint32(600), uint32(600), uint32(0x55c40000)),
			hdlr, t.mdia,
			bx("minf", t.minf, header, bx("dinf", bx("dref", uint32(0), uint32(1), bx("url ", uint32(1)))), stbl)),
		t.extra)
}

var videoEntry = bx("XVID", zeros(6), uint16(1), zeros(8), "vend", zeros(26), "\x0eCANARY encoder", zeros(17), uint16(24), uint16(0xffff))

func plan(t *testing.T, data []byte, opt scrub.Options) *scrub.Plan {
	t.Helper()
	p, err := scrub.NewEngine([]scrub.Format{Format}).Plan(bytes.NewReader(data), int64(len(data)), opt)
	if err != nil {
		t.Fatal(err)
	}
	if p.Refused == "" {
		if err := p.Check(); err != nil {
			t.Fatal(err)
		}
	}
	return p
}
