package sandbox

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"untag/platform/leaktest"
	"untag/scrub"
	"untag/scrub/formats"
)

var engine = scrub.NewEngine(append([]scrub.Format{toy}, formats.Table()...))

// TestMain makes this binary the worker of its own tests, an honest or a
// hostile one, and the program in which some of them run.
func TestMain(m *testing.M) {
	if IsWorker(os.Args) {
		Main(engine)
	}
	if len(os.Args) == 3 && os.Args[1] == "hostile" {
		hostile(os.Args[2])
	}
	if h, ok := helpers[os.Getenv("UNTAG_TEST_HELPER")]; ok {
		h()
		os.Exit(0)
	}
	os.Exit(leaktest.Run(m))
}

// start returns a pool for a test.
func start(t testing.TB, opt Options) *Pool {
	t.Helper()
	if opt.Engine == nil {
		opt.Engine = engine
	}
	p, err := Start(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// raced tells whether the race detector watches.
var raced bool

var bg = context.Background()

// file makes a file and opens it for reading.
func file(t testing.TB, content string) (f *os.File, size int64) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f, int64(len(content))
}

func plan(t testing.TB, p *Pool, content string) (*scrub.Plan, error) {
	t.Helper()
	f, size := file(t, content)
	return p.Plan(bg, f, size, scrub.Options{})
}

// serves fails the test unless the pool plans as it should.
func serves(t testing.TB, p *Pool) {
	t.Helper()
	got, err := plan(t, p, "TOY:plain\n"+strings.Repeat("body", 16<<10))
	if err != nil {
		t.Fatal("the next file:", err)
	}
	if got.Format != "toy" || got.Status() != scrub.Dirty || len(got.Edits) != 1 {
		t.Fatalf("the next file: %+v", got)
	}
}

// said returns what a toy parser found out, by place.
func found(t testing.TB, p *Pool, content string) map[string]string {
	t.Helper()
	got, err := plan(t, p, content)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range got.Findings {
		all[f.Place] = f.Value
	}
	return all
}

// quick are limits under which a test of them does not take long, and honest
// files have time enough even where the machine is busy: they are longer.
var quick = limits{start: time.Minute, cpu: time.Minute, wall: -59500 * time.Millisecond, rate: 1 << 20, slowest: 1 << 10}

func TestIsWorker(t *testing.T) {
	for _, c := range []struct {
		args []string
		want bool
	}{
		{[]string{"untag", workerName}, true},
		{[]string{"untag"}, false},
		{[]string{"untag", "scrub", workerName}, false},
		{[]string{"untag", workerName, "scrub"}, false},
		{nil, false},
	} {
		if got := IsWorker(c.args); got != c.want {
			t.Errorf("%q: %v", c.args, got)
		}
	}
}

func TestFormats(t *testing.T) {
	p := start(t, Options{Lazy: true})
	for _, name := range []string{"toy", "jpeg", "bmff"} {
		if !slices.ContainsFunc(p.Formats(), func(f scrub.Format) bool { return f.Name == name }) {
			t.Errorf("there is no %q", name)
		}
	}
}
