package formats_test

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/scrubtest"
	"untag/scrub/scrubtest/decoders"
)

var rooms = flag.Bool("rooms", false, "rewrite the list of places in which a word can hide")

// Law 11: what is kept is looked at. A word is put over every place of what is
// structure in the cleaned samples. Where the medium is still called clean and
// decoders show the same, the place has room for words: such places are listed
// in testdata/rooms.txt, none may be added, and the fewer there are the better.
func TestNoRoomForWords(t *testing.T) {
	list := filepath.Join("testdata", "rooms.txt")
	j := summon(t)
	found := map[string]bool{}
	tried := map[string]bool{}
	for _, s := range samples.All() {
		if hasParser(j.engine, s.Format) && len(s.Data) < 24<<10 && s.Format != "playlist" { // lists are names, which no decoder shows
			j.rooms(t, s, tried, found)
		}
	}
	if *rooms {
		lines := strings.Join(slices.Sorted(maps.Keys(found)), "\n") + "\n"
		if err := os.WriteFile(list, []byte(lines), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	known, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range slices.Sorted(maps.Keys(found)) {
		if !strings.Contains("\n"+string(known), "\n"+k+"\n") {
			t.Errorf("law 11: a word can hide in %s (test with -rooms to list it all the same)", k)
		}
	}
	t.Logf("%d places were tried, %d have room, %d are listed", len(tried), len(found), bytes.Count(known, []byte("\n")))
}

var (
	index = regexp.MustCompile(`\[\d+\]`)
	cover = regexp.MustCompile(`(?i)(^|/)(covr|picture)/|/FileData`)
)

// rooms adds the places of one sample in which a word can hide.
func (j *jury) rooms(t *testing.T, s samples.Sample, tried, found map[string]bool) {
	src, size := bytesOf(s.Data)
	p, err := j.engine.Plan(src, size, scrub.Options{})
	if err != nil {
		t.Fatal(err)
	}
	clean := scrubtest.Perform(s.Data, p)
	name := func(x scrubtest.Spot) string {
		return fmt.Sprintf("%s %s+%d", s.Format, index.ReplaceAllString(x.Place, ""), x.At)
	}
	h := scrubtest.Harness{Engine: j.engine}
	free, err := h.Free(clean, func(x scrubtest.Spot) bool {
		fresh := !tried[name(x)] && !cover.MatchString(x.Place) // which the panel doesn't look at
		tried[name(x)] = true
		return fresh
	})
	if err != nil {
		t.Fatal(err)
	}
	var was decoders.Opinion
	for _, f := range free {
		if was == nil {
			was = j.show(t, s, clean)
		}
		other := bytes.Clone(clean)
		copy(other[f.Off:], scrubtest.Word)
		if len(decoders.Lost(was, j.show(t, s, other), 0)) == 0 {
			found[name(f)] = true
		}
	}
}

func (j *jury) show(t *testing.T, s samples.Sample, data []byte) decoders.Opinion {
	o, err := j.panel.Show(s.Format, s.Ext, data)
	if err != nil {
		t.Fatal(err)
	}
	return o
}
