#include "tests/unit/hub/feed/make_notice.h"

#include <jansson.h>

#include "hub/feed/entry.h"
#include "hub/feed/frames.h"

static json_t *
json_of(struct hs_frame *frame)
{
	json_error_t error;
	json_t *object = json_loadb((const char *)hs_frame_bytes(frame), hs_frame_len_bytes(frame),
		JSON_REJECT_DUPLICATES, &error);

	assert_non_null(object);
	return object;
}

static hs_feed_frame *
proto_of(struct hs_arena *arena, struct hs_frame *frame)
{
	hs_feed_frame *out;

	assert_int_equal(
		hs_message_unpack(arena, &hansho__v1__feed_frame__descriptor, hs_frame_bytes(frame),
			hs_frame_len_bytes(frame), HS_FRAME_MAX_BYTES, &out),
		HS_OK);
	return out;
}

/* "id: …\ndata: …\n\n" into its parts. */
static json_t *
json_of_event(struct hs_frame *frame, const char *id)
{
	char *text = strndup((const char *)hs_frame_bytes(frame), hs_frame_len_bytes(frame));
	char *data = strstr(text, "data: ");
	json_t *object;

	assert_non_null(data);
	assert_non_null(strstr(text, id));
	assert_string_equal(text + strlen(text) - 2, "\n\n");
	assert_ptr_equal(strchr(data, '\n'), text + strlen(text) - 2);
	object = json_loads(data + 6, 0, NULL);
	assert_non_null(object);
	free(text);
	return object;
}

static void
a_notice_says_the_same_in_each_form(void **state)
{
	struct hs_arena *arena = make_arena();
	uint64_t encodes[HS_FORM_COUNT] = { 0 };
	struct hs_entry *entry;
	hs_feed_frame *proto;
	json_t *json, *event, *again, *hops;

	(void)state;
	assert_int_equal(
		hs_entry_create("ep-1", make_order(arena, 7), 1790000000000123, &entry), HS_OK);
	proto = proto_of(arena, hs_entry_frame(entry, HS_FORM_PROTO, encodes));
	json = json_of(hs_entry_frame(entry, HS_FORM_JSON, encodes));
	event = json_of_event(hs_entry_frame(entry, HS_FORM_SSE, encodes), "id: ep-1:7\n");
	assert_true(json_equal(json, event));
	assert_string_equal(json_string_value(json_object_get(json, "type")), "notice");
	assert_string_equal(json_string_value(json_object_get(json, "epoch")), "ep-1");
	assert_int_equal(json_integer_value(json_object_get(json, "seq")), 7);
	assert_int_equal(proto->notice->seq, 7);
	again = hs_message_to_json(proto->notice->notice);
	assert_true(json_equal(json_object_get(json, "notice"), again));
	hops = json_object_get(json, "hops");
	assert_int_equal(json_array_size(hops), 2);
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(hops, 1), "name")), "feed");
	assert_string_equal(proto->notice->hops[1]->name, "feed");
	assert_int_equal(proto->notice->hops[1]->time->unix_us, 1790000000000123);
	json_decref(again);
	json_decref(event);
	json_decref(json);
	hs_entry_unref(entry);
	hs_arena_destroy(arena);
}

static void
a_notice_is_encoded_once_per_form(void **state)
{
	struct hs_arena *arena = make_arena();
	uint64_t encodes[HS_FORM_COUNT] = { 0 };
	struct hs_entry *entry;

	(void)state;
	assert_int_equal(hs_entry_create("e", make_order(arena, 1), 1, &entry), HS_OK);
	for (int form = 0; form < HS_FORM_COUNT; form++) {
		struct hs_frame *first = hs_entry_frame(entry, (enum hs_form)form, encodes);

		assert_non_null(first);
		for (int i = 0; i < 1000; i++)
			assert_ptr_equal(hs_entry_frame(entry, (enum hs_form)form, encodes), first);
	}
	assert_int_equal(encodes[HS_FORM_JSON], 1);
	assert_int_equal(encodes[HS_FORM_SSE], 1);
	hs_entry_unref(entry);
	hs_arena_destroy(arena);
}

static void
each_frame_says_the_same_in_both_forms(void **state)
{
	const struct hs_hello_facts hello = { "e", 0, 0, 5000, 1790000000000000, HS_MODE(DRILL) };
	const struct hs_position at = { "e", 9 };
	const struct hs_heartbeat_facts heartbeat = { 3, "0123", 1790000000000000, 77 };
	const struct hs_error_facts error = { 4400, "areas: \"98\"", false, 0 };
	static const char *const names[] = { "hello", "live", "gap", "heartbeat", "error", "pong" };
	struct hs_frame *frames[6][2];
	struct hs_arena *arena = make_arena();

	(void)state;
	for (int form = HS_FORM_JSON; form <= HS_FORM_PROTO; form++) {
		frames[0][form] = hs_frames_hello((enum hs_form)form, &hello);
		frames[1][form] = hs_frames_live((enum hs_form)form, &at);
		frames[2][form] = hs_frames_gap((enum hs_form)form, 4, 9, HS_GAP_EPOCH_UNKNOWN);
		frames[3][form] = hs_frames_heartbeat((enum hs_form)form, &heartbeat);
		frames[4][form] = hs_frames_error((enum hs_form)form, &error);
		frames[5][form] = hs_frames_pong((enum hs_form)form, 12);
	}
	for (size_t i = 0; i < HS_COUNT(names); i++) {
		json_t *json = json_of(frames[i][HS_FORM_JSON]), *value, *other;
		hs_feed_frame *proto = proto_of(arena, frames[i][HS_FORM_PROTO]);
		const char *key;

		assert_string_equal(json_string_value(json_object_get(json, "type")), names[i]);
		other = hs_message_to_json(proto->hello);
		json_object_foreach (other, key, value)
			assert_true(json_equal(json_object_get(json, key), value));
		json_decref(other);
		json_decref(json);
		hs_frame_unref(frames[i][HS_FORM_JSON]);
		hs_frame_unref(frames[i][HS_FORM_PROTO]);
	}
	hs_arena_destroy(arena);
}

/* A reader of JSON need not know the defaults of protobuf. */
static void
zeros_are_written(void **state)
{
	const struct hs_hello_facts hello = { "e", 0, 0, 5000, 1790000000000000, HS_MODE(DRILL) };
	const struct hs_error_facts error = { 4400, "text", false, 0 };
	struct hs_frame *frame = hs_frames_hello(HS_FORM_JSON, &hello);
	json_t *json = json_of(frame);

	(void)state;
	assert_true(json_is_integer(json_object_get(json, "newest_seq")));
	assert_true(json_is_integer(json_object_get(json, "oldest_seq")));
	assert_string_equal(json_string_value(json_object_get(json, "mode")), "drill");
	assert_string_equal(
		json_string_value(json_object_get(json, "time")), "2026-09-21T23:13:20+09:00");
	json_decref(json);
	hs_frame_unref(frame);
	frame = hs_frames_error(HS_FORM_JSON, &error);
	json = json_of(frame);
	assert_true(json_is_false(json_object_get(json, "close")));
	json_decref(json);
	hs_frame_unref(frame);
}

static void
positions_are_read_strictly(void **state)
{
	static const char *const bad[] = { "", ":", "e", "e:", ":1", "e:1x", "e:-1", "e: 1",
		"e:12345678901234567890",
		"0123456789012345678901234567890123456789012345678901234567890123456789:1" };
	char epoch[HS_EPOCH_SIZE];
	uint64_t seq;

	(void)state;
	assert_int_equal(hs_position_parse("a-b:c:12", epoch, &seq), HS_OK);
	assert_string_equal(epoch, "a-b:c");
	assert_int_equal(seq, 12);
	for (size_t i = 0; i < HS_COUNT(bad); i++)
		assert_int_equal(hs_position_parse(bad[i], epoch, &seq), HS_ERR_PARSE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_notice_says_the_same_in_each_form),
		cmocka_unit_test(a_notice_is_encoded_once_per_form),
		cmocka_unit_test(each_frame_says_the_same_in_both_forms),
		cmocka_unit_test(zeros_are_written),
		cmocka_unit_test(positions_are_read_strictly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
