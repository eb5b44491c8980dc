/* cap_words.c: see cap_words.h. */
#include "hub/gate/cap_words.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "hub/base/check.h"

/* What people read of an info. */
static const char *const texts[] = { "event", "headline", "description", "instruction" };

const char *
hs_cap_language(const struct hs_cap *cap, hs_xml_node *info)
{
	const char *language = hs_cap_text(cap, info, "language");

	return language ? language : "en-US";
}

/* ---- 12: heights ---- */

/* Feet ≥ 0; false when the text is no plain number. */
static bool
feet(const char *text, double *value)
{
	char *end;

	if (text[0] == '\0' || strspn(text, "0123456789.") != strlen(text))
		return false;
	*value = strtod(text, &end);
	return *end == '\0' && isfinite(*value);
}

static void
check_heights(struct hs_cap *cap, hs_xml_node *area, enum hs_finding_code code)
{
	hs_xml_node *high = hs_cap_child(cap, area, "ceiling");
	char *altitude = hs_cap_text(cap, area, "altitude");
	char *ceiling = hs_xml_text(cap->arena, high);
	double low_ft = 0.0, high_ft = 0.0;

	if (altitude && !feet(altitude, &low_ft))
		hs_cap_find(cap, code, hs_cap_child(cap, area, "altitude"), "≥ 0", altitude);
	else if (ceiling && !altitude)
		hs_cap_find(cap, code, high, "altitude", ceiling);
	else if (ceiling && (!feet(ceiling, &high_ft) || high_ft < low_ft))
		hs_cap_find(cap, code, high, altitude, ceiling);
}

void
hs_cap_check_altitude(struct hs_cap *cap, enum hs_finding_code code)
{
	HS_CAP_EACH(cap, cap->alert, "info", info)
	{
		HS_CAP_EACH(cap, info, "area", area)
		check_heights(cap, area, code);
	}
}

/* ---- 13: languages ---- */

/* RFC 3066: 1*8ALPHA *( "-" 1*8alphanum ) */
static bool
is_language(const char *text)
{
	size_t part = 0;
	bool first = true;

	for (; *text; text++) {
		if (*text == '-' && part > 0) {
			part = 0;
			first = false;
		} else if (++part > 8 || (first ? !isalpha((unsigned char)*text)
						: !isalnum((unsigned char)*text))) {
			return false;
		}
	}
	return part > 0;
}

void
hs_cap_check_language(struct hs_cap *cap, enum hs_finding_code code)
{
	HS_CAP_EACH(cap, cap->alert, "info", info)
	{
		if (!is_language(hs_cap_language(cap, info)))
			hs_cap_find(cap, code, hs_cap_child(cap, info, "language"), "ja",
				hs_cap_language(cap, info));
	}
}

/* Hiragana or katakana: U+3041 … U+30FF, in UTF-8 E3 81 81 … E3 83 BF. Chinese has none. */
static bool
has_kana(const char *text)
{
	for (; text && (text = strstr(text, "\xE3")) != NULL; text++) {
		if ((unsigned char)text[1] >= 0x81 && (unsigned char)text[1] <= 0x83)
			return true;
	}
	return false;
}

void
hs_cap_check_japanese(struct hs_cap *cap, enum hs_finding_code code)
{
	HS_CAP_EACH(cap, cap->alert, "info", info)
	{
		bool kana = false;

		for (size_t i = 0; i < HS_COUNT(texts) && !kana; i++)
			kana = has_kana(hs_cap_text(cap, info, texts[i]));
		if (kana && strncasecmp(hs_cap_language(cap, info), "en", 2) == 0)
			hs_cap_find(cap, code, info, "language", hs_cap_language(cap, info));
	}
}

/* ---- 14, 19, 21 ---- */

void
hs_cap_check_web(struct hs_cap *cap, enum hs_finding_code code)
{
	HS_CAP_EACH(cap, cap->alert, "info", info)
	{
		char *web = hs_cap_text(cap, info, "web");

		if (web && !hs_cap_is_absolute(web))
			hs_cap_find(cap, code, hs_cap_child(cap, info, "web"), "https://…", web);
	}
}

/* "<br />", "</p>", "&nbsp;", "&#39;" */
static bool
has_markup(const char *text)
{
	const char *close = strrchr(text, '>');

	for (; *text; text++) {
		if (*text == '<' && (isalpha((unsigned char)text[1]) || text[1] == '/') &&
			close > text)
			return true;
		if (*text == '&') {
			size_t len = strspn(text + 1,
				"#abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

			if (len > 1 && len < 10 && text[1 + len] == ';')
				return true;
		}
	}
	return false;
}

void
hs_cap_check_markup(struct hs_cap *cap, enum hs_finding_code code)
{
	HS_CAP_EACH(cap, cap->alert, "info", info)
	{
		for (size_t i = 0; i < HS_COUNT(texts); i++) {
			char *text = hs_cap_text(cap, info, texts[i]);

			if (text && has_markup(text))
				hs_cap_find(cap, code, hs_cap_child(cap, info, texts[i]), "", "");
		}
	}
}

void
hs_cap_check_certainty(struct hs_cap *cap, enum hs_finding_code code)
{
	HS_CAP_EACH(cap, cap->alert, "info", info)
	{
		char *word = hs_cap_text(cap, info, "certainty");

		if (word && strcmp(word, "Very Likely") == 0)
			hs_cap_find(
				cap, code, hs_cap_child(cap, info, "certainty"), "Likely", word);
	}
}

/* ---- 25: a drill on the wrong address ---- */

bool
hs_cap_has_word(const char *text, const char *word)
{
	size_t len = strlen(word);
	bool ascii = isalpha((unsigned char)word[0]);

	if (!ascii)
		return strstr(text, word) != NULL;
	for (const char *at = text; *at; at++) {
		if (strncasecmp(at, word, len) == 0 &&
			(at == text || !isalnum((unsigned char)at[-1])) &&
			!isalnum((unsigned char)at[len]))
			return true;
	}
	return false;
}

void
hs_cap_check_drill_words(struct hs_cap *cap, enum hs_finding_code code)
{
	static const char *const words[] = { "test", "practice", "demo", "drill", "exercise",
		"訓練", "試験", "テスト", "くんれん" };

	if (strcmp(cap->status, "Actual") != 0)
		return;
	HS_CAP_EACH(cap, cap->alert, "info", info)
	{
		for (size_t i = 0; i < HS_COUNT(texts); i++) {
			char *text = hs_cap_text(cap, info, texts[i]);

			for (size_t k = 0; text && k < HS_COUNT(words); k++) {
				if (!hs_cap_has_word(text, words[k]))
					continue;
				hs_cap_find(
					cap, code, hs_cap_child(cap, info, texts[i]), "", words[k]);
				hs_notice_flag(cap->submission->arena, cap->submission->notice,
					"drill_words");
				return;
			}
		}
	}
}
