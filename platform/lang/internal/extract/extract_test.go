package extract

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func write(t *testing.T, name, body string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/"+name, []byte("package p\nimport \"untag/platform/lang\"\n"+body), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestTree(t *testing.T) {
	dir := write(t, "a.go", `var _ = lang.T("b" + `+"` c`"+`, 1)
		var _ = lang.N("%d x", "%d xs", 3, 4)
		var _ = []lang.Text{lang.Mark("a")}
		var _, _ = lang.T("a", args...), lang.Choose(f)`)
	got, err := Tree(dir)
	want := []Entry{
		{"%d x", "%d xs", []string{"a.go"}, []int{2}},
		{"a", "", []string{"a.go"}, []int{-1, -1}},
		{"b c", "", []string{"a.go"}, []int{1}},
	}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(err, d)
	}
}

func TestNoLiteral(t *testing.T) {
	for body, want := range map[string]string{
		`var _ = lang.T(x)`:           "a.go:3:16: lang.T of what is no literal",
		`var _ = lang.N("one", x, 1)`: "a.go:3:23: lang.N of what is no literal",
		`var _ = lang.Mark("a" + x)`:  "a.go:3:19: lang.Mark of what is no literal",
		`var _ = lang.T("")`:          "a.go:3:16: lang.T of what is no literal",
		`var _, _ = lang.N("%d a", "%d b", 1), lang.N("%d a", "%d c", 1)`: `another plural`,
	} {
		if _, err := Tree(write(t, "a.go", body)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", body, err)
		}
	}
	if got, err := Tree(write(t, "a_test.go", "var _ = lang.T(x)")); err != nil || len(got) > 0 {
		t.Error(got, err)
	}
}
