package filemanager_test

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// onFiles is where every menu finds the program that it starts.
const onFiles = "/usr/local/libexec/untag/untag-on-files"

// hostile are names that would do something in a shell, an option, an address or a
// terminal.
var hostile = []string{
	"/media/me/a b.jpg", "/media/me/$(touch pwned).jpg", "/media/me/`touch pwned`.jpg", `/media/me/"; touch pwned; ".jpg`, `/media/me/'; touch pwned; '.jpg`,
	"/media/me/two\nlines.jpg", "/media/me/tab\there.jpg", "/media/me/--to=x.jpg", "/media/me/%41%2e%2e.jpg", "/media/me/a#b?c&d|e>f;g\\h.jpg",
	"/media/me/\x1b[2Jred\x07.jpg", "/media/me/\u202egpj.exe", "/media/me/한글.jpg", "/media/me/\xff\xfe.jpg", "/media/me/%F %U ${HOME} ~ * ?.jpg",
}

// address is that of a path as file managers write it.
func address(path string) string { return "file://" + (&url.URL{Path: path}).EscapedPath() }

func addresses(paths []string) (all []string) {
	for _, p := range paths {
		all = append(all, address(p))
	}
	return all
}

// desk is a desktop of programs that write down how they were started.
type desk struct {
	t       *testing.T
	dir     string
	onFiles string
}

// record is a program that writes its arguments into a file of its own, as others run
// beside it, each ended by a NUL, and does what is said.
func (d *desk) record(name, then string) {
	d.t.Helper()
	d.write("bin/"+name, "#!/bin/sh\n{ printf '%s\\0' "+name+" \"$@\"; printf '\\0'; } >>"+d.dir+"/log."+name+"\n"+then+"\n")
}

func (d *desk) write(name, text string) {
	d.t.Helper()
	path := filepath.Join(d.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o755)); err != nil {
		d.t.Fatal(err)
	}
}

// page makes the page that it was told to make.
const page = `echo page >"$3"`

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, dir: t.TempDir()}
	program := strings.ReplaceAll(read(t, "untag-on-files"), "/usr/local/bin/untag", d.dir+"/bin/untag")
	d.onFiles = filepath.Join(d.dir, "bin/untag-on-files")
	d.write("bin/untag-on-files", program)
	d.write("session/empty", "")
	for _, tool := range []string{"cat", "sleep"} {
		if err := os.Symlink("/bin/"+tool, d.dir+"/bin/"+tool); err != nil {
			t.Fatal(err)
		}
	}
	d.record("untag", page)
	d.record("zenity", `[ "$1" != --progress ] || cat >/dev/null`)
	d.record("xdg-open", "")
	return d
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// run starts a program of the desk in an empty folder, and returns whether it
// succeeded.
func (d *desk) run(env []string, args ...string) bool {
	d.t.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = d.t.TempDir()
	cmd.Env = append([]string{"PATH=" + d.dir + "/bin", "XDG_RUNTIME_DIR=" + d.dir + "/session"}, env...)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		d.t.Fatal(err)
	}
	if strings.Contains(string(out), "Traceback") {
		d.t.Errorf("%q: %s", args, out)
	}
	if left, _ := os.ReadDir(cmd.Dir); len(left) > 0 {
		d.t.Errorf("something was made: %v", left)
	}
	return err == nil
}

// started returns with what arguments a program was started, each time.
func (d *desk) started(name string) (all [][]string) {
	d.t.Helper()
	log, err := os.ReadFile(filepath.Join(d.dir, "log."+name))
	if err != nil && !os.IsNotExist(err) {
		d.t.Fatal(err)
	}
	for call := range strings.SplitSeq(string(log), "\x00\x00") {
		if args := strings.Split(call, "\x00"); args[0] == name {
			all = append(all, args[1:])
		}
	}
	return all
}

func TestNamesReachUntagAsTheyAre(t *testing.T) {
	for verb, want := range map[string]string{"inspect": "inspect", "clean": "scrub"} {
		for how, args := range map[string][]string{"addresses": addresses(hostile), "paths": hostile} {
			d := newDesk(t)
			if !d.run(nil, append([]string{d.onFiles, verb}, args...)...) {
				t.Errorf("%s of %s failed", verb, how)
			}
			calls := d.started("untag")
			if len(calls) != 1 || len(calls[0]) < 4 || calls[0][0] != want || calls[0][3] != "--" || !slices.Equal(calls[0][4:], hostile) {
				t.Fatalf("%s of %s: untag was started as %q", verb, how, calls)
			}
			if opened := d.started("xdg-open"); len(opened) != 1 || opened[0][0] != calls[0][2] || !strings.HasPrefix(opened[0][0], d.dir+"/session/") {
				t.Errorf("%s of %s: %q was opened", verb, how, opened)
			}
		}
	}
}

func TestWithoutAPage(t *testing.T) {
	d := newDesk(t)
	d.record("untag", "exit 3")
	if d.run(nil, d.onFiles, "inspect", hostile[0]) {
		t.Error("that is no success")
	}
	if calls := d.started("xdg-open"); len(calls) > 0 {
		t.Errorf("%q was opened", calls)
	}
}

func TestNothingIsTouched(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(*desk)
		env     []string
		args    []string
	}{
		"the answer is no":       {func(d *desk) { d.record("zenity", "exit 1") }, nil, []string{"clean", hostile[0]}},
		"KDE's answer is no":     {func(d *desk) { os.Remove(d.dir + "/bin/zenity"); d.record("kdialog", "exit 1") }, nil, []string{"clean", hostile[0]}},
		"nobody can be asked":    {func(d *desk) { os.Remove(d.dir + "/bin/zenity") }, nil, []string{"clean", hostile[0]}},
		"on another machine":     {nil, nil, []string{"inspect", hostile[0], "sftp://host/a.jpg"}},
		"on another host":        {nil, nil, []string{"inspect", "file://host/a.jpg"}},
		"an option":              {nil, nil, []string{"inspect", "--to=/tmp"}},
		"a name that ends early": {nil, nil, []string{"inspect", "file:///media/a%00b"}},
		"there is no session":    {nil, []string{"XDG_RUNTIME_DIR="}, []string{"inspect", hostile[0]}},
		"there are no files":     {nil, nil, []string{"clean"}},
		"there is no such verb":  {nil, nil, []string{"destroy", hostile[0]}},
	} {
		d := newDesk(t)
		if c.prepare != nil {
			c.prepare(d)
		}
		if d.run(c.env, append([]string{d.onFiles}, c.args...)...) {
			t.Errorf("%s: that is no success", name)
		}
		if calls := d.started("untag"); len(calls) > 0 {
			t.Errorf("%s: untag was started as %q", name, calls)
		}
	}
}

// TestKorean holds each text to a translation.
func TestKorean(t *testing.T) {
	d := newDesk(t)
	if !d.run([]string{"LANG=ko_KR.UTF-8"}, d.onFiles, "clean", hostile[0]) {
		t.Error("it failed")
	}
	if asked := d.started("zenity"); len(asked) == 0 || !slices.Contains(asked[0], "--text=선택한 것을 청소하시겠습니까? 되돌릴 수 없습니다. 원본이 필요하면 먼저 다른 곳에 두십시오.") {
		t.Errorf("asked %q", asked)
	}
	program := read(t, "untag-on-files")
	texts := regexp.MustCompile(`(?:fail\(|dialog\("question", )"([^"]+)"`).FindAllStringSubmatch(program, -1)
	if len(texts) != 4 {
		t.Errorf("%d texts", len(texts))
	}
	for _, text := range texts {
		if !strings.Contains(program, "    \""+text[1]+"\":") {
			t.Errorf("no translation of %q", text[1])
		}
	}
}

// TestMenusInKorean has GNOME Files say what the desktop entries of Nemo say.
func TestMenusInKorean(t *testing.T) {
	for verb, entry := range map[string]string{"inspect": "nemo/untag-inspect.nemo_action", "clean": "nemo/untag-clean.nemo_action"} {
		cmd := exec.Command("/usr/bin/python3", "testdata/nautilus.py", "nautilus/untag.py", verb, addresses(hostile)[0])
		cmd.Env = []string{"HAVE_NAUTILUS=4.0", "PYTHONPATH=testdata", "PYTHONDONTWRITEBYTECODE=1", "PYTHONUTF8=1", "LANG=ko_KR.UTF-8", "SAY=1"}
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
			if key := []string{"Name", "Comment"}[i]; !strings.Contains(read(t, entry), key+"[ko]="+line+"\n") {
				t.Errorf("%s of %s: %q", key, verb, line)
			}
		}
	}
}

// TestCancel closes the window that shows that there is work going on.
func TestCancel(t *testing.T) {
	d := newDesk(t)
	d.record("untag", `trap 'echo whole >"$3"; exit 130' INT; while :; do sleep 0.05; done`)
	d.record("zenity", `[ "$1" != --progress ] || { sleep 0.5; exit 1; }`)
	if !d.run(nil, d.onFiles, "clean", hostile[0]) {
		t.Error("it failed")
	}
	if opened := d.started("xdg-open"); len(opened) != 1 || read(t, opened[0][0]) != "whole\n" {
		t.Errorf("%q was opened", opened)
	}
}

func TestNautilus(t *testing.T) {
	for _, version := range []string{"3.0", "4.0"} {
		for _, verb := range []string{"inspect", "clean"} {
			d := newDesk(t)
			d.write("untag.py", strings.ReplaceAll(read(t, "nautilus/untag.py"), onFiles, d.onFiles))
			testdata, err := filepath.Abs("testdata")
			if err != nil {
				t.Fatal(err)
			}
			choose := func(addresses []string) {
				args := append([]string{"/usr/bin/python3", testdata + "/nautilus.py", d.dir + "/untag.py", verb}, addresses...)
				if !d.run([]string{"HAVE_NAUTILUS=" + version, "PYTHONPATH=" + testdata, "PYTHONDONTWRITEBYTECODE=1"}, args...) {
					t.Errorf("the extension for %s fails", version)
				}
			}
			choose([]string{"trash:///a.jpg"})
			choose(nil)
			if calls := d.started("untag"); len(calls) > 0 {
				t.Errorf("untag was started as %q", calls)
			}
			choose(addresses(hostile))
			if calls := d.started("untag"); len(calls) != 1 || !slices.Equal(calls[0][4:], hostile) {
				t.Errorf("%s with %s: untag was started as %q", verb, version, calls)
			}
		}
	}
}

var execLine = regexp.MustCompile(`(?m)^Exec=(.*)$`)

// TestMenusStartNothingElse: no shell, no quotes for a name to end, and an address
// instead of a path, in which no white space is.
func TestMenusStartNothingElse(t *testing.T) {
	for path, verbs := range map[string][]string{
		"kio/untag.desktop":              {"inspect", "clean"},
		"nemo/untag-inspect.nemo_action": {"inspect"},
		"nemo/untag-clean.nemo_action":   {"clean"},
	} {
		var got []string
		for _, m := range execLine.FindAllStringSubmatch(read(t, path), -1) {
			got = append(got, m[1])
		}
		var want []string
		for _, verb := range verbs {
			want = append(want, fmt.Sprintf("%s %s %%U", onFiles, verb))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s starts %q, want %q", path, got, want)
		}
	}
}

// TestServiceMenu has desktop-file-validate look at it as an application's entry,
// with what that must have: it does not know what KDE's menus may have.
func TestServiceMenu(t *testing.T) {
	validate, err := exec.LookPath("desktop-file-validate")
	if err != nil {
		t.Skip("desktop-file-validate is not installed (Debian package desktop-file-utils)")
	}
	text := strings.Replace(read(t, "kio/untag.desktop"), "Type=Service\n", "Type=Application\nExec=true\n", 1)
	path := filepath.Join(t.TempDir(), "untag.desktop")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(validate, path).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
}
