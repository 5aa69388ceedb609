package apply

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestPaced(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	ctx, cancel := context.WithCancel(t.Context())
	k := newPaced(ctx, linux{}, 2<<20)
	begun := time.Now()
	for at := range int64(3) { // the first part of a burst is free
		if n, err := k.writeAt(f, make([]byte, burst), at*burst); n != burst || err != nil {
			t.Fatal(n, err)
		}
	}
	if took, least := time.Since(begun), 2*time.Second*burst/(2<<20); took < least*9/10 {
		t.Errorf("%d bytes took %v, less than %v", 3*burst, took, least)
	}
	cancel()
	k = newPaced(ctx, linux{}, 1) // for which it would wait for days
	if n, err := k.writeAt(f, make([]byte, maxWrite), 0); n != maxWrite || err != nil {
		t.Error("once stopped:", n, err)
	}
}
