package samples

// Files beside pictures and films.

var gpsTracks = []recipe{
	{"gpx", func(k *kit) []byte {
		return []byte("<?xml version=\"1.0\"?>\n<gpx version=\"1.1\" creator=\"" + k.secret("creator") + "\" xmlns=\"http://www.topografix.com/GPX/1/1\">\n<trk><name>" + k.secret("name") +
			"</name><trkseg><trkpt lat=\"47.3755\" lon=\"8.54175\"><time>2031-07-14T15:16:17Z</time></trkpt></trkseg></trk>\n</gpx>\n")
	}},
	{"kml", func(k *kit) []byte {
		return []byte("<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Placemark><name>" + k.secret("home") + "</name><Point><coordinates>8.54175,47.3755</coordinates></Point></Placemark></kml>")
	}},
}

var gpsLogs = []recipe{
	{"nmea", func(k *kit) []byte {
		return []byte("$GPRMC,151617,A,4722.530,N,00832.505,E,0.1,0.0,140731,,*1C\r\n$GPTXT,01,01,02," + k.secret("serial") + "*00\r\n")
	}},
	{"fit", func(k *kit) []byte {
		words := []byte(k.secret("product"))
		return cat([]byte{14, 0x10, 0, 0}, le32(len(words)), []byte(".FIT"), zeros(2), words, zeros(2))
	}},
}

var aaes = []recipe{{"edits", func(k *kit) []byte {
	return []byte("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\"><dict>" +
		"<key>adjustmentData</key><data>" + k.secret("data") + "</data><key>adjustmentFormatIdentifier</key><string>com.apple.photo</string>" +
		"<key>adjustmentTimestamp</key><date>2031-07-14T15:16:17Z</date></dict></plist>\n")
}}}

var sonyXMLs = []recipe{{"camera", func(k *kit) []byte {
	return []byte("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<NonRealTimeMeta xmlns=\"urn:schemas-professionalDisc:nonRealTimeMeta:ver.2.00\" lastUpdate=\"2031-07-14T15:16:17+02:00\">" +
		"<Device manufacturer=\"Sony\" modelName=\"" + k.secret("model") + "\" serialNo=\"" + k.secret("serial") + "\"/></NonRealTimeMeta>\n")
}}, {"card", func(k *kit) []byte {
	return []byte("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<MediaProfile xmlns=\"http://xmlns.sony.net/pro/metadata/mediaprofile\" createdAt=\"2031-07-14T15:16:17+02:00\" version=\"2.00\">" +
		"<Properties><System systemId=\"" + k.secret("080046020112") + "\" systemKind=\"ILCE-7\"/></Properties><Contents><Material uri=\"./CLIP/C0001.MP4\" umid=\"" + k.secret("060A2B340101") + "\"/></Contents></MediaProfile>\n")
}}}

var mois = []recipe{{"film", func(k *kit) []byte {
	b := cat([]byte("V6"), be32(0x158), k.hide(cat(be16(2031), []byte{11, 29, 22, 47}, be16(31337))), be32(61000))
	b = append(b, zeros(0x158-len(b))...)
	copy(b[0x20:], k.secret("camera"))
	return b
}}}

var goPros = []recipe{{"version", func(k *kit) []byte {
	return []byte("{\n\"info version\":\"2.0\",\n\"firmware version\":\"HD9.01.01.72.00\",\n\"wifi mac\":\"" + k.secret("06416912ab34") + "\",\n\"camera type\":\"HERO9 Black\",\n\"camera serial number\":\"" +
		k.secret("C3441325112233") + "\"\n}\n")
}}}

var appleDoubles = []recipe{{"where-from", func(k *kit) []byte {
	words := []byte("com.apple.metadata:kMDItemWhereFroms " + k.secret("address"))
	return cat([]byte("\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        "), be16(2), be32(9), be32(50), be32(len(words)), be32(2), be32(50+len(words)), be32(0), words)
}}}

// develop is a setting of Camera Raw.
const develop = `xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" crs:Exposure2012="+0.35" crs:WhiteBalance="As Shot" crs:HasSettings="True"`

var sideXMPs = []recipe{
	{"words", func(k *kit) []byte { return xmp(xmpIdentity(k, "")) }},
	{"settings", func(k *kit) []byte {
		k.stay([]byte(`crs:Exposure2012="+0.35"`))
		k.stay([]byte("<rdf:li>128, 140</rdf:li>"))
		attributes, elements := xmpIdentity(k, "")
		return xmp(develop+` crs:RawFileName="`+k.secret("name")+`.nef" `+attributes, elements+
			`<crs:ToneCurvePV2012><rdf:Seq><rdf:li>0, 0</rdf:li><rdf:li>128, 140</rdf:li></rdf:Seq></crs:ToneCurvePV2012><crs:Look><rdf:Description crs:Name="`+k.secret("look")+`" crs:Amount="1"/></crs:Look>`)
	}},
}

var profiles = []recipe{{"words", func(k *kit) []byte {
	k.stay([]byte("Compensation=0.35"))
	k.stay([]byte("Curve=1;0;0;0.5;0.6;1;1;"))
	return []byte("[Version]\nAppVersion=" + k.secret("5.8") + "\nVersion=346\n\n[Exposure]\nAuto=false\nCompensation=0.35\nCurve=1;0;0;0.5;0.6;1;1;\nCurveMode=FilmLike\n\n[RAW]\nDarkFrame=/home/" + k.secret("path") +
		"/dark.nef\n\n[Exif]\nArtist=" + k.secret("artist") + "\n\n[IPTC]\nCity=" + k.secret("city") + ";\n")
}}}

var developers = []recipe{
	{"dxo", func(k *kit) []byte {
		return []byte("Sidecar = {\nDate = \"2031-07-14T15:16:17Z\",\nSoftware = \"" + k.secret("software") + "\",\n}\n")
	}},
	{"on1", func(k *kit) []byte {
		return []byte(`{"photos":{"` + k.secret("id") + `":{"metadata":{"GPSLatitude":47.3755}}}}`)
	}},
}
