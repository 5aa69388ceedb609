package exif

import (
	"fmt"

	"untag/scrub"
)

const (
	tagLatitudeRef  = 1
	tagLatitude     = 2
	tagLongitudeRef = 3
	tagLongitude    = 4
)

// gps walks the GPS IFD. Latitude and longitude are kept as degrees.
func (r *reader) gps(off int64) {
	entries, _ := r.directory(off, 0)
	for _, e := range entries {
		if e.tag == 0 { // GPSVersionID
			r.block.Others++
			continue
		}
		if e.tag == tagLatitude || e.tag == tagLongitude {
			r.add(gpsIFD, e, known()["GPS"][uint64(e.tag)], r.degrees(e))
			continue
		}
		r.known(gpsIFD, e)
	}
}

// degrees shows degrees, minutes and seconds as decimal degrees.
func (r *reader) degrees(e raw) string {
	b := r.bytes(e.off, int(min(e.size, 24)))
	if e.kind != 5 && e.kind != 10 || len(b) != 24 {
		return r.value(e)
	}
	sum, unit := 0.0, 1.0
	for ; len(b) > 0; b = b[8:] {
		if d := r.order.Uint32(b[4:]); d != 0 {
			sum += float64(r.order.Uint32(b)) / float64(d) / unit
		}
		unit *= 60
	}
	return fmt.Sprintf("%.6f", sum)
}

// position joins latitude and longitude and their references to one finding.
func (b *Block) position() (scrub.Finding, bool) {
	var at [tagLongitude + 1]*Entry
	for i := range b.Entries {
		if e := &b.Entries[i]; e.IFD == gpsIFD && e.Tag <= tagLongitude {
			at[e.Tag] = e
		}
	}
	lat, lon := at[tagLatitude], at[tagLongitude]
	if lat == nil || lon == nil {
		return scrub.Finding{}, false
	}
	value := signed(lat.Value, at[tagLatitudeRef], "S") + ", " + signed(lon.Value, at[tagLongitudeRef], "W")
	return scrub.Finding{Kind: scrub.Place, Place: gpsIFD, Off: lat.Off, Len: lat.Len, Value: value}, true
}

func signed(degrees string, ref *Entry, negative string) string {
	if ref != nil && ref.Value == negative {
		return "-" + degrees
	}
	return degrees
}
