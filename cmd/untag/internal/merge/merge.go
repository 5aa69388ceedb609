// Package merge puts JSON reports together: those of the shards of one work, and those
// of many machines. [Run] reads each report twice, first to learn which of them count,
// which shards are missing and which died, then to show the files. It takes as much
// memory for ten million files as for ten.
//
// Reports are taken for what they say, but not further: a report whose lines are not
// those that its totals tell of, or that has a line which untag never writes, is a
// failure.
package merge

import (
	"context"
	"errors"
	"io"
	"os"

	"untag/cmd/untag/internal/exit"
	"untag/cmd/untag/internal/report"
	"untag/cmd/untag/internal/text"
	"untag/platform/apply"
	"untag/platform/lang"
)

// merger gathers what the reports say.
type merger struct {
	printer report.Printer

	sources []*source
	all     []*part // in the order of their sources
	reports int
	jobs    map[jobKey]*job
	names   map[string]string // see keep
	held    int

	totals  report.Totals
	merged  report.Merged
	code    exit.Code
	formats map[string]bool
	failing int // sources of which broken lines were told
}

// Reports are opened and read once; then [Reports.Show] tells what is in them.
type Reports struct{ m *merger }

// ErrTwice is for a file that is given twice: its files would count twice.
var ErrTwice = errors.New("the same report was given before")

// A FileError tells which file can't be read.
type FileError struct {
	Name string
	Err  error
}

func (e *FileError) Error() string { return text.Name(e.Name) + ": " + e.Err.Error() }
func (e *FileError) Unwrap() error { return e.Err }

// Open reads through the files at the paths, of which - is stdin. Close the reports.
func Open(ctx context.Context, paths []string, stdin io.Reader) (*Reports, error) {
	m := &merger{jobs: map[jobKey]*job{}, names: map[string]string{}, formats: map[string]bool{}}
	for _, path := range paths {
		if err := m.open(ctx, path, stdin); err != nil {
			m.close()
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			return nil, &FileError{path, err}
		}
	}
	m.choose()
	return &Reports{m}, nil
}

// Close lets go of the files.
func (r *Reports) Close() { r.m.close() }

func (m *merger) close() {
	for _, s := range m.sources {
		s.Close()
	}
}

func (m *merger) open(ctx context.Context, path string, stdin io.Reader) error {
	s, err := open(path, stdin)
	if err != nil {
		return err
	}
	m.sources = append(m.sources, s)
	if err := m.given(s); err != nil {
		return err
	}
	found, err := m.parts(ctx, s)
	m.all, m.reports = append(m.all, found...), m.reports+len(found)
	return err
}

// given returns an error if the last source was given before.
func (m *merger) given(s *source) error {
	st, err := s.Stat()
	if err != nil {
		return bare(err)
	}
	for _, other := range m.sources[:len(m.sources)-1] {
		if there, err := other.Stat(); err == nil && os.SameFile(st, there) {
			return ErrTwice
		}
	}
	return nil
}

// Verb is that of all reports, and whether nothing was changed; "" if they differ.
func (r *Reports) Verb() (verb report.Verb, dryRun bool) {
	for i, p := range r.m.all {
		if i > 0 && (p.verb != verb || p.dryRun != dryRun) {
			return "", false
		}
		verb, dryRun = p.verb, p.dryRun
	}
	return verb, dryRun
}

// Show shows files and errors of the reports that count, then the totals, and returns
// the exit code: the worst of the reports, or failure if something is missing of them.
func (r *Reports) Show(ctx context.Context, printer report.Printer) (exit.Code, error) {
	m := r.m
	m.printer = printer
	for _, p := range m.all {
		if !p.counts {
			continue
		}
		if err := m.show(ctx, p); err != nil {
			return exit.Failed, err
		}
	}
	if err := m.complain(); err != nil {
		return exit.Failed, err
	}
	m.code = exit.Worse(m.code, m.totals.Code())
	return m.code, m.printer.End(&m.totals, m.code)
}

// show shows the files of a report.
func (m *merger) show(ctx context.Context, p *part) error {
	var seen report.Totals
	last := p.line + p.lines - 1
	err := p.src.each(ctx, p.from, p.line, func(l line) (bool, error) {
		if l.number > last {
			return false, nil
		}
		at, err := parse(l)
		switch {
		case err != nil && l.number == last && !p.ended: // it died while it wrote that
		case err != nil && !p.broken:
			p.broken = true
			return l.number < last, m.breaks(p, l, err)
		case err != nil:
			m.merged.Broken++
		case at.File != nil:
			return l.number < last, m.file(at.File, &seen)
		case at.Said != nil:
			return l.number < last, m.printer.Error(at.Said.Error, at.Said.Hint)
		}
		return l.number < last, nil
	})
	m.code = exit.Worse(m.code, p.exit)
	m.totals.Took += p.totals.Took
	m.totals.Links += p.totals.Links
	m.totals.Excluded += p.totals.Excluded
	m.totals.ExcludedFolders += p.totals.ExcludedFolders
	m.totals.Older += p.totals.Older
	for _, s := range p.totals.Storage {
		m.totals.LieOn(s)
	}
	m.totals.Interrupted = m.totals.Interrupted || p.ended && !p.whole()
	p.seen, p.unfounded = seen.Files+seen.Other, p.ended && !sameCounts(&seen, &p.totals)
	return err
}

func parse(l line) (report.Line, error) {
	if l.tooLong {
		return report.Line{}, errors.New(lang.T("it is longer than %s", text.Bytes(longestLine)))
	}
	return report.Parse(l.text)
}

func (m *merger) file(o *apply.Outcome, seen *report.Totals) error {
	if !m.formats[o.Format] {
		if len(m.formats) >= mostFormats {
			o.Format = "…"
		}
		m.formats[o.Format] = true
	}
	seen.Tally(*o)
	m.totals.Add(*o)
	return m.printer.File(*o)
}

// mostFormats are told apart.
const mostFormats = 1000

// mostBroken sources have their first broken line told.
const mostBroken = 20

func (m *merger) breaks(p *part, l line, err error) error {
	m.merged.Broken++
	m.code = exit.Worse(m.code, exit.Failed)
	if m.failing++; m.failing > mostBroken {
		return nil
	}
	return m.printer.Error(lang.T("%s: line %d: %v", text.Name(p.src.name), l.number, err), hintTo(l.text))
}

// hintTo says what to do about a line that is of no report.
func hintTo(line []byte) string {
	switch {
	case len(line) > 1 && line[0] == 0x1f && line[1] == 0x8b, len(line) > 3 && string(line[:4]) == "\x28\xb5\x2f\xfd":
		return lang.T("it is compressed: unpack it first")
	}
	return lang.T("it takes what untag scrub, inspect and verify write with --json, as it was written")
}

func sameCounts(a, b *report.Totals) bool {
	return a.Files == b.Files && a.Other == b.Other && a.Clean == b.Clean && a.Cleaned == b.Cleaned && a.Dirty == b.Dirty &&
		a.Partly == b.Partly && a.Unsupported == b.Unsupported && a.Failed == b.Failed
}
