#include "adapters/broadcaster/postcode.h"

#include <jansson.h>
#include <string.h>

#include "hub/base/check.h"
#include "schemas/tables.h"

/* Bytes of one number in any script at text: 1, １, 一; 0: none. */
static size_t
digit_bytes(const char *text)
{
	static const char *const digits[] = { "一", "二", "三", "四", "五", "六", "七", "八", "九",
		"十", "０", "１", "２", "３", "４", "５", "６", "７", "８", "９" };
	if (text[0] >= '0' && text[0] <= '9')
		return 1;
	for (size_t i = 0; i < HS_COUNT(digits); i++) {
		if (text[0] == digits[i][0] && text[1] == digits[i][1] && text[2] == digits[i][2])
			return 3;
	}
	return 0;
}

/* Whether the number that begins at text is one below a town: 一丁目, 12番地, ３号, 1-2. */
static bool
is_below_town(const char *text)
{
	static const char *const units[] = { "丁目", "番", "号", "-", "－", "の", "区" };
	size_t bytes;
	while ((bytes = digit_bytes(text)) > 0)
		text += bytes;
	for (size_t i = 0; i < HS_COUNT(units); i++) {
		if (strncmp(text, units[i], strlen(units[i])) == 0)
			return true;
	}
	return text[0] == '\0';
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

/* What the towns of one municipality share. */
struct municipality {
	const char *area_code;
	const struct hs_area_row *area; /* NULL: not known */
	json_t *code, *code5;
};

static void
municipality_forget(struct municipality *own)
{
	json_decref(own->code);
	json_decref(own->code5);
}

static void
municipality_take(struct municipality *own, const char *area_code)
{
	char code5[6] = "";
	if (own->area_code != NULL && strcmp(own->area_code, area_code) == 0)
		return;
	municipality_forget(own);
	strncat(code5, area_code, 5);
	*own = (struct municipality){ area_code, hs_area_find(area_code), json_string(area_code),
		json_string(code5) };
}

/* false: it was seen before, or there is no memory. */
static bool
town_is_new(struct hs_arena *arena, json_t *seen, const char *area_code, const char *town)
{
	size_t code_bytes = strlen(area_code), town_bytes = strlen(town);
	char *key = hs_arena_alloc(arena, code_bytes + town_bytes + 2);
	if (key == NULL)
		return false;
	memcpy(key, area_code, code_bytes);
	key[code_bytes] = '|';
	memcpy(key + code_bytes + 1, town, town_bytes + 1);
	return json_object_get(seen, key) == NULL &&
	       json_object_set_new(seen, key, json_true()) == 0;
}

struct json_t *
hs_postcode_areas(
	struct hs_arena *arena, const struct hs_change_row *rows, size_t count, bool ended)
{
	json_t *list = json_array(), *seen = json_object();
	struct municipality own = { 0 };
	for (size_t i = 0; i < count; i++) {
		const struct hs_force_row *row = hs_change_area(&rows[i]);
		if ((rows[i].after == NULL) != ended)
			continue;
		municipality_take(&own, row->area_code);
		const char *town = hs_postcode_town(
			arena, row->area_name, own.area != NULL ? own.area->name : "");
		if (town == NULL || !town_is_new(arena, seen, row->area_code, town))
			continue;
		json_t *record = json_object();
		json_object_set_nocheck(record, "code5", own.code5);
		json_object_set_nocheck(record, "code", own.code);
		json_object_set_new_nocheck(record, "town", json_string(town));
		json_object_set_new_nocheck(record, "whole", json_boolean(town[0] == '\0'));
		json_array_append_new(list, record);
	}
	municipality_forget(&own);
	json_decref(seen);
	return list;
}
