package words

import (
	"unicode"
	"unicode/utf8"
)

// class says what a token is.
type class uint8

const (
	mark    class = iota // one character that is none of the others
	space                // a run of white space
	digits               // a run of decimal digits of any script
	letters              // a run of letters and of the marks that belong to them
)

// token is a part of a text.
type token struct {
	class  class
	lo, hi int   // its bytes
	rune   rune  // the first character
	n      int   // how many digits
	value  int64 // of up to 18 digits, the first ones if there are more
}

// Tokens are a text and its parts, without holes.
type Tokens struct {
	text string
	list []token
}

// Scan divides text into tokens.
func Scan(text string) Tokens {
	t := Tokens{text, make([]token, 0, len(text)/2+1)}
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		c, d := classify(r)
		last := len(t.list) - 1
		if last < 0 || c == mark || c != t.list[last].class {
			t.list = append(t.list, token{class: c, lo: i, rune: r})
			last++
		}
		k := &t.list[last]
		i += n
		k.hi = i
		if c == digits {
			if k.n < 18 {
				k.value = 10*k.value + d
			}
			k.n++
		}
	}
	return t
}

func classify(r rune) (class, int64) {
	switch d, ok := digit(r); {
	case ok:
		return digits, d
	case unicode.IsLetter(r) || unicode.IsMark(r):
		return letters, 0
	case unicode.IsSpace(r):
		return space, 0
	}
	return mark, 0
}

// digit returns the value of a decimal digit. Those of a script follow each
// other from 0 to 9 (Unicode, 4.6), so that each range of the table is of whole tens.
func digit(r rune) (int64, bool) {
	if r < utf8.RuneSelf || !unicode.IsDigit(r) {
		return int64(r - '0'), r >= '0' && r <= '9'
	}
	for _, x := range unicode.Nd.R16 {
		if r >= rune(x.Lo) && r <= rune(x.Hi) {
			return int64(r-rune(x.Lo)) % 10, true
		}
	}
	for _, x := range unicode.Nd.R32 {
		if r >= rune(x.Lo) && r <= rune(x.Hi) {
			return int64(r-rune(x.Lo)) % 10, true
		}
	}
	return 0, false
}

// at returns token i, white space outside of the text.
func (t Tokens) at(i int) token {
	if i < 0 || i >= len(t.list) {
		return token{class: space}
	}
	return t.list[i]
}

// Number is a number as machines and people write it: an integer, or two of them
// around a point or comma.
type Number struct {
	Lo, Hi         int  // its bytes, a sign included
	Signed         bool // by a sign that joins it to no other number or word
	Digits, Places int  // before and after the point
	Value          float64
}

// Numbers returns the numbers of the text in order.
func (t Tokens) Numbers() (list []Number) {
	for i := 0; i < len(t.list); i++ {
		k, before := t.list[i], t.at(i-1)
		if k.class != digits {
			continue
		}
		n := Number{k.lo, k.hi, before.in("+-−") && (i == 1 || !t.joins(i-2)), k.n, 0, float64(k.value)}
		if n.Signed {
			n.Lo = before.lo
		}
		if f := t.at(i + 2); t.at(i+1).in(points) && f.class == digits {
			n.Hi, n.Places = f.hi, f.n
			n.Value += f.fraction()
			i += 2
		}
		if n.Signed && before.rune != '+' {
			n.Value = -n.Value
		}
		list = append(list, n)
	}
	return list
}

// joins tells whether a dash after token i joins words or numbers.
func (t Tokens) joins(i int) bool {
	k := t.list[i]
	return k.class == digits || k.class == letters || k.in(")_")
}

// points stand before a fraction; the last is that of Arabic.
const points = ".,٫"

// fraction returns the value of digits after a point.
func (k token) fraction() float64 {
	v := float64(k.value)
	for range min(k.n, 18) {
		v /= 10
	}
	return v
}
