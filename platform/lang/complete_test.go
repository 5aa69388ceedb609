package lang

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/leonelquinteros/gotext"

	"untag/platform/lang/internal/extract"
)

// TestComplete holds each text of the tree to having a translation with the same
// verbs in every catalogue, and each translation to being needed.
func TestComplete(t *testing.T) {
	entries, err := extract.Tree("../..")
	if err != nil {
		t.Error(err)
	}
	for _, e := range entries {
		for _, fault := range faults(e) {
			t.Error(fault)
		}
	}
	for _, name := range names(t) {
		po, err := catalogues.ReadFile("po/" + name + ".po")
		if err != nil {
			t.Fatal(err)
		}
		for _, fault := range compare(entries, string(po)) {
			t.Errorf("%s: %s", name, fault)
		}
	}
	if t.Failed() {
		t.Log("make texts brings texts into the catalogues; empty ones are to be filled in")
	}
}

// faults are those of the text itself.
func faults(e extract.Entry) (all []string) {
	verbs := verbsOf(e.One)
	if e.Many != "" && (!maps.Equal(verbs, verbsOf(e.Many)) || verbs[1] != "d") {
		all = append(all, fmt.Sprintf("%q and %q: not the same verbs, or the first is not %%d", e.One, e.Many))
	}
	for _, n := range e.Args {
		if n >= 0 && n != len(verbs) {
			all = append(all, fmt.Sprintf("%q has %d verbs and %d args", e.One, len(verbs), n))
		}
	}
	return all
}

// compare returns what is wrong with a catalogue.
func compare(entries []extract.Entry, po string) (faults []string) {
	say := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	catalogue := gotext.NewPo()
	catalogue.Parse([]byte(po))
	if !strings.Contains(catalogue.PluralForms, "nplurals=") {
		say("no Plural-Forms")
	}
	if strings.Contains(po, "#, fuzzy") || strings.Contains(po, "\n#~") {
		say("fuzzy or obsolete entries")
	}
	unused := catalogue.GetDomain().GetTranslations()
	delete(unused, "")
	for _, e := range entries {
		tr := unused[e.One]
		delete(unused, e.One)
		if tr == nil || tr.PluralID != e.Many || len(tr.Trs) == 0 {
			say("no entry for %q (%s)", e.One, strings.Join(e.Files, ", "))
			continue
		}
		for _, s := range tr.Trs {
			switch {
			case s == "":
				say("no translation of %q", e.One)
			case !maps.Equal(verbsOf(s), verbsOf(e.One)):
				say("%q has other verbs than %q", s, e.One)
			case edge(s) != edge(e.One):
				say("%q begins or ends with other white space than %q", s, e.One)
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(unused)) {
		say("nobody says %q", key)
	}
	return faults
}

// edge is the white space at both ends.
func edge(s string) [2]string {
	return [2]string{s[:len(s)-len(strings.TrimLeft(s, " \n"))], s[len(strings.TrimRight(s, " \n")):]}
}

var verb = regexp.MustCompile(`%([-+# 0]*[0-9]*(?:\.[0-9]+)?)(?:\[([0-9]+)\])?([a-zA-Z%])`)

// verbsOf returns the verbs of a format by the number of their argument.
func verbsOf(format string) map[int]string {
	verbs := map[int]string{}
	next := 1
	for _, m := range verb.FindAllStringSubmatch(format, -1) {
		if m[3] == "%" {
			continue
		}
		if m[2] != "" {
			next, _ = strconv.Atoi(m[2])
		}
		verbs[next] = m[1] + m[3]
		next++
	}
	return verbs
}

// The test above is worth what it finds.
func TestFaultsAreFound(t *testing.T) {
	for _, c := range []struct {
		e    extract.Entry
		want string
	}{
		{extract.Entry{One: "%d of %s", Args: []int{2}}, ""},
		{extract.Entry{One: "%d of %s", Args: []int{1}}, "2 verbs and 1 args"},
		{extract.Entry{One: "%d of %s", Args: []int{-1}}, ""},
		{extract.Entry{One: "%d thing", Many: "%d things", Args: []int{1}}, ""},
		{extract.Entry{One: "a thing", Many: "%d things", Args: []int{1}}, "not the same verbs"},
		{extract.Entry{One: "%s thing", Many: "%s things", Args: []int{1}}, "the first is not"},
	} {
		check(t, faults(c.e), c.want)
	}
	const head = "msgid \"\"\nmsgstr \"Plural-Forms: nplurals=1; plural=0;\\n\"\n"
	texts := []extract.Entry{{One: "%s of %d", Files: []string{"x.go"}}}
	for po, want := range map[string]string{
		"msgid \"%s of %d\"\nmsgstr \"%[2]d의 %[1]s\"\n": "",
		"msgid \"%s of %d\"\nmsgstr \"%d의 %s\"\n":       "other verbs",
		"msgid \"%s of %d\"\nmsgstr \"\"\n":             "no translation",
		"msgid \"%s of %d\"\nmsgstr \"%s %d \"\n":       "white space",
		"": "no entry",
		"#, fuzzy\nmsgid \"%s of %d\"\nmsgstr \"%s %d\"\n":                      "fuzzy",
		"msgid \"%s of %d\"\nmsgstr \"%s %d\"\n\nmsgid \"old\"\nmsgstr \"옛\"\n": "nobody says",
		"msgid \"%s of %d\"\nmsgid_plural \"%s of %d\"\nmsgstr[0] \"%s %d\"\n":  "no entry",
	} {
		check(t, compare(texts, head+po), want)
	}
	check(t, compare(nil, "msgid \"\"\nmsgstr \"\"\n"), "no Plural-Forms")
}

func check(t *testing.T, faults []string, want string) {
	t.Helper()
	if got := strings.Join(faults, "; "); (got == "") != (want == "") || !strings.Contains(got, want) {
		t.Errorf("%q, not %q", got, want)
	}
}

// TestCleaningIsNoDeleting: 지우다 is to delete where no 정보 (information) is said to be
// what goes, and nobody should think that of a drive or a file.
func TestCleaningIsNoDeleting(t *testing.T) {
	data, err := catalogues.ReadFile("po/ko.po")
	if err != nil {
		t.Fatal(err)
	}
	po := gotext.NewPo()
	po.Parse(data)
	clean, remove := regexp.MustCompile(`(?i)\bclean`), regexp.MustCompile(`지우|지울|지웁|삭제`)
	for key, tr := range po.GetDomain().GetTranslations() {
		for _, s := range tr.Trs {
			if clean.MatchString(key) && remove.MatchString(s) && !strings.Contains(s, "정보") {
				t.Errorf("%q: %q", key, s)
			}
		}
	}
}
