package meta

import (
	"bytes"
	"slices"

	"untag/scrub"
	"untag/scrub/bmff/box"
)

// Container claims a udta or meta box.
func (w *Tags) Container(b box.Box, place string) error {
	if b.Type == "udta" {
		return w.userData(b, place)
	}
	_, err := w.meta(b, place)
	return err
}

// userData claims udta (8.10.1). It goes as a whole if nothing in it stays.
func (w *Tags) userData(b box.Box, place string) error {
	w.InTags++
	defer func() { w.InTags-- }()
	mark := w.Point()
	stays := w.Careful // the shell, at least
	w.Claim(b.Off, b.Head, scrub.Structure, place)
	rest, err := w.Children(b.Body(), b.End(), func(c box.Box) error {
		stay, err := w.userItem(c, place+"/"+c.Name())
		stays = stays || stay
		return err
	})
	if err == nil {
		err = w.RestOfTags(rest, b.End(), place)
	}
	if box.Damaged(err) {
		w.Reset(mark)
		return w.Unneeded(b, place)
	}
	if err == nil && !stays && w.Edited(mark) {
		w.collapse(mark, b, place)
	}
	return err
}

// userItem claims one item and tells whether something of it stays.
func (w *Tags) userItem(b box.Box, place string) (stays bool, err error) {
	switch b.Type {
	case "meta":
		return w.meta(b, place)
	case "free", "skip", "wide":
		return false, w.Filler(b, place)
	case "uuid":
		return false, w.UUID(b, place)
	}
	item, ok := verdictOf("udta", b.Type)
	if !ok {
		w.Drop(b, scrub.Unknown, place, w.userText(b))
		return false, nil
	}
	switch item.role {
	case scrub.Render:
		return w.selection(b, place)
	case scrub.Describe:
		return w.words(b, item.kind, place), nil
	}
	return !w.Drop(b, item.kind, place, w.userText(b)), nil
}

// maxWords is the most that a text which stays may take: a title is short,
// lyrics and chapter lists are not.
func maxWords(kind scrub.Kind) int {
	if kind == scrub.Title {
		return 1 << 10
	}
	return 64 << 10
}

// words claims an item that people read. It stays if the policy keeps such
// words and it is nothing but words.
func (w *Tags) words(b box.Box, kind scrub.Kind, place string) bool {
	most := maxWords(kind)
	if b.Size() > int64(most)+16 {
		return !w.Drop(b, scrub.Unknown, place, "")
	}
	text, ok := userWords(b.Type, w.Get(b.Body(), int(b.Size())))
	tells := w.told(kind, text)
	switch {
	case b.Type == "\xa9day" && !isYear(text):
		tells = scrub.Time
	case !ok:
		tells = scrub.Unknown
	}
	if tells != "" {
		return !w.dropWords(b, tells, place, box.Printable(text))
	}
	if w.Found(scrub.Finding{Kind: kind, Role: scrub.Describe, Place: place, Off: b.Off, Len: b.Len, Value: string(text)}) {
		w.Claim(b.Off, b.Len, scrub.Identify, place)
		w.Retire(b, scrub.Unlink, scrub.Destroy)
		return false
	}
	w.Claim(b.Off, b.Len, scrub.Describe, place)
	return true
}

// userWords returns the text of an item: QuickTime's international text has
// length and language before it, 3GPP's version, flags and language, and
// chapters are times and names.
func userWords(typ string, body []byte) (text []byte, ok bool) {
	switch {
	case typ == "chpl":
		return chapterNames(body)
	case typ == "yrrc":
		return nil, len(body) == 6 && box.Uint32(body) == 0 // version, flags, year
	case typ[0] == 0xa9:
		if len(body) < 4 || int(box.Uint16(body)) != len(body)-4 {
			return body, false
		}
		return bytes.TrimRight(body[4:], "\x00"), true
	case len(body) >= 6:
		return bytes.TrimRight(body[6:], "\x00"), box.Uint32(body) == 0
	}
	return body, false
}

// chapterNames returns the names in Nero's chapter list: after version, flags
// and a count, each has a time of eight bytes, a length and its name.
func chapterNames(body []byte) (names []byte, ok bool) {
	head := 5
	if len(body) > 0 && body[0] == 1 { // four more bytes before the count
		head = 9
	}
	if len(body) < head || slices.ContainsFunc(body[1:head-1], func(c byte) bool { return c != 0 }) {
		return nil, false
	}
	list := body[head:]
	for len(list) >= 9 {
		n := int(list[8])
		if n > len(list)-9 {
			return names, false
		}
		names = append(append(names, list[9:9+n]...), '\n')
		list = list[9+n:]
	}
	return names, len(list) == 0
}

// isYear tells whether text is a year and no more.
func isYear(text []byte) bool {
	if len(text) != 4 {
		return false
	}
	for _, c := range text {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// userText returns what people would read of an item that goes.
func (w *Tags) userText(b box.Box) string {
	body := w.Get(b.Body(), int(min(b.Size(), scrub.MaxValue)))
	if len(body) < 4 {
		return ""
	}
	if b.Type[0] == 0xa9 && int(box.Uint16(body)) <= len(body)-4 {
		return box.Printable(body[4 : 4+box.Uint16(body)])
	}
	return box.Printable(body)
}

// collapse retires a container in which nothing stays as a whole. Its items
// were reported one by one since m.
func (w *Tags) collapse(m scrub.Point, b box.Box, place string) {
	if w.Retract(m); b.Cut {
		w.Doubtful(b, place)
		return
	}
	w.Claim(b.Off, b.Len, scrub.Identify, place)
	unlink := scrub.Unlink
	if w.Wordless {
		unlink = scrub.Announce
	}
	w.Retire(b, unlink, scrub.Destroy)
}
