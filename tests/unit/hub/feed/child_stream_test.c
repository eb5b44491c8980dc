/* A parent's store streams into a child's store: what comes out must be what went in. */
#include "tests/unit/hub/feed/make_notice.h"

#include "hub/feed/child_stream.h"

#define RING   8
#define WINDOW 4

static struct hs_store parent, child;
static struct hs_pager *pager;
static struct hs_child_stream *stream;
static struct hs_arena *arena;
static struct {
	uint64_t asked_after; /* of the pager, + 1 */
	int gaps, lives, snapshots, delivers;
	uint64_t gap_to, live_seq;
	int full; /* so many sends are refused */
	char last_hop[16];
} seen;

/* The child, as hub_events.c does it. */
static enum hs_err
take(void *owner, const void *bytes, size_t len_bytes)
{
	hs_link_frame *frame;

	(void)owner;
	if (seen.full > 0) {
		seen.full--;
		return HS_ERR_AGAIN;
	}
	assert_int_equal(hs_link_frame_unpack(arena, bytes, len_bytes, &frame), HS_OK);
	switch (frame->body_case) {
	case HANSHO__V1__LINK_FRAME__BODY_GAP:
		seen.gaps++;
		seen.gap_to = frame->gap->to_seq;
		assert_int_equal(hs_store_begin(&child, parent.epoch, seen.gap_to), HS_OK);
		break;
	case HANSHO__V1__LINK_FRAME__BODY_SNAPSHOT:
		seen.snapshots++;
		assert_int_equal(hs_store_load(&child, frame->snapshot), HS_OK);
		break;
	case HANSHO__V1__LINK_FRAME__BODY_DELIVER:
		seen.delivers++;
		snprintf(seen.last_hop, sizeof(seen.last_hop), "%s",
			frame->deliver->hops[frame->deliver->n_hops - 1]->name);
		assert_int_equal(hs_store_put(&child, frame->deliver, 1), HS_OK);
		break;
	case HANSHO__V1__LINK_FRAME__BODY_LIVE:
		seen.lives++;
		seen.live_seq = frame->live->seq;
		hs_store_live(&child, frame->live->seq);
		break;
	default:
		fail();
	}
	return HS_OK;
}

static uint64_t
fetch(void *owner, uint64_t after_seq, uint32_t limit)
{
	(void)owner;
	(void)limit;
	seen.asked_after = after_seq + 1;
	return 7;
}

static void
grow(uint64_t from_seq, uint64_t to_seq)
{
	for (uint64_t seq = from_seq; seq <= to_seq; seq++)
		assert_int_equal(hs_store_put(&parent, make_order(arena, seq), 1), HS_OK);
}

/* As long as something leaves; the child acknowledges all that it gets. */
static void
run(void)
{
	for (int i = 0; i < 1000; i++) {
		uint64_t before = hs_store_newest(&child);
		bool again = hs_child_stream_pump(stream);

		if (hs_child_stream_state(stream) != HS_CHILD_AHEAD)
			assert_true(hs_child_stream_ack(stream, hs_store_newest(&child)));
		if (!again && hs_store_newest(&child) == before)
			return;
	}
	fail();
}

static void
resume(const char *epoch, uint64_t seq, bool snapshot)
{
	Hansho__V1__Resume message;
	char text[HS_EPOCH_SIZE];

	hansho__v1__resume__init(&message);
	snprintf(text, sizeof(text), "%s", epoch);
	message.epoch = text;
	message.seq = seq;
	message.snapshot = snapshot;
	assert_int_equal(hs_store_begin(&child, parent.epoch, seq), HS_OK);
	hs_child_stream_start(stream, &message);
}

static void
same(void)
{
	assert_int_equal(hs_store_newest(&child), hs_store_newest(&parent));
	assert_int_equal(child.active_seq, parent.active_seq);
	assert_string_equal(child.digest, parent.digest);
	assert_int_equal(hs_child_stream_state(stream), HS_CHILD_LIVE);
}

static int
begin(void **state)
{
	const struct hs_child_ports ports = { .send = take };
	const struct hs_pager_ports pages = { .fetch = fetch };

	(void)state;
	memset(&seen, 0, sizeof(seen));
	arena = make_arena();
	assert_int_equal(hs_store_init(&parent, HS_MODE(DRILL), RING, 1 << 20), HS_OK);
	assert_int_equal(hs_store_init(&child, HS_MODE(DRILL), 64, 1 << 20), HS_OK);
	assert_int_equal(hs_store_begin(&parent, "ep", 0), HS_OK);
	pager = hs_pager_create(&pages, 4);
	stream = hs_child_stream_create(&ports, &parent, pager, WINDOW);
	assert_non_null(stream);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	hs_child_stream_destroy(stream);
	hs_pager_destroy(pager);
	hs_store_free(&parent);
	hs_store_free(&child);
	hs_arena_destroy(arena);
	return 0;
}

static void
a_child_gets_all_of_it_once_and_then_what_comes(void **state)
{
	(void)state;
	grow(1, 6);
	resume("ep", 0, false);
	run();
	same();
	assert_int_equal(seen.delivers, 6);
	assert_int_equal(seen.lives, 1);
	assert_string_equal(seen.last_hop, "relay");
	grow(7, 9);
	run();
	same();
	assert_int_equal(seen.delivers, 9);
	assert_int_equal(seen.lives, 1);
}

static void
the_window_holds_it_back(void **state)
{
	(void)state;
	grow(1, 6);
	resume("ep", 0, false);
	assert_false(hs_child_stream_pump(stream));
	assert_int_equal(seen.delivers, WINDOW);
	assert_false(hs_child_stream_ack(stream, WINDOW + 1)); /* never sent */
	assert_true(hs_child_stream_ack(stream, 1));
	assert_false(hs_child_stream_pump(stream));
	assert_int_equal(seen.delivers, WINDOW + 1);
}

static void
a_full_link_costs_nothing(void **state)
{
	(void)state;
	grow(1, 3);
	resume("ep", 0, true);
	for (seen.full = 9; seen.full > 0;)
		assert_true(hs_child_stream_pump(stream));
	run();
	same();
	assert_int_equal(seen.snapshots, 1);
	assert_int_equal(seen.delivers, 3);
}

static void
what_is_older_than_the_ring_comes_from_a_page_that_is_asked_for_once(void **state)
{
	hs_fetch_reply reply;
	hs_deliver *rows[6];

	(void)state;
	grow(1, 14);
	resume("ep", 2, false);
	assert_false(hs_child_stream_pump(stream));
	assert_int_equal(seen.asked_after, 0 + 1); /* pages begin at multiples of 64 */
	assert_int_equal(seen.delivers, 0);
	hansho__v1__fetch_reply__init(&reply);
	for (uint64_t i = 0; i < 6; i++)
		rows[i] = make_order(arena, i + 1);
	reply.request = 7;
	reply.notices = rows;
	reply.n_notices = 6;
	seen.asked_after = 0;
	assert_int_equal(hs_pager_reply(pager, "ep", &reply, 1), HS_OK);
	run();
	assert_int_equal(seen.asked_after, 0);
	assert_int_equal(hs_store_newest(&child), 14);
	assert_int_equal(seen.delivers, 12);
	assert_int_equal(seen.gaps, 0);
}

static void
a_new_child_gets_the_active_set_and_the_newest(void **state)
{
	(void)state;
	grow(1, 14);
	resume("ep", 10, true);
	run();
	same();
	assert_int_equal(seen.snapshots, 1);
	assert_int_equal(seen.delivers, 4);
	assert_int_equal(hs_active_document_count(child.active), 14);
}

static void
another_epoch_is_told_as_a_gap(void **state)
{
	(void)state;
	grow(1, 5);
	resume("old", 3, false);
	run();
	same();
	assert_int_equal(seen.gaps, 1);
	assert_int_equal(seen.gap_to, 5);
	assert_int_equal(seen.snapshots, 1);
	assert_int_equal(seen.delivers, 0);
	assert_int_equal(hs_child_stream_gaps(stream), 1);
}

/* It heard of 6 from elsewhere before we did. */
static void
a_child_that_is_ahead_waits_for_us(void **state)
{
	(void)state;
	grow(1, 5);
	resume("ep", 6, false);
	run();
	assert_int_equal(hs_child_stream_state(stream), HS_CHILD_AHEAD);
	hs_child_stream_hub_says(stream, 5); /* said before the notice */
	hs_child_stream_hub_says(stream, 6);
	hs_child_stream_hub_says(stream, 5);
	run();
	assert_int_equal(hs_child_stream_state(stream), HS_CHILD_AHEAD);
	assert_false(hs_child_stream_ack(stream, 6));
	grow(6, 8);
	run();
	assert_int_equal(seen.gaps, 0);
	assert_int_equal(seen.delivers, 2);
	assert_int_equal(hs_store_newest(&child), 8);
}

static void
what_the_hub_itself_has_lost_is_told_as_a_gap(void **state)
{
	(void)state;
	grow(1, 5);
	resume("ep", 9, false);
	run();
	hs_child_stream_hub_says(stream, 5);
	hs_child_stream_hub_says(stream, 5);
	run();
	same();
	assert_int_equal(seen.gaps, 1);
	assert_int_equal(seen.snapshots, 1);
}

static void
holes_are_told_as_live(void **state)
{
	hs_deliver *other = make_order(arena, 3);

	(void)state;
	grow(1, 2);
	resume("ep", 0, false);
	run();
	other->notice->mode = HS_MODE(LIVE);
	assert_int_equal(hs_store_put(&parent, other, 1), HS_ERR_FORBIDDEN);
	run();
	assert_int_equal(seen.live_seq, 3);
	grow(4, 4);
	run();
	same();
	assert_int_equal(seen.delivers, 3);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(a_child_gets_all_of_it_once_and_then_what_comes),
		TEST(the_window_holds_it_back),
		TEST(a_full_link_costs_nothing),
		TEST(what_is_older_than_the_ring_comes_from_a_page_that_is_asked_for_once),
		TEST(a_new_child_gets_the_active_set_and_the_newest),
		TEST(another_epoch_is_told_as_a_gap),
		TEST(a_child_that_is_ahead_waits_for_us),
		TEST(what_the_hub_itself_has_lost_is_told_as_a_gap),
		TEST(holes_are_told_as_live),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
