package samples

import (
	"fmt"
	"strings"
	"unicode/utf16"
)

// saidLines are lines as films have them: none like the other.
var saidLines = []string{
	"Where were you?", "I waited at the station\nuntil the last train had left.", "It rained.", "- Did you call?\n- Twice.",
	"<i>Nobody</i> picked up the phone, so I walked home.", "That's eleven kilometres!", "I know. My shoes are ruined.",
	"GPS: In 200 meters, turn left.", "Let me see them.", "They were new.",
}

// cues are lines at uneven times.
func cues(numbered bool, point string, more ...string) string {
	var b strings.Builder
	at := 1
	for i, s := range append(append([]string{}, saidLines...), more...) {
		if numbered {
			fmt.Fprintf(&b, "%d\n", i+1)
		}
		end := at + 2 + len(s)/20
		fmt.Fprintf(&b, "00:%02d:%02d%s%03d --> 00:%02d:%02d%s%03d\n%s\n\n", at/60, at%60, point, 17*i%1000, end/60, end%60, point, 400+i, s)
		at = end + 1 + 7*i%5
	}
	return b.String()
}

// unicodeText encodes s as UTF-16 with a byte order mark.
func unicodeText(s string, big bool) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune("\ufeff" + s)) {
		if big {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return out
}

// flight is what a drone writes beside its film: FrameCnt, time of day, settings and position.
func flight(k *kit, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%d\n00:00:%02d,%03d --> 00:00:%02d,%03d\n<font size=\"28\">FrameCnt: %d, DiffTime: 33ms\n2031-05-27 13:14:%02d.%03d\n", i+1, i/30, i%30*33, (i+1)/30, (i+1)%30*33, i+1, 22+i/30, i%30*33)
		fmt.Fprintf(&b, "[iso: 200] [shutter: 1/%d.0] [fnum: 1.8] [latitude: 53.3651%02d] [longitude: 6.4607%02d] [rel_alt: 6.000 abs_alt: -122.769] </font>\n\n", 6000+i, i%100, 99-i%100)
	}
	k.hide([]byte("latitude: 53.36510"))
	k.hide([]byte("13:14:22.033"))
	return b.String()
}

var srts = []recipe{
	{"srt-plain", func(k *kit) []byte { return k.stay([]byte(cues(true, ","))) }},
	{"srt-utf16", func(k *kit) []byte {
		return k.stay(unicodeText(strings.ReplaceAll(cues(true, ",", "표시"), "\n", "\r\n"), false))
	}},
	{"srt-legacy", func(k *kit) []byte { // Shift-JIS, whose second bytes may be signs of ASCII
		return k.stay([]byte(cues(true, ",", "\x95\x5c\x8e\xa6\x83\x5c\x94\x5c", "\x8fZ\x8f\x8a\x82\xcd\x81H")))
	}},
	{"srt-flight", func(k *kit) []byte { return []byte(flight(k, 26)) }},
	{"srt-flight-utf16", func(k *kit) []byte {
		text := flight(k, 8)
		k.secrets = [][]byte{unicodeText("latitude: 53.36510", false)[2:]}
		return unicodeText(text, false)
	}},
	{"srt-position", func(k *kit) []byte { // partly: positions among what people say
		k.odd = true
		var more []string
		for i := range 6 {
			more = append(more, fmt.Sprintf("HOME(W: 61.1705%02d, N: 46.5424%02d)", i, 37-i))
		}
		k.hide([]byte("W: 61.170503"))
		k.stay([]byte("They were new."))
		return []byte(cues(true, ",", more...))
	}},
	{"srt-trailer", func(k *kit) []byte {
		k.hide([]byte{0, 1, 0, 'C', 'A', 'N', 'A', 'R', 'Y', 0})
		return append([]byte(cues(true, ",")), k.secrets[0]...)
	}},
}

var vtts = []recipe{
	{"vtt-plain", func(k *kit) []byte {
		return k.stay([]byte("WEBVTT\nKind: captions\nLanguage: en\n\nSTYLE\n::cue { color: red }\n\n" + cues(false, ".")))
	}},
	{"vtt-notes", func(k *kit) []byte {
		k.stay([]byte("X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000"))
		return []byte("WEBVTT - " + k.secret("vtt-head") + "\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000\nAuthor: " + k.secret("vtt-author") +
			"\n\nNOTE " + k.secret("vtt-note") + "\nand\n" + k.secret("vtt-note-2") + strings.Repeat(" more of it", 60) + "\n\n" + cues(true, ".") + "NOTE\n" + k.secret("vtt-last") + "\n")
	}},
	{"vtt-flight", func(k *kit) []byte {
		return []byte("WEBVTT\n\n" + strings.ReplaceAll(flight(k, 8), ",", "."))
	}},
}

const (
	styleHead = "[V4+ Styles]\nFormat: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding\nStyle: Default,Arial,20,&H00FFFFFF,&H000000FF,&H00000000,&H00000000,0,0,0,0,100,100,0,0,1,2,2,2,10,10,10,1\n\n"
	eventHead = "[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
	infoHead  = "[Script Info]\nTitle: A Film\nScriptType: v4.00+\nPlayResX: 640\nPlayResY: 480\nWrapStyle: 0\nYCbCr Matrix: TV.601\n"
)

// dialogues are lines as lines of a script.
func dialogues() string {
	var b strings.Builder
	for i, s := range saidLines {
		fmt.Fprintf(&b, "Dialogue: 0,0:00:%02d.%02d,0:00:%02d.50,Default,,0,0,0,,{\\an8}%s\n", 4*i+i%3, 11*i%100, 4*i+3, strings.ReplaceAll(s, "\n", `\N`))
	}
	return b.String()
}

var scripts = []recipe{
	{"ass-plain", func(k *kit) []byte { return k.stay([]byte(infoHead + "\n" + styleHead + eventHead + dialogues())) }},
	{"ass-editor", func(k *kit) []byte {
		k.stay([]byte(dialogues()))
		k.stay([]byte(styleHead))
		return []byte(infoHead + "; " + k.secret("ass-comment") + "\nOriginal Script: " + k.secret("ass-writer") + "\nVideo File: C:\\" + k.secret("ass-film") + ".mkv\nUnknown: " + k.secret("ass-key") +
			"\n\n[Aegisub Project Garbage]\nAudio File: /home/" + k.secret("ass-sound") + ".mkv\n\n" + styleHead + eventHead +
			"Comment: 0,0:00:00.00,0:00:05.00,Default,,0,0,0,," + k.secret("ass-line") + strings.Repeat(" and so on", 80) + "\n" + dialogues() + "\n[Aegisub Extradata]\nData: 1,x,e" + k.secret("ass-extra") + "\n")
	}},
	{"ass-flight", func(k *kit) []byte {
		var b strings.Builder
		for i := range 9 {
			fmt.Fprintf(&b, "Dialogue: 0,0:00:%02d.00,0:00:%02d.00,Default,,0,0,0,,GPS(149.02%02d,-20.25%02d,16) BAROMETER:%d.9\n", i, i+1, i, 9-i, i)
		}
		k.hide([]byte("GPS(149.0207"))
		return []byte(infoHead + "\n" + styleHead + eventHead + b.String())
	}},
}

var otherSubtitles = []recipe{
	{"sami", func(k *kit) []byte {
		k.stay([]byte("\xbe\xc8\xb3\xe7")) // CP949
		return []byte("<SAMI>\n<HEAD>\n<TITLE>A Film</TITLE>\n<SAMIParam>\nCopyright {" + k.secret("sami-rights") + "}\n</SAMIParam>\n<META name=\"Author\" content=\"" + k.secret("sami-author") +
			"\">\n<STYLE TYPE=\"text/css\">\n<!--\nP { color: white; }\n.KRCC { Name: Korean; lang: ko-KR; }\n-->\n</STYLE>\n</HEAD>\n<BODY>\n<!-- " + k.secret("sami-comment") +
			" -->\n<SYNC Start=1000><P Class=KRCC>\xbe\xc8\xb3\xe7<br>Where were you?\n<SYNC Start=2300><P Class=KRCC>&nbsp;\n<SYNC Start=4100><P Class=KRCC>Nobody picked up.\n</BODY>\n</SAMI>\n")
	}},
	{"ttml", func(k *kit) []byte {
		k.stay([]byte("Where were you?"))
		return []byte("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<tt xmlns=\"http://www.w3.org/ns/ttml\" xmlns:ttm=\"http://www.w3.org/ns/ttml#metadata\" xmlns:tts=\"http://www.w3.org/ns/ttml#styling\" xml:lang=\"en\">\n<head><metadata><ttm:title>A Film</ttm:title><ttm:agent xml:id=\"a\" type=\"person\"><ttm:name type=\"full\">" + k.secret("ttml-name") +
			"</ttm:name></ttm:agent></metadata><styling><style xml:id=\"s\" tts:color=\"white\"/></styling></head>\n<!-- " + k.secret("ttml-comment") +
			" -->\n<body><div><p begin=\"00:00:01.000\" end=\"00:00:02.000\">Where were you?</p><p begin=\"00:00:03.200\" end=\"00:00:05.000\">At the<br/>station.</p></div></body>\n</tt>\n")
	}},
	{"usf", func(k *kit) []byte {
		k.stay([]byte("Where were you?"))
		return []byte("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE USFSubtitles SYSTEM \"USFV100.dtd\">\n<?xml-stylesheet href=\"" + k.secret("usf-sheet") + "\"?>\n<USFSubtitles version=\"1.0\">\n<metadata><title>A Film</title><author><name>" + k.secret("usf-name") +
			"</name><email>" + k.secret("usf-email") + "</email><url>" + k.secret("usf-url") + "</url></author><language code=\"eng\">English</language><date>2031-02-03</date><comment>" + k.secret("usf-comment") +
			"</comment></metadata>\n<styles><style name=\"Default\"><fontstyle face=\"Arial\" size=\"24\" color=\"#FFFFFF\"/></style></styles>\n<!-- " + k.secret("usf-note") +
			" -->\n<subtitles>\n<subtitle start=\"00:00:01.000\" stop=\"00:00:02.500\"><text style=\"Default\">Where were you?</text></subtitle>\n<subtitle start=\"00:00:03.200\" stop=\"00:00:05.000\"><text>At the<br/>station.</text></subtitle>\n</subtitles>\n</USFSubtitles>\n")
	}},
	{"realtext", func(k *kit) []byte {
		k.stay([]byte("Where were you?"))
		return []byte("<window type=\"generic\" duration=\"30\" bgcolor=\"black\">\n<!-- " + k.secret("realtext-comment") + " -->\n<time begin=\"0:01\"/>Where were you?\n<time begin=\"0:03.2\" end=\"0:05\"/><clear/><b>At the station.</b>\n</window>\n")
	}},
	{"aqtitle", func(k *kit) []byte {
		return k.stay([]byte("-->> 000025\nWhere were you?\n\n-->> 000060\n\n\n-->> 000083\nAt the station,\nuntil the last train had left.\n\n-->> 000131\n\n"))
	}},
	{"scc", func(k *kit) []byte {
		k.stay([]byte("00:00:01:00\t9420 9420 94ae 94ae 9470 9470 c8e5 ecec ef80 942f 942f\n"))
		return []byte("Scenarist_SCC V1.0\n\n00:00:01:00\t9420 9420 94ae 94ae 9470 9470 c8e5 ecec ef80 942f 942f\n" + k.secret("scc-line") + "\n00:00:03:00\t942c 942c\n")
	}},
	{"lrc", func(k *kit) []byte {
		k.stay([]byte("[ti:A Song]\n[ar:A Band]\n[offset:+100]\n"))
		return []byte("[ti:A Song]\n[ar:A Band]\n[offset:+100]\n[by:" + k.secret("lrc-by") + "]\n[re:" + k.secret("lrc-re") + "]\n[qrx:" + k.secret("lrc-unknown") +
			"]\n[00:01.00]La la la\n[00:02.57]<00:02.60>Lo <00:03.00>and behold\n[00:05.00][00:09.12]Again\n")
	}},
	{"microdvd", func(k *kit) []byte {
		return k.stay([]byte("{1}{1}25\n{10}{50}Where were you?|Speak up!\n{61}{90}{y:i}At the station.\n"))
	}},
	{"subviewer", func(k *kit) []byte {
		return []byte("[INFORMATION]\n[TITLE]A Film\n[AUTHOR]" + k.secret("sub-author") + "\n[PRG]" + k.secret("sub-prg") + "\n[FILEPATH]C:\\" + k.secret("sub-path") +
			"\n[DELAY]0\n[CD TRACK]0\n[END INFORMATION]\n[SUBTITLE]\n00:00:01.00,00:00:02.00\nWhere were you?\n\n00:00:03.10,00:00:04.00\nAt the station.\n")
	}},
	{"vobsub", func(k *kit) []byte {
		return []byte("# VobSub index file, v7 (do not modify this line!)\n#\n# " + k.secret("idx-comment") + "\nsize: 720x576\norg: 0, 0\npalette: 000000, 828282, ff00ff\nlangidx: 0\n\nid: en, index: 0\ntimestamp: 00:00:01:101, filepos: 000000000\ntimestamp: 00:00:02:101, filepos: 000001000\n")
	}},
}

var playlists = []recipe{
	{"m3u-plain", func(k *kit) []byte {
		return k.stay([]byte("#EXTM3U\n#EXTINF:123,A Band - A Song\nMusic/a.mp3\n#EXTINF:7,Another\nb.mp3\nhttp://radio.example/stream.mp3?quality=high\n"))
	}},
	{"m3u-paths", func(k *kit) []byte {
		k.stay([]byte("Rock\\a.mp3"))
		home := "C:\\Users\\" + k.secret("m3u-user") + "\\Music\\"
		return []byte("#EXTM3U\n#EXTINF:123,A Band - A Song\n" + home + "Rock\\a.mp3\n#EXTINF:7,Another\n" + home + "b.mp3\n# " + k.secret("m3u-comment") +
			"\n#EXTINF:9,call " + string(k.hide([]byte("+49 30 1234567"))) + "\nc.mp3\n" + strings.Repeat("#EXTINF:5,filler to the next sector\nd.mp3\n", 6) + home + "z.mp3\nhttp://radio.example/s.mp3?token=" + k.secret("m3u-token") + "\n")
	}},
	{"m3u-stream", func(k *kit) []byte {
		k.stay([]byte("#EXT-X-TARGETDURATION:6"))
		return []byte("#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:6\n#EXT-X-PROGRAM-DATE-TIME:" + string(k.hide([]byte("2031-01-31T18:54:41.000Z"))) +
			"\n#EXTINF:6.006,\nseg1.ts\n#EXT-X-DATERANGE:ID=\"" + k.secret("m3u-range") + "\"\n#EXTINF:6.006,\nseg2.ts\n#EXT-X-ENDLIST\n")
	}},
	{"pls", func(k *kit) []byte {
		k.stay([]byte("Title1=A Song"))
		return []byte("[playlist]\nFile1=/home/" + k.secret("pls-user") + "/a.mp3\nTitle1=A Song\nLength1=12\nFile2=b.mp3\nNumberOfEntries=2\nVersion=2\nOwner=" + k.secret("pls-owner") + "\n")
	}},
	{"cue", func(k *kit) []byte {
		k.stay([]byte("PERFORMER \"A Band\""))
		return []byte("REM GENRE Rock\nREM DISCID " + k.secret("cue-disc") + "\nREM COMMENT \"" + k.secret("cue-comment") + "\"\nPERFORMER \"A Band\"\nTITLE \"An Album\"\nCATALOG 0724354526138\nFILE \"D:\\rips\\" + "x.wav\" WAVE\n  TRACK 01 AUDIO\n    TITLE \"A Song\"\n    ISRC USABC1234567\n    INDEX 01 00:00:00\n  TRACK 02 AUDIO\n    INDEX 01 03:00:00\n")
	}},
	{"xspf", func(k *kit) []byte {
		return []byte("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<playlist version=\"1\" xmlns=\"http://xspf.org/ns/0/\">\n<title>A List</title><date>" + string(k.hide([]byte("2031-01-31T18:54:41"))) +
			"</date>\n<trackList><track><location>file:///C:/Users/" + k.secret("xspf-user") + "/a%20b.mp3</location><title>A Song</title><annotation>" + k.secret("xspf-note") + "</annotation></track></trackList>\n</playlist>\n")
	}},
	{"asx", func(k *kit) []byte {
		return []byte("<ASX version = \"3.0\">\n<TITLE>A List</TITLE>\n<LogURL href=\"http://phone.example/?" + k.secret("asx-log") + "\"/>\n<Entry><Ref href=\"file://C:\\Users\\" + k.secret("asx-user") + "\\a.wmv\"/></Entry>\n</ASX>\n")
	}},
	{"wpl", func(k *kit) []byte {
		return []byte("<?wpl version=\"1.0\"?>\n<smil>\n<head><meta name=\"Generator\" content=\"" + k.secret("wpl-program") + "\"/><author>" + k.secret("wpl-author") + "</author><title>A List</title></head>\n<body><seq><media src=\"..\\a.mp3\" cid=\"" + k.secret("wpl-cid") + "\"/></seq></body>\n</smil>\n")
	}},
}
