package scrubtest

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"untag/scrub"
)

var update = flag.Bool("update", false, "rewrite the golden maps")

// Golden compares the map, findings and edits of a medium with the file
// testdata/maps/<name>.txt of the module. call is the Go expression that makes
// the medium: it is the first line of the file.
func Golden(t *testing.T, engine *scrub.Engine, name, call string, data []byte) {
	t.Helper()
	p, err := engine.Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := "# " + call + "\n" + Dump(p)
	path := filepath.Join(ModuleRoot(t), "testdata", "maps", filepath.FromSlash(name)+".txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: run the test with -update to make it", err)
	}
	if line, g, w := firstDifference(got, string(want)); line > 0 {
		t.Errorf("%s:%d: the map of %s changed (-update rewrites it)\n got: %s\nwant: %s", path, line, name, g, w)
	}
}

// Dump writes a plan for people: the map, the findings, the edits.
func Dump(p *scrub.Plan) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s, %d bytes, %d after\n", p.Format, p.Status(), p.Size, p.End)
	if p.Refused != "" {
		fmt.Fprintf(&b, "refused: %s\n", p.Refused)
	}
	for _, d := range p.Doubts {
		fmt.Fprintf(&b, "doubt: %s\n", d)
	}
	b.WriteString("\nmap\n")
	for s := range scrub.Each(p.Map) {
		fmt.Fprintf(&b, "0x%06x %8d  %-9s  %s\n", s.Off, s.Len, s.Role, s.Place)
	}
	b.WriteString("\nfindings\n")
	for _, f := range p.Findings {
		fate := "stays"
		if f.Goes {
			fate = "goes"
		}
		fmt.Fprintf(&b, "0x%06x %8d  %-5s  %-10s  %s", f.Off, f.Len, fate, f.Kind, f.Place)
		if f.Value != "" {
			fmt.Fprintf(&b, "  %q", f.Value)
		}
		b.WriteByte('\n')
	}
	b.WriteString("\nedits\n")
	for _, e := range p.Edits {
		fmt.Fprintf(&b, "0x%06x %8d  %-8s  %s\n", e.Off, e.Len, e.Phase, contents(e))
		if e.Over == nil {
			continue
		}
		for _, x := range e.Over.Parts {
			fmt.Fprintf(&b, "%8s %8d  %-8s  %s\n", fmt.Sprintf("+0x%x", x.Off), x.Len, "", contents(x))
		}
	}
	return b.String()
}

// contents shows what an edit writes, the first bytes of it at least.
func contents(e scrub.Edit) string {
	const most = 24
	if e.Over != nil {
		return fmt.Sprintf("in each %d bytes:", e.Over.Step)
	}
	if e.Data == nil {
		return fmt.Sprintf("fill %02x", e.Fill)
	}
	if len(e.Data) > most {
		return fmt.Sprintf("% x ...", e.Data[:most])
	}
	return fmt.Sprintf("% x", e.Data)
}

func firstDifference(got, want string) (line int, g, w string) {
	gs, ws := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(gs), len(ws)) {
		g, w = "(end)", "(end)"
		if i < len(gs) {
			g = gs[i]
		}
		if i < len(ws) {
			w = ws[i]
		}
		if g != w {
			return i + 1, g, w
		}
	}
	return 0, "", ""
}

// ModuleRoot returns the folder of go.mod.
func ModuleRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the working folder")
		}
		dir = up
	}
}
