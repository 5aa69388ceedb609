package matroska

import (
	"cmp"
	"strings"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/pattern"
	"untag/scrub/tags"
	"untag/scrub/words"
)

var loudness = pattern.New(`^[+-]?\d{1,5}([.,]\d{1,16})?( ?(dB|LUFS))?$`)

// simpleTag claims a name with its value and what more is said about it (RFC 9559,
// 5.1.8.1.2): it stays if people read it and it is no more than that.
func (f *film) simpleTag(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	name, value, nested, err := f.readTag(p)
	if err != nil && !scrub.Refusal(err) {
		return true, err
	}
	place += "/" + name
	r := known().names[strings.ToUpper(name)]
	kind := cmp.Or(r.Kind, scrub.Comment)
	switch {
	case err != nil || r.Fate != tags.Words && r.Role == 0:
		return w.Drop(p, kind, place, value.text)
	case r.Role == scrub.Render && loudness().MatchString(value.text):
	case r.Role == scrub.Render || value.told != "":
		return w.Drop(p, cmp.Or(value.told, kind), place, value.text)
	case w.Found(scrub.Finding{Kind: kind, Role: scrub.Describe, Place: place, Off: p.Off, Len: p.Len(), Value: value.text}):
		w.Claim(p.Off, p.Len(), scrub.Identify, place)
		retire(w.Scan, p, scrub.Destroy, scrub.Repair)
		return false, nil
	}
	if !nested {
		return true, w.Keep(p, scrub.Describe, place)
	}
	_, err = w.Enter(p, tags.Tag{Fate: tags.Holds, In: "SimpleTag"}, place)
	return true, err
}

// plain tells whether an element beside the value of a tag is what it should be.
func (f *film) plain(c chunk.Part) (bool, error) {
	if c.ID != "TagDefault" && c.ID != "TagDefaultBogus" {
		return c.Size < 64 && languages().MatchString(f.text(c)), nil
	}
	return sane(f.Walk, c)
}

// said is the value of a tag, and what it tells that may not stay.
type said struct {
	text string
	told scrub.Kind
}

// readTag reads a tag. An error tells that it is not of the usual form; nested that it
// holds more than that.
func (f *film) readTag(p chunk.Part) (name string, value said, nested bool, err error) {
	rest, err := f.Parts(p.Body(), p.Tail(), func(c chunk.Part) error {
		switch c.ID {
		case "TagName":
			if name = f.text(c); len(name) > 128 || !isText([]byte(name), false) {
				return f.Errorf(c.Off, "the name of a tag is none")
			}
		case "TagString":
			const most = 4 << 10
			value.text = f.Decode(f.Get(c.Body(), int(min(c.Size, most+1))))
			value.told = words.Stay([]byte(value.text), most)
		case "TagLanguage", "TagLanguageBCP47", "TagDefault", "TagDefaultBogus":
			if ok, err := f.plain(c); err != nil || !ok {
				return f.Errorf(c.Off, "%s of %d bytes", c.ID, c.Size)
			}
		default:
			nested = true
		}
		return nil
	})
	if err == nil && rest != p.Tail() {
		nested = true
	}
	return name, value, nested, err
}
