package samples

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"strings"
)

const svgHead = `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" `

func svg(attributes, inside string) []byte {
	return []byte(svgHead + attributes + ` width="40" height="30">` + "\n" + inside + "\n</svg>\n")
}

const svgShape = `<path id="shape" d="M 2 2 L 30 4 L 20 25 z" fill="#c04020"/>`

var svgs = []recipe{
	{"plain", func(k *kit) []byte {
		return svg("", string(k.stay([]byte(svgShape)))+"\n<text x=\"3\" y=\"20\">Hello <tspan>there</tspan></text>")
	}},
	{"editor", func(k *kit) []byte {
		k.stay([]byte(svgShape))
		k.stay([]byte("Hello there"))
		return svg(`xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/" sodipodi:docname="`+k.secret("docname")+`" inkscape:version="1.2"`,
			`<!-- `+k.secret("comment")+` --><sodipodi:namedview id="`+k.secret("view")+`"><inkscape:grid type="`+k.secret("grid")+`"/></sodipodi:namedview>`+
				`<metadata><rdf:RDF><dc:creator>`+k.secret("creator")+`</dc:creator><dc:date a="`+k.secret("date")+`"/><!-- `+k.secret("inner")+` --></rdf:RDF></metadata>`+"\n"+svgShape+
				`<g inkscape:label="`+k.secret("label")+`" data-name="`+k.secret("data")+`"><title>`+k.secret("title")+`</title><desc>`+k.secret("desc")+`</desc><text>Hello there</text>`+k.secret("stray")+`</g>`)
	}},
	{"attributes", func(k *kit) []byte { // that no drawing has, of links, and comments of style sheets
		k.stay([]byte(svgShape))
		return svg(`aria-label="`+k.secret("label")+`" owner="`+k.secret("owner")+`" xml:base="`+k.secret("base")+`"`, `<style>/* `+k.secret("style")+` */ path { stroke: "/* */" }</style>`+
			svgShape+`<a xlink:href="#shape" xlink:title="`+k.secret("link")+`"><path d="M 52.5200,13.4050 z" style="fill:red/*`+k.secret("remark")+`*/;stroke:red"/></a>`)
	}},
	{"attributes-that-tell", odd(func(k *kit) []byte {
		return svg("", `<g id="IMG_20240131_123456" class="tanja@example.org">`+svgShape+`</g>`)
	})},
	{"illustrator", func(k *kit) []byte {
		k.stay([]byte(svgShape))
		return []byte(`<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd" [ <!ENTITY ns_ai "http://ns.adobe.com/AdobeIllustrator/10.0/"> ]>` +
			`<svg xmlns="http://www.w3.org/2000/svg" xmlns:i="&ns_ai;" i:viewOrigin="` + k.secret("origin") + `"><?xpacket ` + k.secret("instruction") + `?>` + svgShape + `<i:pgf id="a">` + k.secret("pgf") + `</i:pgf></svg>`)
	}},
	{"wide", func(k *kit) []byte {
		wide := utf16le
		k.stay(wide(svgShape))
		k.hide(wide("CANARY-author"))
		return cat([]byte("\xff\xfe"), wide(strings.Replace(string(svg("", "<!-- CANARY-author -->"+svgShape)), "UTF-8", "UTF-16", 1)))
	}},
	{"behind", func(k *kit) []byte {
		k.odd = true // nobody shows it
		return append(svg("", svgShape), k.secret("behind")...)
	}},
	{"embedded", func(k *kit) []byte {
		picture := photo(small, appExif(exif(&kit{}, exifOptions{order: little})), segment(0xfe, []byte("SECRET-in-the-picture-of-a-drawing")))
		packed := base64.StdEncoding.EncodeToString(picture)
		at := bytes.Index(picture, []byte("SECRET-in")) / 3 * 4
		k.hide([]byte(packed[at+4 : at+40]))
		k.stay([]byte(packed[len(packed)-200:]))
		return svg("", `<image width="40" height="30" xlink:href="data:image/jpeg;base64,`+packed+`"/>`)
	}},
	{"cut-short", func(k *kit) []byte {
		k.odd = true
		b := svg("", `<!-- `+k.secret("comment")+` -->`+svgShape)
		return b[:len(b)-40]
	}},
}

var svgzs = []recipe{
	{"plain", func(k *kit) []byte { return svgz(k, svg("", svgShape)) }},
	{"editor", func(k *kit) []byte {
		return svgz(k, svg("", "<!-- "+"somebody"+" -->"+svgShape))
	}},
}

func svgz(k *kit, drawing []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Name, z.Comment, z.OS = k.secret("name")+".svg", k.secret("comment"), 3
	_, _ = z.Write(drawing)
	_ = z.Close()
	return b.Bytes()
}
