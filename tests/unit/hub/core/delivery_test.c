/* Where a stream begins, what it sends, when it waits. */
#include "tests/unit/hub/core/fixtures.h"

/* `count` orders of documents d1…, all on disk. */
static void
fill(struct desk *desk, uint32_t count)
{
	desk_hello(desk, GATE);
	for (uint32_t i = 1; i <= count; i++) {
		char *id = hs_arena_printf(desk->arena, "d%u", i);

		desk_submit(desk, (struct order){ id, 1, HS_ACTION(ISSUE), .level = 4 });
	}
	desk_commit(desk);
}

static uint64_t
delivered(struct desk *desk, uint32_t peer, size_t n)
{
	hs_link_frame *frame = DESK_SENT(desk, peer, DELIVER, n);

	return frame == NULL ? 0 : frame->deliver->seq;
}

static void
test_nothing_is_sent_before_the_disk_has_it(void **state)
{
	struct desk *desk = *state;

	desk_hello(desk, GATE);
	desk_hello(desk, FEED);
	desk_resume(desk, FEED, "", 0, false, false);
	assert_non_null(DESK_SENT(desk, FEED, LIVE, 0));
	desk_submit(desk, (struct order){ "d", 1, HS_ACTION(ISSUE), .level = 4 });
	assert_null(DESK_SENT(desk, FEED, DELIVER, 0));
	desk_commit(desk);
	assert_int_equal(delivered(desk, FEED, 0), 1);
	assert_int_equal(DESK_SENT(desk, FEED, DELIVER, 0)->deliver->prev_seq, 0);
	assert_int_equal(DESK_SENT(desk, FEED, DELIVER, 0)->deliver->n_hops, 3);
	assert_int_equal(strlen(DESK_SENT(desk, FEED, DELIVER, 0)->deliver->submission_id), 32);
}

static void
test_resume_sends_exactly_what_was_missed(void **state)
{
	struct desk *desk = *state;

	fill(desk, 5);
	desk_hello(desk, FEED);
	assert_int_equal(DESK_SENT(desk, FEED, HELLO, 0)->hello->newest_seq, 5);
	desk_resume(desk, FEED, desk->options.epoch, 2, false, false);
	assert_int_equal(delivered(desk, FEED, 0), 3);
	assert_int_equal(DESK_SENT(desk, FEED, DELIVER, 0)->deliver->prev_seq, 2);
	assert_int_equal(delivered(desk, FEED, 2), 5);
	assert_int_equal(DESK_SENT(desk, FEED, DELIVER, 2)->deliver->prev_seq, 4);
	assert_int_equal(delivered(desk, FEED, 3), 0);
	assert_int_equal(DESK_SENT(desk, FEED, LIVE, 0)->live->seq, 5);
}

static void
test_an_unknown_place_gets_gap_and_snapshot(void **state)
{
	static const struct {
		const char *epoch;
		uint64_t seq;
	} places[] = { { "another epoch", 2 }, { "0123456789abcdef0123456789abcdef", 6 },
		{ "", 3 } };
	struct desk *desk = *state;

	fill(desk, 5);
	for (size_t i = 0; i < HS_COUNT(places); i++) {
		desk_hello(desk, FEED);
		desk_resume(desk, FEED, places[i].epoch, places[i].seq, false, false);
		assert_non_null(DESK_SENT(desk, FEED, GAP, 0));
		assert_int_equal(DESK_SENT(desk, FEED, SNAPSHOT, 0)->snapshot->seq, 5);
		assert_true(DESK_SENT(desk, FEED, SNAPSHOT, 0)->snapshot->last);
		assert_int_equal(delivered(desk, FEED, 0), 0);
		assert_non_null(DESK_SENT(desk, FEED, LIVE, 0));
	}
}

static void
test_a_new_feed_gets_the_snapshot_then_the_rest(void **state)
{
	struct desk *desk = *state;
	char digest[64];

	fill(desk, 3);
	desk_hello(desk, FEED);
	desk_resume(desk, FEED, "", 0, false, true);
	hs_core_digest(desk->core, digest);
	assert_string_equal(DESK_SENT(desk, FEED, SNAPSHOT, 0)->snapshot->digest, digest);
	assert_int_equal(delivered(desk, FEED, 0), 0);
	desk_submit(desk, (struct order){ "new", 1, HS_ACTION(ISSUE), .level = 4 });
	desk_commit(desk);
	assert_int_equal(delivered(desk, FEED, 0), 4);
	assert_int_equal(DESK_SENT(desk, FEED, DELIVER, 0)->deliver->prev_seq, 3);
}

static void
test_a_place_and_a_snapshot_lose_nothing(void **state)
{
	struct desk *desk = *state;

	fill(desk, 5);
	desk_hello(desk, FEED);
	desk_resume(desk, FEED, desk->options.epoch, 3, false, true);
	assert_non_null(DESK_SENT(desk, FEED, SNAPSHOT, 0));
	assert_int_equal(delivered(desk, FEED, 0), 4);
	assert_int_equal(delivered(desk, FEED, 1), 5);
}

static void
test_an_adapter_goes_on_from_its_last_ack(void **state)
{
	struct desk *desk = *state;

	fill(desk, 5);
	desk_hello(desk, ADAPTER);
	desk_resume(desk, ADAPTER, "", 0, true, false);
	assert_int_equal(delivered(desk, ADAPTER, 0), 1);
	desk_ack(desk, ADAPTER, 3);
	desk->mono_us += 60000;
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_TICK });
	assert_true(desk_count(desk, HS_EFFECT_APPEND) >= 1);
	desk_commit(desk);
	desk_restart(desk);
	desk_hello(desk, ADAPTER);
	desk_resume(desk, ADAPTER, "", 0, true, false);
	assert_int_equal(delivered(desk, ADAPTER, 0), 4);
	assert_int_equal(DESK_SENT(desk, ADAPTER, DELIVER, 0)->deliver->prev_seq, 0);
	assert_int_equal(DESK_SENT(desk, ADAPTER, DELIVER, 1)->deliver->prev_seq, 4);
}

static void
test_the_window_holds_back(void **state)
{
	struct desk *desk = *state;

	hs_core_destroy(desk->core);
	desk->options.windows = (struct hs_core_windows){ 2, 2 };
	desk->core = hs_core_create(&desk->options);
	fill(desk, 5);
	desk_hello(desk, FEED);
	desk_resume(desk, FEED, "", 0, false, false);
	assert_int_equal(delivered(desk, FEED, 1), 2);
	assert_int_equal(delivered(desk, FEED, 2), 0);
	assert_null(DESK_SENT(desk, FEED, LIVE, 0));
	desk_ack(desk, FEED, 1);
	assert_int_equal(delivered(desk, FEED, 0), 3);
	assert_int_equal(delivered(desk, FEED, 1), 0);
	desk_ack(desk, FEED, 3);
	assert_int_equal(delivered(desk, FEED, 1), 5);
	assert_non_null(DESK_SENT(desk, FEED, LIVE, 0));
}

/* What waits for outlets needs room for a disaster; a feed only as much as fills a link. */
static void
test_adapters_and_feeds_have_windows_of_their_own(void **state)
{
	struct desk *desk = *state;

	assert_int_equal(desk->options.windows.adapter, 8192);
	assert_int_equal(desk->options.windows.feed, 256);
	hs_core_destroy(desk->core);
	desk->options.windows = (struct hs_core_windows){ .adapter = 4, .feed = 2 };
	desk->core = hs_core_create(&desk->options);
	fill(desk, 5);
	desk_hello(desk, FEED);
	assert_int_equal(DESK_SENT(desk, FEED, HELLO, 0)->hello->window, 2);
	desk_resume(desk, FEED, "", 0, false, false);
	assert_int_equal(delivered(desk, FEED, 1), 2);
	assert_int_equal(delivered(desk, FEED, 2), 0);
	desk_hello(desk, ADAPTER);
	assert_int_equal(DESK_SENT(desk, ADAPTER, HELLO, 0)->hello->window, 4);
	desk_resume(desk, ADAPTER, "", 0, false, false);
	assert_int_equal(delivered(desk, ADAPTER, 3), 4);
	assert_int_equal(delivered(desk, ADAPTER, 4), 0);
}

/* An order whose text has 1 MiB. */
static void
submit_large(struct desk *desk, uint32_t i)
{
	struct hs_arena *arena = hs_arena_create((size_t)8 << 20);
	char id[16];
	hs_submit *submit;
	char *text;

	snprintf(id, sizeof(id), "d%u", i);
	submit = order_submit(arena, &(struct order){ id, 1, HS_ACTION(ISSUE), .level = 4 });
	text = hs_arena_alloc(arena, ((size_t)1 << 20) + 1);
	memset(text, 'x', (size_t)1 << 20);
	submit->notice->texts[0]->body = text;
	DESK_FRAME(desk, GATE, SUBMIT, submit, submit);
	desk_commit(desk);
	hs_arena_destroy(arena);
}

/* How many large orders the last step sent to the peer; *len_bytes of all its frames. */
static uint64_t
large_sent(struct desk *desk, uint32_t peer, size_t *len_bytes)
{
	uint64_t count = 0;

	*len_bytes = 0;
	for (size_t i = 0; i < desk->effects.count; i++) {
		const struct hs_effect *effect = &desk->effects.items[i];

		if (effect->type != HS_EFFECT_SEND || effect->peer != peer)
			continue;
		size_t bytes = desk_sent_bytes(desk, effect).len_bytes;

		*len_bytes += bytes;
		count += bytes >= (size_t)1 << 20;
	}
	return count;
}

/* The same until no turn is wanted any more. */
static uint64_t
large_sent_in_turns(struct desk *desk, uint32_t peer, size_t *len_bytes)
{
	uint64_t count = large_sent(desk, peer, len_bytes);

	while (desk_count(desk, HS_EFFECT_TURN) > 0) {
		size_t more_bytes;

		desk_turn(desk);
		count += large_sent(desk, peer, &more_bytes);
		*len_bytes += more_bytes;
	}
	return count;
}

/* A window never hands a link more than its queue takes, however many notices the window allows. */
static void
test_large_notices_fit_the_link(void **state)
{
	struct desk *desk = *state;
	size_t len_bytes;
	uint64_t first;

	desk_hello(desk, GATE);
	for (uint32_t i = 1; i <= 24; i++)
		submit_large(desk, i);
	desk_hello(desk, FEED);
	desk_resume(desk, FEED, "", 0, false, false);
	assert_int_equal(large_sent(desk, FEED, &len_bytes), 1); /* a slice */
	first = large_sent_in_turns(desk, FEED, &len_bytes);
	assert_true(len_bytes <= (size_t)18 << 20);
	assert_in_range(first, 1, 23);
	desk_ack(desk, FEED, first);
	assert_int_equal(large_sent_in_turns(desk, FEED, &len_bytes), 24 - first);
	desk_ack(desk, FEED, 24);
	submit_large(desk, 25);
	assert_int_equal(large_sent(desk, FEED, &len_bytes), 1);
}

static void
test_what_is_not_in_memory_is_read(void **state)
{
	struct desk *desk = *state;

	hs_core_destroy(desk->core);
	desk->options.recent.notices = 2;
	desk->core = hs_core_create(&desk->options);
	fill(desk, 6);
	desk_hello(desk, FEED);
	desk_resume(desk, FEED, desk->options.epoch, 1, false, false);
	assert_int_equal(delivered(desk, FEED, 0), 0);
	assert_int_equal(desk_count(desk, HS_EFFECT_READ), 1);
	desk_read(desk);
	assert_int_equal(delivered(desk, FEED, 0), 2);
	assert_int_equal(delivered(desk, FEED, 4), 6);
	assert_non_null(DESK_SENT(desk, FEED, LIVE, 0));
}

static void
test_the_answer_to_an_old_read_is_ignored(void **state)
{
	struct desk *desk = *state;
	struct hs_event records = { .type = HS_EVENT_RECORDS, .peer = FEED, .ticket = 1 };

	hs_core_destroy(desk->core);
	desk->options.recent.notices = 2;
	desk->core = hs_core_create(&desk->options);
	fill(desk, 6);
	desk_hello(desk, FEED);
	desk_resume(desk, FEED, "", 0, false, false);
	desk_hello(desk, FEED);
	desk_resume(desk, FEED, desk->options.epoch, 5, false, false);
	assert_int_equal(delivered(desk, FEED, 0), 6);
	records.rows = desk->rows;
	records.row_count = 6;
	desk_step(desk, records);
	assert_int_equal(desk->effects.count, 0);
}

static void
test_frames_out_of_place_end_the_connection(void **state)
{
	struct desk *desk = *state;
	Hansho__V1__Hello hello;

	fill(desk, 2);
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_PEER_UP, .peer = FEED });
	desk_ack(desk, FEED, 1);
	assert_int_equal(desk_count(desk, HS_EFFECT_DROP), 1);
	desk_hello(desk, FEED);
	desk_resume(desk, FEED, "", 0, false, false);
	desk_ack(desk, FEED, 3); /* never sent */
	assert_int_equal(desk_count(desk, HS_EFFECT_DROP), 1);
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_PEER_UP, .peer = FEED });
	desk_step(desk, (struct hs_event){
				.type = HS_EVENT_FRAME, .peer = FEED, .bytes = { "\xff\xff", 2 } });
	assert_int_equal(desk_count(desk, HS_EFFECT_DROP), 1);
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_PEER_UP, .peer = FEED });
	hansho__v1__hello__init(&hello);
	hello.name = hs_arena_strdup(desk->arena, "signage");
	hello.kind = HS_PEER(FEED);
	DESK_FRAME(desk, FEED, HELLO, hello, &hello);
	assert_int_equal(desk_count(desk, HS_EFFECT_DROP), 1);
}

static void
test_heartbeats_and_silence(void **state)
{
	struct desk *desk = *state;
	char digest[64];

	fill(desk, 2);
	desk_hello(desk, FEED);
	desk_resume(desk, FEED, "", 0, false, false);
	desk->mono_us += desk->options.heartbeat_ms * 1000;
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_TICK });
	hs_core_digest(desk->core, digest);
	assert_int_equal(DESK_SENT(desk, FEED, HEARTBEAT, 0)->heartbeat->newest_seq, 2);
	assert_string_equal(DESK_SENT(desk, FEED, HEARTBEAT, 0)->heartbeat->digest, digest);
	desk->mono_us += 2 * desk->options.heartbeat_ms * 1000;
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_TICK });
	assert_int_equal(desk_count(desk, HS_EFFECT_DROP), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(test_nothing_is_sent_before_the_disk_has_it),
		DESK_TEST(test_resume_sends_exactly_what_was_missed),
		DESK_TEST(test_an_unknown_place_gets_gap_and_snapshot),
		DESK_TEST(test_a_new_feed_gets_the_snapshot_then_the_rest),
		DESK_TEST(test_a_place_and_a_snapshot_lose_nothing),
		DESK_TEST(test_an_adapter_goes_on_from_its_last_ack),
		DESK_TEST(test_the_window_holds_back),
		DESK_TEST(test_adapters_and_feeds_have_windows_of_their_own),
		DESK_TEST(test_large_notices_fit_the_link),
		DESK_TEST(test_what_is_not_in_memory_is_read),
		DESK_TEST(test_the_answer_to_an_old_read_is_ignored),
		DESK_TEST(test_frames_out_of_place_end_the_connection),
		DESK_TEST(test_heartbeats_and_silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
