#include "hub/gate/lane.h"

#include <string.h>

#include "hub/base/check.h"
#include "schemas/jma_tables.h"
#include "schemas/lalert_tables.h"

/* The Title stands behind the head of an EDXL-DE envelope, or of a SOAP one with its security header. */
#define LOOK_BYTES  8192
#define TITLE_BYTES 128

uint32_t
hs_lane_of_kind(int kind)
{
	static const struct {
		int kind;
		uint32_t lane;
	} rows[] = { { HS_KIND(CIVIL_PROTECTION), HS_PRIORITY_INSTANT },
		{ HS_KIND(EEW), HS_PRIORITY_INSTANT }, { HS_KIND(TSUNAMI), HS_PRIORITY_TSUNAMI } };

	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		if (rows[i].kind == kind)
			return rows[i].lane;
	}
	return HS_PRIORITY_NORMAL;
}

bool
hs_lane_of_word(const char *word, uint32_t *lane)
{
	static const struct {
		const char *word;
		uint32_t lane;
	} rows[] = { { "urgent", HS_PRIORITY_LEVEL5 }, { "high", HS_PRIORITY_LEVEL4 },
		{ "normal", HS_PRIORITY_NORMAL }, { "bulk", HS_PRIORITY_BULK } };

	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		if (strcmp(rows[i].word, word) == 0) {
			*lane = rows[i].lane;
			return true;
		}
	}
	return false;
}

/* What stands between the first `mark` and the next '<'; false when there is none, or it is too long. */
static bool
text_behind(const uint8_t *bytes, size_t len, const char *mark, char out[TITLE_BYTES])
{
	const uint8_t *at = memmem(bytes, len, mark, strlen(mark));
	const uint8_t *end;
	size_t text_len;

	if (at == NULL)
		return false;
	at += strlen(mark);
	end = memchr(at, '<', len - (size_t)(at - bytes));
	text_len = end == NULL ? TITLE_BYTES : (size_t)(end - at);
	if (text_len >= TITLE_BYTES)
		return false;
	memcpy(out, at, text_len);
	out[text_len] = '\0';
	return true;
}

static uint32_t
lane_of_category(const struct hs_lalert_category *row)
{
	bool order = row->kind == (int)HS_KIND(EVACUATION);

	return order ? HS_PRIORITY_LEVEL4 : hs_lane_of_kind(row->kind);
}

static uint32_t
lane_of_telegram(const struct hs_jma_telegram *row)
{
	uint32_t lane = hs_lane_of_kind(hs_enum_value(&hansho__v1__kind__descriptor, row->kind));
	uint32_t wish;

	return hs_lane_of_word(row->lane, &wish) && (wish < lane || wish == HS_PRIORITY_BULK)
		       ? wish
		       : lane;
}

static uint32_t
lane_of_title(const char *title)
{
	const struct hs_lalert_category *category = hs_lalert_category_find(title);
	const struct hs_jma_telegram *telegram;

	if (category != NULL)
		return lane_of_category(category);
	telegram = hs_jma_telegram_titled(title);
	return telegram != NULL ? lane_of_telegram(telegram) : HS_PRIORITY_NORMAL;
}

uint32_t
hs_lane_guess(const uint8_t *bytes, size_t len_bytes, bool large)
{
	size_t len = len_bytes < LOOK_BYTES ? len_bytes : LOOK_BYTES;
	char text[TITLE_BYTES];

	if (large)
		return HS_PRIORITY_BULK;
	if (text_behind(bytes, len, "Title>", text))
		return lane_of_title(text);
	if (text_behind(bytes, len, "urgency>", text) && strcmp(text, "Immediate") == 0)
		return HS_PRIORITY_LEVEL4;
	return HS_PRIORITY_NORMAL;
}
