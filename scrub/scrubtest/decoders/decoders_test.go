package decoders

import (
	"slices"
	"testing"

	"untag/samples"
)

func TestLost(t *testing.T) {
	film := Shown{{"video", []string{"0 a", "1 b"}}, {"audio", []string{"0 c"}}}
	for _, tt := range []struct {
		name  string
		after Shown
		spare int
		want  string
	}{
		{"the same", film, 0, ""},
		{"in another order", Shown{film[1], film[0]}, 0, ""},
		{"one more", append(slices.Clone(film), Stream{"subtitle", nil}), 0, ""},
		{"no sound", film[:1], 0, "stream 1 (audio, 1 frames) is no longer shown"},
		{"no sound, which may go", film[:1], 1, ""},
		{"a frame less", Shown{{"video", []string{"0 a"}}, film[1]}, 0, "stream 0 (video): 2 frames became 1"},
		{"another frame", Shown{{"video", []string{"0 a", "1 x"}}, film[1]}, 0, `stream 0 (video): 2 frames became 2, frame 1 was "1 b" and is "1 x"`},
	} {
		if got := film.Lost(tt.after, tt.spare); got != tt.want {
			t.Errorf("%s: %q, not %q", tt.name, got, tt.want)
		}
	}
	if lost := Lost(Opinion{"x": film}, Opinion{}, 0); len(lost) > 0 {
		t.Errorf("who has no opinion has lost nothing: %q", lost)
	}
}

func TestGenuine(t *testing.T) {
	sound := Opinion{"ffmpeg": {{"audio", []string{"0 a", "1 b"}}}, "go": {{"picture", []string{"x"}}}}
	damaged := Opinion{"ffmpeg": {{"audio", []string{"0 a", "1 noise"}}, {"video", []string{"0 a"}}}, "go": {{"picture", []string{"y"}}}}
	want := Opinion{"ffmpeg": {{"audio", []string{"0 a"}}}, "go": {{"picture", []string{"y"}}}}
	if got := damaged.Genuine(sound); len(Lost(got, want, 0)) > 0 || len(Lost(want, got, 0)) > 0 {
		t.Errorf("%v", got)
	}
}

// Each decoder shows a sample that it knows, and nothing of noise.
func TestShow(t *testing.T) {
	p, missing := New(t.TempDir())
	defer p.Close()
	t.Logf("not installed: %q", missing)
	for name, kinds := range map[string][]string{
		"bmff/subtitles": {"video", "audio", "subtitle"}, "png/plain": {"picture"}, "jpeg/everything": {"picture", "turned", "profile"},
	} {
		s := samples.Get(name)
		o, err := p.Show(s.Format, s.Ext, s.Data)
		if err != nil {
			t.Fatal(err)
		}
		for decoder, shown := range o {
			var got []string
			for _, x := range shown {
				got = append(got, x.Kind)
			}
			if want := kinds; decoder == "go" && !slices.Equal(got, want[:1]) || decoder != "go" && !slices.Equal(got, want) {
				t.Errorf("%s: %s shows %q, not %q", name, decoder, got, want)
			}
		}
		if o, err = p.Show(s.Format, s.Ext, []byte("noise")); err != nil || o.Shows() {
			t.Errorf("%s: of noise: %v %v", name, o, err)
		}
	}
}

func TestParseFrames(t *testing.T) {
	got := parseFrames("#media_type 0: video\n#media_type 1: audio\n0, 0, 0, 1, 9, aa\n1, 0, 5, 1, 8, bb\n0, 1, 1, 1, 9, cc\n")
	want := Shown{{"video", []string{"0 9 aa", "1 9 cc"}}, {"audio", []string{"5 8 bb"}}}
	if got.Lost(want, 0) != "" || want.Lost(got, 0) != "" {
		t.Errorf("%v", got)
	}
}
