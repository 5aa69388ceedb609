package lang

import (
	"path"
	"sync"
	"testing"

	"github.com/leonelquinteros/gotext"
)

func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestChoose(t *testing.T) {
	defer chosen.Store(nil)
	for _, c := range []struct {
		want string
		env  []string
	}{
		{"en", nil},
		{"ko", []string{"LANG", "ko_KR.UTF-8"}},
		{"ko", []string{"LANG", "ko_KP.utf8"}},
		{"ko", []string{"LANG", "ko"}},
		{"en", []string{"LANG", "ko_KR.EUC-KR"}},
		{"en", []string{"LANG", "ko_KR.eucKR@hanja"}},
		{"en", []string{"LANG", "C.UTF-8", "LANGUAGE", "ko"}},
		{"en", []string{"LANG", "POSIX", "LANGUAGE", "ko"}},
		{"en", []string{"LANGUAGE", "ko"}},
		{"ko", []string{"LANG", "de_DE.UTF-8", "LANGUAGE", "de_AT:ko_KR:en"}},
		{"en", []string{"LANG", "ko_KR.UTF-8", "LANGUAGE", "en_GB:ko"}},
		{"ko", []string{"LANG", "ko_KR.UTF-8", "LANGUAGE", "de:fr"}},
		{"ko", []string{"LANG", "en_US.UTF-8", "LC_MESSAGES", "ko_KR.UTF-8"}},
		{"en", []string{"LANG", "ko_KR.UTF-8", "LC_MESSAGES", "ko_KR.UTF-8", "LC_ALL", "C"}},
		{"ko", []string{"LANG", "ko_KR.UTF-8", "LC_ALL", ""}},
		{"en", []string{"LANG", "../po/ko.UTF-8"}},
		{"en", []string{"LANG", "de_DE.UTF-8"}},
	} {
		if got := Choose(env(c.env...)); got != c.want {
			t.Errorf("%q: %s, not %s", c.env, got, c.want)
		}
	}
}

func TestTexts(t *testing.T) {
	defer chosen.Store(nil)
	defer func() { patterns = nil }()
	table := Mark("as in a table")
	Mark("%d bytes (%s) stay")
	Mark("box %q")
	say := func() []string {
		return []string{
			T("%s is done", "x"), T("100%%"), T("not translated"),
			N("%d thing in %s", "%d things in %s", 1, "y"), N("%d thing in %s", "%d things in %s", int64(2), "y"),
			table.String(), Known("as in a table"), Known("from elsewhere %"), Known(""),
			Known("31 bytes (at (the) end) stay"), Known(`box "a.b"`), Known(`a box "a"`),
		}
	}
	check := func(want ...string) {
		t.Helper()
		for i, got := range say() {
			if got != want[i] {
				t.Errorf("%q, not %q", got, want[i])
			}
		}
	}
	check("x is done", "100%", "not translated", "1 thing in y", "2 things in y", "as in a table", "as in a table", "from elsewhere %", "", "31 bytes (at (the) end) stay", `box "a.b"`, `a box "a"`)
	po := gotext.NewPo()
	po.Parse([]byte(`msgid ""
msgstr "Plural-Forms: nplurals=1; plural=0;\n"

msgid "%s is done"
msgstr "%s 끝"

msgid "100%%"
msgstr "백%%"

msgid "%d thing in %s"
msgid_plural "%d things in %s"
msgstr[0] "%[2]s에 %[1]d개"

msgid "as in a table"
msgstr "표처럼"

msgid "%d bytes (%s) stay"
msgstr "%[2]s에 %[1]d"

msgid "box %q"
msgstr "상자 %q"
`))
	chosen.Store(po)
	check("x 끝", "백%", "not translated", "y에 1개", "y에 2개", "표처럼", "표처럼", "from elsewhere %", "", "at (the) end에 31", `상자 "a.b"`, `a box "a"`)
}

// TestTogether is for the race detector.
func TestTogether(t *testing.T) {
	defer chosen.Store(nil)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100 {
				Choose(env("LANG", "ko_KR.UTF-8"))
				T("a")
				N("%d b", "%d bs", 2)
			}
		})
	}
	all.Wait()
}

// names lists the languages that there are.
func names(t *testing.T) (all []string) {
	files, err := catalogues.ReadDir("po")
	if err != nil || len(files) == 0 {
		t.Fatal("no catalogue", err)
	}
	for _, f := range files {
		all = append(all, f.Name()[:len(f.Name())-len(path.Ext(f.Name()))])
	}
	return all
}
