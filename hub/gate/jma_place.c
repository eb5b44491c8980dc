/* jma_place.c: area codes of the weather agency → municipalities and prefectures.
 *
 * Rules:  a 7-digit code of 市町村等 is the municipality of its first five digits; other schemes by jma_areas.csv. An area that is
 *         made of municipalities (一次細分区域 …) becomes these, each with the name and code as sent.
 *         Unknown: 6 and 7 digits name the prefecture in the first two, and the area is addressed there; any other unknown code is
 *         kept without a code of ours, and the notice is addressed to the whole country (it carries no areas then): better told to too many
 *         than to nobody. Both are flagged area_unmapped.
 * Each place is built once per document and shared by all who name it.
 */
#include <stdio.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/gate/area_code.h"
#include "hub/gate/parse_jma.h"
#include "hub/gate/text_clean.h"

#define FIRST_ROOM   16 /* a power of two */
#define CODE5_DIGITS 5

struct slot {
	const char *code, *name;
	const char *scheme;
	struct hs_jma_place *place;
};

struct hs_jma_places {
	struct slot *slots;
	size_t room, count;
};

/* Source: Areas/@codeType of the telegrams. */
static const struct {
	const char *code_type, *scheme;
} schemes[] = {
	{ "気象・地震・火山情報／市町村等", "municipality" },
	{ "気象情報／府県予報区・細分区域等", "forecast" },
	{ "地震情報／細分区域", "quake" },
	{ "地震情報／都道府県等", "prefecture" },
	{ "緊急地震速報／府県予報区", "eew" },
	{ "緊急地震速報／地方予報区", "eew" },
	{ "津波予報区", "tsunami" },
	{ "沿岸地域", "tsunami" },
	{ "火山名", "volcano" },
};

/* Without a codeType, by the number of digits; three digits mean something else in each body. */
static const char *
scheme_by_form(const struct hs_jma *jma, const char *code)
{
	static const struct {
		size_t digits;
		const char *body, *scheme;
	} forms[] = { { 7, "", "municipality" }, { 6, "", "forecast" }, { 4, "seismology1", "eew" },
		{ 3, "seismology1", "quake" }, { 3, "volcanology1", "volcano" },
		{ 2, "", "prefecture" } };

	for (size_t i = 0; i < HS_COUNT(forms); i++) {
		if (strlen(code) == forms[i].digits && strstr(jma->ns, forms[i].body))
			return forms[i].scheme;
	}
	return "";
}

static const char *
scheme_of(const struct hs_jma *jma, const char *code_type, const char *code)
{
	if (!code_type || code_type[0] == '\0')
		return scheme_by_form(jma, code);
	for (size_t i = 0; i < HS_COUNT(schemes); i++) {
		if (strcmp(schemes[i].code_type, code_type) == 0)
			return schemes[i].scheme;
	}
	return code_type;
}

/* ---- the table of places ---- */

static size_t
hash(const char *scheme, const char *code, const char *name)
{
	const char *const texts[] = { scheme, code, name };
	uint64_t value = 0xcbf29ce484222325ULL; /* FNV-1a */

	for (size_t i = 0; i < HS_COUNT(texts); i++) {
		for (const char *at = texts[i]; *at; at++)
			value = (value ^ (unsigned char)*at) * 0x100000001b3ULL;
		value = (value ^ 0xFF) * 0x100000001b3ULL;
	}
	return (size_t)(value ^ value >> 32);
}

static struct slot *
slot_of(const struct hs_jma_places *places, const char *scheme, const char *code, const char *name)
{
	size_t at = hash(scheme, code, name) & (places->room - 1);

	while (places->slots[at].place && (strcmp(places->slots[at].code, code) != 0 ||
						  strcmp(places->slots[at].name, name) != 0 ||
						  strcmp(places->slots[at].scheme, scheme) != 0))
		at = (at + 1) & (places->room - 1);
	return &places->slots[at];
}

static bool
grow(struct hs_jma *jma)
{
	struct hs_jma_places *old = jma->places;
	struct hs_jma_places *grown;

	if (old && old->count * 2 < old->room)
		return true;
	grown = hs_arena_alloc(jma->arena, sizeof(*grown));
	if (!grown)
		return false;
	grown->room = old ? old->room * 2 : FIRST_ROOM;
	grown->count = old ? old->count : 0;
	grown->slots = hs_arena_alloc(jma->arena, grown->room * sizeof(grown->slots[0]));
	if (!grown->slots)
		return false;
	for (size_t i = 0; old && i < old->room; i++) {
		const struct slot *slot = &old->slots[i];

		if (slot->place)
			*slot_of(grown, slot->scheme, slot->code, slot->name) = *slot;
	}
	jma->places = grown;
	return true;
}

/* ---- one place ---- */

/* code: the arena's own. */
static void
add_area(struct hs_jma *jma, struct hs_jma_place *place, const struct slot *slot, char *code)
{
	hs_area *area = hs_message_new(jma->arena, &hansho__v1__area__descriptor);

	if (!area || !code)
		return;
	area->code = code;
	area->name = (char *)(uintptr_t)slot->name; /* the arena's own, read only from here on */
	area->source_code = (char *)(uintptr_t)slot->code;
	area->code_type = (char *)(uintptr_t)slot->scheme;
	hs_repeat(jma->arena, &place->count, &place->areas, area);
}

static void
add_copied(struct hs_jma *jma, struct hs_jma_place *place, const struct slot *slot,
	const char *code, size_t len)
{
	add_area(jma, place, slot, hs_arena_strndup(jma->arena, code, len));
}

/* codes: blank-separated; one copy serves all areas. */
static void
add_listed(
	struct hs_jma *jma, struct hs_jma_place *place, const struct slot *slot, const char *codes)
{
	char *own = hs_arena_strdup(jma->arena, codes), *rest = own;
	size_t count = 1;

	if (strcmp(codes, "*") == 0) {
		jma->whole_country = true;
		add_copied(jma, place, slot, "", 0);
		return;
	}
	for (const char *at = codes; *at; at++)
		count += *at == ' ';
	if (!own || !hs_repeat_room(jma->arena, &place->count, &place->areas, count))
		return;
	while (rest) {
		char *code = strsep(&rest, " ");

		if (code[0])
			add_area(jma, place, slot, code);
	}
}

/* The municipality of the first five digits, or the prefecture of the first two: how many digits fit. */
static const struct hs_area_row *
row_of_digits(const char *code, size_t digits)
{
	char head[CODE5_DIGITS + 1] = "";

	if (strspn(code, "0123456789") < digits || digits >= sizeof(head))
		return NULL;
	memcpy(head, code, digits);
	return hs_area_find(head);
}

static void
fill(struct hs_jma *jma, struct hs_jma_place *place, const struct slot *slot, hs_xml_node *node)
{
	const struct hs_jma_area *listed = hs_jma_area_find(slot->scheme, slot->code);
	bool municipality = strcmp(slot->scheme, "municipality") == 0;
	bool forecast = strcmp(slot->scheme, "forecast") == 0;
	const struct hs_area_row *row = NULL;

	if (listed) {
		add_listed(jma, place, slot, listed->codes);
		return;
	}
	if (municipality)
		row = row_of_digits(slot->code, CODE5_DIGITS);
	if (row && !hs_area_is_prefecture(row)) {
		add_copied(jma, place, slot, row->code, strlen(row->code));
		return;
	}
	if (strcmp(slot->scheme, "prefecture") == 0 && row_of_digits(slot->code, 2)) {
		add_copied(jma, place, slot, slot->code, 2);
		return;
	}
	hs_jma_warn(jma, HS_FINDING_AREA_UNMAPPED, node, slot->code, "area_unmapped");
	if ((municipality || forecast) && row_of_digits(slot->code, 2)) {
		add_copied(jma, place, slot, slot->code, 2);
		return;
	}
	jma->whole_country = true;
	add_copied(jma, place, slot, "", 0);
}

static bool
within_limit(struct hs_jma *jma, hs_xml_node *node)
{
	char expected[32];

	if (++jma->references <= jma->submission->limits->areas)
		return true;
	snprintf(expected, sizeof(expected), "≤ %lld", (long long)jma->submission->limits->areas);
	if (!hs_findings_has(jma->findings, HS_FINDING_TOO_MANY_AREAS))
		hs_xml_finding(jma->findings, HS_FINDING_TOO_MANY_AREAS, node, expected, "");
	return false;
}

struct hs_jma_place *
hs_jma_place(struct hs_jma *jma, const char *code_type, hs_xml_node *name, hs_xml_node *code)
{
	const char *code_text = hs_xml_peek(code), *name_text = hs_xml_peek(name);
	struct slot made, *slot;

	if (!code_text)
		code_text = hs_xml_text(jma->arena, code);
	if (!name_text)
		name_text = hs_xml_text(jma->arena, name);
	made.code = code_text ? code_text : "";
	made.name = name_text ? name_text : "";
	if (!within_limit(jma, code ? code : name) || !grow(jma))
		return NULL;
	made.scheme = scheme_of(jma, code_type, made.code);
	slot = slot_of(jma->places, made.scheme, made.code, made.name);
	if (slot->place)
		return slot->place;
	made.code = hs_arena_strdup(jma->arena, made.code);
	made.name = hs_xml_text(jma->arena, name);
	if (!made.name)
		made.name = "";
	made.scheme = hs_arena_strdup(jma->arena, made.scheme);
	made.place = hs_arena_alloc(jma->arena, sizeof(*made.place));
	if (!made.code || !made.scheme || !made.place)
		return NULL;
	fill(jma, made.place, &made, code ? code : name);
	*slot = made;
	jma->places->count++;
	return made.place;
}

void
hs_jma_address(struct hs_jma *jma, struct hs_jma_place *place)
{
	if (!place || place->addressed)
		return;
	place->addressed = true;
	(void)hs_repeat_room(jma->arena, &jma->notice->n_areas, &jma->notice->areas, place->count);
	for (size_t i = 0; i < place->count; i++) {
		if (place->areas[i]->code[0] != '\0')
			hs_repeat(jma->arena, &jma->notice->n_areas, &jma->notice->areas,
				place->areas[i]);
	}
}
