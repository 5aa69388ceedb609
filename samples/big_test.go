package samples

import (
	"bytes"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func TestBigIsAsLargeAsSaid(t *testing.T) {
	for _, first := range []bool{true, false} {
		b, err := BigMP4(5_000_001, 1000, first)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := io.ReadAll(io.NewSectionReader(b, 0, 1<<40))
		if err != nil || len(whole) != 5_000_001 || b.Size() != 5_000_001 {
			t.Errorf("moov first %v: %d bytes, says %d, %v", first, len(whole), b.Size(), err)
		}
		var out bytes.Buffer
		if _, err := b.WriteTo(&out); err != nil || !bytes.Equal(out.Bytes(), whole) {
			t.Errorf("moov first %v: what is written differs from what is read", first)
		}
		if free := b.runs[len(b.runs)-1].n; free > 20_000 {
			t.Errorf("moov first %v: %d bytes of padding, more than a few pictures", first, free)
		}
		for _, s := range b.Secrets {
			if !bytes.Contains(whole, s) {
				t.Errorf("moov first %v: lacks %q", first, s)
			}
		}
	}
}

func TestBigReadsTheSameInAnyPieces(t *testing.T) {
	b, err := BigMP4(300_000, 310, true)
	if err != nil {
		t.Fatal(err)
	}
	whole := make([]byte, b.Size())
	if _, err := b.ReadAt(whole, 0); err != nil {
		t.Fatal(err)
	}
	for off := int64(0); off < b.Size()-777; off += 501 {
		p := make([]byte, 777)
		if _, err := b.ReadAt(p, off); err != nil || !bytes.Equal(p, whole[off:off+777]) {
			t.Fatalf("777 bytes at %d differ: %v", off, err)
		}
	}
}

func TestBigRefusesWhatDoesNotFit(t *testing.T) {
	if _, err := BigMP4(1000, 1000, true); err == nil {
		t.Error("a thousand samples in a thousand bytes")
	}
}

func TestBigPhoto(t *testing.T) {
	photograph := BigPhoto(400_000)
	a, b := photograph(1), photograph(2)
	if len(a) < 300_000 || len(a) > 500_000 {
		t.Errorf("%d bytes for 400000", len(a))
	}
	if bytes.Equal(a, b) {
		t.Error("two photos are the same")
	}
	if _, err := jpeg.Decode(bytes.NewReader(a)); err != nil {
		t.Error(err)
	}
}

func TestDriveHoldsSamples(t *testing.T) {
	dir := t.TempDir()
	if err := WriteDrive(dir); err != nil {
		t.Fatal(err)
	}
	for _, f := range onDrive {
		got, err := os.ReadFile(filepath.Join(dir, f.path))
		if err != nil || !bytes.Equal(got, Get(f.sample).Data) {
			t.Errorf("%s is not %s: %v", f.path, f.sample, err)
		}
	}
}
