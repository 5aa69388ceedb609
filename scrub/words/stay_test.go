package words

import (
	"strings"
	"testing"

	"untag/scrub"
)

func TestWhatPeopleWriteStays(t *testing.T) {
	for _, text := range []string{
		"A Song of Tests", "", "Für Elise", "It's you v.s. the world.", "99 Luftballons", "867-5309/Jenny", "21st Century Schizoid Man", "AC/DC", "1999", "2112",
		"Live at the Apollo, 12 May 1972", "Live 2019-05-12", "7/27", "10:15 Saturday Night", "25 or 6 to 4", "Symphony No. 9 in D minor, Op. 125: IV. Presto", "4'33\"", "THX 1138", "U2", "R2-D2", "B-52's",
		"M@dness", "x264 1080p", "Track 01/12", "and/or", "Canon in D", "Baker Street", "1600 Pennsylvania Avenue", "Hero 2", "Vivo", "Galaxy", "Pixelated", "iPhone", "Position 1.5, 2.5",
		"東京　夜想曲", "千と千尋の神隠し", "사랑\u00a0노래", "می\u200cخواهم", "ক্\u200dষ", "हिन्दी", "שלום \u200fעולם", "العَرَبِيَّة", "บทเพลง", "မြန်မာ", "བོད་སྐད", "Việt Nam", "e\u0301te\u0301", "Ångström",
		"👩\u200d👩\u200d👧\u200d👦 family", "❤\ufe0f\u200d🔥", "👍🏽", "1\ufe0f⃣", "葛\U000e0100城市", "line one\nline two\r\n\tline three", "naïve — “quoted” … ½ €",
		"Chapter 1\n00:10 start", "Track 5 (Remix) [feat. Somebody]", "C:", "N/A", "No. 5", "0 1 2 3 4 5 6 7 8 9", "1 2 3 4 5 6 7 8", "+1", "00:00:00", "50,000 miles", "Positively 4th Street", "42nd Street", "221B Baker Street", "Studio 54, New York", "Live at Wembley, London", "Op. 27, 1900 Version", "Symphony 40, 1788 Vienna", "Berlin 1939, 1945 Ende", "@home", "FFmpeg",
	} {
		if kind := Stay([]byte(text), 1<<10); kind != "" {
			t.Errorf("%q tells %q", text, kind)
		}
	}
}

func TestWhatIdentifiesGoes(t *testing.T) {
	for kind, texts := range map[scrub.Kind][]string{
		scrub.Place: {"Filmed 52.52484, 13.40022", "lat: 52.52484 lon: 13.40022", "+47.1234+008.3234/", "52°31'12\"N 13°24'18\"E", "N52.52484 E13.40022", "geo:52.5,13.4", "Latitude 52.5", "https://maps.google.com/?q=a",
			"33U 433308 5862261", "9F4MGC22+22", "Lindenstraße 14, 10969 Berlin", "14 Elm Street, Springfield, IL 62704", "12 rue de Rivoli, 75001 Paris", "10 Downing Street, London SW1A 2AA", "Hauptstr. 7a, D-80331 München", "///filled.count.soap", "$GPRMC,185441.00,A,5231.5085,N,01324.0222,E"},
		scrub.Time: {"Recorded 2024-01-31 18:54", "2024-01-31T18:54:41+0100", "2024-01-31 18.54.41", "20240131_185441", "20240131185441", "31.01.2024 18:54 Uhr", "18:54 31.01.2024", "Jan 31, 2024 at 6:54 PM", "2024年1月31日 18:54:41", "2024年1月31日 18:54", "2024-01-31-18-54-41"},
		scrub.Person: {"jane.doe@example.com", "jane.doe(at)example.com", "jane [at] example.com", "twitter.com/janedoe", "t.me/janedoe", "mail: jörg+x@bücher.example.org!", `C:\Users\jane.doe\Videos\a.mp4`, "D:/films/a.avi", `\\nas\share\film`, "/home/jane/a.mp4", "from ~/Videos/a", "file:///tmp/a", "/storage/emulated/0/DCIM/a", "/Volumes/Jane/x", `%USERPROFILE%\x`,
			"call +49 30 901820", "+1 (212) 555-0123", "030 9018 2000", "010-1234-5678", "(212) 555-0123", "212-555-0123", "+4915112345678", "Jane's iPhone", "Jane’s MacBook", "iPhone von Jane"},
		scrub.Serial:   {"S/N: CQ40917733", "serial number 12345", "IMEI 356938035643809", "356938035643809", "FVFXJ2ABQ05D", "CQ40917733", "MAC: 00:1B:44:11:3A:B7", "00-1b-44-11-3a-b7"},
		scrub.ID:       {"6F9619FF-8B86-D011-B42D-00CF4FC964FF", "192.168.1.17", "d41d8cd98f00b204e9800998ecf8427e"},
		scrub.Device:   {"IMG_4711.MOV", "IMG-20240131-WA0007", "GOPR0123", "DSC_0042", "DJI_0001", "DSCN0815", "GX010023", "DESKTOP-ABC1234", "Shot on iPhone 12 Pro", "Galaxy S21 Ultra", "SM-G991B", "Pixel 7a", "Canon EOS R5", "ILCE-7M3", "GoPro HERO9", "DJI Mini 3", "Xiaomi 13", "Axon Body 3"},
		scrub.Software: {"Lavf59.27.100", "HandBrake 1.6.1", "Adobe Premiere Pro 2023", "x264 core 164"},
		scrub.Unknown: {"\x00", "a\x00b", "bell\x07", "\xff\xfe", "a\u202eb", "a\u2066b\u2069", "tag\U000e0041", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "zero\u200bwidth", "a\u200c\u200d\u200cb", "a\u200db", "word\u2060joiner", "bom\ufeff", "soft\u00adhyphen",
			"private\ue000", "e" + strings.Repeat("\u0301", 7), "x\ufe01y", "a\U000e0100b", "a\ufe0fb", "\u3164\u3164", "line\u2028break", "del\x7f", "c1\u0085", "tail" + strings.Repeat(" \t", 20), "می\u200c\u200d\u200cخواهم"},
	} {
		for _, text := range texts {
			if got := Stay([]byte(text), 1<<10); got != kind {
				t.Errorf("%q tells %q, want %q", text, got, kind)
			}
		}
	}
	if Stay([]byte("too long"), 7) != scrub.Unknown || Stay([]byte("fits"), 4) != "" {
		t.Error("the most bytes are not kept to")
	}
}

// Whatever the text, looking at it ends, and what identifies is found in the midst of it.
func FuzzStay(f *testing.F) {
	f.Add("A Song", "jane.doe@example.com")
	f.Add("\u200d\U000e0100", "2024-01-31 18:54:41")
	f.Fuzz(func(t *testing.T, text, _ string) {
		if len(text) > 1<<12 {
			t.Skip("longer than a title")
		}
		if Readable(text) && Tells(text+"\n jane.doe@example.com \n") == "" {
			t.Errorf("%q hides an address", text)
		}
	})
}
