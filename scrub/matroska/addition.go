package matroska

import (
	"strings"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/coded"
	"untag/scrub/words"
)

// addition claims what is added to a block (RFC 9559, 5.1.3.5.2.1), by what the track says
// that it is. Transparency, HDR10+, the other half of hybrid sound and the settings of
// WebVTT stay, if they are that.
func (f *film) addition(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	id, body := int64(1), chunk.Part{}
	plain := true
	rest, err := w.Parts(p.Body(), p.Tail(), func(c chunk.Part) (err error) {
		switch c.ID {
		case "BlockAddID":
			id, err = f.number(c)
		case "BlockAdditional":
			plain, body = plain && body.Off == 0, c
		default:
			plain = plain && c.ID == void
		}
		return err
	})
	if err != nil && !scrub.Refusal(err) {
		return true, err
	}
	if err != nil || rest != p.Tail() || !plain || f.adding == nil {
		return w.Drop(p, scrub.Unknown, place, "")
	}
	ok, err := f.added(f.adding, id, body, place)
	if err != nil {
		return true, err
	}
	if !ok {
		return w.Drop(p, scrub.Hidden, place, "")
	}
	return true, w.Keep(p, scrub.Payload, place)
}

// added tells whether an addition stays.
func (f *film) added(t *track, id int64, body chunk.Part, place string) (ok bool, err error) {
	const registered, alpha = 4, 1 // ITU-T T.35
	typ := t.additions[id]
	switch {
	case typ == registered || typ == 0 && id == registered:
		b := f.Get(body.Body(), int(min(body.Size, coded.MaxRegistered+1)))
		v := coded.Registered(b, t.stream.Dolby)
		return v.Stays && len(v.Clear) == 0, nil
	case id != alpha || typ > alpha:
		return false, nil
	case t.alpha && (t.codec == "V_VP8" || t.codec == "V_VP9"):
		pieces, err := coded.Prose(f.Reader, body.Body(), body.Size)
		if len(pieces) > 0 {
			f.Doubt("%s holds text", place)
		}
		return true, err
	case t.codec == "A_WAVPACK4":
		return true, nil
	case t.isText() && strings.Contains(t.codec, "WEBVTT"):
		b := f.Get(body.Body(), int(min(body.Size, words.MaxText)))
		settings, _, _ := strings.Cut(string(b), "\n")
		return body.Size < words.MaxText && words.Stay(b, words.MaxText) == "" && strings.Count(settings, ":") == len(strings.Fields(settings)), nil
	}
	return false, nil
}
