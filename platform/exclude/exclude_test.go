package exclude

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var lists = []string{
	"*.jpg", "/a", "a/", "a/b", "**/b", "a/**", "a/**/c", "*.jpg\n!keep.jpg", "!x", "a/*\n!a/b", "#x", `\#x`, `\!x`, "x ", `x\ `,
	"[ab].jpg", "[!ab].jpg", "[^ab].jpg", "?.jpg", "a?b", "a*b", "[a-c]x", `\*`, "foo/*", "**/foo/bar", "foo**bar", "**foo", "a.b", "(x)",
	"x+y", "{a,b}", "$x", "^x", "[[:digit:]]x", "[[:upper:]_]*", "/*.jpg", "/a/*.jpg", "*/b", "é*", "*", "*\n!*/\n!*.jpg", "a/b/", "b/",
	"**", "**/", "/**", ".*", `\a`, "x\t", "./a", "A", "[]]", "[]-]x", "[!]]x", "*.[jJ][pP][gG]", "foo/**/bar", "**/x/**", "a/**/", "x\\\\ ", "",
	"/a[^x]b", "/a[!x]c/", "/a[ -~]b", `/a[\+-b]c`, "/a[.-0]b", "[+--]x", "[!--a]x", "[!-a]x", "[^-]x", "[--a]x", "[-a]x", "[!a-]x", "/a[--a]b", "!*.jpg\n*.jpg", "foo\n!foo/bar", "/foo/*\n!/foo/bar", "*b*", "a//b", "x***", "a/***", "***/b", `\****`,
}

var files = []string{
	"a/b", "a/c/d", "a/x.jpg", "x.jpg", "keep.jpg", "d/keep.jpg", "x", "#x", "!x", "x ", "a.jpg", "b.jpg", "c.jpg", "a/a.jpg", "a b", "axb", "a/x/c", "a/x/y/c",
	"ab", "ax", "bx", "dx", "*", "foo/a", "foo/bar/z", "fooxbar", "foo/x/bar", "xfoo", "y/xfoo", "axbb", "(x)", "x+y", "xxy", "{a,b}", "$x", "^x", "5x", "b/f",
	"y/b", "y/z/b", "é1", ".hid", "d/.hid", "A", "]", "]x", "-x", "p.JPG", "x.jPg", "a\nb", "x\t", "d/x/e", "Upper", "_", `x\`, "a.b",
}

// TestAsGit holds the patterns to what git makes of them.
func TestAsGit(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("needs git: ", err)
	}
	dir := t.TempDir()
	git(t, dir, "", "init", "-q")
	for _, f := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, f)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, f), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out := 0
	for _, list := range lists {
		if err := os.WriteFile(filepath.Join(dir, ".git/info/exclude"), []byte(list+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		ignored := map[string]bool{}
		for _, f := range strings.Split(git(t, dir, strings.Join(files, "\x00"), "check-ignore", "-z", "--stdin", "--no-index"), "\x00") {
			ignored[f] = true
		}
		var l List
		if err := l.Read(strings.NewReader(list)); err != nil {
			t.Errorf("%q: %v", list, err)
		}
		for _, f := range files {
			if got := leftOut(&l, f); got != ignored[f] {
				t.Errorf("%q: %q is left out: %v, by git %v", list, f, got, ignored[f])
			}
			if ignored[f] {
				out++
			}
		}
	}
	if out < 100 {
		t.Errorf("git leaves out %d: the test saw nothing", out)
	}
}

// leftOut goes down to the file, as a walk does.
func leftOut(l *List, file string) bool {
	for i := range len(file) {
		if file[i] == '/' && l.Has(file[:i], true) {
			return true
		}
	}
	return l.Has(file, false)
}

func git(t *testing.T, dir, in string, args ...string) string {
	t.Helper()
	c := exec.Command("git", append([]string{"-c", "core.excludesFile=/dev/null", "-C", dir}, args...)...)
	c.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "HOME="+dir)
	c.Stdin = strings.NewReader(in)
	out, err := c.Output()
	if e, ok := err.(*exec.ExitError); err != nil && !(ok && e.ExitCode() == 1) { // 1: nothing is ignored
		t.Fatalf("git %q: %v", args, err)
	}
	return string(out)
}

// What git passes over in silence is an error here: who leaves out files wants to know.
func TestErrors(t *testing.T) {
	for line, want := range map[string]string{
		"[a":            `"[a": a [ without ]`,
		`a\`:            `"a\\": a \ at the end escapes nothing`,
		"a[/]b":         `"a[/]b": a / in [/], which matches none`,
		"[[:nothing:]]": `"[[:nothing:]]": an unknown class in [[:nothing:]]`,
	} {
		var l List
		if err := l.Add(line); err == nil || err.Error() != want {
			t.Errorf("%s: %v", line, err)
		}
		if !l.Empty() {
			t.Errorf("%s is in the list", line)
		}
	}
	var l List
	if err := l.Read(strings.NewReader("\ufeff# photos\r\n*.jpg\r\n[x\n")); err == nil || err.Error() != `line 3: "[x": a [ without ]` {
		t.Error(err)
	}
	if !l.Has("d/a.jpg", false) {
		t.Error("lines of Windows are not read")
	}
}

func FuzzList(f *testing.F) {
	for _, l := range lists {
		f.Add(l, "a/b/c.jpg")
	}
	f.Fuzz(func(t *testing.T, list, rel string) {
		var l List
		if l.Read(strings.NewReader(list)) == nil {
			l.Has(rel, true)
		}
	})
}
