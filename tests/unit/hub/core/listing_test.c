/* Lists of submissions: whose, in which order, page by page, when they are answered, what is read from the journal. */
#include "tests/unit/hub/core/fixtures.h"

static void
send(struct desk *desk, const char *principal, uint8_t content)
{
	struct order order = { hs_arena_printf(desk->arena, "d%u", content), 1, HS_ACTION(ISSUE),
		.level = 4, .content = content };
	hs_submit *submit = order_submit(desk->arena, &order);

	submit->request = ++desk->request;
	submit->principal = hs_arena_strdup(desk->arena, principal);
	DESK_FRAME(desk, GATE, SUBMIT, submit, submit);
	desk_commit(desk);
}

static void
ask(struct desk *desk, const char *principal, const char *before, uint32_t limit, uint32_t wait_ms,
	uint64_t version)
{
	hs_list_query query;

	hansho__v1__list_query__init(&query);
	query.request = 7;
	query.principal = hs_arena_strdup(desk->arena, principal);
	query.before = hs_arena_strdup(desk->arena, before);
	query.limit = limit;
	query.wait_ms = wait_ms;
	query.version = version;
	DESK_FRAME(desk, GATE, LIST_QUERY, list_query, &query);
}

static hs_list_reply *
list(struct desk *desk)
{
	hs_link_frame *frame = DESK_SENT(desk, GATE, LIST_REPLY, 0);

	return frame == NULL ? NULL : frame->list_reply;
}

/* "3 1" */
static const char *
seqs(struct desk *desk)
{
	hs_list_reply *reply = list(desk);
	const char *text = "";

	assert_non_null(reply);
	assert_int_equal(reply->request, 7);
	for (size_t i = 0; i < reply->n_submissions; i++)
		text = hs_arena_printf(desk->arena, "%s%s%u", text, i > 0 ? " " : "",
			(unsigned)reply->submissions[i]->seq);
	return text;
}

static void
tick(struct desk *desk)
{
	desk->mono_us += 50000;
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_TICK });
}

static void
test_each_principal_has_its_own(void **state)
{
	struct desk *desk = *state;

	desk_hello(desk, GATE);
	send(desk, "kakuu", 1);
	send(desk, "soba", 2);
	send(desk, "kakuu", 3);
	ask(desk, "kakuu", "", 10, 0, 0);
	assert_string_equal(seqs(desk), "3 1");
	assert_string_equal(list(desk)->submissions[0]->principal, "kakuu");
	assert_string_equal(list(desk)->submissions[1]->notice->document->id, "d1");
	assert_false(list(desk)->more);
	ask(desk, "soba", "", 10, 0, 0);
	assert_string_equal(seqs(desk), "2");
	ask(desk, "nobody", "", 10, 0, 0);
	assert_true(list(desk)->found);
	assert_string_equal(seqs(desk), "");
	ask(desk, "", "", 10, 0, 0); /* a role that sees all */
	assert_string_equal(seqs(desk), "3 2 1");
}

static void
test_pages_follow_each_other(void **state)
{
	struct desk *desk = *state;
	const char *before, *foreign;

	desk_hello(desk, GATE);
	for (uint8_t i = 1; i <= 6; i++)
		send(desk, i == 4 ? "soba" : "kakuu", i);
	ask(desk, "soba", "", 10, 0, 0);
	foreign = hs_arena_strdup(desk->arena, list(desk)->submissions[0]->id);
	for (int all = 0; all < 2; all++) {
		const char *who = all ? "" : "kakuu";

		ask(desk, who, "", 2, 0, 0);
		assert_string_equal(seqs(desk), "6 5");
		assert_true(list(desk)->more);
		before = list(desk)->submissions[1]->id;
		ask(desk, who, before, all ? 4 : 3, 0, 0);
		assert_string_equal(seqs(desk), all ? "4 3 2 1" : "3 2 1");
		assert_false(list(desk)->more);
	}
	ask(desk, "kakuu", foreign, 2, 0, 0); /* like one that does not exist */
	assert_false(list(desk)->found);
	assert_string_equal(seqs(desk), "");
	ask(desk, "kakuu", "00000000000000000000000000000000", 2, 0, 0);
	assert_false(list(desk)->found);
	ask(desk, "kakuu", "' OR 1", 2, 0, 0);
	assert_false(list(desk)->found);
}

static void
displayed(struct desk *desk, uint64_t seq)
{
	hs_receipt message;
	char outlet[] = "hall";

	hansho__v1__receipt__init(&message);
	message.seq = seq;
	message.outlet = outlet;
	message.state = HS_RECEIPT(DISPLAYED);
	DESK_FRAME(desk, ADAPTER, RECEIPT, receipt, &message);
}

/* Answered at the next tick after a change of its own list, and of no other one; and when its time is up. */
static void
test_it_waits_for_a_change_of_its_own(void **state)
{
	struct desk *desk = *state;
	uint64_t version;

	desk_hello(desk, GATE);
	desk_hello(desk, ADAPTER);
	desk_resume(desk, ADAPTER, "", 0, true, false);
	send(desk, "kakuu", 1);
	send(desk, "soba", 2);
	ask(desk, "kakuu", "", 10, 0, 0);
	version = list(desk)->version;
	ask(desk, "kakuu", "", 10, 20000, version);
	assert_null(list(desk));
	displayed(desk, 2);
	tick(desk);
	assert_null(list(desk));
	displayed(desk, 1);
	assert_null(list(desk)); /* with what else comes before the tick */
	tick(desk);
	assert_string_equal(seqs(desk), "1");
	assert_int_equal(list(desk)->submissions[0]->n_receipts, 2);
	assert_true(list(desk)->version > version);
	version = list(desk)->version;
	ask(desk, "kakuu", "", 10, 20000, version);
	send(desk, "kakuu", 3);
	tick(desk);
	assert_string_equal(seqs(desk), "3 1");
	version = list(desk)->version;
	ask(desk, "kakuu", "", 10, 1000, version);
	assert_null(list(desk));
	desk->mono_us += 1000000;
	tick(desk);
	assert_int_equal(list(desk)->version, version);
	ask(desk, "new", "", 10, 20000, 0); /* no version yet: at once */
	assert_string_equal(seqs(desk), "");
	ask(desk, "new", "", 10, 20000, list(desk)->version);
	send(desk, "new", 4);
	tick(desk);
	assert_string_equal(seqs(desk), "4");
}

/* A version of before a restart is never taken for the present one, whatever happened since. */
static void
test_a_restart_is_a_change(void **state)
{
	struct desk *desk = *state;
	uint64_t version;

	desk_hello(desk, GATE);
	send(desk, "kakuu", 1);
	ask(desk, "kakuu", "", 10, 0, 0);
	version = list(desk)->version;
	desk->mono_us += 1000;
	desk_restart(desk);
	desk_hello(desk, GATE);
	ask(desk, "kakuu", "", 10, 20000, version);
	assert_string_equal(seqs(desk), "1");
	assert_true(list(desk)->version != version);
}

static void
test_what_left_memory_is_read(void **state)
{
	struct desk *desk = *state;

	desk->options.recent.notices = 1;
	hs_core_destroy(desk->core);
	desk->core = hs_core_create(&desk->options);
	desk_hello(desk, GATE);
	for (uint8_t i = 1; i <= 3; i++)
		send(desk, "kakuu", i);
	ask(desk, "kakuu", "", 10, 0, 0);
	for (int reads = 0; reads < 2; reads++) {
		assert_null(list(desk));
		assert_int_equal(desk_count(desk, HS_EFFECT_READ), 1);
		desk_read(desk);
	}
	assert_string_equal(seqs(desk), "3 2 1");
	for (int i = 0; i < 3; i++)
		assert_string_equal(list(desk)->submissions[i]->notice->document->id,
			hs_arena_printf(desk->arena, "d%d", 3 - i));
	ask(desk, "kakuu", "", 10, 0, 0); /* its gate goes before the row comes */
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_PEER_DOWN, .peer = GATE });
}

/* An older revision, and the same one with other content, are recorded and not delivered: what they said stands in the list. */
static void
test_what_was_not_applied_is_listed_with_what_it_says(void **state)
{
	struct desk *desk = *state;
	const struct {
		uint32_t revision, level;
		uint8_t content;
		int outcome;
	} rows[] = { { 2, 4, 1, HS_OUTCOME(ACCEPTED) }, { 1, 3, 2, HS_OUTCOME(STALE) },
		{ 2, 5, 3, HS_OUTCOME(CONFLICT) } };

	desk_hello(desk, GATE);
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		desk_submit(desk, (struct order){ "d1", rows[i].revision, HS_ACTION(ISSUE),
					  .level = rows[i].level, .content = rows[i].content });
		desk_commit(desk);
	}
	for (int restarts = 0; restarts < 2; restarts++) {
		ask(desk, "kakuu-shi", "", 10, 0, 0);
		while (list(desk) == NULL)
			desk_read(desk);
		assert_string_equal(seqs(desk), "0 0 1");
		for (size_t i = 0; i < HS_COUNT(rows); i++) {
			const hs_status_reply *row = list(desk)->submissions[2 - i];

			assert_int_equal(row->outcome, rows[i].outcome);
			assert_non_null(row->notice);
			assert_int_equal(row->notice->kind, HS_KIND(EVACUATION));
			assert_int_equal(row->notice->level->number, rows[i].level);
			assert_string_equal(row->notice->areas[0]->code, "990019");
		}
		desk_restart(desk);
		desk_hello(desk, GATE);
	}
}

/* What a storm of lists asks of the journal is bounded: the others wait for their turn, and lose nothing. */
static void
test_reads_are_bounded(void **state)
{
	struct desk *desk = *state;
	struct hs_event read = { .type = HS_EVENT_RECORDS, .peer = GATE };

	desk->options.recent.notices = 1;
	hs_core_destroy(desk->core);
	desk->core = hs_core_create(&desk->options);
	desk_hello(desk, GATE);
	send(desk, "kakuu", 1);
	send(desk, "kakuu", 2);
	for (int i = 0; i < 16; i++) {
		ask(desk, "kakuu", "", 10, 0, 0);
		assert_int_equal(desk_count(desk, HS_EFFECT_READ), 1);
	}
	for (size_t i = 0; i < desk->effects.count; i++)
		read.ticket |= desk->effects.items[i].ticket;
	read.rows = desk->rows;
	read.row_count = 1;
	ask(desk, "kakuu", "", 10, 0, 0);
	assert_null(list(desk));
	assert_int_equal(desk_count(desk, HS_EFFECT_READ), 0);
	assert_int_equal(desk_count(desk, HS_EFFECT_TURN), 0);
	desk_step(desk, read);
	assert_string_equal(seqs(desk), "2 1");
	assert_string_equal(list(desk)->submissions[1]->notice->document->id, "d1");
	assert_int_equal(desk_count(desk, HS_EFFECT_READ), 1); /* of the one that waited */
}

static void
send_large(struct desk *desk, uint8_t content)
{
	struct order order = { hs_arena_printf(desk->arena, "d%u", content), 1, HS_ACTION(ISSUE),
		.level = 4, .content = content };
	hs_submit *submit = order_submit(desk->arena, &order);
	char *body = hs_arena_alloc(desk->arena, 30001);

	memset(body, 'x', 30000);
	body[30000] = '\0';
	submit->request = ++desk->request;
	submit->notice->texts[0]->body = body;
	DESK_FRAME(desk, GATE, SUBMIT, submit, submit);
	desk_commit(desk);
}

/* Lists that the last step sent. No step may send much. */
static size_t
lists_sent(struct desk *desk)
{
	size_t count = 0, sent_bytes = 0;

	for (size_t i = 0; i < desk->effects.count; i++) {
		const struct hs_effect *effect = &desk->effects.items[i];

		if (effect->type == HS_EFFECT_SEND)
			sent_bytes += hs_effect_bytes(&desk->effects, effect).len_bytes;
	}
	assert_true(sent_bytes <= (size_t)1 << 20);
	while (DESK_SENT(desk, GATE, LIST_REPLY, count) != NULL)
		count++;
	return count;
}

/* However many wait, or ask: no step sends more than a slice, the others follow turn by turn. */
static void
test_a_crowd_is_answered_in_slices(void **state)
{
	struct desk *desk = *state;
	size_t answered, turns = 0;
	uint64_t version;

	desk_hello(desk, GATE);
	for (uint8_t i = 1; i <= 12; i++)
		send_large(desk, i);
	ask(desk, "kakuu-shi", "", 100, 0, 0);
	assert_int_equal(lists_sent(desk), 1);
	assert_true(list(desk)->more); /* nor is a page larger */
	assert_true(list(desk)->n_submissions < 12);
	version = list(desk)->version;
	for (int i = 0; i < 20; i++)
		ask(desk, "kakuu-shi", "", 100, 20000, version);
	send_large(desk, 13);
	tick(desk);
	answered = lists_sent(desk);
	assert_in_range(answered, 1, 3);
	ask(desk, "kakuu-shi", "", 100, 0, 0); /* behind them */
	answered += lists_sent(desk);
	while (desk_count(desk, HS_EFFECT_TURN) > 0 && turns++ < 100) {
		desk_turn(desk);
		answered += lists_sent(desk);
	}
	assert_int_equal(answered, 21);
	assert_true(turns > 4);
}

/* A peer that does not read gets no list that would end its link, until it has read. */
static void
test_a_full_link_gets_none(void **state)
{
	struct desk *desk = *state;

	desk->options.waiters_max = 1;
	hs_core_destroy(desk->core);
	desk->core = hs_core_create(&desk->options);
	desk_hello(desk, GATE);
	send(desk, "kakuu", 1);
	desk->busy_peers = (uint64_t)1 << GATE;
	for (int i = 0; i < 2; i++) {
		ask(desk, "kakuu", "", 10, 0, 0);
		assert_null(list(desk));
		assert_int_equal(desk_count(desk, HS_EFFECT_TURN), 0); /* no turn would change it */
	}
	ask(desk, "kakuu", "", 10, 0, 0);
	assert_true(list(desk)->busy);
	assert_false(list(desk)->found);
	tick(desk);
	assert_null(list(desk));
	desk->busy_peers = 0;
	tick(desk);
	assert_int_equal(lists_sent(desk), 2);
	assert_string_equal(seqs(desk), "1");
}

static void
said(struct desk *desk, const char *outlet)
{
	hs_receipt message;

	hansho__v1__receipt__init(&message);
	message.seq = 1;
	message.outlet = hs_arena_strdup(desk->arena, outlet);
	message.state = HS_RECEIPT(DISPLAYED);
	DESK_FRAME(desk, ADAPTER, RECEIPT, receipt, &message);
}

/* What memory has no room for is not taken for nothing. */
static void
test_what_is_missing_is_marked(void **state)
{
	struct desk *desk = *state;
	uint64_t version;

	desk->options.receipts_per_notice = 2;
	desk->options.status_notices = 1;
	hs_core_destroy(desk->core);
	desk->core = hs_core_create(&desk->options);
	desk_hello(desk, GATE);
	desk_hello(desk, ADAPTER);
	desk_resume(desk, ADAPTER, "", 0, true, false);
	send(desk, "kakuu", 1);
	said(desk, "hall");
	ask(desk, "kakuu", "", 10, 0, 0);
	assert_int_equal(list(desk)->submissions[0]->n_receipts, 2);
	assert_false(list(desk)->submissions[0]->receipts_cut);
	version = list(desk)->version;
	said(desk, "school");
	ask(desk, "kakuu", "", 10, 20000, version); /* and it is a change */
	assert_int_equal(list(desk)->submissions[0]->n_receipts, 2);
	assert_true(list(desk)->submissions[0]->receipts_cut);
	send(desk, "kakuu", 2);
	ask(desk, "kakuu", "", 10, 0, 0);
	assert_int_equal(list(desk)->submissions[1]->seq, 1);
	assert_int_equal(list(desk)->submissions[1]->version, 0);
}

/* Of a large notice only what stands first. */
static void
test_a_large_notice_is_shortened(void **state)
{
	struct desk *desk = *state;
	struct order order = { "d", 1, HS_ACTION(ISSUE), .level = 4 };
	hs_submit *submit = order_submit(desk->arena, &order);
	char *body = hs_arena_alloc(desk->arena, 100001);

	memset(body, 'x', 100000);
	body[100000] = '\0';
	submit->request = ++desk->request;
	submit->notice->texts[0]->body = body;
	desk_hello(desk, GATE);
	DESK_FRAME(desk, GATE, SUBMIT, submit, submit);
	desk_commit(desk);
	ask(desk, "kakuu-shi", "", 10, 0, 0);
	assert_true(list(desk)->submissions[0]->shortened);
	assert_int_equal(list(desk)->submissions[0]->notice->n_texts, 0);
	assert_int_equal(list(desk)->submissions[0]->notice->level->number, 4);
	assert_string_equal(list(desk)->submissions[0]->notice->areas[0]->code, "990019");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(test_each_principal_has_its_own),
		DESK_TEST(test_pages_follow_each_other),
		DESK_TEST(test_it_waits_for_a_change_of_its_own),
		DESK_TEST(test_a_restart_is_a_change),
		DESK_TEST(test_what_left_memory_is_read),
		DESK_TEST(test_what_was_not_applied_is_listed_with_what_it_says),
		DESK_TEST(test_reads_are_bounded),
		DESK_TEST(test_a_large_notice_is_shortened),
		DESK_TEST(test_a_crowd_is_answered_in_slices),
		DESK_TEST(test_a_full_link_gets_none),
		DESK_TEST(test_what_is_missing_is_marked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
