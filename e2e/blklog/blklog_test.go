package blklog

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// logOf makes a log as QEMU does: one with a superblock of a sector.
func logOf(writes ...Write) []byte {
	b := make([]byte, sector)
	binary.LittleEndian.PutUint64(b, magic)
	binary.LittleEndian.PutUint64(b[16:], uint64(len(writes)))
	for _, w := range writes {
		head := make([]byte, sector)
		binary.LittleEndian.PutUint64(head, uint64(w.Off/sector))
		binary.LittleEndian.PutUint64(head[8:], uint64(w.Len/sector))
		if w.Flush {
			head[16] = flagFlush
		}
		b = append(append(b, head...), w.Data...)
	}
	return b
}

func sectors(off int64, text string) Write {
	var data []byte
	for _, c := range []byte(text) {
		data = append(data, bytes.Repeat([]byte{c}, sector)...)
	}
	return Write{Off: off * sector, Len: int64(len(data)), Data: data}
}

func read(t *testing.T, log []byte) ([]Write, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(path, log, 0o600); err != nil {
		t.Fatal(err)
	}
	return Read(path)
}

func TestStates(t *testing.T) {
	all, err := read(t, logOf(sectors(0, "ab"), sectors(2, "c"), Write{Flush: true}, sectors(1, "d")))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, image := range States(bytes.Repeat([]byte{'.'}, 4*sector), Split(all, sector)) {
		got = append(got, string([]byte{image[0], image[sector], image[2*sector], image[3*sector]}))
	}
	want := []string{"....", "a...", "ab..", "abc.", ".bc.", "a.c.", "ab..", "adc."}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestWhatIsNoLog(t *testing.T) {
	whole := logOf(sectors(0, "ab"))
	for _, log := range [][]byte{nil, make([]byte, sector), whole[:len(whole)-1], whole[:sector+1]} {
		if _, err := read(t, log); err == nil {
			t.Errorf("%d bytes are taken for a log", len(log))
		}
	}
}
