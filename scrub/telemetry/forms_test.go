package telemetry_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"
)

// piece is one sample of a track made for a test.
type piece struct {
	start, end float64
	text       []byte
}

// trip is what a recorder knows at one moment.
type trip struct {
	r                   *rand.Rand
	i                   int // the sample
	at                  time.Time
	lat, lon            float64
	speed, heading, alt float64
	ax, ay, az          float64
	id                  string
}

func newTrip(r *rand.Rand) *trip {
	const alphabet = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
	id := []byte("X")
	for range 8 {
		id = append(id, alphabet[r.IntN(len(alphabet))])
	}
	id[3], id[5] = '7', 'Q'
	return &trip{
		r: r, id: string(id), at: time.Unix(1.5e9+r.Int64N(2e8), 0).UTC(), lat: r.Float64()*120 - 60, lon: r.Float64()*300 - 150,
		speed: 10 + 90*r.Float64(), heading: 360 * r.Float64(), alt: 800 * r.Float64(),
	}
}

func (t *trip) next(seconds float64) {
	t.i++
	t.at = t.at.Add(time.Duration(seconds * 1e9))
	t.speed = math.Abs(t.speed + 8*t.r.NormFloat64())
	t.heading = math.Mod(t.heading+5*t.r.NormFloat64()+360, 360)
	t.lat += t.speed / 4e5 * math.Cos(t.heading/57)
	t.lon += t.speed / 4e5 * math.Sin(t.heading/57)
	t.alt += t.r.NormFloat64()
	t.ax, t.ay, t.az = t.r.NormFloat64()/8, t.r.NormFloat64()/8, 1+t.r.NormFloat64()/8
}

func hemisphere(v float64, letters string) string { return letters[one(v < 0) : one(v < 0)+1] }

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

// dm is degrees and minutes in one number, as NMEA 0183 has them.
func dm(v float64, degrees int) string {
	v = math.Abs(v)
	return fmt.Sprintf("%0*d%07.4f", degrees, int(v), (v-math.Floor(v))*60)
}

func (t *trip) nmea() string {
	return fmt.Sprintf("GPRMC,%s.00,A,%s,%s,%s,%s,%.2f,%.2f,%s,,,A*%02X", t.at.Format("150405"), dm(t.lat, 2), hemisphere(t.lat, "NS"),
		dm(t.lon, 3), hemisphere(t.lon, "EW"), t.speed, t.heading, t.at.Format("020106"), t.r.IntN(256))
}

// script writes the digits of a number in those of a script.
func script(s string, zero rune) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return zero + r - '0'
		}
		return r
	}, s)
}

func comma(f string, v ...any) string { return strings.ReplaceAll(fmt.Sprintf(f, v...), ".", ",") }

func xor(s string, key byte) []byte {
	b := []byte(s)
	for i := range b {
		b[i] ^= key
	}
	return b
}

func caesar(s string, by byte) string {
	b := []byte(s)
	for i := range b {
		b[i] = '!' + (b[i]-'!'+by)%90
	}
	return string(b)
}

// form is one way in which recorders write.
type form struct {
	name string
	pace float64 // seconds from sample to sample
	line func(t *trip) string
}

// forms are telemetry, each line of an invented trip.
var forms = []form{
	{"phantom", 1, func(t *trip) string {
		return fmt.Sprintf("HOME(%.4f,%.4f) %s\nGPS(%.4f,%.4f,%d) BAROMETER:%.1f\nISO:400 Shutter:1000 EV: Fnum:2.2", t.lon, t.lat, t.at.Format("2006.1.2 15:04:05"), t.lon, t.lat, 12, t.alt)
	}},
	{"mini without position", 1, func(t *trip) string {
		return fmt.Sprintf("F/2.8, SS %.2f, ISO 200, EV -1.7, D %.2fm, H %.2fm, H.S n/a, V.S n/a", 500+t.ax, t.speed, t.alt)
	}},
	{"mavic", .033, func(t *trip) string {
		return fmt.Sprintf("<font size=\"28\">FrameCnt: %d, DiffTime: 33ms\n%s\n[iso: 200] [shutter: 1/60.0] [fnum: 2.8] [latitude: %.6f] [longitude: %.6f] [rel_alt: %.3f] </font>", t.i, t.at.Format("2006-01-02 15:04:05.000"), t.lat, t.lon, t.alt)
	}},
	{"goggles", 1, func(t *trip) string {
		return fmt.Sprintf("signal:4 ch:3 flightTime:%d uavBat:%.1fV glsBat:14.5V delay:%dms bitrate:%.1fMbps rcSignal:2", t.i, 14+t.ax, 30+t.r.IntN(20), 25+t.ax)
	}},
	{"evo", 1, func(t *trip) string {
		return fmt.Sprintf("HOME(W: %.6f, N: %.6f) %s\nGPS(W: %.6f, N: %.6f, %.2fm)\nHDR ISO:100", math.Abs(t.lon), math.Abs(t.lat), t.at.Format("2006-01-02 15:04:05"), math.Abs(t.lon), math.Abs(t.lat), t.alt)
	}},
	{"recorder overlay", 1, func(t *trip) string {
		return fmt.Sprintf("%s %03dKM/H N%.6f W%.6f CAM A1", t.at.Format("2006/01/02 15:04:05"), int(t.speed), math.Abs(t.lat), math.Abs(t.lon))
	}},
	{"NMEA", 1, func(t *trip) string { return "$" + t.nmea() }},
	{"NMEA without dollar", 1, func(t *trip) string { return t.nmea() }},
	{"NMEA without fix", 1, func(t *trip) string {
		return fmt.Sprintf("[%d]$GPRMC,%s.00,V,,,,,,,%s,,,N*7B", t.at.UnixMilli(), t.at.Format("150405"), t.at.Format("020106"))
	}},
	{"sensor and NMEA", 1, func(t *trip) string {
		return fmt.Sprintf("gsensori,4,%d,%d,%d,100;%s;\nCAR,0,0,0,0.0,0,0,0,0,0", int(500*t.ax), int(90*t.ay), int(100*t.az), strings.Replace(t.nmea(), "GP", "GN", 1))
	}},
	{"letters for words", 1, func(t *trip) string {
		return fmt.Sprintf("A,%s,%s.000,%s,%s,%s,%s,%05.1f,%.1fM,%+.2f,%+.2f,%+.2f;", t.at.Format("020106"), t.at.Format("150405"), dm(t.lat, 2), hemisphere(t.lat, "NS"), dm(t.lon, 3), hemisphere(t.lon, "EW"), t.speed, t.alt, t.ax, t.ay, t.az)
	}},
	{"one line of everything", 1, func(t *trip) string {
		return fmt.Sprintf("$G:%s-%s%.6f-%s%.6f-S%03d", t.at.Format("2006-01-02 15:04:05"), hemisphere(t.lat, "NS"), math.Abs(t.lat), hemisphere(t.lon, "EW"), math.Abs(t.lon), int(t.speed))
	}},
	{"compact", 1, func(t *trip) string {
		return fmt.Sprintf("%s%s%08.0f%s%09.0f+0603000+006+003+099", t.at.Format("20060102150405"), hemisphere(t.lat, "NS"), math.Abs(t.lat)*1e5, hemisphere(t.lon, "EW"), math.Abs(t.lon)*1e5)
	}},
	{"minutes of degrees", 1, func(t *trip) string {
		return fmt.Sprintf("%s%s %s%s %03d km/h", hemisphere(t.lat, "NS"), dm(t.lat, 2), hemisphere(t.lon, "EW"), dm(t.lon, 3), int(t.speed))
	}},
	{"degrees, minutes, seconds", 1, func(t *trip) string {
		return fmt.Sprintf("%d°%d'%.1f\"%s %d°%d'%.1f\"%s", int(math.Abs(t.lat)), t.i%60, 50+t.ax, hemisphere(t.lat, "NS"), int(math.Abs(t.lon)), t.i%60, 40+t.ay, hemisphere(t.lon, "EW"))
	}},
	{"ISO 6709", 1, func(t *trip) string { return fmt.Sprintf("%+08.4f%+09.4f%+.1f/", t.lat, t.lon, t.alt) }},
	{"comma separated", 1, func(t *trip) string {
		return fmt.Sprintf("%.6f,%.6f,%.1f,%.2f,%d", t.lat, t.lon, t.alt, t.speed, int(t.heading))
	}},
	{"JSON", 1, func(t *trip) string {
		return fmt.Sprintf(`{"ts": %d, "lat": %.6f, "lon": %.6f, "spd": %.1f}`, t.at.UnixMilli(), t.lat, t.lon, t.speed)
	}},
	{"GPX", 1, func(t *trip) string {
		return fmt.Sprintf(`<trkpt lat="%.6f" lon="%.6f"><ele>%.1f</ele><time>%s</time></trkpt>`, t.lat, t.lon, t.alt, t.at.Format(time.RFC3339))
	}},
	{"German", 1, func(t *trip) string {
		return fmt.Sprintf("Uhrzeit: %s\nGeschwindigkeit: %.1f\nBreitengrad: %.9f\nLängengrad: %.9f", t.at.Format("02.01.2006 15:04:05"), t.speed, t.lat, t.lon)
	}},
	{"German with commas", 1, func(t *trip) string {
		return t.at.Format("02.01.2006 15:04:05") + comma(" Tempo %.1f Breite %.6f Länge %.6f", t.speed, t.lat, t.lon)
	}},
	{"Russian", 1, func(t *trip) string {
		return fmt.Sprintf("Дата: %s Скорость: %d км/ч\nШирота: %.5f Долгота: %.5f", t.at.Format("02.01.2006 15:04:05"), int(t.speed), t.lat, t.lon)
	}},
	{"Chinese", 1, func(t *trip) string {
		return fmt.Sprintf("%s 速度:%d公里/小时 东经%.5f 北纬%.5f", t.at.Format("2006年01月02日 15:04:05"), int(t.speed), math.Abs(t.lon), math.Abs(t.lat))
	}},
	{"Chinese, full width", 1, func(t *trip) string {
		return script(fmt.Sprintf("%s 速度%d 东经%.5f 北纬%.5f", t.at.Format("2006年01月02日 15:04:05"), int(t.speed), math.Abs(t.lon), math.Abs(t.lat)), '０')
	}},
	{"Korean", 1, func(t *trip) string {
		return fmt.Sprintf("%s 속도 %dkm/h 위도 %.5f 경도 %.5f", t.at.Format("2006년 01월 02일 15시 04분 05초"), int(t.speed), t.lat, t.lon)
	}},
	{"Japanese without position", 1, func(t *trip) string {
		return fmt.Sprintf("%s 時速%dkm", t.at.Format("2006年1月2日 15時04分05秒"), int(t.speed))
	}},
	{"Arabic digits", 1, func(t *trip) string {
		return script(fmt.Sprintf("السرعة %d كم/س خط العرض %.5f خط الطول %.5f %s", int(t.speed), t.lat, t.lon, t.at.Format("2006/01/02 15:04:05")), '٠')
	}},
	{"Persian digits", 1, func(t *trip) string {
		return strings.ReplaceAll(script(fmt.Sprintf("سرعت %d عرض %.5f طول %.5f", int(t.speed), t.lat, t.lon), '۰'), ".", "٫")
	}},
	{"Hindi digits", 1, func(t *trip) string {
		return script(fmt.Sprintf("गति %d किमी अक्षांश %.5f देशांतर %.5f", int(t.speed), t.lat, t.lon), '०')
	}},
	{"Thai", 1, func(t *trip) string {
		return fmt.Sprintf("%s ความเร็ว %d กม./ชม. ละติจูด %.4f ลองจิจูด %.4f", t.at.AddDate(543, 0, 0).Format("02/01/2006 15:04:05"), int(t.speed), t.lat, t.lon)
	}},
	{"date and time only", 1, func(t *trip) string { return t.at.Format("2006-01-02 15:04:05") }},
	{"American date", 1, func(t *trip) string { return t.at.Format("01/02/06 03:04:05 PM") }},
	{"month's name", 1, func(t *trip) string { return strings.ToUpper(t.at.Format("Jan. 2 2006 03:04:05 PM")) }},
	{"weekday", 1, func(t *trip) string { return t.at.Format("Mon 2006-01-02 15:04:05 -0700") }},
	{"date alone", 1, func(t *trip) string { return t.at.Format("02.01.2006") }},
	{"channel", 1, func(t *trip) string { return t.at.Format("CH01 2006-01-02 15:04:05 ") + "FRI" }},
	{"time only", 1, func(t *trip) string { return t.at.Format("15:04:05") }},
	{"milliseconds", .2, func(t *trip) string { return t.at.Format("15:04:05.000") }},
	{"seconds since 1970", 1, func(t *trip) string { return fmt.Sprintf("%d.%03d", t.at.Unix(), t.i*7%1000) }},
	{"speed with its unit", 1, func(t *trip) string { return fmt.Sprintf("%d km/h", int(t.speed)) }},
	{"accelerations", .1, func(t *trip) string { return fmt.Sprintf("X:%+.3f Y:%+.3f Z:%+.3f", t.ax, t.ay, t.az) }},
	{"engine", 1, func(t *trip) string {
		return fmt.Sprintf("RPM %d SPD %d TMP 88 THR %d%%", 1000+t.r.IntN(3000), int(t.speed), t.r.IntN(90))
	}},
	{"body camera", 1, func(t *trip) string { return t.at.Format(time.RFC3339) + " BODY 3 " + t.id }},
	{"serial number", 1, func(t *trip) string { return "SN: " + t.id }},
	{"plate and clock", 1, func(t *trip) string {
		return fmt.Sprintf("%s S-CX 8855 %dKM/H N65.12.276", t.at.Format("2006/01/02 15:04:05"), int(t.speed))
	}},
	{"police", 1, func(t *trip) string {
		return t.at.Format("UNIT 412 01/02/2006 15:04:05") + fmt.Sprintf(" L:ON S:OFF PATROL %d TARGET %d", int(t.speed), t.r.IntN(90))
	}},
	{"shifted letters", 1, func(t *trip) string { return caesar(t.nmea(), 23) }},
	{"XOR as hexadecimal", 1, func(t *trip) string {
		return hex.EncodeToString(xor(fmt.Sprintf("%s%+09.4f%+09.4f%03d", t.at.Format("20060102150405"), t.lat, t.lon, int(t.speed)), 0xaa))
	}},
	{"XOR", 1, func(t *trip) string {
		return string(xor(fmt.Sprintf("%s%+09.4f%+09.4f%03d", t.at.Format("20060102150405"), t.lat, t.lon, int(t.speed)), 0x2a))
	}},
	{"base64", 1, func(t *trip) string {
		return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%s;%.6f;%.6f", t.at.Format("20060102150405"), t.lat, t.lon))
	}},
	{"records", .5, func(t *trip) string {
		return "PNDM\x00\x00\x00\x01" + string([]byte{0, byte(t.speed), 0, 0, byte(t.i), 0xdc, 0xc0, byte(t.i * 7), 0xde, 0x94, 0x13, 0x60})
	}},
	{"random records", 1, func(t *trip) string {
		b := make([]byte, 64)
		for i := range b {
			b[i] = byte(t.r.IntN(256))
		}
		return string(b)
	}},
	{"every half minute", 30, func(t *trip) string {
		return fmt.Sprintf("%s %.5f, %.5f", t.at.Format("02.01.2006 15:04"), t.lat, t.lon)
	}},
	{"every two minutes", 120, func(t *trip) string { return fmt.Sprintf("lat %.5f lon %.5f", t.lat, t.lon) }},
}

// doubtful are forms in which nothing says what the numbers are. They stay.
var doubtful = []form{
	{"bare speed", 1, func(t *trip) string { return fmt.Sprintf("%.1f", t.speed) }},
	{"speed and height", 1, func(t *trip) string { return fmt.Sprintf("SPEED %d ALT %d", int(t.speed), int(t.alt)) }},
	{"production clock", 1, func(t *trip) string { return fmt.Sprintf("10:%02d:%02d", t.i/60, t.i%60) }},
	{"speed, every two minutes", 120, func(t *trip) string { return fmt.Sprintf("%d km/h", int(t.speed)) }},
	{"owner", 1, func(t *trip) string { return "Property of Jane Roe, all of it" }},
}

// track makes n samples of a form.
func (f form) track(seed uint64, n int) (track []piece) {
	r := rand.New(rand.NewPCG(seed, uint64(len(f.name))))
	t := newTrip(r)
	for i := range n {
		start := float64(i) * f.pace
		track = append(track, piece{start, start + f.pace, []byte(f.line(t))})
		t.next(f.pace)
	}
	return track
}
