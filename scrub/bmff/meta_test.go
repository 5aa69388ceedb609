package bmff

import (
	"bytes"
	"testing"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/scrubtest"
)

func freeForm(name, value string) []byte {
	return bx("----", bx("mean", uint32(0), "com.apple.iTunes"), bx("name", uint32(0), name), bx("data", uint32(1), uint32(0), value))
}

// What players cut a song by stays where the items beside it, or single numbers
// of it, are damaged.
func TestDamagedItems(t *testing.T) {
	const gapless = " 00000000 00000840 000001C0 0000000000004A00"
	text := func(s string) []byte { return bx("data", uint32(1), uint32(0), s) }
	rest := []byte("\x91\xf3F\n" + "no box at all")
	for _, c := range []struct {
		name string
		udta []byte
		want scrub.Status
		stay string
		goes string
	}{
		{"whole", itunes(freeForm("iTunSMPB", gapless), freeForm("ISRC", "CANARY")), scrub.Dirty, gapless, "CANARY"},
		{"a bit of a number", itunes(freeForm("iTunSMPB", " 0p"+gapless[3:])), scrub.Partly, gapless[3:], "CANARY"},
		{"a bit of the first space", itunes(freeForm("iTunSMPB", "`"+gapless[1:])), scrub.Partly, gapless[1:], "CANARY"},
		{"a bit of its name", itunes(freeForm("iTunSMPC", gapless)), scrub.Partly, gapless, "CANARY"},
		{"a bit of its maker", bytes.Replace(itunes(freeForm("iTunSMPB", gapless)), []byte("apple"), []byte("qpple"), 1), scrub.Partly, gapless, "CANARY"},
		{"a word of a number", itunes(freeForm("iTunSMPB", " \xff\xff\xff\xff"+gapless[5:])), scrub.Partly, gapless[5:], "CANARY"},
		{"words where numbers should be", itunes(freeForm("iTunSMPB", "CANARY of somebody")), scrub.Dirty, "", "CANARY"},
		{"more than numbers", itunes(freeForm("iTunSMPB", gapless+" of somebody")), scrub.Dirty, "", "somebody"},
		{"a cover with something behind it", itunes(bx("covr", text("no picture"), "CANARY"), freeForm("iTunSMPB", gapless)), scrub.Dirty, gapless, "CANARY"},
		{"something behind the items", append(itunes(freeForm("iTunSMPB", gapless), freeForm("ISRC", "CANARY")), rest...), scrub.Partly, gapless, "CANARY"},
		{"something behind items that go", append(itunes(freeForm("ISRC", "CANARY")), rest...), scrub.Dirty, "", "no box"},
	} {
		t.Run(c.name, func(t *testing.T) {
			meta := bytes.Clone(c.udta)
			copy(meta, box.Bytes32(uint32(len(meta))))
			data := one(nil, bx("udta", meta))
			p := plan(t, data, scrub.Options{})
			result := scrubtest.Perform(data, p)
			if p.Status() != c.want || !bytes.Contains(result, []byte(c.stay)) || bytes.Contains(result, []byte(c.goes)) {
				t.Errorf("called %s, for %v; what is left: %q", p.Status(), p.Doubts, result)
			}
			if again := plan(t, result, scrub.Options{}); len(again.Edits) > 0 {
				t.Errorf("a second run makes %d edits", len(again.Edits))
			}
		})
	}
}
