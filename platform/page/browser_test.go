package page_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"untag/platform/page"
	"untag/scrub"
)

type action = chromedp.Action[chromedp.Void]

// send is a command of the protocol.
func send[P, R any](command cdp.Command[P, R], params P) action {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, command, params)
		return err
	})
}

// tab is a page in Chromium.
type tab struct {
	*testing.T
	ctx context.Context

	mu       sync.Mutex
	requests []string // all that the page asked for
	errors   []string // exceptions, and what the policy refused
}

// browser starts Chromium once for all tests of a test.
func browser(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium: scripts/packages.sh test installs it")
	}
	opt := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()))
	if os.Geteuid() == 0 {
		opt = append(opt, chromedp.NoSandbox)
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), opt...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("chromium: %v", err)
	}
	return ctx
}

// open shows a page; before are done first.
func open(t *testing.T, browser context.Context, p *page.Page, before ...action) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	b := &tab{T: t, ctx: ctx}
	err := chromedp.Listen(ctx, func(e any) {
		b.mu.Lock()
		defer b.mu.Unlock()
		switch e := e.(type) {
		case *network.EventRequestWillBeSent:
			b.requests = append(b.requests, e.Request.URL)
		case *runtime.EventExceptionThrown:
			b.errors = append(b.errors, e.ExceptionDetails.Text)
		case *log.EventEntryAdded:
			b.errors = append(b.errors, e.Entry.Text)
		case *cdppage.EventJavascriptDialogOpening:
			b.errors = append(b.errors, "a dialog: "+e.Message)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	at := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(at, []byte(write(t, p)), 0o600); err != nil {
		t.Fatal(err)
	}
	b.do(send(network.Enable, network.EnableParams{}), send(log.Enable, cdp.Empty{}))
	b.do(before...)
	b.do(chromedp.Navigate((&url.URL{Scheme: "file", Path: at}).String()))
	return b
}

func (b *tab) do(actions ...action) {
	b.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.Fatal(err)
	}
}

// value is what an action returns.
func value[T any](b *tab, a chromedp.Action[T]) T {
	b.Helper()
	v, err := chromedp.Run(b.ctx, a)
	if err != nil {
		b.Fatal(err)
	}
	return v
}

// js is the value of an expression.
func (b *tab) js(expression string) (s string) {
	b.Helper()
	return fmt.Sprint(value(b, chromedp.Evaluate[any](expression)))
}

// until waits for an expression to have a value.
func (b *tab) until(expression, want string) {
	b.Helper()
	var got string
	for range 100 {
		if got = b.js(expression); got == want {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	b.Errorf("%s is %q, want %q", expression, got, want)
}

func (b *tab) keys(keys string) {
	b.Helper()
	b.do(chromedp.KeyEvent(keys))
}

// alone holds the page to having asked for nothing but itself, and to no errors.
func (b *tab) alone() {
	b.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.requests) != 1 {
		b.Errorf("the page asked for %q", b.requests)
	}
	if len(b.errors) > 0 {
		b.Errorf("errors: %q", b.errors)
	}
}

// shot keeps a picture for people where UNTAG_SHOTS names a folder.
func (b *tab) shot(name string) {
	b.Helper()
	dir := os.Getenv("UNTAG_SHOTS")
	if dir == "" {
		return
	}
	png := value(b, chromedp.CaptureScreenshot())
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600); err != nil {
		b.Fatal(err)
	}
}

var axe = sync.OnceValues(func() (string, error) {
	path, err := exec.Command("../../scripts/axe.sh").Output()
	if err != nil {
		return "", err
	}
	script, err := os.ReadFile(strings.TrimSpace(string(path)))
	return string(script), err
})

// accessible has axe-core look for what keeps people from using the page.
func (b *tab) accessible(what string) {
	b.Helper()
	script, err := axe()
	if err != nil {
		b.Fatalf("axe-core could not be had (scripts/axe.sh): %v", err)
	}
	b.do(chromedp.Evaluate[chromedp.Void](script))
	found := value(b, chromedp.Evaluate[string](
		`axe.run({resultTypes: ['violations']}).then(r => JSON.stringify(r.violations.map(v => ({impact: v.impact, id: v.id, nodes: v.nodes.length, first: v.nodes[0].html, why: v.nodes[0].failureSummary}))))`,
		chromedp.EvalAwaitPromise))
	var all []map[string]any
	if err := json.Unmarshal([]byte(found), &all); err != nil {
		b.Fatal(err)
	}
	for _, v := range all {
		b.Errorf("%s: %v", what, v)
	}
}

func media(scheme, kind string) action {
	return send(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: kind, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
}

// photos are a few files of which all is known.
func photos() *page.Page {
	p := many(250, 12)
	p.Add(page.File{
		Name: "DCIM/Zürich 사진 \u202egpj.exe", Status: "dirty", Format: "jpeg", Size: 2_400_000, NewSize: 2_400_000, Cut: 5000,
		Reasons: []string{"a device that asks for its signature refuses the file without it"}, Remedy: "--leave-signed leaves it",
		Findings: []scrub.Finding{
			{Kind: scrub.Place, Role: scrub.Identify, Place: "APP1/Exif/GPS", Off: 0xd4, Len: 80, Value: "47.375500, 8.541750", Goes: true},
			{Kind: scrub.Device, Role: scrub.Identify, Place: "APP1/Exif/IFD0/Model", Off: 0x2a, Len: 5, Value: "FP5", Goes: true},
			{Role: scrub.Render, Place: "APP1/Exif/IFD0/Orientation", Off: 0x30, Len: 12, Value: "6"},
		},
		Before: []scrub.Stroke{{Len: 200, Role: scrub.Structure}, {Len: 3000, Role: scrub.Identify, Goes: 3000}, {Len: 2_391_800, Role: scrub.Payload}, {Len: 5000, Role: scrub.Identify, Goes: 5000}},
	})
	return p
}

const rows = `document.querySelectorAll('#list > tbody > tr:not(.more)').length`

func TestBrowser(t *testing.T) {
	chromium := browser(t)
	t.Run("list", func(t *testing.T) { testList(open(t, chromium, photos())) })
	t.Run("keyboard", func(t *testing.T) { testKeyboard(open(t, chromium, photos(), chromedp.EmulateViewport(1280, 900))) })
	t.Run("looks", func(t *testing.T) { testLooks(t, chromium) })
	t.Run("hostile", func(t *testing.T) { testHostile(open(t, chromium, attacked())) })
	t.Run("no script", func(t *testing.T) {
		testNoScript(open(t, chromium, photos(), send(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})))
	})
	t.Run("ten thousand files", func(t *testing.T) { testMany(open(t, chromium, many(10_000, 30))) })
}

func testList(b *tab) {
	b.until(rows, "100")
	b.until(`document.getElementById('shown').textContent`, "Files shown: 100 of 251")
	b.until(`document.querySelector('#list > tbody .status').textContent`, "partly")
	b.do(chromedp.Click(chromedp.CSS("#more")))
	b.until(rows, "200")
	b.do(chromedp.Click(chromedp.CSS("#rest")))
	b.until(rows, "251")
	b.until(`document.getElementById('on').hidden`, "true")
	b.do(chromedp.SetValue(chromedp.CSS("#which"), "due"), chromedp.Evaluate[chromedp.Void](`document.getElementById('which').dispatchEvent(new Event('change'))`))
	b.until(rows, "100")
	b.until(`[...document.querySelectorAll('#list > tbody .status')].some(s => s.textContent.startsWith('clean'))`, "false")
	b.do(chromedp.SendKeys(chromedp.CSS("#search"), "fp5 ZÜRICH"))
	b.until(rows, "1")
	b.do(chromedp.Click(chromedp.CSS("#open")))
	b.until(`document.querySelectorAll('#list > tbody .findings tbody tr').length`, "3")
	b.until(`document.querySelector('#list > tbody .findings tr.goes').textContent`, "placeAPP1/Exif/GPS0xd480 B47.375500, 8.541750would go")
	b.until(`document.querySelector('#list > tbody bdi').textContent`, `"DCIM/Zürich 사진 \u202egpj.exe"`)
	// Before: the parts in their order, and below them what goes. After: emptied, and cut off.
	b.until(`[...document.querySelectorAll('#list > tbody figure')].map(f => [...f.querySelectorAll('path')].map(p => p.getAttribute('class') + p.getAttribute('d').split('M').length).join(' ')).join('; ')`,
		"r12 r53 g23 r22; r12 r62 r22")
	b.until(`Math.round(Math.max(...[...document.querySelectorAll('#list > tbody figure:last-of-type path')].map(p => p.getBBox().x + p.getBBox().width)))`, "994")
	b.until(`document.querySelector('.places tbody tr').textContent`, `47.375500, 8.5417501"DCIM/Zürich 사진 \u202egpj.exe"`)
	b.do(chromedp.Click(chromedp.CSS("#open")))
	b.until(`document.querySelectorAll('#list > tbody .more').length`, "0")
	b.alone()
}

// testKeyboard uses the page without a mouse.
func testKeyboard(b *tab) {
	at := `document.activeElement.id || document.activeElement.className || document.activeElement.textContent`
	b.keys(kb.Tab)
	b.until(at, "skip")
	b.keys(kb.Enter)
	b.until(at, "files")
	b.keys(kb.Tab)
	b.until(at, "search")
	b.keys("img_0004")
	b.until(rows, "10")
	for _, next := range []string{"which", "open", "print"} {
		b.keys(kb.Tab)
		b.until(at, next)
	}
	b.keys(kb.Tab) // the legend
	b.keys(kb.Tab)
	b.until(at, "Status")
	b.until(`document.querySelector('#list th').getAttribute('aria-sort')`, "ascending")
	b.keys(kb.Enter)
	b.until(`document.querySelector('#list th').getAttribute('aria-sort')`, "descending")
	b.keys(kb.Tab)
	b.until(at, "File")
	b.keys(" ")
	b.until(`document.querySelector('#list > tbody bdi').textContent`, "/media/stick/DCIM/000CANON/IMG_00040.JPG")
	b.until(`document.querySelectorAll('#list th[aria-sort]').length`, "1")
	for range 4 { // format, size, tags, and the first file
		b.keys(kb.Tab)
	}
	b.until(at, "name")
	b.keys(kb.Enter)
	b.until(`document.activeElement.getAttribute('aria-expanded') + document.querySelectorAll('#list > tbody .findings tbody tr').length`, "true12")
	b.keys(kb.Tab)
	b.until(at, "findings") // which scrolls where it is too wide
	b.keys(kb.Tab)
	b.until(`document.activeElement.textContent`, "/media/stick/DCIM/000CANON/IMG_00041.JPG")
	b.alone()
}

// testLooks has the page in all its dresses.
func testLooks(t *testing.T, chromium context.Context) {
	bare := &page.Page{Title: "STICK", Maker: "untagd test"}
	bare.Add(page.File{Name: "a.pdf", Status: "unsupported", Reasons: []string{"a document"}, Remedy: "use mat2"})
	for _, look := range []struct {
		name           string
		page           *page.Page
		scheme         string
		width, columns int
	}{
		{"light", photos(), "light", 1280, 6}, {"dark", photos(), "dark", 1280, 6}, {"narrow", photos(), "light", 360, 3}, {"narrow dark", photos(), "dark", 360, 3},
		{"bare", bare, "light", 1280, 2},
	} {
		t.Run(look.name, func(t *testing.T) {
			b := open(t, chromium, look.page, chromedp.EmulateViewport(int64(look.width), 1400), media(look.scheme, "screen"))
			b.shot(look.name)
			if look.page != bare {
				b.do(chromedp.SendKeys(chromedp.CSS("#search"), "zürich"))
				b.until(rows, "1")
				b.do(chromedp.Click(chromedp.CSS("#open")))
			}
			b.accessible(look.name)
			b.until(`document.documentElement.scrollWidth <= innerWidth`, "true")
			b.until(`[...document.querySelectorAll('#list > thead th')].filter(th => th.offsetWidth > 0).length`, fmt.Sprint(look.columns))
			dark := b.js(`getComputedStyle(document.body).backgroundColor`) == "rgb(22, 25, 29)"
			if dark != (look.scheme == "dark") {
				t.Errorf("dark is %v", dark)
			}
			b.do(chromedp.ScrollIntoView(chromedp.CSS("#files")))
			b.shot(look.name + " open")
			b.alone()
		})
	}
	t.Run("print", func(t *testing.T) {
		b := open(t, chromium, photos(), media("dark", ""))
		pdf := value(b, chromedp.PrintToPDF())
		if dir := os.Getenv("UNTAG_SHOTS"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, "print.pdf"), pdf, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		b.until(rows, "251") // all are on paper
		b.do(media("dark", "print"))
		b.until(`getComputedStyle(document.body).backgroundColor + getComputedStyle(document.getElementById('tools')).display`, "rgb(255, 255, 255)none")
	})
}

func testHostile(b *tab) {
	b.until(rows, fmt.Sprint(len(hostile)))
	b.do(chromedp.Click(chromedp.CSS("#open")))
	b.until(`document.querySelectorAll('#list > tbody .findings').length`, fmt.Sprint(len(hostile)))
	b.until(`document.querySelectorAll('img, iframe, object, [onload], [onerror]').length`, "0")
	b.until(`document.scripts.length`, "2")
	b.alone()
}

func testNoScript(b *tab) {
	text := value(b, chromedp.Text(chromedp.CSS("body")))
	shown := len(value(b, chromedp.Nodes(chromedp.CSSAll("#list > tbody > tr:not(.more)"))))
	static := len(value(b, chromedp.Nodes(chromedp.CSSAll("#list > tbody details"))))
	for _, want := range []string{"What the files give away", "mind it", "Without its script this page lists some files only", "47.375500, 8.541750", "partly"} {
		if !strings.Contains(text, want) {
			b.Errorf("no %q", want)
		}
	}
	if shown != 100 || static != 100 || strings.Contains(text, "Search") {
		b.Errorf("%d files are shown, %d with what was found in them", shown, static)
	}
	b.shot("no script")
}

func testMany(b *tab) {
	b.until(rows, "100")
	paint := value(b, chromedp.Evaluate[float64](`performance.getEntriesByName('first-contentful-paint')[0].startTime`))
	timed := func(what string) float64 {
		return value(b, chromedp.Evaluate[float64](`(() => { const t = performance.now(); `+what+`; document.body.offsetHeight; return performance.now() - t })()`))
	}
	search := timed(`document.getElementById('search').value = 'img_04242'; document.getElementById('which').dispatchEvent(new Event('change'))`)
	b.until(rows, "1")
	sort := timed(`document.getElementById('search').value = ''; document.querySelector('#list th[data-by=name] button').click()`)
	all := value(b, chromedp.Evaluate[[]float64](`new Promise(done => {
		let longest = 0, last = performance.now(), start = last;
		const on = () => {
			const now = performance.now();
			longest = Math.max(longest, now - last); last = now;
			if (`+rows+` === 10000) done([now - start, longest]); else setTimeout(on);
		};
		document.getElementById('rest').click();
		on();
	})`, chromedp.EvalAwaitPromise))
	b.Logf("first paint after %.0f ms; the first search takes %.0f ms, sorting %.0f ms, drawing all %.0f ms, of which %.0f without a pause", paint, search, sort, all[0], all[1])
	if paint > 2000 {
		b.Errorf("first paint after %.0f ms", paint)
	}
	b.alone()
}
