package ends

import (
	"slices"

	"untag/scrub"
	"untag/scrub/sniff"
)

func brand(brands ...string) sniff.Func {
	var all []string
	for _, b := range brands {
		all = append(all, "????ftyp"+b)
	}
	return sniff.Like(all...)
}

// known are the boxes that stand at the top level of pictures.
var known = []string{
	"ftyp", "styp", "meta", "mdat", "imda", "moov", "moof", "mfra", "sidx", "ssix", "emsg", "pdin", "prft", "free", "skip", "wide", "uuid", // ISO/IEC 14496-12
	"mpvd", "sefd", "Exif", "xml ", "brob", "jumb", "jhgm", "jbrd", "jxll", "jxlc", "jxlp", "jxli", "JXL ",
	"jP  ", "jp2h", "jp2c", "jp2i", "uinf", "rreq", "jpch", "jplh", "asoc", "ftbl", "nlst", "ctbl", "cref", "res ", "url ",
}

// payload are the boxes without which there is no picture.
var payload = []string{"mdat", "imda", "moov", "jxlc", "jxlp", "jp2c"}

// boxes walks the boxes at the top level of an ISO BMFF medium.
func boxes(s *scrub.Scan) (end scrub.End, err error) {
	off, seen, cut := int64(0), map[string]bool{}, false
	for s.Left(off) >= 8 {
		b, err := s.Bytes(off, int(min(16, s.Left(off))))
		if err != nil {
			return end, err
		}
		n, head, kind := be32(b, 0), int64(8), string(b[4:8])
		if n == 1 && len(b) == 16 {
			n, head = be(b, 8, 8), 16
		}
		if !fourCC(b[4:]) || kind == "ftyp" && off > 12 { // another medium
			break
		}
		if !slices.Contains(known, kind) {
			return end, s.Errorf(off, "box %q", kind)
		}
		if n < head || n > s.Left(off) {
			return end, s.Errorf(off, "box %q of %d bytes, %d are left", kind, n, s.Left(off))
		}
		if kind == "jp2c" { // a codestream ends with EOC
			b, err := s.Bytes(off+n-2, 2)
			if err != nil {
				return end, err
			}
			cut = cut || string(b) != "\xff\xd9"
		}
		seen[kind] = true
		off += n
	}
	if !slices.ContainsFunc(payload, func(kind string) bool { return seen[kind] }) {
		return end, s.Errorf(off, "%d bytes that are no box, before the end of the picture", s.Left(off))
	}
	end = scrub.End{Off: off, Least: 8, More: func(off, n int64) (string, error) {
		b, err := s.Bytes(off, 8)
		if err == nil && be32(b, 0) >= 8 && be32(b, 0) <= n {
			return "a box of a name that is none", nil
		}
		return "", err
	}}
	if seen["jp2c"] && !seen["moov"] {
		end.Proof = scrub.Proven
	}
	if cut {
		end.Doubt = "the picture has no end mark"
	}
	return end, nil
}

// fourCC tells whether b starts like the id of a chunk or box.
func fourCC(b []byte) bool {
	for _, c := range b[:4] {
		if (c < ' ' || c > '~') && c != 0xa9 {
			return false
		}
	}
	return true
}
