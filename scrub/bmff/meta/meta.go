// Package meta claims the tags of films: user data, keys and items, user types, and what
// vendors add (ISO/IEC 14496-12, 8.10 and 8.11; the QuickTime File Format specification; 3GPP TS
// 26.244, 8). What the policy keeps stays only if it is what it is said to be.
//
// Start with [Tags.Container].
package meta

import (
	"bytes"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/words"
)

// Tags is the work on the tags of one film.
type Tags struct {
	*box.Walk
	// Wordless says that words of a recorder went from the tags at hand. Whoever goes on to
	// other tags sets it to false.
	Wordless bool
	recorder bool // the tags are those of what recorded the film
}

// metadata is a meta box (8.11): handler, keys (QuickTime) and items.
type metadata struct {
	box      box.Box
	children int64 // where they start
	handler  string
	keys     []key
}

// key is one entry of keys: items are numbered by it, from 1.
type key struct {
	off, len int64
	name     string
	strange  bool // its namespace is none that is known
}

// maxItems bounds keys and items; iTunes writes some thirty.
const maxItems = 4096

// meta claims a meta box and tells whether something in it stays. It goes as a
// whole if nothing does: readers refuse one without a handler. Of one that is
// damaged the items that can be read stay.
func (w *Tags) meta(b box.Box, place string) (stays bool, err error) {
	w.InTags++
	defer func() { w.InTags-- }()
	mark := w.Point()
	m, err := w.readMeta(b)
	if err == nil && !m.listed() {
		return !w.Drop(b, scrub.MakerNote, place, ""), nil
	}
	if err == nil {
		stays, err = w.list(m, place)
	}
	if box.Damaged(err) {
		w.Reset(mark)
		if stays, err = w.rescue(b, place); stays || err != nil {
			return stays, err
		}
		w.Reset(mark)
		return !w.Drop(b, scrub.Unknown, place, ""), nil
	}
	if err != nil || stays || w.Careful {
		return stays, err
	}
	if !w.Edited(mark) {
		w.Found(scrub.Finding{Kind: scrub.Software, Place: place, Off: b.Off, Len: b.Len, Value: "empty, as its writer leaves it"})
	}
	w.collapse(mark, b, place)
	return false, nil
}

// listed tells whether what the box holds is items of a list.
func (m *metadata) listed() bool { return m.handler == "mdta" || m.handler == "mdir" }

// rescue lists a damaged meta box carefully, and tells whether something in it stays.
func (w *Tags) rescue(b box.Box, place string) (stays bool, err error) {
	if w.Careful {
		return false, nil
	}
	before := w.Distrusts
	w.Careful = true
	m, err := w.readMeta(b)
	if err == nil && m.listed() {
		stays, err = w.list(m, place)
	}
	w.Careful = false
	switch {
	case stays && err == nil:
		w.Doubt("%s is damaged", place)
		return true, nil
	case box.Damaged(err):
		err = nil
	}
	w.Distrusts = before
	return false, err
}

// list claims what a meta box holds and tells whether something of it stays.
func (w *Tags) list(m *metadata, place string) (stays bool, err error) {
	b := m.box
	w.Claim(b.Off, b.Head, scrub.Structure, place)
	if err := w.Zero(b.Body(), m.children-b.Body(), scrub.Hidden, place+"/flags", ""); err != nil {
		return false, err
	}
	gone := make([]bool, len(m.keys))
	rest, err := w.Children(m.children, b.End(), func(c box.Box) error {
		at := place + "/" + c.Name()
		switch c.Type {
		case "hdlr":
			return w.Handler(c, at)
		case "keys":
			return nil // after the items are judged
		case "ilst":
			stays, err = w.items(m, c, at, gone)
			return err
		case "free", "skip":
			return w.Filler(c, at)
		}
		return w.Unneeded(c, at)
	})
	if err == nil {
		err = w.RestOfTags(rest, b.End(), place)
	}
	if err == nil {
		err = w.keys(m, place, gone)
	}
	return stays, err
}

// readMeta finds out whether the box is a full box, as ISO has it, or a plain
// one, as QuickTime has it: the handler comes first in both.
func (w *Tags) readMeta(b box.Box) (*metadata, error) {
	m := &metadata{box: b, children: b.Body()}
	h := w.Get(b.Body(), int(min(b.Size(), 12)))
	if len(h) >= 12 && string(h[8:12]) == "hdlr" {
		m.children += 4
	}
	_, err := w.Children(m.children, b.End(), func(c box.Box) error {
		switch {
		case c.Type == "hdlr" && c.Size() >= 12:
			m.handler = string(w.Get(c.Body()+8, 4))
			return nil
		case c.Type == "keys":
			return w.readKeys(c, m)
		}
		return nil
	})
	return m, err
}

// readKeys reads the table of keys: size, namespace, name.
func (w *Tags) readKeys(b box.Box, m *metadata) error {
	_, err := w.Children(b.Body()+8, b.End(), func(c box.Box) error {
		if len(m.keys) == maxItems {
			return w.Errorf(b.Off, "more than %d keys", maxItems)
		}
		name := w.Get(c.Body(), int(min(c.Size(), scrub.MaxValue)))
		m.keys = append(m.keys, key{c.Off, c.Len, string(name), c.Type != "mdta" && c.Type != "udta"})
		return nil
	})
	return err
}

// keys claims the table of keys. Numbers must not change, so the name of a key
// whose item went is overwritten in its place.
func (w *Tags) keys(m *metadata, place string, gone []bool) error {
	_, err := w.Children(m.children, m.box.End(), func(c box.Box) error {
		if c.Type != "keys" {
			return nil
		}
		if _, _, err := w.Flags(c, 0, place+"/keys"); err != nil {
			return err
		}
		at, end := c.Body()+4, c.Body()+8
		for i, k := range m.keys {
			if k.off < c.Off || k.off >= c.End() {
				continue
			}
			if end = max(end, k.off+k.len); k.strange {
				w.Rewrite(k.off+4, []byte("mdta"), scrub.Hidden, place+"/keys/namespace")
			}
			if !gone[i] || k.len <= 8 {
				continue
			}
			w.Claim(at, k.off+8-at, scrub.Structure, place+"/keys")
			at = k.off + k.len
			if err := w.blankKey(k, place+"/keys"); err != nil {
				return err
			}
		}
		end = min(end, c.End())
		w.Claim(at, end-at, scrub.Structure, place+"/keys")
		return w.Slack(c, end, place+"/keys")
	})
	return err
}

func (w *Tags) blankKey(k key, place string) error {
	off, n := k.off+8, k.len-8
	constant, err := w.Constant(off, n, 'x')
	if err != nil {
		return err
	}
	if constant {
		w.Claim(off, n, scrub.Structure, place)
		return nil
	}
	w.Claim(off, n, scrub.Identify, place)
	w.Fill(scrub.Repair, off, n, 'x')
	return nil
}

// recorderItems are items of user data that only what records writes: what made it
// and where it was.
var recorderItems = []string{"\xa9mak", "\xa9mod", "\xa9mdl", "\xa9xyz", "@xyz", "loci", "manu", "modl", "cmnm", "CAME", "FIRM", "MUID", "MVTG", "GPMF", "smta"}

// recorderNames are keys and programs of those who record: phones, and the voice
// memos that Apple's call after the street where they were made.
var recorderNames = [][]byte{[]byte("com.apple.VoiceMemos"), []byte("com.apple.quicktime.make"), []byte("com.apple.quicktime.model"), []byte("com.apple.quicktime.location"),
	[]byte("com.android.manufacturer"), []byte("com.android.model"), []byte("com.samsung."), []byte("com.sec.")}

// ReadRecorder notes whether user data are those of a recorder. Titles in such a
// file are no words of a work: they are a place, a day or a name.
func (w *Tags) ReadRecorder(b box.Box) error {
	found, err := w.Holds(b.Body(), b.Size(), recorderItems)
	if err != nil || found || w.recorder {
		w.recorder = w.recorder || found
		return err
	}
	text := w.Get(b.Body(), int(min(b.Size(), box.MaxSlack)))
	for _, name := range recorderNames {
		w.recorder = w.recorder || bytes.Contains(text, name)
	}
	return nil
}

// told returns what words that people read give away, "" if they may stay.
func (w *Tags) told(kind scrub.Kind, text []byte) scrub.Kind {
	if w.recorder && kind == scrub.Title {
		return kind
	}
	return words.Stay(text, maxWords(kind))
}

// dropWords drops an item of words because of what they tell: in a recorder's file
// before all that tells of the recorder, without which nobody would know them from those of a work.
func (w *Tags) dropWords(b box.Box, kind scrub.Kind, place, value string) (goes bool) {
	if kind == scrub.Unknown || !w.recorder {
		return w.Drop(b, kind, place, value)
	}
	w.Claim(b.Off, b.Len, scrub.Identify, place)
	goes = w.Found(scrub.Finding{Kind: kind, Place: place, Off: b.Off, Len: b.Len, Value: value})
	if goes {
		w.Wordless = true
		w.Retire(b, scrub.Announce, scrub.Destroy)
	}
	return goes
}
