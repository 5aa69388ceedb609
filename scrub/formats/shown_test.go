package formats_test

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/formats"
	"untag/scrub/scrubtest"
	"untag/scrub/scrubtest/decoders"
)

// Law 10: what a decoder could show before, it can show after, of sound media and
// of damaged ones.

// jury are decoders that hold plans to law 10.
type jury struct {
	engine *scrub.Engine
	panel  *decoders.Panel

	tried, changed, shown atomic.Int64
}

func summon(t *testing.T) *jury {
	t.Helper()
	panel, missing := decoders.New(t.TempDir())
	for _, m := range missing {
		t.Logf("%s is not installed and not asked", m)
	}
	t.Cleanup(panel.Close)
	return &jury{engine: formats.Engine(), panel: panel}
}

func (j *jury) count() string {
	return fmt.Sprintf("%d media, %d of them changed, %d of those shown by a decoder", j.tried.Load(), j.changed.Load(), j.shown.Load())
}

// openEnded are the formats in which decoders take what follows the end for more
// of the same.
var openEnded = []string{"dv", "mp3", "amr", "aac", "ac3", "dts", "mpeg-ps", "au", "loas"}

// lost returns what decoders no longer show after cleaning, and the plan. Sound is
// the medium before it was damaged.
func (j *jury) lost(ext string, data, sound []byte) ([]string, *scrub.Plan, error) {
	j.tried.Add(1)
	p, err := j.engine.Rehearse(bytes.NewReader(data), int64(len(data)), scrub.Options{})
	if err != nil || len(p.Edits) == 0 && p.End == p.Size {
		return nil, p, err
	}
	j.changed.Add(1)
	after := scrubtest.Perform(data, p)
	if slices.Contains(openEnded, p.Format) {
		data = data[:p.End]
	}
	was, err := j.panel.Show(p.Format, ext, data)
	if err != nil || !was.Shows() {
		return nil, p, err
	}
	j.shown.Add(1)
	is, err := j.panel.Show(p.Format, ext, after)
	lost := decoders.Lost(was, is, telemetry(p))
	if err != nil || len(lost) == 0 {
		return nil, p, err
	}
	if bytes.Equal(data, sound) {
		return lost, p, nil
	}
	for range 2 { // libheif shows memory that it never wrote, where a tile does not say how large it is
		if again, err := j.panel.Show(p.Format, ext, data); err != nil || len(decoders.Lost(was, again, 0)) > 0 {
			return nil, p, err
		}
	}
	whole, err := j.panel.Show(p.Format, ext, sound)
	return decoders.Lost(was.Genuine(whole), is.Genuine(whole), telemetry(p)), p, err
}

// telemetry counts the tracks of telemetry that go.
func telemetry(p *scrub.Plan) (n int) {
	for _, f := range p.Findings {
		if f.Goes && f.Kind == scrub.Telemetry {
			n++
		}
	}
	return n
}

func lot(name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name))
	return rand.New(rand.NewPCG(h.Sum64(), 10))
}

// damage is a medium that was damaged, and how.
type damage struct {
	what string
	data []byte
}

// damages returns the medium with one bit flipped, n times, and cut at two places.
func damages(e *scrub.Engine, name string, data []byte, n int) (all []damage) {
	p, err := e.Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{})
	if err != nil {
		return nil
	}
	lot := lot(name)
	for _, b := range scrubtest.PickBits(p, n, lot) {
		all = append(all, damage{b.String() + " flipped", b.Flip(data)})
	}
	for range 2 {
		if end := lot.Int64N(p.Size + 1); n > 0 {
			all = append(all, damage{fmt.Sprintf("cut at 0x%x", end), data[:end]})
		}
	}
	return all
}

// unshown are samples of which FFmpeg shows nothing, or less afterwards, and why.
var unshown = map[string]string{
	"xmp/words": "no medium", "xmp/settings": "no medium", "pp3/words": "no medium", "develop/dxo": "no medium", "develop/on1": "no medium",
	"track/gpx": "no medium", "track/kml": "no medium", "positions/nmea": "no medium", "positions/fit": "no medium", "aae/edits": "no medium", "sony-xml/camera": "no medium", "sony-xml/card": "no medium", "gopro/version": "no medium", "moi/film": "no medium",
	"bdmv/index": "no medium", "bdmv/index-of-a-camera": "no medium", "bdmv/objects": "no medium", "bdmv/playlist": "no medium", "bdmv/playlist-of-a-camera": "no medium",
	"bdmv/clip": "no medium", "bdmv/clip-of-a-camera": "no medium", "bdmv/identity": "no medium", "bdmv/red-star": "no medium", "dvd/plain": "no medium", "dvd/texts": "no medium", "dvd/set": "no medium", "appledouble/where-from": "no medium",
	"djvu/plain": "it knows no DjVu", "djvu/words": "it knows no DjVu", "hdr/plain": "older ones know no Radiance", "hdr/words": "older ones know no Radiance",
	"heif/minimized":        "libheif 1.15 knows no minimized boxes",
	"heif/plane":            "libheif 1.15 knows no pictures that are not compressed",
	"heif/wide":             "libheif 1.15 knows no items that lie in others",
	"bigtiff/words-mm":      "Pillow 9 reads no BigTIFF of this order",
	"raf/plain":             "LibRaw knows no such sensor",
	"mrw/plain":             "LibRaw knows no such sensor",
	"x3f/early":             "LibRaw needs a CAMF",
	"psd/packed":            "FFmpeg and Pillow read no deflated planes",
	"mp3/id3v1-in-a-header": "FFmpeg takes the tag for a frame",
	"adif/plain":            "FFmpeg does not read it",
	"adif/comment":          "FFmpeg does not read it",
	"tak/plain":             "its frames are no sound",
	"tak/stored":            "its frames are no sound",
	"tak/tags":              "its frames are no sound",
	"tta/tags":              "its frames are no sound",
	"mpeg-ps/dvd":           "its packets are no film",
	"mpeg-ts/sound":         "its packets are no sound",
	"mpeg-ts/teletext":      "a page of nothing but a station and its hour goes",
}

func TestDecodersShowTheSame(t *testing.T) {
	j := summon(t)
	t.Run("samples", func(t *testing.T) {
		for _, s := range samples.All() {
			t.Run(s.Name, func(t *testing.T) {
				t.Parallel()
				if why := unshown[s.Name]; why != "" {
					t.Skip(why)
				}
				if hasParser(j.engine, s.Format) && !s.Odd && !s.Text && !j.show(t, s, s.Data).Shows() {
					t.Error("no decoder shows anything of it")
				}
				j.hold(t, s, append(damages(j.engine, s.Name, s.Data, 2), damage{"as it is", s.Data}))
			})
		}
	})
	t.Log(j.count())
}

func (j *jury) hold(t *testing.T, s samples.Sample, all []damage) {
	for _, d := range all {
		lost, p, err := j.lost(s.Ext, d.data, s.Data)
		if err != nil {
			t.Fatalf("%s: %v", d.what, err)
		}
		for _, l := range lost {
			t.Errorf("law 10: %s: %s; %s %s %q", d.what, l, p.Status(), p.Refused, p.Doubts)
		}
	}
}

// Strict readers show a photo after each whole write as well, and play Ogg.
func TestStrictReadersBetweenWrites(t *testing.T) {
	const most = 40
	j := summon(t)
	for _, s := range samples.All() {
		if s.Format != "jpeg" && s.Format != "png" && s.Format != "ogg" {
			continue
		}
		src, size := bytesOf(s.Data)
		p, err := j.engine.Rehearse(src, size, scrub.Options{})
		if err != nil {
			t.Fatal(err)
		}
		was, err := j.panel.Show(s.Format, s.Ext, s.Data)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for what, state := range scrubtest.Steps(s.Data, p) {
			if n++; n > most {
				break
			}
			is, err := j.panel.Show(s.Format, s.Ext, state)
			if err != nil {
				t.Fatal(err)
			}
			if lost := decoders.Lost(was, is, 0); len(lost) > 0 {
				t.Errorf("law 10: %s: %s: %q", s.Name, what, lost)
			}
		}
	}
}
