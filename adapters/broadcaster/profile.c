#include "adapters/broadcaster/profile.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "adapters/broadcaster/broadcaster_encode.h"
#include "adapters/runtime/canary.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/hash.h"
#include "hub/base/look.h"

#define S(member) offsetof(struct hs_station_settings, member)

static const struct hs_config_item station_items[] = {
	{ "name", HS_CONFIG_TEXT, S(name), "text", 1, 64, NULL,
		"Name of the station: letters (small or capital is the same name), digits, dots, "
		"dashes; the outlet in receipts and alarms.",
		NULL },
	{ "channel", HS_CONFIG_ENUM, S(channel), "websocket nng files", 0, 0, "websocket",
		"How it gets its items: it connects to /v1/broadcast, we dial its nng socket, or a "
		"folder of its own.",
		NULL },
	{ "drills", HS_CONFIG_BOOL, S(drills), "", 0, 0, "false",
		"Whether this station takes part in drills; also needs drill: true of the adapter.",
		NULL },
	{ "live_url", HS_CONFIG_TEXT, S(live_url), "url", 0, 512, "",
		"Channel nng: the station's socket for live items (ipc:// or tls+tcp://, protocol "
		"PAIR); empty: it gets none.",
		NULL },
	{ "drill_url", HS_CONFIG_TEXT, S(drill_url), "url", 0, 512, "",
		"Channel nng: its socket for drills, never the live one; empty: it gets none.",
		NULL },
	{ "folder", HS_CONFIG_TEXT, S(folder), "path", 0, 2048, "",
		"Channel files: its folder; live items and drills lie in folders of their own "
		"below "
		"it.",
		NULL },
	{ "kinds", HS_CONFIG_TEXTS, S(kinds), "kinds", 0, 32, "",
		"Kinds of information that it gets (evacuation, shelter, weather …); !weather "
		"leaves "
		"one out; empty: all.",
		NULL },
	{ "areas", HS_CONFIG_TEXTS, S(areas), "codes", 0, 2000, "",
		"Prefectures (2 digits) and municipalities (5 or 6) that it serves; empty: all.",
		NULL },
	{ "level_min", HS_CONFIG_INT, S(level_min), "level", 0, 5, "0",
		"Orders below this level, and their ends, are not told; what raises above or "
		"lowers "
		"below it is.",
		NULL },
	{ "crawl_width", HS_CONFIG_INT, S(crawl_width), "full-width characters", 8, 200, "30",
		"Longest line of its crawl; a half-width character counts one half.", NULL },
	{ "crawl_names_max", HS_CONFIG_INT, S(crawl_names_max), "names", 0, 1000, "8",
		"Place names told in its crawl before the rest is counted; 0: all.", NULL },
	{ "page_width", HS_CONFIG_INT, S(page_width), "full-width characters", 8, 100, "24",
		"Width of a line of its text pages.", NULL },
	{ "page_rows", HS_CONFIG_INT, S(page_rows), "lines", 0, 60, "8",
		"Lines of a text page, the marks of a drill counted; 0: no pages.", NULL },
	{ "forms", HS_CONFIG_TEXTS, S(forms), "forms", 0, 8, "",
		"Further forms beside the record: lalert, cap, atom.", NULL },
	{ "deadline_ms", HS_CONFIG_INT, S(deadline_ms), "ms", 0, 86400000, "0",
		"An item that the station has not taken by then expires for it; 0: only the "
		"adapter's own limits count.",
		NULL },
	{ "token_sha256", HS_CONFIG_TEXT, S(token_sha256), "hexadecimal", 0, 64, "",
		"SHA-256 of the token that the station proves its name with when it connects, or "
		"when "
		"we have dialled it; empty: no proof, for channel websocket only while listen is a "
		"loopback address.",
		NULL },
};

const struct hs_config_record hs_station_record = { station_items, HS_COUNT(station_items),
	sizeof(struct hs_station_settings) };

struct hs_profile
hs_profile_of(const struct hs_station_settings *settings, const struct hs_place_names *names)
{
	struct hs_profile profile = { .settings = settings };
	const char *wrong = hs_selector_kinds(&settings->kinds, &profile.selector.kinds);
	HS_CHECK(wrong[0] == '\0');
	wrong = hs_forms_words(&settings->forms, &profile.forms);
	HS_CHECK(wrong[0] == '\0');
	profile.selector.areas = settings->areas;
	profile.selector.level_min = (uint32_t)settings->level_min;
	profile.style = (struct hs_wording_style){
		.width_half = (size_t)settings->crawl_width * 2,
		.crawl_names_max = (size_t)settings->crawl_names_max,
		.page = { (size_t)settings->page_width * 2, (size_t)settings->page_rows },
		.names = names,
	};
	return profile;
}

static bool
same_texts(const struct hs_config_texts *a, const struct hs_config_texts *b)
{
	bool same = a->count == b->count;
	for (size_t i = 0; same && i < a->count; i++)
		same = strcmp(a->items[i], b->items[i]) == 0;
	return same;
}

bool
hs_profile_takes(const struct hs_profile *profile, enum hs_adapter_lane lane)
{
	const struct hs_station_settings *settings = profile->settings;
	if (settings->channel == HS_CHANNEL_NNG)
		return (lane == HS_LANE_LIVE ? settings->live_url : settings->drill_url)[0] != '\0';
	return lane == HS_LANE_LIVE || settings->drills;
}

bool
hs_profile_is_named(const struct hs_profile *profile, const char *name)
{
	return strcasecmp(profile->settings->name, name) == 0;
}

static bool
is_hash_of(const char *token_sha256, const char *token)
{
	uint8_t hash[HS_SHA256_BYTES];
	char hex[HS_SHA256_HEX];
	hs_sha256(&(struct hs_span){ token, strlen(token) }, 1, hash);
	hs_hex(hash, sizeof(hash), hex);
	return hs_equal_secret(hex, token_sha256) == 1;
}

bool
hs_profile_proven(const struct hs_profile *profile, const char *token)
{
	const char *token_sha256 = profile->settings->token_sha256;
	return token_sha256[0] == '\0' || (token != NULL && is_hash_of(token_sha256, token));
}

bool
hs_profile_same(const struct hs_profile *a, const struct hs_profile *b)
{
	return a->selector.kinds == b->selector.kinds &&
	       a->selector.level_min == b->selector.level_min && a->forms == b->forms &&
	       a->style.width_half == b->style.width_half &&
	       a->style.crawl_names_max == b->style.crawl_names_max &&
	       a->style.page.width_half == b->style.page.width_half &&
	       a->style.page.rows == b->style.page.rows &&
	       same_texts(&a->selector.areas, &b->selector.areas);
}

/* ---- the second look ---- */

static enum hs_err
look_words(const struct hs_station_settings *row, char why[HS_CONFIG_WHY])
{
	uint64_t kinds;
	unsigned forms;
	const char *wrong = hs_selector_kinds(&row->kinds, &kinds);
	if (wrong[0] != '\0')
		return hs_look_refuse(why,
			"station %.64s: kinds: %.64s is no kind; say evacuation, shelter, weather "
			"…",
			row->name, wrong);
	if (row->kinds.count > 0 && kinds == 0)
		return hs_look_refuse(why,
			"station %.64s: kinds: nothing is left, it would never get anything; leave "
			"the list empty for all",
			row->name);
	wrong = hs_forms_words(&row->forms, &forms);
	if (wrong[0] != '\0')
		return hs_look_refuse(why,
			"station %.64s: forms: %.64s is none; say lalert, cap or atom", row->name,
			wrong);
	for (size_t i = 0; i < row->areas.count; i++) {
		if (!hs_selector_area_known(row->areas.items[i]))
			return hs_look_refuse(why,
				"station %.64s: areas: %.20s is no prefecture (2 digits) or "
				"municipality (5 or 6 digits)",
				row->name, row->areas.items[i]);
	}
	return hs_look_deadline("station", row->name, "deadline_ms", row->deadline_ms, why);
}

static enum hs_err
look_channel(const struct hs_station_settings *row, char why[HS_CONFIG_WHY])
{
	bool urls = row->live_url[0] != '\0' || row->drill_url[0] != '\0';
	if (row->channel == HS_CHANNEL_NNG && !urls)
		return hs_look_refuse(
			why, "station %.64s: channel nng needs live_url or drill_url", row->name);
	if (row->channel != HS_CHANNEL_NNG && urls)
		return hs_look_refuse(why,
			"station %.64s: live_url and drill_url are of the channel nng; say "
			"channel: "
			"nng, or leave them out",
			row->name);
	if (row->channel == HS_CHANNEL_NNG && row->drills != (row->drill_url[0] != '\0'))
		return hs_look_refuse(why,
			"station %.64s: drills: true and drill_url belong together", row->name);
	if (strcmp(row->live_url, row->drill_url) == 0 && urls)
		return hs_look_refuse(why,
			"station %.64s: drill_url is also live_url; drills need a socket of their "
			"own",
			row->name);
	if ((row->channel == HS_CHANNEL_FILES) != (row->folder[0] != '\0'))
		return hs_look_refuse(
			why, "station %.64s: folder and channel: files belong together", row->name);
	if (row->page_rows != 0 && row->page_rows < 4)
		return hs_look_refuse(why,
			"station %.64s: page_rows: a page of a drill needs 4 lines at least, or 0 "
			"for no pages",
			row->name);
	return HS_OK;
}

static enum hs_err
look_token(const struct hs_station_settings *row, const char *listen, char why[HS_CONFIG_WHY])
{
	const char *token = row->token_sha256;
	if (token[0] != '\0' && row->channel == HS_CHANNEL_FILES)
		return hs_look_refuse(why,
			"station %.64s: token_sha256 proves who connects; channel files has nobody",
			row->name);
	if (token[0] != '\0' && (strlen(token) != HS_SHA256_HEX - 1 ||
					strspn(token, "0123456789abcdef") != HS_SHA256_HEX - 1))
		return hs_look_refuse(why,
			"station %.64s: token_sha256: 64 hexadecimal digits in lower case are "
			"needed: make a TOKEN for this station alone (openssl rand -hex 32), give "
			"it to the station, and write here what printf %%s TOKEN | sha256sum says",
			row->name);
	if (is_hash_of(token, ""))
		return hs_look_refuse(why,
			"station %.64s: token_sha256 is the hash of the empty text, which anybody "
			"can say; was TOKEN empty in printf %%s TOKEN | sha256sum?",
			row->name);
	if (token[0] == '\0' && row->channel == HS_CHANNEL_WEBSOCKET &&
		!hs_look_is_loopback(listen))
		return hs_look_refuse(why,
			"station %.64s: token_sha256 is missing: listen %.100s can be reached from "
			"other machines, and anybody could take this name",
			row->name, listen);
	return HS_OK;
}

/* The names of the outlets that are everybody's, and of this adapter, are taken. */
static bool
name_is_good(const char *name)
{
	static const char *const taken[] = { "playout", "stations", "broadcaster" };
	for (size_t i = 0; i < HS_COUNT(taken); i++) {
		if (strcasecmp(name, taken[i]) == 0)
			return false;
	}
	return name[strspn(name,
		       "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")] ==
	       '\0';
}

/* Two stations may share nothing that one of them would take from the other. */
static enum hs_err
look_pair(const struct hs_station_settings *a, const struct hs_station_settings *b,
	char why[HS_CONFIG_WHY])
{
	const char *const urls_a[] = { a->live_url, a->drill_url, a->folder };
	const char *const urls_b[] = { b->live_url, b->drill_url, b->folder };
	if (strcasecmp(a->name, b->name) == 0)
		return hs_look_refuse(why,
			"two stations are named %.64s, small and capital letters being the same; "
			"give each its own name",
			b->name);
	for (size_t i = 0; i < HS_COUNT(urls_a); i++) {
		for (size_t k = 0; k < HS_COUNT(urls_b); k++) {
			if (urls_a[i][0] != '\0' && strcmp(urls_a[i], urls_b[k]) == 0)
				return hs_look_refuse(why,
					"stations %.64s and %.64s both have %.200s; give each its "
					"own",
					a->name, b->name, urls_a[i]);
		}
	}
	return HS_OK;
}

enum hs_err
hs_profiles_look(const struct hs_config_list *stations, const char *listen, char why[HS_CONFIG_WHY])
{
	const struct hs_station_settings *rows = stations->items;
	enum hs_err err = HS_OK;
	for (size_t i = 0; i < stations->count && err == HS_OK; i++) {
		if (!name_is_good(rows[i].name))
			return hs_look_refuse(why,
				"station %zu: name: letters, digits, dots and dashes, and not "
				"playout, stations or broadcaster",
				i + 1);
		err = look_words(&rows[i], why);
		if (err == HS_OK)
			err = look_channel(&rows[i], why);
		for (size_t k = 0; k < i && err == HS_OK; k++)
			err = look_pair(&rows[k], &rows[i], why);
		if (err == HS_OK)
			err = look_token(&rows[i], listen, why);
	}
	return err;
}

int64_t
hs_profile_deadline_us(const struct hs_profile *profile)
{
	int64_t deadline_ms = profile->settings != NULL ? profile->settings->deadline_ms : 0;
	return deadline_ms > 0 ? hs_clock_mono_us() + deadline_ms * 1000 : 0;
}

/* ---- the canary ---- */

static const char *
item_wrong(const struct hs_profile *profile, const struct hs_broadcast_item *item, size_t count)
{
	if (count == 0)
		return "nothing came out";
	if (item->crawl_count == 0)
		return "no crawl came out; check crawl_width";
	if (profile->style.page.rows > 0 && item->page_count == 0)
		return "no page came out; check page_width and page_rows";
	return "";
}

bool
hs_profile_prove(
	const struct hs_profile *profile, enum hs_adapter_lane lane, char *why, size_t why_size)
{
	struct hs_arena *arena = hs_arena_create(4u << 20);
	const hs_notice *notice = arena != NULL ? hs_canary_notice(arena) : NULL;
	hs_notice of_lane = HANSHO__V1__NOTICE__INIT;
	struct hs_force_around around;
	struct hs_broadcast_item *items = NULL;
	size_t count = 0;
	if (notice != NULL)
		of_lane = *notice;
	of_lane.mode = (Hansho__V1__Mode)hs_lane_mode(lane);
	enum hs_err err =
		notice != NULL ? hs_force_of_notice(arena, 1, &of_lane, &around) : HS_ERR_NOMEM;
	/* The canary's place lies nowhere, so the areas, kinds and levels of the profile are left aside. */
	struct hs_broadcast_input input = { .notice = &of_lane,
		.epoch = "canary",
		.seq = 1,
		.submission_id = "",
		.around = &around };
	if (err == HS_OK)
		err = hs_broadcast_encode(arena, &input, &profile->style, &items, &count);
	const char *wrong = "";
	if (err == HS_ERR_INVALID)
		wrong = "an order does not fit; check crawl_width, page_width and page_rows";
	else if (err != HS_OK)
		wrong = hs_err_text(err);
	else
		wrong = item_wrong(profile, items, count);
	snprintf(why, why_size, "%s", wrong);
	hs_broadcast_items_free(items, count);
	hs_arena_destroy(arena);
	return wrong[0] == '\0';
}
