/* sign_bench.h: a screen, two lanes and what it shows, for the tests of the encoder. */
#ifndef HS_TEST_SIGN_BENCH_H
#define HS_TEST_SIGN_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "adapters/signage/signage_items.h"
#include "adapters/signage/terms.h"
#include "hub/base/check.h"
#include "tests/unit/adapters/notice_kit.h"

#define LIVE  HS_MODE(LIVE)
#define DRILL HS_MODE(DRILL)

struct bench {
	struct hs_arena *arena;
	struct hs_force *lanes[HS_LANE_COUNT];
	struct hs_signage_cancel cancels[HS_LANE_COUNT];
	struct hs_signage_lifted lifted[HS_LANE_COUNT];
	int64_t now_unix_us;
	struct hs_ways ways;
	struct hs_screen_face face;
	json_t *message; /* of the face */
	uint64_t seq;
};

static const char *city[] = { "990019" };
static const char *more_languages[] = { "ko", "es", "th" };
static const struct hs_screen_settings screen = { .id = "hall",
	.name = "市役所",
	.areas = { city, 1 },
	.languages = { more_languages, 3 },
	.stale_after_ms = 15000,
	.rules = { .caution_level = 1,
		.emergency_level = 4,
		.drills = true,
		.return_after_ms = 600000,
		.expired_shown_ms = 3600000,
		.renew_ms = 21600000 },
	.site = { .position = "", .facing_degrees = -1, .map = true },
	.look = { .height_mm = 680, .qr_url = "" } };

static inline int
setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	bench->arena = hs_arena_create(64u << 20);
	bench->lanes[0] = hs_force_create();
	bench->lanes[1] = hs_force_create();
	bench->now_unix_us = KIT_ORDERED_US;
	*state = bench;
	return 0;
}

static inline int
teardown(void **state)
{
	struct bench *bench = *state;
	json_decref(bench->message);
	hs_screen_face_free(&bench->face);
	hs_ways_free(&bench->ways);
	hs_signage_cancel_free(&bench->cancels[0]);
	hs_signage_cancel_free(&bench->cancels[1]);
	hs_signage_lifted_free(&bench->lifted[0]);
	hs_signage_lifted_free(&bench->lifted[1]);
	hs_force_destroy(bench->lanes[0]);
	hs_force_destroy(bench->lanes[1]);
	hs_arena_destroy(bench->arena);
	free(bench);
	return 0;
}

static inline void
order(struct bench *bench, enum hs_adapter_lane lane, const char *document,
	const struct kit_place *places, size_t count)
{
	const hs_notice *notice = kit_notice(bench->arena, lane == HS_LANE_LIVE ? LIVE : DRILL,
		HS_ACTION(ISSUE), document, 1, places, count);
	assert_int_equal(hs_force_apply(bench->lanes[lane], ++bench->seq, notice), HS_OK);
}

/* use: 'n' not configured, 's' stale, 'f' fresh. */
static inline struct hs_signage_lane
lane_input(struct bench *bench, enum hs_adapter_lane lane, char use)
{
	return (struct hs_signage_lane){
		.configured = use != 'n',
		.fresh = use == 'f',
		.list = use == 'n' ? NULL : hs_force_after(bench->lanes[lane]),
		.epoch = "e",
		.seq = bench->seq,
		.cancel = &bench->cancels[lane],
		.lifted = &bench->lifted[lane],
		.ways = &bench->ways,
	};
}

/* Into bench->face and bench->message. */
static inline void
encode(struct bench *bench, const struct hs_signage_input *input)
{
	json_decref(bench->message);
	hs_screen_face_free(&bench->face);
	assert_int_equal(hs_signage_encode(bench->arena, input, &bench->face), HS_OK);
	bench->message = json_loadb((const char *)hs_frame_bytes(bench->face.frame),
		hs_frame_len_bytes(bench->face.frame), JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(bench->message);
}

static inline const json_t *
encode_for(struct bench *bench, const struct hs_screen_settings *settings, char live, char drill)
{
	struct hs_signage_input input = { .screen = settings,
		.lanes = { lane_input(bench, HS_LANE_LIVE, live),
			lane_input(bench, HS_LANE_DRILL, drill) },
		.now_unix_us = bench->now_unix_us };
	assert_int_equal(hs_ways_rank(&bench->ways, &settings->site, NULL, 0), HS_OK);
	encode(bench, &input);
	return bench->message;
}

static inline const char *
text_at(const json_t *object, const char *key, const char *inner)
{
	const json_t *value = json_object_get(object, key);
	if (inner != NULL)
		value = json_object_get(value, inner);
	return json_is_string(value) ? json_string_value(value) : "";
}

static inline const json_t *
item_at(const json_t *message, size_t index)
{
	return json_array_get(json_object_get(message, "items"), index);
}

static const struct kit_place at3 = { "990019", "北町", "", "高齢者等避難", 3, false, 0 };
static const struct kit_place at4 = { "990019", "南町", "", "避難指示", 4, false, 0 };
static const struct kit_place at5 = { "990019", "東町", "", "緊急安全確保", 5, false, 0 };
static const struct kit_place zone = { "990019", "西町", "", "警戒区域", 0, false, 0 };
static const struct kit_place strange = { "990019", "中町", "", "聞かない言葉", 0, false, 0 };

#endif
