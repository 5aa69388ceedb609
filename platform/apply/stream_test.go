package apply

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"untag/platform/walk"
	"untag/scrub"
)

func TestStream(t *testing.T) {
	dirty, tidy := sample(1), makeToy(data(1, 100))
	huge := makeToy(name(strings.Repeat(secret, 100)), data(1, 1000), chunk{"DATA", bytes.Repeat([]byte(secret+" in the picture"), (spoolInMemory+maxWrite)/len(secret+" in the picture"))})
	for _, tt := range []struct {
		name   string
		in     []byte
		status Status
		dry    Status
		out    bool // something comes out
	}{
		{"clean", tidy, Clean, Clean, true},
		{"tags", dirty, Cleaned, Dirty, true},
		{"to be written anew", makeToy(data(1, 500), name(secret), packed(secret)), Cleaned, Dirty, true},
		{"too long for memory", huge, Cleaned, Dirty, true},
		{"not sure", makeToy(flaw(), name(secret)), Partly, Partly, false},
		{"broken", dirty[:100], Unsupported, Unsupported, false},
		{"no medium", []byte("text"), Unsupported, Unsupported, false},
		{"tag that the parser leaves", makeToy(chunk{"STAY", []byte("x")}), Failed, Dirty, false},
		{"nothing", nil, Unsupported, Unsupported, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, dry := range []bool{true, false} {
				var out bytes.Buffer
				o, err := Stream(bg, bytes.NewReader(tt.in), &out, Direct(toyEngine), Options{DryRun: dry, MTime: ZeroTime, Compact: true})
				want := tt.status
				if dry {
					want = tt.dry
				}
				if err != nil || o.Status != want || o.Path != "-" || !o.Media || (o.Err != nil) != (want == Failed) {
					t.Errorf("dry %v: %v, %+v", dry, err, o)
				}
				if (out.Len() > 0) != (tt.out && !dry) {
					t.Errorf("dry %v: %d bytes came out", dry, out.Len())
				}
				if out.Len() == 0 {
					continue
				}
				if out.Len() < 1<<20 {
					noTags(t, out.Bytes(), secret)
				}
				if int64(out.Len()) != o.NewSize || played(out.Bytes()) != played(tt.in) {
					t.Error("plays otherwise than before")
				}
				if p, err := toyEngine.Plan(bytes.NewReader(out.Bytes()), int64(out.Len()), scrub.Options{}); err != nil || p.Status() != scrub.Clean {
					t.Errorf("what came out: %v, %v", p.Status(), err)
				}
			}
		})
	}
}

type badWriter struct{}

func (badWriter) Write([]byte) (int, error) { return 0, errors.New("no paper") }

func TestStreamErrors(t *testing.T) {
	var out bytes.Buffer
	if o, err := Stream(bg, io.MultiReader(bytes.NewReader(sample(1)), iotest.ErrReader(errors.New("no more"))), &out, Direct(toyEngine), Options{}); err == nil || o.Status != Failed || !strings.Contains(err.Error(), "no more") {
		t.Errorf("%v, %+v", err, o)
	}
	if _, err := Stream(bg, bytes.NewReader(sample(1)), badWriter{}, Direct(toyEngine), Options{}); err == nil || err.Error() != "no paper" {
		t.Errorf("%v", err)
	}
	if _, err := Stream(bg, bytes.NewReader(sample(1)), &out, Direct(toyEngine), Options{MTime: "later", Choice: walk.Choice{Shard: walk.Shard{I: 3, N: 2}}}); err == nil {
		t.Error("a shard that there is not")
	}
	ctx, cancel := context.WithCancel(bg)
	cancel()
	if _, err := Stream(ctx, bytes.NewReader(sample(1)), &out, Direct(toyEngine), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if out.Len() > 0 {
		t.Errorf("%d bytes came out", out.Len())
	}
}

// Whoever waits for a stream that doesn't come can be stopped.
func TestStreamThatDoesNotCome(t *testing.T) {
	ctx, cancel := context.WithCancel(bg)
	in, source := io.Pipe()
	defer source.Close()
	go func() {
		source.Write(sample(1))
		cancel()
	}()
	if _, err := Stream(ctx, in, io.Discard, Direct(toyEngine), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// So can who waits for somebody to take it.
func TestStreamThatNobodyTakes(t *testing.T) {
	ctx, cancel := context.WithCancel(bg)
	taker, out := io.Pipe()
	defer taker.Close()
	go func() {
		taker.Read(make([]byte, 1))
		cancel()
	}()
	if _, err := Stream(ctx, bytes.NewReader(sample(1)), out, Direct(toyEngine), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// What lay on the disk of this computer is overwritten when it was not cleaned.
func TestSpoolIsWiped(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	s, err := newSpool(bg, bytes.NewReader(bytes.Repeat([]byte("secret! "), spoolInMemory/8+100)))
	if err != nil {
		t.Fatal(err)
	}
	if !s.onDisk {
		t.Fatal("all of it is in memory")
	}
	if entries, _ := os.ReadDir(os.TempDir()); len(entries) > 0 {
		t.Errorf("it has a name: %v", entries)
	}
	keep, err := reopen(s.File, os.O_RDONLY)
	if err != nil {
		t.Skip(err)
	}
	defer keep.Close()
	s.discard()
	b, err := io.ReadAll(keep)
	if err != nil || len(b) != spoolInMemory+800 || len(bytes.Trim(b, "\x00")) > 0 {
		t.Errorf("%d bytes, %d of them not zero, %v", len(b), len(bytes.Trim(b, "\x00")), err)
	}
}

// A long stream needs a folder for temporary files; it is not the stream that is
// missing if there is none.
func TestStreamWithoutTemporaryFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "nowhere")
	t.Setenv("TMPDIR", dir)
	long := io.LimitReader(zeros{}, spoolInMemory+1)
	_, err := Stream(t.Context(), long, io.Discard, Direct(scrub.NewEngine(nil)), Options{})
	if !errors.Is(err, ErrTemp) || errors.Is(err, ErrGone) || !strings.Contains(err.Error(), dir) {
		t.Errorf("said %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
