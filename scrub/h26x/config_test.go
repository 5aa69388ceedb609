package h26x_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/h26x"
)

var (
	avcSPS = unhex("67 64000a acd9447b011000000300100000030140f1225960")
	avcPPS = unhex("68 ebe3cb22c0")
)

// avcC is a record with 4-byte lengths, one set of each kind, and more.
func avcC(more string, units ...[]byte) []byte {
	b := unhex("01 64000a ff e1")
	b = append(binary.BigEndian.AppendUint16(b, uint16(len(avcSPS))), avcSPS...)
	b = append(b, byte(len(units)+1))
	for _, u := range append([][]byte{avcPPS}, units...) {
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(u))), u...)
	}
	return append(b, unhex(more)...)
}

// arrays follow the fixed part of hvcC, lhvC and vvcC.
func arrays(head string, typ byte, units ...[]byte) []byte {
	b := append(unhex(head), 1, typ)
	b = binary.BigEndian.AppendUint16(b, uint16(len(units)))
	for _, u := range units {
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(u))), u...)
	}
	return b
}

const (
	hevcVPS  = "40010c01ffff01600000030090000003000003001e959809"
	hevcSPS  = "42010101600000030090000003000003001ea020810596566924caf0168080000003008000000504"
	hevcPPS  = "4401c172b42240"
	hvcCHead = "01 01 60000000 900000000000 5d f000 fc fd f8 f8 0000 0f"
	lhvCHead = "01 f000 fc cf"
	vvcCHead = "ff 0055 1f 01 0233 c0 80 33 00 0140 00f0 0000"
	bareVVC  = "fe"
)

func TestConfig(t *testing.T) {
	hevcSEI := func() []byte { return seiUnit(h26x.HEVC, msg(5, []byte("x265 of cam7"))) }
	vvcSEI := func() []byte { return seiUnit(h26x.VVC, msg(5, []byte("vvenc of cam7"))) }
	for _, c := range []struct {
		name   string
		codec  h26x.Codec
		record []byte
		pieces int
	}{
		{"avcC", h26x.AVC, avcC(""), 0},
		{"avcC of a high profile", h26x.AVC, avcC("fdf8f800"), 0},
		{"avcC with zeros after it", h26x.AVC, avcC("fdf8f800 000000"), 0},
		{"avcC with SEI", h26x.AVC, avcC("", seiUnit(h26x.AVC, msg(5, []byte("cam7")))), 1},
		{"hvcC", h26x.HEVC, arrays(hvcCHead, 0x20, unhex(hevcVPS)), 0},
		{"hvcC with SEI", h26x.HEVC, arrays(hvcCHead, 39, hevcSEI()), 1},
		{"hvcC with two SEI units", h26x.HEVC, arrays(hvcCHead, 39, hevcSEI(), hevcSEI()), 2},
		{"hvcC of a draft", h26x.HEVC, arrays("00"+hvcCHead[2:], 39, hevcSEI()), 1},
		{"hvcC with an escape", h26x.HEVC, arrays(hvcCHead, 39, seiUnit(h26x.HEVC, msg(5, secret(60, 3)))), 1},
		{"lhvC", h26x.HEVC, arrays(lhvCHead, 39, hevcSEI()), 1},
		{"vvcC", h26x.VVC, arrays(vvcCHead, 23, vvcSEI()), 1},
		{"vvcC without a profile", h26x.VVC, arrays(bareVVC, 23, vvcSEI()), 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			layered, kind := c.name == "lhvC", byte('c')
			if layered {
				kind = 'l'
			}
			p, after := perform(t, toy(c.codec, 4, kind, c.record), true)
			if len(p.Findings) != c.pieces || bytes.Contains(after, []byte("cam7")) {
				t.Errorf("%d findings, want %d", len(p.Findings), c.pieces)
			}
			with(t, c.record, func(r *scrub.Reader) {
				v := &h26x.Video{Codec: c.codec}
				_, err := v.Config(r, 0, int64(len(c.record)), layered)
				if n := v.LengthSize; n != 4 || err != nil {
					t.Errorf("lengths of %d bytes, %v", n, err)
				}
			})
		})
	}
}

// A decoding capability unit stands alone in its array, without a number.
func TestConfigWithoutCount(t *testing.T) {
	sei := seiUnit(h26x.VVC, msg(5, []byte("cam7")))
	record := append(unhex(bareVVC), 2, 13, 0, 3, 0, 13<<3|1, 0)
	record = append(append(record, 23, 0, 1, 0, byte(len(sei))), sei...)
	if p, after := perform(t, toy(h26x.VVC, 4, 'c', record), false); len(p.Findings) != 1 || bytes.Contains(after, []byte("cam7")) {
		t.Errorf("%d findings", len(p.Findings))
	}
}

func TestConfigErrors(t *testing.T) {
	whole := arrays(hvcCHead, 39, seiUnit(h26x.HEVC, msg(5, []byte("cam7"))))
	for _, c := range []struct {
		name   string
		codec  h26x.Codec
		record []byte
		want   string
	}{
		{"nothing", h26x.AVC, nil, "h26x: configuration record ends 1 bytes early at 0x0"},
		{"version", h26x.AVC, unhex("02 64001f ff e0 00"), "h26x: configuration record of version 2, 1 is known at 0x0"},
		{"head", h26x.HEVC, whole[:20], "h26x: configuration record ends 1 bytes early at 0x1"},
		{"array", h26x.HEVC, whole[:24], "h26x: configuration record ends 2 bytes early at 0x18"},
		{"unit", h26x.HEVC, whole[:30], "h26x: configuration record ends 7 bytes early at 0x1c"},
		{"number of sets", h26x.AVC, unhex("01 64001f ff ff 0001 67"), "h26x: configuration record ends 2 bytes early at 0x9"},
		{"sub-profiles", h26x.VVC, unhex("ff 0055 1f 01 0233 c0 80 33 ff 00"), "h26x: configuration record ends 1019 bytes early at 0xb"},
	} {
		t.Run(c.name, func(t *testing.T) {
			with(t, slices.Concat(c.record, nil), func(r *scrub.Reader) {
				p, err := (&h26x.Video{Codec: c.codec}).Config(r, 0, int64(len(c.record)), false)
				if f := (*scrub.FormatError)(nil); !errors.As(err, &f) || err.Error() != c.want || p != nil {
					t.Errorf("%v, %v, want %s", p, err, c.want)
				}
			})
		})
	}
}

func TestAfterConfig(t *testing.T) {
	data := toy(h26x.AVC, 4, 'c', avcC("fdf8f800"+text("serial")))
	p, after := perform(t, data, false)
	if p.Status() != scrub.Partly || !bytes.Equal(data, after) || !strings.Contains(strings.Join(p.Doubts, ""), "after the configuration") {
		t.Errorf("%s %q", p.Status(), p.Doubts)
	}
}

// Coded picture has no place in a record, whatever its type.
func TestPictureInConfig(t *testing.T) {
	for typ := range 64 {
		records := map[h26x.Codec][]byte{h26x.HEVC: arrays(hvcCHead, byte(typ), slices.Concat([]byte{byte(typ << 1), 1}, []byte("Jane"))),
			h26x.AVC: avcC("", slices.Concat([]byte{0x60 | byte(typ&31)}, []byte("Jane")))}
		for codec, record := range records {
			if p, after := perform(t, toy(codec, 4, 'c', record), false); p.Status() != scrub.Partly && bytes.Contains(after, []byte("Jane")) {
				t.Errorf("codec %d: a unit of type %d stays, and the record is clean", codec, typ)
			}
		}
	}
}
