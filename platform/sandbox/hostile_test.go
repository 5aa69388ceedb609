package sandbox

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"untag/platform/apply"
	"untag/platform/leaktest"
	"untag/scrub"
)

// hostile is a worker that was taken over before it confined itself, if it
// ever did. How it starts is told by its argument, what it answers by the file.
func hostile(how string) {
	w := newServer(engine)
	e := encoder{w: w.out}
	switch how {
	case "exits":
		os.Exit(7)
	case "hangs":
		time.Sleep(time.Hour)
	case "is rude":
		e.text("hello", maxWord)
	case "talks for ever":
		for {
			e.w.Write(make([]byte, 1<<20))
		}
	case "boasts":
		e.text(greeting, maxWord)
		e.uint(1 << 60)
	case "is not confined":
		e.status(Status{Seccomp: true, Missing: []string{"landlock: \x1b[31mred"}, Open: []string{"open files"}})
	default:
		e.status(Status{Landlock: 1, Seccomp: true})
	}
	w.out.Flush()
	for {
		no, q, fd, err := w.receive()
		if err != nil {
			os.Exit(0)
		}
		head := make([]byte, 64)
		n, _ := unix.Pread(fd, head, 0)
		line, _, _ := strings.Cut(string(head[:n]), "\n")
		if lie, ok := lies[strings.TrimPrefix(line, "HOSTILE:")]; ok {
			lie(w, no, q, fd)
		} else {
			w.say(no, w.parse(q, fd))
		}
		if line != "HOSTILE:holds the file" {
			unix.Close(fd)
		}
	}
}

func (w *server) say(no uint64, r reply) {
	e := encoder{w: w.out}
	e.number(no)
	e.reply(r)
	e.number(no)
	w.out.Flush()
}

// honest is a plan that could be true of a file of size bytes.
func honest(size int64) *scrub.Plan {
	return &scrub.Plan{
		Format: "toy", Size: size, End: size,
		Map:      []scrub.Span{{Len: 4, Role: scrub.Structure, Place: "a"}, {Off: 4, Len: 4, Role: scrub.Payload, Place: "b"}, {Off: 8, Len: size - 8, Role: scrub.Identify, Place: "c"}},
		Findings: []scrub.Finding{{Kind: scrub.Person, Role: scrub.Identify, Off: 8, Len: 4, Goes: true}},
		Edits:    []scrub.Edit{{Off: 8, Len: 4, Fill: ' ', Phase: scrub.Destroy}, {Off: 12, Len: 2, Data: []byte("ab"), Phase: scrub.Repair}},
	}
}

// changed answers with an honest plan that was changed.
func changed(change func(p *scrub.Plan)) func(*server, uint64, request, int) {
	return func(w *server, no uint64, q request, _ int) {
		p := honest(q.size)
		change(p)
		w.say(no, reply{plan: p})
	}
}

// raw answers with whatever say writes where an answer belongs.
func raw(say func(e *encoder, q request)) func(*server, uint64, request, int) {
	return func(w *server, no uint64, q request, _ int) {
		e := encoder{w: w.out}
		e.number(no)
		say(&e, q)
		w.out.Flush()
	}
}

// lies are what a worker does that it should not.
var lies = map[string]func(w *server, no uint64, q request, fd int){
	"exits":          func(*server, uint64, request, int) { os.Exit(7) },
	"kills itself":   func(*server, uint64, request, int) { unix.Kill(os.Getpid(), unix.SIGKILL); time.Sleep(time.Hour) },
	"hangs":          func(*server, uint64, request, int) { time.Sleep(time.Hour) },
	"stops talking":  func(*server, uint64, request, int) { unix.Close(socketFD); time.Sleep(time.Hour) },
	"holds the file": func(w *server, no uint64, q request, fd int) { w.say(no, w.parse(q, fd)) },
	"dribbles": raw(func(e *encoder, q request) {
		e.byte(sayError)
		e.byte(errOther)
		e.int(maxLine)
		for range maxLine {
			e.byte('x')
			e.w.Flush()
			time.Sleep(20 * time.Millisecond)
		}
	}),
	"floods": func(*server, uint64, request, int) {
		for {
			unix.Write(socketFD, make([]byte, 1<<20))
		}
	},
	"answers another": func(w *server, no uint64, q request, _ int) { w.say(no+1, reply{plan: honest(q.size)}) },
	"answers twice": func(w *server, no uint64, q request, _ int) {
		e := encoder{w: w.out}
		for range 2 {
			e.number(no)
			e.reply(reply{plan: honest(q.size)})
			e.number(no)
		}
		w.out.Flush()
	},
	"leaves in the middle": func(w *server, no uint64, q request, _ int) {
		raw(func(e *encoder, q request) { e.byte(sayPlan); e.text("toy", maxWord); e.int(q.size) })(w, no, q, 0)
		os.Exit(0)
	},
	"says too little": raw(func(e *encoder, q request) { e.reply(reply{plan: honest(q.size)}); e.w.Write(make([]byte, 8)) }),
	"says nothing":    func(w *server, no uint64, q request, _ int) { w.say(no, reply{}) },
	"answers in kind": func(w *server, no uint64, q request, _ int) {
		w.say(no, reply{rewrite: &scrub.Rewrite{Size: q.size}})
	},
	"invents a word":   raw(func(e *encoder, q request) { e.byte(77) }),
	"invents an error": raw(func(e *encoder, q request) { e.byte(sayError); e.byte(77) }),
	"invents a number": raw(func(e *encoder, q request) {
		e.byte(sayPlan)
		e.text("toy", maxWord)
		e.w.Write(slices.Repeat([]byte{0xff}, 32))
	}),
	"long number": raw(func(e *encoder, q request) {
		e.byte(sayPlan)
		e.text("toy", maxWord)
		e.w.Write(slices.Repeat([]byte{0x80}, 32))
	}),
	"negative number": raw(func(e *encoder, q request) { e.byte(sayPlan); e.text("toy", maxWord); e.int(-1) }),
	"long text":       raw(func(e *encoder, q request) { e.byte(sayPlan); e.uint(1 << 62) }),
	"endless text": raw(func(e *encoder, q request) {
		e.byte(sayError)
		e.byte(errOther)
		e.uint(1 << 40)
		e.w.Write(make([]byte, 1<<20))
	}),
	"many spans":    raw(func(e *encoder, q request) { planUpTo(e, q.size); e.int(scrub.MaxSpans + 1) }),
	"endless spans": raw(func(e *encoder, q request) { planUpTo(e, q.size); e.int(1 << 62) }),
	"many edits": raw(func(e *encoder, q request) {
		planUpTo(e, q.size)
		e.spans(honest(q.size).Map)
		e.int(0)
		e.int(scrub.MaxPieces + 1)
	}),
	"many findings": raw(func(e *encoder, q request) {
		planUpTo(e, q.size)
		e.spans(honest(q.size).Map)
		e.int(scrub.MaxFindings + 1)
	}),
	"neither yes": raw(func(e *encoder, q request) {
		planUpTo(e, q.size)
		e.int(1)
		e.int(4)
		e.byte(1)
		e.int(0)
		e.byte(2)
	}),
	"unknown slot":   raw(func(e *encoder, q request) { planUpTo(e, q.size); e.int(1); e.int(4); e.byte(1); e.int(slots) }),
	"much data":      raw(muchData),
	"another size":   changed(func(p *scrub.Plan) { *p = *honest(p.Size + 1) }),
	"end outside":    changed(func(p *scrub.Plan) { p.End = p.Size + 1 }),
	"cuts payload":   changed(func(p *scrub.Plan) { p.End = 6 }),
	"short map":      changed(func(p *scrub.Plan) { p.Map = p.Map[:2] }),
	"no map":         changed(func(p *scrub.Plan) { p.Map = nil }),
	"long map":       changed(func(p *scrub.Plan) { p.Map = append(p.Map, p.Map[0]) }),
	"empty span":     changed(func(p *scrub.Plan) { p.Map = slices.Insert(p.Map, 1, scrub.Span{Role: scrub.Filler}) }),
	"no role":        changed(func(p *scrub.Plan) { p.Map[0].Role = 0 }),
	"another role":   changed(func(p *scrub.Plan) { p.Map[0].Role = scrub.Filler + 1 }),
	"edits payload":  changed(func(p *scrub.Plan) { p.Edits[0] = scrub.Edit{Off: 7, Len: 2, Phase: scrub.Unlink} }),
	"edits outside":  changed(func(p *scrub.Plan) { p.Edits[1].Off = p.Size - 1 }),
	"edits far out":  changed(func(p *scrub.Plan) { p.Edits[0].Off = maxInt64 }),
	"edits nothing":  changed(func(p *scrub.Plan) { p.Edits[0].Len = 0 }),
	"edits too much": changed(func(p *scrub.Plan) { p.Edits[0].Len = maxInt64 }),
	"edits twice":    changed(func(p *scrub.Plan) { p.Edits = append(p.Edits[:1], p.Edits[0]) }),
	"edits unsorted": changed(func(p *scrub.Plan) { slices.Reverse(p.Edits) }),
	"no phase":       changed(func(p *scrub.Plan) { p.Edits[0].Phase = 0 }),
	"another phase":  changed(func(p *scrub.Plan) { p.Edits[1].Phase = scrub.Truncate }),
	"no format":      changed(func(p *scrub.Plan) { p.Format = "" }),
	"another format": changed(func(p *scrub.Plan) { p.Format = "tOy" }),
	"another kind":   changed(func(p *scrub.Plan) { p.Findings[0].Kind = "colour" }),
	"no kind":        changed(func(p *scrub.Plan) { p.Findings[0].Kind = "" }),
	"finding's role": changed(func(p *scrub.Plan) { p.Findings[0].Role = 0 }),
	"finds outside":  changed(func(p *scrub.Plan) { p.Findings[0].Off = p.Size + 1 }),
	"many doubts":    changed(func(p *scrub.Plan) { p.Doubts = make([]string, scrub.MaxDoubts+1) }),
	"compacts another": func(w *server, no uint64, q request, _ int) {
		w.say(no, reply{rewrite: &scrub.Rewrite{Size: q.size + 1}})
	},
	"drops outside": func(w *server, no uint64, q request, _ int) {
		w.say(no, reply{rewrite: &scrub.Rewrite{Size: q.size, Changes: []scrub.Change{{Off: q.size, Len: 1}}}})
	},
	"drops twice": func(w *server, no uint64, q request, _ int) {
		w.say(no, reply{rewrite: &scrub.Rewrite{Size: q.size, Changes: []scrub.Change{{Off: 8, Len: 8}, {Off: 8, Len: 8}}}})
	},
	"puts in too much": func(w *server, no uint64, q request, _ int) {
		w.say(no, reply{rewrite: &scrub.Rewrite{Size: q.size, Changes: []scrub.Change{{Off: 8, Len: 8, Data: make([]byte, scrub.MaxAnew+1)}}}})
	},
	"rewrites payload": changed(func(p *scrub.Plan) { p.Anew = []scrub.Change{{Off: 7, Len: 1}} }),
	"rewrites too much": changed(func(p *scrub.Plan) {
		p.Anew = []scrub.Change{{Off: 1, Data: make([]byte, scrub.MaxAnew)}, {Off: 2, Data: []byte("x")}}
	}),
	"passes files": func(w *server, no uint64, q request, fd int) {
		e := encoder{w: bufio.NewWriterSize(w.socket, 1)} // bytes go out at once
		unix.Sendmsg(socketFD, encodeNumber(no), unix.UnixRights(fd, fd, 0, 1), nil, 0)
		e.reply(reply{plan: honest(q.size)})
		e.number(no)
		e.w.Flush()
	},
	"answers late": func(w *server, no uint64, q request, _ int) {
		w.say(no, reply{plan: honest(q.size)})
		time.Sleep(50 * time.Millisecond)
		w.say(no, reply{plan: honest(q.size)})
	},
	"guesses": func(w *server, no uint64, q request, _ int) {
		w.say(no, reply{plan: honest(q.size)})
		time.Sleep(50 * time.Millisecond)
		w.say(no+1, reply{plan: honest(q.size)})
	},
}

func planUpTo(e *encoder, size int64) {
	p := honest(size)
	e.byte(sayPlan)
	e.text(p.Format, maxWord)
	for _, n := range []int64{p.Size, p.End, 0, 0, 0, 0, 0} {
		e.int(n)
	}
}

// muchData is of one edit that would fit the file.
func muchData(e *encoder, q request) {
	planUpTo(e, q.size)
	e.spans(honest(q.size).Map)
	e.int(0)
	e.int(1)
	e.int(0)
	e.int(maxData + 1)
	e.byte(byte(scrub.Destroy) | withData)
}

func TestHostileAnswers(t *testing.T) {
	nonsense := map[string]string{
		"answers another": "an answer to another question", "answers twice": "more than an answer", "says too little": "an answer without an end",
		"says nothing": "no plan", "answers in kind": "no plan", "invents a word": "no answer starts with 77", "invents an error": "no error is a 77",
		"invents a number": "64 bits", "long number": "64 bits", "negative number": "the size is 18446744073709551615",
		"long text": "the format is 4611686018427387904", "endless text": "a line is 1099511627776",
		"many spans": "the number of spans is", "endless spans": "the number of spans is", "many edits": "the number of edits is", "many findings": "the number of findings is",
		"neither yes": "neither yes nor no", "unknown slot": "the slot of a place is 256", "much data": "the edits have more than",
		"another size": "it is for 1025 bytes, not for 1024", "end outside": "the end is 1025", "cuts payload": "the cut at 0x6 meets the payload",
		"short map": "map ends at 0x8", "no map": "map ends at 0x0", "long map": "the length of a span is 4, above 0", "empty span": "map breaks at 0x4",
		"no role": "no role has the number 0", "another role": "no role has the number 7",
		"edits payload": "edit at 0x7 meets the payload", "edits outside": "edit at 0x3ff is outside", "edits far out": "an offset is", "edits nothing": "edit at 0x8 is outside",
		"edits too much": "a length is", "edits twice": "overlap or are out of order at 0x8", "edits unsorted": "out of order", "no phase": "edit at 0x8 has no phase",
		"another phase": "no phase has the number 5", "no format": "a file that nobody recognised", "another format": `a format called "tOy"`,
		"another kind": `no kind is called "colour"`, "no kind": `no kind is called ""`, "finding's role": "no role has the number 0", "finds outside": "an offset is 1025", "many doubts": "a doubt is 17",
		"floods": "an answer to another question", "stops talking": "it stopped talking",
		"compacts another": "it is for 1025 bytes, not for 1024", "drops outside": "no plan", "drops twice": "no plan", "puts in too much": "new bytes is 33554433",
		"rewrites payload": "change at 0x7 meets the payload", "rewrites too much": "new bytes is 1, above 0",
	}
	others := map[string]struct {
		err error
		say string
	}{
		"exits":                {ErrCrashed, "exit status 7"},
		"kills itself":         {ErrCrashed, "signal: killed"},
		"leaves in the middle": {ErrCrashed, "exit status 0"},
		"hangs":                {ErrStalled, "it was given 1.5s"},
		"dribbles":             {ErrStalled, "it was given 1.5s"},
	}
	p := start(t, Options{Workers: 1, args: []string{os.Args[0], "hostile", "honest"}, limits: quick})
	for lie := range lies {
		want := others[lie]
		if say, ok := nonsense[lie]; ok {
			want.err, want.say = ErrNonsense, say
		}
		t.Run(lie, func(t *testing.T) {
			serves(t, p)
			begin, before := time.Now(), len(leaktest.Files())
			content := fmt.Sprintf("HOSTILE:%-1015s\n", lie+"\n")
			f, size := file(t, content)
			if slices.Contains([]string{"much data", "puts in too much", "rewrites too much"}, lie) { // which takes a while: so more time is given
				size += maxData
				if err := os.Truncate(f.Name(), size); err != nil {
					t.Fatal(err)
				}
			}
			got, err := p.Plan(bg, f, size, scrub.Options{})
			if took := time.Since(begin); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
			late := lie == "answers late" || lie == "guesses" // unless we are later still, on a busy machine
			if want.err == nil {
				if err != nil && !(late && errors.Is(err, ErrNonsense)) {
					t.Fatal(err)
				}
			} else if got != nil || !errors.Is(err, want.err) || !errors.Is(err, ErrWorker) || !errors.Is(err, apply.ErrParser) || !strings.Contains(err.Error(), want.say) {
				t.Fatalf("got %v, %v; want %v: %s", got, err, want.err, want.say)
			}
			if late {
				time.Sleep(200 * time.Millisecond)
			}
			serves(t, p)
			if after := len(leaktest.Files()); after > before+2 {
				t.Errorf("%d descriptors were open, now %d: %v", before, after, leaktest.Files())
			}
		})
	}
}

func TestHostileCompactions(t *testing.T) {
	p := start(t, Options{Workers: 1, args: []string{os.Args[0], "hostile", "honest"}, limits: quick})
	for _, c := range []struct{ lie, say string }{
		{"compacts another", "it is for 1025 bytes"},
		{"drops outside", "changes overlap or lie outside"},
		{"drops twice", "changes overlap or lie outside at 0x8"},
		{"puts in too much", "new bytes is 33554433, above 33554432"},
		{"edits payload", "a plan, unasked"},
		{"no map", "a plan, unasked"},
	} {
		t.Run(c.lie, func(t *testing.T) {
			f, size := file(t, fmt.Sprintf("HOSTILE:%-1015s\n", c.lie+"\n"))
			got, err := p.Compact(bg, f, size, scrub.Options{})
			if got != nil || !errors.Is(err, ErrNonsense) || !strings.Contains(err.Error(), c.say) {
				t.Fatalf("got %v, %v; want %s", got, err, c.say)
			}
			serves(t, p)
		})
	}
}

func TestHostileStarts(t *testing.T) {
	for how, say := range map[string]string{
		"exits":          "it crashed: exit status 7",
		"hangs":          "it is not ready after 300ms",
		"is rude":        "it doesn't greet",
		"talks for ever": "it doesn't greet",
		"boasts":         "a version is 1152921504606846976",
	} {
		t.Run(how, func(t *testing.T) {
			l := quick
			if how == "hangs" {
				l.start = 300 * time.Millisecond
			}
			p, err := Start(Options{Engine: engine, args: []string{os.Args[0], "hostile", how}, limits: l})
			if !errors.Is(err, ErrStart) || errors.Is(err, apply.ErrParser) || !strings.Contains(err.Error(), say) {
				t.Fatalf("%v, want %s", err, say)
			}
			if p != nil {
				t.Error("a pool all the same")
			}
		})
	}
}

func TestWarning(t *testing.T) {
	var warnings []string
	opt := Options{Engine: engine, Workers: 2, args: []string{os.Args[0], "hostile", "is not confined"}, Warn: func(s string) { warnings = append(warnings, s) }}
	p := start(t, opt)
	serves(t, p)
	if len(warnings) != 1 || warnings[0] != "parsers are confined by seccomp alone (landlock: \uFFFD[31mred); they could open files" {
		t.Errorf("%q", warnings)
	}
	s, err := p.Status()
	if err != nil || s.Full() || s.Landlock != 0 || !s.Seccomp {
		t.Errorf("%+v, %v", s, err)
	}
	opt.Require = true
	if _, err := Start(opt); !errors.Is(err, ErrOpen) || !strings.Contains(err.Error(), "they could open files") {
		t.Error(err)
	}
	opt.Lazy = true
	p = start(t, opt)
	if _, err := plan(t, p, "TOY:plain\nbody"); !errors.Is(err, ErrOpen) || errors.Is(err, apply.ErrParser) {
		t.Error(err)
	}
	if _, err := p.Status(); !errors.Is(err, ErrOpen) {
		t.Error(err)
	}
}
