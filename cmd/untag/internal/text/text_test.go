package text_test

import (
	"strings"
	"testing"
	"time"

	"untag/cmd/untag/internal/text"
)

func TestQuoteShowsNothingThatATerminalObeys(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "DCIM/IMG 1.jpg", "DCIM/IMG 1.jpg"},
		{"other scripts stay", "사진/été.jpg", "사진/été.jpg"},
		{"escape sequence", "a\x1b[2Jb", `"a\x1b[2Jb"`},
		{"new line", "a\nuntag: all clean", `"a\nuntag: all clean"`},
		{"carriage return", "a\rb", `"a\rb"`},
		{"direction override", "a\u202egpj.exe", `"a\u202egpj.exe"`},
		{"not UTF-8", "a\xffb", `"a\xffb"`},
		{"C1 control", "a\u009bb", `"a\u009bb"`},
	} {
		if got := text.Quote(c.in); got != c.want {
			t.Errorf("%s: Quote(%q) = %s, want %s", c.name, c.in, got, c.want)
		}
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{
		{"short", 10, "short"},
		{"exactly10!", 10, "exactly10!"},
		{"a/very/long/path/to/file.jpg", 11, "a/ver…e.jpg"},
		{"사진사진사진사진", 7, "사…진"},
		{"abc", 2, ""},
	} {
		got := text.Cut(c.in, c.n)
		if got != c.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", c.in, c.n, got, c.want)
		}
	}
}

func TestCutNeverTakesMoreColumns(t *testing.T) {
	for _, s := range []string{"abcdefghijklmnop", "사진사진사진abc사진", "a사b진c사d진e"} {
		for n := range 20 {
			if got := text.Columns(text.Cut(s, n)); got > n {
				t.Errorf("Cut(%q, %d) takes %d columns", s, n, got)
			}
		}
	}
}

func TestBytes(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 999: "999 B", 1000: "1.0 kB", 1049: "1.0 kB", 9949: "9.9 kB", 9950: "10 kB", 999_499: "999 kB",
		999_500: "1.0 MB", 64 << 20: "67 MB", 1 << 62: "4.6 EB", 1<<63 - 1: "9.2 EB",
	} {
		if got := text.Bytes(n); got != want {
			t.Errorf("Bytes(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 ms", 12 * time.Millisecond: "12 ms", 1500 * time.Millisecond: "1.5 s", 42 * time.Second: "42 s",
		61 * time.Second: "1 min 01 s", 3*time.Hour + 5*time.Minute: "3 h 05 min",
	} {
		if got := text.Duration(d); got != want {
			t.Errorf("Duration(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestList(t *testing.T) {
	if got := text.List([]string{"a", "b"}, 2, "; "); got != "a; b" {
		t.Error(got)
	}
	if got := text.List([]string{"a", "b", "c", "d"}, 2, "; "); got != "a; b; and 2 more" {
		t.Error(got)
	}
}

func TestColumns(t *testing.T) {
	for s, want := range map[string]int{
		"a": 1, "사진": 4, "\u1109\u1161\u110c\u1175\u11ab": 4, "e\u0301": 1, "日本": 4, "ｶﾅ": 2, "Ａ": 2, "שלום": 4, "é": 1, "🙂": 2, "…": 1, "\u200e": 0,
	} {
		if got := text.Columns(s); got != want {
			t.Errorf("%q takes %d columns, not %d", s, got, want)
		}
	}
}

func TestTable(t *testing.T) {
	var b strings.Builder
	if err := text.Table(&b, "  ", [][]string{{"1", "사진", "x", ""}, {"12", "שלום", "9 tags"}, {"3", "a", "y", "z"}, {"alone"}}); err != nil {
		t.Error(err)
	}
	want := "  1      사진  x\n  12     שלום \u200e 9 tags\n  3      a     y       z\n  alone\n"
	if b.String() != want {
		t.Errorf("%q, not %q", b.String(), want)
	}
	if err := text.Table(new(strings.Builder), "", nil); err != nil {
		t.Error(err)
	}
}

// What follows a name that is written from right to left is not drawn into it.
func TestThen(t *testing.T) {
	for s, want := range map[string]string{"a": "a: ", "사진": "사진: ", "ملف": "ملف:\u200e ", "a ש": "a ש:\u200e "} {
		if got := text.Then(s, ": "); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}
