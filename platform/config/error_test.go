package config

import (
	"errors"
	"os"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/google/go-cmp/cmp"
)

// testdata/errors.txtar has files and, after each, the text of its error.
func TestErrors(t *testing.T) {
	const golden = "testdata/errors.txtar"
	cases, err := txtar.ParseFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(cases.Files); i += 2 {
		in, want := cases.Files[i], &cases.Files[i+1]
		t.Run(in.Name, func(t *testing.T) {
			_, err := parse("untagd.toml", in.Data)
			if err == nil {
				t.Fatal("no error")
			}
			got := err.Error() + "\n"
			if d := cmp.Diff(string(want.Data), got); d != "" {
				t.Error(d)
			}
			want.Data = []byte(got)
		})
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(golden, txtar.Format(cases), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// What txtar can't hold.
func TestErrorsOfStrangeBytes(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"control characters", "a = 1\x1b[2J", "untagd.toml:1:6: expected newline but got U+001B\n 1 | a = 1�[2J\n   |      ^"},
		{"no UTF-8", "\xff\xfe = 1", "untagd.toml:1:1: invalid character at start of key: U+00FF 'ÿ'\n 1 | �� = 1\n   | ^"},
		{"NUL", "\x00", "untagd.toml:1:1: invalid character at start of key: U+0000\n 1 | �\n   | ^"},
		{"ends in a text", `depth = "auto`, "untagd.toml:1:13: unterminated basic string\n 1 | depth = \"auto\n   |             ^"},
		{"windows line ends", "depth = \"a\"\r\n", "untagd.toml:1:9: no depth \"a\": auto, index or deep\n 1 | depth = \"a\"\n   |         ^~~"},
	} {
		_, err := parse("untagd.toml", []byte(tt.text))
		if err == nil {
			t.Errorf("%s: no error", tt.name)
		} else if d := cmp.Diff(tt.want, err.Error()); d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
	}
}

// What a log may have of an error is apart from what it may not.
func TestErrorHasPlace(t *testing.T) {
	_, err := Load(write(t, "depth = \"auto\"\n\tprofile = \"x\""))
	var e *Error
	if !errors.As(err, &e) || e.Line != 2 || e.Column != 12 || !strings.HasSuffix(e.Path, "untagd.toml") {
		t.Errorf("%+v", e)
	}
}

// A log has the reason, the line and what is meant, and no names.
func TestDiscreetError(t *testing.T) {
	for text, want := range map[string]string{
		"[[rule]]\nmatch = { label = \"SECRET é\", color = 'red' }": `untagd.toml:2:31: no key "·····" here: label, uuid, vendor, model, fs, folder, min_size or max_size
 2 | match = { label = "······ ·", ····· = '···' }
   |                               ^~~~~`,
		"[[rule]]\naction = \"ignore\" # of KIM\n[[rule]]\nmatch.label = KIM": "untagd.toml:4:15: unexpected character U+004B 'K' at start of value\n 4 | match.label = ···\n   |               ^",
		"[[rule]]\nname = \"KIM's\"\n[[rule]]\naction = \"report\"":           "untagd.toml:3:3: this rule is never reached: rule 1 before it is for every drive\n 3 | [[rule]]\n   |   ^~~~",
		"action = \"KIM's stick\"":                                            "untagd.toml:1:10: no action \"···'· ·····\": scrub, report or ask\n 1 | action = \"···'· ·····\"\n   |          ^~~~~~~~~~~~~",
		"KIM = true":                                                          "untagd.toml:1:1: no key \"···\" here",
		"keep = [\"KIM\"]":                                                    "untagd.toml:1:9: ",
		"settle = \"KIM\"":                                                    "untagd.toml:1:10: ",
	} {
		_, err := parse("untagd.toml", []byte(text))
		var at *Error
		if !errors.As(err, &at) {
			t.Fatalf("%q: %v", text, err)
		}
		if got := at.Discreet().Error(); strings.Contains(got, "KIM") || strings.Contains(got, "SECRET") || !strings.HasPrefix(got, want) {
			t.Errorf("%q:\n%s", text, got)
		}
	}
}

// Whatever the file, parsing ends, with a sound configuration or an error that
// names a line of it.
func FuzzParse(f *testing.F) {
	cases, err := txtar.ParseFile("testdata/errors.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for i := 0; i < len(cases.Files); i += 2 {
		f.Add(cases.Files[i].Data)
	}
	sample, err := os.ReadFile("untagd.toml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sample)
	f.Add(example.ReplaceAll(sample, []byte("$1")))
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := parse("x", text)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Line < 1 || e.Line > strings.Count(string(text), "\n")+1 || e.Column < 1 {
				t.Fatalf("%+v: %v", e, err)
			}
			return
		}
		c := Default()
		file.override(&c)
		if c.Settle < 0 || c.Settle > maxSettle {
			t.Errorf("settle %v", c.Settle)
		}
		for _, r := range append(c.Rules, Rule{Match: Match{Label: "\x00none"}}) {
			_, opt, _ := c.For(Facts{Label: r.Match.Label, UUID: r.Match.UUID, Vendor: r.Match.Vendor, Model: r.Match.Model, FS: r.Match.FS, Size: r.Match.MinSize})
			if err := opt.Policy.Check(); err != nil {
				t.Error(err)
			}
		}
	})
}
