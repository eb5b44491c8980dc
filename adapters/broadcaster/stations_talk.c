/* stations_talk.c: the messages of /v1/broadcast. See stations.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/broadcaster/stations_internal.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/base/proc.h"
#include "schemas/notice.h"

/* ---- out ---- */

static json_t *
now_text(void)
{
	char stamp[HS_RFC3339_SIZE];
	hs_rfc3339_format(hs_clock_unix_us(), 540, stamp);
	return json_string(stamp);
}

struct hs_stations_lane
hs_station_lane(struct hs_stations *stations, enum hs_adapter_lane lane)
{
	struct hs_stations_lane seen = { .epoch = "" };
	stations->options.lane(stations->options.owner, lane, &seen);
	return seen;
}

/* "unavailable": nothing was ever heard; "stale": true for its seq, the hub is away now. */
static const char *
status_word(const struct hs_stations_lane *lane)
{
	if (!lane->known)
		return "unavailable";
	return lane->current ? "current" : "stale";
}

json_t *
hs_station_hello(struct hs_stations *stations, struct hs_station *station)
{
	(void)station;
	json_t *lanes = json_object();
	for (int i = 0; i < HS_LANE_COUNT; i++) {
		struct hs_stations_lane lane = hs_station_lane(stations, (enum hs_adapter_lane)i);
		if (!lane.configured)
			continue;
		json_object_set_new(lanes, hs_lane_name((enum hs_adapter_lane)i),
			json_pack("{s:s,s:I,s:I,s:s}", "epoch", lane.epoch, "newest_seq",
				(json_int_t)lane.seq, "complete_after_seq",
				(json_int_t)hs_broadcast_ring_floor(stations->rings[i]), "status",
				status_word(&lane)));
	}
	return json_pack("{s:s,s:s,s:o,s:I,s:o}", "type", "hello", "version", HS_VERSION, "lanes",
		lanes, "heartbeat_ms", (json_int_t)stations->options.heartbeat_ms, "time",
		now_text());
}

json_t *
hs_station_gap(struct hs_stations *stations, struct hs_station *station)
{
	struct hs_stations_lane lane = hs_station_lane(stations, station->lane);
	return json_pack("{s:s,s:s,s:s,s:I,s:I,s:s}", "type", "gap", "mode",
		hs_lane_name(station->lane), "epoch", lane.epoch, "from_seq",
		(json_int_t)station->gap_from_seq, "to_seq", (json_int_t)lane.seq, "reason",
		"what lies between is no longer kept here; the state that follows is complete");
}

struct json_t *
hs_stations_state(
	const struct hs_stations_lane *seen, enum hs_adapter_lane id, struct json_t *in_force)
{
	if (in_force == NULL)
		return NULL;
	return json_pack("{s:s,s:s,s:s,s:I,s:s,s:s,s:o,s:o}", "type", "state", "mode",
		hs_lane_name(id), "epoch", seen->epoch, "seq", (json_int_t)seen->seq, "status",
		status_word(seen), "mark", hs_mode_mark(hs_lane_mode(id), "ja"), "time", now_text(),
		"prefectures", in_force);
}

json_t *
hs_station_state(struct hs_stations *stations, struct hs_station *station)
{
	/* A gap jumps over what is gone: the state tells it instead. */
	const struct hs_broadcast_ring *ring = stations->rings[station->lane];
	if (station->cursor < hs_broadcast_ring_oldest(ring))
		station->cursor = hs_broadcast_ring_next(ring);
	struct hs_stations_lane lane = hs_station_lane(stations, station->lane);
	return hs_stations_state(&lane, station->lane,
		lane.known ? stations->options.in_force(stations->options.owner, station->lane,
				     (const char(*)[HS_PREFECTURE_SIZE])station->prefectures,
				     station->prefecture_count)
			   : json_object());
}

json_t *
hs_station_live(struct hs_stations *stations, struct hs_station *station)
{
	struct hs_stations_lane lane = hs_station_lane(stations, station->lane);
	return json_pack("{s:s,s:s,s:s,s:I}", "type", "live", "mode", hs_lane_name(station->lane),
		"epoch", lane.epoch, "seq", (json_int_t)lane.seq);
}

json_t *
hs_station_heartbeat(struct hs_stations *stations, struct hs_station *station)
{
	struct hs_stations_lane lane = hs_station_lane(stations, station->lane);
	return json_pack("{s:s,s:s,s:s,s:I,s:s,s:o}", "type", "heartbeat", "mode",
		hs_lane_name(station->lane), "epoch", lane.epoch, "newest_seq",
		(json_int_t)lane.seq, "status", status_word(&lane), "time", now_text());
}

/* ---- in ---- */

static bool
name_is_good(const char *name)
{
	size_t len = strlen(name);
	return len > 0 && len < HS_STATION_NAME &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
		       len;
}

bool
hs_station_prefecture_is_good(const char *code)
{
	return code != NULL && strlen(code) == 2 && strspn(code, "0123456789") == 2 &&
	       hs_area_find(code) != NULL;
}

static bool
take_prefectures(struct hs_station *station, const json_t *list)
{
	if (list == NULL)
		return true;
	if (!json_is_array(list) || json_array_size(list) > HS_PREFECTURES_MAX)
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *code = json_string_value(json_array_get(list, i));
		if (!hs_station_prefecture_is_good(code))
			return false;
		memcpy(station->prefectures[station->prefecture_count++], code, HS_PREFECTURE_SIZE);
	}
	return true;
}

/* From where the station is told: its own position, or from now on. */
static bool
take_from(struct hs_stations *stations, struct hs_station *station, const json_t *from)
{
	struct hs_broadcast_ring *ring = stations->rings[station->lane];
	struct hs_stations_lane lane = hs_station_lane(stations, station->lane);
	station->cursor = hs_broadcast_ring_next(ring);
	station->owed |= HS_OWED_STATE | HS_OWED_LIVE;
	if (from == NULL)
		return true;
	if (json_is_string(from)) {
		const char *word = json_string_value(from);
		return strcmp(word, "snapshot") == 0 || strcmp(word, "now") == 0;
	}
	const char *epoch = json_string_value(json_object_get(from, "epoch"));
	const json_t *seq = json_object_get(from, "seq");
	if (epoch == NULL || !json_is_integer(seq) || json_integer_value(seq) < 0)
		return false;
	station->last_seq = (uint64_t)json_integer_value(seq);
	uint64_t index;
	bool whole = strcmp(epoch, lane.epoch) == 0 && station->last_seq <= lane.seq &&
		     hs_broadcast_ring_after(ring, station->last_seq, &index);
	if (whole) {
		station->cursor = index;
	} else {
		station->gap_from_seq = station->last_seq;
		station->owed |= HS_OWED_GAP;
	}
	return true;
}

#define CODE_EXPECTED 4400
#define CODE_UNPROVEN 4403

/* Its profile decides what it gets. Who does not prove that it is that station is no guest of its name either. */
static bool
take_named(struct hs_stations *stations, struct hs_station *station,
	const struct hs_profile *profile, const char *token, const char **why)
{
	const char *name = profile->settings->name;
	hs_http_id old;
	*why = HS_STATION_UNPROVEN;
	if (!hs_profile_proven(profile, token)) {
		hs_outlets_refused(stations->options.outlets, profile, station->lane, "websocket",
			station->peer);
		return false;
	}
	*why = "the configuration gives this station another way, or no drills";
	station->line =
		hs_outlets_claim(stations->options.outlets, name, station->lane, station->id, &old);
	if (station->line == NULL)
		return false;
	if (old != 0)
		hs_http_drop(stations->http, old);
	snprintf(station->name, sizeof(station->name), "%s", name);
	station->subscribed = true;
	hs_outlets_ready(station->line);
	return true;
}

static bool
take_subscribe(struct hs_stations *stations, struct hs_station *station, const json_t *message,
	const char **why)
{
	const char *name = json_string_value(json_object_get(message, "station"));
	const json_t *mode = json_object_get(message, "mode");
	const char *mode_word = mode != NULL ? json_string_value(mode) : "live";
	*why = "already subscribed";
	if (station->subscribed)
		return false;
	*why = "station: 1 to 64 letters, digits, dots, dashes";
	if (name == NULL || !name_is_good(name))
		return false;
	*why = "mode: live or drill";
	if (mode_word == NULL ||
		(strcmp(mode_word, "live") != 0 && strcmp(mode_word, "drill") != 0))
		return false;
	station->lane = strcmp(mode_word, "drill") == 0 ? HS_LANE_DRILL : HS_LANE_LIVE;
	*why = "this mode is not served here; ask for the other one";
	if (!hs_station_lane(stations, station->lane).configured)
		return false;
	const struct hs_profile *profile = hs_outlets_profile(stations->options.outlets, name);
	if (profile != NULL)
		return take_named(stations, station, profile,
			json_string_value(json_object_get(message, "token")), why);
	*why = "this name is in no configuration here; ask the operator";
	if (!stations->options.guests)
		return false;
	*why = "prefectures: a list of 2-digit codes that exist";
	if (!take_prefectures(station, json_object_get(message, "prefectures")))
		return false;
	*why = "from: {epoch, seq}, \"snapshot\" or \"now\"";
	if (!take_from(stations, station, json_object_get(message, "from")))
		return false;
	*why = "out of memory, try again";
	station->told = calloc(stations->options.ring_items, 1);
	if (station->told == NULL)
		return false;
	snprintf(station->name, sizeof(station->name), "%s", name);
	station->subscribed = true;
	hs_info("broadcaster.station", "station=%s mode=%s", name, hs_lane_name(station->lane));
	return true;
}

static const struct receipt_word {
	const char *word;
	unsigned told;
	int state;
} receipt_words[] = {
	{ "received", HS_TOLD_RECEIVED, HS_RECEIPT(RECEIVED) },
	{ "displayed", HS_TOLD_DISPLAYED, HS_RECEIPT(DISPLAYED) },
	{ "failed", HS_TOLD_FAILED, HS_RECEIPT(FAILED) },
};

static const struct receipt_word *
receipt_word(const char *word)
{
	for (size_t i = 0; word != NULL && i < HS_COUNT(receipt_words); i++) {
		if (strcmp(receipt_words[i].word, word) == 0)
			return &receipt_words[i];
	}
	return NULL;
}

/* A guest confirms what it was sent, each state once: what it can make us journal is bounded. */
static bool
take_receipt(struct hs_stations *stations, struct hs_station *station, const json_t *message,
	const char **why)
{
	const json_t *seq = json_object_get(message, "seq");
	const struct receipt_word *word =
		receipt_word(json_string_value(json_object_get(message, "state")));
	*why = "receipt: seq (a number) and state received, displayed or failed";
	if (!station->subscribed || word == NULL || !json_is_integer(seq) ||
		json_integer_value(seq) <= 0)
		return false;
	const struct hs_broadcast_ring *ring = stations->rings[station->lane];
	uint64_t wanted = (uint64_t)json_integer_value(seq), index = 0;
	(void)hs_broadcast_ring_after(ring, wanted - 1, &index);
	bool fresh = false;
	for (; index < station->cursor; index++) {
		const struct hs_broadcast_ring_item *item = hs_broadcast_ring_at(ring, index);
		if (item == NULL || item->seq != wanted)
			break;
		uint8_t *told = &station->told[index % hs_broadcast_ring_capacity(ring)];
		fresh = fresh || ((*told & HS_TOLD_SENT) != 0 && (*told & word->told) == 0);
		*told |= (uint8_t)word->told;
	}
	const char *detail = json_string_value(json_object_get(message, "detail"));
	char short_detail[200];
	snprintf(short_detail, sizeof(short_detail), "%s%s%.60s", station->name,
		detail != NULL && detail[0] != '\0' ? ": " : "", detail != NULL ? detail : "");
	/* Cut by bytes: what is no longer UTF-8 would spoil the receipt. */
	json_t *clean = json_string(short_detail);
	if (fresh)
		stations->options.receipt(stations->options.owner, station->lane, wanted,
			word->state, clean != NULL ? short_detail : station->name);
	json_decref(clean);
	return true;
}

static bool
take_pong(struct hs_stations *stations, struct hs_station *station, const json_t *message,
	const char **why)
{
	(void)stations;
	(void)station;
	(void)message;
	(void)why;
	return true;
}

int
hs_station_take(struct hs_stations *stations, struct hs_station *station, const uint8_t *bytes,
	size_t len_bytes, char *why, size_t why_size)
{
	static const struct {
		const char *type;
		bool (*take)(
			struct hs_stations *, struct hs_station *, const json_t *, const char **);
	} types[] = {
		{ "subscribe", take_subscribe },
		{ "receipt", take_receipt },
		{ "pong", take_pong },
	};
	json_t *message = json_loadb((const char *)bytes, len_bytes, JSON_REJECT_DUPLICATES, NULL);
	if (station->line != NULL) {
		const char *expected = "send JSON objects";
		bool taken = message != NULL && hs_line_take(station->line, message, &expected);
		json_decref(message);
		snprintf(why, why_size, "%s", expected);
		return taken ? 0 : CODE_EXPECTED;
	}
	const char *type = json_string_value(json_object_get(message, "type"));
	const char *reason = "type: subscribe, receipt or pong";
	bool good = false;
	for (size_t i = 0; type != NULL && i < HS_COUNT(types); i++) {
		if (strcmp(types[i].type, type) == 0)
			good = types[i].take(stations, station, message, &reason);
	}
	json_decref(message);
	snprintf(why, why_size, "%s", reason);
	if (good)
		return 0;
	return strcmp(reason, HS_STATION_UNPROVEN) == 0 ? CODE_UNPROVEN : CODE_EXPECTED;
}
