package sandbox

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"untag/scrub"
)

// travel sends a reply and returns what arrives.
func travel(t testing.TB, r reply, size int64) reply {
	t.Helper()
	var b bytes.Buffer
	e := encoder{w: bufio.NewWriter(&b)}
	e.reply(r)
	e.w.Flush()
	d := decoder{r: bufio.NewReader(&b), left: maxMessage}
	got := d.reply(size)
	if d.err != nil {
		t.Fatal(d.err)
	}
	if b.Len() > 0 || d.r.Buffered() > 0 {
		t.Fatal("more was said than heard")
	}
	return got
}

func TestPlansTravel(t *testing.T) {
	long := strings.Repeat("p", 2*maxText)
	full := honest(1024)
	full.End, full.Unlisted, full.Refused, full.Read, full.Shallow = 1000, 7, "because", 12345, true
	full.Doubts = []string{"one", "two"}
	full.Findings[0].Value, full.Findings[0].Place = "a value", "moov/udta/©xyz"
	many := &scrub.Plan{Format: "toy", Size: 5000, End: 5000}
	for i := range int64(5000) { // more places than slots, some of them again
		many.Map = append(many.Map, scrub.Span{Off: i, Len: 1, Role: scrub.Role(i%6 + 1), Place: fmt.Sprint("place ", i%1777)})
	}
	over := &scrub.Plan{Format: "toy", Size: 24, End: 24}
	over.Map = []scrub.Span{{Len: 4, Role: scrub.Structure, Place: "head"}, {Off: 4, Len: 20, Over: &scrub.Pattern{Parts: []scrub.Span{{Len: 2, Role: scrub.Structure, Place: "packs"}, {Off: 2, Len: 8, Role: scrub.Payload, Place: "frames"}}}}}
	over.Edits = []scrub.Edit{{Off: 4, Len: 20, Phase: scrub.Destroy, Over: &scrub.Stripes{Step: 10, Parts: []scrub.Edit{{Len: 1, Fill: 3}, {Off: 1, Len: 1, Data: []byte("a")}}}}}
	masked := &scrub.Plan{Format: "toy", Size: 20, End: 20, Map: []scrub.Span{{Len: 20, Over: &scrub.Pattern{Parts: over.Map[1].Over.Parts, Mask: scrub.Mask{2}, Rest: scrub.Span{Role: scrub.Payload, Place: "packets"}}}}}
	masked.Edits = []scrub.Edit{{Len: 20, Phase: scrub.Destroy, Over: &scrub.Stripes{Step: 10, Parts: over.Edits[0].Over.Parts, Mask: scrub.Mask{2}}}}
	for name, p := range map[string]*scrub.Plan{"full": full, "many": many, "over": over, "masked": masked, "empty": {Refused: "not a medium of a known format"}} {
		if got := travel(t, reply{plan: p}, p.Size).plan; !reflect.DeepEqual(got, p) {
			t.Errorf("%s: %+v became %+v", name, p, got)
		}
	}
	odd := honest(1024)
	odd.Map[0].Place, odd.Doubts, odd.Findings[0].Value = long, []string{"\xff\xfe", long}, "\xa9xyz"
	got := travel(t, reply{plan: odd}, 1024).plan
	if got.Map[0].Place != long[:maxText] || got.Doubts[0] != "\uFFFD" || got.Doubts[1] != long[:maxText] || got.Findings[0].Value != "\uFFFDxyz" {
		t.Errorf("%+v", got)
	}
}

func TestRewritesTravel(t *testing.T) {
	c := &scrub.Rewrite{Size: 100, Read: 7, Changes: []scrub.Change{{Off: 1, Len: 2}, {Off: 8, Data: []byte("abc")}, {Off: 50, Len: 50, Data: []byte("d")}}}
	if got := travel(t, reply{rewrite: c}, 100).rewrite; !reflect.DeepEqual(got, c) {
		t.Errorf("%+v became %+v", c, got)
	}
	if got := travel(t, reply{}, 100); got != (reply{}) {
		t.Errorf("nothing became %+v", got)
	}
}

func TestRequestsTravel(t *testing.T) {
	q := request{what: askPlan, size: 1 << 40, rate: 3 << 20, opt: scrub.Options{
		Policy: scrub.Policy{Profile: scrub.ProfileStrict, Keep: []scrub.Kind{scrub.Device, scrub.Title}, Remove: []scrub.Kind{scrub.Cover}},
		Depth:  scrub.DepthIndex,
		Cut:    true,
		Known:  []scrub.Span{{Off: 1, Len: 2, Role: scrub.Payload}, {Off: 1 << 39, Len: 3, Role: scrub.Payload}},
	}}
	var b bytes.Buffer
	e := encoder{w: bufio.NewWriter(&b)}
	asked := q
	asked.opt.Known = append([]scrub.Span{{Len: 1, Role: scrub.Structure, Place: "head"}}, q.opt.Known...)
	e.request(asked)
	e.w.Flush()
	d := decoder{r: bufio.NewReader(&b), left: maxMessage}
	if got := d.request(); d.err != nil || !reflect.DeepEqual(got, q) {
		t.Errorf("%v: %+v became %+v", d.err, q, got)
	}
}

// An answer of a few bytes can't make much of itself.
func TestAnnouncedMemory(t *testing.T) {
	var b bytes.Buffer
	e := encoder{w: bufio.NewWriter(&b)}
	const size = 1 << 40
	planUpTo(&e, size)
	e.int(1)
	e.int(size)
	e.byte(byte(scrub.Identify))
	e.place("")
	e.int(0) // findings
	e.int(1)
	e.int(0)
	e.int(maxData)
	e.byte(byte(scrub.Destroy) | withData)
	e.w.Flush()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	d := decoder{r: bufio.NewReader(&b), left: maxMessage}
	d.reply(size)
	runtime.ReadMemStats(&after)
	if d.err != io.EOF {
		t.Error(d.err)
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("%d bytes were allocated", n)
	}
}

func TestMessageIsBounded(t *testing.T) {
	var b bytes.Buffer
	e := encoder{w: bufio.NewWriter(&b)}
	e.byte(sayPlan)
	e.text("toy", maxWord)
	e.w.Flush()
	d := decoder{r: bufio.NewReader(&b), left: 4}
	if d.reply(10); d.err == nil || d.err.Error() != "malformed: more than is ever said" {
		t.Error(d.err)
	}
}

func FuzzReply(f *testing.F) {
	for _, r := range []reply{
		{plan: honest(1024)}, {rewrite: &scrub.Rewrite{Size: 1024, Changes: []scrub.Change{{Off: 3, Len: 4, Data: []byte("new")}}}},
		{err: scrub.ErrBudget}, {err: &scrub.FormatError{Format: "toy", Msg: "x"}}, {panicked: "index out of range"}, {},
	} {
		var b bytes.Buffer
		e := encoder{w: bufio.NewWriter(&b)}
		e.reply(r)
		e.w.Flush()
		f.Add(b.Bytes())
	}
	p := &Pool{formats: []string{"toy"}}
	f.Fuzz(func(t *testing.T, b []byte) {
		d := decoder{r: bufio.NewReader(bytes.NewReader(b)), left: maxMessage}
		r := d.reply(1024)
		if d.err != nil || p.sane(request{what: askPlan, size: 1024}, r) != nil {
			return
		}
		if r.plan == nil {
			if r.err == nil {
				t.Fatal("neither plan nor error")
			}
			return
		}
		if err := r.plan.Check(); err != nil || r.plan.Size != 1024 {
			t.Fatalf("%v: %+v", err, r.plan)
		}
		if again := travel(t, reply{plan: r.plan}, 1024).plan; !reflect.DeepEqual(again, r.plan) {
			t.Fatalf("%+v became %+v", r.plan, again)
		}
	})
}
