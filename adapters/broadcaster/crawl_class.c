/* crawl_class.c: see crawl_class.h. */
#include "adapters/broadcaster/crawl_class.h"

#include "hub/base/check.h"
#include "schemas/text_class.h"

static bool
is_continuation(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

size_t
hs_crawl_decode(const char *text, uint32_t *code)
{
	unsigned char lead = (unsigned char)text[0];
	size_t len = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
	static const uint8_t lead_bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t value = lead & lead_bits[len];
	for (size_t i = 1; i < len; i++) {
		if (!is_continuation(text[i])) {
			*code = lead;
			return 1;
		}
		value = value << 6 | ((unsigned char)text[i] & 0x3f);
	}
	*code = value;
	return len;
}

struct range {
	uint32_t from, to;
};

static bool
in_ranges(uint32_t code, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (code >= ranges[i].from && code <= ranges[i].to)
			return true;
	}
	return false;
}

static bool
is_combining(uint32_t code)
{
	static const struct range ranges[] = {
		{ 0x0300, 0x036f },
		{ 0x200d, 0x200d },
		{ 0x3099, 0x309a },
		{ 0xfe00, 0xfe0f },
		{ 0xe0100, 0xe01ef },
	};
	return in_ranges(code, ranges, HS_COUNT(ranges));
}

bool
hs_crawl_is_dropped(uint32_t code)
{
	return hs_text_class(code) == HS_TEXT_DROP;
}

uint8_t
hs_crawl_width_of(uint32_t code)
{
	if (is_combining(code))
		return 0;
	bool half = code < 0x80 || (code >= 0xff61 && code <= 0xff9f);
	return half ? 1 : 2;
}

/* 行末禁則: ([{«‘‚“„‹〈《「『【〔〖〘〚〝（＜［｛｟｢ */
static const uint32_t opening[] = { 0x0028, 0x005b, 0x007b, 0x00ab, 0x2018, 0x201a, 0x201c, 0x201e,
	0x2039, 0x3008, 0x300a, 0x300c, 0x300e, 0x3010, 0x3014, 0x3016, 0x3018, 0x301a, 0x301d,
	0xff08, 0xff1c, 0xff3b, 0xff5b, 0xff5f, 0xff62 };
/* 行頭禁則: !),.:;?]}»’”›‥…‐–‼⁇⁈⁉、。々〉》」』】〕〗〙〛〜〞〟゠〻ぁぃぅぇぉっゃゅょゎゕゖ゛゜ゝゞァィゥェォッャュョヮヵヶ・ーヽヾ！），．：；＞？］｝～｠｡｣､･ｧｨｩｪｫｬｭｮｯｰﾞﾟ, blanks, ㇰ to ㇿ */
static const uint32_t closing[] = { 0x0020, 0x0021, 0x0029, 0x002c, 0x002e, 0x003a, 0x003b, 0x003f,
	0x005d, 0x007d, 0x00bb, 0x2010, 0x2013, 0x2019, 0x201d, 0x2025, 0x2026, 0x203a, 0x203c,
	0x2047, 0x2048, 0x2049, 0x3000, 0x3001, 0x3002, 0x3005, 0x3009, 0x300b, 0x300d, 0x300f,
	0x3011, 0x3015, 0x3017, 0x3019, 0x301b, 0x301c, 0x301e, 0x301f, 0x303b, 0x3041, 0x3043,
	0x3045, 0x3047, 0x3049, 0x3063, 0x3083, 0x3085, 0x3087, 0x308e, 0x3095, 0x3096, 0x309b,
	0x309c, 0x309d, 0x309e, 0x30a0, 0x30a1, 0x30a3, 0x30a5, 0x30a7, 0x30a9, 0x30c3, 0x30e3,
	0x30e5, 0x30e7, 0x30ee, 0x30f5, 0x30f6, 0x30fb, 0x30fc, 0x30fd, 0x30fe, 0x31f0, 0x31f1,
	0x31f2, 0x31f3, 0x31f4, 0x31f5, 0x31f6, 0x31f7, 0x31f8, 0x31f9, 0x31fa, 0x31fb, 0x31fc,
	0x31fd, 0x31fe, 0x31ff, 0xff01, 0xff09, 0xff0c, 0xff0e, 0xff1a, 0xff1b, 0xff1e, 0xff1f,
	0xff3d, 0xff5d, 0xff5e, 0xff60, 0xff61, 0xff63, 0xff64, 0xff65, 0xff67, 0xff68, 0xff69,
	0xff6a, 0xff6b, 0xff6c, 0xff6d, 0xff6e, 0xff6f, 0xff70, 0xff9e, 0xff9f };

/* set: rising. */
static bool
stands_in(const uint32_t *set, size_t count, uint32_t code)
{
	size_t low = 0, high = count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (set[middle] < code)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && set[low] == code;
}

enum hs_crawl_class
hs_crawl_class_of(uint32_t code)
{
	if (code >= 0x4e00 && code <= 0x9fff)
		return HS_CRAWL_PLAIN; /* most of a text */
	if (is_combining(code))
		return HS_CRAWL_COMBINING;
	if (stands_in(opening, HS_COUNT(opening), code))
		return HS_CRAWL_OPENING;
	if (stands_in(closing, HS_COUNT(closing), code))
		return HS_CRAWL_CLOSING;
	bool digit_full = code >= 0xff10 && code <= 0xff19;
	return code < 0x80 || digit_full ? HS_CRAWL_LATIN : HS_CRAWL_PLAIN;
}

bool
hs_crawl_separates(uint32_t code)
{
	/* blanks, ),]、。〉》」』】〕〗〙〛・），．］｝｠｡｣､･ */
	static const uint32_t set[] = { 0x0020, 0x0029, 0x002c, 0x005d, 0x3000, 0x3001, 0x3002,
		0x3009, 0x300b, 0x300d, 0x300f, 0x3011, 0x3015, 0x3017, 0x3019, 0x301b, 0x30fb,
		0xff09, 0xff0c, 0xff0e, 0xff3d, 0xff5d, 0xff60, 0xff61, 0xff63, 0xff64, 0xff65 };
	return stands_in(set, HS_COUNT(set), code);
}

static bool
is_hiragana(uint32_t code)
{
	return code >= 0x3041 && code <= 0x309f;
}

bool
hs_crawl_ends_name(uint32_t last, uint32_t next)
{
	static const uint32_t endings[] = { 0x533a, 0x57df, 0x5e02, 0x5e9c, 0x6751, 0x753a, 0x76ee,
		0x770c, 0x9053, 0x90e1, 0x90fd }; /* 区域市府村町県目都郡道 */
	if (is_hiragana(last))
		return !is_hiragana(next);
	/* 市町村, 京都府 and 地区 are one */
	return stands_in(endings, HS_COUNT(endings), last) &&
	       !stands_in(endings, HS_COUNT(endings), next);
}
