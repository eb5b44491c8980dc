/* text_clean.c: see text_clean.h. */
#include "hub/gate/text_clean.h"

#include <stdint.h>
#include <string.h>

#include "hub/base/check.h"
#include "schemas/text_class.h"

#define MARKS_IN_A_ROW 4 /* more only cover the lines above and below */

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

/* Where a text is read. */
struct reader {
	const char *text;
	size_t len, at;
	enum hs_text_class last; /* of the last character that is kept */
	enum hs_text_class base; /* the same, without selectors and joiners */
	size_t marks;		 /* in a row */
};

enum fate { FATE_KEPT, FATE_DROPPED, FATE_BLANK, FATE_SPACE, FATE_TOLD, FATE_REFUSED };

static enum hs_text_class
class_ahead(const struct reader *reader)
{
	uint32_t code;

	if (reader->at >= reader->len)
		return HS_TEXT_KEEP;
	(void)decode(reader->text + reader->at, reader->len - reader->at, &code);
	return hs_text_class(code);
}

static enum fate
fate_when(bool kept)
{
	return kept ? FATE_KEPT : FATE_DROPPED;
}

/* reader->at is behind the character already. */
static enum fate
fate_of(const struct reader *reader, enum hs_text_class class)
{
	switch (class) {
	case HS_TEXT_DROP:
		return FATE_DROPPED;
	case HS_TEXT_BLANK:
		return FATE_BLANK;
	case HS_TEXT_SPACE:
		return FATE_SPACE;
	case HS_TEXT_REFUSE:
		return FATE_REFUSED;
	case HS_TEXT_TOLD:
		return FATE_TOLD;
	case HS_TEXT_MARK:
		return fate_when(reader->marks < MARKS_IN_A_ROW);
	case HS_TEXT_SELECTOR:
		return fate_when(
			reader->last == HS_TEXT_IDEOGRAPH || reader->last == HS_TEXT_EMOJI);
	case HS_TEXT_IVS:
		return fate_when(reader->last == HS_TEXT_IDEOGRAPH);
	case HS_TEXT_JOINER:
		return fate_when(reader->base == HS_TEXT_EMOJI && reader->last != HS_TEXT_JOINER &&
				 class_ahead(reader) == HS_TEXT_EMOJI);
	default:
		return FATE_KEPT;
	}
}

static void
remember(struct reader *reader, enum hs_text_class class)
{
	reader->marks = class == HS_TEXT_MARK ? reader->marks + 1 : 0;
	reader->last = class;
	if (class != HS_TEXT_SELECTOR && class != HS_TEXT_JOINER)
		reader->base = class;
}

/* Reads one character of *step bytes. */
static enum fate
next_fate(struct reader *reader, size_t *step)
{
	uint8_t lead = (uint8_t)reader->text[reader->at];
	enum hs_text_class class = HS_TEXT_KEEP;
	enum fate fate = FATE_KEPT;
	uint32_t code;

	*step = 1;
	if (lead >= ' ' && lead < 0x7F) { /* the usual case in markup and numbers */
		reader->at++;
		remember(reader, class);
		return fate;
	}
	*step = decode(reader->text + reader->at, reader->len - reader->at, &code);
	reader->at += *step;
	class = hs_text_class(code);
	fate = fate_of(reader, class);
	if (fate != FATE_DROPPED)
		remember(reader, class);
	return fate;
}

/* Bytes of a character that is always kept: ASCII that prints, kana, the common ideographs; 0: it has to be looked up. */
static size_t
plain_bytes(const uint8_t *at, size_t left)
{
	if (*at >= ' ' && *at < 0x7F)
		return 1;
	if (left < 3 || *at < 0xE3 || *at > 0xE9)
		return 0;
	if (*at > 0xE3) /* U+4000 … U+9FFF */
		return 3;
	/* U+3040 … U+30FF but the two voicing marks */
	return at[1] == 0x81 || at[1] == 0x83 || (at[1] == 0x82 && at[2] != 0x99 && at[2] != 0x9A)
		       ? 3
		       : 0;
}

/* Bytes that need no look, which are nearly all: up to the last such character, for what follows may depend on it. */
static size_t
plain_run(const struct reader *reader)
{
	const uint8_t *text = (const uint8_t *)reader->text;
	size_t at = reader->at, last = reader->at, step;

	while (at < reader->len && (step = plain_bytes(text + at, reader->len - at)) > 0) {
		last = at;
		at += step;
	}
	return last - reader->at;
}

void
hs_text_look(const char *text, size_t len, bool found[HS_TEXT_LOOK_COUNT])
{
	struct reader reader = { .text = text, .len = len };
	size_t step;

	while (reader.at < len) {
		reader.at += plain_run(&reader);
		enum fate fate = next_fate(&reader, &step);

		found[HS_TEXT_LOOK_MARKS] |= fate == FATE_DROPPED || fate == FATE_BLANK;
		found[HS_TEXT_LOOK_TOLD] |= fate == FATE_TOLD;
		found[HS_TEXT_LOOK_REFUSED] |= fate == FATE_REFUSED;
	}
}

size_t
hs_text_clean(char *text, size_t len)
{
	struct reader reader = { .text = text, .len = len };
	size_t kept = 0, step;

	while (reader.at < len) {
		size_t run = plain_run(&reader);

		if (run > 0 && kept != reader.at)
			memmove(text + kept, text + reader.at, run);
		kept += run;
		reader.at += run;
		enum fate fate = next_fate(&reader, &step);

		if (fate == FATE_BLANK || fate == FATE_SPACE) {
			text[kept++] = ' ';
		} else if (fate != FATE_DROPPED) {
			if (kept + step != reader.at)
				memmove(text + kept, text + reader.at - step, step);
			kept += step;
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
