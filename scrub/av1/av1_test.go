package av1_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/av1"
	"untag/scrub/coded"
	"untag/scrub/scrubtest"
)

// The tests hold frames to the laws inside a container that has nothing but
// frames: "av1", 'f' for frames or 'c' for records, and then each with its
// length in four bytes.
var engine = scrub.NewEngine([]scrub.Format{{
	Name:  "toy",
	Sniff: func(head []byte, size int64) bool { return strings.HasPrefix(string(head), "av1") },
	Parse: parse,
}})

const toyHead = 4

func toy(kind byte, frames ...[]byte) []byte {
	b := append([]byte("av1"), kind)
	for _, f := range frames {
		b = binary.BigEndian.AppendUint32(b, uint32(len(f)))
		b = append(b, f...)
	}
	return b
}

func parse(s *scrub.Scan) error {
	head, err := s.Bytes(0, toyHead)
	if err != nil {
		return err
	}
	s.Claim(0, toyHead, scrub.Structure, "head")
	for at := int64(toyHead); at < s.Size(); {
		b, err := s.Bytes(at, 4)
		if err != nil {
			return err
		}
		n := int64(binary.BigEndian.Uint32(b))
		if n > s.Left(at+4) {
			return s.Errorf(at, "frame of %d bytes", n)
		}
		s.Claim(at, 4, scrub.Structure, "length")
		at += 4
		look := av1.Stream{}.Frame
		if head[3] == 'c' {
			look = av1.Stream{}.Config
		}
		pieces, err := look(s.Reader, at, n)
		if f := (*scrub.FormatError)(nil); errors.As(err, &f) {
			s.Doubt("%v", err)
		} else if err != nil {
			return err
		}
		coded.Report(s, at, n, "frame", pieces)
		at += n
	}
	return nil
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

// sequence is a sequence header of libaom.
const sequence = "0000000337fbe6d7c802"

func text(s string) string { return hex.EncodeToString([]byte(s)) }

// An OBU before and after, bit for bit. Where nothing is said of after, it stays.
func TestUnits(t *testing.T) {
	for _, c := range []struct {
		name, before, after string
		kind                scrub.Kind
		value               string
	}{
		{"light level", "2a 06 01 03e80190 80", "", "", ""},
		{"mastering display", "2a 1a 02 ae1451ec 43d7b0a4 26660f5c 50055439 0003e800 00000148 80", "", "", ""},
		{"mastering display of text", "2a 1a 02" + text("CNRYq7Zx8Kp2Wv-CNRYq7Zx8") + "80", "7a 1a" + strings.Repeat("00", 25) + "80", scrub.Unknown, "type 2"},
		{"scalability", "2a 03 03 00 80", "7a 03 0000 80", scrub.Unknown, "type 3"},
		{"HDR10+", "2a 18 04 b5003c 000104 01 40000c80" + strings.Repeat("00", 11) + "80", "", "", ""},
		{"another application of its registrant", "2a 0a 04 b5003c 000105 0140 80", "7a 0a 000000000000000000 80", scrub.Unknown, "t.35 b5003c"},
		{"captions", "2a 0f 04 b50031 47413934 03c1ff fc9420 80", "", "", ""},
		{"captions that are not valid", "2a 0f 04 b50031 47413934 03c1ff f84142 80", "2a 0f 04 b50031 47413934 03c1ff f88080 80", scrub.Hidden, ""},
		{"unknown registrant", "2a 06 04 b54711 41 80", "7a 06 0000000000 80", scrub.Unknown, "t.35 b54711"},
		{"time code", "2a 07 05 604011223380", "7a 07 000000000000 80", scrub.Time, "time code"},
		{"private", "2a 0d 1f" + text("cam serial7") + "80", "7a 0d 000000000000000000000000 80", scrub.Unknown, "type 31: cam serial7"},
		{"type of two bytes", "2a 05 ff01 4142 80", "7a 05 00000000 80", scrub.Unknown, "type 255"},
		{"type zero", "2a 03 00 41 80", "7a 03 0000 80", scrub.Unknown, "type 0"},
		{"without a type", "2a 02 ffff", "7a 02 00 80", scrub.Unknown, "without a type"},
		{"with an extension", "2e 08 04 05 414280", "7e 08 04 000000 80", scrub.Time, ""},
		{"padding", "7a 04 000000 80", "", "", ""},
		{"padding of a byte", "7a 01 80", "", "", ""},
		{"padding of nothing", "7a 00", "", "", ""},
		{"padding with content", "7a 08" + text("serial7") + "80", "7a 08 00000000000000 80", scrub.Hidden, ""},
		{"padding that ends otherwise", "7a 02 0000", "7a 02 0080", scrub.Hidden, ""},
		{"reserved", "4a 04 41424380", "7a 04 000000 80", scrub.Unknown, "type 9"},
		{"reserved zero", "02 02 4180", "7a 02 00 80", scrub.Unknown, "type 0"},
		{"delimiter", "12 00", "", "", ""},
		{"delimiter with content", "12 02 4142", "12 02 0000", scrub.Hidden, ""},
		{"size of two bytes", "2a 8600 05 4142434445", "7a 8600 0000000000 80", scrub.Time, "time code"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := unhex(c.before)
			after := before
			if c.after != "" {
				after = unhex(c.after)
			}
			// A frame header follows, without a size.
			data := toy('f', append(append([]byte{}, before...), 0x30, 0x41, 0x42, 0x80))
			h := scrubtest.Harness{Engine: engine, Sound: true, Streams: true, Variants: 20}
			p := h.Laws(t, c.name, data)
			got := scrubtest.Perform(data, p)[toyHead+4:][:len(before)]
			if !bytes.Equal(got, after) {
				t.Errorf("became % x, want % x", got, after)
			}
			kind, value := scrub.Kind(""), ""
			if len(p.Findings) > 0 {
				kind, value = p.Findings[0].Kind, p.Findings[0].Value
			}
			if kind != c.kind || !strings.Contains(value, c.value) {
				t.Errorf("found %q %q, want %q %q", kind, value, c.kind, c.value)
			}
		})
	}
}

// Units of picture stay only where one may stand, and sequence headers to their end.
func TestPictureUnits(t *testing.T) {
	for _, c := range []struct {
		name, before, after, doubt string
	}{
		{"tiles behind their header", "1a 02 4180 22 02 4180 22 02 4280 3a 02 4180", "", ""},
		{"tiles behind a frame", "32 02 4180 22 08" + text("serial7") + "80", "", "type 4"},
		{"list of tiles", "32 02 4180 42 08" + text("serial7") + "80", "", "type 8"},
		{"header that is repeated before it came", "3a 02 4180 32 02 4180", "", "type 7"},
		{"frame that ends in text", "32 20 00" + text("the owner is Jane Doe, no. 4711") + "", "", "text among"},
		{"sequence header", "0a 0a " + sequence + "32 02 4180", "", ""},
		{"sequence header with zeros", "0a 0c " + sequence + "0000 32 02 4180", "", ""},
		{"sequence header and words", "0a 10 " + sequence + text("serial") + "32 02 4180", "0a 10 " + sequence + "000000000000 32 02 4180", ""},
		{"sequence header cut off", "0a 04 00000003 32 02 4180", "", "can't be read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.after == "" {
				c.after = c.before
			}
			h := scrubtest.Harness{Engine: engine, Streams: true, Variants: -1}
			data := toy('f', unhex(c.before))
			p := h.Laws(t, c.name, data)
			if got := scrubtest.Perform(data, p)[toyHead+4:]; !bytes.Equal(got, unhex(c.after)) {
				t.Errorf("became % x", got)
			}
			if doubts := strings.Join(p.Doubts, " "); (c.doubt == "") != (doubts == "") || !strings.Contains(doubts, c.doubt) {
				t.Errorf("doubts %q, want %q", doubts, c.doubt)
			}
		})
	}
}

// An OBU without a size takes the rest of the frame: picture may be in it if
// a length is wrong, so it stays.
func TestUnitWithoutSize(t *testing.T) {
	data := toy('f', unhex("32 02 4180 28 05"+text("serial")+"80"))
	h := scrubtest.Harness{Engine: engine, Streams: true}
	p := h.Laws(t, "last", data)
	if len(p.Doubts) != 1 || !strings.Contains(p.Doubts[0], "without a size") || len(p.Edits) > 0 {
		t.Errorf("%q, %d edits", p.Doubts, len(p.Edits))
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct{ name, kind, data, want string }{
		{"longer than the frame", "f", "32 05 41424380", "av1: OBU of 5 bytes, 4 are left at 0x8"},
		{"size without end", "f", "32 ffffffffffffffffff", "av1: OBU of 0 bytes, 9 are left at 0x8"},
		{"size of all ones", "f", "32 ffffffffffffff7f 00", "av1: OBU of 72057594037927935 bytes, 1 are left at 0x8"},
		{"header without its extension", "f", "34", "av1: OBU of 1 bytes, its header has 2 at 0x8"},
		{"nothing coded", "f", "12 00 2a 02 0580", "av1: sample without a frame at 0x8"},
		{"forbidden bit", "f", "b2 00", "av1: OBU header 0xb2 with reserved bits at 0x8"},
		{"short record", "c", "810400", "av1: configuration record of 3 bytes, it has 4 at least at 0x8"},
		{"other version", "c", "82040c00", "av1: configuration record begins with 0x82, not marker and version 1 at 0x8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := toy(c.kind[0], unhex(c.data))
			p, err := engine.Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{})
			if err != nil || len(p.Doubts) != 1 || p.Doubts[0] != c.want || len(p.Edits) > 0 {
				t.Errorf("%v %q, want %s", err, p.Doubts, c.want)
			}
		})
	}
}

func TestManyUnits(t *testing.T) {
	data := toy('f', bytes.Repeat([]byte{0x7a, 0}, 5000))
	p, err := engine.Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{})
	if err != nil || len(p.Doubts) != 1 || !strings.Contains(p.Doubts[0], "more than 1024") {
		t.Errorf("%v %q", err, p.Doubts)
	}
}

func TestConfig(t *testing.T) {
	data := toy('c', unhex("81040c00 0a0a "+sequence+" 2a08 04 b54711"+text("cam")+"80"))
	h := scrubtest.Harness{Engine: engine, Sound: true, Streams: true, Secrets: [][]byte{[]byte("cam")}}
	h.Laws(t, "config", data)
}

// The picture of a real encoder stays when metadata among it goes.
func TestEncoder(t *testing.T) {
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		t.Skip("ffmpeg is not installed")
	}
	name := filepath.Join(t.TempDir(), "out.ivf")
	out, err := exec.Command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=128x96:r=5:d=0.6",
		"-c:v", "libaom-av1", "-cpu-used", "8", "-f", "ivf", name).CombinedOutput()
	if err != nil {
		t.Skipf("ffmpeg does not encode this: %s", out)
	}
	stream, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	const ivfHead, frameHead = 32, 12 // length and time of a frame
	planted := unhex("2a 0d 1f" + text("cam serial7") + "80 2a 06 0504064362c1 2a 06 01 03e80190 80 7a 08" + text("hidden!") + "80 2a 0a 04 b54711" + text("cam7") + "0180")
	head, times, plain := stream[:ivfHead], []byte{}, [][]byte{}
	for f := stream[ivfHead:]; len(f) > 0; {
		n := frameHead + int(binary.LittleEndian.Uint32(f))
		times, plain = append(times, f[4:frameHead]...), append(plain, f[frameHead:n])
		f = f[n:]
	}
	marked := slices.Clone(plain)
	marked[0] = slices.Concat(plain[0][:2], planted, plain[0][2:]) // after the delimiter
	data := toy('f', marked...)
	h := scrubtest.Harness{Engine: engine, Sound: true, Streams: true, States: 60, Variants: -1,
		Secrets: [][]byte{[]byte("serial7"), []byte("hidden!")}, MustStay: [][]byte{unhex("03e80190")}}
	p := h.Laws(t, "encoder", data)
	const strict, other = "libaom-av1", "libdav1d"
	want := picture(t, strict, head, times, toy('f', plain...))
	for what, state := range scrubtest.Steps(data, p) {
		if got := picture(t, strict, head, times, state); got != want {
			t.Errorf("%s: the picture is another one:\n%s, want\n%s", what, got, want)
		}
	}
	if got := picture(t, other, head, times, scrubtest.Perform(data, p)); got != want {
		t.Errorf("%s: the picture is another one:\n%s, want\n%s", other, got, want)
	}
}

// picture decodes the frames of a toy file and returns what FFmpeg says of them.
func picture(t *testing.T, decoder string, head, times, data []byte) string {
	t.Helper()
	stream := bytes.Clone(head)
	for f := data[toyHead:]; len(f) > 0; times = times[8:] {
		n := binary.BigEndian.Uint32(f)
		stream = append(binary.LittleEndian.AppendUint32(stream, n), times[:8]...)
		stream = append(stream, f[4:4+n]...)
		f = f[4+n:]
	}
	cmd := exec.Command("ffmpeg", "-v", "error", "-c:v", decoder, "-f", "ivf", "-i", "-", "-f", "framemd5", "-")
	cmd.Stdin = bytes.NewReader(stream)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "0,          0,") {
		t.Fatalf("ffmpeg: %v: %s", err, out)
	}
	return string(out)
}

func FuzzFrame(f *testing.F) {
	scrubtest.Fuzz(f, engine,
		toy('f', unhex("12 00 2a 06 0504064362c1 32 02 4180"), unhex("7a 0441424380 28 04 b54711 80")),
		toy('c', unhex("81040c00 2a 06 04 b54711 41 80")))
}
