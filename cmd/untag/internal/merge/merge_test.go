package merge_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"untag/cmd/untag/internal/exit"
	"untag/cmd/untag/internal/merge"
	"untag/cmd/untag/internal/report"
	"untag/platform/apply"
	"untag/platform/page"
	"untag/platform/walk"
	"untag/scrub"
)

// shard writes the report of files as untag would, and returns it.
func shard(t *testing.T, i, n int, files ...apply.Outcome) string {
	t.Helper()
	var b strings.Builder
	write(t, &b, i, n, func(yield func(apply.Outcome) bool) {
		for _, o := range files {
			if !yield(o) {
				return
			}
		}
	})
	return b.String()
}

func write(t *testing.T, w io.Writer, i, n int, files func(func(apply.Outcome) bool)) {
	t.Helper()
	opt := apply.Options{Choice: walk.Choice{Shard: walk.Shard{I: i, N: n}}, Scrub: scrub.Options{Policy: scrub.Policy{Profile: "device"}, Depth: "auto"}}
	p := report.New(w, w, true, report.Options{Verb: report.Scrub, Run: report.NewRun(report.Scrub, "1.0", []string{"/archive"}, opt)})
	var totals report.Totals
	err := p.Begin()
	for o := range files {
		totals.Add(o)
		err = errors.Join(err, p.File(o))
	}
	if err := errors.Join(err, p.End(&totals, totals.Code())); err != nil {
		t.Fatal(err)
	}
}

func file(path string, s apply.Status, reasons ...string) apply.Outcome {
	return apply.Outcome{Path: path, Format: "toy", Media: true, Status: s, Reasons: reasons, Size: 100}
}

// merged is what comes of reports, one a file: shown as text, and the exit code.
func merged(t *testing.T, json bool, reports ...string) (string, exit.Code) {
	t.Helper()
	dir, paths := t.TempDir(), []string{}
	for i, r := range reports {
		path := filepath.Join(dir, strconv.Itoa(i)+".json")
		if err := os.WriteFile(path, []byte(r), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	r, err := merge.Open(t.Context(), paths, strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var b strings.Builder
	code, err := r.Show(t.Context(), report.New(&b, &b, json, report.Options{Verb: report.Scrub, Merged: true}))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(b.String(), dir+"/", ""), code
}

func TestShards(t *testing.T) {
	a, b := shard(t, 0, 2, file("a", apply.Cleaned)), shard(t, 1, 2, file("b", apply.Clean))
	dirty, died := shard(t, 1, 2, file("b", apply.Dirty)), b[:len(b)-40]
	other, alone := strings.ReplaceAll(b, `"keep":[]`, `"keep":["time"]`), shard(t, 0, 0, file("a", apply.Clean))
	begun := b[:strings.Index(b, "\n")+1]
	interrupted := strings.Replace(strings.Replace(b, `"interrupted":false`, `"interrupted":true`, 1), `"exit":0`, `"exit":130`, 1)
	for _, c := range []struct {
		name    string
		reports []string
		want    string
		code    exit.Code
	}{
		{"whole", []string{a, b}, "2 of 2 of /archive are whole\n", 0},
		{"in one file", []string{b + a}, "2 of 2 of /archive are whole\n", 0},
		{"missing", []string{b}, "missing: 0", 3},
		{"died", []string{a, died}, "shard 1/2 (1.json) died after 1 file: its report has no end", 3},
		{"died at once", []string{a, begun}, "shard 1/2 (1.json) died after 0 files", 3},
		{"died, in one file", []string{begun + a}, "shard 1/2 (0.json) died after 0 files", 3},
		{"died in a line, in one file", []string{begun + `{"path":"/arch` + a}, "of 2 shards of /archive there is no report of 0", 3},
		{"died in a line, in one file, named", []string{begun + `{"path":"/arch` + a}, "shards   0 of 2 of /archive are whole; missing: 0; died: 1", 3},
		{"never began", []string{a, b, ""}, "2.json is empty", 3},
		{"interrupted", []string{a, interrupted}, "shard 1/2 (1.json) was interrupted", 130},
		{"died and tried again", []string{a, died, b}, "2 of 2 of /archive are whole; tried more than once: 1\n", 0},
		{"tried again before it died", []string{a, b, died}, "tried more than once: 1\n", 0},
		{"interrupted and tried again", []string{interrupted + a + b}, "tried more than once: 1\n", 0},
		{"died twice", []string{a, died, begun}, "shard 1/2 (1.json) died after 1 file", 3},
		{"twice whole", []string{a, b, b}, "the worst counts: 1", 0},
		{"twice whole, worse first", []string{a, dirty, b}, "the worst counts: 1", 1},
		{"twice whole, worse last", []string{a, b, dirty}, "the worst counts: 1", 1},
		{"another division", []string{a, b, shard(t, 0, 3)}, "1 of 3 of /archive are whole; missing: 1-2", 3},
		{"not divided", []string{shard(t, 0, 0, file("a", apply.Partly, "odd"))}, "partly       a: odd\n", 4},
		{"other paths", []string{a, strings.ReplaceAll(b, "/archive", "/other")}, "1 of 2 of /other are whole; missing: 0", 3},
		{"other versions", []string{a, strings.ReplaceAll(b, `"1.0"`, `"1.1"`)}, "versions  not the same: 1.0 in 1; 1.1 in 1\n", 0},
		{"other policies", []string{a, other}, "error: the shards of /archive were run under different policies: --profile device --depth auto (shards 0); --profile device --depth auto --keep time (shards 1)\n", 3},
		{"another policy, that does not count", []string{a, other[:len(other)-40], b}, "2 of 2 of /archive are whole; tried more than once: 1\n", 0},
		{"other policies, not divided", []string{alone, strings.ReplaceAll(alone, `"keep":[]`, `"keep":["time"]`)}, "not the same: --profile device --depth auto in 1; --profile device --depth auto --keep time in 1\n", 0},
		{"lines left out", []string{a, strings.Replace(b, "{\"path\":", "\n{\"path\":", 1)}, "line 2: it is not JSON", 3},
		{"files left out", []string{a, begun + b[strings.Index(b, `{"totals"`):]}, "(1.json) is not as it was written: it has lines of 0 files, and totals of 1", 3},
		{"outcome changed", []string{a, strings.Replace(dirty, `"status":"dirty"`, `"status":"clean"`, 1)}, "is not as it was written", 3},
		{"exit code changed", []string{a, strings.Replace(b, `"exit":0`, `"exit":77`, 1)}, "2 of 2", 3},
		{"exit code worse than its files", []string{a, strings.Replace(b, `"exit":0`, `"exit":4`, 1)}, "2 of 2", 4},
		{"exit code better than its files", []string{a, strings.Replace(dirty, `"exit":1`, `"exit":0`, 1)}, "2 of 2", 1},
		{"of an old version", []string{strings.ReplaceAll(shard(t, 0, 0), `"run"`, `"walk"`), a, b}, "versions  not the same: 1.0 in 2; not told in 1\n", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, code := merged(t, false, c.reports...)
			if !strings.Contains(got, c.want) || code != c.code {
				t.Errorf("code %d, want %d, and %q in\n%s", code, c.code, c.want, got)
			}
		})
	}
}

// Of a shard that has two reports, the files count once.
func TestFilesCountOnce(t *testing.T) {
	a := shard(t, 0, 1, file("a", apply.Cleaned), file("b", apply.Cleaned))
	got, _ := merged(t, true, a, a, a[:len(a)-10])
	if !strings.HasPrefix(got, `{"totals":{"files":2,`) || !strings.Contains(got, `"reports":3,"reports_not_counted":2,`) {
		t.Errorf("got %s", got)
	}
}

func TestJSON(t *testing.T) {
	got, _ := merged(t, true, shard(t, 3, 9, file("a", apply.Clean), file("b", apply.Partly, "odd at 0x7"), file("c", apply.Partly, "odd at 0x8")), shard(t, 4, 9)[:100])
	lines := strings.Split(strings.TrimSpace(got), "\n")
	for i, want := range []string{
		`{"path":"b","format":"toy","status":"partly"`, `{"path":"c"`, `{"error":"of 9 shards of /archive there is no report of 0-2,4-8"`, `{"error":"1.json died after 0 files`, `{"reason":"odd at …","status":"partly","files":2,"first":"b"}`,
		`{"totals":{"files":3,`,
	} {
		if i >= len(lines) || !strings.HasPrefix(lines[i], want) {
			t.Fatalf("line %d, want %s in\n%s", i, want, got)
		}
	}
	if want := `"shards":9,"whole":1,"missing":"0-2,4-8","died":"","interrupted":"","again":"0-2,4-8"`; !strings.Contains(got, want) {
		t.Errorf("no %s in %s", want, got)
	}
}

// Reports may come from anywhere.
func TestHostileReports(t *testing.T) {
	good := shard(t, 0, 1, file("a", apply.Clean))
	run, rest, _ := strings.Cut(good, "\n")
	for name, line := range map[string]string{
		"no JSON": "hello", "binary": "\x1b[2J\x00\xff\u202e", "a list": "[1]", "null": "null", "nothing known": "{}", "a number": `{"path":7,"status":"clean"}`,
		"two in one": `{"path":"a","status":"clean","totals":{},"exit":0}`, "no status": `{"path":"a"}`, "less than nothing": `{"path":"a","status":"clean","size":-1}`,
		"no such shard": `{"run":{"shard":{"i":9,"n":9}}}`, "no shards": `{"run":{"shard":{"i":0,"n":0}}}`, "long": `{"path":"` + strings.Repeat("x", 9<<20) + `"}`,
		"many parts": `{"path":"a","status":"clean","findings":[` + strings.Repeat("{},", 200_000) + `{}]}`, "deep": strings.Repeat("[", 1<<20),
		"much": `{"path":"a","status":"clean","size":1e400}`,
	} {
		got, code := merged(t, false, run+"\n"+line+"\n"+rest)
		if code != exit.Failed || !strings.Contains(got, "untag: error: 0.json: line 2: ") {
			t.Errorf("%s: code %d, %.500s", name, code, got)
		}
		if strings.ContainsAny(got, "\x1b\x00\u202e") || strings.Contains(got, "\xff") {
			t.Errorf("%s came through: %q", name, got)
		}
	}
	evil := strings.NewReplacer("/archive", `/\u001b[2J\u202e\n`, `"1.0"`, `"\u001b[2J"`, `"path":"a"`, `"path":"\u001b[2J"`).Replace(good)
	got, code := merged(t, false, evil, good[:len(good)-5])
	if code != exit.Failed || strings.ContainsAny(got, "\x1b\u202e") {
		t.Errorf("code %d, %q", code, got)
	}
	got, _ = merged(t, false, strings.Replace(run, `"n":1`, `"n":9000000000000000000`, 1)+"\n")
	if strconv.IntSize == 64 && !strings.Contains(got, "no report of 1-8999999999999999999") {
		t.Errorf("got %s", got)
	}
}

// Memory does not grow with the number of files: UNTAG_LINES=10000000 for more of them.
func TestMemory(t *testing.T) {
	lines := 40_000
	if n, err := strconv.Atoi(os.Getenv("UNTAG_LINES")); err == nil {
		lines = n
	}
	const shards = 8
	dir, paths := t.TempDir(), []string{}
	for i := range shards {
		paths = append(paths, filepath.Join(dir, fmt.Sprint(i)))
		f, err := os.Create(paths[i])
		if err != nil {
			t.Fatal(err)
		}
		w := bufio.NewWriterSize(f, 1<<20)
		write(t, w, i, shards, many(i, lines/shards))
		if err := errors.Join(w.Flush(), f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	runtime.GC()
	meter := &meter{}
	base := meter.read()
	r, err := merge.Open(t.Context(), paths, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	to, err := page.Create(filepath.Join(dir, "page.html"), nil)
	if err != nil {
		t.Fatal(err)
	}
	opt := report.Options{Verb: report.Scrub, Merged: true, Page: "page.html"}
	var b strings.Builder
	meter.Printer = report.New(&b, &b, false, opt)
	code, err := r.Show(t.Context(), report.WithPage(meter, opt, to, "untag", func(error) string { return "" }))
	if err != nil || code != exit.Failed || b.Len() > 1<<20 || !strings.Contains(b.String(), fmt.Sprintf("\nfiles    %d\n", lines/shards*shards)) {
		t.Errorf("code %d, %v\n%.5000s", code, err, b.String())
	}
	if more := int64(meter.most-base) >> 20; more > 128 {
		t.Errorf("it took %d MiB for %d lines", more, lines)
	} else {
		t.Logf("%d lines, %d MiB", lines, more)
	}
}

// meter is a printer that looks at the heap now and then.
type meter struct {
	report.Printer
	files int
	most  uint64
}

func (m *meter) read() uint64 {
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	return now.HeapInuse
}

func (m *meter) File(o apply.Outcome) error {
	if m.files++; m.files%10_000 == 0 {
		m.most = max(m.most, m.read())
	}
	return m.Printer.File(o)
}

// many are files of a shard of which each twentieth needs attention.
func many(shard, n int) func(func(apply.Outcome) bool) {
	return func(yield func(apply.Outcome) bool) {
		found := []scrub.Finding{
			{Kind: scrub.Device, Role: scrub.Identify, Place: "APP1/Exif/IFD0/Model", Off: 42, Len: 5, Goes: true},
			{Kind: scrub.Place, Role: scrub.Identify, Place: "APP1/Exif/GPS", Off: 420, Len: 50, Goes: true},
		}
		for i := range n {
			o := file(fmt.Sprintf("/archive/%d/DCIM/%08d.jpg", shard, i), apply.Cleaned)
			o.Findings = found
			switch {
			case i%40 == 1:
				o.Status, o.Reasons = apply.Partly, []string{fmt.Sprintf("part %d of %s is odd", i, strings.Repeat("x", i%200))}
			case i%40 == 2:
				o.Status, o.Err = apply.Failed, errors.New("is read-only")
			}
			if !yield(o) {
				return
			}
		}
	}
}
