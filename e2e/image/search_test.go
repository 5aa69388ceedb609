package image

import (
	"fmt"
	"slices"
	"testing"
)

func TestSearchFindsEveryWayOfWriting(t *testing.T) {
	needles := Needles([]byte("CANARY-1"), []byte("CANARY-12"), []byte("\x00\x01\x02\x03\x04\x05"), []byte("short"))
	b := slices.Concat(make([]byte, 513), []byte("CANARY-12||"), []byte("C\x00A\x00N\x00A\x00R\x00Y\x00-\x001\x00||"),
		[]byte("CANARY-1||"), []byte("\x00C\x00A\x00N\x00A\x00R\x00Y\x00-\x001||"), []byte("\x00\x01\x02\x03\x04\x05"))
	want := []string{
		`"CANARY-1" at 0x201 (2 times)`,
		`"CANARY-12" at 0x201 (1 times)`,
		`"CANARY-1" in UTF-16LE at 0x20c (1 times)`,
		`"CANARY-1" in UTF-16BE at 0x228 (1 times)`,
		`"\x00\x01\x02\x03\x04\x05" at 0x23a (1 times)`,
	}
	var got []string
	for _, f := range search(b, needles) {
		got = append(got, fmt.Sprint(f))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if finds := search(b[:100], needles); len(finds) > 0 {
		t.Errorf("found %v in nothing", finds)
	}
}
