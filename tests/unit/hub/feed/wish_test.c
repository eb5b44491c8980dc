#include "tests/unit/hub/feed/make_notice.h"

#include "hub/feed/wish.h"

static void
json_messages(void **state)
{
	static const struct {
		const char *text;
		int code; /* 0: taken */
		const char *named;
		enum hs_from from;
	} rows[] = {
		{ "{\"type\":\"subscribe\",\"mode\":\"drill\"}", 0, "", HS_FROM_SNAPSHOT },
		{ "{\"type\":\"subscribe\",\"mode\":\"drill\",\"from\":\"now\"}", 0, "",
			HS_FROM_NOW },
		{ "{\"type\":\"subscribe\",\"mode\":\"drill\",\"from\":{\"epoch\":\"e\",\"seq\":4},"
		  "\"areas\":[\"99\",\"131016\"],\"kinds\":[\"evacuation\",\"!weather\"],"
		  "\"level_min\":3}",
			0, "", HS_FROM_POSITION },
		{ "{\"type\":\"subscribe\"}", HS_CLOSE_MODE, "drill", 0 },
		{ "{\"type\":\"subscribe\",\"mode\":\"live\"}", HS_CLOSE_MODE, "drill", 0 },
		{ "{\"type\":\"subscribe\",\"mode\":\"test\"}", HS_CLOSE_BAD, "test", 0 },
		{ "{\"type\":\"subscribe\",\"mode\":\"drill\",\"from\":\"later\"}", HS_CLOSE_BAD,
			"later", 0 },
		{ "{\"type\":\"subscribe\",\"mode\":\"drill\",\"areas\":[\"980001\"]}",
			HS_CLOSE_BAD, "980001", 0 },
		{ "{\"type\":\"subscribe\",\"mode\":\"drill\",\"kinds\":[\"storm\"]}", HS_CLOSE_BAD,
			"storm", 0 },
		{ "{\"type\":\"subscribe\",\"mode\":\"drill\",\"level_min\":7}", HS_CLOSE_BAD, "7",
			0 },
		{ "{\"type\":\"subscribe\",\"mode\":\"drill\",\"area\":[\"99\"]}", HS_CLOSE_BAD,
			"area", 0 },
		{ "{\"type\":\"subscribe\",\"mode\":\"drill\",\"areas\":\"99\"}", HS_CLOSE_BAD,
			"areas", 0 },
		{ "{\"type\":\"hello\"}", HS_CLOSE_BAD, "hello", 0 },
		{ "{\"type\":5}", HS_CLOSE_BAD, "type", 0 },
		{ "{}", HS_CLOSE_BAD, "type", 0 },
		{ "[]", HS_CLOSE_BAD, "object", 0 },
		{ "", HS_CLOSE_BAD, "JSON", 0 },
		{ "{\"type\":\"subscribe\",\"type\":\"ping\"}", HS_CLOSE_BAD, "JSON", 0 },
	};

	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct hs_arena *arena = make_arena();
		struct hs_refusal refusal = { 0 };
		hs_feed_frame *frame;
		struct hs_wish wish = { 0 };
		enum hs_err err =
			hs_client_frame_parse(arena, HS_FORM_JSON, (const uint8_t *)rows[i].text,
				strlen(rows[i].text), false, &frame, &refusal);

		if (err == HS_OK)
			err = hs_wish_from_subscribe(
				frame->subscribe, HS_MODE(DRILL), 8, &wish, &refusal);
		if ((err == HS_OK) != (rows[i].code == 0) || refusal.code != rows[i].code ||
			strstr(refusal.why, rows[i].named) == NULL)
			fail_msg("row %zu: %d %s", i, refusal.code, refusal.why);
		if (err == HS_OK)
			assert_int_equal(wish.from, rows[i].from);
		if (wish.from == HS_FROM_POSITION) {
			assert_string_equal(wish.epoch, "e");
			assert_int_equal(wish.seq, 4);
			assert_int_equal(wish.filter.areas.count, 2);
			assert_int_equal(wish.filter.level_min, 3);
		}
		hs_filter_free(&wish.filter);
		hs_arena_destroy(arena);
	}
}

static void
proto_messages(void **state)
{
	struct hs_arena *arena = make_arena();
	hs_feed_frame *frame = NEW(arena, feed_frame), *out;
	Hansho__V1__FeedPing *ping = NEW(arena, feed_ping);
	Hansho__V1__FeedLive *live = NEW(arena, feed_live);
	struct hs_refusal refusal;
	struct hs_buf packed;

	(void)state;
	hs_buf_init(&packed, 1000);
	frame->body_case = HANSHO__V1__FEED_FRAME__BODY_PING;
	frame->ping = ping;
	ping->id = 5;
	hs_message_pack(frame, &packed);
	assert_int_equal(hs_client_frame_parse(arena, HS_FORM_PROTO, (const uint8_t *)packed.bytes,
				 packed.len_bytes, true, &out, &refusal),
		HS_OK);
	assert_int_equal(out->ping->id, 5);
	/* text in the binary form and the other way round */
	assert_int_equal(hs_client_frame_parse(arena, HS_FORM_PROTO, (const uint8_t *)packed.bytes,
				 packed.len_bytes, false, &out, &refusal),
		HS_ERR_INVALID);
	assert_int_equal(hs_client_frame_parse(arena, HS_FORM_JSON, (const uint8_t *)"{}", 2, true,
				 &out, &refusal),
		HS_ERR_INVALID);
	/* what only servers say, nothing, and nonsense */
	packed.len_bytes = 0;
	frame->body_case = HANSHO__V1__FEED_FRAME__BODY_LIVE;
	frame->live = live;
	hs_message_pack(frame, &packed);
	assert_int_equal(hs_client_frame_parse(arena, HS_FORM_PROTO, (const uint8_t *)packed.bytes,
				 packed.len_bytes, true, &out, &refusal),
		HS_ERR_INVALID);
	assert_int_equal(hs_client_frame_parse(arena, HS_FORM_PROTO, (const uint8_t *)"", 0, true,
				 &out, &refusal),
		HS_ERR_INVALID);
	assert_int_equal(hs_client_frame_parse(arena, HS_FORM_PROTO,
				 (const uint8_t *)"\xff\xff\xff", 3, true, &out, &refusal),
		HS_ERR_INVALID);
	hs_buf_free(&packed);
	hs_arena_destroy(arena);
}

static void
queries(void **state)
{
	static const struct {
		const char *query, *last_event_id;
		bool subscription;
		int code;
		const char *named;
		enum hs_from from;
		size_t areas;
	} rows[] = {
		{ "", "", false, 0, "", HS_FROM_SNAPSHOT, 0 },
		{ "", "", true, HS_CLOSE_MODE, "drill", 0, 0 },
		{ "mode=live", "", false, HS_CLOSE_MODE, "drill", 0, 0 },
		{ "mode=drill&areas=99,131016&kinds=!weather&level_min=3", "", true, 0, "",
			HS_FROM_SNAPSHOT, 2 },
		{ "mode=drill&areas=99%2C131016", "", true, 0, "", HS_FROM_SNAPSHOT, 2 },
		{ "mode=drill&from=now", "", true, 0, "", HS_FROM_NOW, 0 },
		{ "mode=drill&from=e:4", "", true, 0, "", HS_FROM_POSITION, 0 },
		{ "mode=drill&from=now", "e:4", true, 0, "", HS_FROM_POSITION, 0 },
		{ "mode=drill", "nonsense", true, HS_CLOSE_BAD, "nonsense", 0, 0 },
		{ "mode=drill&areas=98", "", true, HS_CLOSE_BAD, "98", 0, 0 },
		{ "mode=drill&kinds=storm", "", true, HS_CLOSE_BAD, "storm", 0, 0 },
		{ "mode=drill&level_min=6", "", true, HS_CLOSE_BAD, "level_min", 0, 0 },
		{ "mode=drill&level_min=x", "", true, HS_CLOSE_BAD, "level_min", 0, 0 },
		{ "mode=drill&level_min=", "", true, HS_CLOSE_BAD, "level_min", 0, 0 },
		{ "mode=drill&areas=1,2,3,4,5,6,7,8,9", "", true, HS_CLOSE_BAD, "areas", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		const struct hs_wish_query query = { rows[i].query, rows[i].last_event_id,
			HS_MODE(DRILL), rows[i].subscription, 8 };
		struct hs_refusal refusal = { 0 };
		struct hs_wish wish;
		enum hs_err err = hs_wish_from_query(&query, &wish, &refusal);

		if ((err == HS_OK) != (rows[i].code == 0) || refusal.code != rows[i].code ||
			strstr(refusal.why, rows[i].named) == NULL)
			fail_msg("row %zu: %d %s", i, refusal.code, refusal.why);
		if (err == HS_OK) {
			assert_int_equal(wish.from, rows[i].from);
			assert_int_equal(wish.filter.areas.count, rows[i].areas);
		}
		hs_filter_free(&wish.filter);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_messages),
		cmocka_unit_test(proto_messages),
		cmocka_unit_test(queries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
