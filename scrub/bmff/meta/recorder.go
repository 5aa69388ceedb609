package meta

import (
	"bytes"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/words"
)

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
	text, err := w.Bytes(b.Body(), int(min(b.Size(), box.MaxSlack)))
	for _, name := range recorderNames {
		w.recorder = w.recorder || bytes.Contains(text, name)
	}
	return err
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
