package samples

import "encoding/binary"

// spectre is a time in 2031 that no test machine shows on its own.
const spectre uint64 = 0xEFB1C2D3

// basic is a movie of half a second with picture and sound.
func basic() *movie {
	return &movie{brand: "isom", tracks: []*track{avcTrack(tiny, tiny.frames(5)), aacTrack(21)}}
}

// quickTime is a movie as older cameras make it.
func quickTime() *movie {
	return &movie{brand: "qt  ", quicktime: true, tracks: []*track{mjpegTrack(mjpegFrames(5)...), pcmTrack(audioEntry("sowt", 2, 16, 8000), binary.LittleEndian, 4000)}}
}

// with changes a movie and builds it.
func with(m *movie, change func(m *movie)) []byte {
	change(m)
	return m.build()
}

// plus adds tracks and builds.
func plus(m *movie, tracks ...*track) []byte {
	m.tracks = append(m.tracks, tracks...)
	return m.build()
}

// motionClip is the clip of a motion photo.
func motionClip(k *kit) []byte {
	return with(basic(), func(m *movie) {
		m.moov = [][]byte{box("meta", hdlrQT("\x00\x00\x00\x00", "mdta", ""), appleKeys(k))}
		m.brand = "mp42"
	})
}

var movies = append(append([]recipe{
	{"plain", func(k *kit) []byte { return basic().build() }},
	{"moov-first", func(k *kit) []byte { return with(basic(), func(m *movie) { m.first = true }) }},
	{"co64", func(k *kit) []byte {
		return with(basic(), func(m *movie) { m.co64, m.large = true, true; m.moov = [][]byte{vendorUdta(k)} })
	}},
	{"mdat-to-end", func(k *kit) []byte {
		return with(basic(), func(m *movie) { m.first, m.toEnd = true, true; m.moov = [][]byte{vendorUdta(k)} })
	}},
	{"two-mdats", func(k *kit) []byte {
		return with(basic(), func(m *movie) { m.two = true; m.moov = [][]byte{vendorUdta(k)} })
	}},
	{"times", func(k *kit) []byte {
		k.hide(cat(be32(spectre), be32(spectre)))
		return with(basic(), func(m *movie) { m.created = spectre })
	}},
	{"times-v1", func(k *kit) []byte {
		k.hide(cat(be64(spectre), be64(spectre)))
		return with(basic(), func(m *movie) { m.created, m.version, m.first = spectre, 1, true })
	}},
	{"words", func(k *kit) []byte {
		return with(basic(), func(m *movie) { m.moov = [][]byte{words(k)} })
	}},
	{"words-telling", func(k *kit) []byte {
		return with(basic(), func(m *movie) { m.moov = [][]byte{tellingWords(k)} })
	}},
	{"words-of-a-recorder", func(k *kit) []byte {
		return with(basic(), func(m *movie) { m.brand = "M4A "; m.moov = [][]byte{voiceMemo(k)} })
	}},
	{"words-of-a-phone", func(k *kit) []byte {
		return with(basic(), func(m *movie) {
			m.moov = [][]byte{box("udta", udtaText("\xa9nam", string(k.hide([]byte("Seestrasse 12")))), udtaText("\xa9mod", "Phone 7"), udtaText("\xa9lyr", "la la"))}
		})
	}},
	{"names", func(k *kit) []byte {
		return with(basic(), func(m *movie) {
			m.tracks[0].name, m.tracks[1].name = k.secret("video-handler"), k.secret("sound-handler")
			m.tracks[0].entry = visualEntry("avc1", 48, 32, k.secret("compressor"), avcC(tiny))
		})
	}},
	{"rotated", func(k *kit) []byte {
		return with(basic(), func(m *movie) {
			m.tracks[0].matrix = k.stay(rotated(32))
			m.tracks[0].edits = k.stay(trim(240, 100))
			m.moov = [][]byte{vendorUdta(k)}
		})
	}},
	{"udta", func(k *kit) []byte { return with(basic(), func(m *movie) { m.moov = [][]byte{vendorUdta(k)} }) }},
	{"udta-zeros", func(k *kit) []byte {
		return with(quickTime(), func(m *movie) {
			m.moov = [][]byte{box("udta", udtaText("\xa9mod", k.secret("model")), zeros(4))}
			m.tracks[0].extra = [][]byte{box("udta", udtaText("\xa9swr", k.secret("track-software")), zeros(4))}
		})
	}},
	{"udta-top", func(k *kit) []byte {
		return with(basic(), func(m *movie) {
			m.end = [][]byte{box("udta", box("GPS ", []byte(k.secret("top-gps")))), nonRealTimeMeta(k)}
		})
	}},
	{"udta-gopro", func(k *kit) []byte {
		return with(basic(), func(m *movie) { m.first = true; m.moov = [][]byte{goProUdta(k)} })
	}},
	{"3gp", func(k *kit) []byte {
		return with(basic(), func(m *movie) {
			m.brand = "3gp5"
			m.moov = [][]byte{box("udta", loci(k), fullBox("auth", 0, 0, be16(0x55c4), []byte(k.secret("auth")+"\x00")))}
		})
	}},
	{"keys", func(k *kit) []byte {
		return with(quickTime(), func(m *movie) {
			m.moov = [][]byte{box("meta", hdlrQT("\x00\x00\x00\x00", "mdta", ""), appleKeys(k))}
		})
	}},
	{"keys-full", func(k *kit) []byte {
		return with(basic(), func(m *movie) { m.moov = [][]byte{fullBox("meta", 0, 0, hdlr("mdta", ""), appleKeys(k))} })
	}},
	{"keys-slow-motion", func(k *kit) []byte {
		k.stay([]byte("com.android.capture.fps"))
		k.stay([]byte("240.0625"))
		pairs := keyed("com.android.manufacturer", k.secret("manufacturer"), "com.android.capture.fps", "240.0625", "com.android.model", k.secret("model"))
		return with(basic(), func(m *movie) { m.moov = [][]byte{fullBox("meta", 0, 0, hdlr("mdta", ""), pairs)} })
	}},
	{"xmp", func(k *kit) []byte {
		return with(basic(), func(m *movie) {
			m.end = [][]byte{uuidBox("BE7ACFCB-97A9-42E8-9C71-999491E3AFAC", xmp(xmpIdentity(k, "")))}
		})
	}},
	{"uuids", func(k *kit) []byte {
		return with(basic(), func(m *movie) {
			m.top = [][]byte{uuidBox("D8FEC3D6-1B0E-483C-9297-5828877EC481", zeros(4), []byte("manifest\x00"), zeros(8), []byte(k.secret("c2pa"))),
				uuidBox("50524F46-21D2-4FCE-BB88-695CFAC9C740", be32(0), be32(1), box("FPRF", []byte(k.secret("psp-profile"))))}
			m.moov = [][]byte{uuidBox("55534D54-21D2-4FCE-BB88-695CFAC9C740", []byte(k.secret("psp-user")))}
			m.end = [][]byte{uuidBox("00112233-4455-6677-8899-AABBCCDDEEFF", []byte(k.secret("unknown-uuid")))}
		})
	}},
	{"retired-index", func(k *kit) []byte { // by writers that append a new one
		return with(basic(), func(m *movie) {
			old := basic()
			old.moov = [][]byte{box("udta", udtaText("\xa9nam", k.secret("old-title")))}
			chunks, places := old.media()
			retired := old.movieBox(make([]int, len(chunks)), places)
			copy(retired[4:], "free")
			m.top = [][]byte{retired}
		})
	}},
	{"free", func(k *kit) []byte {
		return with(basic(), func(m *movie) {
			m.top = [][]byte{box("free", field(k.secret("free-serial"), 900)), box("skip", []byte(k.secret("skip")))}
			m.moov = [][]byte{box("free", []byte(k.secret("moov-free")))}
			m.end = [][]byte{box("free", zeros(40)), box("wide"), box("thum", []byte(k.secret("thum"))), box("what", []byte(k.secret("unknown-box")))}
		})
	}},
	{"unknown-in-trak", func(k *kit) []byte {
		return with(basic(), func(m *movie) {
			m.tracks[0].extra = [][]byte{box("vndr", []byte(k.secret("trak-vendor"))), uuidBox("00112233-4455-6677-8899-AABBCCDDEEFF", []byte(k.secret("trak-uuid")))}
			m.tracks[0].stbl = [][]byte{box("mark", []byte(k.secret("stbl-mark")))}
			m.moov = [][]byte{box("gsen", []byte(k.secret("moov-gsen")))}
		})
	}},
	{"gaps", gaps},
	{"colour", func(k *kit) []byte {
		nclx := k.stay(box("colr", []byte("nclx"), be16(1), be16(1), be16(1), []byte{0x80}))
		return with(basic(), func(m *movie) {
			m.tracks[0].entry = visualEntry("avc1", 48, 32, k.secret("compressor"), avcC(tiny), nclx, box("pasp", be32(1), be32(1)))
		})
	}},
	{"colour-icc", func(k *kit) []byte {
		return with(basic(), func(m *movie) {
			m.tracks[0].entry = visualEntry("avc1", 48, 32, "", avcC(tiny), box("colr", []byte("prof"), iccProfile(k, "")))
		})
	}},
	{"spherical", func(k *kit) []byte {
		return with(basic(), func(m *movie) {
			m.tracks[0].extra = [][]byte{uuidBox("FFCC8263-F855-4A93-8814-587A02521FDD", []byte(`<?xml version="1.0"?><rdf:SphericalVideo xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:GSpherical="http://ns.google.com/videos/1.0/spherical/"><GSpherical:Spherical>true</GSpherical:Spherical><GSpherical:Stitched>true</GSpherical:Stitched><GSpherical:StitchingSoftware>`+
				k.secret("stitching")+`</GSpherical:StitchingSoftware><GSpherical:ProjectionType>equirectangular</GSpherical:ProjectionType></rdf:SphericalVideo>`))}
			m.moov = [][]byte{vendorUdta(k)}
		})
	}},
	{"sei", func(k *kit) []byte {
		return (&movie{brand: "isom", tracks: []*track{avcTrack(tiny, tiny.talkative(k, 5)), aacTrack(21)}}).build()
	}},
	{"aac-fill", func(k *kit) []byte {
		return (&movie{brand: "isom", tracks: []*track{avcTrack(tiny, tiny.frames(5)), signed(k)}}).build()
	}},
	{"aac-fill-wave", func(k *kit) []byte {
		t := signed(k)
		t.entry = audioEntry("mp4a", 1, 16, 44100, box("wave", box("frma", []byte("mp4a")), box("mp4a", zeros(4)), esds([]byte{0x12, 0x08}), box("\x00\x00\x00\x00")))
		return (&movie{quicktime: true, tracks: []*track{t}}).build()
	}},
	{"mp3-names", func(k *kit) []byte {
		return (&movie{quicktime: true, tracks: []*track{mp3Track(k, audioEntry(".mp3", 1, 16, 44100))}}).build()
	}},
	{"mp3-names-esds", func(k *kit) []byte {
		return (&movie{brand: "isom", tracks: []*track{mp3Track(k, audioEntry("mp4a", 1, 16, 44100, esdsOf(0x6b)))}}).build()
	}},
	{"prores", func(k *kit) []byte { return (&movie{quicktime: true, tracks: []*track{proresTrack(k)}}).build() }},
	{"mjpeg-exif", func(k *kit) []byte {
		frames := mjpegFrames(4, appExif(exif(k, exifOptions{order: binary.LittleEndian})), segment(0xfe, []byte(k.secret("frame-comment"))))
		return (&movie{quicktime: true, tracks: []*track{mjpegTrack(frames...)}}).build()
	}},
}, append(soundMovies, trackMovies...)...), append(fragmentedMovies, trailerMovies...)...)

// gaps has a dashcam's positions between the chunks and their index in moov.
func gaps(k *kit) []byte {
	block := func(name string) []byte { return cat(be32(512), []byte("freeGPS "), field(k.secret(name), 500)) }
	m := basic()
	m.gaps = [][]byte{block("freegps-0"), nil, block("freegps-1"), []byte(k.secret("small-gap")), block("freegps-2")}
	first := len(box("ftyp", zeros(16))) + 8
	m.moov = [][]byte{box("gps ", be32(257), be32(1), be32(first), be32(512))}
	m.end = [][]byte{box("free", zeros(8))}
	return m.build()
}

var soundMovies = []recipe{
	{"m4a", func(k *kit) []byte {
		cover := photo(k.stay(scene(40, 40, 4)), appExif(exif(k, exifOptions{prefix: "cover-"})))
		return with(&movie{brand: "M4A ", tracks: []*track{aacTrack(40)}}, func(m *movie) { m.moov = [][]byte{itunes(k, cover, coverJPEG)} })
	}},
	{"m4a-png", func(k *kit) []byte {
		cover := pngWith(pngChunk("eXIf", exif(k, exifOptions{prefix: "cover-"})), pngChunk("tEXt", []byte("Author\x00"+k.secret("cover-author"))))
		return with(&movie{brand: "M4A ", first: true, tracks: []*track{aacTrack(40)}}, func(m *movie) { m.moov = [][]byte{itunes(k, cover, coverPNG)} })
	}},
	{"m4a-purchase", func(k *kit) []byte {
		return with(&movie{brand: "M4A ", tracks: []*track{aacTrack(40, purchase(k))}}, func(m *movie) { m.moov = [][]byte{itunes(k, nil, 0)} })
	}},
	{"m4b-chapters", func(k *kit) []byte {
		return with(&movie{brand: "M4B ", tracks: []*track{aacTrack(40)}}, func(m *movie) {
			m.moov = [][]byte{box("udta", nero(k, "The first chapter", "The second chapter"), udtaText("\xa9enc", k.secret("encoded-by")))}
		})
	}},
	{"pcm-sowt", func(k *kit) []byte { return with(quickTime(), func(m *movie) { m.moov = [][]byte{vendorUdta(k)} }) }},
	{"pcm-twos", func(k *kit) []byte {
		return with(quickTime(), func(m *movie) {
			m.tracks[1] = pcmTrack(audioEntry("twos", 2, 16, 8000), binary.BigEndian, 4000)
			m.moov = [][]byte{vendorUdta(k)}
		})
	}},
	{"pcm-v1-size-1", func(k *kit) []byte { return pcmQuirk(k, audioEntryV1("sowt", 2, 16, 8000)) }},
	{"pcm-v0-size-1", func(k *kit) []byte { return pcmQuirk(k, audioEntry("sowt", 2, 16, 8000)) }},
	{"pcm-lpcm-v2", func(k *kit) []byte {
		return with(quickTime(), func(m *movie) {
			m.tracks[1] = pcmTrack(audioEntryV2(2, 16, 8000, 0x40bf400000000000), binary.LittleEndian, 4000)
			m.moov = [][]byte{vendorUdta(k)}
		})
	}},
	{"alias", func(k *kit) []byte {
		return with(quickTime(), func(m *movie) {
			for _, t := range m.tracks {
				t.dinf = alias(k)
				t.minf = [][]byte{hdlrQT("dhlr", "alis", k.secret("data-handler"))}
			}
		})
	}},
}

// pcmQuirk is sound whose sample size QuickTime gives as 1, although a frame
// takes four bytes, with secrets in the gaps.
func pcmQuirk(k *kit, entry []byte) []byte {
	return with(quickTime(), func(m *movie) {
		m.tracks[1] = pcmTrack(entry, binary.LittleEndian, 4000)
		m.tracks[1].size = 1
		m.tracks[1].entryTail = zeros(4) // QuickTime ends a list of boxes by zeros
		m.moov = [][]byte{vendorUdta(k)}
	})
}

var trackMovies = []recipe{
	{"subtitles", func(k *kit) []byte {
		return plus(basic(), subtitles(string(k.stay([]byte("Where were you?"))), string(k.stay([]byte("At the sea.")))))
	}},
	{"subtitles-gps", func(k *kit) []byte {
		return plus(basic(), subtitles("F/2.8, SS 320, ISO 100, GPS (8.3234, 47.1234, 19), D 5.4m, "+k.secret("gps-0"), "F/2.8, SS 320, ISO 100, GPS (8.3235, 47.1235, 19), D 5.5m, "+k.secret("gps-1")))
	}},
	{"subtitles-nmea", func(k *kit) []byte {
		return plus(basic(), subtitles("$GPRMC,151617,A,4707.404,N,00819.404,E,022.4,084.4,140731,003.1,W*6A"+k.secret("nmea-0"),
			"$GPRMC,151618,A,4707.408,N,00819.412,E,022.6,084.3,140731,003.1,W*62"+k.secret("nmea-1"), "$GPRMC,151619,A,4707.411,N,00819.421,E,022.5,084.4,140731,003.1,W*6B"+k.secret("nmea-2")))
	}},
	{"gpmd", func(k *kit) []byte {
		return plus(basic(), telemetry("meta", "gpmd", zeros(4), gpmf(k, "a-"), gpmf(k, "b-")))
	}},
	{"fdsc", func(k *kit) []byte {
		return plus(basic(), telemetry("meta", "fdsc", nil, cat([]byte("GPRO"), field("HD9.01.01.50.00", 19), field(k.secret("fdsc-serial"), 64))))
	}},
	{"camm", func(k *kit) []byte { return plus(basic(), telemetry("camm", "camm", nil, camm(k))) }},
	{"mebx", func(k *kit) []byte {
		keys := box("keys", box(string(be32(1)), box("keyd", []byte("mdta"), []byte("com.apple.quicktime."+k.secret("mebx-key")))))
		value := []byte(k.secret("mebx-value"))
		return plus(quickTime(), telemetry("meta", "mebx", keys, cat(be32(8+len(value)), be32(1), value)))
	}},
	{"mett", func(k *kit) []byte {
		return plus(basic(), telemetry("meta", "mett", []byte("\x00application/"+k.secret("mett-mime")+"\x00"), []byte(k.secret("mett-sample"))))
	}},
	{"rtmd", func(k *kit) []byte {
		serial := k.secret("rtmd-serial")
		return plus(basic(), telemetry("meta", "rtmd", nil, cat(be16(0x1c), zeros(26), be16(0x8114), be16(len(serial)), []byte(serial))))
	}},
	{"djmd", func(k *kit) []byte {
		serial := k.secret("djmd-serial")
		inner := cat([]byte{0x2a, byte(len(serial))}, []byte(serial))
		outer := cat([]byte{0x0a, byte(len(inner))}, inner)
		return plus(basic(), telemetry("meta", "djmd", nil, cat([]byte{0x0a, byte(len(outer))}, outer)))
	}},
	{"unknown-track", func(k *kit) []byte {
		return plus(basic(), telemetry("zzzz", "zzzz", nil, []byte(k.secret("unknown-sample"))))
	}},
	{"time-code", func(k *kit) []byte {
		m := quickTime()
		m.tracks[0].extra = [][]byte{box("tref", box("tmcd", be32(3)))}
		return plus(m, timeCode(k))
	}},
	{"chapter-track", func(k *kit) []byte {
		m := basic()
		m.moov = [][]byte{vendorUdta(k)}
		m.tracks[0].extra = [][]byte{box("tref", box("chap", be32(3)))}
		return plus(m, chapters(string(k.stay([]byte("Departure"))), string(k.stay([]byte("Arrival")))))
	}},
	{"telemetry-referenced", func(k *kit) []byte {
		m := quickTime()
		m.first, m.co64 = true, true
		m.tracks[0].extra = [][]byte{box("tref", box("cdsc", be32(3)))}
		t := telemetry("meta", "gpmd", zeros(4), gpmf(k, "a-"), gpmf(k, "b-"), gpmf(k, "c-"))
		t.extra = [][]byte{box("tref", box("cdsc", be32(1))), box("udta", box("name", []byte(k.secret("track-name"))))}
		return plus(m, t)
	}},
	{"action-camera", func(k *kit) []byte {
		m := &movie{brand: "mp41", created: spectre, tracks: []*track{avcTrack(tiny, tiny.talkative(k, 5)), aacTrack(21)}}
		m.tracks[0].name = k.secret("handler")
		m.moov = [][]byte{goProUdta(k), uuidBox("9B630F8D-6374-40EC-8204-BC5FF5091728", []byte(k.secret("garmin")))}
		m.gaps = [][]byte{nil, []byte("GP\x06\x00\x00" + k.secret("gap"))}
		m.tail = insta360(k)
		return plus(m, telemetry("meta", "gpmd", zeros(4), gpmf(k, "a-")), telemetry("meta", "fdsc", nil, []byte("GPRO"+k.secret("fdsc"))))
	}},
}

var fragmentedMovies = []recipe{
	{"fragmented", func(k *kit) []byte {
		k.streams = true
		m := basic()
		m.moov = [][]byte{vendorUdta(k)}
		return m.fragmented(fragments{per: 2})
	}},
	{"fragmented-explicit", func(k *kit) []byte {
		k.streams = true
		m := basic()
		m.moov = [][]byte{vendorUdta(k)}
		return m.fragmented(fragments{per: 2, explicit: true, mfra: true})
	}},
	{"fragmented-events", func(k *kit) []byte {
		k.streams = true
		m := basic()
		return m.fragmented(fragments{per: 2, sidx: true, mfra: true, before: func(i int) []byte {
			clock := cat(be32(spectre+uint64(i)), be32(0xC0FFEE00+uint64(i)))
			return cat(fullBox("prft", 1, 0, be32(1), k.hide(clock), be64(uint64(i))),
				fullBox("emsg", 0, 0, []byte("urn:scte:scte35:2013:bin\x00\x00"), be32(1000), be32(0), be32(0), be32(i), []byte(k.secret("event-"+string(rune('a'+i))))))
		}})
	}},
	{"fragmented-subtitles-gps", func(k *kit) []byte {
		k.streams = true
		words := subtitles("GPS (8.3234, 47.1234, 19) "+k.secret("gps-0"), "GPS (8.3235, 47.1233, 19) "+k.secret("gps-1"), "GPS (8.3236, 47.1232, 18) "+k.secret("gps-2"), "GPS (8.3237, 47.1231, 18) "+k.secret("gps-3"))
		copy(words.entry[4:], "vnTX") // what is left of the track when its words have gone is of an unknown kind
		m := basic()
		m.tracks = append(m.tracks, words)
		return m.fragmented(fragments{per: 2})
	}},
	{"fragmented-telemetry", func(k *kit) []byte {
		k.streams = true
		m := basic()
		m.tracks = append(m.tracks, telemetry("meta", "gpmd", zeros(4), gpmf(k, "a-"), gpmf(k, "b-"), gpmf(k, "c-")))
		return m.fragmented(fragments{per: 2})
	}},
}

var trailerMovies = []recipe{
	{"trailer-red-star", func(k *kit) []byte {
		return with(basic(), func(m *movie) { m.tail = redStar(k, "AC9A58CDZ364C", "8295FF513293A") })
	}},
	{"trailer-insta360", func(k *kit) []byte { return with(basic(), func(m *movie) { m.tail = insta360(k) }) }},
	{"trailer-unknown", func(k *kit) []byte { return with(basic(), func(m *movie) { m.tail = unknownTrailer(k, 2000) }) }},
	{"trailer-zeros", func(k *kit) []byte {
		return with(basic(), func(m *movie) { m.moov = [][]byte{vendorUdta(k)}; m.tail = zeros(3000) })
	}},
}
