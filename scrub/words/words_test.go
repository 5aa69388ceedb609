package words

import (
	"math"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

func TestPosition(t *testing.T) {
	for _, s := range []string{
		"$GPRMC,181454.00,A,5231.5085,N,01324.0222,E,41.0,,310124,,,A*6A",
		"GNGGA,,,,,,0,00,99.99,,,,,,*56",
		"[1706726080000]$GPRMC,181440.00,V,,,,,,,310124,,,N*7C",
		"+52.5186+013.3761+034.000/", "-0534.11+01234.5/", "+40-075/",
		"N52.524841 E13.369512", "E13.369512, N52.524841", "52.5163 N 13.3777 E", "HOME(W: 61.170537, N: 46.542492)",
		`41°20'48.8"N 10°50'49.4"W`, `41° 20' 48" 10° 50' 49"`, "N52°4.20' W153°28.73'", "S1818.0438 W15337.7291 043 km/h",
		"20140403181741S37723724E027857763+0603000", "GPS (114.5130, -37.1193, 14)",
		"Breitengrad: 52,524841 Längengrad: 13,369512", "위도 30.78049 경도 -29.91676", "٤٥.١٢١٠٨ ١٥٩.٧٣٧٥٢", "۴۵٫۱۲۱۰۸ ۵۹٫۷۳۷۵۲",
		"52.524841,13.369512,34.5", `{"lat": -38.165159, "lon": 108.754942}`,
		"33U 433308 5862261", "33U XU 13992 59672", "33UXU1399259672", "9F4MGCM7+2Q Berlin", "at ///filled.count.soap", "///사과.나무.하늘",
	} {
		lo, hi, ok := Scan(s).Position()
		if !ok || lo < 0 || hi > len(s) || lo >= hi {
			t.Errorf("%q: no position (%d to %d)", s, lo, hi)
		}
	}
	for _, s := range []string{
		"", "GPS: In 200 meters, turn left.", "It's you v.s. the world.", "the GPRMC, GPGGA and others", "1.e4 e5 2.Nf3 Nc6", "1-0, 0-1, 3:2",
		"John 3:16 and Luke 2:11", "v1.2.3456 and v1.2.3457", "192.168.10.20 10.0.0.1", "12.5 and 13.7", "+1 555 010 0000", "2024-01-31 18:54:41",
		"12.3456 of 1,234,567", "95.1234 and 195.1234", "S1:E2 is on", "S01E02", "N 3, 4 E 5, 6", "call 5G 1234567890 now", "WWW+12", "www.example.com", "file:///home/jane", "a //b.c.d",
	} {
		if lo, hi, ok := Scan(s).Position(); ok {
			t.Errorf("%q: position %q", s, s[lo:hi])
		}
	}
}

func TestDate(t *testing.T) {
	for s, want := range map[string]string{
		"on 2024-01-31 at six": "2024-01-31", "31.01.2024": "31.01.2024", "01/31/24 06:14 PM": "01/31/24", "2024年1月31日": "2024年1月31", "2024년 01월 31일": "2024년 01월 31",
		"20240131185441": "20240131185441", "IMG_20240131_185441": "20240131", "31. Januar 2024": "31. Januar 2024", "Jan 31, 2024": "Jan 31, 2024", "FEB. 13 2012": "FEB. 13 2012",
		"31 января 2024 г.": "31 января 2024", "05/12/2568": "05/12/2568", "٢٠٢٣/١٢/٠٦": "٢٠٢٣/١٢/٠٦", "2024:01:31 18:54:41": "2024:01:31",
	} {
		if lo, hi, ok := Scan(s).Date(); !ok || s[lo:hi] != want {
			t.Errorf("%q: date %q, want %q", s, s[lo:hi], want)
		}
	}
	for _, s := range []string{"", "in 2024", "13/13/2024", "32.01.2024", "12 games 2024", "1/2/3", "20249999", "12345678", "1920-01-31", "3-2-1"} {
		if lo, hi, ok := Scan(s).Date(); ok {
			t.Errorf("%q: date %q", s, s[lo:hi])
		}
	}
}

func TestClock(t *testing.T) {
	for s, want := range map[string]float64{
		"18:54:41": 68081, "2024-01-31 18:54:41.25": 68081.25, "T18:54:41Z": 68081, "9:05:06,5 h": 32706.5, "18시 54분 41초": 68081, "18时54分41秒": 68081,
		"20240131185441": 68081, "20240131_185441": 68081, "20240131T185441Z": 68081, "1706727281": 1e6 + 68081, "1706727281000": 1e6 + 68081, "٠٢:١٧:٢٠": 8240,
	} {
		if got, ok := Scan(s).Clock(); !ok || math.Abs(got-want) > 1e-6 {
			t.Errorf("%q: clock %v %v, want %v", s, got, ok, want)
		}
	}
	for _, s := range []string{"", "18:54", "24:00:00", "18:60:00", "1:2:3:4", "12:34:56:78:90", "9706727281", "20240131 999999 x"} {
		if got, ok := Scan(s).Clock(); ok {
			t.Errorf("%q: clock %v", s, got)
		}
	}
}

func TestUnit(t *testing.T) {
	for s, want := range map[string]bool{
		"41 km/h": true, "041KM/H": true, "ISO 260": true, "EV: -1.7": true, "60%": true, "12°": true, "22公里/小时": true, "٥٩ كم/س": true,
		"": false, "41 people": false, "km/h": false, "isolated 5": false, "5 more": false,
	} {
		if got := Scan(s).Unit(); got != want {
			t.Errorf("%q: unit %v", s, got)
		}
	}
}

func TestNumbers(t *testing.T) {
	s := "a -1.25 b +7,5 c 2024-01-31 ٣٫٥"
	var got []float64
	for _, n := range Scan(s).Numbers() {
		got = append(got, n.Value)
		if n.Lo >= n.Hi || n.Hi > len(s) {
			t.Errorf("number from %d to %d", n.Lo, n.Hi)
		}
	}
	want := []float64{-1.25, 7.5, 2024, 1, 31, 3.5}
	if len(got) != len(want) {
		t.Fatalf("%v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("number %d is %v, want %v", i, got[i], want[i])
		}
	}
}

// Every decimal digit of Unicode has its value: each script's follow each other.
func TestDigits(t *testing.T) {
	seen := 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		d, ok := digit(r)
		if ok != unicode.IsDigit(r) {
			t.Fatalf("%U: digit %v", r, ok)
		}
		if ok && int(d) != seen%10 {
			t.Errorf("%U is %d, want %d", r, d, seen%10)
		}
		if ok {
			seen++
		}
	}
}

func TestPlain(t *testing.T) {
	for s, want := range map[string]string{
		"<i>Hello</i>,\r\n  <font color=\"#fff\">you</font>": "Hello , you",
		`{\an8\fs20}Hello{\i1} you`:                          "Hello you",
		`{\p1}m 0 0 l 10 0 10 10{\p0}after`:                  "after",
		`{\pos(1,2)}text`:                                    "text",
		"<00:01.000>la <00:02.000>la":                        "la la",
		`<trkpt lat="1.5" lon="2.5">`:                        `<trkpt lat="1.5" lon="2.5">`,
		"<v Roger>Hi <c.loud.red>there</c>":                  "Hi there",
		"a < b and b > c {not code}":                         "a < b and b > c {not code}",
		"٢٠٢٣　Ａ１":                                            "2023 Ａ1",
		"{=0}{*cut}x":                                        "x",
		"{{{\\":                                              "{{{\\", "<<b": "<<b", "": "",
	} {
		if got := Plain(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}

func TestDecode(t *testing.T) {
	wide := func(s string, high int, mark bool) (b []byte) {
		if mark {
			s = "\ufeff" + s
		}
		for _, u := range utf16.Encode([]rune(s)) {
			c := []byte{byte(u >> 8), byte(u)}
			b = append(b, c[high], c[1-high])
		}
		return b
	}
	const s, ascii = "Länge 13.369512 東", "Length 13.369512"
	for want, forms := range map[string][][]byte{
		s:     {[]byte(s), wide(s, 0, true), wide(s, 1, true), []byte(s + "\x00\x00")},
		ascii: {wide(ascii, 0, false), wide(ascii, 1, false), wide(ascii+"\x00", 1, false)},
	} {
		for i, b := range forms {
			if got, control := Decode(b); got != want || control != 0 {
				t.Errorf("form %d: %q, control %v, want %q", i, got, control, want)
			}
		}
	}
	if got, _ := Decode([]byte("13.5 \xb0 \xe4")); got != "13.5 ° ä" {
		t.Errorf("Latin-1: %q", got)
	}
	if _, control := Decode([]byte("PNDM\x00\x00\x01\x02abc")); control < .2 {
		t.Errorf("control characters: %v", control)
	}
	if got, _ := Decode([]byte(strings.Repeat("a", MaxText-1) + "東京")); got != strings.Repeat("a", MaxText-1) {
		t.Errorf("a long text ends %q", got[len(got)-4:])
	}
}

// Whatever the text, its tokens tile it, and what is found lies inside.
func FuzzScan(f *testing.F) {
	f.Add("$GPRMC,1,A {\\p1}<b>\xff٣٫٥ 2024-01-31 18:54:41")
	f.Add("N52°4.20' W153°28.73' 33U XU 13992 59672 9F4MGCM7+2Q")
	f.Fuzz(func(t *testing.T, s string) {
		at := 0
		x := Scan(s)
		for _, k := range x.list {
			if k.lo != at || k.hi <= k.lo {
				t.Fatalf("token %+v at %d", k, at)
			}
			at = k.hi
		}
		if at != len(s) {
			t.Fatalf("tokens end at %d of %d", at, len(s))
		}
		for _, find := range []func() (int, int, bool){x.Position, x.Date} {
			if lo, hi, ok := find(); ok && (lo < 0 || hi > len(s) || lo >= hi) {
				t.Fatalf("found from %d to %d", lo, hi)
			}
		}
		x.Clock()
		x.Unit()
		x.Numbers()
		if p := Plain(s); utf8.RuneCountInString(p) > utf8.RuneCountInString(s) {
			t.Fatalf("%q is longer than %q", p, s)
		}
		Decode([]byte(s))
	})
}

// Time grows with the text and not with its square.
func TestLinear(t *testing.T) {
	for _, part := range []string{"1", "1 ", "1.1 ", "N1.1", "{", "<", "{\\", "GPRMC,", "1:1:", "+11.111", "1°1'1\" ", "jan 1 "} {
		took := func(n int) time.Duration {
			s := strings.Repeat(part, n/len(part))
			start := time.Now()
			x := Scan(Plain(s))
			x.Position()
			x.Date()
			x.Clock()
			x.Unit()
			return time.Since(start)
		}
		took(1 << 14)
		small, large := took(1<<14), took(1<<18)
		if large > 64*small+2*time.Second {
			t.Errorf("%q: %v for 16 KiB, %v for 256 KiB", part, small, large)
		}
	}
}
