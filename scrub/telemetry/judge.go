package telemetry

import "math"

// features are what is decided by: shares of the samples, unless said otherwise.
type features struct {
	n                           int
	machine                     float64 // in a recurring shape that holds a number or a code
	codes                       float64 // in a shape that holds a code and no number
	position, date, clock, unit float64 // in a recurring shape, and hold one
	fields, rich                float64 // numbers in each of those in recurring shapes
	stay, contig                float64 // of one shape with the one before; right after it
	regular, gap                float64 // of the gaps, in the fullest step; that gap in seconds
	advance, stepOne            float64 // of neighbours whose clock runs with the medium, whose number differs by one
	media, hours                float64 // of clocks that are the time of the medium, or whole hours off
	constant, distinct          float64 // like the first one; different shapes
	vocabulary                  float64 // different words in all words
	samelen, sameplace, nospace float64
	glyphs, bracket             float64
	markup, lines, control      float64
	wordN, anywhere, dates      float64 // counts: words, samples with a position, different dates
	places, plates, named       float64 // three words for a place, a number plate, and in which there are two names
	loud                        float64 // in a shape with anything that machines measure
}

func share(n, of int) float64 { return float64(n) / float64(max(1, of)) }

func (a *account) features() features {
	n := a.n
	f := features{
		n: n, stay: share(a.stay, a.pairs), contig: share(a.contig, a.pairs), advance: share(a.advance, a.clockPairs), stepOne: share(a.stepOne, a.numberPairs),
		constant: share(a.same, n), distinct: share(len(a.shapes), n), vocabulary: share(len(a.words), a.wordN), control: a.control / max(1, a.chars),
		samelen: share(a.samelen, a.pairs), sameplace: share(a.sameplace, a.pairs), nospace: share(a.nospace, n), glyphs: share(a.glyphs, n),
		places: share(a.places, n), plates: share(a.plates, n), named: share(a.named, n),
		bracket: share(a.bracket, n), markup: share(a.markup, n), lines: share(a.lines, n), wordN: float64(a.wordN), anywhere: float64(a.position), dates: float64(len(a.dates)),
	}
	need := recurring
	if n < 5 {
		need = 2
	}
	var sum shape
	codes, loud := 0, 0
	for _, s := range a.shapes {
		if s.code || s.position+s.date+s.clock+s.unit > 0 || s.rich >= s.n || s.fields >= 3*s.n {
			loud += s.n
		}
		if s.code && !s.number {
			codes += s.n
		}
		if s.n < need || !s.code && !s.number {
			continue
		}
		sum.n += s.n
		sum.position += s.position
		sum.date += s.date
		sum.clock += s.clock
		sum.unit += s.unit
		sum.fields += s.fields
		sum.rich += s.rich
	}
	f.machine, f.codes, f.loud = share(sum.n, n), share(codes, n), share(max(loud, a.nospace), n)
	f.position, f.date, f.clock, f.unit = share(sum.position, n), share(sum.date, n), share(sum.clock, n), share(sum.unit, n)
	f.fields, f.rich = share(sum.fields, sum.n), share(sum.rich, sum.n)
	top, mode := 0, 0
	for i := range len(a.gaps) - 1 {
		top = max(top, a.gaps[i]+a.gaps[i+1])
		if a.gaps[i] > a.gaps[mode] {
			mode = i
		}
	}
	if a.gapN > 0 {
		f.regular, f.gap = share(top, a.gapN), math.Pow(1.1, float64(mode-gapOne))
	}
	media, hours := 0, 0
	for _, off := range a.offsets {
		media += one(math.Abs(off) <= 2)
		hour := math.Mod(math.Mod(off+2, 3600)+3600, 3600)
		hours += one(math.Abs(hour-2) <= 1.5)
	}
	f.media, f.hours = share(media, len(a.offsets)), share(hours, len(a.offsets))
	return f
}

// rule is one line of the decision list.
type rule struct {
	verdict Verdict
	name    string
	holds   func(f *features) bool
}

// A steady track keeps a machine's pace, a stopwatch shows nothing but the medium's own time,
// and a sign that moves is one text again and again, frame by frame.
func (f *features) steady() bool    { return f.regular >= .7 && f.gap <= 60 && f.n >= 3 }
func (f *features) stopwatch() bool { return f.media >= .5 && f.fields <= 4 }
func (f *features) moves() bool     { return f.constant >= .9 && f.gap < .09 }

// rules are the decision list: the first that holds decides. What it was
// measured on is said at the package; every bound stands between what machines
// and people were seen to do.
var rules = []rule{
	{Telemetry, "records, and no text", func(f *features) bool {
		return f.control > .05 && (f.steady() || f.samelen >= .8 && f.n >= 2)
	}},
	{Unsure, "no text", func(f *features) bool { return f.control > .05 }},
	{Unsure, "one sample, with measurements", func(f *features) bool { return f.n < 2 && f.loud > 0 }},
	{Speech, "one sample", func(f *features) bool { return f.n < 2 }},
	{Telemetry, "positions in nearly every sample", func(f *features) bool {
		return f.anywhere >= .8*float64(f.n) && (f.n < 5 || f.vocabulary < .2)
	}},
	{Telemetry, "three words for a place in nearly every sample", func(f *features) bool {
		return f.places >= .8 && f.n >= 3 && f.constant < .9
	}},
	{Unsure, "three words for a place", func(f *features) bool { return f.places*float64(f.n) >= 2 && f.places >= .2 }},
	{Telemetry, "positions in one shape", func(f *features) bool { return f.machine >= .5 && f.position >= .3 }},
	{Telemetry, "dates and clocks that run with the medium", func(f *features) bool {
		return f.machine >= .6 && f.date >= .5 && f.clock >= .5 && f.advance >= .6
	}},
	{Telemetry, "one date at a steady pace", func(f *features) bool {
		return f.machine >= .8 && f.date >= .8 && f.steady() && f.stay >= .6 && f.dates <= 2
	}},
	{Unsure, "a clock at whole hours", func(f *features) bool { return f.runs() && f.hours >= .9 && f.fields < 5 }},
	{Telemetry, "clocks that run with the medium", (*features).runs},
	{Telemetry, "measurements at a steady pace", func(f *features) bool {
		return f.machine >= .8 && f.steady() && f.stay >= .6 && !f.stopwatch() && !f.moves() && f.markup < .5 && (f.rich >= 2 || f.unit >= .8)
	}},
	{Telemetry, "one text with a number again and again", func(f *features) bool {
		return f.machine >= .9 && f.n >= 3 && f.constant >= .9 && f.contig >= .7 && !f.moves()
	}},
	{Telemetry, "records of one length", func(f *features) bool {
		return f.steady() && f.machine-f.codes < .5 && (f.glyphs >= .8 || f.codes >= .8) && f.lines <= 3 &&
			(f.samelen >= .8 && f.sameplace >= .6 || f.samelen >= .3 && f.nospace >= .9)
	}},
	{Telemetry, "a code in every sample", func(f *features) bool { return f.steady() && f.n >= 5 && f.codes >= .9 && f.stay >= .9 }},
	{Unsure, "positions among other text", func(f *features) bool { return f.position*float64(f.n) >= 3 || f.anywhere >= 3 }},
	{Unsure, "dates and clocks in one shape", func(f *features) bool { return f.machine >= .6 && f.date >= .5 && f.clock >= .5 }},
	{Unsure, "one shape at a steady pace", func(f *features) bool {
		return f.machine >= .5 && f.steady() && f.stay >= .1 && f.stepOne < .5 && !f.stopwatch()
	}},
	{Unsure, "one shape among other text", func(f *features) bool {
		return f.machine*float64(f.n) >= 5 && f.machine >= .05 && !f.stopwatch() && (f.fields >= 3 || f.rich >= 1 || f.date+f.clock >= .3*f.machine || f.machine >= .5 && f.unit >= .8*f.machine)
	}},
	{Unsure, "two samples with measurements", func(f *features) bool { return f.n == 2 && f.loud == 1 }},
	{Unsure, "number plates", func(f *features) bool { return f.n == 2 && f.plates == 1 }},
	{Unsure, "names with a number that counts", func(f *features) bool {
		return f.machine >= .9 && f.steady() && f.stay >= .9 && f.n >= 10 && f.named >= .9 && !f.stopwatch() && !f.moves()
	}},
	{Unsure, "one text again and again", func(f *features) bool { return f.n >= 10 && f.steady() && f.constant >= .9 && f.bracket < .5 }},
	{Unsure, "few words at a steady pace", func(f *features) bool {
		return f.n >= 20 && f.steady() && f.distinct >= .5 && f.wordN >= 4*float64(f.n) && f.vocabulary < .05
	}},
}

// runs tells whether nearly all samples show a time of day that runs with the medium.
func (f *features) runs() bool {
	return f.machine >= .8 && f.clock >= .8 && f.advance >= .7 && f.media < .5
}

func (a *account) judge() (Verdict, string) {
	f := a.features()
	for _, r := range rules {
		if r.holds(&f) {
			return r.verdict, r.name
		}
	}
	return Speech, "nothing recurs"
}
