/* encode_bench.h: a lane's state, and what stations get of a notice on it. */
#ifndef HS_TEST_ENCODE_BENCH_H
#define HS_TEST_ENCODE_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "adapters/broadcaster/broadcaster_encode.h"
#include "hub/base/check.h"
#include "tests/unit/adapters/notice_kit.h"

#define MARK  "【訓練】"
#define LIVE  HS_MODE(LIVE)
#define DRILL HS_MODE(DRILL)

static const struct hs_wording_style style = { .width_half = 60, .crawl_names_max = 8 };

struct bench {
	struct hs_arena *arena;
	struct hs_force *force;
	struct hs_broadcast_item *items;
	size_t count;
	json_t *record; /* of the first item */
	uint64_t seq;
	char crawl[8192]; /* of the first item, lines joined */
	const char *text;
};

static inline int
setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	bench->arena = hs_arena_create(64u << 20);
	bench->force = hs_force_create();
	*state = bench;
	return 0;
}

static inline void
forget(struct bench *bench)
{
	hs_broadcast_items_free(bench->items, bench->count);
	bench->count = 0;
	json_decref(bench->record);
	bench->record = NULL;
}

static inline int
teardown(void **state)
{
	struct bench *bench = *state;
	forget(bench);
	hs_force_destroy(bench->force);
	hs_arena_destroy(bench->arena);
	free(bench);
	return 0;
}

/* The record of an item as a tree; json_decref. */
static inline json_t *
record_of(const struct hs_broadcast_item *item)
{
	json_t *record = json_loadb((const char *)hs_frame_bytes(item->record),
		hs_frame_len_bytes(item->record), 0, NULL);
	assert_non_null(record);
	return record;
}

static inline json_t *
encode(struct bench *bench, const hs_notice *notice, const struct hs_force_around *around,
	bool late)
{
	struct hs_broadcast_input input = { notice, "epoch1", bench->seq, "id", around, late, NULL,
		0, NULL, 0 };
	forget(bench);
	assert_int_equal(
		hs_broadcast_encode(bench->arena, &input, &style, &bench->items, &bench->count),
		HS_OK);
	assert_true(bench->count > 0);
	bench->crawl[0] = '\0';
	for (size_t i = 0; i < bench->items[0].crawl_count; i++) {
		assert_true(hs_crawl_width(bench->items[0].crawl[i]) <= style.width_half);
		strcat(bench->crawl, bench->items[0].crawl[i]);
	}
	bench->record = record_of(&bench->items[0]);
	bench->text = json_string_value(json_object_get(bench->record, "text"));
	assert_non_null(bench->text);
	return bench->record;
}

static inline struct hs_force_around
around_of(const struct bench *bench)
{
	return (struct hs_force_around){ *hs_force_before(bench->force),
		*hs_force_after(bench->force), true };
}

/* Applies and encodes; the first item's record. */
static inline json_t *
take(struct bench *bench, const hs_notice *notice)
{
	bench->seq++;
	assert_int_equal(hs_force_apply(bench->force, bench->seq, notice), HS_OK);
	struct hs_force_around around = around_of(bench);
	return encode(bench, notice, &around, false);
}

static inline const char *
text_of(const json_t *record, const char *key)
{
	const char *text = json_string_value(json_object_get(record, key));
	return text != NULL ? text : "";
}

static inline int
number_of(const json_t *record, const char *key)
{
	return (int)json_integer_value(json_object_get(record, key));
}

#define assert_says(text, part)	  assert_non_null(strstr(text, part))
#define assert_silent(text, part) assert_null(strstr(text, part))

static const struct kit_place level4[] = {
	{ "990019", "北町一丁目", "きたまちいっちょうめ", "避難指示", 4, false, 0 },
	{ "990019", "北町二丁目", "きたまちにちょうめ", "避難指示", 4, false, 0 },
};

static inline void
check_mark(const struct bench *bench)
{
	size_t mark = strlen(MARK), len = strlen(bench->text);
	assert_int_equal(strncmp(bench->text, MARK, mark), 0);
	assert_string_equal(bench->text + len - mark, MARK);
	const struct hs_broadcast_item *item = &bench->items[0];
	for (size_t i = 0; i < item->crawl_count; i++)
		assert_int_equal(strncmp(item->crawl[i], MARK, mark), 0);
	if (item->crawl_count > 0) {
		const char *last = item->crawl[item->crawl_count - 1];
		assert_string_equal(last + strlen(last) - mark, MARK);
	}
}

#endif
