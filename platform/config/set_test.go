package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSetAction(t *testing.T) {
	for name, tt := range map[string]struct{ before, after string }{
		"nothing":              {"", preamble + "action = \"scrub\"\n"},
		"no action":            {"# mine\n\n[[rule]]\naction = \"ignore\"\n", preamble + "action = \"scrub\"\n\n# mine\n\n[[rule]]\naction = \"ignore\"\n"},
		"an action":            {"# mine\naction = 'ask' # for now\nsettle = \"3s\"\n", "# mine\naction = \"scrub\" # for now\nsettle = \"3s\"\n"},
		"what Windows writes":  {"\ufeffaction = \"report\"\r\n# mine\r\n", "action = \"scrub\"\r\n# mine\r\n"},
		"a comment and no end": {"#action = \"ask\"", preamble + "action = \"scrub\"\n\n#action = \"ask\""},
		"quoted":               {"\"action\" = \"\"\"ask\"\"\"\n", "\"action\" = \"scrub\"\n"},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, tt.before)
			if err := SetAction(path, Scrub); err != nil {
				t.Fatal(err)
			}
			if got := string(must(os.ReadFile(path))); got != tt.after {
				t.Errorf("%q", got)
			}
			if c := must(Load(path)); c.Action != Scrub {
				t.Errorf("it says %s", c.Action)
			}
			if left := must(filepath.Glob(filepath.Dir(path) + "/.*")); len(left) > 0 {
				t.Errorf("left behind: %q", left)
			}
			if st := must(os.Stat(path)); st.Mode() != 0o600 {
				t.Errorf("mode %v", st.Mode())
			}
		})
	}
}

func TestSetActionWhereItCant(t *testing.T) {
	broken := write(t, "action = \"scrap\"\n")
	var at *Error
	if err := SetAction(broken, Report); !errors.As(err, &at) || string(must(os.ReadFile(broken))) != "action = \"scrap\"\n" {
		t.Errorf("a file with a mistake in it: %v", err)
	}
	dir := t.TempDir()
	if err := os.Symlink("nowhere", dir+"/untagd.toml"); err != nil {
		t.Fatal(err)
	}
	if err := SetAction(dir+"/untagd.toml", Report); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a link to nowhere: %v", err)
	}
	huge := write(t, strings.Repeat("#", maxFile+1))
	if err := SetAction(huge, Report); err == nil {
		t.Error("a huge file was changed")
	}
	if err := SetAction(broken+"/untagd.toml", Report); err == nil {
		t.Error("a file passes for a folder")
	}
}

func TestSetActionThroughALink(t *testing.T) {
	real := write(t, "")
	link := filepath.Join(t.TempDir(), "deep", "untagd.toml")
	if err := errors.Join(os.Mkdir(filepath.Dir(link), 0o700), os.Symlink(real, link), SetAction(link, Report)); err != nil {
		t.Fatal(err)
	}
	if to, err := os.Readlink(link); err != nil || to != real || must(Load(link)).Action != Report {
		t.Errorf("the link leads to %q: %v", to, err)
	}
	if none := filepath.Join(t.TempDir(), "untag", "untagd.toml"); SetAction(none, Scrub) != nil || must(Load(none)).Action != Scrub {
		t.Error("a file in a folder that is not there was not made")
	}
}
