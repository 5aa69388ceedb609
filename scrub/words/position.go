package words

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The letters of the hemispheres: English; German and Spanish; Russian.
var (
	northSouth = one("N S С Ю")
	eastWest   = one("E W O В З")
)

// angle is degrees with a fraction, or with minutes and seconds.
var angle = []step{count(1, 5), one(". : ° º"), blank, count(1, 15), {func(k token, _ string) bool {
	return k.class == digits || k.class == space || k.in(".°º'′’\"″”")
}, 12}}

// sexagesimal is an angle that has all of degrees, minutes and seconds.
var sexagesimal = []step{num(1, 3, 0, 180), one("° º"), blank, num(1, 2, 0, 59), one("' ′ ’"), blank, num(1, 2, 0, 59), {func(k token, _ string) bool {
	return k.class == digits || k.in(".,\"″”")
}, 3}}

// sentence is the name of a sentence of NMEA 0183 that comes from a receiver of
// satellites, with or without its dollar sign, and the comma after it.
var sentence = []step{{ok: func(k token, s string) bool {
	return k.class == letters && len(s) == 5 && slices.Contains([]string{"RMC", "GGA", "GLL", "VTG", "GSA", "GSV", "GNS", "ZDA"}, s[2:])
}}, one(",")}

// capitals matches so many letters of the zones and squares of MGRS.
func capitals(n int) step {
	return step{ok: func(k token, s string) bool {
		return k.class == letters && len(s) == n && strings.Trim(s, "ABCDEFGHJKLMNPQRSTUVWXYZ") == ""
	}}
}

// iso6709 is ±dd.ddd±ddd.ddd with so many digits for degrees, minutes and seconds
// of latitude, and at least so many places (ISO 6709, annex H).
func iso6709(n, least int) []step {
	sign, places := one("+ - −"), join(one(". ,"), count(least, 15))
	return join(sign, count(n, n), places, sign, count(n+1, n+1), places)
}

// zone is that of UTM, six degrees wide.
var zone = num(1, 2, 1, 60)

// positions are the spellings of places on earth, but for pairs of decimals.
var positions = [][]step{
	join(sentence, count(1, 10)), join(sentence, one(", A V N M")),
	iso6709(2, 3), iso6709(4, 1), iso6709(6, 1), {one("+ -"), num(2, 2, 0, 90), one("+ -"), num(3, 3, 0, 180), one("/")},
	join(northSouth, gap(2), angle, gap(3), eastWest, gap(2), angle),
	join(eastWest, gap(2), angle, gap(3), northSouth, gap(2), angle),
	join(angle, gap(1), northSouth, gap(3), angle, gap(1), eastWest),
	join(angle, gap(1), eastWest, gap(3), angle, gap(1), northSouth),
	join(sexagesimal, gap(3), sexagesimal),
	{northSouth, count(7, 8), eastWest, count(8, 9)},            // as Kenwood's recorders write it
	{zone, capitals(1), blank, count(6, 6), blank, count(7, 7)}, // UTM: 33U 433308 5862261
	{zone, capitals(3), blank, count(5, 5), blank, count(5, 5)}, // MGRS: 33UXU 13992 59672
	{zone, capitals(1), blank, capitals(2), blank, count(5, 5), blank, count(5, 5)},
	{zone, capitals(3), count(10, 10)},
	join([]step{one("/"), one("/"), one("/"), word, one(". 。 ・"), word, one(". 。 ・"), word}), // what3words, as it is written
}

// word is one of a place's three.
var word = step{ok: func(k token, s string) bool { return k.class == letters && utf8.RuneCountInString(s) >= 2 }}

// ThreeWords tells whether a text is nothing but the three words by which what3words calls a
// place, with slashes before them, with an address, or bare.
func ThreeWords(text string) bool {
	const least = 3 // letters
	for _, before := range []string{"what3words.com/", "w3w.co/", "///"} {
		if _, behind, ok := strings.Cut(text, before); ok {
			text = behind
		}
	}
	parts := strings.Split(text, ".")
	return len(parts) == 3 && parts[0] != "www" && !slices.ContainsFunc(parts, func(w string) bool {
		return utf8.RuneCountInString(w) < least || strings.IndexFunc(w, func(r rune) bool { return !unicode.IsLower(r) && !unicode.IsMark(r) && !unicode.Is(unicode.Lo, r) }) >= 0
	})
}

// Position finds the first position on earth, and returns its bytes. It knows
// sentences of NMEA 0183, ISO 6709, angles of the hemispheres, degrees with
// minutes and seconds, pairs of decimals with four places (eleven metres) and
// more, UTM, MGRS, Open Location Code, and three words behind three slashes.
func (t Tokens) Position() (lo, hi int, ok bool) {
	if i, end, ok := t.find(positions); ok {
		return t.list[i].lo, t.list[end-1].hi, true
	}
	prev := -1
	for i, k := range t.list {
		if lo, ok := t.plusCode(k); ok {
			return lo, t.at(i + 1).hi, true
		}
		if t.places(i) < 3 {
			continue
		}
		if prev >= 0 && t.pair(prev, i) {
			return t.list[prev].lo, t.list[i+2].hi, true
		}
		prev = i
	}
	return 0, 0, false
}

// plusCode returns the start of a full Open Location Code whose plus is k.
func (t Tokens) plusCode(k token) (lo int, ok bool) {
	if k.rune != '+' || k.lo < 8 || len(t.text)-k.hi < 2 {
		return 0, false
	}
	code := t.text[k.lo-8:k.lo] + t.text[k.hi:k.hi+2]
	return k.lo - 8, strings.Trim(code, "23456789CFGHJMPQRVWX") == "" && strings.ContainsAny(code, "23456789")
}

// places returns the places of the decimal that starts at token i, 0 if there is
// none, if more than three digits are before its point, or if it is a part of
// something with more points. With a comma, it is one only from five places on.
func (t Tokens) places(i int) int {
	k, point, f := t.at(i), t.at(i+1), t.at(i+2)
	if k.class != digits || k.n > 3 || !point.in(points) || f.class != digits || f.n > 15 || point.rune == ',' && f.n < 5 ||
		t.at(i-1).rune == point.rune && t.at(i-2).class == digits || t.at(i+3).rune == point.rune && t.at(i+4).class == digits {
		return 0
	}
	return f.n
}

// pair tells whether the decimals at tokens i and k can be latitude and longitude.
func (t Tokens) pair(i, k int) bool {
	p, q := t.places(i), t.places(k)
	a, b := float64(t.list[i].value)+t.list[i+2].fraction(), float64(t.list[k].value)+t.list[k+2].fraction()
	return min(p, q) >= 4 && max(p, q)-min(p, q) <= 3 && min(a, b) <= 90 && max(a, b) <= 180
}
