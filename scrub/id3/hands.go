package id3

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"

	"untag/scrub"
	"untag/scrub/coded"
	"untag/scrub/pattern"
	"untag/scrub/words"
)

// verdict is what a hand makes of a frame: with no role it can't stay.
type verdict struct {
	role    scrub.Role
	kind    scrub.Kind // of what stays, "" for the one of the table
	told    scrub.Kind // what the frame tells and may not
	claimed bool       // the hand claimed what is meant itself
}

// hand looks into a frame that may stay.
type hand func(t *tag, c content, place string) (verdict, error)

var hands map[string]hand

func init() { // chapters hold frames
	hands = map[string]hand{"USLT": lyrics, "ULT": lyrics, "SYLT": timedLyrics, "SLT": timedLyrics, "APIC": picture, "PIC": picture,
		"CHAP": chapter, "CTOC": chapters, "COMM": numbersOfITunes, "COM": numbersOfITunes, "TXXX": gain, "TXX": gain, "RVA2": volume, "XRVA": volume, "RVAD": levels, "RVA": levels}
	for _, id := range strings.Fields("TRCK TRK TPOS TPA MVIN TCMP TCP TBPM TBP TLEN TLE TDLY TDY ITNU") {
		hands[id] = number
	}
	for _, id := range strings.Fields("TYER TYE TORY TOR TDRC TDOR TDRL") {
		hands[id] = year
	}
}

// decode returns a text of an encoding (2.4-structure, 4): of several, each in a line.
func decode(enc byte, b []byte) (text string, ok bool) {
	switch enc {
	case 0, 3:
		text, ok = words.Legacy(bytes.ReplaceAll(bytes.TrimRight(b, "\x00"), []byte{0}, []byte{'\n'}))
	case 1, 2:
		high := 0
		if enc == 1 && !bytes.HasPrefix(b, []byte("\xfe\xff")) {
			high = 1
		}
		var units []uint16
		for ; len(b) >= 2; b = b[2:] {
			units = append(units, uint16(b[high])<<8|uint16(b[1-high]))
		}
		text = string(utf16.Decode(units))
		text = strings.NewReplacer("\ufeff", "", "\x00", "\n").Replace(text)
		ok = !strings.ContainsRune(text, '\ufffd') && (len(b) == 0 || b[0] == 0)
	}
	return strings.TrimRight(text, "\n"), ok
}

// first divides b behind the first text in it.
func first(enc byte, b []byte) (text, rest []byte, ok bool) {
	if enc != 1 && enc != 2 {
		return bytes.Cut(b, []byte{0})
	}
	for i := 0; i+1 < len(b); i += 2 {
		if b[i] == 0 && b[i+1] == 0 {
			return b[:i], b[i+2:], true
		}
	}
	return nil, nil, false
}

func may(text string, ok bool, most int) verdict {
	if !ok {
		return verdict{told: scrub.Unknown}
	}
	if told := words.Stay([]byte(text), most); told != "" {
		return verdict{told: told}
	}
	return verdict{role: scrub.Describe}
}

const (
	maxWords  = 1 << 10
	maxLyrics = 32 << 10
)

func asItIs(_ *tag, c content, place string) (verdict, error) {
	if c.packed || c.Size() > rules()[place[strings.LastIndexByte(place, '/')+1:]].Most {
		return verdict{}, nil
	}
	return verdict{role: scrub.Render}, nil
}

func words1(_ *tag, c content, _ string) (verdict, error) {
	if len(c.b) == 0 {
		return verdict{}, nil
	}
	text, ok := decode(c.b[0], c.b[1:])
	return may(text, ok, maxWords), nil
}

var (
	numeric   = pattern.New(`^[0-9/ .:+-]{0,24}$`)
	aYear     = pattern.New(`^[0-9]{4}$`)
	longDate  = pattern.New(`^[0-9]{4}[-/. T\n]`)
	gainValue = pattern.New(`(?i)^ *[-+]?[0-9.,]{1,12} *(db|lufs)?$|^[-+0-9,NW]{1,24}$`)
	hexadec   = pattern.New(`^( ?[0-9A-Fa-f]{8,16}){1,12} ?$`)
)

func number(_ *tag, c content, _ string) (verdict, error) { return matching(c, numeric()), nil }

func matching(c content, form *regexp.Regexp) verdict {
	if len(c.b) == 0 {
		return verdict{}
	}
	if text, ok := decode(c.b[0], c.b[1:]); ok && form.MatchString(text) {
		return verdict{role: scrub.Describe}
	}
	return verdict{told: scrub.Unknown}
}

// year leaves of a date what is printed on a record.
func year(t *tag, c content, place string) (verdict, error) {
	if v := matching(c, aYear()); v.role != 0 {
		return v, nil
	}
	if len(c.b) == 0 {
		return verdict{told: scrub.Time}, nil
	}
	text, ok := decode(c.b[0], c.b[1:])
	if !ok || c.packed || !longDate().MatchString(text) {
		return verdict{told: scrub.Time}, nil
	}
	keep := int64(1 + 4)
	if c.b[0] == 1 || c.b[0] == 2 {
		keep = 1 + 2*4
		if bytes.HasPrefix(c.b[1:], []byte("\xff\xfe")) || bytes.HasPrefix(c.b[1:], []byte("\xfe\xff")) {
			keep += 2
		}
	}
	if c.Found(scrub.Finding{Kind: scrub.Time, Place: place, Off: 0, Len: c.Size(), Value: text}) {
		c.Fill(scrub.Destroy, keep, c.Size()-keep, 0)
	}
	return verdict{role: scrub.Describe}, nil
}

// lyrics: encoding, language, description, text (2.4-frames, 4.8).
func lyrics(_ *tag, c content, _ string) (verdict, error) {
	about, text, ok := spoken(c)
	if !ok || len(c.b) >= maxText {
		return verdict{told: scrub.Unknown}, nil
	}
	if v := may(about, ok, maxWords); v.role == 0 {
		return v, nil
	}
	return may(text, ok, maxLyrics), nil
}

// spoken reads a frame of a language, a description and a text.
func spoken(c content) (about, text string, ok bool) {
	if len(c.b) < 5 || !language(c.b[1:4]) {
		return "", "", false
	}
	a, b, ok := first(c.b[0], c.b[4:])
	if !ok {
		return "", "", false
	}
	about, fine := decode(c.b[0], a)
	text, ok = decode(c.b[0], b)
	return about, text, ok && fine
}

func language(b []byte) bool {
	return !slices.ContainsFunc(b, func(c byte) bool { return c != 0 && c != ' ' && (c|0x20 < 'a' || c|0x20 > 'z') })
}

// timedLyrics: encoding, language, unit, type, description, then texts with a time each
// (2.4-frames, 4.9).
func timedLyrics(_ *tag, c content, _ string) (verdict, error) {
	bad := verdict{told: scrub.Unknown}
	if len(c.b) < 8 || len(c.b) >= maxText || !language(c.b[1:4]) || c.b[4] > 2 || c.b[5] > 8 {
		return bad, nil
	}
	about, rest, ok := first(c.b[0], c.b[6:])
	var all strings.Builder
	last := int64(0)
	for ok && len(rest) > 0 {
		var line []byte
		if line, rest, ok = first(c.b[0], rest); !ok || len(rest) < 4 || plain(rest[:4]) < last {
			return bad, nil
		}
		last = plain(rest[:4])
		rest = rest[4:]
		text, fine := decode(c.b[0], line)
		all.WriteString(text + "\n")
		ok = fine
	}
	text, fine := decode(c.b[0], about)
	if v := may(text, fine && ok, maxWords); v.role == 0 {
		return v, nil
	}
	return may(strings.Trim(all.String(), "\n"), ok, maxLyrics), nil
}

func numbersOfITunes(_ *tag, c content, _ string) (verdict, error) {
	about, text, ok := spoken(c)
	if ok && (about == "iTunSMPB" || about == "iTunNORM") && hexadec().MatchString(text) {
		return verdict{role: scrub.Render}, nil
	}
	return verdict{told: scrub.Comment}, nil
}

var gains = strings.Fields("replaygain_track_gain replaygain_track_peak replaygain_album_gain replaygain_album_peak replaygain_reference_loudness replaygain_track_range replaygain_album_range mp3gain_minmax mp3gain_album_minmax mp3gain_undo")

// gain is loudness in a text that has a name.
func gain(_ *tag, c content, _ string) (verdict, error) {
	if len(c.b) < 2 {
		return verdict{}, nil
	}
	a, b, ok := first(c.b[0], c.b[1:])
	about, _ := decode(c.b[0], a)
	text, fine := decode(c.b[0], b)
	about = strings.ToLower(about)
	if ok && fine && slices.Contains(gains, about) && gainValue().MatchString(text) {
		return verdict{role: scrub.Render}, nil
	}
	return verdict{told: scrub.Comment}, nil
}

// volume: a name, then for each channel its type, volume, and peak (2.4-frames, 4.11).
func volume(_ *tag, c content, _ string) (verdict, error) {
	name, rest, ok := bytes.Cut(c.b, []byte{0})
	if !ok || len(rest) > 9*10 || coded.Tells(rest, level) || !slices.Contains([]string{"", "track", "album", "mix", "audiophile", "normalize"}, strings.ToLower(string(name))) {
		return verdict{told: scrub.Unknown}, nil
	}
	return verdict{role: scrub.Render}, nil
}

// level is how many letters in a row are no volumes.
const level = 8

// levels: which channels become louder, how many bits a volume has, volumes and peaks of up to
// six channels (2.3, 4.12).
func levels(_ *tag, c content, _ string) (verdict, error) {
	const channels = 6
	if len(c.b) < 2 || c.b[0]>>channels != 0 || c.b[1] == 0 || c.b[1] > 64 {
		return verdict{told: scrub.Unknown}, nil
	}
	width := (int(c.b[1]) + 7) / 8
	if n := len(c.b) - 2; n%(2*width) != 0 || n > 2*channels*width || coded.Tells(c.b[2:], level) {
		return verdict{told: scrub.Unknown}, nil
	}
	return verdict{role: scrub.Render}, nil
}

// chapter: a name, four numbers, frames (chapters-1.0, 3.1).
func chapter(t *tag, c content, place string) (verdict, error) {
	name, _, ok := bytes.Cut(c.b[:min(len(c.b), 64)], []byte{0})
	at := int64(len(name)) + 1 + 4*4
	if !ok || c.packed || words.Stay(name, 64) != "" || at > c.Size() {
		return verdict{told: scrub.Unknown}, nil
	}
	return t.inside(c, at, place)
}

// chapters: a name, flags, the names of so many chapters, frames (chapters-1.0, 3.2).
func chapters(t *tag, c content, place string) (verdict, error) {
	name, rest, ok := bytes.Cut(c.b[:min(len(c.b), 64)], []byte{0})
	at := int64(len(name)) + 1 + 2
	if !ok || c.packed || words.Stay(name, 64) != "" || len(rest) < 2 {
		return verdict{told: scrub.Unknown}, nil
	}
	for range rest[1] {
		child, _, ok := bytes.Cut(c.b[min(at, int64(len(c.b))):], []byte{0})
		if !ok || len(child) >= 64 || words.Stay(child, 64) != "" {
			return verdict{told: scrub.Unknown}, nil
		}
		at += int64(len(child)) + 1
	}
	return t.inside(c, at, place)
}

// inside cleans the frames that a frame holds from at on.
func (t *tag) inside(c content, at int64, place string) (verdict, error) {
	c.Claim(0, at, scrub.Describe, place)
	in, err := c.Within(scrub.Extents{{Off: at, Len: c.Size() - at}}, "")
	if err != nil {
		return verdict{}, err
	}
	sub := &tag{Scan: in, head: head{version: t.head.version, size: in.Size()}, place: place}
	sub.walk()
	if _, err := sub.judge(); err != nil {
		return verdict{}, err
	}
	sub.retire(false)
	t.stuck = t.stuck || sub.stuck
	return verdict{role: scrub.Describe, claimed: true}, nil
}

// mimes are types of pictures, as programs write them.
var mimes = []string{"", "image/jpeg", "image/jpg", "image/png", "image/gif", "image/bmp", "image/webp", "image/tiff", "image/", "jpg", "jpeg", "png", "bmp", "gif", "image/pjpeg", "image/x-png"}

// picture: encoding, type of file, type of picture, description, data (2.4-frames, 4.14).
func picture(t *tag, c content, place string) (verdict, error) {
	bad := verdict{told: scrub.Unknown}
	if len(c.b) < 6 || c.packed {
		return bad, nil
	}
	mime, rest, ok := bytes.Cut(c.b[1:], []byte{0})
	if t.head.version == 2 {
		mime, rest, ok = c.b[1:4], c.b[4:], true
	}
	if !ok || len(rest) < 2 || !slices.Contains(mimes, strings.ToLower(string(mime))) || rest[0] > 20 {
		return bad, nil
	}
	about, data, ok := first(c.b[0], rest[1:])
	if !ok {
		return bad, nil
	}
	at := int64(len(c.b) - len(data))
	head := at - int64(len(about)+width(c.b[0]))
	if text, fine := decode(c.b[0], about); strings.TrimSpace(text) != "" {
		if v := may(text, fine, 64); v.role == 0 && c.Found(scrub.Finding{Kind: v.told, Place: place + "/description", Off: head, Value: text}) {
			c.Put(scrub.Destroy, head, spaces(c.b[0], about))
		}
	}
	c.Claim(0, head, scrub.Structure, place)
	c.Claim(head, at-head, scrub.Describe, place+"/description")
	err := c.MediumOf(scrub.Describe, scrub.Extents{{Off: at, Len: c.Size() - at}}, place+"/picture")
	if scrub.Refusal(err) {
		return verdict{told: scrub.Cover}, nil
	}
	return verdict{role: scrub.Describe, claimed: true}, err
}

// width is how many bytes end a text.
func width(enc byte) int {
	if enc == 1 || enc == 2 {
		return 2
	}
	return 1
}

// spaces is a text of as many bytes.
func spaces(enc byte, text []byte) []byte {
	out := bytes.Repeat([]byte{' '}, len(text))
	if enc != 1 && enc != 2 {
		return out
	}
	high := 0
	start := 0
	if bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) {
		start = copy(out, text[:2])
	}
	if enc == 1 && !bytes.HasPrefix(text, []byte("\xfe\xff")) {
		high = 1
	}
	for i := start + high; i < len(out); i += 2 {
		out[i] = 0
	}
	return out
}
