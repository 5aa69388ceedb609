package matroska

import (
	"cmp"
	"fmt"
	"path"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/pattern"
	"untag/scrub/sniff"
	"untag/scrub/tags"
	"untag/scrub/words"
)

var (
	isFont    = sniff.Like("\x00\x01\x00\x00\x00", "OTTO\x00", "true\x00", "ttcf\x00")
	isPicture = sniff.Like("\xff\xd8\xff", "\x89PNG\r\n\x1a\n", "GIF8", "RIFF????WEBP", "BM")
)

// attachedFile claims a file (RFC 9559, 5.1.6.1). Fonts stay, since subtitles are drawn
// with them; pictures that can be cleaned stay as covers; the rest goes.
func (f *film) attachedFile(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	var data chunk.Part
	var name string
	err := f.children(p, func(c chunk.Part) error {
		switch c.ID {
		case "FileData":
			data = c
		case "FileName":
			name = f.text(c)
		}
		return nil
	})
	if err != nil {
		return true, err
	}
	head := w.Get(data.Body(), int(min(data.Size, scrub.SniffLen)))
	f.data = scrub.Describe
	found := scrub.Finding{Kind: scrub.Cover, Role: f.data, Place: place, Off: p.Off, Len: p.Len(), Value: name}
	switch {
	case isFont(head, data.Size):
		f.data = scrub.Render
		found.Kind, found.Role, found.Value = scrub.Software, f.data, "a font, with what its names say: "+name
	case !isPicture(head, data.Size):
		return w.Drop(p, scrub.Comment, place, name)
	}
	before := w.Point()
	if w.Found(found) {
		w.Claim(p.Off, p.Len(), scrub.Identify, place)
		retire(w.Scan, p, scrub.Destroy, scrub.Repair)
		return false, nil
	}
	f.unclean = false
	f.files++
	_, err = w.Enter(p, tags.Tag{Fate: tags.Holds, In: "AttachedFile"}, place)
	if f.unclean && err == nil {
		w.Reset(before)
		return w.Drop(p, scrub.Comment, place, name)
	}
	return true, err
}

// fileData claims a font, or a picture, which is cleaned as a medium of its own.
func (f *film) fileData(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	if f.data == scrub.Render {
		return true, f.font(p, place)
	}
	w.Claim(p.Off, p.Head, scrub.Structure, place)
	err := w.MediumOf(scrub.Describe, scrub.Extents{{Off: p.Body(), Len: p.Size}}, place)
	if scrub.Refusal(err) {
		f.unclean, err = true, nil
		w.Claim(p.Body(), p.Size, scrub.Identify, place)
	}
	return true, err
}

// covers are the names by which players know covers (RFC 9559, 21.1).
var covers = pattern.New(`^(small_)?cover(_land)?\.(jpg|jpeg|png)$`)

// fileName claims the name of a file. It becomes a number with its ending, since players
// look at that; scripts name fonts by what stands inside of them.
func (f *film) fileName(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const longest = 255
	b := w.Get(p.Body(), int(min(p.Size, longest+1)))
	if err := w.Keep(p, scrub.Structure, place); err != nil || w.Careful {
		return true, err
	}
	name := w.Decode(b)
	if p.Size > longest {
		w.Distrust("the name of a file has %d bytes", p.Size)
	}
	if p.Size > longest || covers().MatchString(name) {
		return true, nil
	}
	end := path.Ext(name)
	if !endings().MatchString(end) {
		end = ""
	}
	n := max(0, len(name)-len(end))
	want := make([]byte, p.Size)
	number := fmt.Sprintf("%0*d", n, f.files)
	copy(want, number[len(number)-n:]+end)
	return true, w.Field(p.Body(), want, cmp.Or(words.Stay([]byte(name), longest), scrub.ID), place)
}

var (
	endings    = pattern.New(`^\.(ttf|otf|ttc|otc|jpg|jpeg|png|gif|webp|bmp)$`)
	mediaTypes = pattern.New(`^(font/(ttf|otf|sfnt|collection)|application/(x-truetype-font|vnd\.ms-opentype|x-font-ttf|x-font-otf|x-font|font-sfnt)|image/(jpeg|png|gif|webp|bmp))$`)
)

// mediaType claims the type of a file: a usual one of its kind.
func (f *film) mediaType(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	usual := "image/jpeg"
	if f.data == scrub.Render {
		usual = "font/ttf"
	}
	if err := w.Keep(p, scrub.Structure, place); err != nil || w.Careful {
		return true, err
	}
	if name := f.text(p); mediaTypes().MatchString(name) && int64(len(name)) == p.Size {
		return true, nil
	}
	if p.Size < int64(len(usual)) || p.Size > 255 {
		w.Doubt("%s is none", place)
		return true, nil
	}
	want := make([]byte, p.Size)
	copy(want, usual)
	return true, w.Field(p.Body(), want, scrub.Comment, place)
}
