package raster

import (
	"encoding/binary"
	"strings"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/coded"
	"untag/scrub/pattern"
	"untag/scrub/sniff"
	"untag/scrub/tags"
	"untag/scrub/words"
)

var djvuSniff = sniff.Like("AT&TFORM????DJVU", "AT&TFORM????DJVM", "AT&TFORM????DJVI", "AT&TFORM????THUM", "AT&TFORM????BM44", "AT&TFORM????PM44")

// djvuDialect is how DjVu writes chunks, as IFF does (LizardTech: DjVu 3, 7).
var djvuDialect = &chunk.Dialect{
	Least:  8,
	Order:  binary.BigEndian,
	Read:   readDjVu,
	Filler: func(p chunk.Part) bool { return p.ID == "JUNK" },
	Retire: func(s *scrub.Scan, p chunk.Part, unlink, destroy scrub.Phase) {
		s.Put(unlink, p.Off, []byte("JUNK"))
		s.Fill(destroy, p.Body(), p.Size+p.Pad, 0)
	},
	Vital: []string{"FORM", "INFO", "Sjbz", "Smmr", "Djbz", "BG44", "FG44", "FGbz", "BGjp", "FGjp", "BM44", "PM44", "DIRM", "INCL"},
}

func readDjVu(s *scrub.Scan, off, end int64) (p chunk.Part, err error) {
	b := s.Get(off, 8)
	for _, c := range b[:4] {
		if c < ' ' || c > '~' {
			return p, s.Errorf(off, "a chunk %q, expected letters", b[:4])
		}
	}
	p = chunk.Part{ID: string(b[:4]), Off: off, Head: 8, Size: be32(b, 4)}
	if p.Size > end-p.Body() {
		p.Size, p.Cut = end-p.Body(), true
	}
	p.Pad = min(p.Size&1, end-p.Tail())
	return p, nil
}

var djvuRules = tags.Once(func() chunk.Rules { return chunk.Rules{"djvu": rules()["djvu"]} })

// djvu: four letters, and a form of chunks, which may be forms.
func djvu(s *scrub.Scan) error {
	const magic = 4
	return chunk.Parse(s, djvuDialect, djvuRules(), func(w *chunk.Walk) error {
		d := &document{}
		w.Hands = map[string]chunk.Hand{
			"djvu/FORM": d.form, "djvu/BG44": d.waves, "djvu/FG44": d.waves, "djvu/BM44": d.waves, "djvu/PM44": d.waves, "djvu/Sjbz": d.layer, "djvu/Smmr": d.layer, "djvu/Djbz": d.layer,
			"djvu/DIRM": pages, "djvu/INCL": included, "djvu/BGjp": d.photo, "djvu/FGjp": d.photo, "djvu/FGbz": colours,
			"djvu/INFO": chunk.Recorded(chunk.Layout{chunk.Any(2), chunk.Any(2), chunk.UpTo(1, 64), chunk.UpTo(1, 9), chunk.Any(2), chunk.UpTo(1, 60), chunk.UpTo(1, 7)}),
		}
		w.Claim(0, magic, scrub.Structure, "magic")
		p, err := w.Read(w.Scan, magic, w.Size())
		if err != nil {
			return err
		}
		if p.Cut {
			w.Distrust("the file is cut short")
		}
		if _, err := w.Part(p, "djvu", "FORM"); err != nil {
			return err
		}
		w.End(p.End(), scrub.Said, 8)
		return nil
	})
}

// document is what is known of the form that is walked: how many chunks of a kind there were.
type document struct{ seen map[string]int }

const unshown = "layers of the page may never be shown"

// layer claims what is coded, and of which a page shows the first only.
func (d *document) layer(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	kind := p.ID
	if kind == "Smmr" { // another way to code a mask
		kind = "Sjbz"
	}
	if d.seen[kind]++; d.seen[kind] > 1 {
		w.Doubt("%s", unshown)
	}
	return true, codes(w, p, place)
}

// waves claims a part of a picture that gets finer with each: its number comes first, and how many
// slices it has (DjVu 3, 8.3.7).
func (d *document) waves(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	number := d.seen[p.ID]
	d.seen[p.ID]++
	if b := w.Get(p.Body(), int(min(p.Size, 2))); len(b) < 2 || int(b[0]) != number&0xFF {
		w.Doubt("%s", unshown)
	}
	return true, codes(w, p, place)
}

func (d *document) form(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	outer := d.seen
	d.seen = map[string]int{}
	defer func() { d.seen = outer }()
	kind, err := w.Bytes(p.Body(), int(min(4, p.Size)))
	if err != nil {
		return true, err
	}
	w.Claim(p.Off, p.Head+int64(len(kind)), scrub.Structure, place)
	if !strings.Contains("DJVU DJVM DJVI THUM BM44 PM44", string(kind)) || len(kind) < 4 {
		w.Distrust("a form of kind %q", kind)
	}
	if _, err := w.Apply(p.Body()+int64(len(kind)), p.Tail(), "djvu", place); err != nil {
		return true, err
	}
	return true, w.Hide(p.Tail(), p.Pad, place+"/pad")
}

// pages is the directory of a document of several pages. The names in it are compressed.
func pages(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	w.Doubt("the names of pages are compressed, and stay")
	return true, w.Keep(p, scrub.Structure, place)
}

var plainName = pattern.New(`^[A-Za-z0-9_.-]{1,64}\n?$`)

// included is the name of a page that holds shapes of this one.
func included(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	b, err := w.Bytes(p.Body(), int(min(p.Size, 80)))
	if err != nil {
		return true, err
	}
	if !plainName().Match(b) || words.Tells(string(b)) != "" {
		w.Doubt("the name of a page may tell something, and stays")
	}
	return true, w.Keep(p, scrub.Structure, place)
}

// colours are those of shapes: how many there are, and the blue, green and red of each. Which
// shapes have them is compressed.
func colours(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const head = 3
	b := w.Get(p.Body(), int(min(p.Size, scrub.MaxPiece)))
	n := head
	if len(b) >= head {
		n += 3 * (int(b[1])<<8 | int(b[2]))
	}
	if len(b) < n || b[0]&0x80 == 0 && int64(n) != p.Size || coded.Colours(b[head:n]) {
		w.Doubt("the colours of shapes are not what they have to be")
	}
	return true, w.Keep(p, scrub.Payload, place)
}

// codes claims what is coded, and doubts text in it.
func codes(w *chunk.Walk, p chunk.Part, place string) error {
	w.Claim(p.Off, p.Head, scrub.Structure, place)
	text, err := coded.Prose(w.Reader, p.Body(), p.Size)
	if err != nil {
		return err
	}
	coded.Report(w.Scan, p.Body(), p.Size, place, text)
	return w.Hide(p.Tail(), p.Pad, place+"/pad")
}

// photo is a background or foreground that is a JPEG.
func (d *document) photo(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	if d.seen[p.ID]++; d.seen[p.ID] > 1 {
		w.Doubt("%s", unshown)
	}
	err := w.Medium(scrub.Extents{{Off: p.Body(), Len: p.Size}}, place)
	if scrub.Refusal(err) {
		w.Doubt("a layer of the page can't be looked into")
		return true, w.Keep(p, scrub.Payload, place)
	}
	w.Claim(p.Off, p.Head, scrub.Structure, place)
	if err != nil {
		return true, err
	}
	return true, w.Hide(p.Tail(), p.Pad, place+"/pad")
}
