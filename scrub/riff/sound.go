package riff

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/codec"
	"untag/scrub/pattern"
	"untag/scrub/words"
)

// hands are what the table can't say, by place and name.
func (m *medium) hands() map[string]chunk.Hand {
	h := map[string]chunk.Hand{
		"AVI/LIST movi": m.movi, "AVI/idx1": m.index, "strl/strh": m.streamHeader, "strl/strf": m.streamFormat, "strl/strd": m.driverData, "strl/indx": m.odmlIndex,
		"WAVE/fmt ": m.waveFormat, "WAVE/data": m.samples(0), "WAVE/cue ": counted(4, cuePoint), "WAVE/plst": counted(4, playList), "WAVE/smpl": table(sampler, loop),
		"WAVE/PEAK": table(chunk.Layout{chunk.One(4, 1), chunk.Zero(4)}, peak), "WAVE/chna": m.objects, "WAVE/axml": m.objectModel, "adtl/labl": m.label,
		"INFO/ICRD": year, "INFO/YEAR": year,
		"AIFF/COMM": m.common, "AIFF/SSND": m.samples(8), "AIFF/MARK": m.markers, "AIFF/CHAN": speakers, "AIFF/PEAK": table(chunk.Layout{chunk.One(4, 1), chunk.Zero(4)}, peak),
		"CAF/data": m.samples(4), "CAF/chan": speakers, "CAF/kuki": m.cookie, "CAF/pakt": m.packets, "CAF/info": m.texts,
		"WEBP/VP8X": m.extended, "WEBP/VP8 ": m.picture, "WEBP/VP8L": m.picture, "WEBP/ALPH": m.picture, "WEBP/ANIM": chunk.Recorded(animation), "WEBP/ANMF": m.frame, "WEBP/ICCP": m.profile, "WEBP/EXIF": m.exif, "WEBP/XMP ": m.panorama,
		"ANMF/VP8 ": m.picture, "ANMF/VP8L": m.picture, "ANMF/ALPH": m.picture,
	}
	for _, at := range []string{"AVI/id3 ", "AVI/ID3 ", "AVI/ID32", "WAVE/id3 ", "WAVE/ID3 ", "AIFF/ID3 ", "AIFF/id3 "} {
		h[at] = m.id3
	}
	for at, l := range layouts {
		h[at] = chunk.Recorded(l)
	}
	desc := h["CAF/desc"]
	h["CAF/desc"] = func(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
		m.tells.format = true
		name := string(w.Get(p.Body()+min(8, p.Size), int(min(4, max(0, p.Size-8)))))
		if m.plain, m.packed = name == "lpcm", packets[name]; name == ".mp3" {
			m.inner = "mp3"
		}
		return desc(w, p, place)
	}
	return h
}

// missing distrusts a medium without what it can't play without: its name may be damaged.
func (m *medium) missing(form string) {
	needs := func(what string, there bool) {
		if !there {
			m.Distrust("there is no chunk of the %s", what)
		}
	}
	switch {
	case strings.HasSuffix(form, "WEBP"):
		needs("picture", m.tells.payload)
	case strings.HasSuffix(form, "AVI "):
		needs("stream", len(m.film.streams) > 0)
		needs("film", len(m.movis) > 0)
	default:
		needs("format", m.tells.format)
		needs("sound", m.tells.payload)
	}
}

// claim claims the head of a chunk that stays, and its padding.
func claim(w *chunk.Walk, p chunk.Part, place string) error {
	w.Claim(p.Off, p.Head, scrub.Structure, place)
	return w.Hide(p.Tail(), p.Pad, place+"/pad")
}

// counted are rows of one layout behind their number of n bytes.
func counted(n int, row chunk.Layout) chunk.Hand {
	return table(chunk.Layout{chunk.UpTo(n, 1<<16)}, row)
}

// table are rows of one layout behind a head.
func table(head, row chunk.Layout) chunk.Hand {
	return func(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
		n := min(head.Size(), p.Size)
		if err := w.Record(p.Body(), n, head, place); err != nil {
			return true, err
		}
		return true, cmp.Or(w.Rows(p.Body()+n, p.Size-n, row, place), claim(w, p, place))
	}
}

// samples claims a chunk of sound that begins with a head of n bytes.
func (m *medium) samples(n int64) chunk.Hand {
	return func(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
		if m.tells.payload {
			w.Distrust("there are two chunks of sound")
		}
		m.tells.payload = true
		n := min(n, p.Size)
		skip := int64(0)
		switch n {
		case 8: // AIFF 1.3: where the samples start, and the size of blocks to which they are aligned
			if skip = w.Number(w.Get(p.Body(), 8)[:4]); skip > min(1<<16, p.Size-n) {
				skip = 0
				w.Doubt("the sound starts outside of its chunk")
			}
		}
		if err := w.Record(p.Body(), n, chunk.Layout{chunk.UpTo(4, big), chunk.UpTo(4, big)}, place); err != nil {
			return true, err
		}
		if !w.Zeros(p.Body()+n, skip) {
			w.Doubt("there is something before the sound")
		}
		return true, cmp.Or(m.coded(scrub.Range{Off: p.Body() + n, Len: p.Size - n}, place), claim(w, p, place))
	}
}

// packets are the names in CAF of sound whose frames are looked into.
var packets = map[string]codec.Kind{
	"aac ": codec.AAC, "aach": codec.AAC, "aacp": codec.AAC, "aacl": codec.AAC, "aace": codec.AAC,
	"opus": codec.Opus, "flac": codec.FLAC, "alac": codec.ALAC,
}

// coded claims samples. MPEG sound and AAC whose frames have headers are media of their own, which
// may have tags. Other frames are looked into where a table tells their lengths, else the
// first one, in which FFmpeg leaves its name.
func (m *medium) coded(r scrub.Range, place string) error {
	if m.inner != "" && !m.Careful && !m.cut {
		before := m.Point()
		err := m.MediumAs(m.inner, scrub.Extents{r}, place)
		if err == nil || !scrub.Refusal(err) {
			return err
		}
		m.Reset(before)
	}
	if m.packed != codec.Unknown && !m.Careful {
		if m.family == cafFamily {
			return m.packetFrames(r, place)
		}
		m.Doubt("frames of AAC that nothing separates can't be looked into")
		_, err := m.film.look.Frame(&codec.Stream{Kind: codec.AAC}, r.Off, r.Len, 0, place)
		return err
	}
	m.Claim(r.Off, r.Len, scrub.Payload, place)
	return nil
}

// formatTail is what the GUID of a format ends with that has a number (KSDATAFORMAT_SUBTYPE_
// WAVEFORMATEX), and that of Ambisonics, B-format.
var formatTails = []string{"\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71", "\x00\x00\x21\x07\xd3\x11\x86\x44\xc8\xc1\xca\x00\x00\x00"}

// waveFormat claims a WAVEFORMATEX.
func (m *medium) waveFormat(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	m.tells.format = true
	return true, cmp.Or(m.soundFormat(p, place), claim(w, p, place))
}

// soundFormat claims the body of a chunk that is a WAVEFORMATEX.
func (m *medium) soundFormat(p chunk.Part, place string) error {
	const head, extended = 18, 0xfffe
	b := m.Get(p.Body(), int(min(p.Size, head)))
	tag := b[:min(2, len(b))]
	m.coding(tag)
	if len(b) < head {
		return m.Record(p.Body(), p.Size, waveFormat, place)
	}
	extra := min(m.Number(b[16:18]), p.Size-head)
	if err := m.Record(p.Body(), head, waveFormat, place); err != nil {
		return err
	}
	at := p.Body() + head
	if m.Number(tag) == extended && extra >= 22 {
		id := m.Get(at+6, 16)
		if tag = id[:2]; !slices.Contains(formatTails, string(id[2:])) {
			m.Doubt("the sound has a format that nobody knows")
		}
		if err := m.Record(at, 6, extensible, place); err != nil {
			return err
		}
		m.Claim(at+6, 16, scrub.Structure, place)
		at, extra = at+22, extra-22
	}
	st, _ := codec.Of(codec.Tag, string(tag))
	m.coding(tag)
	if st.Kind == codec.AAC {
		m.packed = st.Kind
	}
	return cmp.Or((&codec.Look{S: m.Scan}).Config(&st, at, extra, place), m.Hide(at+extra, p.Tail()-at-extra, place+"/rest"))
}

// coding notes how sound is coded whose format has that number (mmreg.h): as it is, or as
// MPEG sound or AAC with headers.
func (m *medium) coding(tag []byte) {
	n := m.Number(tag)
	m.plain = n == 1 || n == 3 || n == 6 || n == 7
	m.inner = map[int64]string{0x50: "mp3", 0x55: "mp3", 0x1600: "aac", 0x1602: "loas"}[n]
}

// adm are the names of tracks of the Audio Definition Model (ITU-R BS.2076).
var adm = pattern.New(`^(ATU_[0-9A-Fa-f]{8}A[TC]_[0-9A-Fa-f]{8}(_[0-9A-Fa-f]{2}|\x00\x00\x00)AP_[0-9A-Fa-f]{8}|\x00{37})\x00$`)

// objects claims chna, which tells which track is which object.
func (m *medium) objects(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const head, row = 4, 40
	n := min(p.Size, head)
	if err := w.Record(p.Body(), n, chunk.Layout{chunk.UpTo(2, 1024), chunk.UpTo(2, 1024)}, place); err != nil {
		return true, err
	}
	for off := p.Body() + n; off < p.Tail(); off += row {
		b := w.Get(off, int(min(row, p.Tail()-off)))
		if len(b) < row || !adm().Match(b[2:]) {
			w.Doubt("a track of objects has a name that it can't have")
			w.Claim(off, p.Tail()-off, scrub.Structure, place)
			break
		}
		w.Claim(off, row, scrub.Structure, place)
		m.objective = true
	}
	return true, claim(w, p, place)
}

// objectModel deals with ADM, of which players of objects need the positions: it stays where
// there are such, and whoever made it stays in it.
func (m *medium) objectModel(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	if !m.objective {
		return w.Drop(p, scrub.Comment, place, "")
	}
	w.Stuck(scrub.Finding{Kind: scrub.Comment, Place: place, Off: p.Off, Len: p.Len()})
	w.Doubt("the model of the objects stays, with what it tells of those who made it")
	return true, w.Keep(p, scrub.Render, place)
}

// label claims the name of a position: a number, and a text.
func (m *medium) label(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const head = 4
	if p.Size < head {
		return w.Drop(p, scrub.Chapters, place, "")
	}
	p.Head, p.Size = p.Head+head, p.Size-head
	return w.Words(p, scrub.Chapters, place)
}

// year claims a date, of which the year may stay: it becomes a date without a day.
func year(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const long, digits = 32, 4
	b := w.Get(p.Body(), int(min(p.Size, long)))
	b = bytes.TrimRight(b, "\x00")
	dated := len(b) >= digits && bytes.Trim(b[:digits], "0123456789") == nil
	switch {
	case dated && len(b) == digits:
		return w.Words(p, scrub.Title, place)
	case !dated || isDigit(b[digits]) || w.Careful || p.Cut || w.Goes(scrub.Describe, scrub.Title) || !w.Goes(scrub.Identify, scrub.Time):
		return w.Drop(p, scrub.Time, place, words.Plain(text(b)))
	}
	w.Found(scrub.Finding{Kind: scrub.Title, Role: scrub.Describe, Place: place, Off: p.Body(), Len: digits, Value: string(b[:digits])})
	w.Found(scrub.Finding{Kind: scrub.Time, Place: place, Off: p.Body() + digits, Len: p.Size - digits, Value: words.Plain(text(b))})
	w.Claim(p.Body(), digits, scrub.Describe, place)
	w.Claim(p.Body()+digits, p.Size-digits, scrub.Identify, place)
	w.Fill(scrub.Destroy, p.Body()+digits, p.Size-digits, 0)
	return true, claim(w, p, place)
}

// codings are how AIFF-C names its codings, codingNames what stands behind that for people.
// Others are blanked.
var codings = []string{"NONE", "twos", "sowt", "raw ", "in24", "in32", "42ni", "23ni", "fl32", "FL32", "fl64", "FL64", "alaw", "ALAW", "ulaw", "ULAW", "ima4", "MAC3", "MAC6", "ACE2", "ACE8", "GSM ", "G722", "G726", "G728", "QDM2", "QDMC", "Qclp", "DWVW", "SDX2", "rt24", "rt29", "ADP4"}

var codingNames = []string{"not compressed", "None", "IMA 4:1", "µLaw 2:1", "uLaw 2:1", "ALaw 2:1", "CCITT uLaw 2:1", "CCITT ALaw 2:1", "little endian", "Little endian", "32-bit floating point", "64-bit floating point",
	"Float 32", "Float 64", "ACE 2-to-1", "ACE 8-to-3", "MACE 3-to-1", "MACE 6-to-1", "alaw 2:1", "ulaw 2:1", "Alaw 2:1", "Signed integer (little-endian) linear PCM"}

// common claims COMM: how the sound of an AIFF is coded.
func (m *medium) common(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const head, rate, id = 8, 10, 4
	m.tells.format = true
	if err := claim(w, p, place); err != nil || p.Size < head+rate {
		w.Claim(p.Body(), p.Size, scrub.Structure, place)
		w.Doubt("the format of the sound is too short")
		return true, err
	}
	b := w.Get(p.Body(), int(min(p.Size, head+rate+id+1)))
	if exp := binary.BigEndian.Uint16(b[head:]); exp > 0x401f || !wholeRate(b[head+2:]) {
		w.Doubt("the sound has a rate that it can't have")
	}
	if err := w.Record(p.Body(), head, common, place); err != nil {
		return true, err
	}
	off := p.Body() + head + rate
	w.Claim(off-rate, rate, scrub.Structure, place)
	if m.plain = true; len(b) < head+rate+id+1 {
		return true, w.Hide(off, p.Tail()-off, place+"/rest")
	}
	m.plain = string(b[head+rate:head+rate+id]) != "ima4"
	if !slices.Contains(codings, string(b[head+rate:head+rate+id])) {
		w.Doubt("the sound has a coding that nobody knows")
	}
	w.Claim(off, id+1, scrub.Structure, place)
	n := min(int64(b[head+rate+id]), p.Tail()-off-id-1)
	if err := m.blankName(off+id+1, n, codingNames, scrub.Software, place); err != nil {
		return true, err
	}
	off += id + 1 + n
	return true, w.Hide(off, p.Tail()-off, place+"/rest")
}

// wholeRate tells whether the mantissa of a rate is of a whole number, or of the fractions
// of 60 Hz that Macintoshes had.
func wholeRate(mantissa []byte) bool {
	return bytes.Equal(mantissa[4:8], make([]byte, 4)) || binary.BigEndian.Uint32(mantissa)>>16 == 0xaddd
}

// blankName claims a name of n bytes at off that stays if it is one of some; spaces take
// the place of another one, since its length stays.
func (m *medium) blankName(off, n int64, known []string, kind scrub.Kind, place string) error {
	if n <= 0 {
		return nil
	}
	if name := string(bytes.TrimRight(m.Get(off, int(n)), " \x00")); slices.Contains(known, name) && len(name) > 0 {
		m.Claim(off, n, scrub.Structure, place)
		return nil
	}
	if m.Careful {
		m.Claim(off, n, scrub.Identify, place)
		return nil
	}
	return m.Blank(off, n, ' ', kind, place+"/name")
}

// markers claims MARK: numbers, positions, and names as of chapters.
func (m *medium) markers(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const head = 7
	if err := claim(w, p, place); err != nil {
		return true, err
	}
	off := p.Body() + min(2, p.Size)
	w.Claim(p.Body(), off-p.Body(), scrub.Structure, place)
	left := w.Number(w.Get(p.Body(), int(off-p.Body())))
	for ; p.Tail()-off >= head && left > 0; left-- {
		b := w.Get(off, head)
		w.Claim(off, head, scrub.Structure, place)
		n := min(int64(b[6]), p.Tail()-off-head)
		if err := m.mark(off+head, n, place); err != nil {
			return true, err
		}
		off += head + n
		if pad := min((head+n)&1, p.Tail()-off); pad > 0 {
			if err := w.Hide(off, pad, place+"/pad"); err != nil {
				return true, err
			}
			off += pad
		}
	}
	if left > 0 {
		w.Doubt("positions are missing")
	}
	return true, w.Hide(off, p.Tail()-off, place+"/rest")
}

// mark claims the name of a position.
func (m *medium) mark(off, n int64, place string) error {
	if n == 0 || m.Careful {
		m.Claim(off, n, scrub.Identify, place)
		return nil
	}
	b := m.Get(off, int(n))
	name := text(b)
	goes := words.Stay([]byte(name), 255) != ""
	if !goes && len(bytes.Trim(b, " \x00")) > 0 {
		goes = m.Found(scrub.Finding{Kind: scrub.Chapters, Role: scrub.Describe, Place: place, Off: off, Len: n, Value: name})
	} else if !goes {
		m.Claim(off, n, scrub.Structure, place)
		return nil
	}
	if !goes {
		m.Claim(off, n, scrub.Describe, place)
		return nil
	}
	return m.blankName(off, n, nil, scrub.Chapters, place)
}

// cookie claims what a decoder needs.
func (m *medium) cookie(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	return true, cmp.Or((&codec.Look{S: m.Scan}).Config(&codec.Stream{}, p.Body(), p.Size, place), claim(w, p, place))
}
