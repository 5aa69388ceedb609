package matroska

import (
	"bytes"
	"strings"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/codec"
	"untag/scrub/coded"
	"untag/scrub/pattern"
	"untag/scrub/tags"
)

// hands sets what is done by hand.
func (f *film) hands() {
	f.Hands = map[string]chunk.Hand{
		"EBML/DocType": docType, "Segment/SeekHead": f.seekHead, "SeekHead/Seek": f.seek, "Segment/Cues": f.whole, "Segment/Cluster": f.cluster,
		"Info/MuxingApp": program, "Info/WritingApp": program, "Tracks/TrackEntry": f.trackEntry,
		"BlockAdditionMapping/BlockAddIDExtraData": short(scrub.Structure), "Projection/ProjectionPrivate": short(scrub.Render),
		"BlockGroup/Block": f.inGroup, "BlockGroup/CodecState": f.state, "BlockAdditions/BlockMore": f.addition,
		"Attachments/AttachedFile": f.attachedFile, "AttachedFile/FileName": f.fileName, "AttachedFile/FileData": f.fileData, "AttachedFile/FileMediaType": f.mediaType,
		"Tag/Targets": targets, "Tag/SimpleTag": f.simpleTag, "SimpleTag/SimpleTag": f.simpleTag,
	}
	for place, rules := range f.Rules {
		f.Hands[place+"/"+crc32] = keepCRC
		for id := range rules {
			if strings.Contains(id, "Language") || id == "ChapCountry" {
				f.Hands[place+"/"+id] = language
			}
			if classes[id].class != "" {
				f.Hands[place+"/"+id] = f.renumbered
			}
		}
	}
}

// targets claims what a tag is about, which is no reason for it to stay.
func targets(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	_, err := w.Enter(p, tags.Tag{Fate: tags.Holds, In: "Targets"}, place)
	return false, err
}

var languages = pattern.New(`^[a-zA-Z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}\x00*$`)

// language claims a language, which is no reason for a name to stay.
func language(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	b := w.Get(p.Body(), int(min(p.Size, 64)))
	if !languages().Match(b) && p.Size > 0 {
		_, err := w.Drop(p, scrub.Hidden, place, string(b))
		return false, err
	}
	return false, w.Keep(p, scrub.Structure, place)
}

// short returns a hand for bytes that stay: nobody can tell what is in many of them.
func short(role scrub.Role) chunk.Hand {
	const most, word = 64, 6
	return func(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
		b := w.Get(p.Body(), int(min(p.Size, most)))
		if p.Size > most || coded.Tells(b, word) {
			w.Doubt("%s is not looked into", place)
		}
		return true, w.Keep(p, role, place)
	}
}

// program blanks the name of a program that has to be there.
func program(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const longest = 4 << 10
	ok, err := sane(w, p)
	if err != nil {
		return true, err
	}
	if err := w.Keep(p, scrub.Structure, place); err != nil || p.Size == 0 {
		return true, err
	}
	if !ok || p.Size > longest {
		w.Distrust("the name of a program is none")
		return true, nil
	}
	return true, w.Field(p.Body(), bytes.Repeat([]byte(" "), int(p.Size)), scrub.Software, place)
}

// trackEntry claims a track.
func (f *film) trackEntry(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	t := f.trackAt(p.Off)
	if t == nil {
		return true, w.Keep(p, scrub.Structure, place) // surveyed, or the medium was refused
	}
	image := strings.HasPrefix(t.codec, "V_") || strings.HasPrefix(t.codec, "A_")
	switch {
	case t.missing || t.typ == typeMetadata && image:
		f.Distrust("a track lacks what it has to have")
	case t.encoding.encrypted:
		f.Doubt("the frames of an encrypted track can't be looked into")
	case t.encoding.unread:
		f.Doubt("the frames of a track are compressed in a way that can't be looked into")
	case t.typ != typeVideo && t.typ != typeAudio && t.typ != typeSubtitle && t.typ != typeMetadata:
		f.Doubt("a track of type %d is not looked into", t.typ)
	}
	f.Hands["TrackEntry/TrackType"] = func(w *chunk.Walk, c chunk.Part, place string) (bool, error) {
		if t.goes && t.typ != typeMetadata {
			w.Put(scrub.Unlink, c.Tail()-1, []byte{typeMetadata})
		}
		return true, w.Keep(c, scrub.Structure, place)
	}
	f.Hands["TrackEntry/CodecPrivate"] = func(w *chunk.Walk, c chunk.Part, place string) (bool, error) {
		w.Claim(c.Off, c.Head, scrub.Structure, place)
		return true, f.private(t, c, place)
	}
	return w.Enter(p, tags.Tag{Fate: tags.Holds, In: "TrackEntry"}, place)
}

func (f *film) trackAt(off int64) *track {
	for _, t := range f.tracks {
		if t.entry.Off == off {
			return t
		}
	}
	return nil
}

// track returns the track that blocks of a number are of.
func (f *film) track(number int64) *track {
	for _, t := range f.tracks {
		if t.number == number {
			return t
		}
	}
	return nil
}

// private claims what initialises a decoder, or the header of subtitles.
func (f *film) private(t *track, p chunk.Part, place string) error {
	if f.Careful {
		f.Claim(p.Body(), p.Size, scrub.Structure, place)
		return nil
	}
	if ok, err := f.header(t, p, place); ok || err != nil {
		return err
	}
	stream, _ := codec.Of(codec.Matroska, t.codec)
	stream.Dolby = t.stream.Dolby
	return f.look.Config(&stream, p.Body(), p.Size, place)
}
