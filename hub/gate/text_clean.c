/* text_clean.c: see text_clean.h. Code points: Unicode 15, categories Cc, Cf, Zl and Zp. */
#include "hub/gate/text_clean.h"

#include <stdint.h>
#include <string.h>

#include "hub/base/check.h"

struct mark_range {
	uint32_t first, last;
	bool blank; /* it parts words or lines: a blank takes its place */
};

/* By code point. */
static const struct mark_range ranges[] = {
	{ 0x7F, 0x9F, true },
	{ 0xAD, 0xAD, false },
	{ 0x61C, 0x61C, false },
	{ 0x180E, 0x180E, false },
	{ 0x200B, 0x200C, false },
	{ 0x200E, 0x200F, false },
	{ 0x2028, 0x2029, true },
	{ 0x202A, 0x202E, false },
	{ 0x2060, 0x206F, false },
	{ 0xFEFF, 0xFEFF, false },
	{ 0xFFF9, 0xFFFB, false },
	{ 0xE0000, 0xE007F, false },
};

/* Bytes of the character at text, at most left; the code point goes to code. */
static size_t
decode(const char *text, size_t left, uint32_t *code)
{
	static const uint8_t masks[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
	uint8_t lead = (uint8_t)text[0];
	size_t len = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;

	if (len > left)
		len = left;
	*code = lead & masks[len];
	for (size_t i = 1; i < len; i++)
		*code = *code << 6 | ((uint8_t)text[i] & 0x3F);
	return len;
}

static const struct mark_range *
mark_of(uint32_t code)
{
	size_t low = 0, high = HS_COUNT(ranges);

	if (code < ranges[0].first)
		return NULL;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (code > ranges[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	return low < HS_COUNT(ranges) && code >= ranges[low].first ? &ranges[low] : NULL;
}

/* Where the first mark stands; len when there is none, which is the usual case. */
static size_t
first_mark(const char *text, size_t len)
{
	uint32_t code;
	size_t step;

	for (size_t at = 0; at < len; at += step) {
		step = decode(text + at, len - at, &code);
		if (mark_of(code) != NULL)
			return at;
	}
	return len;
}

bool
hs_text_is_marked(const char *text, size_t len)
{
	return first_mark(text, len) < len;
}

size_t
hs_text_clean(char *text, size_t len)
{
	size_t kept = first_mark(text, len), step;
	uint32_t code;

	for (size_t at = kept; at < len; at += step) {
		const struct mark_range *mark;

		step = decode(text + at, len - at, &code);
		mark = mark_of(code);
		if (mark == NULL) {
			memmove(text + kept, text + at, step);
			kept += step;
		} else if (mark->blank) {
			text[kept++] = ' ';
		}
	}
	text[kept] = '\0';
	return kept;
}

void
hs_text_fold(char *text)
{
	size_t kept = 0;

	for (size_t at = 0; text[at] != '\0'; at++) {
		bool blank = strchr(" \t\r\n", text[at]) != NULL;

		if (!blank)
			text[kept++] = text[at];
		else if (kept > 0 && text[kept - 1] != ' ')
			text[kept++] = ' ';
	}
	text[kept] = '\0';
}
