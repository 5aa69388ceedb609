package text_test

import (
	"os/exec"
	"strings"
	"testing"

	"untag/cmd/untag/internal/text"
)

// What is pasted back into a shell is the name that was shown.
func TestNamesGoBackIntoAShell(t *testing.T) {
	names := []string{
		"holiday.jpg", "a b.jpg", "it's.jpg", "$HOME`id`$(id)", "~", "~root", "=ls", "a=b", "#x", "a;b&c|d>e<f*?[x]{1,2}!", "\\n",
		"x\x1b[2J\n1\tall clean", "\xff\u202egpj.exe", "\ufffd", "a\u00a0b", "한글 이름.jpg", "e\u0301.jpg", "\x01\x0277", "''", "\xe2\x80", "a\\'\x07b",
	}
	for _, shell := range []string{"bash", "dash", "busybox"} {
		path, err := exec.LookPath(shell)
		if err != nil {
			t.Logf("%s is not installed", shell)
			continue
		}
		for _, name := range names {
			shown := text.Name(name)
			if strings.ContainsAny(shown, "\x1b\n\x07\x01\u202e\u00a0") {
				t.Errorf("%q is shown as %q", name, shown)
			}
			if shell == "dash" && strings.HasPrefix(shown, "$'") {
				continue // it takes $'...' from version 0.5.13 on
			}
			args := []string{"-c", "printf %s " + shown}
			if shell == "busybox" {
				args = append([]string{"sh"}, args...)
			}
			if out, err := exec.Command(path, args...).Output(); err != nil || string(out) != name {
				t.Errorf("%s: %q is shown as %s, which is %q, %v", shell, name, shown, out, err)
			}
		}
	}
	for name, want := range map[string]string{"holiday.jpg": "holiday.jpg", "-n.jpg": "./-n.jpg", "-": "-", "": "''", "DCIM/100 A/x.jpg": "'DCIM/100 A/x.jpg'", "\x1b": `$'\033'`} {
		if got := text.Name(name); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}
