package png

import (
	"bytes"
	"hash/crc32"
	"testing"
)

func TestBridge(t *testing.T) {
	for _, c := range []struct{ old, other string }{
		{"tEXtSoft", "voId"}, {"iTXtXML:", "voId"}, {"voId\x00\x00\x00\x00", "voId"}, {"eXIfMM\x00*and much more before", "a quite different beginning"},
	} {
		b := bridge(crc32.ChecksumIEEE([]byte(c.other)), crc32.ChecksumIEEE([]byte(c.old)))
		rest := "whatever follows"
		got := crc32.ChecksumIEEE([]byte(c.other + string(b[:]) + rest))
		if want := crc32.ChecksumIEEE([]byte(c.old + rest)); got != want {
			t.Errorf("%q to %q: %08x, want %08x", c.other, c.old, got, want)
		}
	}
}

func TestZeroCRC(t *testing.T) {
	for _, n := range []int{0, 1, 4095, 4096, 4097, 10000} {
		if got, want := newZeroCRC().void(int64(n)), sum("voId", make([]byte, n)); !bytes.Equal(got, want) {
			t.Errorf("%d zeros: %x, want %x", n, got, want)
		}
	}
}
