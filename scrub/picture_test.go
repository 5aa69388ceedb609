package scrub_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/scrub"
)

func TestPicture(t *testing.T) {
	span := func(off, n int64, r scrub.Role) scrub.Span { return scrub.Span{Off: off, Len: n, Role: r} }
	p := &scrub.Plan{
		Size: 1000, End: 950,
		Map: []scrub.Span{
			span(0, 10, scrub.Structure), span(10, 20, scrub.Identify), span(30, 20, scrub.Identify), span(50, 10, scrub.Describe),
			span(60, 800, scrub.Payload), span(860, 40, scrub.Filler), span(900, 100, scrub.Identify),
		},
		Edits: []scrub.Edit{
			{Off: 0, Len: 4, Phase: scrub.Unlink},   // a checksum: structure stays structure
			{Off: 10, Len: 30, Phase: scrub.Unlink}, // half of the second tag, and again below
			{Off: 20, Len: 30, Phase: scrub.Destroy},
			{Off: 880, Len: 20, Phase: scrub.Destroy},
		},
	}
	want := []scrub.Stroke{
		{Len: 10, Role: scrub.Structure},
		{Len: 40, Role: scrub.Identify, Goes: 40},
		{Len: 10, Role: scrub.Describe},
		{Len: 800, Role: scrub.Payload},
		{Len: 20, Role: scrub.Filler},
		{Len: 20, Role: scrub.Filler, Goes: 20},
		{Len: 50, Role: scrub.Identify},
		{Len: 50, Role: scrub.Identify, Goes: 50},
	}
	if diff := cmp.Diff(want, p.Picture(60)); diff != "" {
		t.Error(diff)
	}
	// The title is the smallest part that joins bytes which stay as well.
	want = append(append(want[:2:2], scrub.Stroke{Len: 810, Role: scrub.Payload}), want[4:]...)
	if diff := cmp.Diff(want, p.Picture(7)); diff != "" {
		t.Error(diff)
	}
}

// Whatever the map, a picture is as long as the file, bounded, and loses nothing that goes.
func TestPictureOfManySpans(t *testing.T) {
	p := &scrub.Plan{}
	var goes int64
	for i := range int64(200_000) {
		n := 1 + i*i%7
		role := scrub.Role(1 + i%6)
		p.Map = append(p.Map, scrub.Span{Off: p.Size, Len: n, Role: role})
		if role == scrub.Identify && i%4 == 0 {
			p.Edits = append(p.Edits, scrub.Edit{Off: p.Size, Len: n, Phase: scrub.Destroy})
			goes += n
		}
		p.Size += n
	}
	p.End = p.Size
	for _, most := range []int{1, 2, 60, 1 << 20} {
		var size, gone int64
		all := p.Picture(most)
		for _, s := range all {
			size, gone = size+s.Len, gone+s.Goes
		}
		if size != p.Size || gone != goes || len(all) > most {
			t.Errorf("%d of %d strokes: %d of %d bytes, of which %d of %d go", len(all), most, size, p.Size, gone, goes)
		}
	}
	if got := (&scrub.Plan{}).Picture(60); len(got) != 0 {
		t.Errorf("an empty file is drawn as %v", got)
	}
}

// A film on tape is one span, and what goes of it is one edit.
func TestPictureOfStripes(t *testing.T) {
	parts := []scrub.Span{{Len: 10, Role: scrub.Structure}, {Off: 10, Len: 80, Role: scrub.Payload}, {Off: 90, Len: 10, Role: scrub.Identify}}
	p := &scrub.Plan{
		Size: 100_000, End: 100_000,
		Map:   []scrub.Span{{Len: 100_000, Over: &scrub.Pattern{Parts: parts}}},
		Edits: []scrub.Edit{{Len: 100_000, Phase: scrub.Destroy, Over: &scrub.Stripes{Step: 100, Parts: []scrub.Edit{{Off: 90, Len: 10}}}}},
	}
	want := []scrub.Stroke{{Len: 100_000, Role: scrub.Payload, Goes: 10_000}}
	if diff := cmp.Diff(want, p.Picture(60)); diff != "" {
		t.Error(diff)
	}
}

// What a file is written anew without goes, whatever it was for; of what becomes shorter, a part.
func TestPictureOfWhatIsDropped(t *testing.T) {
	p := &scrub.Plan{
		Size: 1000, End: 1000,
		Map:  []scrub.Span{{Len: 500, Role: scrub.Structure}, {Off: 500, Len: 400, Role: scrub.Payload}, {Off: 900, Len: 100, Role: scrub.Identify}},
		Anew: []scrub.Change{{Off: 100, Len: 400, Data: make([]byte, 300)}, {Off: 900, Data: []byte("more")}, {Off: 900, Len: 60}, {Off: 970, Len: 10, Data: make([]byte, 20)}},
	}
	want := []scrub.Stroke{
		{Len: 100, Role: scrub.Structure}, {Len: 400, Role: scrub.Structure, Goes: 100}, {Len: 400, Role: scrub.Payload},
		{Len: 60, Role: scrub.Identify, Goes: 60}, {Len: 40, Role: scrub.Identify},
	}
	if diff := cmp.Diff(want, p.Picture(60)); diff != "" {
		t.Error(diff)
	}
}
