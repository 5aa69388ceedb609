package psd

import (
	"strings"
	"testing"

	"untag/scrub"
)

// channel is layers of one record, of one pixel, whose channel has the coded bytes.
func channel(coded string) string {
	extra := u32(0) + u32(0) + "\x00\x00\x00\x00"
	info := "\x00\x01" + strings.Repeat("\x00", 8) + u32(1) + u32(1) + "\x00\x01\x00\x00" + u32(len(coded)) + "8BIMnorm\xff\x00\x00\x00" + u32(len(extra)) + extra + coded
	return u32(len(info)) + info + u32(0)
}

// What follows the pixels of a layer in its channel is seen.
func TestBehindPixels(t *testing.T) {
	words := "\x03\xfe\x01\x7f\x99Jane"
	for coded, want := range map[string]string{
		"\x00\x00p": "", "\x00\x01\x00\x02\x00p": "", "\x00\x00p\x00": "",
		"\x00\x00p" + words:                          "more bytes than pixels",
		"\x00\x01\x00\x02\x00p" + words:              "more bytes than pixels",
		"\x00\x01\x00":                               "fewer bytes than rows",
		"\x00\x02" + deflated("p"):                   "",
		"\x00\x03" + deflated("p") + words:           "more bytes than pixels",
		"\x00\x02" + deflated("pq"):                  "can't be followed",
		"\x00\x02" + deflated(""):                    "can't be followed",
		"\x00\x03" + deflated("p")[:8]:               "can't be followed",
		"\x00\x04p":                                  "coded in a way that is not known",
		"\x00\x02Jane Doe, 12 Example Street, Town.": "text among the pixels",
	} {
		p, _ := plan(t, document4(1, 1, "", "", channel(coded)))
		if doubts := strings.Join(p.Doubts, "; "); want == "" && p.Status() != scrub.Clean || !strings.Contains(doubts, want) {
			t.Errorf("%q: %s %s", coded, p.Status(), doubts)
		}
	}
}

// Names that people give to effects and patterns are in letters of 16 bits; those that
// Photoshop gives to all stay.
func TestNamesOfEffects(t *testing.T) {
	wide := func(s string) string { return u32(len(s)) + "\x00" + strings.Join(strings.Split(s, ""), "\x00") }
	for body, want := range map[string]scrub.Status{
		"null" + u32(1) + "Nm  TEXT" + wide("by Jane"):                       scrub.Partly,
		"null" + u32(1) + "Nm  TEXT" + wide("$$$/Contours/Defaults/Linear="): scrub.Clean,
		"null" + u32(9) + "layerConcealsbool\x01":                            scrub.Clean,
	} {
		if p, _ := plan(t, document4(1, 1, "", "", layered(block("lfx2", body+strings.Repeat("\x00", -len(body)&3))))); (p.Status() == scrub.Partly) != (want == scrub.Partly) {
			t.Errorf("%q: %s %q", body, p.Status(), p.Doubts)
		}
	}
}
