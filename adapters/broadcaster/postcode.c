#include "adapters/broadcaster/postcode.h"

#include <string.h>

#include "adapters/broadcaster/broadcaster_encode.h"
#include "adapters/broadcaster/seen.h"
#include "hub/base/check.h"
#include "schemas/json_put.h"
#include "schemas/tables.h"

/* Bytes of one number in any script at text: 1, １, 一; 0: none. */
static size_t
digit_bytes(const char *text)
{
	static const char *const digits[] = { "一", "二", "三", "四", "五", "六", "七", "八", "九",
		"十" };
	if (text[0] >= '0' && text[0] <= '9')
		return 1;
	if (text[0] == '\xef') /* full-width digits: EF BC 90 to EF BC 99 */
		return text[1] == '\xbc' && text[2] >= '\x90' && text[2] <= '\x99' ? 3 : 0;
	if (text[0] != '\xe4' && text[0] != '\xe5') /* as all of `digits` begin */
		return 0;
	for (size_t i = 0; i < HS_COUNT(digits); i++) {
		if (text[0] == digits[i][0] && text[1] == digits[i][1] && text[2] == digits[i][2])
			return 3;
	}
	return 0;
}

static bool
begins_with_one_of(const char *text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strncmp(text, words[i], strlen(words[i])) == 0)
			return true;
	}
	return false;
}

/* Behind a number, 番 counts houses; in front of a letter it is a part of a name: 七番丁, 二番町, 一番堀. */
static bool
is_house_number(const char *text)
{
	static const char *const behind[] = { "・", "、", "，", ",", "～", "〜", "-", "－", "（",
		"(", " ", "　", "から" };
	size_t own = strlen("番");
	if (strncmp(text, "番", own) != 0)
		return false;
	text += own;
	return text[0] == '\0' || digit_bytes(text) > 0 ||
	       begins_with_one_of(text, behind, HS_COUNT(behind));
}

/* A number in figures may also stand without a unit: 八幡町2-3, 北町1の2, 北町1. One in words is then a part of the name: 三の丸. */
static bool
is_bare_number(const char *text)
{
	static const char *const dashes[] = { "-", "－" };
	size_t own = strlen("の");
	return text[0] == '\0' || begins_with_one_of(text, dashes, HS_COUNT(dashes)) ||
	       (strncmp(text, "の", own) == 0 && digit_bytes(text + own) > 0);
}

/* Whether the number that begins at text is one below a town: 一丁目, 12番地, ３号, 1-2. In doubt it is a part of the name: a
 * town that no table has is taken as its whole municipality, one cut short could be another town. */
static bool
is_below_town(const char *text)
{
	static const char *const units[] = { "丁目", "番地", "号" };
	bool figures = true;
	size_t bytes;
	while ((bytes = digit_bytes(text)) > 0) {
		figures =
			figures && (unsigned char)text[0] != 0xe4 && (unsigned char)text[0] != 0xe5;
		text += bytes;
	}
	return begins_with_one_of(text, units, HS_COUNT(units)) || is_house_number(text) ||
	       (figures && is_bare_number(text));
}

static bool
is_bracket(const char *text)
{
	return text[0] == '(' || strncmp(text, "（", 3) == 0 || strncmp(text, "【", 3) == 0;
}

static size_t
town_bytes(const char *name)
{
	size_t len = 0;
	while (name[len] != '\0') {
		bool number = len > 0 && digit_bytes(name + len) > 0;
		if (len > 0 && is_bracket(name + len))
			break;
		if (number && is_below_town(name + len))
			break;
		len++;
		while (((unsigned char)name[len] & 0xc0) == 0x80)
			len++;
	}
	return len;
}

const char *
hs_postcode_town(struct hs_arena *arena, const char *area_name, const char *municipality)
{
	size_t own = strlen(municipality);
	if (own > 0 && strncmp(area_name, municipality, own) == 0)
		area_name += own;
	if (area_name[0] == '\0' || strcmp(area_name, "全域") == 0)
		return "";
	size_t len = town_bytes(area_name);
	char *out = hs_arena_alloc(arena, 3 * len + 1);
	size_t used = 0;
	for (size_t i = 0; out != NULL && i < len; i++) {
		if (area_name[i] >= '0' && area_name[i] <= '9') {
			memcpy(out + used, "\xef\xbc", 2);
			out[used + 2] = (char)(0x90 + (area_name[i] - '0'));
			used += 3;
		} else {
			out[used++] = area_name[i];
		}
	}
	if (out != NULL)
		out[used] = '\0';
	return out;
}

/* The town of a row; *area is the one of the row before, or NULL: rows come by municipality. */
static const char *
town_of(struct hs_arena *arena, const struct hs_force_row *row, const struct hs_area_row **area)
{
	if (*area == NULL || strcmp((*area)->code, row->area_code) != 0)
		*area = hs_area_find(row->area_code);
	return hs_postcode_town(arena, row->area_name, *area != NULL ? (*area)->name : "");
}

/* Towns of which something stands; false: the arena is full. */
static bool
standing_add(struct hs_arena *arena, struct hs_seen *standing, const struct hs_change_row *rows,
	size_t count)
{
	const struct hs_area_row *area = NULL;
	bool good = hs_seen_begin(standing, arena, count);
	for (size_t i = 0; good && i < count; i++) {
		const char *town =
			rows[i].after != NULL ? town_of(arena, rows[i].after, &area) : "";
		good = town != NULL;
		if (good && rows[i].after != NULL)
			hs_seen_add(standing, rows[i].after->area_code, town, "");
	}
	return good;
}

/* A town is over only when nothing of it stands, nor its whole municipality. */
static bool
is_standing(const struct hs_seen *standing, const char *code, const char *town)
{
	return hs_seen_has(standing, code, town, "") || hs_seen_has(standing, code, "", "");
}

void
hs_postcode_put_areas(struct hs_arena *arena, struct hs_buf *out, const char *key,
	const struct hs_change_row *rows, size_t count, bool ended)
{
	struct hs_seen seen, standing;
	const char *code = ""; /* of the row before */
	const struct hs_area_row *area = NULL;
	size_t codes_from = 0, codes_to = 0; /* the members that its towns share */
	hs_json_open(out, key, '[');
	bool good = hs_seen_begin(&seen, arena, count) &&
		    (!ended || standing_add(arena, &standing, rows, count));
	for (size_t i = 0; good && i < count; i++) {
		const struct hs_force_row *row = hs_change_area(&rows[i]);
		if ((rows[i].after == NULL) != ended)
			continue;
		bool same = codes_to > 0 && strcmp(code, row->area_code) == 0;
		code = row->area_code;
		const char *town = town_of(arena, row, &area);
		codes_to = same ? codes_to : 0;
		if (town == NULL || (ended && is_standing(&standing, code, town)) ||
			!hs_seen_add(&seen, code, town, ""))
			continue;
		hs_json_open(out, NULL, '{');
		if (codes_to > 0) {
			hs_json_again(out, codes_from, codes_to);
		} else {
			codes_from = out->len_bytes;
			hs_broadcast_put_code5(out, code);
			hs_json_put_text(out, "code", code);
			codes_to = out->len_bytes;
		}
		hs_json_put_text(out, "town", town);
		hs_json_put_bool(out, "whole", town[0] == '\0');
		hs_json_close(out, '}');
	}
	hs_json_close(out, ']');
}
