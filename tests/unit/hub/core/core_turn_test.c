/* Lanes and turns: who goes into the journal first, who hears of it first, what waits for the next turn. */
#include "tests/unit/hub/core/fixtures.h"

#include "hub/core/peer.h"
#include "hub/core/waiting.h"

#define AHEAD 4
#define CALM  20

static void
telegram(struct desk *desk, uint32_t i)
{
	char *id = hs_arena_printf(desk->arena, "t%u", i);

	desk_submit(desk, (struct order){ id, 1, HS_ACTION(ISSUE), .lane = HS_PRIORITY_NORMAL });
}

static void
order_of_level(struct desk *desk, uint32_t level)
{
	desk_submit(desk, (struct order){ "order", 1, HS_ACTION(ISSUE), .level = level,
				  .lane = HS_PRIORITY_LEVEL4 });
}

/* With a journal that takes AHEAD records ahead, a gate that sends, and CALM telegrams that came before all else. */
static void
begin(struct desk *desk)
{
	hs_core_destroy(desk->core);
	desk->options.ahead.records = AHEAD;
	desk->core = hs_core_create(&desk->options);
	desk_hello(desk, GATE);
	for (uint32_t i = 0; i < CALM; i++)
		telegram(desk, i);
}

/* The seq that the document got; 0: none yet. */
static uint64_t
seq_of(const struct desk *desk, const char *id)
{
	for (size_t i = 0; i < desk->row_count; i++) {
		struct hs_record_look look;
		struct hs_notice_look notice;

		assert_int_equal(hs_record_look(desk->rows[i].body, &look), HS_OK);
		if (look.type != (int)HS_RECORD(NOTICE))
			continue;
		assert_int_equal(hs_notice_look(look.notice, &notice), HS_OK);
		if (notice.document.len_bytes == strlen(id) &&
			memcmp(notice.document.bytes, id, strlen(id)) == 0)
			return desk->rows[i].seq;
	}
	return 0;
}

/* Until nothing is on its way. Returns the largest number of records that one commit had. */
static size_t
drain(struct desk *desk)
{
	size_t largest = 0;

	for (;;) {
		size_t before = desk->committed;

		while (desk_count(desk, HS_EFFECT_TURN) > 0)
			desk_turn(desk);
		if (desk->row_count == before)
			return largest;
		desk_commit(desk);
		if (desk->committed - before > largest)
			largest = desk->committed - before;
	}
}

static struct hs_core_stats
stats_of(const struct desk *desk)
{
	struct hs_core_stats stats;

	hs_core_stats(desk->core, &stats);
	return stats;
}

static void
test_an_order_overtakes_what_waits(void **state)
{
	struct desk *desk = *state;

	begin(desk);
	assert_int_equal(desk->row_count, AHEAD);
	assert_int_equal(stats_of(desk).waiting, CALM - AHEAD);
	assert_int_equal(stats_of(desk).pending, CALM);
	order_of_level(desk, 4);
	drain(desk);
	assert_int_equal(seq_of(desk, "order"), AHEAD + 1);
	assert_int_equal(seq_of(desk, "t4"), AHEAD + 2);
	assert_int_equal(seq_of(desk, "t19"), CALM + 1);
	assert_int_equal(stats_of(desk).accepted, CALM + 1);
	assert_int_equal(stats_of(desk).waiting, 0);
}

/* A commit is never so large that what comes next waits for a long one. */
static void
test_a_commit_stays_small(void **state)
{
	struct desk *desk = *state;

	begin(desk);
	assert_int_equal(drain(desk), AHEAD);
}

static void
test_a_digest_is_committed_alone_and_last(void **state)
{
	struct desk *desk = *state;

	begin(desk);
	desk_submit(desk, (struct order){ "digest", 1, HS_ACTION(ISSUE), .lane = HS_PRIORITY_BULK,
				  .large_bytes = 300000 });
	telegram(desk, CALM);
	order_of_level(desk, 4);
	while (seq_of(desk, "digest") == 0) {
		desk_commit(desk);
		while (desk_count(desk, HS_EFFECT_TURN) > 0)
			desk_turn(desk);
	}
	assert_int_equal(desk->row_count - desk->committed, 1);
	drain(desk);
	assert_int_equal(seq_of(desk, "digest"), CALM + 3);
	assert_int_equal(desk->row_count, CALM + 3);
}

/* Nothing is under way: it goes at once, and what comes meanwhile only waits for its commit. */
static void
test_a_lone_digest_does_not_wait(void **state)
{
	struct desk *desk = *state;

	desk_hello(desk, GATE);
	desk_submit(desk, (struct order){ "digest", 1, HS_ACTION(ISSUE), .lane = HS_PRIORITY_BULK,
				  .large_bytes = 300000 });
	assert_int_equal(seq_of(desk, "digest"), 1);
	order_of_level(desk, 4);
	assert_int_equal(seq_of(desk, "order"), 2);
}

static void
test_nothing_overtakes_its_own_document(void **state)
{
	struct desk *desk = *state;

	begin(desk);
	desk_submit(desk, (struct order){ "order", 1, HS_ACTION(ISSUE), .level = 3, .content = 1,
				  .lane = HS_PRIORITY_NORMAL });
	desk_submit(desk, (struct order){ "order", 2, HS_ACTION(UPDATE), .level = 4, .content = 2,
				  .lane = HS_PRIORITY_LEVEL4 });
	drain(desk);
	assert_int_equal(seq_of(desk, "order"), AHEAD + 1);  /* the first record of that document */
	assert_int_equal(stats_of(desk).accepted, CALM + 2); /* and the issue was not stale */
}

static void
test_who_waits_is_told_when_the_disk_is_full(void **state)
{
	struct desk *desk = *state;
	struct hs_event full = { .type = HS_EVENT_COMMIT_FAILED, .reason = "full" };

	begin(desk);
	desk_step(desk, full);
	for (size_t i = 0; i < CALM; i++)
		assert_int_equal(desk_reply(desk, i)->outcome, HS_OUTCOME(UNAVAILABLE));
	assert_int_equal(stats_of(desk).pending, 0);
	desk->row_count = 0;
	order_of_level(desk, 4);
	desk_commit(desk);
	assert_int_equal(desk_reply(desk, 0)->seq, 1);
}

static void
test_who_waits_is_told_at_the_stop(void **state)
{
	struct desk *desk = *state;

	begin(desk);
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_STOP });
	for (size_t i = 0; i < CALM - AHEAD; i++)
		assert_int_equal(desk_reply(desk, i)->outcome, HS_OUTCOME(UNAVAILABLE));
	assert_null(desk_reply(desk, CALM - AHEAD));
	desk_commit(desk);
	assert_int_equal(desk_reply(desk, AHEAD - 1)->outcome, HS_OUTCOME(ACCEPTED));
	assert_int_equal(desk_count(desk, HS_EFFECT_STOP), 1);
}

static void
test_what_waits_counts_as_pending(void **state)
{
	struct desk *desk = *state;

	desk->options.ahead.pending_max = CALM;
	begin(desk);
	telegram(desk, CALM);
	assert_int_equal(desk_reply(desk, 0)->outcome, HS_OUTCOME(UNAVAILABLE));
}

/* ---- behind the journal ---- */

/* Peers in the order in which the last step sent them a Deliver. */
static size_t
told(const struct desk *desk, uint32_t *out, size_t room)
{
	size_t count = 0;

	for (size_t i = 0; i < desk->effects.count; i++) {
		const struct hs_effect *effect = &desk->effects.items[i];
		hs_link_frame *frame;
		struct hs_span bytes = hs_effect_bytes(&desk->effects, effect);

		if (effect->type != HS_EFFECT_SEND)
			continue;
		assert_int_equal(
			hs_link_frame_unpack(desk->arena, bytes.bytes, bytes.len_bytes, &frame),
			HS_OK);
		if (frame->body_case == HANSHO__V1__LINK_FRAME__BODY_DELIVER && count < room)
			out[count++] = effect->peer;
	}
	return count;
}

static void
test_adapters_hear_before_feeds(void **state)
{
	struct desk *desk = *state;
	uint32_t peers[4];

	desk_hello(desk, GATE);
	desk_hello(desk, FEED);
	desk_resume(desk, FEED, "", 0, false, false);
	desk_hello(desk, ADAPTER);
	desk_resume(desk, ADAPTER, "", 0, false, false);
	order_of_level(desk, 4);
	desk_commit(desk);
	assert_int_equal(told(desk, peers, 4), 2);
	assert_int_equal(peers[0], ADAPTER);
	assert_int_equal(peers[1], FEED);
}

static void
test_a_rank_says_otherwise(void **state)
{
	const struct hs_core_peer peers[] = { { .kind = HS_PEER(FEED) }, { .kind = HS_PEER(GATE) },
		{ .kind = HS_PEER(ADAPTER) }, { .kind = HS_PEER(ADAPTER), .rank = 7 },
		{ .kind = HS_PEER(FEED), .rank = 1 }, { .kind = HS_PEER(ADAPTER) } };
	static const uint8_t expected[] = { 4, 2, 5, 0, 3 };
	struct hs_peer_order order;

	(void)state;
	hs_peer_order(peers, HS_COUNT(peers), &order);
	assert_int_equal(order.count, HS_COUNT(expected));
	assert_memory_equal(order.peers, expected, sizeof(expected));
}

/* A replay goes in slices; a new notice reaches who is up to date before the replay goes on. */
static void
test_a_replay_delays_nobody(void **state)
{
	struct desk *desk = *state;
	uint32_t peers[128];
	size_t count, turns = 0, replayed;

	desk_hello(desk, GATE);
	for (uint32_t i = 0; i < 100; i++) {
		telegram(desk, i);
		desk_commit(desk);
	}
	desk_hello(desk, FEED);
	desk_resume(desk, FEED, desk->options.epoch, 100, false, false);
	desk_hello(desk, ADAPTER); /* it replays, though it comes before feeds otherwise */
	desk_resume(desk, ADAPTER, "", 0, false, false);
	replayed = told(desk, peers, 128);
	assert_int_equal(replayed, 32);
	assert_int_equal(desk_count(desk, HS_EFFECT_TURN), 1);
	order_of_level(desk, 4);
	desk_commit(desk);
	count = told(desk, peers, 128);
	assert_int_equal(count, 1 + 32);
	assert_int_equal(peers[0], FEED);
	assert_int_equal(peers[1], ADAPTER);
	for (replayed += count - 1; desk_count(desk, HS_EFFECT_TURN) > 0; turns++) {
		desk_turn(desk);
		replayed += told(desk, peers, 128);
	}
	assert_int_equal(replayed, 101);
	assert_int_equal(turns, 2);
	assert_non_null(DESK_SENT(desk, ADAPTER, LIVE, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(test_an_order_overtakes_what_waits),
		DESK_TEST(test_a_commit_stays_small),
		DESK_TEST(test_a_digest_is_committed_alone_and_last),
		DESK_TEST(test_a_lone_digest_does_not_wait),
		DESK_TEST(test_nothing_overtakes_its_own_document),
		DESK_TEST(test_who_waits_is_told_when_the_disk_is_full),
		DESK_TEST(test_who_waits_is_told_at_the_stop),
		DESK_TEST(test_what_waits_counts_as_pending),
		DESK_TEST(test_adapters_hear_before_feeds),
		DESK_TEST(test_a_rank_says_otherwise),
		DESK_TEST(test_a_replay_delays_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
