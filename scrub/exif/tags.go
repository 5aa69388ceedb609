package exif

import "untag/scrub"

// tag is what a table knows about one tag.
type tag struct {
	name string
	kind scrub.Kind
}

// tags are those of IFD0 and the Exif IFD that give something away, by the
// names of Exif 3.0, DNG 1.7 and ExifTool. Numbers don't collide between the two.
var tags = map[uint16]tag{
	0x010D: {"DocumentName", scrub.Caption},
	0x010E: {"ImageDescription", scrub.Caption},
	0x010F: {"Make", scrub.Device},
	0x0110: {"Model", scrub.Device},
	0x011D: {"PageName", scrub.Caption},
	0x0131: {"Software", scrub.Software},
	0x0132: {"ModifyDate", scrub.Time},
	0x013B: {"Artist", scrub.Person},
	0x013C: {"HostComputer", scrub.Device},
	0x02BC: {"XMP", scrub.Unknown},
	0x4746: {"Rating", scrub.Caption},
	0x501B: {"ThumbnailData", scrub.Thumbnail},
	0x8298: {"Copyright", scrub.Caption},
	0x83BB: {"IPTC", scrub.Caption},
	0x8649: {"Photoshop", scrub.Unknown},
	0x882A: {"TimeZoneOffset", scrub.Time},
	0x9003: {"DateTimeOriginal", scrub.Time},
	0x9004: {"CreateDate", scrub.Time},
	0x9010: {"OffsetTime", scrub.Time},
	0x9011: {"OffsetTimeOriginal", scrub.Time},
	0x9012: {"OffsetTimeDigitized", scrub.Time},
	0x9286: {"UserComment", scrub.Comment},
	0x9290: {"SubSecTime", scrub.Time},
	0x9291: {"SubSecTimeOriginal", scrub.Time},
	0x9292: {"SubSecTimeDigitized", scrub.Time},
	0x935C: {"ImageSourceData", scrub.Hidden},
	0x9400: {"AmbientTemperature", scrub.Telemetry},
	0x9401: {"Humidity", scrub.Telemetry},
	0x9402: {"Pressure", scrub.Telemetry},
	0x9403: {"WaterDepth", scrub.Telemetry},
	0x9404: {"Acceleration", scrub.Telemetry},
	0x9405: {"CameraElevationAngle", scrub.Telemetry},
	0x9A00: {"XiaomiSettings", scrub.MakerNote},
	0x9C9B: {"XPTitle", scrub.Caption},
	0x9C9C: {"XPComment", scrub.Comment},
	0x9C9D: {"XPAuthor", scrub.Person},
	0x9C9E: {"XPKeywords", scrub.Caption},
	0x9C9F: {"XPSubject", scrub.Caption},
	0xA004: {"RelatedSoundFile", scrub.ID},
	0xA420: {"ImageUniqueID", scrub.ID},
	0xA430: {"OwnerName", scrub.Person},
	0xA431: {"SerialNumber", scrub.Serial},
	0xA432: {"LensInfo", scrub.Device},
	0xA433: {"LensMake", scrub.Device},
	0xA434: {"LensModel", scrub.Device},
	0xA435: {"LensSerialNumber", scrub.Serial},
	0xA436: {"ImageTitle", scrub.Caption},
	0xA437: {"Photographer", scrub.Person},
	0xA438: {"ImageEditor", scrub.Person},
	0xA439: {"CameraFirmware", scrub.Device},
	0xA43A: {"RAWDevelopingSoftware", scrub.Software},
	0xA43B: {"ImageEditingSoftware", scrub.Software},
	0xA43C: {"MetadataEditingSoftware", scrub.Software},
	0xC4A5: {"PrintIM", scrub.Unknown},
	0xC614: {"UniqueCameraModel", scrub.Device},
	0xC615: {"LocalizedCameraModel", scrub.Device},
	0xC62F: {"CameraSerialNumber", scrub.Serial},
	0xC634: {"DNGPrivateData", scrub.MakerNote},
	0xC65D: {"RawDataUniqueID", scrub.ID},
	0xC68B: {"OriginalRawFileName", scrub.ID},
	0xEA1C: {"Padding", scrub.Hidden},
	0xFDE8: {"OwnerName", scrub.Person},
	0xFDE9: {"SerialNumber", scrub.Serial},
	0xFDEA: {"Lens", scrub.Device},
	0xFE4C: {"RawFile", scrub.ID},
	0xFE4D: {"Converter", scrub.Software},
}

// gpsTags are those of the GPS IFD (Exif 3.0, 4.6.7).
var gpsTags = map[uint16]tag{
	0x01: {"GPSLatitudeRef", scrub.Place},
	0x02: {"GPSLatitude", scrub.Place},
	0x03: {"GPSLongitudeRef", scrub.Place},
	0x04: {"GPSLongitude", scrub.Place},
	0x05: {"GPSAltitudeRef", scrub.Place},
	0x06: {"GPSAltitude", scrub.Place},
	0x07: {"GPSTimeStamp", scrub.Time},
	0x08: {"GPSSatellites", scrub.Place},
	0x09: {"GPSStatus", scrub.Place},
	0x0A: {"GPSMeasureMode", scrub.Place},
	0x0B: {"GPSDOP", scrub.Place},
	0x0C: {"GPSSpeedRef", scrub.Place},
	0x0D: {"GPSSpeed", scrub.Place},
	0x0E: {"GPSTrackRef", scrub.Place},
	0x0F: {"GPSTrack", scrub.Place},
	0x10: {"GPSImgDirectionRef", scrub.Place},
	0x11: {"GPSImgDirection", scrub.Place},
	0x12: {"GPSMapDatum", scrub.Place},
	0x13: {"GPSDestLatitudeRef", scrub.Place},
	0x14: {"GPSDestLatitude", scrub.Place},
	0x15: {"GPSDestLongitudeRef", scrub.Place},
	0x16: {"GPSDestLongitude", scrub.Place},
	0x17: {"GPSDestBearingRef", scrub.Place},
	0x18: {"GPSDestBearing", scrub.Place},
	0x19: {"GPSDestDistanceRef", scrub.Place},
	0x1A: {"GPSDestDistance", scrub.Place},
	0x1B: {"GPSProcessingMethod", scrub.Place},
	0x1C: {"GPSAreaInformation", scrub.Place},
	0x1D: {"GPSDateStamp", scrub.Time},
	0x1F: {"GPSHPositioningError", scrub.Place},
}

// Known returns the name of a tag of IFD0 or the Exif IFD and the kind of thing
// that it gives away; ok is false if it gives away nothing known.
func Known(number uint16) (name string, kind scrub.Kind, ok bool) {
	t, ok := tags[number]
	return t.name, t.kind, ok
}
