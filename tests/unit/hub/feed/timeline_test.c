/* What happened in one place, and what has expired. */
#include "tests/unit/hub/feed/make_notice.h"

#include <jansson.h>

#include "hub/feed/timeline.h"

#define MINUTE_US 60000000LL
#define BASE_US	  1790000000000000LL
#define NO_END	  0

static struct hs_arena *arena;
static struct hs_filter filter;

static int
begin(void **state)
{
	const char *const area = "990019";
	const struct hs_filter_words words = { .areas = &area, .area_count = 1 };
	char why[HS_FILTER_WHY];

	(void)state;
	arena = make_arena();
	assert_int_equal(hs_filter_parse(&words, 8, &filter, why), HS_OK);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	hs_filter_free(&filter);
	hs_arena_destroy(arena);
	return 0;
}

/* A warning of rain at that level (0: lifted), told and accepted at that minute. */
static hs_notice *
warning(const char *document, int minute, uint32_t level, int until_minute, int action)
{
	hs_notice *notice = make_notice(arena, &(struct made){ .area = "990019",
						       .kind = HS_KIND(WEATHER),
						       .action = action,
						       .document = document,
						       .revision = 1000 + (uint32_t)minute });
	Hansho__V1__Hazard *item = NEW(arena, hazard);
	hs_area *area = NEW(arena, area);

	notice->detail_case = HANSHO__V1__NOTICE__DETAIL_WEATHER;
	notice->weather = NEW(arena, weather);
	notice->document->moments = true;
	item->hazard = hs_arena_strdup(arena, "rain");
	item->name = hs_arena_strdup(arena, "レベル４大雨危険警報");
	item->in_force = level > 0;
	item->equivalent_level = NEW(arena, level);
	item->equivalent_level->number = level;
	area->code = hs_arena_strdup(arena, "990019");
	assert_true(hs_repeat(arena, &item->n_areas, &item->areas, area));
	assert_true(hs_repeat(arena, &notice->weather->n_items, &notice->weather->items, item));
	notice->times = NEW(arena, times);
	notice->times->reported = hs_time_new(arena, BASE_US + minute * MINUTE_US, 540);
	notice->times->accepted = notice->times->reported;
	if (until_minute != NO_END)
		notice->times->valid_until =
			hs_time_new(arena, BASE_US + until_minute * MINUTE_US, 540);
	return notice;
}

/* "issued 4 by 1;raised 5 by 2;" */
static void
expect(const struct hs_timeline *timeline, const char *events)
{
	struct hs_buf text;
	size_t i;
	json_t *event;

	hs_buf_init(&text, 1u << 16);
	json_array_foreach (hs_timeline_events(timeline), i, event)
		hs_buf_printf(&text, "%s %d by %d;",
			json_string_value(json_object_get(event, "event")),
			(int)json_integer_value(json_object_get(event, "equivalent_level")),
			(int)json_integer_value(json_object_get(event, "by_seq")));
	assert_string_equal(hs_buf_text(&text), events);
	hs_buf_free(&text);
}

static void
tells_what_changed_and_why(void **state)
{
	const struct hs_timeline_wish wish = { &filter, 0, 100, 0 };
	struct hs_timeline *timeline = hs_timeline_create(&wish);
	int update = HS_ACTION(UPDATE), cancel = HS_ACTION(CANCEL);

	(void)state;
	assert_int_equal(hs_timeline_take(timeline, 1, warning("a", 0, 3, NO_END, update)), HS_OK);
	assert_int_equal(hs_timeline_take(timeline, 2, warning("a", 10, 4, NO_END, update)), HS_OK);
	assert_int_equal(hs_timeline_take(timeline, 3, warning("a", 20, 4, NO_END, update)), HS_OK);
	assert_int_equal(hs_timeline_take(timeline, 4, warning("a", 30, 3, NO_END, update)), HS_OK);
	assert_int_equal(hs_timeline_take(timeline, 5, warning("a", 40, 0, NO_END, update)), HS_OK);
	assert_int_equal(hs_timeline_take(timeline, 6, warning("a", 50, 5, NO_END, update)), HS_OK);
	assert_int_equal(hs_timeline_take(timeline, 7, warning("a", 60, 0, NO_END, cancel)), HS_OK);
	assert_int_equal(hs_timeline_end(timeline, BASE_US + 70 * MINUTE_US), HS_OK);
	expect(timeline, "issued 3 by 1;raised 4 by 2;lowered 3 by 4;lifted 3 by 5;issued 5 by 6;"
			 "cancelled 5 by 7;");
	assert_int_equal(hs_timeline_seq(timeline), 7);
	hs_timeline_destroy(timeline);
}

/* Nobody sends anything when something expires: it stands between the messages, and at the end. */
static void
tells_what_expired(void **state)
{
	const struct hs_timeline_wish wish = { &filter, 0, 100, 0 };
	struct hs_timeline *timeline = hs_timeline_create(&wish);
	const json_t *first;

	(void)state;
	assert_int_equal(
		hs_timeline_take(timeline, 1, warning("a", 0, 3, 15, HS_ACTION(UPDATE))), HS_OK);
	assert_int_equal(
		hs_timeline_take(timeline, 2, warning("b", 20, 4, 30, HS_ACTION(UPDATE))), HS_OK);
	expect(timeline, "issued 3 by 1;expired 3 by 0;issued 4 by 2;");
	first = json_array_get(hs_timeline_events(timeline), 1);
	assert_string_equal(json_string_value(json_object_get(first, "at")),
		json_string_value(json_object_get(first, "valid_until")));
	assert_int_equal(hs_timeline_end(timeline, BASE_US + 29 * MINUTE_US), HS_OK);
	expect(timeline, "issued 3 by 1;expired 3 by 0;issued 4 by 2;");
	assert_int_equal(hs_timeline_end(timeline, BASE_US + 30 * MINUTE_US), HS_OK);
	expect(timeline, "issued 3 by 1;expired 3 by 0;issued 4 by 2;expired 4 by 0;");
	hs_timeline_destroy(timeline);
}

/* Who goes on from the last page with its seq and its last expiry is told of nothing twice, and of everything once. */
static void
goes_on_after_an_expiry(void **state)
{
	struct hs_timeline_wish wish = { &filter, 0, 100, 0 };
	struct hs_timeline *timeline = hs_timeline_create(&wish);
	const hs_notice *first = warning("a", 0, 3, 15, HS_ACTION(UPDATE));
	hs_notice *second = warning("b", 1, 4, 15, HS_ACTION(UPDATE));

	(void)state;
	second->weather->items[0]->hazard = hs_arena_strdup(arena, "snow");
	second->times->valid_until->unix_us += 5 * MINUTE_US;
	assert_int_equal(hs_timeline_take(timeline, 1, first), HS_OK);
	assert_int_equal(hs_timeline_take(timeline, 2, second), HS_OK);
	assert_int_equal(hs_timeline_end(timeline, BASE_US + 16 * MINUTE_US), HS_OK);
	expect(timeline, "issued 3 by 1;issued 4 by 2;expired 3 by 0;");
	wish.after_seq = 2;
	wish.expired_after_unix_us = hs_timeline_expired(timeline, BASE_US + 16 * MINUTE_US);
	assert_true(wish.expired_after_unix_us == BASE_US + 15 * MINUTE_US);
	hs_timeline_destroy(timeline);
	/* a second look finds nothing new */
	timeline = hs_timeline_create(&wish);
	assert_int_equal(hs_timeline_take(timeline, 1, first), HS_OK);
	assert_int_equal(hs_timeline_take(timeline, 2, second), HS_OK);
	assert_int_equal(hs_timeline_end(timeline, BASE_US + 17 * MINUTE_US), HS_OK);
	expect(timeline, "");
	hs_timeline_destroy(timeline);
	/* the next expiry and a notice whose clock is behind the first one: each once */
	timeline = hs_timeline_create(&wish);
	assert_int_equal(hs_timeline_take(timeline, 1, first), HS_OK);
	assert_int_equal(hs_timeline_take(timeline, 2, second), HS_OK);
	assert_int_equal(
		hs_timeline_take(timeline, 3, warning("c", 14, 5, 60, HS_ACTION(UPDATE))), HS_OK);
	assert_int_equal(hs_timeline_end(timeline, BASE_US + 21 * MINUTE_US), HS_OK);
	expect(timeline, "issued 5 by 3;expired 4 by 0;");
	hs_timeline_destroy(timeline);
}

static void
pages_hold_whole_notices(void **state)
{
	const struct hs_timeline_wish wish = { &filter, 1, 1, 0 };
	struct hs_timeline *timeline = hs_timeline_create(&wish);

	(void)state;
	for (uint64_t seq = 1; seq <= 2; seq++)
		assert_int_equal(hs_timeline_take(timeline, seq,
					 warning("a", (int)seq, 2 + (uint32_t)seq, NO_END,
						 HS_ACTION(UPDATE))),
			HS_OK);
	assert_int_equal(
		hs_timeline_take(timeline, 3, warning("a", 9, 5, NO_END, HS_ACTION(UPDATE))),
		HS_ERR_FULL);
	expect(timeline, "raised 4 by 2;");
	assert_int_equal(hs_timeline_seq(timeline), 2);
	hs_timeline_destroy(timeline);
}

/* An expiry changes what is read, and the ETag, but not the digest. */
static void
expiry_is_for_those_who_read(void **state)
{
	struct hs_active *active = hs_active_create();
	char before[HS_DIGEST_SIZE], after[HS_DIGEST_SIZE], etag[128], same[128];
	struct hs_frame *snapshot = hs_frame_from("{\"a\":1}", 7);
	int64_t end_us = BASE_US + 15 * MINUTE_US;
	struct hs_buf text;

	(void)state;
	assert_int_equal(
		hs_active_apply(active, 1, warning("a", 0, 3, 15, HS_ACTION(UPDATE)), NULL), HS_OK);
	hs_active_digest(active, before);
	hs_buf_init(&text, 1u << 16);
	hs_state_add(active, &filter, snapshot, end_us - 1, &text);
	assert_non_null(strstr(hs_buf_text(&text), "{\"a\":1,\"at\":\""));
	assert_non_null(strstr(hs_buf_text(&text), "\"equivalent_level\":3"));
	hs_state_etag(active, "ep", 1, end_us - 1, etag, sizeof(etag));
	assert_string_equal(etag, "W/\"ep:1\"");
	hs_buf_free(&text);
	hs_buf_init(&text, 1u << 16);
	hs_state_add(active, &filter, snapshot, end_us, &text);
	assert_non_null(strstr(hs_buf_text(&text), "\"in_force\":[]}"));
	hs_state_etag(active, "ep", 1, end_us, etag, sizeof(etag));
	hs_state_etag(active, "ep", 1, end_us + MINUTE_US, same, sizeof(same));
	assert_string_not_equal(etag, "W/\"ep:1\"");
	assert_string_equal(etag, same);
	hs_active_digest(active, after);
	assert_string_equal(before, after);
	hs_buf_free(&text);
	hs_frame_unref(snapshot);
	hs_active_destroy(active);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tells_what_changed_and_why, begin, end),
		cmocka_unit_test_setup_teardown(tells_what_expired, begin, end),
		cmocka_unit_test_setup_teardown(goes_on_after_an_expiry, begin, end),
		cmocka_unit_test_setup_teardown(pages_hold_whole_notices, begin, end),
		cmocka_unit_test_setup_teardown(expiry_is_for_those_who_read, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
