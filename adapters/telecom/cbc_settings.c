#include "adapters/telecom/cbc_settings.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "adapters/telecom/telecom_settings.h"
#include "hub/base/check.h"
#include "hub/base/look.h"
#include "schemas/tables.h"

#define B(member) offsetof(struct hs_cbc, member)
#define I(member) offsetof(struct hs_cbc_id, member)

static const struct hs_config_item id_items[] = {
	{ "use", HS_CONFIG_ENUM, I(use),
		"level5 level4 level3 other earthquake tsunami drill etws_drill canary", 0, 0, NULL,
		"What is broadcast under it.", NULL },
	{ "id", HS_CONFIG_INT, I(id), "message id", 1, 65535, NULL,
		"Message identifier of TS 23.041, one that is for this use.", NULL },
	{ "second_id", HS_CONFIG_INT, I(second_id), "message id", 0, 65535, "0",
		"Identifier of the same text in the second language; 0: none.", NULL },
};
static const struct hs_config_record id_record = { id_items, HS_COUNT(id_items),
	sizeof(struct hs_cbc_id) };

static const struct hs_config_item cbc_items[] = {
	{ "name", HS_CONFIG_TEXT, B(name), "text", 1, 32, NULL,
		"Short name of the centre: letters, digits, - and _.", NULL },
	{ "live_url", HS_CONFIG_TEXT, B(live_url), "url", 0, 1024, "",
		"Its ECBE REST interface for live messages, up to and with /api/ecbe/v1; empty: "
		"none.",
		NULL },
	{ "drill_url", HS_CONFIG_TEXT, B(drill_url), "url", 0, 1024, "",
		"The same for drills, which only an identifier for drills lets out; empty: none.",
		NULL },
	{ "cbe_name", HS_CONFIG_TEXT, B(cbe_name), "text", 1, 64, "hansho",
		"The name by which the centre knows this sender.", NULL },
	{ "category", HS_CONFIG_ENUM, B(category), "normal high_priority background", 0, 0,
		"high_priority", "Category of every message.", NULL },
	{ "areas", HS_CONFIG_TEXTS, B(areas), "area codes", 1, 256, NULL,
		"The places that its network covers, as codes of prefectures (2 digits) or "
		"municipalities: each message goes to the whole network, so nothing else may be "
		"sent "
		"there.",
		NULL },
	{ "repetition_period", HS_CONFIG_INT, B(repetition_period), "periods", 0, 4095, "5",
		"How often a message is repeated; the centre counts seconds (4G, 5G) or 1.883 s.",
		NULL },
	{ "num_of_bcast", HS_CONFIG_INT, B(num_of_bcast), "broadcasts", 0, 65535, "0",
		"How often a message is broadcast; 0: until it is deleted.", NULL },
	{ "pages_max", HS_CONFIG_INT, B(pages_max), "pages", 1, 15, "8",
		"Longest text in pages of 41 characters; most phones show nothing until all are "
		"in.",
		NULL },
	{ "second_language", HS_CONFIG_ENUM, B(second_language), "none en ja-x-easy", 0, 0, "none",
		"Second language of orders, under second_id.", NULL },
	{ "ids", HS_CONFIG_LIST, B(ids), "", 1, 32, NULL,
		"Which identifier stands for what; what is not in it is not broadcast.",
		&id_record },
	{ "canary", HS_CONFIG_BOOL, B(canary), "", 0, 0, "true",
		"Whether the way to the centre is proven by canaries; false: it stays unproven.",
		NULL },
	{ "post_timeout_ms", HS_CONFIG_INT, B(times.post_timeout_ms), "ms", 100, 120000, "20000",
		"How long a POST may take: with no peer osmo-cbc answers after 15 s.", NULL },
	{ "delete_timeout_ms", HS_CONFIG_INT, B(times.delete_timeout_ms), "ms", 100, 120000,
		"17000",
		"How long a DELETE of what stands may take: 10 to 15 s while a peer is away. One "
		"of "
		"what may not be there has 5 s at most.",
		NULL },
	{ "deadline_ms", HS_CONFIG_INT, B(times.deadline_ms), "ms", 0, 604800000, "0",
		"A message that the centre did not take by then has expired; 0: max_age_ms "
		"decides.",
		NULL },
	{ "etws_deadline_ms", HS_CONFIG_INT, B(times.etws_deadline_ms), "ms", 1000, 3600000,
		"60000", "The same for primary warnings of an earthquake.", NULL },
	{ "ensure_ms", HS_CONFIG_INT, B(times.ensure_ms), "ms", 0, 86400000, "60000",
		"How often what should stand is posted again, which changes nothing (409) unless "
		"the "
		"centre was restarted; 0: never.",
		NULL },
	{ "renew_ms", HS_CONFIG_INT, B(times.renew_ms), "ms", 0, 86400000, "600000",
		"How often what stands is deleted and posted with the same serial number, for base "
		"stations that came later; phones keep still; 0: never.",
		NULL },
	{ "repost_age_ms", HS_CONFIG_INT, B(times.repost_age_ms), "ms", 0, 604800000, "1800000",
		"After a start of this adapter: what was accepted longer ago is not posted again "
		"although it is in force; keep it near max_age_ms, so that nothing old rings.",
		NULL },
	{ "end_period_s", HS_CONFIG_INT, B(times.end_period_s), "s", 10, 65535, "900",
		"How long a lift or cancel is broadcast.", NULL },
	{ "etws_period_s", HS_CONFIG_INT, B(times.etws_period_s), "s", 1, 65535, "60",
		"How long a primary warning is broadcast.", NULL },
};
const struct hs_config_record hs_cbc_record = { cbc_items, HS_COUNT(cbc_items),
	sizeof(struct hs_cbc) };

static const struct hs_cbc_id *
row_of(const struct hs_cbc *cbc, enum hs_cbc_use use)
{
	const struct hs_cbc_id *ids = cbc->ids.items;
	for (size_t i = 0; i < cbc->ids.count; i++)
		if (ids[i].use == (int)use)
			return &ids[i];
	return NULL;
}

uint16_t
hs_cbc_id_of(const struct hs_cbc *cbc, enum hs_cbc_use use, bool second)
{
	const struct hs_cbc_id *row = row_of(cbc, use);
	if (!row)
		return 0;
	return (uint16_t)(second ? row->second_id : row->id);
}

enum hs_cbc_use
hs_cbc_use_of(int mode, uint32_t loudness)
{
	static const enum hs_cbc_use uses[] = { HS_CBC_OTHER, HS_CBC_OTHER, HS_CBC_OTHER,
		HS_CBC_LEVEL3, HS_CBC_LEVEL4, HS_CBC_LEVEL5, HS_CBC_LEVEL5 };
	if (mode != HS_MODE(LIVE))
		return HS_CBC_DRILL;
	return loudness < HS_COUNT(uses) ? uses[loudness] : HS_CBC_LEVEL5;
}

bool
hs_cbc_covers(const struct hs_cbc *cbc, const char *area_code)
{
	for (size_t i = 0; i < cbc->areas.count; i++)
		if (hs_area_within(area_code, cbc->areas.items[i]))
			return true;
	return false;
}

const char *
hs_cbc_category(const struct hs_cbc *cbc)
{
	static const char *const words[] = { "normal", "high_priority", "background" };
	return words[cbc->category];
}

const char *
hs_cbc_language_tag(enum hs_cbc_language language)
{
	static const char *const tags[] = { "ja", "en", "ja-x-easy" };
	return tags[language];
}

/* ---- the second look ---- */

#define USE(name) (1u << HS_CB_USE_##name)
#define TEXT_USES (USE(ALERT) | USE(OPERATOR))
#define TEST_USES (USE(TEST) | USE(EXERCISE) | USE(OPERATOR))

/* What kind of identifier each use may have. */
static const struct {
	const char *word;
	unsigned allowed;
	const char *what;
	bool drill;
} uses[HS_CBC_USE_COUNT] = {
	[HS_CBC_LEVEL5] = { "level5", TEXT_USES, "one for alerts", false },
	[HS_CBC_LEVEL4] = { "level4", TEXT_USES, "one for alerts", false },
	[HS_CBC_LEVEL3] = { "level3", TEXT_USES, "one for alerts", false },
	[HS_CBC_OTHER] = { "other", TEXT_USES, "one for alerts", false },
	[HS_CBC_EARTHQUAKE] = { "earthquake", USE(ETWS), "4352, 4354 or 4356", false },
	[HS_CBC_TSUNAMI] = { "tsunami", USE(ETWS), "4353, 4354 or 4356", false },
	[HS_CBC_DRILL] = { "drill", TEST_USES, "one for tests or exercises", true },
	[HS_CBC_ETWS_DRILL] = { "etws_drill", USE(ETWS_TEST), "4355", true },
	[HS_CBC_CANARY] = { "canary", TEST_USES, "one that phones do not show", true },
};

static enum hs_err
look_one(const struct hs_cbc *cbc, int use, int64_t id, bool second, char why[HS_CONFIG_WHY])
{
	const struct hs_cb_id_row *row = hs_cb_id_find((uint16_t)id);
	if (!row || !(uses[use].allowed & (1u << row->use)))
		return hs_look_refuse(why,
			"cbc %.32s: %s %lld is %.80s, not for %s; take %s "
			"(schemas/tables/cb_message_ids.csv)",
			cbc->name, second ? "second_id" : "id", (long long)id,
			row ? row->meaning : "in no table", uses[use].word, uses[use].what);
	if (row->use != HS_CB_USE_OPERATOR && row->additional != second)
		return hs_look_refuse(why,
			"cbc %.32s: %lld is %s further languages; swap id and second_id of %s",
			cbc->name, (long long)id, second ? "not for" : "for", uses[use].word);
	return HS_OK;
}

/* One place holds one text in one language. */
static bool
crossed(const struct hs_cbc_id *a, const struct hs_cbc_id *b)
{
	return a->id == b->second_id || b->id == a->second_id;
}

static bool
share(const struct hs_cbc_id *a, const struct hs_cbc_id *b)
{
	return a->id == b->id || (a->second_id != 0 && a->second_id == b->second_id);
}

/* Live identifiers and those of drills and canaries are never the same, nor those of texts and primary warnings. */
static enum hs_err
look_pair(const struct hs_cbc *cbc, const struct hs_cbc_id *a, const struct hs_cbc_id *b,
	char why[HS_CONFIG_WHY])
{
	bool apart = uses[a->use].drill != uses[b->use].drill || a->use == HS_CBC_CANARY ||
		     b->use == HS_CBC_CANARY;
	if (a->use == b->use)
		return hs_look_refuse(why, "cbc %.32s: two rows of ids are for %s; keep one",
			cbc->name, uses[a->use].word);
	if (crossed(a, b) || (apart && share(a, b)))
		return hs_look_refuse(why,
			"cbc %.32s: %s and %s have the same identifier; give each its own",
			cbc->name, uses[a->use].word, uses[b->use].word);
	return HS_OK;
}

static enum hs_err
look_ids(const struct hs_cbc *cbc, char why[HS_CONFIG_WHY])
{
	const struct hs_cbc_id *ids = cbc->ids.items;
	enum hs_err err = HS_OK;
	for (size_t i = 0; err == HS_OK && i < cbc->ids.count; i++) {
		err = look_one(cbc, ids[i].use, ids[i].id, false, why);
		if (err == HS_OK && ids[i].second_id != 0)
			err = look_one(cbc, ids[i].use, ids[i].second_id, true, why);
		if (err == HS_OK && ids[i].id == ids[i].second_id)
			err = hs_look_refuse(why,
				"cbc %.32s: id and second_id of %s are the same; a second "
				"language needs its own",
				cbc->name, uses[ids[i].use].word);
		for (size_t j = 0; err == HS_OK && j < i; j++)
			err = look_pair(cbc, &ids[j], &ids[i], why);
	}
	if (err == HS_OK && cbc->second_language != HS_CBC_JA &&
		!hs_cbc_id_of(cbc, HS_CBC_LEVEL4, true) && !hs_cbc_id_of(cbc, HS_CBC_DRILL, true))
		return hs_look_refuse(why,
			"cbc %.32s: second_language needs a second_id in ids; give one for level4",
			cbc->name);
	return err;
}

static enum hs_err
look_cbc(const struct hs_cbc *cbc, char why[HS_CONFIG_WHY])
{
	for (const char *at = cbc->name; *at; at++)
		if (!isalnum((unsigned char)*at) && *at != '-' && *at != '_')
			return hs_look_refuse(why,
				"cbc %.32s: its name may hold letters, digits, - and _ only",
				cbc->name);
	if (hs_look_deadline("cbc", cbc->name, "deadline_ms", cbc->times.deadline_ms, why) != HS_OK)
		return HS_ERR_CONFIG;
	for (size_t i = 0; i < cbc->areas.count; i++)
		if (!hs_area_known(cbc->areas.items[i]))
			return hs_look_refuse(why,
				"cbc %.32s: areas: %.20s is no code of a prefecture or "
				"municipality",
				cbc->name, cbc->areas.items[i]);
	if (cbc->live_url[0] != '\0' && strcmp(cbc->live_url, cbc->drill_url) == 0 &&
		!hs_cbc_id_of(cbc, HS_CBC_DRILL, false))
		return hs_look_refuse(why,
			"cbc %.32s: live_url and drill_url are the same, and ids has none for "
			"drills; "
			"give one, or leave drill_url out",
			cbc->name);
	return look_ids(cbc, why);
}

enum hs_err
hs_cbc_look(const struct hs_telecom_settings *settings, char why[HS_CONFIG_WHY])
{
	const struct hs_cbc *cbcs = settings->cbcs.items;
	const struct hs_carrier *carriers = settings->carriers.items;
	enum hs_err err = HS_OK;
	for (size_t i = 0; err == HS_OK && i < settings->cbcs.count; i++) {
		err = look_cbc(&cbcs[i], why);
		for (size_t j = 0; err == HS_OK && j < i; j++)
			if (strcmp(cbcs[i].name, cbcs[j].name) == 0)
				err = hs_look_refuse(
					why, "two cbcs are named %.32s; rename one", cbcs[i].name);
		for (size_t j = 0; err == HS_OK && j < settings->carriers.count; j++)
			if (strcmp(cbcs[i].name, carriers[j].name) == 0)
				err = hs_look_refuse(why,
					"a cbc and a carrier are both named %.32s; rename one",
					cbcs[i].name);
	}
	return err;
}
