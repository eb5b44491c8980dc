/* What outlets and guests say, before the journal: who is known by what name, and what is kept while the disk takes nothing. */
#include "tests/unit/hub/core/fixtures.h"

#include "hub/base/wire.h"
#include "hub/core/receipts.h"
#include "schemas/guests.h"

static void
say(struct desk *desk, uint32_t peer, uint64_t seq, const char *outlet, int state,
	const char *detail)
{
	hs_receipt receipt;

	hansho__v1__receipt__init(&receipt);
	receipt.seq = seq;
	receipt.outlet = hs_arena_strdup(desk->arena, outlet);
	receipt.state = (Hansho__V1__ReceiptState)state;
	receipt.detail = hs_arena_strdup(desk->arena, detail);
	DESK_FRAME(desk, peer, RECEIPT, receipt, &receipt);
}

static struct hs_core_receipt_stats
stats_of(const struct desk *desk)
{
	struct hs_core_stats stats;

	hs_core_stats(desk->core, &stats);
	return stats.receipts;
}

/* Time goes on by a second, so that every batch is due. */
static void
tick(struct desk *desk)
{
	desk->mono_us += 1000000;
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_TICK });
}

static void
disk_takes_nothing(struct desk *desk)
{
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_COMMIT_FAILED, .reason = "disk full" });
	desk->row_count = desk->committed;
}

/* A gate, a feed and an adapter that are up, and so many notices on disk. */
static void
begin(struct desk *desk, uint32_t notices)
{
	hs_core_destroy(desk->core);
	desk->core = hs_core_create(&desk->options);
	for (uint32_t peer = GATE; peer < PEERS; peer++)
		desk_hello(desk, peer);
	desk_resume(desk, FEED, "", 0, false, false);
	desk_resume(desk, ADAPTER, "", 0, false, false);
	for (uint32_t i = 0; i < notices; i++) {
		char *id = hs_arena_printf(desk->arena, "d%u", i);

		desk_submit(desk, (struct order){ id, 1, HS_ACTION(ISSUE), .level = 4 });
		desk_commit(desk);
	}
	tick(desk); /* SENT */
	desk_commit(desk);
}

/* Receipts of that peer in rows from..; outlet NULL: of all. */
static size_t
journalled(const struct desk *desk, size_t from, const char *peer, const char *outlet)
{
	size_t count = 0;

	for (size_t i = from; i < desk->row_count; i++) {
		hs_journal_record *record;

		assert_int_equal(
			hs_message_unpack(desk->arena, &hansho__v1__journal_record__descriptor,
				desk->rows[i].body.bytes, desk->rows[i].body.len_bytes,
				desk->rows[i].body.len_bytes, &record),
			HS_OK);
		for (size_t j = 0; j < record->n_receipts; j++)
			count += strcmp(record->receipts[j]->adapter, peer) == 0 &&
				 (outlet == NULL ||
					 strcmp(record->receipts[j]->outlet, outlet) == 0);
	}
	return count;
}

static hs_status_reply *
status(struct desk *desk)
{
	desk_query(desk, desk_reply(desk, 0)->id, 0, 0);
	return desk_status(desk);
}

static const hs_receipt *
row_of(const hs_status_reply *reply, const char *peer, const char *outlet)
{
	for (size_t i = 0; i < reply->n_receipts; i++) {
		if (strcmp(reply->receipts[i]->adapter, peer) == 0 &&
			strcmp(reply->receipts[i]->outlet, outlet) == 0)
			return reply->receipts[i];
	}
	return NULL;
}

/* Whoever invents outlets by the hundred shows nothing under their names, writes next to nothing, and takes nobody's place. */
static void
test_subscribers_of_a_feed_are_one_row(void **state)
{
	struct desk *desk = *state;
	const hs_status_reply *reply;
	const hs_receipt *guests;
	size_t from;

	desk->options.receipts_per_notice = 4;
	begin(desk, 0);
	desk_submit(desk, (struct order){ "a", 1, HS_ACTION(ISSUE), .level = 4 });
	desk_commit(desk);
	reply = status(desk);
	from = desk->row_count;
	for (int i = 0; i < 200; i++)
		say(desk, FEED, 1, hs_arena_printf(desk->arena, "NHK-%d", i),
			i % 2 == 0 ? HS_RECEIPT(DISPLAYED) : HS_RECEIPT(FAILED),
			hs_arena_printf(desk->arena, "%d", i));
	say(desk, ADAPTER, 1, "screen-1", HS_RECEIPT(DISPLAYED), "");
	tick(desk);
	desk_commit(desk);
	desk_query(desk, reply->id, 0, 0);
	reply = desk_status(desk);
	guests = row_of(reply, "feed", HS_OUTLET_GUESTS);
	assert_non_null(guests);
	assert_string_equal(guests->detail, "NHK-199: 199");
	assert_null(row_of(reply, "feed", "NHK-0"));
	assert_int_equal(row_of(reply, "signage", "screen-1")->state, HS_RECEIPT(DISPLAYED));
	assert_false(reply->receipts_cut);
	assert_int_equal(journalled(desk, from, "feed", HS_OUTLET_GUESTS), 2);
	assert_int_equal(journalled(desk, from, "signage", "screen-1"), 1);
}

/* A restart makes the same row of what older journals hold under invented names. */
static void
test_names_of_older_journals_are_guests(void **state)
{
	struct desk *desk = *state;
	const struct hs_receipt_entry old = { 1, "feed", "NHK-0", HS_RECEIPT(DISPLAYED), "", 5, 0 };
	struct hs_row row = { .pos = 2, .unix_us = 5, .type = HS_RECORD(RECEIPTS) };
	const hs_status_reply *reply;
	char *id;
	struct hs_buf body;

	begin(desk, 0);
	desk_submit(desk, (struct order){ "a", 1, HS_ACTION(ISSUE), .level = 4 });
	desk_commit(desk);
	id = desk_reply(desk, 0)->id;
	hs_buf_init(&body, 4096);
	hs_wire_put_uint(&body, 1, HS_RECORD(RECEIPTS));
	hs_receipt_write(&body, 8, &old);
	row.body = (struct hs_span){ body.bytes, body.len_bytes };
	hs_core_destroy(desk->core);
	desk->core = hs_core_create(&desk->options);
	assert_int_equal(hs_core_recover(desk->core, &desk->rows[0]), HS_OK);
	assert_int_equal(hs_core_recover(desk->core, &row), HS_OK);
	desk_hello(desk, GATE);
	desk_query(desk, id, 0, 0);
	reply = desk_status(desk);
	assert_null(row_of(reply, "feed", "NHK-0"));
	assert_string_equal(row_of(reply, "feed", HS_OUTLET_GUESTS)->detail, "NHK-0");
	hs_buf_free(&body);
}

/* The journal keeps what outlets say of old notices, and nothing of what guests do. */
static void
test_guests_of_a_notice_that_left(void **state)
{
	struct desk *desk = *state;
	size_t from;

	desk->options.status_notices = 1;
	begin(desk, 2);
	from = desk->row_count;
	say(desk, FEED, 1, "NHK-0", HS_RECEIPT(DISPLAYED), "");
	say(desk, ADAPTER, 1, "screen-1", HS_RECEIPT(DISPLAYED), "");
	tick(desk);
	assert_int_equal(journalled(desk, from, "feed", NULL), 0);
	assert_int_equal(journalled(desk, from, "signage", "screen-1"), 1);
}

/* On the reserve, and while nothing can be written: counted, told once, kept nowhere; outlets are not. */
static void
test_guests_are_dropped_while_room_is_short(void **state)
{
	struct desk *desk = *state;
	size_t from, told = 0;

	begin(desk, 1);
	from = desk->row_count;
	desk->disk_low = true;
	for (int i = 0; i < 3; i++) {
		say(desk, FEED, 1, "NHK-0", HS_RECEIPT(DISPLAYED), "");
		for (size_t j = 0; j < desk->effects.count; j++)
			told += desk->effects.items[j].type == HS_EFFECT_LOG &&
				strcmp(desk->effects.items[j].event, "hub.guests_dropped") == 0;
	}
	say(desk, ADAPTER, 1, "screen-1", HS_RECEIPT(DISPLAYED), "");
	tick(desk);
	assert_int_equal(told, 1);
	assert_int_equal(stats_of(desk).guests_dropped, 3);
	assert_int_equal(journalled(desk, from, "feed", NULL), 0);
	assert_int_equal(journalled(desk, from, "signage", "screen-1"), 1);
	disk_takes_nothing(desk);
	desk->disk_low = false; /* a disk without a reserve */
	say(desk, FEED, 1, "NHK-0", HS_RECEIPT(DISPLAYED), "");
	assert_int_equal(stats_of(desk).guests_dropped, 4);
	/* What was held goes again, and from then on guests are heard. */
	tick(desk);
	assert_int_equal(journalled(desk, from, "signage", "screen-1"), 1);
	desk_commit(desk);
	say(desk, FEED, 1, "NHK-0", HS_RECEIPT(DISPLAYED), "");
	assert_int_equal(stats_of(desk).guests_dropped, 4);
}

/* Bounded, the oldest first; the newest word of an outlet and the newest ack are there when there is room again. */
static void
test_what_waits_for_a_full_disk_is_bounded(void **state)
{
	struct desk *desk = *state;
	char *detail = hs_arena_alloc(desk->arena, HS_DETAIL_MAX_BYTES + 1);
	struct hs_record_look look;
	size_t from;

	memset(detail, 'x', HS_DETAIL_MAX_BYTES);
	detail[HS_DETAIL_MAX_BYTES] = '\0';
	desk->options.receipts_held_bytes = 8192;
	begin(desk, 1);
	from = desk->row_count;
	desk_ack(desk, ADAPTER, 1);
	for (int round = 0; round < 10; round++) {
		for (int i = 0; i < 10; i++)
			say(desk, ADAPTER, 1, hs_arena_printf(desk->arena, "%d-%d", round, i),
				HS_RECEIPT(DISPLAYED), detail);
		tick(desk);
		disk_takes_nothing(desk);
	}
	assert_true(stats_of(desk).held_lost + stats_of(desk).not_batched > 0);
	desk->mono_us += 1000000;
	tick(desk);
	assert_in_range(journalled(desk, from, "signage", NULL), 10, 16);
	assert_int_equal(journalled(desk, from, "signage", "9-9"), 1);
	assert_int_equal(hs_record_look(desk->rows[desk->row_count - 1].body, &look), HS_OK);
	assert_int_equal(look.ack_seq, 1);
}

/* What failed once is not put into one commit with an order that could still have the reserve. */
static void
test_an_order_on_the_reserve_goes_alone(void **state)
{
	struct desk *desk = *state;
	size_t from;

	begin(desk, 1);
	desk->disk_low = true;
	say(desk, ADAPTER, 1, "screen-1", HS_RECEIPT(DISPLAYED), "");
	tick(desk);
	disk_takes_nothing(desk);
	from = desk->row_count;
	desk->mono_us += 1000000;
	desk_submit(desk, (struct order){ "urgent", 1, HS_ACTION(ISSUE), .level = 5 });
	tick(desk);
	assert_int_equal(journalled(desk, from, "signage", "screen-1"), 0);
	assert_int_equal(desk->rows[desk->row_count - 1].type, HS_RECORD(NOTICE));
	desk_commit(desk);
	tick(desk);
	assert_int_equal(journalled(desk, from, "signage", "screen-1"), 1);
}

/* Half a character never stands at the end of a detail that was cut. */
static void
test_a_long_name_and_detail_are_cut(void **state)
{
	char long_detail[HS_DETAIL_MAX_BYTES + 1] = "", room[HS_DETAIL_MAX_BYTES + 1];
	struct hs_receipt_entry entry = { 1, "feed", "ab", 4, long_detail, 1, 0 };

	(void)state;
	for (size_t i = 0; i + 3 <= HS_DETAIL_MAX_BYTES; i += 3)
		memcpy(long_detail + i, "あ", 4);
	hs_receipt_by_guest(&entry, room);
	assert_string_equal(entry.outlet, HS_OUTLET_GUESTS);
	assert_memory_equal(entry.detail, "ab: あ", 7);
	assert_in_range(strlen(entry.detail), HS_DETAIL_MAX_BYTES - 6, HS_DETAIL_MAX_BYTES);
	assert_int_equal((strlen(entry.detail) - 4) % 3, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(test_subscribers_of_a_feed_are_one_row),
		DESK_TEST(test_names_of_older_journals_are_guests),
		DESK_TEST(test_guests_of_a_notice_that_left),
		DESK_TEST(test_guests_are_dropped_while_room_is_short),
		DESK_TEST(test_what_waits_for_a_full_disk_is_bounded),
		DESK_TEST(test_an_order_on_the_reserve_goes_alone),
		cmocka_unit_test(test_a_long_name_and_detail_are_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
