package words

// dates are the spellings of days.
var dates = dateForms()

// monthNames are how the names of months begin in the languages of Europe that name
// them after the Roman ones.
const monthNames = "jan feb mar apr may jun jul aug sep oct nov dec mär mai okt dez fév avr jui aoû déc ene abr ago dic gen mag giu lug set ott fev out янв фев мар апр май мая июн июл авг сен окт ноя дек"

// dateForms makes the forms of dates: years are from 1980 to 2099, those of the
// Thai calendar, or have two digits, as some recorders' have. Which number is the
// month and which the day is left open.
func dateForms() [][]step {
	day, month, named := num(1, 2, 1, 31), num(1, 2, 1, 12), starting(monthNames)
	stamp := step{ok: func(k token, _ string) bool { _, ok := k.stamp(); return ok }}
	forms := [][]step{{stamp}}
	for i, year := range []step{num(4, 4, 1980, 2099), num(4, 4, 2523, 2642), count(2, 2)} {
		for _, order := range [][2]step{{month, day}, {day, month}} {
			if i < 2 {
				forms = append(forms, join(year, between("- / . : 年 년"), order[0], between("- / . : 月 월"), order[1]))
			}
			for _, sep := range []string{"-", "/", "."} {
				forms = append(forms, join(order[0], one(sep), order[1], one(sep), year))
			}
		}
		if i < 2 {
			forms = append(forms, join(day, gap(2), named, gap(2), year), join(named, gap(2), day, gap(2), year))
		}
	}
	return forms
}

// stamp reads yyyymmdd or yyyymmddhhmmss, and returns what follows the day.
func (k token) stamp() (hms int64, ok bool) {
	day := k.value
	if k.n == 14 {
		day, hms = day/1e6, day%1e6
	}
	y, m, d := day/1e4, day/100%100, day%100
	return hms, k.class == digits && (k.n == 8 || k.n == 14) && y >= 1980 && y <= 2099 && m >= 1 && m <= 12 && d >= 1 && d <= 31
}

// Date finds the first date, and returns its bytes: with or without marks
// between its numbers, in Chinese, Japanese or Korean, or with the name of a month.
func (t Tokens) Date() (lo, hi int, ok bool) {
	i, end, ok := t.find(dates)
	if !ok {
		return 0, 0, false
	}
	return t.list[i].lo, t.list[end-1].hi, true
}

// clocks are the spellings of the time of day, stamps those of one that
// follows a date without marks.
var (
	clocks = [][]step{join(num(1, 2, 0, 23), between(": 시 時 时"), num(2, 2, 0, 59), between(": 분 分"), num(2, 2, 0, 59))}
	stamps = [][]step{{count(14, 14)}, {count(8, 8), one("_ - T"), num(6, 6, 0, 235959)}, {count(8, 8), blank, num(6, 6, 0, 235959)}}
)

// Clock finds the first time of day and returns it in seconds: hours, minutes
// and seconds, a fraction perhaps; those of yyyymmddhhmmss; or the seconds or
// milliseconds since 1970. To the last a million is added, since they are never
// the time of the medium.
func (t Tokens) Clock() (seconds float64, ok bool) {
	if i, end, ok := t.find(clocks); ok && !t.at(i-1).in(":.") && !(t.at(end).in(":") && t.at(end+1).class == digits && t.at(end+1).n < 3) {
		weight := 3600.0
		for _, k := range t.list[i:end] {
			if k.class == digits {
				seconds += weight * float64(k.value)
				weight /= 60
			}
		}
		if f := t.at(end + 1); t.at(end).in(":"+points) && f.class == digits && f.n <= 6 {
			seconds += f.fraction()
		}
		return seconds, true
	}
	if i, end, ok := t.find(stamps); ok {
		if hms, ok := t.list[i].stamp(); ok {
			if end > i+1 {
				hms = t.list[end-1].value
			}
			return float64(hms/1e4*3600 + hms/100%100*60 + hms%100), true
		}
	}
	for i, k := range t.list {
		if k.class == digits && (k.n == 10 && k.value/1e9 == 1 || k.n == 13 && k.value/1e12 == 1) && !t.at(i-1).in(".") {
			for v := k.value; ; v /= 1000 {
				if v < 1e10 {
					return float64(v%86400) + 1e6, true
				}
			}
		}
	}
	return 0, false
}

// units are what cars, drones, cameras, bodies and weather are measured in;
// settings stand before their numbers.
var (
	units    = caseless("km kmh kph mph w bpm kn kt knots hpa mah mbps rpm db dbm ms mv v g m ft 公里 км м كم กม ° º %")
	settings = caseless("iso ev rpm fps rssi sat sats")
	measures = [][]step{{count(1, 18), blank, units}, {settings, gap(3), count(1, 18)}}
)

// Unit tells whether the text holds a number with a unit, or a camera's setting.
func (t Tokens) Unit() bool {
	_, _, ok := t.find(measures)
	return ok
}
