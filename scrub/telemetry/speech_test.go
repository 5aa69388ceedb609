package telemetry_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// talk are lines that people say, by language.
var talk = map[string][]string{
	"English": {"Where have you been?", "I waited for %d hours.", "It's you v.s. the world.", "GPS: In 200 meters, turn left.", "No, that is not what I meant.", "We have to go now.",
		"The rain has stopped at last.", "She left him with %d children.", "Look at the mountains over there!", "Nobody told me about the letter.", "- Who are you?\n- A friend.",
		"He was born in 19%02d.", "Give me the keys, please.", "I don't think so.", "What a lovely evening.", "And then they closed the shop.", "My G-sensor is broken.", "They call it the PNDM rule.",
		"You never listen to me.", "Let us begin with the first question.", "That was a long time ago.", "The train to the coast is late again.", "How much is this one?", "It is not far from here."},
	"German": {"Wo bist du gewesen?", "Ich habe %d Stunden gewartet.", "Das habe ich nicht gemeint.", "Wir müssen jetzt gehen.", "Der Regen hat aufgehört.", "Sieh dir die Berge an!", "Niemand hat mir davon erzählt.",
		"Das kostet 3,50 Euro.", "Er wurde 19%02d geboren.", "Gib mir bitte die Schlüssel.", "Und dann schloss der Laden.", "Fangen wir mit der ersten Frage an."},
	"Russian":  {"Где ты был?", "Я ждал %d часа.", "Я не это имел в виду.", "Нам пора идти.", "Дождь наконец кончился.", "Посмотри на горы!", "Никто мне не сказал.", "Дай мне ключи, пожалуйста.", "Это было давно.", "Сколько это стоит?"},
	"Chinese":  {"你去哪儿了？", "我等了%d个小时。", "我不是这个意思。", "我们该走了。", "雨终于停了。", "看那边的山！", "没有人告诉我。", "请把钥匙给我。", "那是很久以前的事了。", "这个多少钱？"},
	"Japanese": {"どこにいたの？", "%d時間待ったよ。", "そういう意味じゃない。", "もう行かなきゃ。", "雨がやっと止んだ。", "あの山を見て！", "誰も教えてくれなかった。", "鍵をください。", "ずっと前のことだ。", "これはいくらですか。"},
	"Korean":   {"어디 있었어?", "%d시간 기다렸어.", "그런 뜻이 아니야.", "이제 가야 해.", "비가 드디어 그쳤어.", "저 산을 봐!", "아무도 말해 주지 않았어.", "열쇠 좀 주세요.", "오래전 일이야.", "이거 얼마예요?"},
	"Arabic":   {"أين كنت؟", "انتظرت %d ساعات.", "لم أقصد ذلك.", "يجب أن نذهب الآن.", "توقف المطر أخيرا.", "انظر إلى الجبال!", "لم يخبرني أحد.", "أعطني المفاتيح من فضلك.", "كان ذلك منذ زمن.", "بكم هذا؟"},
	"Hindi":    {"तुम कहाँ थे?", "मैंने %d घंटे इंतज़ार किया।", "मेरा यह मतलब नहीं था।", "हमें अब जाना होगा।", "आखिर बारिश रुक गई।", "उन पहाड़ों को देखो!", "किसी ने मुझे नहीं बताया।", "यह कितने का है?"},
	"Thai":     {"คุณไปไหนมา", "ฉันรอ %d ชั่วโมง", "ฉันไม่ได้หมายความอย่างนั้น", "เราต้องไปแล้ว", "ฝนหยุดแล้ว", "ดูภูเขานั่นสิ", "ไม่มีใครบอกฉัน", "ราคาเท่าไร"},
	"Hebrew":   {"איפה היית?", "חיכיתי %d שעות.", "לא לזה התכוונתי.", "אנחנו חייבים ללכת.", "הגשם פסק סוף סוף.", "תראה את ההרים!", "אף אחד לא אמר לי.", "כמה זה עולה?"},
}

// languages are the keys of talk in order.
var languages = []string{"English", "German", "Russian", "Chinese", "Japanese", "Korean", "Arabic", "Hindi", "Thai", "Hebrew"}

// speaker makes the lines of one track.
type speaker struct {
	name string
	pace float64 // 0: as people talk
	line func(r *rand.Rand, i int) string
	near bool // may be unsure
}

func pick[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

func say(language string) func(r *rand.Rand, i int) string {
	return func(r *rand.Rand, i int) string {
		s := pick(r, talk[language]...)
		if strings.Contains(s, "%") {
			s = fmt.Sprintf(s, 2+r.IntN(60))
		}
		return s
	}
}

// now and then returns one of some lines, and else what people say.
func among(every int, lines ...string) func(r *rand.Rand, i int) string {
	return func(r *rand.Rand, i int) string {
		if i%every == every-1 {
			return lines[i/every%len(lines)]
		}
		return say("English")(r, i)
	}
}

// speakers are tracks that people want to keep, each of them near to what
// machines write; where near is set, so near that some are unsure.
var speakers = []speaker{
	{name: "countdown", pace: 1, line: func(r *rand.Rand, i int) string { return fmt.Sprint(100 - i) }},
	{name: "countdown with words", pace: 1, line: func(r *rand.Rand, i int) string { return fmt.Sprintf("T-minus %d", 100-i) }},
	{name: "stopwatch", pace: 1, line: func(r *rand.Rand, i int) string { return fmt.Sprintf("00:%02d:%02d", i/60, i%60) }},
	{name: "frame counter", pace: .04, line: func(r *rand.Rand, i int) string { return fmt.Sprintf("Frame %d", i) }},
	{name: "karaoke by syllable", pace: .4, line: func(r *rand.Rand, i int) string { return pick(r, "la", "la la", "oh", "ba-by", "me", "you", "yeah") }},
	{name: "karaoke with times", pace: 3, line: func(r *rand.Rand, i int) string {
		return fmt.Sprintf("<00:%02d.000>you <00:%02d.500>and <00:%02d.900>%s", 3*i%60, 3*i%60, 3*i%60, pick(r, "me", "I", "love", "the sea", "our song", "tomorrow"))
	}},
	{name: "karaoke of SubStation", pace: 3, line: func(r *rand.Rand, i int) string {
		return fmt.Sprintf(`{\k%d}you {\k%d}and {\k40}%s`, 10+r.IntN(30), 10+r.IntN(30), pick(r, "me", "I", "love", "the sea", "our song", "tomorrow"))
	}},
	{name: "signs that move", pace: .04, line: func(r *rand.Rand, i int) string { return fmt.Sprintf(`{\pos(%d,%d)}Platform 9`, 100+i, 200) }, near: true},
	{name: "drawings", pace: 1, line: func(r *rand.Rand, i int) string { return fmt.Sprintf(`{\p1}m 0 0 l %d 0 10 %d{\p0}`, i, 2*i) }},
	{name: "music", pace: 5, line: func(r *rand.Rand, i int) string { return "[Music]" }},
	{name: "notes", pace: 5, line: func(r *rand.Rand, i int) string { return "♪ la la la ♪" }},
	{name: "chess", pace: 0, line: func(r *rand.Rand, i int) string {
		return fmt.Sprintf("%d.%s%s%d %s%s%d", i+1, pick(r, "N", "B", "Q", "R", ""), pick(r, "a", "c", "e", "f"), 1+r.IntN(8), pick(r, "N", "K", "R", ""), pick(r, "b", "d", "g"), 1+r.IntN(8))
	}, near: true},
	{name: "chess talk", pace: 0, line: among(3, "Knight to f3.", "1.e4 e5 2.Nf3 Nc6 3.Bb5", "White has 0.35 more.", "Mate in 3.", "Queen takes on d5.")},
	{name: "football scores", pace: 0, line: func(r *rand.Rand, i int) string {
		return fmt.Sprintf("%s %d, %s %d. %s", pick(r, "Leeds", "Porto", "Ajax", "Celtic"), r.IntN(5), pick(r, "Roma", "Lyon", "Basel", "Genk"), r.IntN(5), say("English")(r, i))
	}},
	{name: "tennis", pace: 0, line: among(3, "15-0", "30-15", "Advantage, number 7.", "6-4, 3-6, 7-5", "40 all", "Deuce.")},
	{name: "lesson with numbers", pace: 0, line: func(r *rand.Rand, i int) string {
		return fmt.Sprintf(pick(r, "So %d plus %d is what?", "Take %d from the sum and leave %d.", "We write %d over %d.", "Is %d larger than %d?", "Now x is %d, y is %d."), r.IntN(90), r.IntN(90))
	}},
	{name: "mathematics", pace: 0, line: among(4, "Pi is 3.14159 and e is 2.71828.", "The root of two, 1.41421, is irrational.", "So sin(0.5) is 0.4794.", "Let epsilon be 0.0001.", "Divide 12.5 by 0.25."), near: true},
	{name: "verses", pace: 0, line: func(r *rand.Rand, i int) string {
		return fmt.Sprintf("%s %d:%d %s", pick(r, "Genesis", "Luke", "Mark", "Ruth", "Job", "Amos"), 1+r.IntN(20), 1+r.IntN(40), say("English")(r, i))
	}},
	{name: "verses of one book", pace: 0, line: func(r *rand.Rand, i int) string { return fmt.Sprintf("%d %s", i+1, say("English")(r, i)) }},
	{name: "radio", pace: 0, line: among(4, "Tower, Delta 452 at 3000 feet.", "Climb to flight level 330.", "Runway 27 left, wind 250 at 12.", "Say again?", "Squawk 4521.", "Contact ground on 121.9.")},
	{name: "ship", pace: 0, line: among(9, "We are at north 52.", "Course 270, 12 knots.", "Steady as she goes.", "Depth 40 fathoms.")},
	{name: "navigator's voice", pace: 0, line: among(3, "GPS: In 200 meters, turn left.", "In 50 meters, turn right.", "Recalculating.", "You have arrived.", "[GPS] Turn around.")},
	{name: "sensor talk", pace: 0, line: among(3, "The G-sensor says 2.", "ACC: a car club.", "We saw PNDM on the screen.", "H.S and V.S were the teams.", "lat: late in Latin")},
	{name: "recipe", pace: 0, line: among(2, "Add 200 g of flour.", "Bake at 180 °C for 40 minutes.", "Two eggs, 50 ml of milk.", "Stir until smooth.", "A pinch of salt, 2 spoons of oil.")},
	{name: "news", pace: 0, line: among(3, "On January 31, 2024, the bridge closed.", "Shares fell by 2.5 percent.", "It was 18:30 when they called.", "Oil costs $82.40.", "The vote was 51 to 49.")},
	{name: "history", pace: 0, line: among(2, "In 1815 it was over.", "From 1914 to 1918.", "The war of 1870.", "Around 44 BC.", "A century later.")},
	{name: "weather", pace: 0, line: among(3, "Berlin 12°, Paris 15°.", "Rain at 40%.", "Winds of 30 km/h.", "Sunny in Rome, 21 °C.", "Snow above 1200 m.")},
	{name: "chapter titles", pace: 300, line: func(r *rand.Rand, i int) string { return fmt.Sprintf("Chapter %d", i+1) }},
	{name: "code", pace: 0, line: func(r *rand.Rand, i int) string {
		return pick(r, "for i := 0; i < n; i++ {", "return x[1:]", "if err != nil {", "a = b * 2.5", "}", "print('hello')", "var x = new Map();", "// so this is O(n)", "while True:")
	}},
	{name: "telephone numbers", pace: 0, line: among(6, "Call 555 0123 456.", "Our number is 0800 1111.", "Dial 112.", "Ask for Mary.")},
	{name: "prices", pace: 0, line: among(3, "It is $4.99 today.", "Only 12.50!", "Two for 20.", "Was 30, now 25."), near: true},
	{name: "commercial thrice", pace: 0, line: among(12, "Call now: 0800-555-0101!")},
	{name: "quiz", pace: 0, line: func(r *rand.Rand, i int) string {
		return fmt.Sprintf("Question %d: %s", i+1, say("English")(r, i))
	}},
	{name: "poem of equal lines", pace: 4, line: func(r *rand.Rand, i int) string {
		return pick(r, "春眠不覺曉", "處處聞啼鳥", "夜來風雨聲", "花落知多少", "床前明月光", "疑是地上霜", "舉頭望明月", "低頭思故鄉", "白日依山盡", "黃河入海流")
	}},
	{name: "counting aloud", pace: 1, line: func(r *rand.Rand, i int) string { return fmt.Sprintf("%d!", i%8+1) }},
	{name: "speech at an even pace", pace: 3, line: say("English")},
	{name: "speaker's names", pace: 0, line: func(r *rand.Rand, i int) string { return pick(r, "ANNA: ", "BOB: ", "DR. 7: ") + say("English")(r, i) }},
	{name: "two languages", pace: 0, line: func(r *rand.Rand, i int) string { return say("English")(r, i) + "\n" + say("German")(r, i) }},
	{name: "styled", pace: 0, line: func(r *rand.Rand, i int) string {
		return "<font color=\"#ffff00\"><i>" + say("English")(r, i) + "</i></font>"
	}},
	{name: "one long word", pace: 0, line: func(r *rand.Rand, i int) string {
		return pick(r, "Donaudampfschifffahrtsgesellschaft!", "Rindfleischetikettierungsgesetz.", "Kraftfahrzeughaftpflichtversicherung", "Nein.", "Doch!", "Aha.")
	}},
}

func init() {
	for _, l := range languages {
		speakers = append(speakers, speaker{name: "talk in " + l, line: say(l)})
	}
}

// track makes n samples of a speaker.
func (s speaker) track(seed uint64, n int) (track []piece) {
	r := rand.New(rand.NewPCG(seed, uint64(len(s.name))))
	at := 0.0
	for i := range n {
		if s.pace > 0 {
			track = append(track, piece{at, at + s.pace, []byte(s.line(r, i))})
			at += s.pace
			continue
		}
		long := 1 + 4*r.Float64()
		track = append(track, piece{at, at + long, []byte(s.line(r, i))})
		at += long + 3*r.Float64()*float64(r.IntN(2))
	}
	return track
}
