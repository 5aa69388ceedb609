package jpeg

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/scrubtest"
)

// numberedChunks is a profile whose only tag is its description, in chunks that
// are numbered in the given way.
func numberedChunks(numbers ...string) string {
	desc := "desc\x00\x00\x00\x00" + be32(uint32(len(secret)+1)) + secret + "\x00" + strings.Repeat("\x00", 78)
	profile := []byte(strings.Repeat("\x00", 128) + be32(1) + "desc" + be32(144) + be32(uint32(len(desc))) + desc)
	copy(profile, be32(uint32(len(profile))))
	copy(profile[8:], "\x02\x10\x00\x00mntrRGB XYZ ")
	copy(profile[36:], "acsp")
	out := ""
	for i, n := range numbers {
		from, to := i*len(profile)/len(numbers), (i+1)*len(profile)/len(numbers)
		out += seg(0xE2, "ICC_PROFILE\x00", n, string(profile[from:to]))
	}
	return out
}

// ImageMagick puts the chunks of a profile together whatever their numbers are.
func TestChunksOutOfNumber(t *testing.T) {
	for _, c := range []struct {
		numbers []string
		want    scrub.Status
	}{
		{[]string{"\x01\x01"}, scrub.Dirty}, {[]string{"\x01\x02", "\x02\x02"}, scrub.Dirty},
		{[]string{"\x00\x01"}, scrub.Partly}, {[]string{"\x01\x09"}, scrub.Partly}, {[]string{"\x01\x02", "\x03\x02"}, scrub.Partly}, {[]string{"\x01\x02", "\x02\x03"}, scrub.Partly},
	} {
		t.Run(fmt.Sprintf("%x", c.numbers), func(t *testing.T) {
			data := photo(numberedChunks(c.numbers...))
			p := plan(t, data)
			result := scrubtest.Perform(data, p)
			if p.Status() != c.want || !bytes.Contains(result, []byte("acsp")) || bytes.Contains(result, []byte(secret)) {
				t.Errorf("called %s, and %d bytes of %q are left", p.Status(), len(result), result)
			}
		})
	}
}
