package matroska

import (
	"encoding/binary"

	"untag/scrub"
	"untag/scrub/chunk"
)

// Numbers of tracks, editions, chapters and files are made by lot when a file is written
// (RFC 9559, 5.1.4.1.2), and tell which files were written together: they become small
// ones, as do those that refer to them. Those that refer change first, so that an
// interrupted run leaves either a number that is still there or one that comes.

// renumbering is what becomes of the numbers of one class.
type renumbering struct {
	old   []int64
	small map[int64]int64 // by the old ones
}

// classes are the elements that hold numbers: those that give them, and those that refer.
var classes = map[string]struct {
	class string
	gives bool
}{
	"TrackUID": {"track", true}, "TagTrackUID": {"track", false}, "TrackPlaneUID": {"track", false}, "TrackJoinUID": {"track", false},
	"TrickTrackUID": {"track", false}, "TrickMasterTrackUID": {"track", false}, "ChapterTrackUID": {"track", false},
	"EditionUID": {"edition", true}, "TagEditionUID": {"edition", false},
	"ChapterUID": {"chapter", true}, "TagChapterUID": {"chapter", false},
	"FileUID": {"file", true}, "TagAttachmentUID": {"file", false}, "AttachmentLink": {"file", false},
}

const (
	smallUID = 1 << 16 // what is less was not made by lot
	maxUIDs  = 1 << 14
)

// uids notes the numbers that chapters and files have.
func (f *film) uids(p chunk.Part, level int) error {
	return f.children(p, func(c chunk.Part) error {
		r := f.Rules[p.ID][c.ID]
		switch {
		case classes[c.ID].gives:
			return f.uid(c)
		case level < 8 && (r.In != "" || c.ID == "AttachedFile"):
			return f.uids(c, level+1)
		}
		return nil
	})
}

func (f *film) uid(p chunk.Part) error {
	v, err := f.number(p)
	r := f.numbers[classes[p.ID].class]
	if r.old = append(r.old, v); len(r.old) > maxUIDs {
		return f.Unsupportedf(p.Off, "more than %d numbers of tracks or chapters", maxUIDs)
	}
	f.numbers[classes[p.ID].class] = r
	return err
}

// renumber chooses the new numbers: what is small stays, others get their place, or the
// next number that nobody has.
func (f *film) renumber() {
	for class, r := range f.numbers {
		r.small = map[int64]int64{}
		taken := map[int64]bool{}
		for _, v := range r.old {
			if taken[v] = true; isSmall(v) {
				r.small[v] = v
			}
		}
		next := int64(1)
		for _, v := range r.old {
			if _, done := r.small[v]; done {
				continue
			}
			for taken[next] {
				next++
			}
			r.small[v], taken[next] = next, true
		}
		f.numbers[class] = r
	}
}

func isSmall(v int64) bool { return v >= 0 && v < smallUID }

// renumbered claims a number, which becomes a small one. One that refers to nothing
// becomes 0.
func (f *film) renumbered(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	c := classes[p.ID]
	if p.Size > 8 || p.Size == 0 {
		w.Distrust("a number of %d bytes", p.Size)
		return true, w.Keep(p, scrub.Structure, place)
	}
	if err := w.Keep(p, scrub.Structure, place); err != nil || f.Careful && len(dialect.Raw(p.ID)) == 1 {
		return c.gives, err
	}
	v, err := f.number(p)
	if err != nil || isSmall(v) {
		return c.gives, err
	}
	phase := scrub.Destroy
	if c.gives {
		phase = scrub.Repair
	}
	want := binary.BigEndian.AppendUint64(nil, uint64(f.numbers[c.class].small[v]))
	if w.Found(scrub.Finding{Kind: scrub.ID, Place: place, Off: p.Body(), Len: p.Size}) {
		w.Put(phase, p.Body(), want[8-p.Size:])
	}
	return c.gives, nil
}
