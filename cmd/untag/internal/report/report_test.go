package report_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"untag/cmd/untag/internal/exit"
	"untag/cmd/untag/internal/report"
	"untag/platform/apply"
	"untag/platform/drive"
	"untag/scrub"
)

func outcome(path string, s apply.Status, found ...scrub.Finding) apply.Outcome {
	return apply.Outcome{Path: path, Status: s, Media: true, Findings: found}
}

func device(value string) scrub.Finding {
	return scrub.Finding{Kind: scrub.Device, Role: scrub.Identify, Place: "exif/Make", Off: 1, Len: 5, Value: value, Goes: true}
}

func TestTotalsCode(t *testing.T) {
	for _, c := range []struct {
		name string
		all  []apply.Outcome
		want exit.Code
	}{
		{"nothing", nil, exit.OK},
		{"clean and cleaned", []apply.Outcome{outcome("a", apply.Clean), outcome("b", apply.Cleaned)}, exit.OK},
		{"dirty", []apply.Outcome{outcome("a", apply.Clean), outcome("b", apply.Dirty)}, exit.Found},
		{"partly over dirty", []apply.Outcome{outcome("a", apply.Partly), outcome("b", apply.Dirty)}, exit.Partly},
		{"unsupported", []apply.Outcome{outcome("a", apply.Unsupported)}, exit.Partly},
		{"failed over partly", []apply.Outcome{outcome("a", apply.Failed), outcome("b", apply.Partly)}, exit.Failed},
		{"no medium", []apply.Outcome{{Path: "a.txt", Status: apply.Unsupported}}, exit.OK},
		{"no medium, but a mark", []apply.Outcome{{Path: "a.txt", Status: apply.Unsupported, Findings: []scrub.Finding{device("")}}}, exit.Partly},
		{"no medium, but failed", []apply.Outcome{{Path: "a.txt", Status: apply.Failed}}, exit.Failed},
		{"a status from the future", []apply.Outcome{outcome("a", "splendid")}, exit.Failed},
		{"no status", []apply.Outcome{outcome("a", "")}, exit.Failed},
	} {
		var totals report.Totals
		for _, o := range c.all {
			totals.Add(o)
		}
		if got := totals.Code(); got != c.want {
			t.Errorf("%s: code %d, want %d", c.name, got, c.want)
		}
		totals.Interrupted = true
		if got := totals.Code(); got != exit.Interrupted {
			t.Errorf("%s, interrupted: code %d", c.name, got)
		}
	}
}

// values are shown by inspect, and by JSON that was asked for them.
func TestValuesAreShownOnlyWhereAskedFor(t *testing.T) {
	const secret = "SN-4711"
	o := outcome("a.jpg", apply.Partly, device(secret))
	o.Reasons = []string{"who knows"}
	o.Err = errors.New("an error")
	for _, c := range []struct {
		name  string
		json  bool
		opt   report.Options
		shown bool
	}{
		{"scrub", false, report.Options{Verb: report.Scrub, Verbose: true}, false},
		{"dry run", false, report.Options{Verb: report.Scrub, DryRun: true, Verbose: true}, false},
		{"verify", false, report.Options{Verb: report.Verify, Verbose: true}, false},
		{"inspect", false, report.Options{Verb: report.Inspect}, true},
		{"scrub --json", true, report.Options{Verb: report.Scrub, Verbose: true}, false},
		{"verify --json", true, report.Options{Verb: report.Verify, Verbose: true}, false},
		{"inspect --json", true, report.Options{Verb: report.Inspect}, true},
		{"scrub --json --values", true, report.Options{Verb: report.Scrub, Values: true}, true},
	} {
		var out, errs strings.Builder
		p := report.New(&out, &errs, c.json, c.opt)
		var totals report.Totals
		totals.Add(o)
		if err := errors.Join(p.File(o), p.End(&totals, totals.Code())); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(out.String()+errs.String(), secret); got != c.shown {
			t.Errorf("%s: value shown is %v, want %v:\n%s", c.name, got, c.shown, out.String())
		}
	}
}

// What comes from a drive can't make lines, move the cursor or break JSON.
func TestHostileOutcomes(t *testing.T) {
	const evil = "x\n\x1b[2Jcleaned  y\xff\u202e\r"
	o := apply.Outcome{
		Path: evil, Format: "toy", Media: true, Status: apply.Failed, Reasons: []string{evil}, Err: errors.New(evil),
		Findings: []scrub.Finding{{Kind: scrub.Comment, Role: scrub.Identify, Place: evil, Value: evil, Goes: true}},
	}
	var out, errs strings.Builder
	p := report.New(&out, &errs, false, report.Options{Verb: report.Inspect, Verbose: true})
	if err := errors.Join(p.File(o), p.Error(evil, evil)); err != nil {
		t.Fatal(err)
	}
	text := out.String() + errs.String()
	if strings.ContainsAny(text, "\x1b\r\u202e") || strings.Contains(text, "\xff") || strings.Count(text, "\n") != 5 {
		t.Errorf("hostile text came through:\n%q", text)
	}
	out.Reset()
	p = report.New(&out, &errs, true, report.Options{Verb: report.Inspect})
	if err := errors.Join(p.File(o), p.Error(evil, evil)); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines, want 2: %q", len(lines), out.String())
	}
	var file struct {
		PathBytes []byte `json:"path_bytes"`
	}
	if err := json.Unmarshal([]byte(lines[0]), &file); err != nil || string(file.PathBytes) != evil {
		t.Errorf("path_bytes %q (%v), want %q", file.PathBytes, err, evil)
	}
}

func TestJSONListsAreNeverNull(t *testing.T) {
	var out strings.Builder
	p := report.New(&out, &out, true, report.Options{})
	if err := errors.Join(p.File(outcome("a", apply.Clean)), p.End(&report.Totals{}, 0)); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "null") {
		t.Errorf("got %s", out.String())
	}
}

func TestNothingIsCalledGoneWhereThereIsDoubt(t *testing.T) {
	for status, want := range map[apply.Status]string{
		apply.Cleaned: "gone:", apply.Dirty: "would go:", apply.Partly: "found:", apply.Unsupported: "found:", apply.Failed: "found:",
	} {
		var out strings.Builder
		p := report.New(&out, &out, false, report.Options{Verb: report.Scrub, Verbose: true})
		if err := p.File(outcome("a", status, device(""))); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), "  "+want+"\n") {
			t.Errorf("%s: no %q in\n%s", status, want, out.String())
		}
	}
}

func TestLongTablesAreCutUnlessVerbose(t *testing.T) {
	var found []scrub.Finding
	for i := range 100 {
		f := device("")
		f.Place = "frame/" + strings.Repeat("i", i)
		found = append(found, f)
	}
	o := outcome("a", apply.Dirty, found...)
	o.Unlisted = 7
	for verbose, want := range map[bool]int{false: 40, true: 100} {
		var out strings.Builder
		p := report.New(&out, &out, false, report.Options{Verb: report.Inspect, Verbose: verbose})
		if err := p.File(o); err != nil {
			t.Fatal(err)
		}
		s := out.String()
		if got := strings.Count(s, "    device  "); got != want {
			t.Errorf("verbose %v: %d rows, want %d", verbose, got, want)
		}
		if strings.Contains(s, "and 60 more, -v shows them") == verbose || !strings.Contains(s, "and 7 more, not listed") {
			t.Errorf("verbose %v: got\n%s", verbose, s)
		}
		if !strings.Contains(s, "a: 107 tags: device") {
			t.Errorf("got %s", s)
		}
	}
}

func TestTheSameInEveryFrameIsOneRow(t *testing.T) {
	var found []scrub.Finding
	for i := range int64(10) {
		found = append(found,
			scrub.Finding{Kind: scrub.Software, Role: scrub.Identify, Place: "frame", Off: 100 * i, Len: 7, Value: "x264", Goes: true},
			scrub.Finding{Kind: scrub.Unknown, Role: scrub.Identify, Place: "frame", Off: 100*i + 7, Len: 3, Goes: true},
			scrub.Finding{Role: scrub.Render, Place: "rotation", Off: 50, Len: 1})
	}
	var out strings.Builder
	p := report.New(&out, &out, false, report.Options{Verb: report.Inspect})
	if err := p.File(outcome("a", apply.Dirty, found...)); err != nil {
		t.Fatal(err)
	}
	want := `dirty        a: 20 tags: software, unknown
  would go:
    software  frame            0x0  x264, 10 times
    unknown   frame            0x7  30 B, 10 times
  stays, picture or sound need it:
    render    rotation        0x32  10 B, 10 times
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

// The report of a folder does not grow with the number of its files, nor does the
// memory that it takes.
func TestReportOfAMillionFilesIsShort(t *testing.T) {
	var out strings.Builder
	p := report.New(&out, &out, false, report.Options{Verb: report.Scrub})
	var totals report.Totals
	for i := range 1_000_000 {
		o := outcome(fmt.Sprintf("DCIM/%07d.jpg", i), apply.Cleaned, device(""))
		switch {
		case i%1000 == 1:
			o.Status, o.Err = apply.Failed, errors.New("is read-only")
		case i%1000 == 2:
			o.Status, o.Reasons = apply.Partly, []string{fmt.Sprintf("part %d of %s is odd", i, strings.Repeat("x", i%7000/10))}
		case i%100 == 3:
			o.Status, o.Findings, o.Reasons = apply.Unsupported, nil, []string{fmt.Sprintf("kind%c: untag can't clean this format yet", 'a'+i%26)}
		}
		totals.Add(o)
		if err := p.File(o); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.End(&totals, totals.Code()); err != nil {
		t.Fatal(err)
	}
	s := out.String()
	if n := strings.Count(s, "\n"); n > 120 || len(s) > 100<<10 {
		t.Errorf("%d lines, %d bytes", n, len(s))
	}
	if !strings.HasPrefix(s, "failed       DCIM/0000001.jpg: is read-only\n") || !strings.Contains(s, "\nfailed       and 995 more: is read-only\n") {
		t.Errorf("begins with\n%.1000s", s)
	}
}

// What a file system keeps is said once, and only where something was overwritten.
func TestStorage(t *testing.T) {
	for keeps, want := range map[drive.Keeps]string{
		drive.Elsewhere: "storage  thefs writes what changes to another place",
		drive.Below:     "storage  thefs leaves files as they were in the layer below",
		drive.Snapshots: "storage  the volume below thefs has snapshots",
		drive.Server:    "storage  thefs: what the server keeps of old bytes, and who else has files open",
		drive.Program:   "storage  thefs: what stays of old bytes is up to the program",
		"":              "",
	} {
		var totals report.Totals
		for range 3 {
			totals.LieOn(drive.Storage{Type: "thefs", Keeps: keeps})
		}
		o := outcome("a", apply.Cleaned)
		o.Written = 5
		totals.Add(o)
		for _, verb := range []report.Verb{report.Scrub, report.Verify} {
			var out strings.Builder
			if err := report.New(&out, &out, false, report.Options{Verb: verb}).End(&totals, exit.OK); err != nil {
				t.Fatal(err)
			}
			wanted := verb == report.Scrub && want != ""
			if got := strings.Count(out.String(), "storage"); got != map[bool]int{true: 1}[wanted] || wanted && !strings.Contains(out.String(), want) {
				t.Errorf("%q, %s:\n%s", keeps, verb, out.String())
			}
		}
		if totals.Written = 0; want == "" {
			continue
		}
		var out strings.Builder
		report.New(&out, &out, false, report.Options{Verb: report.Scrub}).End(&totals, exit.OK)
		if strings.Contains(out.String(), "storage") {
			t.Errorf("%q, nothing written:\n%s", keeps, out.String())
		}
	}
}
