package formats_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/formats"
)

// writers are programs that make media, by what they are called with. RAW is sound or
// pictures on their standard input, or a file where they want one; OUT is what they make.
var writers = func() (all []string) {
	for _, ext := range []string{"wav", "w64", "aiff", "caf", "au", "flac", "mka", "ogg", "opus", "mp3", "wma", "m4a", "rf64.wav"} {
		more := ""
		if ext == "rf64.wav" {
			more = "-rf64 always "
		}
		all = append(all, "ffmpeg -v error -f s16le -ar 48000 -ac 2 -i - "+more+"-flush_packets 1 OUT."+ext)
	}
	// What encoders hold back to look ahead would all be written at the end.
	prompt := map[string]string{"mkv": "-c:v mpeg4 ", "mp4": "-c:v mpeg4 ", "mov": "-c:v mpeg4 ", "webm": "-deadline realtime -lag-in-frames 0 "}
	for _, ext := range []string{"mkv", "webm", "avi", "mp4", "mov", "flv", "asf", "mpg", "vob", "ts", "mxf", "nut", "gif", "ogv"} {
		all = append(all, "ffmpeg -v error -f rawvideo -s 128x96 -pix_fmt yuv420p -i - "+prompt[ext]+"-flush_packets 1 OUT."+ext)
	}
	return append(all,
		"ffmpeg -v error -f rawvideo -s 128x96 -pix_fmt yuv420p -i - -c:v mpeg4 -flush_packets 1 -movflags frag_keyframe+empty_moov -g 5 OUT.frag.mp4",
		"sox -t raw -r 48000 -c 2 -b 16 -e signed - OUT.wav", "sox -t raw -r 48000 -c 2 -b 16 -e signed - OUT.aiff", "sox -t raw -r 48000 -c 2 -b 16 -e signed - OUT.w64",
		"flac --silent -f --force-raw-format --endian=little --sign=signed --channels=2 --bps=16 --sample-rate=48000 -o OUT.flac -",
		"oggenc -r -Q -B 16 -C 2 -R 48000 -o OUT.ogg -",
		"mkvmerge -q -o OUT.mka RAW.wav")
}()

// moments is at how many moments a writer is killed.
const moments = 10

// Whatever a writer leaves behind that is killed, nothing of it is cut off, and a
// proven mark behind it goes.
func TestKilledWriters(t *testing.T) {
	for _, w := range writers {
		args := strings.Fields(w)
		ext := w[strings.Index(w, "OUT.")+4:]
		ext, _, _ = strings.Cut(ext, " ")
		t.Run(args[0]+" "+ext, func(t *testing.T) {
			if testing.Short() {
				t.Skip("takes its time")
			}
			if _, err := exec.LookPath(args[0]); err != nil {
				t.Skipf("%s is not here to be killed: %v", args[0], err)
			}
			t.Parallel()
			all := killed(t, args, ext)
			t.Logf("%d moments, %d bytes at the last", len(all), len(all[len(all)-1]))
			for i, left := range all {
				judgeKilled(t, fmt.Sprintf("at moment %d", i), left)
			}
		})
	}
}

func judgeKilled(t *testing.T, when string, left []byte) {
	t.Helper()
	mark := samples.RedStarTrailer("8295FF513293A")
	for _, tail := range [][]byte{nil, mark} {
		src, size := bytesOf(append(bytes.Clone(left), tail...))
		p, err := formats.Engine().Plan(src, size, scrub.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if p.End != int64(len(left)) {
			t.Errorf("%s, with %d bytes of mark: %s cut at %d of %d: %q", when, len(tail), p.Format, p.End, p.Size, p.Doubts)
		}
	}
}

// An editor that makes room for a longer tag moves the medium towards the end. Killed
// before it writes the header anew, it leaves the old one, and the end of the medium
// where the header knows of none.
func TestKilledEditors(t *testing.T) {
	for name, room := range map[string]int64{"asf/words": 1000, "bmff/moov-first": 5000, "bmff/telemetry-referenced": 5000, "heif/phone": 1000, "heif/gain-map": 1000, "swf/mp3-names": 5000} {
		t.Run(name, func(t *testing.T) {
			data := samples.Get(name).Data
			src, size := bytesOf(data)
			p, err := formats.Engine().Plan(src, size, scrub.Options{})
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(p.Map, func(x scrub.Span) bool { return x.Role == scrub.Payload && x.Len > 64 })
			if i < 0 || p.End != size || p.Map[i].Off+room > size {
				t.Fatalf("%s %s: nothing to move", p.Status(), p.Refused)
			}
			at := p.Map[i].Off
			judgeKilled(t, "while it moved the medium", slices.Concat(data[:at+room], data[at:]))
		})
	}
}

// killed returns what a writer has written at each of some moments: what kill -9 would
// have left.
func killed(t *testing.T, args []string, ext string) (all [][]byte) {
	t.Helper()
	dir, raw := t.TempDir(), rawMedia()
	out := filepath.Join(dir, "out."+ext)
	for i := range args {
		args[i] = strings.Replace(args[i], "OUT."+ext, out, 1)
		if args[i] == "RAW.wav" {
			args[i] = filepath.Join(dir, "raw.wav")
			if err := os.WriteFile(args[i], wavOf(bytes.Repeat(raw, 40)), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	cmd := exec.Command(args[0], args[1:]...)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = io.Discard
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cmd.Process.Kill(); cmd.Wait() }()
	fed := !strings.HasSuffix(args[len(args)-1], "raw.wav") // else it reads a file
	seen := int64(0)
	for i := range moments {
		if fed {
			if _, err := in.Write(raw[i*len(raw)/moments : (i+1)*len(raw)/moments]); err != nil {
				break // it has all it wants
			}
		}
		if !grown(out, &seen, fed) {
			continue
		}
		cmd.Process.Signal(syscall.SIGSTOP)
		b, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b)
		cmd.Process.Signal(syscall.SIGCONT)
	}
	if len(all) == 0 {
		t.Skipf("%s has written nothing so far", args[0])
	}
	return all
}

// grown waits for a file to grow beyond what was seen of it, and to stop growing for a
// moment if its writer waits for more.
func grown(path string, seen *int64, waits bool) bool {
	tries, pause := 30, 15*time.Millisecond
	if !waits {
		tries, pause = 600, time.Millisecond
	}
	last := int64(-1)
	for range tries {
		if st, err := os.Stat(path); err == nil {
			if st.Size() > *seen && (!waits || st.Size() == last) {
				*seen = st.Size()
				return true
			}
			last = st.Size()
		}
		time.Sleep(pause)
	}
	return false
}

// rawMedia is 3 seconds of a tone, which is a moving picture to whoever takes it for one.
func rawMedia() []byte {
	b := make([]byte, 3*48000*4)
	for i := range len(b) / 2 {
		binary.LittleEndian.PutUint16(b[2*i:], uint16(int16(9000*math.Sin(float64(i)*float64(1+i/20000)/40))))
	}
	return b
}

func wavOf(sound []byte) []byte {
	b := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x02\x00\x80\xbb\x00\x00\x00\xee\x02\x00\x04\x00\x10\x00data")
	binary.LittleEndian.PutUint32(b[4:], uint32(36+len(sound)))
	return append(binary.LittleEndian.AppendUint32(b, uint32(len(sound))), sound...)
}
