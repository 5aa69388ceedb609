package matroska

import (
	"bytes"
	"slices"
	"strings"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/pattern"
	"untag/scrub/words"
)

// lines tells of each line of the header of subtitles whether it stays.
type lines interface{ stays(line string) bool }

// headers are the headers of subtitles that are text, by their codecs.
var headers = map[string]func() lines{
	"S_TEXT/ASS": newScript, "S_TEXT/SSA": newScript, "S_ASS": newScript, "S_SSA": newScript,
	"S_VOBSUB": func() lines { return palette{} }, "S_TEXT/WEBVTT": func() lines { return &cues{} },
}

// header claims a header of subtitles. Lines that players don't look at become blanks.
func (f *film) header(p chunk.Part, place string, what lines) error {
	const most = 256 << 10
	if p.Size > most {
		f.Claim(p.Body(), p.Size, scrub.Structure, place)
		f.Doubt("the header of subtitles is longer than what is looked into")
		return nil
	}
	b, err := f.Bytes(p.Body(), int(p.Size))
	if err != nil {
		return err
	}
	off := p.Body()
	text := bytes.TrimRight(b, "\x00")
	for _, line := range bytes.SplitAfter(text, []byte("\n")) {
		bare := bytes.TrimRight(line, "\r\n")
		n := int64(len(bare))
		if what.stays(strings.TrimPrefix(string(bare), "\ufeff")) {
			f.Claim(off, n, scrub.Structure, place)
		} else if err := f.Blank(off, n, ' ', scrub.Comment, place); err != nil {
			return err
		}
		f.Claim(off+n, int64(len(line))-n, scrub.Structure, place)
		off += int64(len(line))
	}
	return f.Blank(off, p.Tail()-off, 0, scrub.Hidden, place)
}

// script are the lines of a script of Sub Station Alpha: sections, and in the first one
// what renderers know.
type script struct{ section string }

func newScript() lines { return &script{} }

var (
	scriptInfo = pattern.New(`(?i)^((PlayResX|PlayResY|PlayDepth|Timer|WrapStyle|LayoutResX|LayoutResY): *[\d.,]{1,10}|ScriptType: *v4\.00\+{0,2}|Collisions: *(Normal|Reverse)|(ScaledBorderAndShadow|Kerning): *(yes|no)|YCbCr Matrix: *(None|(TV|PC)\.\w{2,5}))? *$`)
	fields     = pattern.New(`(?i)^Format:( *(Name|Fontname|Fontsize|(Primary|Secondary|Tertiary|Outline|Back)Colour|Bold|Italic|Underline|StrikeOut|Scale[XY]|Spacing|Angle|BorderStyle|Outline|Shadow|Alignment|Margin[LRVTB]|AlphaLevel|Encoding|RelativeTo|Layer|Marked|ReadOrder|Start|End|Style|Actor|Effect|Text) *,?)+$`)
	styles     = pattern.New(`^Style: *([^,]{1,64},){2}[&\w ,.+-]{1,256}$`)
	sections   = []string{"script info", "v4 styles", "v4+ styles", "v4 styles+", "events"}
)

func (s *script) stays(line string) bool {
	if strings.HasPrefix(line, "[") {
		s.section = strings.ToLower(strings.Trim(strings.TrimSpace(line), "[]"))
		return slices.Contains(sections, s.section)
	}
	switch s.section {
	case "script info":
		return scriptInfo().MatchString(line)
	case "v4 styles", "v4+ styles", "v4 styles+", "events":
		return line == "" || fields().MatchString(line) || styles().MatchString(line) && words.Stay([]byte(line), 512) == ""
	}
	return line == ""
}

// palette are the lines at the start of the index of VobSub.
type palette struct{}

var paletteLine = pattern.New(`^(# VobSub index file, v\d+ \(do not modify this line!\)|(size|org|scale|alpha|smooth|fadein/out|align|time offset|forced subs|palette|custom colors|langidx|delay|id): [0-9A-Za-z ,.:%-]{0,160})?$`)

func (palette) stays(line string) bool {
	return paletteLine().MatchString(strings.TrimRight(line, " ")) && words.Tells(line) == ""
}

// cues are the lines before the first cue of WebVTT: styles and regions stay, notes don't.
type cues struct{ block string }

func (c *cues) stays(line string) bool {
	first, _, _ := strings.Cut(line, " ")
	switch {
	case line == "":
		c.block = ""
	case c.block == "":
		c.block = first
	}
	return line == "" || line == "WEBVTT" || (c.block == "STYLE" || c.block == "REGION") && words.Stay([]byte(line), 1<<10) == ""
}
