package header

import (
	"slices"

	"untag/scrub"
	"untag/scrub/bmff/box"
)

// brands claims ftyp or styp (4.3): the brand, its version, and brands that it
// is compatible with. A brand has four bytes that anybody can make up, so those
// that nobody registered become the usual one.
func (w header) brands(b box.Box, place string) error {
	const most = 256 // a brand has four bytes, and no writer lists dozens
	if b.Size() > most {
		return w.Errorf(b.Off, "box %q has %d bytes, expected %d or fewer", b.Name(), b.Len, most)
	}
	h := w.Get(b.Body(), int(b.Size()))
	whole := len(h) &^ 3
	w.Claim(b.Off, b.Head+int64(whole), scrub.Structure, place)
	if err := w.Slack(b, b.Body()+int64(whole), place); err != nil {
		return err
	}
	for at := 0; at+4 <= whole; at += 4 {
		switch {
		case at == 4:
			if v := box.Uint32(h[4:]); v >= 1<<16 && !quickTimeVersion(v) && !(string(h[:4]) == "mif3" && registered(string(h[4:8]))) { // which names the codec there
				w.Rewrite(b.Body()+4, make([]byte, 4), scrub.Software, place+"/minor_version")
			}
		case !registered(string(h[at : at+4])):
			w.Rewrite(b.Body()+int64(at), w.usual(h, at), scrub.Software, place+"/brand")
		}
	}
	return nil
}

// usual is what takes the place of a brand that nobody registered.
func (w header) usual(h []byte, at int) []byte {
	if at > 0 && registered(string(h[:4])) {
		return h[:4]
	}
	for i := 8; i+4 <= len(h) && at == 0; i += 4 {
		if b := string(h[i : i+4]); registered(b) && b != "qt  " && b != "\x00\x00\x00\x00" {
			return h[i : i+4]
		}
	}
	return []byte("isom")
}

// registered tells whether a brand is one of the MP4 registration authority's, or
// of those that programs in use write.
func registered(brand string) bool { return slices.Contains(registeredBrands, brand) }

var registeredBrands = []string{
	"\x00\x00\x00\x00", "isom", "iso2", "iso3", "iso4", "iso5", "iso6", "iso7", "iso8", "iso9", "isoa", "isob", "isoc", "mp41", "mp42", "mp71", "mp21", "avc1", "av01", "qt  ",
	"3g2a", "3g2b", "3g2c", "3ge6", "3ge7", "3ge9", "3gf9", "3gg6", "3gg9", "3gh9", "3gm9", "3gma", "3gp1", "3gp2", "3gp3", "3gp4", "3gp5", "3gp6", "3gp7", "3gp8", "3gp9", "3gr6", "3gr7", "3gr9", "3gs6", "3gs7", "3gs9", "3gt8", "3gt9", "3gtv", "3gvr", "3vra", "3vrb", "3vrm",
	"M4A ", "M4B ", "M4P ", "M4V ", "M4VH", "M4VP", "F4A ", "F4B ", "F4P ", "F4V ", "f4v ", "MSNV", "NDAS", "NDSC", "NDSH", "NDSM", "NDSP", "NDSS", "NDXC", "NDXH", "NDXM", "NDXP", "NDXS",
	"dash", "msdh", "msix", "lmsg", "risx", "sims", "sisx", "ssss", "cmfc", "cmf2", "cmff", "cmfl", "cmfs", "cmfd", "cmaf", "cfhd", "cfsd", "chdf", "chhd", "chd1", "chh1", "clg1", "clg2", "cud8", "cud1", "cud9", "cdm1", "cdm4", "chpd", "cint", "cvvc", "cvid", "cwvt", "caac", "caaa", "caac", "camc", "ca4m", "ca4s", "ceac", "cabl", "im1i", "im1t", "im2i", "im2t",
	"piff", "isml", "ccff", "iphd", "dvr1", "dvt1", "dv1a", "dv1b", "dv2a", "dv2b", "dv3a", "dv3b", "da0a", "da0b", "da1a", "da1b", "da2a", "da2b", "da3a", "da3b", "dby1", "dmb1", "db1p", "dbmp", "mpf1", "sdv ", "odcf", "opf2", "opx2", "pmff", "isc2", "hvt1", "hvce", "hvci", "hvcx",
	"mif1", "mif2", "mif3", "miaf", "msf1", "heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "avif", "avis", "avio", "avci", "avcs", "jpeg", "jpgs", "j2ki", "j2is", "vvic", "vvis", "1pic", "pred", "tmap", "unif", "geo1", "MiAn", "MiHA", "MiAB", "MiAC", "MiBu", "MiCm", "mpf1", "heif", "MSF1", "MA1A", "MA1B", "MiHB", "MiHE", "MiPr", "MPPI", "uvvu", "ifrm", "emsg", "nvr1", "relo", "pnvi", "senv", "SA22", "mj2s", "mjp2", "JP2 ", "jp2 ", "jpm ", "jpx ", "jpxb", "jpsi",
	"XAVC", "CAEP", "crx ", "niko", "caqv", "pana", "PANA", "ROSS", "ARRI", "KDDI", "LCAG", "MFSM", "MGSV", "MQT ", "SEAU", "SEBK", "vwpt", "yt4 ", "oma1", "dxo ", "kddi", "mmp4",
}

// quickTimeVersion tells whether a version is a year and month in decimal digits.
func quickTimeVersion(v uint32) bool {
	for d := v; d > 0; d >>= 4 {
		if d&15 > 9 {
			return false
		}
	}
	return v>>24 == 0x20 && v>>8&0xff <= 0x12 && v&0xff == 0
}
