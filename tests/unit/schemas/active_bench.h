/* active_bench.h: what the tests of the active set share: notices from short notes, the set as one text, and the
 * set that a newcomer builds from a snapshot. */
#ifndef HS_TEST_ACTIVE_BENCH_H
#define HS_TEST_ACTIVE_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "schemas/active.h"

#define MINUTE_US   60000000LL
#define BASE_US	    1782000000000000LL /* 2026-06 */
#define TEXT_BYTES  (1u << 20)
#define ARENA_BYTES (8u << 20)

/* One test's tools: a set, an arena for its notices, the next seq. */
struct bench {
	struct hs_arena *arena;
	struct hs_active *active;
	struct hs_buf vanished;
	uint64_t seq;
};

/* "4 北町 10" issued at level 4, "- 北町 10" lifted, "z 北町 10" restricted zone; minutes from BASE_US. */
struct order {
	char what;
	const char *name;
	int minute;
	const char *sub_code;
};

static inline struct bench
bench_make(void)
{
	struct bench bench = { .arena = hs_arena_create(ARENA_BYTES),
		.active = hs_active_create() };
	hs_buf_init(&bench.vanished, TEXT_BYTES);
	assert_non_null(bench.arena);
	assert_non_null(bench.active);
	return bench;
}

static inline void
bench_end(struct bench *bench)
{
	hs_buf_free(&bench->vanished);
	hs_active_destroy(bench->active);
	hs_arena_destroy(bench->arena);
}

static inline char *
text(struct bench *bench, const char *from)
{
	return hs_arena_strdup(bench->arena, from);
}

static inline hs_notice *
notice_make(struct bench *bench, const char *id, uint32_t revision, int action)
{
	hs_notice *notice = HS_NEW(bench->arena, &hansho__v1__notice__descriptor);
	notice->mode = HS_MODE(DRILL);
	notice->kind = HS_KIND(EVACUATION);
	notice->action = (Hansho__V1__Action)action;
	notice->document = HS_NEW(bench->arena, &hansho__v1__document__descriptor);
	notice->document->source = text(bench, "bosai.kakuu.example");
	notice->document->id = text(bench, id);
	notice->document->revision = revision;
	notice->source = HS_NEW(bench->arena, &hansho__v1__source__descriptor);
	notice->source->code = text(bench, "990019");
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL_EVACUATION;
	notice->evacuation = HS_NEW(bench->arena, &hansho__v1__evacuation__descriptor);
	return notice;
}

static inline const char *
sort_of(char what)
{
	static const struct {
		char what;
		const char *sort;
	} rows[] = { { '3', "高齢者等避難" }, { '4', "避難指示" }, { '5', "緊急安全確保" },
		{ 'z', "警戒区域" }, { 'Z', "警戒区域" }, { 'n', "指示等なし" },
		{ '?', "新しい言葉" } };
	for (size_t i = 0; i < HS_COUNT(rows); i++)
		if (rows[i].what == what)
			return rows[i].sort;
	return "避難指示"; /* '-' */
}

static inline void
order_add(struct bench *bench, hs_notice *notice, const struct order *order)
{
	hs_evacuation_detail *detail =
		HS_NEW(bench->arena, &hansho__v1__evacuation__detail__descriptor);
	hs_evacuation_place *place =
		HS_NEW(bench->arena, &hansho__v1__evacuation__place__descriptor);
	detail->sort = text(bench, sort_of(order->what));
	detail->level = HS_NEW(bench->arena, &hansho__v1__level__descriptor);
	detail->level->term = detail->sort;
	if (order->what >= '3' && order->what <= '5')
		detail->level->number = (uint32_t)(order->what - '0');
	detail->state =
		order->what == '-' || order->what == 'Z' ? HS_EVAC(LIFTED) : HS_EVAC(ISSUED);
	place->area = HS_NEW(bench->arena, &hansho__v1__area__descriptor);
	place->area->code = text(bench, "990019");
	place->area->name = text(bench, order->name);
	place->area->sub_code = text(bench, order->sub_code ? order->sub_code : "");
	place->ordered = hs_time_new(bench->arena, BASE_US + order->minute * MINUTE_US, 540);
	assert_true(hs_repeat(bench->arena, &detail->n_areas, &detail->areas, place));
	assert_true(hs_repeat(bench->arena, &notice->evacuation->n_details,
		&notice->evacuation->details, detail));
}

static inline enum hs_err
say_notice(struct bench *bench, const hs_notice *notice)
{
	hs_buf_free(&bench->vanished);
	/* Every second one as the hub does it, with a part of the work beforehand. */
	struct hs_kept *kept = ++bench->seq % 2 == 0 ? hs_kept_create(bench->seq, notice) : NULL;

	return hs_active_apply_kept(bench->active, bench->seq, notice, kept, &bench->vanished);
}

#define ORDER(what, name, minute)        \
	{                                \
		what, name, minute, NULL \
	}
#define CODED(what, name, minute, code)  \
	{                                \
		what, name, minute, code \
	}

static inline enum hs_err
say(struct bench *bench, const char *id, uint32_t revision, const struct order *orders,
	size_t count)
{
	hs_notice *notice = notice_make(
		bench, id, revision, revision == 1 ? HS_ACTION(ISSUE) : HS_ACTION(UPDATE));
	for (size_t i = 0; i < count; i++)
		order_add(bench, notice, &orders[i]);
	return say_notice(bench, notice);
}

static inline enum hs_err
cancel(struct bench *bench, const char *id, uint32_t revision)
{
	return say_notice(bench, notice_make(bench, id, revision, HS_ACTION(CANCEL)));
}

#define SAY(bench, id, revision, ...)                                                          \
	assert_int_equal(                                                                      \
		say((bench), (id), (revision), (const struct order[]){ __VA_ARGS__ },          \
			sizeof((const struct order[]){ __VA_ARGS__ }) / sizeof(struct order)), \
		HS_OK)

/* ---- what the set says, as one text ---- */

static inline void
add_entry(void *owner, const struct hs_active_entry *entry)
{
	struct hs_buf *out = owner;
	hs_buf_printf(out, "%s%s%u", out->len_bytes ? " " : "", entry->area_name, entry->level);
	if (strcmp(entry->term, "警戒区域") == 0)
		hs_buf_puts(out, "z");
}

static inline void
expect(struct bench *bench, const char *entries, size_t documents)
{
	struct hs_buf out;
	hs_buf_init(&out, TEXT_BYTES);
	hs_active_each_entry(bench->active, add_entry, &out);
	assert_string_equal(hs_buf_text(&out), entries);
	assert_int_equal(hs_active_document_count(bench->active), documents);
	hs_buf_free(&out);
}

static inline void
reapply(void *owner, uint64_t seq, const void *notice, size_t len_bytes)
{
	struct bench *bench = owner;
	hs_notice *read = NULL;
	assert_int_equal(hs_notice_unpack(bench->arena, notice, len_bytes, &read), HS_OK);
	assert_true(seq > bench->seq);
	bench->seq = seq;
	assert_int_equal(hs_active_apply(bench->active, seq, read, NULL), HS_OK);
}

/* The set that a newcomer builds from the snapshot. */
static inline void
rebuild(const struct bench *bench, struct bench *out)
{
	*out = bench_make();
	hs_active_each_document(bench->active, reapply, out);
	out->seq = bench->seq;
}

static inline void
add_all(void *owner, const struct hs_active_entry *entry)
{
	hs_buf_printf(owner, "%s|%s|%s|%d|%u|%s|%s|%u|%llu|%lld\n", entry->area_code,
		entry->area_name, entry->sub_code, entry->kind, entry->level, entry->term,
		entry->document_key, entry->revision, (unsigned long long)entry->seq,
		(long long)entry->ordered_unix_us);
}

static inline void
add_kept(void *owner, uint64_t seq, const void *notice, size_t len_bytes)
{
	hs_buf_printf(owner, "%llu %zu\n", (unsigned long long)seq, len_bytes);
	hs_buf_add(owner, notice, len_bytes);
}

/* Byte for byte, in all that they are made of. */
static inline void
expect_same_bytes(const struct hs_active *a, const struct hs_active *b)
{
	struct hs_buf kept_a, kept_b;
	hs_buf_init(&kept_a, SIZE_MAX / 2);
	hs_buf_init(&kept_b, SIZE_MAX / 2);
	hs_active_each_document(a, add_kept, &kept_a);
	hs_active_each_document(b, add_kept, &kept_b);
	assert_int_equal(kept_a.len_bytes, kept_b.len_bytes);
	assert_memory_equal(hs_buf_text(&kept_a), hs_buf_text(&kept_b), kept_a.len_bytes);
	hs_buf_free(&kept_a);
	hs_buf_free(&kept_b);
}

/* In what they are made of, what they show, and in their digests. */
static inline void
expect_same(const struct bench *a, const struct bench *b)
{
	expect_same_bytes(a->active, b->active);
	char x[HS_DIGEST_SIZE], y[HS_DIGEST_SIZE];
	struct hs_buf shows_a, shows_b;
	hs_buf_init(&shows_a, TEXT_BYTES);
	hs_buf_init(&shows_b, TEXT_BYTES);
	hs_active_each_entry(a->active, add_all, &shows_a);
	hs_active_each_entry(b->active, add_all, &shows_b);
	assert_string_equal(hs_buf_text(&shows_a), hs_buf_text(&shows_b));
	hs_buf_free(&shows_a);
	hs_buf_free(&shows_b);
	hs_active_digest(a->active, x);
	hs_active_digest(b->active, y);
	assert_string_equal(x, y);
}

static inline void
expect_rebuildable(const struct bench *bench)
{
	struct bench other;
	rebuild(bench, &other);
	expect_same(bench, &other);
	bench_end(&other);
}

#endif
