// Package lines cleans texts that players read: subtitles beside films, lyrics
// beside songs, and playlists. They have no parts with lengths but lines, or
// elements of XML, in whatever encoding; what goes becomes as many spaces. What is
// known of their keys and elements is in tags.tsv.
package lines

import (
	"bytes"
	"regexp"

	"untag/scrub"
)

// Subtitle and Playlist are the families of formats that this package cleans.
var (
	Subtitle = family("subtitle", "subtitles and lyrics: SRT, WebVTT, ASS, SAMI, MicroDVD, SubViewer, LRC, TTML, USF, RealText, AQTitle, SCC, VobSub index",
		subtitles, "srt", "vtt", "webvtt", "ass", "ssa", "smi", "sami", "lrc", "sbv", "ttml", "dfxp", "usf", "aqt", "scc")
	Playlist = family("playlist", "playlists: M3U, PLS, CUE, XSPF, ASX, WPL, RAM",
		playlists, "m3u", "m3u8", "pls", "cue", "xspf", "asx", "wax", "wvx", "wpl", "ram", "rpm")
)

func family(name, title string, all []*dialect, extensions ...string) scrub.Format {
	return scrub.Format{
		Name: name, Title: title, Extensions: extensions,
		Sniff: func(head []byte, size int64) bool { return recognise(all, head, size) != nil },
		Parse: func(s *scrub.Scan) error { return parse(s, all) },
	}
}

// dialect is how one format is written.
type dialect struct {
	name string // of its tags: see tags.tsv
	// A text is of the dialect if it starts with first, and again occurs in its head
	// as often as least says, or once if that is all there is.
	first, again func() *regexp.Regexp
	least        int
	empty        func() *regexp.Regexp // how a text starts of which an earlier run left the first cue
	alone        func() *regexp.Regexp // what a text that is no longer than its head may be as a whole

	line   func(p *script, l line) error // deals with one line
	markup *markup                       // of those that are XML, or like it
	number func() *regexp.Regexp         // a line before that with the time which belongs to it
	scale  float64                       // seconds in what times count, 0 for hours, minutes and seconds
	stays  bool                          // cues are not thrown away, whatever they look like
	paths  bool                          // a line may be the path of a medium
	whole  []string                      // places of which lines go as a whole, and not only their values
}

// recognise returns the dialect of a text that starts with head.
func recognise(all []*dialect, head []byte, size int64) *dialect {
	mark, width, big := encoding(head)
	b := view(head[min(mark, int64(len(head))):], width, big)
	text := bytes.TrimLeft(bytes.ReplaceAll(bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n")), " \t\n")
	if len(text) == 0 {
		return nil
	}
	whole := size <= int64(len(head))
	for _, d := range all {
		if !d.first().Match(text) {
			continue
		}
		is := func(form func() *regexp.Regexp) bool { return form != nil && form().Match(text) }
		if len(d.again().FindAllIndex(text, d.least)) >= d.least || is(d.empty) || whole && is(d.alone) {
			return d
		}
	}
	return nil
}

func parse(s *scrub.Scan, all []*dialect) error {
	head := s.Get(0, int(min(s.Size(), scrub.SniffLen)))
	p := &script{Scan: s, d: recognise(all, head, s.Size()), blank: true}
	if p.d == nil {
		return s.Errorf(0, "no text of a known form")
	}
	p.off, p.width, p.big = encoding(head)
	end, err := p.ending(s.Size())
	if err == nil && end == s.Size() {
		end, err = s.CutMarks(p.off)
	}
	if err != nil {
		return err
	}
	s.Claim(0, p.off, scrub.Structure, p.d.name)
	if half := (end - p.off) % p.width; half > 0 { // of a character
		end -= half
		defer func() {
			if !p.said.emptied {
				s.Doubt("the text ends in the midst of a character")
			}
		}()
		s.Claim(end, half, scrub.Structure, p.d.name)
	}
	start := s.Point()
	again, err := p.read(end)
	if err != nil || !again {
		return err
	}
	s.Reset(start)
	p.said, p.section, p.blank, p.columns = cues{placing: p.said.first != nil && p.said.Recurs()}, "", true, nil
	p.lists.noted = true
	_, err = p.read(end)
	return err
}

// read deals with the text once. It tells whether that has to be done again, now
// that it is known what is in it.
func (p *script) read(end int64) (again bool, err error) {
	if p.d.markup != nil {
		err = p.elements(end)
	} else {
		err = p.linesFrom(p.off, end, p.one)
	}
	if err != nil {
		return false, err
	}
	p.settle()
	again, err = p.judge(end)
	return again || p.lists.seen && !p.lists.noted, err
}

// one deals with a line.
func (p *script) one(l line) error {
	if len(l.s) > 0 && l.s[0] == torn && !p.d.paths {
		p.goes(l, scrub.Identify, scrub.Hidden, p.d.name)
		return nil
	}
	err := p.d.line(p, l)
	p.blank = len(bytes.TrimSpace(l.s)) == 0
	return err
}

// ending tells where the text ends and something else follows: no text holds a zero.
func (p *script) ending(end int64) (int64, error) {
	zero, last := int64(-1), int64(0)
	err := p.linesFrom(p.off, end, func(l line) error {
		i := bytes.IndexByte(l.s, 0)
		if i < 0 || zero >= 0 {
			return nil
		}
		last = l.off
		if zero = l.off; !odd(l.s[:i]) {
			zero = p.at(l, i)
		}
		return nil
	})
	if err != nil || zero < 0 {
		return end, err
	}
	if last == p.off {
		return 0, p.Errorf(zero, "a text expected")
	}
	zero -= (zero - p.off) % p.width
	p.Scan.End(scrub.End{Off: zero, Proof: scrub.Said, More: p.more})
	return zero, nil
}

func odd(s []byte) bool {
	return bytes.IndexFunc(s, func(r rune) bool { return r < ' ' && r != '\t' }) >= 0
}

// more tells whether n bytes at off are more of the text: they hold an end of a line.
func (p *script) more(off, n int64) (what string, err error) {
	err = p.linesFrom(off, off+n-n%p.width, func(l line) error {
		if !l.short() {
			what = "lines"
		}
		return nil
	})
	return what, err
}
