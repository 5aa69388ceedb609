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
		w.Hands = map[string]chunk.Hand{
			"djvu/FORM": form, "djvu/DIRM": pages, "djvu/INCL": included, "djvu/BGjp": photo, "djvu/FGjp": photo, "djvu/FGbz": colours,
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

func form(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
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

// photo is a background or foreground that is a JPEG.
func photo(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
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
