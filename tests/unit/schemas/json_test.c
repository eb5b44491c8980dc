/* JSON in both directions: the same message comes back, and what is wrong is named. */
#include "tests/unit/schemas/message_filler.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "schemas/json_rules.h"

#define ARENA_BYTES (8u << 20)
#define ROUNDS	    1000
#define SAMPLES	    400

static const ProtobufCMessageDescriptor *const TYPES[] = {
	&hansho__v1__notice__descriptor,
	&hansho__v1__feed_frame__descriptor,
	&hansho__v1__journal_record__descriptor,
	&hansho__v1__link_frame__descriptor,
	&hansho__v1__status_reply__descriptor,
};

static void
packed(const void *message, struct hs_buf *out)
{
	hs_buf_init(out, HS_FRAME_MAX_BYTES);
	hs_message_pack(message, out);
	assert_false(out->failed);
}

/* `from` is one member with two meanings: a position, or one of two words. */
static void
one_from_only(struct hs_arena *arena, void *message)
{
	ProtobufCMessage *base = message;
	if (base->descriptor != &hansho__v1__feed_frame__descriptor)
		return;
	hs_feed_frame *frame = message;
	if (frame->body_case == HANSHO__V1__FEED_FRAME__BODY_SUBSCRIBE)
		frame->subscribe->from_text =
			hs_arena_strdup(arena, frame->subscribe->from ? "" : "snapshot");
}

static void
random_messages_come_back(void **state)
{
	(void)state;
	for (uint64_t round = 0; round < ROUNDS; round++) {
		const ProtobufCMessageDescriptor *type = TYPES[round % HS_COUNT(TYPES)];
		struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
		struct filler filler = { arena, round * 31 + 1, round % 4 == 0, true };
		void *message = filler_message(&filler, type), *again = NULL;
		one_from_only(arena, message);
		json_t *json = hs_message_to_json(message);
		assert_non_null(json);
		char *text = json_dumps(json, JSON_COMPACT);
		assert_non_null(text);
		json_t *read = json_loads(text, 0, NULL);
		char why[200] = "x";
		if (hs_message_from_json(arena, type, read, &again, why, sizeof(why)) != HS_OK)
			fail_msg("%s: %s in %s", type->name, why, text);
		assert_string_equal(why, "");
		struct hs_buf before, after;
		packed(message, &before);
		packed(again, &after);
		assert_int_equal(before.len_bytes, after.len_bytes);
		assert_memory_equal(before.bytes ? before.bytes : "",
			after.bytes ? after.bytes : "", before.len_bytes);
		json_t *second = hs_message_to_json(again);
		assert_true(json_equal(json, second));
		json_decref(second);
		json_decref(read);
		free(text);
		json_decref(json);
		hs_buf_free(&before);
		hs_buf_free(&after);
		hs_arena_destroy(arena);
	}
}

static void
expect_json(const void *message, const char *expected)
{
	json_t *json = hs_message_to_json(message);
	char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
	assert_string_equal(text, expected);
	free(text);
	json_decref(json);
}

static void
the_written_form_is_as_promised(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	hs_notice *notice = HS_NEW(arena, &hansho__v1__notice__descriptor);
	expect_json(notice, "{}");
	notice->mode = HS_MODE(DRILL);
	notice->kind = (Hansho__V1__Kind)4711;
	notice->times = HS_NEW(arena, &hansho__v1__times__descriptor);
	notice->times->ordered = hs_time_new(arena, 1782899700000000LL, 540);
	notice->times->sent = hs_time_new(arena, 1782899700500000LL, -210);
	notice->times->sent->offset_assumed = 1;
	notice->original = HS_NEW(arena, &hansho__v1__original__descriptor);
	static uint8_t bytes[] = { 0x00, 0xab, 0xff };
	notice->original->sha256 = (ProtobufCBinaryData){ sizeof(bytes), bytes };
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL_EVACUATION;
	notice->evacuation = HS_NEW(arena, &hansho__v1__evacuation__descriptor);
	notice->evacuation->people = HS_NEW(arena, &hansho__v1__count__descriptor);
	expect_json(notice,
		"{\"evacuation\":{\"people\":{\"value\":0}},\"kind\":4711,\"mode\":\"drill\","
		"\"original\":{\"sha256\":\"00abff\"},"
		"\"times\":{\"ordered\":\"2026-07-01T18:55:00+09:00\","
		"\"sent\":\"2026-07-01T06:25:00.500000-03:30\",\"sent_offset_assumed\":true}}");
	notice->times->ordered->unix_us = INT64_MAX;
	notice->times->sent = NULL;
	notice->original = NULL;
	notice->evacuation->people = NULL;
	notice->kind = HS_KIND(EVACUATION);
	expect_json(notice, "{\"evacuation\":{},\"kind\":\"evacuation\",\"mode\":\"drill\","
			    "\"times\":{\"ordered\":{\"offset_minutes\":540,\"unix_us\":"
			    "9223372036854775807}}}");
	hs_arena_destroy(arena);
}

static void
frames_carry_their_type(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	hs_feed_frame *frame = HS_NEW(arena, &hansho__v1__feed_frame__descriptor);
	frame->body_case = HANSHO__V1__FEED_FRAME__BODY_HEARTBEAT;
	frame->heartbeat = HS_NEW(arena, &hansho__v1__feed_heartbeat__descriptor);
	expect_json(frame, "{\"newest_seq\":0,\"type\":\"heartbeat\"}");
	frame->body_case = HANSHO__V1__FEED_FRAME__BODY_SNAPSHOT;
	frame->snapshot = HS_NEW(arena, &hansho__v1__feed_snapshot__descriptor);
	expect_json(frame, "{\"notices\":[],\"seq\":0,\"type\":\"snapshot\"}");
	/* no body has a field that its type would hide */
	const ProtobufCMessageDescriptor *type = &hansho__v1__feed_frame__descriptor;
	for (unsigned i = 0; i < type->n_fields; i++)
		assert_null(protobuf_c_message_descriptor_get_field_by_name(
			type->fields[i].descriptor, HS_JSON_TYPE));
	hs_arena_destroy(arena);
}

static hs_feed_frame *
read_frame(struct hs_arena *arena, const char *text, char *why, size_t size)
{
	json_t *json = json_loads(text, 0, NULL);
	assert_non_null(json);
	hs_feed_frame *frame = NULL;
	enum hs_err err = hs_message_from_json(
		arena, &hansho__v1__feed_frame__descriptor, json, &frame, why, size);
	json_decref(json);
	assert_true((err == HS_OK) == (frame != NULL));
	return frame;
}

static void
a_subscription_is_read(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	char why[200];
	hs_feed_frame *frame = read_frame(arena,
		"{\"type\":\"subscribe\",\"from\":{\"epoch\":\"e\",\"seq\":7},\"mode\":\"drill\","
		"\"areas\":[\"13\",\"131016\"],\"kinds\":[\"evacuation\",\"!weather\"],"
		"\"level_min\":3}",
		why, sizeof(why));
	assert_non_null(frame);
	assert_int_equal(frame->body_case, HANSHO__V1__FEED_FRAME__BODY_SUBSCRIBE);
	assert_int_equal(frame->subscribe->from->seq, 7);
	assert_string_equal(frame->subscribe->from_text, "");
	assert_int_equal(frame->subscribe->n_areas, 2);
	assert_string_equal(frame->subscribe->kinds[1], "!weather");
	frame = read_frame(arena, "{\"from\":\"snapshot\",\"type\":\"subscribe\",\"kinds\":null}",
		why, sizeof(why));
	assert_non_null(frame);
	assert_null(frame->subscribe->from);
	assert_string_equal(frame->subscribe->from_text, "snapshot");
	expect_json(frame, "{\"from\":\"snapshot\",\"type\":\"subscribe\"}");
	hs_arena_destroy(arena);
}

static void
what_is_wrong_is_named(void **state)
{
	(void)state;
	static const struct {
		const char *text, *named;
	} rows[] = {
		{ "{}", "FeedFrame.type: " },
		{ "[]", "FeedFrame: expected an object" },
		{ "{\"type\":\"nothing\"}", "FeedFrame.type: " },
		{ "{\"type\":7}", "FeedFrame.type: " },
		{ "{\"type\":\"subscribe\",\"level_mim\":3}",
			"FeedFrame.level_mim: unknown member" },
		{ "{\"type\":\"subscribe\",\"from_text\":\"now\"}",
			"FeedFrame.from_text: unknown" },
		{ "{\"type\":\"subscribe\",\"level_min\":-1}",
			"FeedFrame.level_min: expected a whole" },
		{ "{\"type\":\"subscribe\",\"level_min\":4294967296}", "FeedFrame.level_min: " },
		{ "{\"type\":\"subscribe\",\"level_min\":\"3\"}", "FeedFrame.level_min: " },
		{ "{\"type\":\"subscribe\",\"level_min\":3.0}", "FeedFrame.level_min: " },
		{ "{\"type\":\"subscribe\",\"areas\":\"13\"}", "FeedFrame.areas: expected a list" },
		{ "{\"type\":\"subscribe\",\"areas\":[\"13\",14]}",
			"FeedFrame.areas[1]: expected a text" },
		{ "{\"type\":\"subscribe\",\"from\":{\"seq\":\"18446744073709551616\"}}",
			"FeedFrame.from.seq: " },
		{ "{\"type\":\"subscribe\",\"from\":{\"seq\":-1}}", "FeedFrame.from.seq: " },
		{ "{\"type\":\"subscribe\",\"from\":{\"seq\":\"7x\"}}", "FeedFrame.from.seq: " },
		{ "{\"type\":\"hello\",\"time\":\"yesterday\"}",
			"FeedFrame.time: expected a time" },
		{ "{\"type\":\"hello\",\"time_offset_assumed\":true}",
			"FeedFrame.time_offset_assumed: " },
		{ "{\"type\":\"error\",\"close\":1}", "FeedFrame.close: expected true or false" },
		{ "{\"type\":\"notice\",\"notice\":{\"original\":{\"sha256\":\"abc\"}}}",
			"FeedFrame.notice.original.sha256: " },
		{ "{\"type\":\"notice\",\"notice\":{\"original\":{\"sha256\":\"xy\"}}}",
			"FeedFrame.notice.original.sha256: " },
		{ "{\"type\":\"notice\",\"notice\":{\"mode\":true}}", "FeedFrame.notice.mode: " },
		{ "{\"type\":\"notice\",\"notice\":{\"event\":{},\"flood\":{}}}",
			"FeedFrame.notice.flood: only one" },
		{ "{\"type\":\"notice\",\"notice\":{\"earthquake\":{\"magnitude\":\"7\"}}}",
			"FeedFrame.notice.earthquake.magnitude: expected a number" },
	};
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
		char why[200] = "";
		assert_null(read_frame(arena, rows[i].text, why, sizeof(why)));
		if (strncmp(why, rows[i].named, strlen(rows[i].named)) != 0)
			fail_msg("%s: %s", rows[i].text, why);
		char cut[9] = "";
		assert_null(read_frame(arena, rows[i].text, cut, sizeof(cut)));
		assert_int_equal(strlen(cut), 8);
		assert_null(read_frame(arena, rows[i].text, NULL, 0));
		hs_arena_destroy(arena);
	}
}

static void
words_of_the_future_are_told_not_refused(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	char why[200];
	hs_feed_frame *frame = read_frame(arena,
		"{\"type\":\"notice\",\"seq\":\"18446744073709551615\","
		"\"notice\":{\"kind\":\"meteor\",\"action\":7}}",
		why, sizeof(why));
	assert_non_null(frame);
	assert_int_equal(frame->notice->notice->kind, HS_KIND(UNSPECIFIED));
	assert_int_equal(frame->notice->notice->action, 7);
	assert_true(frame->notice->seq == UINT64_MAX);
	assert_string_equal(why, "FeedFrame.notice.kind: unknown word, taken as unspecified");
	hs_arena_destroy(arena);
}

static void
texts_with_nul_and_numbers_without_a_form_stay_out(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	json_t *json = json_pack("{s:o}", "kind_text", json_stringn("a\0b", 3));
	hs_notice *notice = NULL;
	char why[100];
	assert_int_equal(hs_message_from_json(arena, &hansho__v1__notice__descriptor, json, &notice,
				 why, sizeof(why)),
		HS_ERR_PARSE);
	json_decref(json);
	notice = HS_NEW(arena, &hansho__v1__notice__descriptor);
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL_EARTHQUAKE;
	notice->earthquake = HS_NEW(arena, &hansho__v1__earthquake__descriptor);
	notice->earthquake->magnitude = NAN;
	notice->earthquake->depth_km = INFINITY;
	expect_json(notice, "{\"earthquake\":{}}");
	hs_arena_destroy(arena);
	arena = hs_arena_create(64);
	json = json_pack("{s:s}", "kind_text", "a");
	assert_int_equal(hs_message_from_json(arena, &hansho__v1__notice__descriptor, json, &notice,
				 why, sizeof(why)),
		HS_ERR_TOO_LARGE);
	json_decref(json);
	hs_arena_destroy(arena);
}

/* Lines of JSON for tests/e2e/test_schemas.py, which holds them against the published schemas. The file's name
 * stands in HS_JSON_SAMPLES; without it nothing is written. */
static void
samples_are_written_when_asked_for(void **state)
{
	(void)state;
	const char *path = getenv("HS_JSON_SAMPLES");
	FILE *file = path ? fopen(path, "w") : NULL;
	assert_true(!path || file);
	for (uint64_t round = 0; file && round < SAMPLES; round++) {
		struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
		struct filler filler = { arena, round * 613 + 7, round % 4 == 0, true };
		void *message = filler_message(&filler, TYPES[round % 2]);
		one_from_only(arena, message);
		json_t *json = hs_message_to_json(message);
		assert_int_equal(json_dumpf(json, file, JSON_COMPACT), 0);
		assert_int_equal(fputc('\n', file), '\n');
		json_decref(json);
		hs_arena_destroy(arena);
	}
	if (file)
		assert_int_equal(fclose(file), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_messages_come_back),
		cmocka_unit_test(the_written_form_is_as_promised),
		cmocka_unit_test(frames_carry_their_type),
		cmocka_unit_test(a_subscription_is_read),
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test(words_of_the_future_are_told_not_refused),
		cmocka_unit_test(texts_with_nul_and_numbers_without_a_form_stay_out),
		cmocka_unit_test(samples_are_written_when_asked_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
