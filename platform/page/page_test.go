package page_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"untag/platform/output"
	"untag/platform/page"
	"untag/scrub"
)

func write(t testing.TB, p *page.Page) string {
	t.Helper()
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// data is what the script is given.
type data struct {
	Say      map[string]string
	Statuses []string
	Words    []string
	Rows     []struct {
		N       string
		S, F, T int
		R       []string
		D       string
		L       [][8]int64
		U       int
		P, Q    []int64
	}
}

func dataOf(t testing.TB, html string) (d data) {
	t.Helper()
	_, rest, _ := strings.Cut(html, `<script type="application/json" id="data">`)
	text, _, ok := strings.Cut(rest, "</script>")
	if err := json.Unmarshal([]byte(text), &d); err != nil || !ok {
		t.Fatalf("the data can't be read: %v", err)
	}
	return d
}

// hostile are texts that want to be more than texts, and what has to be shown of them.
var hostile = []string{
	`</script><script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `<!--<script>`, `]]>`, "a\x1b[2J", "a\u202egpj.exe", "\u2066x", "a\nb", "\xff\xfe",
	"{{.}}", "`${alert(1)}`", `&lt;b&gt;`, `\u003c`, "</style>", "' onload='x", "javascript:alert(1)",
}

func attacked() *page.Page {
	p := &page.Page{Title: "T", Values: true, Maker: "untag test"}
	for _, s := range hostile {
		p.Title += s
		p.Totals = append(p.Totals, page.Total{Name: s, Text: s})
		p.Add(page.File{
			Name: s, Status: s, Format: s, Reasons: []string{s}, Remedy: s, Size: 5, NewSize: 5,
			Findings: []scrub.Finding{{Kind: scrub.Kind(s), Role: scrub.Identify, Place: s, Value: s, Goes: true}, {Kind: scrub.Place, Place: s, Value: "1.5, 2.5"}},
		})
	}
	return p
}

func TestHostileTextsStayTexts(t *testing.T) {
	html := write(t, attacked())
	for what, want := range map[string]int{"<script": 2, "</script": 2, "<style": 1, "</style": 1, "<img": 0, "<!--": 0} {
		if n := strings.Count(html, what); n != want {
			t.Errorf("%s occurs %d times, want %d", what, n, want)
		}
	}
	if at := strings.IndexFunc(html, func(r rune) bool {
		return r == unicode.ReplacementChar || r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf)
	}); at >= 0 {
		t.Errorf("not printable: %q", html[at:at+20])
	}
	d := dataOf(t, html)
	for i, s := range hostile {
		want := s
		if strings.ContainsFunc(s, func(r rune) bool { return r == unicode.ReplacementChar || !unicode.IsPrint(r) }) {
			want = fmt.Sprintf("%q", s)
		}
		if r := d.Rows[i]; r.N != want || r.R[0] != want || r.D != want || d.Words[r.L[0][2]] != want || d.Statuses[r.S] != "failed" {
			t.Errorf("%q is shown as %+v", s, r)
		}
	}
}

// The policy lets the page's own script and style through, and nothing else.
func TestPolicy(t *testing.T) {
	html := write(t, attacked())
	policy := regexp.MustCompile(`http-equiv="Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(html)
	if policy == nil {
		t.Fatal("no policy")
	}
	for _, want := range []string{"default-src 'none'", "base-uri 'none'", "form-action 'none'"} {
		if !strings.Contains(strings.ReplaceAll(policy[1], "&#39;", "'"), want) {
			t.Errorf("%s lacks %s", policy[1], want)
		}
	}
	for _, tag := range []string{"script", "style"} {
		_, rest, _ := strings.Cut(html, "<"+tag+">")
		text, _, _ := strings.Cut(rest, "</"+tag+">")
		h := sha256.Sum256([]byte(text))
		sum := strings.ReplaceAll(base64.StdEncoding.EncodeToString(h[:]), "+", "&#43;")
		if !strings.Contains(policy[1], tag+"-src &#39;sha256-"+sum) && !strings.Contains(policy[1], tag+"-src 'sha256-"+sum) {
			t.Errorf("%s: the sum of %s is %s", policy[1], tag, sum)
		}
	}
	for _, bad := range []string{" src=", " style=", " onclick=", "@import", "<link", "<base", "<iframe"} {
		if strings.Contains(html, bad) && bad != " src=" {
			t.Errorf("the page has %s", bad)
		}
	}
}

func TestWithoutValuesThereAreNone(t *testing.T) {
	p := &page.Page{Maker: "untag test"}
	p.Add(page.File{Name: "a.jpg", Status: "dirty", Findings: []scrub.Finding{{Kind: scrub.Place, Place: "GPS", Value: "47.37, 8.54", Goes: true}, {Kind: scrub.Device, Value: "Nokia"}}})
	if html := write(t, p); strings.Contains(html, "47.37") || strings.Contains(html, "Nokia") {
		t.Error("values that nobody asked for")
	}
}

func TestPlaces(t *testing.T) {
	p := &page.Page{Values: true, Maker: "untag test"}
	for i, v := range []string{"47.375500, 8.541750", "+47.375500+008.541750/", "-33.8688+151.2093+010.000/", "47.375500, 8.541750", "Zürich", "1234", "47.375500, 8.541750 and more"} {
		p.Add(page.File{Name: fmt.Sprintf("%d.jpg", i), Status: "dirty", Findings: []scrub.Finding{{Kind: scrub.Place, Value: v, Goes: true}, {Kind: scrub.Place, Value: v, Goes: true}}})
	}
	html := write(t, p)
	for _, want := range []string{
		`<th scope="row">47.375500, 8.541750</th><td class="number">2</td><td><bdi>0.jpg</bdi>`,
		`<th scope="row">47.375500, 008.541750</th><td class="number">1</td>`,
		`<th scope="row">-33.8688, 151.2093</th>`,
	} {
		if !strings.Contains(html, want) {
			t.Errorf("no %s", want)
		}
	}
	if n := strings.Count(html, `<th scope="row">`); n != 7+3 {
		t.Errorf("%d files and places", n)
	}
}

// many fills a page with files as photos are.
func many(files, findings int) *page.Page {
	p := &page.Page{Title: "What the files give away", Values: true, Maker: "untag test", Warning: "mind it", Totals: []page.Total{{Name: "files", Text: fmt.Sprint(files)}}}
	for i := range files {
		f := page.File{Name: fmt.Sprintf("/media/stick/DCIM/%03dCANON/IMG_%05d.JPG", i/1000, i), Status: [...]string{"clean", "dirty", "partly", "cleaned"}[i%4], Format: "jpeg", Size: int64(3_000_000 + i), NewSize: int64(3_000_000 + i)}
		if i%4 == 2 {
			f.Reasons = []string{"the maker's note can't be looked into"}
		}
		for j := range findings {
			f.Findings = append(f.Findings, scrub.Finding{
				Kind: scrub.Kinds()[j%10], Role: scrub.Identify, Place: fmt.Sprintf("APP1/Exif/ExifIFD/Tag%d", j), Off: int64(100 + 20*j), Len: 20, Value: fmt.Sprintf("value %d of %d", j%7, i), Goes: true,
			})
		}
		for j := range 40 {
			f.Before = append(f.Before, scrub.Stroke{Len: int64(1 + j*j*j), Role: scrub.Role(1 + j%6), Goes: int64(j % 3 / 2)})
		}
		p.Add(f)
	}
	return p
}

// The figures that are promised; the time is ten times as long under the race detector.
func TestTenThousandFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("an emulated processor takes minutes")
	}
	start := time.Now()
	html := write(t, many(10_000, 30))
	took := time.Since(start)
	t.Logf("made in %v, %d MB", took, len(html)>>20)
	if took > 30*time.Second || len(html) > 20_000_000 {
		t.Errorf("made in %v, %d bytes", took, len(html))
	}
	d := dataOf(t, html)
	if len(d.Rows) != 10_000 {
		t.Errorf("%d files are listed", len(d.Rows))
	}
	for _, r := range d.Rows {
		if len(r.L) == 0 && r.U != 30 {
			t.Fatalf("%s has no findings and %d that are not listed", r.N, r.U)
		}
	}
}

// However many files there are, the page has an end, and what needs attention is on it.
func TestMoreFilesThanFit(t *testing.T) {
	p := &page.Page{Maker: "untag test"}
	for i := range 50_000 {
		p.Add(page.File{Name: fmt.Sprint("clean ", i), Status: "clean"})
	}
	for i := range 19_000 {
		p.Add(page.File{Name: fmt.Sprint("bad ", i), Status: "failed"})
	}
	p.Add(page.File{Name: "clean too", Status: "clean"})
	html := write(t, p)
	d := dataOf(t, html)
	var bad int
	for _, r := range d.Rows {
		if d.Statuses[r.S] == "failed" {
			bad++
		}
	}
	if len(d.Rows) != 20_000 || bad != 19_000 {
		t.Errorf("%d files are listed, %d of 19000 that failed", len(d.Rows), bad)
	}
	if want := d.Say["left"] + " 49001"; !strings.Contains(html, want) {
		t.Errorf("the page does not say %q", want)
	}
}

// What the daemon tells of files is enough.
func TestOutcomesAlone(t *testing.T) {
	p := &page.Page{Title: "STICK", Maker: "untagd test"}
	p.Add(page.File{Name: "a.pdf", Status: "unsupported", Reasons: []string{"a document"}, Remedy: "use mat2"})
	html := write(t, p)
	for _, want := range []string{`class="bare"`, "a.pdf", "a document", "use mat2"} {
		if !strings.Contains(html, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(html, `class="legend"`) {
		t.Error("a legend, and no pictures")
	}
}

func TestFile(t *testing.T) {
	dir := t.TempDir()
	at := filepath.Join(dir, "r.html")
	for range 2 { // the second replaces the first
		to, err := page.Create(at, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := attacked().Keep(to); err != nil {
			t.Fatal(err)
		}
	}
	if st, err := os.Stat(at); err != nil || st.Size() < 1000 {
		t.Errorf("%v, %v", st, err)
	}
	photo := filepath.Join(dir, "a.jpg")
	if err := os.WriteFile(photo, []byte("\xff\xd8\xff"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := page.Create(photo, nil); !errors.Is(err, output.ErrTaken) {
		t.Errorf("a photo is taken for a page: %v", err)
	}
}
