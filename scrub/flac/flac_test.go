package flac_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/formats"
	"untag/scrub/scrubtest"
)

func plan(t *testing.T, data []byte, opt scrub.Options) (*scrub.Plan, []byte) {
	t.Helper()
	return scrubtest.Clean(t, formats.Engine(), data, opt)
}

// Each kind of tag is reported as what it is, and goes.
func TestFindings(t *testing.T) {
	for sample, want := range map[string][]string{
		"flac/everything":       {"software APPLICATION", "software VORBIS_COMMENT/vendor", "software VORBIS_COMMENT/ENCODER", "person VORBIS_COMMENT/CONTACT", "time VORBIS_COMMENT/DATE", "place VORBIS_COMMENT/TITLE", "id CUESHEET", "hidden PADDING", "comment PICTURE/description"},
		"flac/applications":     {"software APPLICATION", "id APPLICATION", "unknown block 126"},
		"flac/seek-table":       {"hidden SEEKTABLE/free"},
		"flac/cover-no-picture": {"cover PICTURE"},
		"flac/cover-in-comment": {"comment VORBIS_COMMENT/METADATA_BLOCK_PICTURE/description", "device VORBIS_COMMENT/METADATA_BLOCK_PICTURE/APP1/Exif/IFD0/Make"},
	} {
		p, _ := plan(t, samples.Get(sample).Data, scrub.Options{})
		var got []string
		for _, f := range p.Findings {
			if f.Goes {
				got = append(got, string(f.Kind)+" "+f.Place)
			}
		}
		for _, w := range want {
			if !strings.Contains("\n"+strings.Join(got, "\n")+"\n", "\n"+w+"\n") {
				t.Errorf("%s: no %q in %q", sample, w, got)
			}
		}
	}
}

// The strict profile leaves no words and no pictures.
func TestStrict(t *testing.T) {
	p, after := plan(t, samples.Get("flac/everything").Data, scrub.Options{Policy: scrub.Policy{Profile: scrub.ProfileStrict}})
	if p.Status() != scrub.Dirty || bytes.Contains(after, []byte("song")) || bytes.Contains(after, []byte("JFIF")) || !bytes.Contains(after, []byte("REPLAYGAIN_TRACK_GAIN=-6.50 dB")) {
		t.Error(p.Status(), p.Doubts)
	}
}

// Where the sound ends is known by its frames; what killed writers and damage leave stays.
func TestEnd(t *testing.T) {
	sound := samples.Get("flac/plain").Data
	n := len(sound)
	frame := (n - 42) / 6
	tail := "a tail that is longer than any header of a frame"
	total := func(v uint32) []byte {
		b := bytes.Clone(sound)
		binary.BigEndian.PutUint32(b[22:], v)
		return b
	}
	for _, tt := range []struct {
		name   string
		data   []byte
		end    int
		status scrub.Status
	}{
		{"whole", sound, n, scrub.Clean},
		{"tail", append(bytes.Clone(sound), tail...), n, scrub.Dirty},
		{"long tail", append(bytes.Clone(sound), strings.Repeat(tail, 8000)...), n, scrub.Dirty},
		{"unknown length", total(0), n, scrub.Clean},
		{"unknown length, short tail", append(total(0), tail...), n, scrub.Dirty},
		{"unknown length, long tail", append(total(0), strings.Repeat(tail, 8000)...), n + 8000*len(tail), scrub.Partly},
		{"frames missing", total(192 * 9), n, scrub.Partly},
		{"more frames than said", total(192 * 2), n, scrub.Partly},
		{"last frame cut short", total(0)[:n-7], n - 7, scrub.Partly},
		{"frame damaged", append(append(bytes.Clone(sound[:n-frame-9]), sound[n-frame-9]^4), sound[n-frame-8:]...), n, scrub.Partly},
		{"frame missing in the middle", append(bytes.Clone(sound[:n-3*frame]), sound[n-2*frame:]...), n - frame, scrub.Partly},
		{"no frames", sound[:42], 42, scrub.Partly},
		{"unknown length, no frames", total(0)[:42], 42, scrub.Partly},
		{"unknown length, start of a frame", append(total(0), 0xff, 0xf8), n + 2, scrub.Partly},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, after := plan(t, tt.data, scrub.Options{})
			if p.End != int64(tt.end) || p.Status() != tt.status || !bytes.Equal(after, tt.data[:tt.end]) {
				t.Errorf("%s, end %d of %d, %q", p.Status(), p.End, p.Size, p.Doubts)
			}
			mark := samples.RedStarTrailer("8295FF513293A")
			if p, _ := plan(t, append(bytes.Clone(tt.data), mark...), scrub.Options{}); p.End != int64(tt.end) && p.End != int64(len(tt.data)) {
				t.Errorf("with a mark: %s, end %d of %d, %q", p.Status(), p.End, p.Size, p.Doubts)
			}
		})
	}
}

// At depth index the last frames are found without following all.
func TestIndex(t *testing.T) {
	data := append(samples.Flac(80000), "tail"...)
	p, err := formats.Engine().Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{Depth: scrub.DepthIndex})
	if err != nil {
		t.Fatal(err)
	}
	if p.End != p.Size-4 || p.Status() != scrub.Dirty || p.Read > p.Size/2 {
		t.Errorf("%s, end %d of %d, read %d, %q", p.Status(), p.End, p.Size, p.Read, p.Doubts)
	}
}

// Where a length lies, sound stays.
func TestLyingLengths(t *testing.T) {
	whole := samples.Get("flac/everything").Data
	at := int64(4)
	for at < int64(len(whole)) {
		size := int64(whole[at+1])<<16 | int64(whole[at+2])<<8 | int64(whole[at+3])
		for _, lie := range []int64{0, 1, size / 2, size - 1, size + 1, size + 700, 1<<24 - 1} {
			data := bytes.Clone(whole)
			data[at+1], data[at+2], data[at+3] = byte(lie>>16), byte(lie>>8), byte(lie)
			p, after := plan(t, data, scrub.Options{})
			sound := samples.Get("flac/plain").Data[42:]
			if !bytes.Contains(after, sound) {
				t.Errorf("block at %d with %d bytes for %d: sound is lost, %s %q", at, lie, size, p.Status(), p.Doubts)
			}
		}
		if whole[at]&0x80 != 0 {
			break
		}
		at += 4 + size
	}
}

// Comments that fill their block go, too, where no frame and no block follows.
func TestCommentsWithoutFrames(t *testing.T) {
	data := samples.Get("flac/comments-last").Data
	next := 42 + 4 + (int(data[43])<<16 | int(data[44])<<8 | int(data[45]))
	data = append(bytes.Clone(data[:next]), "what another program left behind it"...)
	p, after := plan(t, data, scrub.Options{})
	if p.Status() != scrub.Partly || bytes.Contains(after, []byte("CANARY")) || !bytes.Contains(after, []byte("A song of the sea")) {
		t.Errorf("%s %q\n%q", p.Status(), p.Doubts, after[:400])
	}
}

// Where a file breaks off in its comments, those that there are go.
func TestCutInComments(t *testing.T) {
	whole := samples.Get("flac/comments-last").Data
	size := int(whole[43])<<16 | int(whole[44])<<8 | int(whole[45])
	for end := bytes.IndexByte(whole, '=') + 1; end < 46+size; end++ {
		p, after := plan(t, whole[:end], scrub.Options{})
		if p.Status() != scrub.Partly || bytes.Contains(after, []byte("CANARY")) {
			t.Fatalf("cut at %d: %s %q", end, p.Status(), p.Doubts)
		}
		if again, _ := plan(t, after, scrub.Options{}); len(again.Edits) > 0 || again.Removes() > 0 {
			t.Fatalf("cut at %d: a second run finds %+v", end, again.Findings)
		}
	}
}

// Comments whose block has a wrong length go all the same.
func TestCommentsOfWrongLength(t *testing.T) {
	data := bytes.Clone(samples.Get("flac/comments-last").Data)
	data[42+1] = 0x40 // the block is 4 MiB long
	p, after := plan(t, data, scrub.Options{})
	if p.Status() != scrub.Partly || bytes.Contains(after, []byte("CANARY")) || !bytes.Contains(after, []byte("A song of the sea")) {
		t.Errorf("%s %q\n%q", p.Status(), p.Doubts, after[:400])
	}
	if again, _ := plan(t, after, scrub.Options{}); len(again.Edits) > 0 || again.Removes() > 0 {
		t.Errorf("%+v", again.Findings)
	}
}

func FuzzFLAC(f *testing.F) {
	scrubtest.Fuzz(f, formats.Engine(), samples.Of("flac")...)
}
