package sandbox

import "untag/scrub"

// What a worker is asked for.
const (
	askPlan       = 1
	askCompaction = 2
)

// request is a file to be parsed, but for its descriptor.
type request struct {
	what byte
	size int64
	rate int64 // bytes a second that may be read; 0 for any number
	opt  scrub.Options
}

func (e *encoder) request(r request) {
	e.byte(r.what)
	e.int(r.size)
	e.int(r.rate)
	e.text(string(r.opt.Depth), maxWord)
	e.text(string(r.opt.Policy.Profile), maxWord)
	e.kinds(r.opt.Policy.Keep)
	e.kinds(r.opt.Policy.Remove)
	e.bool(r.opt.Cut)
	e.known(r.opt.Known)
}

func (d *decoder) request() (r request) {
	r.what = d.byte()
	r.size = d.int(maxInt64, "the size")
	r.rate = d.int(maxInt64, "the rate")
	r.opt.Depth = scrub.Depth(d.text(maxWord, "the depth"))
	r.opt.Policy.Profile = scrub.Profile(d.text(maxWord, "the profile"))
	r.opt.Policy.Keep = d.kinds()
	r.opt.Policy.Remove = d.kinds()
	r.opt.Cut = d.bool("the cut")
	r.opt.Known = d.known()
	return r
}

func (e *encoder) kinds(kinds []scrub.Kind) {
	e.int(int64(len(kinds)))
	for _, k := range kinds {
		e.text(string(k), maxWord)
	}
}

func (d *decoder) kinds() (kinds []scrub.Kind) {
	for n := d.count(maxKinds, "the number of kinds"); n > 0 && d.err == nil; n-- {
		kinds = append(kinds, scrub.Kind(d.text(maxWord, "a kind")))
	}
	return kinds
}

// known sends where the payload is, which is all that parsers ask of it.
func (e *encoder) known(spans []scrub.Span) {
	n := 0
	for _, s := range spans {
		if s.Role == scrub.Payload {
			n++
		}
	}
	e.int(int64(n))
	for _, s := range spans {
		if s.Role == scrub.Payload {
			e.int(s.Off)
			e.int(s.Len)
		}
	}
}

func (d *decoder) known() []scrub.Span {
	n := d.count(scrub.MaxSpans, "the number of known spans")
	if n == 0 || d.err != nil {
		return nil
	}
	spans := make([]scrub.Span, 0, n)
	for len(spans) < n && d.err == nil {
		off := d.int(maxInt64, "an offset")
		spans = append(spans, scrub.Span{Off: off, Len: d.int(maxInt64-off, "a length"), Role: scrub.Payload})
	}
	return spans
}
