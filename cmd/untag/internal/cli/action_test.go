package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"untag/cmd/untag/internal/exit"
)

func TestAction(t *testing.T) {
	path := filepath.Join(t.TempDir(), "untagd.toml")
	if err := os.WriteFile(path, []byte("# mine\n[[rule]]\naction = \"ignore\"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args string
		code exit.Code
		want string
	}{
		{"", exit.OK, "ask: drives are looked at, and you are asked whether to clean them; 1 rule may say otherwise, see untag drives\n"},
		{"scrub", exit.OK, "scrub: drives are cleaned as soon as they are plugged in, which can't be undone; 1 rule may say otherwise, see untag drives\n"},
		{"report --json", exit.OK, `{"action":"report","rules":1}` + "\n"},
		{"", exit.OK, "report: drives are looked at, and left as they are; 1 rule may say otherwise, see untag drives\n"},
		{"ignore", exit.Usage, "untag: error: no action \"ignore\"\nuntag: hint: one of scrub, report, ask\n"},
		{"scrub report", exit.Usage, "untag: error: untag action takes one argument\nuntag: hint: see untag action --help\n"},
	} {
		var out bytes.Buffer
		args := append([]string{"action", "--config", path}, strings.Fields(c.args)...)
		code := Run(t.Context(), Env{Args: args, Stdout: &out, Stderr: &out, Getenv: func(string) string { return "" }, Columns: func(any) int { return 0 }})
		if code != c.code || out.String() != c.want {
			t.Errorf("action %s: code %d\n%s", c.args, code, &out)
		}
	}
	if text, err := os.ReadFile(path); err != nil || !strings.Contains(string(text), "action = \"report\"\n\n# mine\n[[rule]]\naction = \"ignore\"\n") {
		t.Errorf("%v\n%s", err, text)
	}
}

func TestActionThatCantBeSet(t *testing.T) {
	dir := t.TempDir()
	broken := filepath.Join(dir, "untagd.toml")
	if err := os.WriteFile(broken, []byte("settle = 2\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for path, code := range map[string]exit.Code{broken: exit.Usage, broken + "/x": exit.Failed} {
		var out bytes.Buffer
		got := Run(t.Context(), Env{Args: []string{"action", "scrub", "--config", path}, Stdout: &out, Stderr: &out, Getenv: func(string) string { return "" }, Columns: func(any) int { return 0 }})
		if got != code || strings.Contains(out.String(), "scrub:") {
			t.Errorf("%s: code %d\n%s", path, got, &out)
		}
	}
	if text, _ := os.ReadFile(broken); string(text) != "settle = 2\n" {
		t.Errorf("it was changed: %s", text)
	}
}
