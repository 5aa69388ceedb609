package matroska

import (
	"bytes"
	"regexp"
	"slices"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/pattern"
)

// scripts are codecs whose header is the start of a file of subtitles.
var scripts = []string{"S_TEXT/ASS", "S_TEXT/SSA", "S_ASS", "S_SSA", "S_TEXT/WEBVTT"}

// spoils are what of other headers is of no use to players, by codecs: lines of the index
// of VobSub other than those known, and in USF what is said about the script.
var spoils = map[string]func() *regexp.Regexp{
	"S_VOBSUB":   pattern.New(`(?m)^[^\r\n]+`),
	"S_TEXT/USF": pattern.New(`(?is)<metadata>.*</metadata>|<!--.*?-->`),
}

var vobSub = pattern.New(`^(# VobSub index file, v\d+ \(do not modify this line!\)|(size|org|scale|alpha|smooth|fadein/out|align|time offset|forced subs|palette|custom colors|langidx|delay|id): [0-9A-Za-z ,.:%-]{0,160}) *$`)

// header claims the header of subtitles; ok is false if nobody can read it.
func (f *film) header(t *track, p chunk.Part, place string) (ok bool, err error) {
	const most = 256 << 10
	spoil := spoils[t.codec]
	if p.Size == 0 || p.Size > most || spoil == nil && !slices.Contains(scripts, t.codec) {
		return false, nil
	}
	text := bytes.TrimRight(f.Get(p.Body(), int(p.Size)), "\x00")
	n := int64(len(text))
	if spoil == nil {
		err = f.MediumOf(scrub.Structure, scrub.Extents{{Off: p.Body(), Len: n}}, place)
	} else {
		err = f.spoiled(text, p.Body(), spoil(), place)
	}
	if err == nil {
		err = f.Blank(p.Body()+n, p.Size-n, 0, scrub.Hidden, place)
	}
	if scrub.Refusal(err) {
		return false, nil
	}
	return err == nil, err
}

// spoiled claims a text, which lies at off. What matches becomes blanks.
func (f *film) spoiled(text []byte, off int64, spoil *regexp.Regexp, place string) error {
	at := 0
	for _, m := range spoil.FindAllIndex(text, 1<<10) {
		if vobSub().Match(text[m[0]:m[1]]) {
			continue
		}
		f.Claim(off+int64(at), int64(m[0]-at), scrub.Structure, place)
		if err := f.Blank(off+int64(m[0]), int64(m[1]-m[0]), ' ', scrub.Comment, place); err != nil {
			return err
		}
		at = m[1]
	}
	f.Claim(off+int64(at), int64(len(text)-at), scrub.Structure, place)
	return nil
}
