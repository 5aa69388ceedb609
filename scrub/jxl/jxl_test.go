package jxl

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/scrubtest"
)

var engine = scrub.NewEngine([]scrub.Format{Format, Bare})

func FuzzBoxes(f *testing.F) { scrubtest.Fuzz(f, engine, samples.Of(Format.Name, Bare.Name)...) }

func boxOf(typ, body string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))) + typ + body
}

const (
	head   = "\x00\x00\x00\x0cJXL \r\n\x87\n\x00\x00\x00\x14ftypjxl \x00\x00\x00\x00jxl "
	last   = "\x01\x0c\x00abc" // a frame like all
	stream = "\xff\x0a\x47\x06" + last
)

func plan(t *testing.T, data string) (*scrub.Plan, string) {
	t.Helper()
	p, err := engine.Plan(strings.NewReader(data), int64(len(data)), scrub.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p, string(scrubtest.Perform([]byte(data), p))
}

// What is told twice, in disorder, or without an end is in doubt, and what has a name goes.
func TestDoubts(t *testing.T) {
	xml := boxOf("xml ", "CANARY")
	end := "\x80\x00\x00"
	for want, data := range map[string]string{
		"a second picture, which":        head + xml + boxOf("jxlc", stream) + boxOf("jxlc", stream),
		"a second picture follows":       head + xml + boxOf("jxlc", stream) + head + boxOf("jxli", "\x00"),
		"parts of the picture are not":   head + xml + boxOf("jxlp", "\x00\x00\x00\x01"+stream) + boxOf("jxlp", end+"\x01"),
		"or not all of it":               head + xml + boxOf("jxlp", "\x00\x00\x00\x00"+stream),
		"a part of the picture of 2":     head + xml + boxOf("jxlp", "\x00\x00") + boxOf("jxlc", stream),
		"no picture is in the boxes":     head + xml + boxOf("skip", "") + boxOf("jxll", "\x05"),
		"is of a kind that is not known": strings.Replace(head, "\x00jxl ", "\x00PIXL", 1) + xml + boxOf("jxlc", stream),
		"nothing but its length tells":   head + xml + boxOf("jxlc", stream) + "more of it",
		"does not start as one does":     head + xml + boxOf("jxlc", "what"),
		"is followed by something":       head + xml + boxOf("skip", "") + "\x00\x00\x00\x00\x00\x00\x00\x00\x00" + boxOf("jxlc", stream),
		"the gain map holds":             head + xml + boxOf("jhgm", "\x00\x00\x01n\x00\x00\x00\x00\x02pf"+stream) + boxOf("jxlc", stream),
	} {
		p, after := plan(t, data)
		if !strings.Contains(strings.Join(p.Doubts, "; "), want) || p.End != p.Size || strings.Contains(after, "CANARY") || strings.Contains(data, stream) && !strings.Contains(after, stream) {
			t.Errorf("%s: %s %s %q: %q", want, p.Status(), p.Refused, p.Doubts, after)
		}
	}
}

// A gain map of numbers and a picture stays.
func TestGainMap(t *testing.T) {
	p, after := plan(t, head+boxOf("jhgm", "\x00\x00\x01n\x00\x00\x00\x00\x00"+stream)+boxOf("jxlc", stream))
	if p.Status() != scrub.Clean || strings.Count(after, stream) != 2 {
		t.Error(p.Status(), p.Doubts)
	}
}

// What can hide in a codestream is told: the header is read up to where a profile is.
func TestHeader(t *testing.T) {
	size := func() *samples.Bits { return new(samples.Bits).Put(0xff, 8).Put(0x0a, 8).Put(1, 1).Put(3, 5).Put(1, 3) }
	end := func(w *samples.Bits) *samples.Bits { return w.Put(0, 2).Put(1, 1) }             // no extensions, usual weights
	depth := func(w *samples.Bits) *samples.Bits { return w.Put(0, 1).Put(0, 2).Put(1, 1) } // whole numbers of 8 bits
	for want, w := range map[string]*samples.Bits{
		"":                   size().Put(1, 1).Put(1, 1),
		"a colour profile":   end(depth(size().Put(0, 2)).Put(0, 2).Put(0, 1).Put(0, 1).Put(1, 1).Put(0, 2)),
		"extensions":         depth(size().Put(0, 2)).Put(0, 2).Put(0, 1).Put(1, 1).Put(1, 2).Put(2, 4).Put(1, 2).Put(7, 4).Put(1, 2).Put(0, 4).Put(0x55, 9).Put(1, 1),
		"is cut short":       depth(size().Put(0, 2)).Put(0, 2).Put(1, 1).Put(1, 1).Put(0, 2).Put(0, 1).Put(1, 1).Put(7, 3),
		"names of channels":  end(depth(size().Put(0, 2)).Put(1, 2).Put(0, 1).Put(1, 2).Put(0, 1).Put(0, 2).Put(0, 2).Put(1, 2).Put(3, 4).Put(0x616161, 24).Put(0, 1).Put(1, 1)),
		"a preview":          end(depth(size().Put(0, 1).Put(1, 1).Put(0, 3).Put(0, 1).Put(1, 1).Put(1, 1).Put(0, 2).Put(1, 3).Put(0, 1)).Put(0, 2).Put(1, 1).Put(1, 1).Put(1, 1)),
		"a colour profile, ": depth(size().Put(0, 1).Put(1, 1).Put(6, 3).Put(1, 1).Put(0, 1).Put(0, 2).Put(9, 9).Put(0, 3).Put(0, 2).Put(9, 9).Put(0, 1).Put(1, 1).Put(0, 7)).Put(0, 2).Put(0, 1).Put(0, 1).Put(1, 1).Put(0, 2).Put(1, 1).Put(0, 2).Put(1, 1),
	} {
		data := string(w.B)
		if want != "is cut short" {
			data += last
		}
		p, _ := plan(t, data)
		if want == "" && p.Status() != scrub.Clean || !strings.Contains(strings.Join(p.Doubts, ";"), want) || len(p.Doubts) > 1 {
			t.Errorf("%q: %s %q", want, p.Status(), p.Doubts)
		}
	}
}

// centred is a picture of several groups, the order of which cjxl changed.
const centred = "ff0a5804568280cabd55040108000128a1d088f8404c64000000400114400114400114004b188b1500d41b6330762f10010020014d0020817f3f00001ac36f8cdd0dc36f8cdd0d83ff991200e37f890100e3f2830200e3f2830200"

// What the header of a frame hides is told, and so is what follows the last one.
func TestFrames(t *testing.T) {
	bits := func() *samples.Bits { return new(samples.Bits) }
	still := string(bits().Put(0xff, 8).Put(0x0a, 8).Put(1, 1).Put(3, 5).Put(1, 3).Put(1, 1).Put(1, 1).B)
	moving := string(bits().Put(0xff, 8).Put(0x0a, 8).Put(1, 1).Put(3, 5).Put(1, 3).Put(0, 1).Put(1, 1).Put(0, 3).Put(0, 1).Put(0, 1).Put(1, 1). // 32 by 32, which move
																			Put(0, 2).Put(0, 2).Put(0, 2).Put(1, 1).Put(0, 1).Put(0, 2).Put(1, 1).Put(0, 2).Put(1, 1).Put(1, 1).Put(1, 1).Put(0, 2).Put(1, 1).B) // frames have times
	// all of a frame of VarDCT up to how it is blended
	start := func() *samples.Bits {
		return bits().Put(0, 1).Put(0, 2).Put(0, 1).Put(0, 2).Put(0, 2).Put(0, 6).Put(0, 2).Put(0, 1).Put(0, 2)
	}
	end := func(w *samples.Bits) string { return string(w.Put(0, 1).B) + "\x0c\x00abc" } // in order, and three bytes
	named := func(w *samples.Bits) *samples.Bits {
		return w.Put(1, 2).Put(2, 4).Put('C'|'A'<<8, 16).Put(1, 1).Put(0, 2)
	}
	plain := func(w *samples.Bits) *samples.Bits { return w.Put(0, 2).Put(1, 1).Put(0, 2) } // no name, usual filters
	whole, err := hex.DecodeString(centred)
	if err != nil {
		t.Fatal(err)
	}
	const lost, more = "can't be followed to their end", "bytes follow the last frame"
	for _, c := range []struct{ name, data, want string }{
		{"like all", still + last, ""},
		{"in full", still + end(plain(start().Put(1, 1))), ""},
		{"two", still + end(plain(start().Put(0, 1).Put(0, 2).Put(0, 1))) + last, ""},
		{"named", still + end(named(start().Put(1, 1))), "names of frames"},
		{"the first is named", still + end(named(start().Put(0, 1).Put(0, 2).Put(0, 1))) + last, "names of frames"},
		{"extended", still + end(start().Put(1, 1).Put(0, 2).Put(1, 1).Put(1, 2).Put(0, 4).Put(1, 2).Put(7, 4).Put(0, 8)), "extensions"},
		{"filters extended", still + end(start().Put(1, 1).Put(0, 2).Put(0, 1).Put(0, 1).Put(0, 2).Put(1, 2).Put(0, 4).Put(1, 2).Put(7, 4).Put(0, 8).Put(0, 2)), "extensions"},
		{"at a time", moving + end(plain(start().Put(0, 2).Put(9, 16).Put(0, 16).Put(1, 1))), "times of frames"},
		{"at no time", moving + end(plain(start().Put(0, 2).Put(0, 16).Put(0, 16).Put(1, 1))), ""},
		{"bytes behind", still + last + "CANARY", more},
		{"zeros behind", still + last + "\x00\x00", ""},
		{"no last one", still + end(plain(start().Put(0, 1).Put(0, 2).Put(0, 1))), lost},
		{"cut short", still + last[:5], lost},
		{"in another order", string(whole), ""},
		{"and more", string(whole) + "m", more},
		{"and less", string(whole[:len(whole)-9]), lost},
	} {
		p, _ := plan(t, head+boxOf("jxlc", c.data))
		if got := strings.Join(p.Doubts, "; "); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// An index of frames stays if it is one.
func TestIndex(t *testing.T) {
	for body, stays := range map[string]bool{
		"\x02\x00\x00\x00\x01\x00\x00\x00\x0a\x03\x01\x01\x02\x01\x01": true,
		"\x01\x00\x00\x00\x01\x00\x00\x00\x0a\x03\x01\x01\x02":         false,
		"\x01\x00\x00\x00\x01\x00\x00\x00\x0a\xff\x7f\x01\x01":         false,
		"\x02CANARYCANARYCA": false,
		"":                   false,
	} {
		box := boxOf("jxli", body)
		if p, after := plan(t, head+boxOf("jxlc", stream)+box); strings.Contains(after, box) != stays || len(p.Doubts) > 0 {
			t.Errorf("%q: %q %q", body, after, p.Doubts)
		}
	}
}

// ranged is a picture whose profile, that of the sample profile-that-tells, cjxl coded: by ANS, many
// distributions, and copies.
const ranged = "ff0a583010c2f3c380847900ace628007759ebb6c357e7435ab5db0d34944935c400e6c2d51c61d0734126ca0986bd284ea0948ab15f316c4a46c1d6a16a6c540cd992d19083aca3ad73fc0d78c53a6fd66cb34f01151c6cf8c54147c9ccd65752960f7130d0315032eb26acecab692a6b692af9652f694365cfdb092878e86beae8d88d7fc20b2f4761656920f658197765a6ddc03722689c3acc81806232905b0a50182d340908f64380d8f204c6d4939bc2172e9296daa68e96ddced560290bf0af3253b6349434d5f574e6e13a79532bac6caa6d286d09080201007c004b188b15001c7417638cf1741708018044b6a2cf7f7b501bca8820fa05840c"

// codestreams are that picture and that of the sample, which has prefixes of eight bits.
func codestreams(t testing.TB) [2][]byte {
	b, err := hex.DecodeString(ranged)
	if err != nil {
		t.Fatal(err)
	}
	return [2][]byte{b, samples.Get("jxl/profile-that-tells").Data[len(head)+8:]}
}

// profileOf returns the profile of a codestream, and where it is, in bits.
func profileOf(data []byte) (profile []byte, ok bool, from, to int) {
	b := &bits{data: data}
	if h := b.header(); !h.profile || !b.sound() {
		return nil, false, b.at, b.at
	}
	from = b.at
	profile, ok = b.profile()
	return profile, ok, from, b.at
}

// A profile is the same, however it is coded, and what it tells is told.
func TestProfile(t *testing.T) {
	of := codestreams(t)
	a, ok, _, _ := profileOf(of[0])
	b, sound, _, _ := profileOf(of[1])
	if !ok || !sound || !bytes.Equal(a, b) || !bytes.Contains(a, []byte("CANARY-icc-desc")) || !bytes.Contains(a, []byte("\xb6\xcf")) {
		t.Errorf("%v %q, %v %q", ok, a, sound, b)
	}
	for _, data := range of {
		p, after := plan(t, string(data))
		if p.Status() != scrub.Partly || len(p.Findings) != 9 || after != string(data) || !strings.Contains(strings.Join(p.Doubts, ""), "tells something") {
			t.Error(p.Status(), p.Findings, p.Doubts)
		}
	}
}

// A bit that is flipped in a profile never makes a picture clean.
func TestDamagedProfile(t *testing.T) {
	for _, data := range codestreams(t) {
		_, _, from, to := profileOf(data)
		for at := from; at < to; at++ {
			data[at/8] ^= 1 << (at % 8)
			if p, _ := plan(t, string(data)); p.Status() == scrub.Clean {
				t.Errorf("bit %d: clean", at)
			}
			data[at/8] ^= 1 << (at % 8)
		}
		for n := from / 8; n < to/8; n++ {
			if p, _ := plan(t, string(data[:n])); p.Status() == scrub.Clean {
				t.Errorf("%d bytes: clean", n)
			}
		}
	}
}

func FuzzProfile(f *testing.F) {
	for _, data := range codestreams(f) {
		_, _, from, to := profileOf(data)
		b := &bits{data: data, at: from}
		w := new(samples.Bits)
		for b.at < to {
			w.Put(b.take(1), 1)
		}
		f.Add(w.B)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if profile, ok := (&bits{data: data}).profile(); ok && len(profile) > maxProfile {
			t.Errorf("%d bytes", len(profile))
		}
	})
}
