package formats_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/formats"
	"untag/scrub/scrubtest"
)

// Films made by FFmpeg while the test runs: what it writes is what most of the
// world's films look like.

const (
	filmSource = "-f lavfi -i testsrc2=s=96x64:r=10:d=1 -f lavfi -i sine=f=440:d=1:r=48000"
	filmCoding = "-c:v libx264 -preset ultrafast -g 5 -c:a aac -shortest"
	filmTags   = "-metadata title=CANARY-title -metadata location=+47.1234+008.3234/ -metadata creation_time=2031-05-06T07:08:09Z " +
		"-metadata comment=CANARY-comment -metadata make=CANARY-make -metadata:s:v handler_name=CANARY-video -metadata:s:a handler_name=CANARY-sound"
	filmKey = "76a6c65c5ea762046bd749a2e632ccbb"
)

// madeFilms are file names and what FFmpeg makes them of. WORDS and PLACES are
// subtitles, CHAPTERS a list of them, COVER a picture.
var madeFilms = map[string]string{
	"plain.mp4":       filmCoding,
	"faststart.mov":   filmCoding + " -movflags +faststart -timecode 13:14:15:16",
	"keyframes.mp4":   filmCoding + " -movflags +frag_keyframe",
	"empty.mp4":       filmCoding + " -movflags +frag_keyframe+empty_moov+separate_moof",
	"base.mp4":        filmCoding + " -movflags +frag_keyframe+empty_moov+default_base_moof -write_prft wallclock",
	"dash.mp4":        filmCoding + " -movflags +dash+frag_keyframe+global_sidx",
	"cmaf.mp4":        filmCoding + " -movflags +cmaf+frag_keyframe",
	"smooth.ismv":     filmCoding,
	"hints.mp4":       filmCoding + " -movflags +rtphint",
	"keys.mov":        filmCoding + " -movflags +use_metadata_tags",
	"encrypted.mp4":   filmCoding + " -encryption_scheme cenc-aes-ctr -encryption_key " + filmKey + " -encryption_kid a7e61c373e219033c21091fa607bf3b8",
	"words.mp4":       "WORDS -map 0 -map 1 -map 2 " + filmCoding + " -c:s mov_text -metadata:s:s title=CANARY-words",
	"places.mp4":      "PLACES -map 0 -map 1 -map 2 " + filmCoding + " -c:s mov_text -movflags +frag_keyframe+empty_moov+default_base_moof",
	"chapters.mov":    "CHAPTERS -map 0 -map 1 -map_chapters 2 " + filmCoding,
	"phone.3gp":       "-c:v mpeg4 -s 176x144 -c:a aac -shortest",
	"xvid.mp4":        "-c:v mpeg4 -vtag mp4v -c:a libmp3lame -shortest",
	"mpeg2.mov":       "-c:v mpeg2video -c:a pcm_s8 -shortest",
	"pictures.mp4":    "-c:v mjpeg -pix_fmt yuvj420p -c:a ac3 -shortest",
	"palette.mov":     "-c:v rawvideo -pix_fmt pal8 -c:a pcm_s24be -shortest",
	"prores.mov":      "-c:v prores_ks -c:a alac -shortest",
	"song.m4a":        "COVER -map 1 -map 2 -c:a aac -c:v copy -disposition:v attached_pic",
	"lossless.mp4":    "-map 1 -c:a flac -strict -2",
	"h265.mp4":        "-c:v libx265 -preset ultrafast -x265-params log-level=error -tag:v hvc1 -c:a aac -shortest",
	"several.mp4":     "-map 0 -map 0 -map 1 -map 1 " + filmCoding,
	"constant-q.mp4":  "-c:v libx264 -preset ultrafast -qp 0 -pix_fmt yuv444p -c:a aac -shortest",
	"plain.mkv":       filmCoding,
	"words.mkv":       "WORDS -map 0 -map 1 -map 2 " + filmCoding + " -c:s srt -metadata:s:s title=CANARY-words",
	"words-ass.mkv":   "WORDS -map 0 -map 1 -map 2 " + filmCoding + " -c:s ass",
	"places.mkv":      "PLACES -map 0 -map 1 -map 2 " + filmCoding + " -c:s ass",
	"chapters.mkv":    "CHAPTERS -map 0 -map 1 -map_chapters 2 " + filmCoding,
	"mpeg4.mkv":       "-c:v mpeg4 -c:a libmp3lame -shortest",
	"h265.mkv":        "-c:v libx265 -preset ultrafast -x265-params log-level=error -c:a flac -shortest",
	"vorbis.mka":      "-map 1 -c:a libvorbis",
	"pictures.mkv":    "-c:v mjpeg -pix_fmt yuvj420p -c:a pcm_s16le -shortest",
	"prores.mkv":      "-c:v prores_ks -c:a alac -shortest",
	"av1.webm":        "-c:v libsvtav1 -c:a libopus -shortest",
	"vp9.webm":        "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus -shortest",
	"live.webm":       "-c:v libvpx -deadline realtime -cpu-used 8 -c:a libvorbis -shortest -live 1",
	"dash.webm":       "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -dash 1 -an -g 5",
	"every-frame.mp4": filmCoding + " -movflags +frag_every_frame+empty_moov+omit_tfhd_offset",
}

func TestFilmsMadeByFFmpeg(t *testing.T) {
	program(t, "ffmpeg", "-version")
	dir := t.TempDir()
	inputs := filmInputs(t, dir)
	for name, how := range madeFilms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := filepath.Join(dir, name)
			args := strings.Fields("-nostdin -v error " + filmSource + " " + inputs.Replace(how) + " " + filmTags)
			if out, ok := program(t, "ffmpeg", append(args, before)...); !ok {
				t.Skipf("ffmpeg has no means to make it: %s", out)
			}
			after := filepath.Join(dir, "clean-"+name)
			cleanFilm(t, before, after)
			a, b := essence(t, before), essence(t, after)
			if len(a) == 0 || !slices.Equal(a, b) {
				t.Errorf("what is seen and heard was %q and is %q", a, b)
			}
		})
	}
}

// filmInputs writes what films are made of besides picture and sound.
func filmInputs(t *testing.T, dir string) *strings.Replacer {
	t.Helper()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return "-i " + path
	}
	cover := filepath.Join(dir, "cover.jpg")
	program(t, "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=48x48:d=1", "-frames:v", "1", cover)
	return strings.NewReplacer(
		"WORDS", write("words.srt", "1\n00:00:00,100 --> 00:00:00,500\nWhere were you?\n\n2\n00:00:00,600 --> 00:00:00,900\nAt the sea.\n"),
		"PLACES", write("places.srt", positions()),
		"CHAPTERS", write("chapters.txt", ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=500\ntitle=Departure\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=500\nEND=1000\ntitle=Arrival\n"),
		"COVER", "-i "+cover)
}

// positions are subtitles of which a dashcam writes one every tenth of a second.
func positions() string {
	var s strings.Builder
	for i := range 9 {
		fmt.Fprintf(&s, "%d\n00:00:00,%d00 --> 00:00:00,%d00\nGPS(8.68%02d,50.11%02d,17) CANARY-place\n\n", i+1, i, i+1, 20+3*i, 9+2*i)
	}
	return s.String()
}

// cleanFilm plans and performs, and looks for what should be gone.
func cleanFilm(t *testing.T, before, after string) {
	t.Helper()
	data, err := os.ReadFile(before)
	if err != nil {
		t.Fatal(err)
	}
	e := formats.Engine()
	p, err := e.Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{Policy: scrub.Policy{Remove: []scrub.Kind{scrub.Title}}})
	if err != nil {
		t.Fatal(err)
	}
	want := scrub.Dirty
	if strings.Contains(before, "encrypted") { // whose samples nobody can look into
		want = scrub.Partly
	}
	if p.Status() != want {
		t.Errorf("%s: %s %q", p.Status(), p.Refused, p.Doubts)
	}
	clean := scrubtest.Perform(data, p)
	for _, told := range []string{"CANARY", "+47.1234", "Lavf", "x265"} {
		if i := bytes.Index(clean, []byte(told)); i >= 0 {
			t.Errorf("%q is left at 0x%x", told, i)
		}
	}
	if err := os.WriteFile(after, clean, 0o666); err != nil {
		t.Fatal(err)
	}
}

// essence returns checksums of the frames of picture and sound, and of the
// packets of subtitles unless they are positions.
func essence(t *testing.T, path string) (sums []string) {
	t.Helper()
	key := []string{"-v", "error", "-decryption_key", filmKey, "-i", path}
	if !strings.Contains(path, "encrypted") {
		key = []string{"-v", "error", "-i", path}
	}
	outs := [][]string{{"-map", "0:v?", "-map", "0:a?"}}
	if strings.Contains(path, "words") {
		outs = append(outs, []string{"-map", "0:s", "-c", "copy"})
	}
	for _, o := range outs {
		out, ok := program(t, "ffmpeg", append(append(slices.Clone(key), o...), "-f", "streamhash", "-hash", "md5", "-")...)
		if !ok {
			t.Errorf("ffmpeg can't decode %s:\n%s", filepath.Base(path), out)
		}
		sums = append(sums, out)
	}
	return sums
}
