package main

import (
	"strings"
	"testing"
	"time"
)

func TestCells(t *testing.T) {
	r := result{tool: "x", note: "did 50 of 1,000", times: 20, payload: "same", tags: [2]int{1200, 3}, marks: [2]int{7, 0},
		cost: Cost{Wall: time.Second, CPU: 500 * time.Millisecond, Read: 1e6, Written: 2e9, Memory: 30e6, Space: 5e9}}
	got := strings.Join(r.cells(2*time.Second), " | ")
	want := "x (did 50 of 1,000) | 20.0 s | 10× | 10.0 s | 20 MB | 40.0 GB | 30 MB | 5000 MB | 3 of 1,200 | 0 of 7 | same"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestCellsOfWhatFailed(t *testing.T) {
	r := result{tool: "x", times: 1, payload: "same", cost: Cost{Failed: "exit code 1: no"}}
	if cells := r.cells(0); cells[len(cells)-1] != "same; failed, see below" || cells[2] != "-" {
		t.Errorf("got %q", cells)
	}
}

func TestEveryTableHasTheSameColumns(t *testing.T) {
	for _, r := range []result{{tool: "x", times: 1}, {tool: "cp", times: 1, copies: true}} {
		if n := len(r.cells(time.Second)); n != len(heading) {
			t.Errorf("%s: %d cells under %d headings", r.tool, n, len(heading))
		}
	}
}

func TestTable(t *testing.T) {
	all := table{
		{title: "a video", rows: []row{result{tool: "untag scrub", times: 1, payload: "same"}.cells(time.Second), {"mkvpropedit", "not applicable: no"}}},
		{title: "photos", rows: []row{{"x", "skipped: it is not installed"}}, failures: []string{"x: why"}},
	}
	var b strings.Builder
	all.markdown(&b)
	for line := range strings.Lines(b.String()) {
		if strings.HasPrefix(line, "|") && strings.Count(line, "|") != len(heading)+1 {
			t.Errorf("%d bars in %q", strings.Count(line, "|"), line)
		}
	}
	for _, want := range []string{"**a video**", "not applicable: no", "skipped: it is not installed", "* photos: x: why"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("lacks %q:\n%s", want, b.String())
		}
	}
	b.Reset()
	all.text(&b)
	if got := strings.Count(b.String(), heading[1]+" "); got != 1 {
		t.Errorf("%d headings in one table:\n%s", got, b.String())
	}
	for _, want := range []string{"\na video\n", "\nphotos\n", "not applicable: no", "x: why"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("lacks %q:\n%s", want, b.String())
		}
	}
}

func TestWorkThatIsWarmStaysSo(t *testing.T) {
	if w := copied(1000).fit(gib); !w.warm || w.many != 125 {
		t.Errorf("warm %v, %d photos", w.warm, w.many)
	}
}

func TestWorkFitsIntoWhatIsFree(t *testing.T) {
	w := video(4*gib, "end")
	if w.fit(20*gib) != w {
		t.Error("work that fits is changed")
	}
	small := w.fit(4 * gib)
	if small.room() > 4*gib || small.size != gib {
		t.Errorf("%d bytes, room %d", small.size, small.room())
	}
	if want := "1 GiB video, moov at the end (4 GiB video, moov at the end would need 13.0 GB free, 4295 MB are)"; small.title != want {
		t.Errorf("title %q, want %q", small.title, want)
	}
	if p := folder(1000).fit(gib); p.many != 125 || p.room() > gib {
		t.Errorf("%d photos, room %d", p.many, p.room())
	}
}

func TestVersionIn(t *testing.T) {
	for text, want := range map[string]string{
		"12.57\n":                            "12.57",
		"exiv2 0.27.6\nExiv2 v0.27":          "0.27.6",
		"ffmpeg version 5.1.9-0+deb12u1 (c)": "5.1.9-0+deb12u1",
		"Jhead version: 3.06":                "3.06",
		"untag v1.2-3-gabc go1.26.8":         "v1.2-3-gabc",
		"untag dev go1.26.8":                 "dev",
		"":                                   "",
	} {
		if got := versionIn(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
