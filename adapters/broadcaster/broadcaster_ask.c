/* broadcaster_ask.c: what stations, lines and folders ask of the broadcaster. See broadcaster_parts.h. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/broadcaster/broadcaster_parts.h"
#include "hub/base/clock.h"
#include "schemas/guests.h"

void
hs_broadcaster_ask_lane(void *owner, enum hs_adapter_lane id, struct hs_stations_lane *out)
{
	struct hs_broadcaster *own = owner;
	const struct hs_adapter_settings *common = &own->settings->common;
	const struct hs_broadcaster_lane *lane = &own->lanes[id];
	*out = (struct hs_stations_lane){
		.configured = id == HS_LANE_LIVE ? common->live_url[0] != '\0'
						 : common->drill && common->drill_url[0] != '\0',
		.known = lane->known,
		.current = lane->current,
		.epoch = lane->epoch,
		.seq = hs_force_seq(lane->shown),
	};
}

/* Prefectures that have something in force that the selector wants, by code. */
static size_t
prefectures_in_force(const struct hs_force_list *list, const struct hs_selector *selector,
	char (*out)[HS_PREFECTURE_SIZE])
{
	size_t count = 0;
	for (size_t i = 0; i < list->count && count < HS_PREFECTURES_MAX; i++) {
		char code[HS_PREFECTURE_SIZE];
		hs_prefecture_of(list->rows[i].area_code, code);
		if (hs_selector_wants_row(selector, &list->rows[i]) &&
			(count == 0 || strcmp(out[count - 1], code) != 0))
			memcpy(out[count++], code, sizeof(code));
	}
	return count;
}

static json_t *
in_force(struct hs_broadcaster *own, enum hs_adapter_lane id, const struct hs_selector *selector,
	const char (*prefectures)[3], size_t count)
{
	const struct hs_force_list *list = hs_force_after(own->lanes[id].shown);
	char all[HS_PREFECTURES_MAX][HS_PREFECTURE_SIZE];
	struct hs_arena *arena = hs_arena_create(HS_BROADCASTER_ARENA_BYTES);
	json_t *answer = arena != NULL ? json_object() : NULL;
	if (count == 0) {
		count = prefectures_in_force(list, selector, all);
		prefectures = (const char(*)[3])all;
	}
	for (size_t i = 0; answer != NULL && i < count; i++) {
		const struct hs_force_view view = { list, prefectures[i], selector,
			hs_clock_unix_us() };
		json_t *groups = hs_broadcast_in_force(arena, &view);
		if (json_object_set_new(answer, prefectures[i], groups) != 0) {
			json_decref(answer);
			answer = NULL;
		}
	}
	hs_arena_destroy(arena);
	return answer;
}

json_t *
hs_broadcaster_ask_in_force(
	void *owner, enum hs_adapter_lane id, const char (*prefectures)[3], size_t count)
{
	return in_force(owner, id, NULL, prefectures, count);
}

json_t *
hs_broadcaster_ask_state(void *owner, enum hs_adapter_lane id, const struct hs_profile *profile)
{
	struct hs_broadcaster *own = owner;
	struct hs_stations_lane seen;
	hs_broadcaster_ask_lane(own, id, &seen);
	return hs_stations_state(&seen, id,
		seen.known ? in_force(own, id, &profile->selector, NULL, 0) : json_object());
}

void
hs_broadcaster_ask_pump(void *owner, hs_http_id id)
{
	struct hs_broadcaster *own = owner;
	if (own->stations != NULL)
		hs_stations_pump_id(own->stations, id);
}

char *
hs_broadcaster_ask_feed(void *owner, enum hs_adapter_lane id)
{
	struct hs_broadcaster *own = owner;
	return hs_archive_feed(own->archive, id, own->lanes[id].epoch);
}

void
hs_broadcaster_ask_receipt(
	void *owner, enum hs_adapter_lane id, uint64_t seq, int state, const char *detail)
{
	struct hs_broadcaster *own = owner;
	hs_adapter_report(
		own->adapter, id, own->lanes[id].epoch, seq, HS_OUTLET_GUESTS, state, detail);
}

struct hs_output_state
hs_broadcaster_ask_output(void *owner, enum hs_adapter_lane id)
{
	struct hs_broadcaster *own = owner;
	const struct hs_broadcaster_lane *lane = &own->lanes[id];
	return (struct hs_output_state){
		.list = hs_force_after(lane->shown),
		.epoch = lane->epoch,
		.seq = hs_force_seq(lane->shown),
		.known = lane->known,
		.current = lane->current,
	};
}
