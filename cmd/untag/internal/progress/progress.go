// Package progress shows how far a run has come: one line that is drawn over
// and erased at the end on a terminal, a plain line a minute elsewhere.
package progress

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"untag/cmd/untag/internal/text"
	"untag/platform/lang"
)

// State is how far a run has come.
type State struct {
	Path            string // the file at hand
	Files, AllFiles int64  // done, and known so far
	Bytes, AllBytes int64  // AllBytes is 0 where there are too many files to ask each
	Counting        bool   // whether more files may become known
}

const (
	redraw = 100 * time.Millisecond
	plain  = time.Minute
	// fileCost is what a file costs beyond its bytes, in bytes: opening,
	// syncing and closing it, on a USB 2 stick.
	fileCost = 256 << 10
)

// Line is the line of a run. A nil Line shows nothing.
type Line struct {
	w     io.Writer
	width func() int // columns of the terminal; 0 where w is none
	now   func() time.Time
	start time.Time

	mu    sync.Mutex // guards what follows, and w
	asked time.Time  // when the width was asked for last
	last  time.Time  // when the line was written last
	drawn bool
	state State
}

// New returns a line on w. width is asked each time the line is drawn, because
// windows change; it returns 0 if w is not a terminal.
func New(w io.Writer, width func() int, now func() time.Time) *Line {
	t := now()
	return &Line{w: w, width: width, now: now, start: t, asked: t, last: t}
}

// Set takes note of how far the run has come and shows it when it is time to.
func (l *Line) Set(s State) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state = s
	now := l.now()
	if now.Sub(l.asked) < redraw {
		return
	}
	l.asked = now
	columns := l.width()
	if columns == 0 && now.Sub(l.last) < plain {
		return
	}
	l.last = now
	if columns == 0 {
		fmt.Fprintf(l.w, "untag: %s\n", l.words())
		return
	}
	l.draw(columns)
}

// Aside erases the line while f writes to the same terminal.
func (l *Line) Aside(f func()) {
	if l == nil {
		f()
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	again := l.drawn
	l.erase()
	f()
	if columns := l.width(); again && columns > 0 {
		l.draw(columns)
	}
}

// Close erases the line for good.
func (l *Line) Close() {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.erase()
}

func (l *Line) erase() {
	if l.drawn {
		fmt.Fprint(l.w, "\r\x1b[K")
		l.drawn = false
	}
}

// draw leaves the last column free: writing to it makes some terminals wrap.
func (l *Line) draw(columns int) {
	words := text.Cut(l.words(), columns-1)
	if left := columns - 1 - text.Columns(words) - 2; l.state.Path != "" && left >= 12 {
		words += "  " + text.Cut(text.Name(l.state.Path), left)
	}
	fmt.Fprintf(l.w, "\r\x1b[K%s", words)
	l.drawn = true
}

func (l *Line) words() string {
	s := l.state
	if s.Counting || s.AllFiles < s.Files {
		return lang.T("%s, %s, counting", lang.N("%d file", "%d files", s.Files), text.Bytes(s.Bytes))
	}
	bytes := text.Bytes(s.Bytes)
	if s.AllBytes > 0 {
		bytes = lang.T("%s of %s", bytes, text.Bytes(s.AllBytes))
	}
	w := []string{lang.N("%[2]d of %[1]d file", "%[2]d of %[1]d files", s.AllFiles, s.Files), bytes}
	if left, ok := l.left(); ok {
		w = append(w, lang.T("%s left", wholeSeconds(left)))
	}
	return strings.Join(w, ", ")
}

// wholeSeconds says d without pretending to know it better.
func wholeSeconds(d time.Duration) string {
	if d < time.Minute {
		return lang.T("%.0f s", d.Truncate(time.Second).Seconds())
	}
	return text.Duration(d)
}

// left is how long the rest will take if it goes on as until now. Of very many files
// each takes as long as the others.
func (l *Line) left() (time.Duration, bool) {
	s := l.state
	if s.AllBytes == 0 {
		s.Bytes = 0
	}
	done := float64(s.Bytes) + fileCost*float64(s.Files)
	all := float64(s.AllBytes) + fileCost*float64(s.AllFiles)
	spent := l.now().Sub(l.start)
	if done <= 0 || all < done || spent < 2*time.Second {
		return 0, false
	}
	return time.Duration(float64(spent) * (all - done) / done).Round(time.Second), true
}
