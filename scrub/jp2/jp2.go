// Package jp2 cleans JPEG 2000 in place: pictures of boxes, JP2, JPX and JPH (ISO/IEC 15444-1
// annex I, 15444-2 annex M, 15444-15), and codestreams alone. What is in a codestream package
// coded tells.
package jp2

import (
	_ "embed"
	"slices"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/chunk"
	"untag/scrub/coded"
	"untag/scrub/sniff"
)

// Format and Bare are the entries of this family in the table of formats.
var (
	Format = scrub.Format{Name: "jp2", Title: "JPEG 2000 picture", Extensions: []string{"jp2", "jpx", "jpm", "jpf", "jph", "mj2"}, Sniff: sniff.Like("\x00\x00\x00\x0cjP  \r\n\x87\n"), Parse: parse}
	Bare   = scrub.Format{Name: "j2k", Title: "JPEG 2000 picture without a container", Extensions: []string{"j2k", "j2c", "jpc", "jhc"}, Sniff: sniff.Like("\xff\x4f\xff\x51\x00"), Parse: bare}
)

//go:embed tags.tsv
var table string

var rules = chunk.Table(table)

var dialect = box.Dialect("jp2h", "ihdr", "colr", "jp2c", "jpch", "jplh", "ftbl", "moov", "mdat", "moof")

// picture is the work on one picture.
type picture struct {
	*chunk.Walk
	drawn, whole bool // there is a codestream, and all end as they have to
}

func parse(s *scrub.Scan) error {
	const brandAt = 20
	if b, err := s.Bytes(brandAt, 4); err == nil && box.Has("mjp2|mj2s|jpm ", string(b)) { // films and documents have boxes of their own
		return s.Unsupportedf(brandAt, "a file of kind %q", b)
	}
	return chunk.Parse(s, dialect, rules(), func(w *chunk.Walk) error {
		p := &picture{Walk: w, whole: true}
		w.Hands = map[string]chunk.Hand{
			"JP2/ftyp": brands, "JP2/jp2c": p.stream, "JP2/ftbl": elsewhere, "JP2/dtbl": elsewhere, "JP2/rreq": required,
			"header/ihdr":     chunk.Recorded(chunk.Layout{chunk.Any(4), chunk.Any(4), chunk.UpTo(2, 1<<14), chunk.Any(1), chunk.UpTo(1, 7), chunk.UpTo(1, 1), chunk.UpTo(1, 1)}),
			"header/colr":     colour,
			"header/pclr":     palette,
			"header/bpcc":     listed(chunk.Layout{chunk.Is(1, func(v uint64) bool { return v&0x7f < 38 })}),
			"header/cmap":     listed(chunk.Layout{chunk.UpTo(2, mostChannels), chunk.UpTo(1, 1), chunk.Any(1)}),
			"header/cdef":     definitions,
			"layer/cdef":      definitions,
			"resolution/resc": chunk.Recorded(resolution), "resolution/resd": chunk.Recorded(resolution),
		}
		end, _, err := box.Top(w, "JP2")
		if err != nil {
			return err
		}
		if !p.drawn {
			w.Distrust("no picture is in the boxes")
		}
		if w.End(end, scrub.Proven, 8); !p.whole {
			w.Scan.End(scrub.End{Off: end, Doubt: "the picture has no end mark"})
		}
		return nil
	})
}

// required claims what a reader has to be able to do (15444-2, M.11.1): how long a mask is, two of
// them, and numbers of abilities with a mask each. Those that only one maker knows are a doubt.
func required(w *chunk.Walk, c chunk.Part, place string) (bool, error) {
	const most, abilities, longest = 256, 255, 8
	b := w.Get(c.Body(), int(min(c.Size, most)))
	sound := int64(len(b)) == c.Size && len(b) > 0 && slices.Contains([]byte{1, 2, 4, longest}, b[0])
	if sound {
		mask := int(b[0])
		at := 1 + 2*mask
		if sound = len(b) >= at+2; sound {
			rows := int(w.Number(b[at : at+2]))
			b = b[at+2:]
			sound = len(b) == rows*(2+mask)+2 && w.Number(b[len(b)-2:]) == 0
			for i := 0; sound && i < rows; i++ {
				sound = w.Number(b[i*(2+mask):][:2]) <= abilities
			}
		}
	}
	if !sound {
		w.Doubt("%s is not what it has to be", place)
	}
	return true, w.Keep(c, scrub.Structure, place)
}

// resolution is two fractions and the exponents of both (I.5.3.7).
var resolution = chunk.Layout{chunk.Any(2), chunk.Any(2), chunk.Any(2), chunk.Any(2), chunk.Signed(1, 38), chunk.Signed(1, 38)}

// brands claims what kind of file it is.
func brands(w *chunk.Walk, c chunk.Part, place string) (bool, error) {
	if c.Off > 12 {
		w.Doubt("a second picture follows, which players don't show")
	}
	const most = 64
	b, err := w.Bytes(c.Body(), int(min(c.Size, most)))
	if err != nil {
		return true, err
	}
	for i := 0; i+4 <= len(b); i += 4 {
		brand := string(b[i : i+4])
		switch {
		case i == 4: // a version, which readers pass over
		case !box.Has("jp2 |jpx |jph |jpxb|jpf |J2P0|J2P1|mjp2|jpm |mj2s|jp2f", brand):
			w.Doubt("a kind of file that is not known: %q", brand)
		}
	}
	if c.Size > most || len(b)%4 != 0 {
		w.Doubt("the kind of file has %d bytes", c.Size)
	}
	return true, w.Keep(c, scrub.Structure, place)
}

// mostChannels is how many channels a picture has that is looked into.
const mostChannels = 1 << 12

// listed is a [chunk.Hand] for rows of numbers.
func listed(l chunk.Layout) chunk.Hand {
	return func(w *chunk.Walk, c chunk.Part, place string) (bool, error) {
		w.Claim(c.Off, c.Head, scrub.Structure, place)
		return true, w.Rows(c.Body(), c.Size, l, place)
	}
}

// definitions claims what channels are for (I.5.3.6): how many rows there are, and those.
func definitions(w *chunk.Walk, c chunk.Part, place string) (bool, error) {
	const all = 0xffff
	if c.Size < 2 || w.Number(w.Get(c.Body(), 2))*6 != c.Size-2 {
		w.Doubt("%s is not what it has to be", place)
	}
	w.Claim(c.Off, c.Head, scrub.Structure, place)
	n := min(c.Size, 2)
	w.Claim(c.Body(), n, scrub.Structure, place)
	row := chunk.Layout{chunk.UpTo(2, mostChannels), chunk.One(2, 0, 1, 2, all), chunk.Is(2, func(v uint64) bool { return v <= mostChannels || v == all })}
	return true, w.Rows(c.Body()+n, c.Size-n, row, place)
}

// palette claims a table of colours (I.5.3.4): how many there are, how many numbers each has and of
// how many bits, and those. Nobody knows which ones pixels have.
func palette(w *chunk.Walk, c chunk.Part, place string) (bool, error) {
	const head, most, few = 3, 1024, 4
	b := w.Get(c.Body(), int(min(c.Size, head+few)))
	w.Claim(c.Off, c.Len(), scrub.Structure, place)
	if len(b) < head || b[2] == 0 || b[2] > few || len(b) < head+int(b[2]) {
		w.Doubt("%s is not what it has to be", place)
		return true, nil
	}
	n, row, depths := w.Number(b[:2]), int64(0), b[head:head+int(b[2])]
	for _, d := range depths {
		row += int64(d&0x7f)/8 + 1
	}
	if n == 0 || n > most || slices.ContainsFunc(depths, func(d byte) bool { return d&0x7f > 37 }) || c.Size != head+int64(len(depths))+n*row {
		w.Doubt("%s is not what it has to be", place)
		return true, nil
	}
	colours := w.Get(c.Body()+head+int64(len(depths)), int(n*row))
	if coded.Colours(colours) {
		w.Doubt("%s holds text", place)
	}
	return true, nil
}

// colour claims how colours are meant (I.5.3.3): a number, or a profile.
func colour(w *chunk.Walk, c chunk.Part, place string) (bool, error) {
	const head, listed, restricted, any = 3, 1, 2, 3
	b, err := w.Bytes(c.Body(), int(min(c.Size, head)))
	if err != nil {
		return true, err
	}
	if len(b) < head || b[0] > any {
		w.Doubt("colours are told in a way that is not known")
		return true, w.Keep(c, scrub.Render, place)
	}
	w.Claim(c.Off, c.Head+head, scrub.Structure, place)
	off, n := c.Body()+head, c.Size-head
	if b[0] == listed {
		const lab = 14
		numbers := min(n, 4)
		if kind, err := w.Bytes(off, int(numbers)); err == nil && numbers == 4 && kind[3] == lab {
			numbers = min(n, 4+7*4)
		}
		w.Claim(off, numbers, scrub.Render, place)
		return true, w.Hide(off+numbers, n-numbers, place+"/rest")
	}
	err = w.MediumAs("icc", scrub.Extents{{Off: off, Len: n}}, "ICC")
	if scrub.Refusal(err) {
		w.Doubt("the colour profile stays as it is: %v", err)
		w.Claim(off, n, scrub.Render, place)
		err = nil
	}
	return true, err
}

// stream claims a codestream. It ends in a mark, or it was cut short.
func (p *picture) stream(w *chunk.Walk, c chunk.Part, place string) (bool, error) {
	w.Claim(c.Off, c.Head, scrub.Structure, place)
	end, err := codestream(w.Scan, c.Body(), c.Size, place)
	if scrub.Refusal(err) {
		w.Distrust("the codestream can't be followed: %v", err)
		w.Claim(c.Body(), c.Size, scrub.Payload, place)
		end, err = -1, nil
	}
	p.drawn, p.whole = true, p.whole && end >= 0
	if end < 0 {
		w.Doubt("the picture has no end mark")
		return true, err
	}
	if end == c.Tail() {
		return true, err
	}
	more, fail := w.More(end, c.Tail()-end)
	if fail != nil {
		return true, fail
	}
	if more != "" {
		w.Distrust("%s follow the end mark of a codestream", more)
	}
	return true, w.Hide(end, c.Tail()-end, place+"/rest")
}

// codestream claims a codestream in n bytes at off, but not what follows its end mark, and
// returns where that is: -1 if there is no mark.
func codestream(s *scrub.Scan, off, n int64, place string) (int64, error) {
	const mark = 2
	pieces, err := coded.JPEG2000(s.Reader, off, n)
	if err != nil {
		return -1, err
	}
	end := off + n
	if last := len(pieces) - 1; last >= 0 && pieces[last].Padding && pieces[last].Off+pieces[last].Len == end {
		end, pieces = pieces[last].Off, pieces[:last]
	}
	b := s.Get(end-mark, mark)
	whole := string(b) == "\xff\xd9"
	if !whole {
		if n, err = s.Trim(off, n); err != nil {
			return -1, err
		}
		s.Claim(off+n, end-off-n, scrub.Structure, place+"/zeros")
		end = off + n
	}
	coded.Report(s, off, end-off, place, pieces)
	if !whole {
		return -1, nil
	}
	return end, nil
}

// bare claims a codestream that is all there is.
func bare(s *scrub.Scan) error {
	end, err := codestream(s, 0, s.Size(), "codestream")
	if err != nil {
		return err
	}
	if end < 0 {
		s.Doubt("the picture has no end mark")
		return nil
	}
	s.End(scrub.End{Off: end, Proof: scrub.Proven})
	return nil
}

// elsewhere claims a table of where parts of the picture are.
func elsewhere(w *chunk.Walk, c chunk.Part, place string) (bool, error) {
	w.Doubt("parts of the picture are elsewhere")
	w.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: place, Off: c.Off, Len: c.Len()})
	return true, w.Keep(c, scrub.Structure, place)
}
