package h26x_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"untag/scrub/h26x"
	"untag/scrub/scrubtest"
)

// Streams of real encoders: the picture stays, what they say of themselves goes,
// also where the writing stops on the way.
func TestEncoders(t *testing.T) {
	for _, c := range []struct {
		name    string
		codec   h26x.Codec
		format  string
		args    []string
		secrets []string
		stays   []string
	}{
		{"libx264", h26x.AVC, "h264", []string{"-c:v", "libx264"}, []string{"videolan", "options: cabac"}, []string{"x264 - core "}},
		{"libx264 at a constant rate", h26x.AVC, "h264",
			[]string{"-c:v", "libx264", "-x264-params", "nal-hrd=cbr:force-cfr=1", "-b:v", "200k", "-maxrate", "200k", "-bufsize", "50k"},
			[]string{"videolan"}, []string{"x264 - core "}},
		{"libx264 with user data", h26x.AVC, "h264",
			[]string{"-c:v", "libx264", "-bsf:v", "h264_metadata=sei_user_data=086f3693b7b34f2c965321492feee5b8+serial 4711"},
			[]string{"serial 4711", "videolan"}, []string{"x264 - core "}},
		{"libx265", h26x.HEVC, "hevc", []string{"-c:v", "libx265", "-x265-params", "log-level=none"}, []string{"x265 (build", "H.265/HEVC codec"}, nil},
		{"libx265 with HDR", h26x.HEVC, "hevc",
			[]string{"-c:v", "libx265", "-pix_fmt", "yuv420p", "-x265-params", "log-level=none:hdr10=1:max-cll=0,0:hash=1:master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)"},
			[]string{"x265 (build"}, []string{"\x01\x89\x18\x33\xc2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			encoded := encode(t, c.format, c.args...)
			data := toy(c.codec, 4, 'f', frames(c.codec, encoded)...)
			h := scrubtest.Harness{Engine: engine, Sound: true, States: 60, Variants: -1}
			for _, s := range c.secrets {
				h.Secrets = append(h.Secrets, []byte(s))
			}
			for _, s := range c.stays {
				h.MustStay = append(h.MustStay, []byte(s))
			}
			p := h.Laws(t, c.name, data)
			if t.Failed() || len(p.Edits) == 0 {
				t.Fatalf("%d edits", len(p.Edits))
			}
			want := picture(t, c.format, data)
			for what, state := range scrubtest.Steps(data, p) {
				if got := picture(t, c.format, state); got != want {
					t.Errorf("%s: the picture is another one:\n%s, want\n%s", what, got, want)
				}
			}
		})
	}
}

func encode(t *testing.T, format string, args ...string) []byte {
	t.Helper()
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		t.Skip("ffmpeg is not installed")
	}
	name := filepath.Join(t.TempDir(), "out."+format)
	all := append([]string{"-v", "error", "-f", "lavfi", "-i", "testsrc2=s=160x120:r=10:d=0.6"}, args...)
	out, err := exec.Command("ffmpeg", append(all, "-f", format, name)...).CombinedOutput()
	if err != nil {
		t.Skipf("ffmpeg does not encode this: %s", out)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// frames cuts a byte stream at its start codes: each slice ends a frame.
func frames(codec h26x.Codec, stream []byte) (out [][]byte) {
	var f []byte
	stream = bytes.ReplaceAll(stream, []byte{0, 0, 0, 1}, []byte{0, 0, 1})
	for _, u := range bytes.Split(stream, []byte{0, 0, 1})[1:] {
		f = append(f, frame(u)...)
		if codec == h26x.AVC && u[0]&31 <= 5 || codec == h26x.HEVC && u[0]>>1 < 32 {
			out = append(out, f)
			f = nil
		}
	}
	if len(f) > 0 {
		out = append(out, f)
	}
	return out
}

// picture decodes the frames of a toy file and returns what FFmpeg says of them,
// complaints included.
func picture(t *testing.T, format string, data []byte) string {
	t.Helper()
	var stream []byte
	for at := toyHead; at < len(data); {
		end := at + 4 + int(uint32(data[at])<<24|uint32(data[at+1])<<16|uint32(data[at+2])<<8|uint32(data[at+3]))
		for at += 4; at < end; {
			n := int(uint32(data[at])<<24 | uint32(data[at+1])<<16 | uint32(data[at+2])<<8 | uint32(data[at+3]))
			stream = append(append(stream, 0, 0, 0, 1), data[at+4:at+4+n]...)
			at += 4 + n
		}
	}
	cmd := exec.Command("ffmpeg", "-v", "warning", "-f", format, "-i", "-", "-f", "framemd5", "-")
	cmd.Stdin = bytes.NewReader(stream)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("ffmpeg: %v: %s", err, out)
	}
	if !strings.Contains(string(out), "0,          0,") {
		t.Fatalf("no frames: %s", out)
	}
	return string(out)
}
