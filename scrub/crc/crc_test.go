package crc_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"untag/scrub/crc"
)

// Check values of the catalogue of parametrised CRC algorithms, for "123456789".
func TestCheckValues(t *testing.T) {
	word := []byte("123456789")
	for _, tt := range []struct {
		name  string
		table *crc.Table
		start uint32
		want  uint32
	}{
		{"CRC-32/MPEG-2", crc.Ogg, 0xffffffff, 0x0376e6e7},
		{"CRC-16/UMTS", crc.FLAC16, 0, 0xfee8 << 16},
		{"CRC-8/SMBUS", crc.FLAC8, 0, 0xf4 << 24},
	} {
		if got := tt.table.Update(tt.start, word); got != tt.want {
			t.Errorf("%s: %08x, want %08x", tt.name, got, tt.want)
		}
	}
}

// Whatever is written into a piece, the checksum over all stays.
func TestSettle(t *testing.T) {
	lot := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		all := make([]byte, 20+lot.IntN(2000))
		for i := range all {
			all[i] = byte(lot.Uint32())
		}
		from := lot.IntN(len(all) - 8)
		to := from + 4 + lot.IntN(len(all)-from-4)
		start := lot.Uint32()
		want := crc.Ogg.Update(start, all)
		piece := all[from:to]
		remainder := crc.Ogg.Update(0, piece)
		at := lot.IntN(len(piece) - 3)
		before := bytes.Clone(piece[:at])
		copy(piece[at:], "anything else that is written here")
		copy(piece, before)
		crc.Ogg.Settle(piece, at, remainder)
		if got := crc.Ogg.Update(start, all); got != want {
			t.Fatalf("[%d, %d) of %d, free at %d: %08x, want %08x", from, to, len(all), at, got, want)
		}
		if !bytes.Equal(piece[:at], before) {
			t.Fatal("other bytes than the free ones changed")
		}
	}
}

func TestBack(t *testing.T) {
	for n := range 300 {
		if got := crc.Ogg.Back(crc.Ogg.Zeros(0xdeadbeef, n), n); got != 0xdeadbeef {
			t.Fatalf("%d zeros: %08x", n, got)
		}
	}
}
