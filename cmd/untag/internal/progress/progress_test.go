package progress_test

import (
	"strings"
	"testing"
	"time"

	"untag/cmd/untag/internal/progress"
)

// clock is a time that the test moves.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func newLine(columns int) (*progress.Line, *strings.Builder, *clock) {
	var out strings.Builder
	c := &clock{time.Unix(0, 0)}
	return progress.New(&out, func() int { return columns }, c.now), &out, c
}

func TestTerminalLineIsDrawnOverAndErased(t *testing.T) {
	l, out, c := newLine(80)
	c.at = c.at.Add(10 * time.Second)
	l.Set(progress.State{Path: "a\x1b]0;x.jpg", Files: 10, AllFiles: 20, Bytes: 1e9, AllBytes: 2e9})
	want := "\r\x1b[K10 of 20 files, 1.0 GB of 2.0 GB, 10 s left  " + `$'a\033]0;x.jpg'`
	if got := out.String(); got != want {
		t.Errorf("drew %q, want %q", got, want)
	}
	out.Reset()
	l.Close()
	if got := out.String(); got != "\r\x1b[K" {
		t.Errorf("closing wrote %q", got)
	}
}

func TestTerminalLineNeverReachesTheLastColumn(t *testing.T) {
	for columns := 1; columns < 120; columns++ {
		l, out, c := newLine(columns)
		c.at = c.at.Add(time.Hour)
		l.Set(progress.State{Path: strings.Repeat("DCIM/사진/", 30), Files: 1234, AllFiles: 99999, Bytes: 1e9, AllBytes: 2e12})
		line := strings.TrimPrefix(out.String(), "\r\x1b[K")
		n := 0
		for _, r := range line {
			n++
			if r >= 0xac00 {
				n++
			}
		}
		if n >= columns {
			t.Errorf("%d columns: drew %d: %q", columns, n, line)
		}
	}
}

func TestTerminalLineIsNotDrawnForEveryFile(t *testing.T) {
	l, out, c := newLine(80)
	for i := range int64(1000) {
		c.at = c.at.Add(time.Millisecond)
		l.Set(progress.State{Files: i, AllFiles: 1000})
	}
	if n := strings.Count(out.String(), "\r"); n < 5 || n > 11 {
		t.Errorf("drew %d times in a second", n)
	}
}

func TestAsideErasesAndDrawsAgain(t *testing.T) {
	l, out, c := newLine(80)
	l.Aside(func() { out.WriteString("first\n") })
	c.at = c.at.Add(time.Second)
	l.Set(progress.State{Files: 1, AllFiles: 2})
	out.Reset()
	l.Aside(func() { out.WriteString("second\n") })
	if got := out.String(); !strings.HasPrefix(got, "\r\x1b[Ksecond\n\r\x1b[K1 of 2 files") {
		t.Errorf("wrote %q", got)
	}
}

func TestElsewhereAPlainLineAMinute(t *testing.T) {
	l, out, c := newLine(0)
	for i := range int64(150) {
		c.at = c.at.Add(time.Second)
		l.Set(progress.State{Path: "secret.jpg", Files: i + 1, AllFiles: 300, Bytes: 1e6 * (i + 1), AllBytes: 3e8})
	}
	l.Close()
	want := "untag: 60 of 300 files, 60 MB of 300 MB, 4 min 00 s left\n" +
		"untag: 120 of 300 files, 120 MB of 300 MB, 3 min 00 s left\n"
	if got := out.String(); got != want {
		t.Errorf("wrote %q, want %q", got, want)
	}
}

func TestNoTimeLeftWhileFilesAreStillCounted(t *testing.T) {
	l, out, c := newLine(80)
	c.at = c.at.Add(time.Minute)
	l.Set(progress.State{Files: 10, AllFiles: 12, Bytes: 5, Counting: true})
	if got := out.String(); strings.Contains(got, "left") || !strings.Contains(got, "10 files") {
		t.Errorf("drew %q", got)
	}
}

func TestTimeLeftIsInWholeSeconds(t *testing.T) {
	for done, want := range map[int64]string{999: "0 s left", 900: "7 s left", 500: "1 min 00 s left", 2: "8 h 19 min left"} {
		l, out, c := newLine(80)
		c.at = c.at.Add(time.Minute)
		l.Set(progress.State{Files: done, AllFiles: 1000})
		if got := out.String(); !strings.HasSuffix(got, want) {
			t.Errorf("%d of 1000 in a minute: drew %q, want %q at the end", done, got, want)
		}
	}
}

func TestNilLineShowsNothing(t *testing.T) {
	var l *progress.Line
	ran := false
	l.Set(progress.State{})
	l.Aside(func() { ran = true })
	l.Close()
	if !ran {
		t.Error("Aside did not run its function")
	}
}

// Of very many files nobody asks how long each is: the rest is judged by their number.
func TestTimeLeftByNumber(t *testing.T) {
	l, out, c := newLine(200)
	c.at = c.at.Add(10 * time.Second)
	l.Set(progress.State{Files: 250_000, AllFiles: 1_000_000, Bytes: 3e9})
	if got := out.String(); !strings.Contains(got, "250000 of 1000000 files, 3.0 GB, 30 s left") {
		t.Errorf("wrote %q", got)
	}
}
