package config

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"untag/scrub"
)

// write puts a file of that text into a folder of its own.
func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "untagd.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func load(t *testing.T, texts ...string) Config {
	t.Helper()
	var paths []string
	for _, text := range texts {
		paths = append(paths, write(t, text))
	}
	c, err := Load(paths...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLoad(t *testing.T) {
	strict, deep := scrub.ProfileStrict, scrub.DepthDeep
	for _, tt := range []struct {
		name  string
		files []string
		want  func(c *Config)
	}{
		{"no file", nil, func(*Config) {}},
		{"an empty file", []string{""}, func(*Config) {}},
		{"everything", []string{`
action = "scrub"
profile = "strict"
keep = ["time", "place"]
remove = ["cover"]
depth = "index"
leave_signed = true
settle = "1m30s"
require_sandbox = false
notify = "none"
`}, func(c *Config) {
			*c = Config{Action: Scrub, Profile: scrub.ProfileStrict, Keep: []scrub.Kind{scrub.Time, scrub.Place}, Remove: []scrub.Kind{scrub.Cover},
				Depth: scrub.DepthIndex, LeaveSigned: true, Settle: 90 * time.Second, Notify: NotifyNone}
		}},
		{"what Windows begins a file with", []string{"\ufeffsettle = '5s'"}, func(c *Config) { c.Settle = 5 * time.Second }},
		{"windows line ends", []string{"settle = \"5s\"\r\nnotify = \"problems\"\r\n"}, func(c *Config) { c.Settle, c.Notify = 5*time.Second, NotifyProblems }},
		{"no waiting", []string{`settle = "0s"`}, func(c *Config) { c.Settle = 0 }},
		{"a second file overrides what it sets", []string{"settle = \"5s\"\nkeep = [\"time\"]\nremove = [\"cover\"]", "keep = []\nsettle = \"6s\""},
			func(c *Config) { c.Settle, c.Keep, c.Remove = 6*time.Second, []scrub.Kind{}, []scrub.Kind{scrub.Cover} }},
		{"a rule with everything", []string{`
[[rule]]
name = "mine"
action = "report"
profile = "strict"
keep = []
remove = ["cover"]
depth = "deep"
leave_signed = false
[rule.match]
label = "CAMERA"
folder = "DCIM"
uuid = "1234-*"
vendor = "V"
model = "M"
fs = "vfat"
min_size = "1GB"
max_size = "2 TiB"
`}, func(c *Config) {
			c.Rules = []Rule{{Name: "mine", Action: Report, Profile: &strict, Keep: []scrub.Kind{}, Remove: []scrub.Kind{scrub.Cover}, Depth: &deep, LeaveSigned: new(bool),
				Match: Match{Label: "CAMERA", Folder: "DCIM", UUID: "1234-*", Vendor: "V", Model: "M", FS: "vfat", MinSize: 1e9, MaxSize: 2 << 40}}}
		}},
		{"rules without names, and all ways to write a match", []string{"[[rule]]\nmatch = { label = 'a' }\n[[rule]]\nmatch.label = 'b'\naction = 'ignore'\n"},
			func(c *Config) {
				c.Rules = []Rule{{Name: "rule 1 of untagd.toml", Match: Match{Label: "a"}}, {Name: "rule 2 of untagd.toml", Match: Match{Label: "b"}, Action: Ignore}}
			}},
		{"rules as a list", []string{"rule = [{ name = 'x', match = { fs = 'ext4' } }, { name = 'y', action = 'ignore' }]"},
			func(c *Config) {
				c.Rules = []Rule{{Name: "x", Match: Match{FS: "ext4"}}, {Name: "y", Action: Ignore}}
			}},
		{"the rules of the second file come first", []string{"[[rule]]\nname = 'a'\nmatch.label = 'a'", "[[rule]]\nname = 'b'\naction = 'ignore'"},
			func(c *Config) {
				c.Rules = []Rule{{Name: "b", Action: Ignore}, {Name: "a", Match: Match{Label: "a"}}}
			}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := Default()
			tt.want(&want)
			if d := cmp.Diff(want, load(t, tt.files...)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestSampleHasTheDefaults(t *testing.T) {
	c, err := Load("untagd.toml")
	if err != nil {
		t.Fatal(err)
	}
	if text := string(must(os.ReadFile("untagd.toml"))); !strings.Contains(text, "\naction = ") || !strings.Contains(text, "can't be undone") {
		t.Error("the sample doesn't say what is done, and what that means")
	}
	if d := cmp.Diff(Default(), c); d != "" {
		t.Error(d)
	}
}

// Examples begin with "#" and a letter or "[", explanations with "# ".
var example = regexp.MustCompile(`(?m)^#([a-z\[])`)

func sampleUncommented(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("untagd.toml")
	if err != nil {
		t.Fatal(err)
	}
	return example.ReplaceAllString(string(text), "$1")
}

func TestSampleShowsTheDefaults(t *testing.T) {
	c := load(t, sampleUncommented(t))
	if len(c.Rules) != 3 {
		t.Errorf("%d rules", len(c.Rules))
	}
	c.Rules = nil
	want := Default()
	want.Keep, want.Remove = []scrub.Kind{}, []scrub.Kind{}
	if d := cmp.Diff(want, c); d != "" {
		t.Error(d)
	}
}

func TestSampleShowsEveryKeyAndKind(t *testing.T) {
	text := sampleUncommented(t)
	for _, table := range []reflect.Type{reflect.TypeFor[file](), reflect.TypeFor[rule](), reflect.TypeFor[match]()} {
		for _, name := range names(table) {
			if !regexp.MustCompile(`(?m)(^|[{,] *|\[\[)` + name + `( =|\]\])`).MatchString(text) {
				t.Errorf("%s of a %s is missing", name, table.Name())
			}
		}
	}
	for _, k := range scrub.Kinds() {
		if !regexp.MustCompile(`\b` + string(k) + `\b`).MatchString(text) {
			t.Errorf("kind %s is missing", k)
		}
	}
}

func TestStandard(t *testing.T) {
	home, xdg := t.TempDir(), t.TempDir()
	for _, dir := range []string{filepath.Join(home, ".config/untag"), filepath.Join(xdg, "untag")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "untagd.toml"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	dangling := t.TempDir()
	if err := os.Mkdir(filepath.Join(dangling, "untag"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", filepath.Join(dangling, "untag/untagd.toml")); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, home, xdg, want string
	}{
		{"home", home, "", filepath.Join(home, ".config/untag/untagd.toml")},
		{"XDG_CONFIG_HOME", home, xdg, filepath.Join(xdg, "untag/untagd.toml")},
		{"XDG_CONFIG_HOME is relative", home, "conf", filepath.Join(home, ".config/untag/untagd.toml")},
		{"no home", "", "", ""},
		{"nothing there", t.TempDir(), "", ""},
		{"a link to nowhere is there", home, dangling, filepath.Join(dangling, "untag/untagd.toml")},
	} {
		env := map[string]string{"HOME": tt.home, "XDG_CONFIG_HOME": tt.xdg}
		var own []string
		for _, path := range Standard(func(k string) string { return env[k] }) {
			if path != "/etc/untag/untagd.toml" {
				own = append(own, path)
			}
		}
		if got := strings.Join(own, " "); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestLoadOfWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	if _, err := Load(filepath.Join(dir, "none.toml")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is missing: %v", err)
	}
	if _, err := Load(dir); err == nil {
		t.Error("a folder passes for a file")
	}
	if _, err := Load(write(t, strings.Repeat("#", maxFile+1))); err == nil || !strings.HasSuffix(err.Error(), "is longer than 1048576 bytes") {
		t.Errorf("a huge file: %v", err)
	}
	if _, err := Load(write(t, strings.Repeat("#", maxFile))); err != nil {
		t.Errorf("a file of the greatest length: %v", err)
	}
}

func TestFor(t *testing.T) {
	c := load(t, `
action = "scrub"
profile = "strict"
keep = ["time"]
remove = ["cover"]
depth = "index"
[[rule]]
name = "backup"
match = { label = "backup*", min_size = "1TB" }
action = "ignore"
[[rule]]
name = "this one"
match = { uuid = "1234-abcd", fs = "vfat" }
action = "report"
[[rule]]
name = "small SanDisks"
match = { vendor = "SanDisk", model = "ultra ?", max_size = "64GB" }
profile = "device"
keep = []
remove = ["gainmap"]
depth = "deep"
leave_signed = true
[[rule]]
name = "btrfs"
match = { fs = "btrfs" }
`)
	base := scrub.Options{Policy: scrub.Policy{Profile: scrub.ProfileStrict, Keep: []scrub.Kind{scrub.Time}, Remove: []scrub.Kind{scrub.Cover}}, Depth: scrub.DepthIndex}
	own := scrub.Options{Policy: scrub.Policy{Profile: scrub.ProfileDevice, Keep: []scrub.Kind{}, Remove: []scrub.Kind{scrub.GainMap}, LeaveSigned: true}, Depth: scrub.DepthDeep}
	for _, tt := range []struct {
		name   string
		facts  Facts
		action Action
		opt    scrub.Options
		rule   string
	}{
		{"nothing is known", Facts{}, Scrub, base, ""},
		{"label and size", Facts{Label: "BACKUP 2", Size: 2e12}, Ignore, base, "backup"},
		{"label, size not", Facts{Label: "BACKUP 2", Size: 5e11}, Scrub, base, ""},
		{"the least size", Facts{Label: "Backup", Size: 1e12}, Ignore, base, "backup"},
		{"a label with more in front", Facts{Label: "my backup", Size: 2e12}, Scrub, base, ""},
		{"case doesn't matter", Facts{UUID: "1234-ABCD", FS: "vfat"}, Report, base, "this one"},
		{"one of two", Facts{UUID: "1234-ABCD", FS: "exfat"}, Scrub, base, ""},
		{"overrides", Facts{Vendor: "sandisk", Model: "Ultra 3", Size: 64e9}, Scrub, own, "small SanDisks"},
		{"too big", Facts{Vendor: "sandisk", Model: "Ultra 3", Size: 64e9 + 1}, Scrub, base, ""},
		{"the first counts", Facts{Label: "backup", Size: 2e12, UUID: "1234-abcd", FS: "vfat"}, Ignore, base, "backup"},
		{"a later one", Facts{FS: "btrfs"}, Scrub, base, "btrfs"},
	} {
		action, opt, rule := c.For(tt.facts)
		if d := cmp.Diff(tt.opt, opt); action != tt.action || rule != tt.rule || d != "" {
			t.Errorf("%s: %s by %q %s", tt.name, action, rule, d)
		}
	}
}

func TestForWithoutFiles(t *testing.T) {
	action, opt, rule := Default().For(Facts{Label: "CAMERA"})
	if err := opt.Policy.Check(); action != Ask || rule != "" || err != nil {
		t.Errorf("%s by %q: %v", action, rule, err)
	}
	if d := cmp.Diff(scrub.Options{Policy: scrub.Policy{Profile: scrub.ProfileDevice}, Depth: scrub.DepthAuto}, opt); d != "" {
		t.Error(d)
	}
}

func TestFolders(t *testing.T) {
	c := load(t, `
[[rule]]
match.label = "mine"
action = "scrub"
[[rule]]
match = { folder = "dcim", fs = "exfat" }
action = "report"
`)
	for _, tt := range []struct {
		name   string
		facts  Facts
		action Action
		look   bool
	}{
		{"there", Facts{FS: "exfat", Folders: []string{"a", "DCIM"}}, Report, false},
		{"not there", Facts{FS: "exfat", Folders: []string{}}, Ask, false},
		{"nobody has looked", Facts{FS: "exfat"}, Ask, true},
		{"it makes no difference", Facts{FS: "vfat"}, Ask, false},
		{"an earlier rule counts", Facts{FS: "exfat", Label: "MINE"}, Scrub, false},
	} {
		if action, _, _ := c.For(tt.facts); action != tt.action || c.MustLook(tt.facts) != tt.look {
			t.Errorf("%s: %s, look: %v", tt.name, action, c.MustLook(tt.facts))
		}
	}
}

func TestLike(t *testing.T) {
	for _, tt := range []struct {
		pattern, s string
		want       bool
	}{
		{"camera", "CAMERA", true}, {"CAMERA", "camera2", false}, {"*", "", true}, {"*", "x", true}, {"?", "", false}, {"?", "é", true},
		{"a*", "a", true}, {"*a", "ba", true}, {"*a", "ab", false}, {"a*b*c", "a--b--c", true}, {"a*b*c", "a--c--b", false},
		{"**a**", "bab", true}, {"a?c", "abc", true}, {"a?c", "ac", false}, {"*ab", "aab", true}, {"*é*", "CAFÉ 1", true}, {"[a]", "a", false}, {"[a]", "[A]", true},
		{strings.Repeat("*a", 200) + "b", strings.Repeat("a", 5000), false},
	} {
		if got := like(tt.pattern, tt.s); got != tt.want {
			t.Errorf("%.20q like %.20q: %v", tt.s, tt.pattern, got)
		}
	}
}

func TestParseSize(t *testing.T) {
	for s, want := range map[string]int64{
		"1": 1, "512": 512, "512B": 512, "64GB": 64e9, "64gb": 64e9, "64 GB": 64e9, "64 GiB": 64 << 30, "1.5TB": 15e11, "2TiB": 2 << 40, "1KB": 1000, "1kB": 1000, "1KiB": 1024, "8MB": 8e6, "0.5MiB": 1 << 19,
		"": 0, "0": 0, "0GB": 0, "-1GB": 0, "+1GB": 0, "64": 64, "64G": 0, "64 apples": 0, "GB": 0, "1e3": 0, "0x10": 0, "1_000": 0, "1.2.3GB": 0, "inf": 0, "NaN": 0, "99999999TB": 0, "9223372036854775807": 0, "0.1B": 0, "1GB 2": 0,
	} {
		got, err := ParseSize(s)
		if got != want || (err == nil) != (want != 0) {
			t.Errorf("%q: %d, %v", s, got, err)
		}
	}
}
