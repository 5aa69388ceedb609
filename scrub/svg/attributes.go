package svg

import (
	"bytes"
	"slices"
	"strings"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/pattern"
	"untag/scrub/tags"
	"untag/scrub/words"
)

// drawn are the attributes that elements of a drawing have (SVG 1.1, appendix N; SVG 2, appendix
// "Attribute index"; and what programs of Adobe and Tiny 1.2 added).
const drawn = "accent-height|accumulate|additive|alignment-baseline|alphabetic|amplitude|arabic-form|ascent|attributeName|attributeType|azimuth|" +
	"background|background-color|baseFrequency|baseline-shift|baseProfile|bbox|begin|bias|buffered-rendering|by|calcMode|cap-height|class|clip|clip-path|clip-rule|" +
	"clipPathUnits|color|color-interpolation|color-interpolation-filters|color-profile|color-rendering|cursor|cx|cy|contentScriptType|contentStyleType|crossorigin|" +
	"d|descent|diffuseConstant|direction|display|divisor|dominant-baseline|dur|dx|dy|edgeMode|elevation|enable-background|end|exponent|externalResourcesRequired|" +
	"fill|fill-opacity|fill-rule|filter|filterPrimitiveMargins|filterRes|filterUnits|flood-color|flood-opacity|focusable|font|font-family|font-feature-settings|" +
	"font-kerning|font-size|font-size-adjust|font-stretch|font-style|font-variant|font-variant-caps|font-variant-east-asian|font-variant-ligatures|font-variant-numeric|" +
	"font-variation-settings|font-weight|format|fr|from|fx|fy|g1|g2|glyph-name|glyph-orientation-horizontal|glyph-orientation-vertical|glyphRef|gradientTransform|" +
	"gradientUnits|hanging|hatchContentUnits|hatchUnits|height|href|hreflang|horiz-adv-x|horiz-origin-x|horiz-origin-y|id|ideographic|image-rendering|in|in2|inline-size|" +
	"intercept|isolation|k|k1|k2|k3|k4|kernelMatrix|kernelUnitLength|kerning|keyPoints|keySplines|keyTimes|lang|lengthAdjust|letter-spacing|lighting-color|line-height|" +
	"limitingConeAngle|local|marker|marker-end|marker-mid|marker-start|markerHeight|markerUnits|markerWidth|mask|mask-type|mask-border|mask-border-mode|mask-border-outset|" +
	"mask-border-repeat|mask-border-slice|mask-border-source|mask-border-width|mask-clip|mask-composite|mask-image|mask-mode|mask-origin|mask-position|mask-repeat|mask-size|" +
	"maskContentUnits|maskUnits|mathematical|max|media|method|min|mix-blend-mode|mode|name|numOctaves|offset|offset-path|opacity|operator|order|orient|orientation|origin|" +
	"overflow|overflow-x|overflow-y|overline-position|overline-thickness|paint-order|panose-1|path|pathLength|patternContentUnits|patternTransform|patternUnits|pitch|" +
	"pointer-events|points|pointsAtX|pointsAtY|pointsAtZ|preserveAlpha|preserveAspectRatio|primitiveUnits|r|radius|refX|refY|rendering-intent|repeatCount|repeatDur|" +
	"requiredExtensions|requiredFeatures|requiredFonts|requiredFormats|restart|result|rotate|rx|ry|scale|seed|shape-image-threshold|shape-inside|shape-margin|shape-padding|" +
	"shape-rendering|shape-subtract|side|slope|snapshotTime|solid-color|solid-opacity|spacing|specularConstant|specularExponent|spreadMethod|startOffset|stdDeviation|stemh|" +
	"stemv|stitchTiles|stop-color|stop-opacity|strikethrough-position|strikethrough-thickness|string|stroke|stroke-alignment|stroke-dasharray|stroke-dashoffset|" +
	"stroke-linecap|stroke-linejoin|stroke-miterlimit|stroke-opacity|stroke-width|style|surfaceScale|switch|systemLanguage|tabindex|tableValues|target|targetX|targetY|" +
	"text-align|text-align-last|text-anchor|text-decoration|text-decoration-color|text-decoration-fill|text-decoration-line|text-decoration-stroke|text-decoration-style|" +
	"text-indent|text-orientation|text-overflow|text-rendering|text-transform|textLength|timelineBegin|to|transform|transform-box|transform-origin|type|u1|u2|" +
	"underline-position|underline-thickness|unicode|unicode-bidi|unicode-range|units-per-em|v-alphabetic|v-hanging|v-ideographic|v-mathematical|values|vector-effect|" +
	"version|vert-adv-y|vert-origin-x|vert-origin-y|viewBox|viewTarget|viewport-fill|viewport-fill-opacity|visibility|white-space|width|widths|word-spacing|writing-mode|" +
	"x|x-height|x1|x2|xChannelSelector|y|y1|y2|yChannelSelector|z|zoomAndPan"

// foreign are the name spaces, beside that of drawings, whose elements are drawn.
const foreign = "http://www.w3.org/1999/xhtml|http://www.w3.org/1998/Math/MathML"

// unknown tells what becomes of an attribute without a prefix that no drawing has: it goes, but not
// where it may be one of another name, or where a style tells elements apart by it.
func (d *drawing) unknown(name, in string) tags.Tag {
	prefix, _, ok := strings.Cut(in, ":")
	if !ok {
		prefix = ""
	}
	if d.wrong != "" || box.Has(drawn, name) || box.Has(foreign, d.space(prefix)) {
		return tags.Tag{}
	}
	if d.unsure || box.Nearly(name, strings.Split(drawn, "|")) || bytes.Contains(d.text, []byte("["+name)) {
		d.Doubt("an attribute that no drawing has, %s", name)
		return tags.Tag{}
	}
	kind := scrub.Unknown
	if strings.HasPrefix(name, "aria-") || name == "title" || name == "alt" {
		kind = scrub.Caption
	}
	return tags.Tag{Fate: tags.Go, Kind: kind}
}

// about are the attributes of a link that say what it is, and which nothing draws, and where the
// drawing comes from.
const about = "xlink:title|xlink:role|xlink:arcrole|xml:base"

// textual are attributes that are no coordinates.
const textual = "class|clip-path|color|fill|filter|flood-color|font-family|glyph-name|id|in|in2|lang|lighting-color|marker|mask|media|name|result|stop-color|stroke|target|type|unicode"

// numeric are attributes that are numbers, lengths and coordinates, with units and functions.
const numeric = "cx|cy|d|dx|dy|fill-opacity|font-size|fr|fx|fy|height|k1|k2|k3|k4|offset|opacity|points|r|refX|refY|rx|ry|stdDeviation|stop-opacity|stroke-dasharray|" +
	"stroke-dashoffset|stroke-miterlimit|stroke-opacity|stroke-width|viewBox|width|x|x1|x2|y|y1|y2"

var (
	word  = pattern.New(`[\pL]{3,}`)
	units = "auto|calc|clamp|cap|context|deg|env|fill|grad|inherit|initial|larger|large|max|medium|min|none|normal|path|rad|rem|revert|rlh|small|smaller|stroke|turn|unset|" +
		"var|vmax|vmin|xx|NaN|null|undefined|Infinity"
)

// telling doubts what names and texts of attributes and styles tell of somebody. The coordinates
// of a drawing look like positions.
func (d *drawing) telling(value, place string) {
	if box.Has(numeric, place) && slices.ContainsFunc(word().FindAllString(value, -1), func(w string) bool { return !box.Has(units, w) && strings.Trim(w, "MmLlHhVvCcSsQqTtAaZz") != "" }) {
		d.Doubt("%s is no number", place)
		return
	}
	if !box.Has(textual, place) && strings.Trim(value, "0123456789 \t\r\n,.;:+-eEMmLlHhVvCcSsQqTtAaZz%px()") == "" {
		return
	}
	kind := words.Tells(value)
	if kind == scrub.Person || kind == scrub.Time || kind == scrub.Device || kind == scrub.Place && box.Has(textual, place) {
		d.Doubt("%s may tell of a %s", place, kind)
	}
}

// styled doubts what the declarations of a style tell of somebody. A drawing has few, over and over.
func (d *drawing) styled(style string) {
	const most = 1 << 12
	for s := range strings.SplitSeq(style, ";") {
		if d.styles[s] {
			continue
		}
		if len(d.styles) < most {
			d.styles[s] = true
		}
		d.telling(s, "style")
	}
}

// remarks blanks what stands between the marks of a comment in a style sheet.
func (d *drawing) remarks(from, to int64, place string) {
	for b := d.text[:to]; from < to; from++ {
		switch rest := b[from:]; {
		case rest[0] == '"' || rest[0] == '\'':
			if n := bytes.IndexByte(rest[1:], rest[0]); n >= 0 {
				from += int64(n) + 1
			}
		case bytes.HasPrefix(rest, []byte("url(")):
			if n := bytes.IndexByte(rest, ')'); n >= 0 {
				from += int64(n)
			}
		case bytes.HasPrefix(rest, []byte("/*")):
			n := bytes.Index(rest[2:], []byte("*/"))
			if n < 0 {
				d.Doubt("%s has a comment without an end", place)
				return
			}
			d.blank(scrub.Comment, place+"/comment", from+2, from+2+int64(n))
			from += int64(n) + 3
		}
	}
}

// stylish tells whether an element holds a style sheet.
func stylish(name string) bool { return slices.Contains([]string{"style", "svg:style"}, name) }
