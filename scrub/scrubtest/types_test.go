package scrubtest

import (
	"testing"

	"untag/samples"
)

func TestTypesAreFound(t *testing.T) {
	for name, want := range map[string][]string{
		"bmff/plain": {"ftyp", "moov", "trak", "stsd", "avc1", "avcC", "mp4a", "esds", "stsz", "stco"},
		"png/plain":  {"IHDR", "IDAT", "IEND"},
		"avi/plain":  {"RIFF", "AVI ", "LIST", "hdrl", "strh", "movi", "00dc", "idx1"},
		"aiff/plain": {"FORM", "AIFF", "COMM", "SSND"},
		"jpeg/plain": {"\xd8", "\xdb", "\xc0", "\xc4", "\xda", "\xd9"},
	} {
		s := samples.Get(name)
		found := map[string]bool{}
		for _, off := range Types(s.Format, s.Data) {
			found[string(s.Data[off:off+int64(len(want[0]))])] = true
		}
		for _, w := range want {
			if !found[w] {
				t.Errorf("%s: %q is not found among %v", name, w, found)
			}
		}
	}
}
