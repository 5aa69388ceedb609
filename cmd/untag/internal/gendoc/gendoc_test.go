package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"untag/cmd/untag/internal/cli"
	"untag/cmd/untag/internal/exit"
	"untag/scrub"
)

const docs = "../../../../docs"

func allPages(t *testing.T) map[string]string {
	t.Helper()
	all, err := pages(docs)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestPagesAreCurrent(t *testing.T) {
	all := allPages(t)
	for path, want := range all {
		got, err := os.ReadFile(filepath.Join(docs, path))
		if err != nil {
			t.Error(err)
			continue
		}
		if string(got) != want {
			t.Errorf("docs/%s is not what the code says; run go generate ./cmd/untag", path)
		}
	}
	old, err := filepath.Glob(filepath.Join(docs, "man", "untag*.1"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range old {
		if _, ok := all["man/"+filepath.Base(path)]; !ok && filepath.Base(path) != "untagd.1" {
			t.Errorf("%s is of a command that does not exist", path)
		}
	}
}

func TestEveryKindIsExplained(t *testing.T) {
	for _, k := range scrub.Kinds() {
		if cli.KindWords[k].String() == "" {
			t.Errorf("kind %q has no words", k)
		}
	}
	if len(cli.KindWords) != len(scrub.Kinds()) {
		t.Errorf("words for %d kinds, there are %d", len(cli.KindWords), len(scrub.Kinds()))
	}
}

func TestManualPagesHaveNoWarnings(t *testing.T) {
	groff, err := exec.LookPath("groff")
	if err != nil {
		t.Skip("groff is not installed")
	}
	for path, content := range allPages(t) {
		if !strings.HasSuffix(path, ".1") {
			continue
		}
		cmd := exec.Command(groff, "-man", "-Tutf8", "-ww", "-z")
		cmd.Stdin = strings.NewReader(content)
		out, err := cmd.CombinedOutput()
		if err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s", path, err, out)
		}
	}
}

func TestProse(t *testing.T) {
	var p page
	p.prose("one -n\n.two\n\n  code's \\\n  more\n\nExit status:\n  0  fine\n")
	want := strings.Join([]string{
		`one \-n`, `\&.two`, `.PP`, `.RS 4`, `.nf`, `code\(aqs \e`, `more`, `.fi`, `.RE`, `.PP`,
		`.SH EXIT STATUS`, `.RS 4`, `.nf`, `0  fine`, `.fi`, `.RE`, ``,
	}, "\n")
	if p.String() != want {
		t.Errorf("got\n%s\nwant\n%s", p.String(), want)
	}
}

func TestDocumentsHaveTheExitCodes(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(docs, "scripts.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range exit.Table() {
		if row := fmt.Sprintf("| %d | %s |", r.Code, r.Meaning); !strings.Contains(string(text), row) {
			t.Errorf("docs/scripts.md lacks %q", row)
		}
	}
}
