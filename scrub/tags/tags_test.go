package tags_test

import (
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/tags"
)

func TestParse(t *testing.T) {
	all, err := tags.Parse("# for readers\n\nWAVE\tbext\tgo\ttime\t\twho made it and when\tTech 3285\nWAVE\tfmt \tstructure\t\t128\thow sound is coded\tMPI\n\tRIFF AVIX\tholds=AVI\t\t\tmore film\tOpenDML\n")
	if err != nil || len(all) != 3 {
		t.Fatal(all, err)
	}
	if f := all[1]; f.Role != scrub.Structure || f.Most != 128 || f.ID != "fmt " || f.Kind != "" {
		t.Errorf("%+v", f)
	}
	if f := all[2]; f.In != "AVI" || f.Fate != tags.Holds {
		t.Errorf("%+v", f)
	}
}

func TestParseRefuses(t *testing.T) {
	for line, want := range map[string]string{
		"a\tb\tgo\t\t\tm":            "6 fields",
		"a\tb\tleave\t\t\tm\ts":      `fate "leave"`,
		"a\tb\tgo\tserials\t\tm\ts":  `kind "serials"`,
		"a\tb\tgo\tserial\tx\tm\ts":  `longest body "x"`,
		"a\tb\tgo\tserial\t-1\tm\ts": `longest body "-1"`,
	} {
		if _, err := tags.Parse("#\n" + line); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%q: %v", line, err)
		}
	}
}
