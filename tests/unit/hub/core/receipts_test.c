/* Receipts and acks: newest state, versions, waiting status queries, the batch, and fetch. */
#include "tests/unit/hub/core/fixtures.h"

#include "hub/core/receipts.h"
#include "schemas/guests.h"
#include "schemas/perhaps.h"

static bool
put(struct hs_receipts *receipts, uint64_t seq, const char *outlet, int state)
{
	struct hs_receipt_entry entry = { seq, "a", outlet, state, "", 1, 0 };

	return hs_receipts_put(receipts, &entry);
}

static void
count(void *owner, const struct hs_receipt_entry *entry)
{
	(void)entry;
	++*(int *)owner;
}

static void
keep_state(void *owner, const struct hs_receipt_entry *entry)
{
	*(int *)owner = entry->state;
}

static void
note_name(void *owner, const char *outlet)
{
	strcat(owner, outlet);
}

/* Who may have taken it has not refused it, whatever it says in the end. */
static void
test_who_may_have_it_is_no_refuser(void **state)
{
	struct hs_receipts *receipts = hs_receipts_create(2, 9, 1);
	struct hs_receipt_entry perhaps = { 1, "a", "perhaps", HS_RECEIPT(FAILED),
		HS_PERHAPS_TAKEN "HTTP 422", 1, 0 };
	char names[64] = "";

	(void)state;
	hs_receipts_open(receipts, 1, 1000, NULL);
	put(receipts, 1, "refused", HS_RECEIPT(FAILED));
	put(receipts, 1, "took", HS_RECEIPT(ACCEPTED));
	put(receipts, 1, "took", HS_RECEIPT(FAILED));
	put(receipts, 1, "old", HS_RECEIPT(EXPIRED));
	hs_receipts_put(receipts, &perhaps);
	hs_receipts_each_refuser(receipts, 1, "a", note_name, names);
	assert_string_equal(names, "refused");
	hs_receipts_destroy(receipts);
}

static void
test_newest_state_and_version(void **state)
{
	struct hs_receipts *receipts = hs_receipts_create(2, 3, 1);
	int value = 0;

	(void)state;
	hs_receipts_open(receipts, 1, 1000, NULL);
	assert_int_equal(hs_receipts_version(receipts, 1), 1);
	assert_true(put(receipts, 1, "", HS_RECEIPT(SENT)));
	assert_true(put(receipts, 1, "", HS_RECEIPT(ACCEPTED)));
	assert_false(put(receipts, 1, "", HS_RECEIPT(SENT))); /* sent again after a reconnect */
	assert_false(put(receipts, 1, "", HS_RECEIPT(RECEIVED)));
	assert_false(put(receipts, 1, "", HS_RECEIPT(ACCEPTED)));
	assert_int_equal(hs_receipts_version(receipts, 1), 3);
	hs_receipts_each(receipts, 1, keep_state, &value);
	assert_int_equal(value, HS_RECEIPT(ACCEPTED));
	assert_true(put(receipts, 1, "", HS_RECEIPT(FAILED)));
	assert_true(put(receipts, 1, "", HS_RECEIPT(DISPLAYED)));
	/* No more than three outlets are kept; more change nothing that is there. */
	for (int i = 0; i < 5; i++)
		put(receipts, 1, (char[]){ (char)('a' + i), 0 }, HS_RECEIPT(SENT));
	value = 0;
	hs_receipts_each(receipts, 1, count, &value);
	assert_int_equal(value, 3);
	/* Notices leave the ring by age. */
	hs_receipts_open(receipts, 2, 1000, NULL);
	hs_receipts_open(receipts, 3, 1000, NULL);
	assert_int_equal(hs_receipts_version(receipts, 1), 0);
	assert_int_equal(hs_receipts_version(receipts, 3), 1);
	hs_receipts_destroy(receipts);
}

static bool
waits(struct hs_receipts *receipts, const char *outlet, int state)
{
	const struct hs_receipt_entry entry = { 1, "a", outlet, state, "", 1000, 0 };

	return hs_receipts_waits(receipts, &entry);
}

static void
test_who_has_not_answered_waits(void **state)
{
	struct hs_receipts *receipts = hs_receipts_create(2, 3, 1);

	(void)state;
	hs_receipts_open(receipts, 1, 1000, NULL);
	assert_true(put(receipts, 1, "", HS_RECEIPT(RECEIVED)));
	assert_true(waits(receipts, "", HS_RECEIPT(RECEIVED)));
	assert_false(waits(receipts, "", HS_RECEIPT(FAILED)));
	/* Guests do not speak for it, and nobody waits for them. */
	assert_true(put(receipts, 1, HS_OUTLET_GUESTS, HS_RECEIPT(RECEIVED)));
	assert_true(waits(receipts, "", HS_RECEIPT(RECEIVED)));
	assert_false(waits(receipts, HS_OUTLET_GUESTS, HS_RECEIPT(RECEIVED)));
	/* From now on its outlets speak for it. */
	assert_true(put(receipts, 1, "one", HS_RECEIPT(ACCEPTED)));
	assert_false(waits(receipts, "", HS_RECEIPT(RECEIVED)));
	assert_true(waits(receipts, "two", HS_RECEIPT(SENT)));
	assert_false(waits(receipts, "one", HS_RECEIPT(ACCEPTED)));
	hs_receipts_destroy(receipts);
}

struct looks {
	int count;
	struct hs_receipts_due last;
	int64_t next_unix_us;
	bool began;
};

static void
note_look(void *owner, struct hs_receipts_due *due)
{
	struct looks *looks = owner;

	looks->count++;
	looks->last = *due;
	due->due_unix_us = looks->next_unix_us;
	due->began = looks->began;
}

/* Somebody looks at a notice after each change and when it is due, and what began is a change for whoever waits. */
static void
test_a_notice_is_looked_at_when_it_is_due(void **state)
{
	struct hs_changes all = { 0 }, own = { .all = &all };
	struct hs_receipts *receipts = hs_receipts_create(2, 3, 1);
	struct looks looks = { .next_unix_us = 5000 };

	(void)state;
	hs_receipts_open(receipts, 1, 1000, &own);
	hs_receipts_look(receipts, 2000, note_look, &looks);
	hs_receipts_look(receipts, 4999, note_look, &looks);
	assert_int_equal(looks.count, 1);
	assert_int_equal(looks.last.accepted_unix_us, 1000);
	looks.next_unix_us = INT64_MAX;
	looks.began = true;
	hs_receipts_look(receipts, 5000, note_look, &looks);
	assert_int_equal(looks.count, 2);
	assert_int_equal(looks.last.looked_unix_us, 2000);
	assert_int_equal(hs_receipts_version(receipts, 1), 2);
	assert_true(hs_receipts_changed(receipts));
	assert_int_equal(own.count, 1);
	assert_int_equal(all.count, 1);
	hs_receipts_look(receipts, 9000000, note_look, &looks);
	assert_int_equal(looks.count, 2);
	looks.began = false;
	assert_true(put(receipts, 1, "one", HS_RECEIPT(SENT)));
	hs_receipts_look(receipts, 5001, note_look, &looks);
	assert_int_equal(looks.count, 3);
	hs_receipts_destroy(receipts);
}

/* One order on disk, an adapter that has it; gives the submission's id. */
static char *
begin(struct desk *desk)
{
	char *id;

	desk_hello(desk, GATE);
	desk_hello(desk, ADAPTER);
	desk_resume(desk, ADAPTER, "", 0, true, false);
	desk_submit(desk, (struct order){ "a", 1, HS_ACTION(ISSUE), .level = 4 });
	desk_commit(desk);
	id = hs_arena_strdup(desk->arena, desk_reply(desk, 0)->id);
	assert_non_null(DESK_SENT(desk, ADAPTER, DELIVER, 0));
	return id;
}

static void
receipt(struct desk *desk, int state)
{
	hs_receipt message;
	char outlet[] = "screen-1";

	hansho__v1__receipt__init(&message);
	message.seq = 1;
	message.outlet = outlet;
	message.state = (Hansho__V1__ReceiptState)state;
	DESK_FRAME(desk, ADAPTER, RECEIPT, receipt, &message);
}

/* However many ask about a large document, and whatever their link has to send: all are answered, and none of it ends the link. */
static void
test_many_who_ask_about_a_large_document_do_not_end_the_link(void **state)
{
	struct desk *desk = *state;
	struct order order = { "a", 1, HS_ACTION(ISSUE), .level = 4 };
	size_t sent_bytes = 0, answers = 0;
	hs_submit *submit;
	char *body, *id;

	desk_hello(desk, GATE);
	desk_hello(desk, ADAPTER);
	desk_resume(desk, ADAPTER, "", 0, true, false);
	submit = order_submit(desk->arena, &order);
	body = hs_arena_alloc(desk->arena, 400001);
	memset(body, 'x', 400000);
	submit->notice->texts[0]->body = body;
	DESK_FRAME(desk, GATE, SUBMIT, submit, submit);
	desk_commit(desk);
	id = hs_arena_strdup(desk->arena, desk_reply(desk, 0)->id);
	desk_query(desk, id, 0, 0);
	assert_non_null(desk_status(desk)->notice);
	for (int i = 0; i < 100; i++)
		desk_query(desk, id, 25000, HS_VERSION_NOW);
	receipt(desk, HS_RECEIPT(DISPLAYED));
	for (size_t i = 0; i < desk->effects.count; i++) {
		const struct hs_effect *effect = &desk->effects.items[i];
		struct hs_span bytes = hs_effect_bytes(&desk->effects, effect);
		hs_link_frame *frame;

		if (effect->type != HS_EFFECT_SEND || effect->peer != GATE)
			continue;
		assert_int_equal(
			hs_link_frame_unpack(desk->arena, bytes.bytes, bytes.len_bytes, &frame),
			HS_OK);
		assert_int_equal(frame->status_reply->n_receipts, 2);
		sent_bytes += bytes.len_bytes;
		answers++;
	}
	assert_int_equal(answers, 100);
	assert_true(sent_bytes < (size_t)2 << 20);
	desk->busy_peers = (uint64_t)1 << GATE;
	desk_query(desk, id, 0, 0);
	assert_true(desk_status(desk)->found);
	assert_null(desk_status(desk)->notice);
}

static void
test_status_waits_for_a_change(void **state)
{
	struct desk *desk = *state;
	char *id = begin(desk);
	uint32_t version;

	desk_query(desk, id, 0, 0);
	assert_true(desk_status(desk)->found);
	assert_string_equal(desk_status(desk)->principal, "kakuu-shi");
	assert_int_equal(desk_status(desk)->outcome, HS_OUTCOME(ACCEPTED));
	assert_int_equal(desk_status(desk)->request, 77);
	assert_int_equal(desk_status(desk)->n_receipts, 1); /* sent */
	assert_string_equal(desk_status(desk)->notice->document->id, "a");
	version = desk_status(desk)->version;
	desk_query(desk, id, 25000, version);
	assert_null(desk_status(desk));
	receipt(desk, HS_RECEIPT(DISPLAYED));
	assert_int_equal(desk_status(desk)->version, version + 1);
	assert_int_equal(desk_status(desk)->n_receipts, 2);
	desk_query(desk, id, 1000, version); /* behind already: at once */
	assert_non_null(desk_status(desk));
	desk_query(desk, id, 1000, version + 1);
	assert_null(desk_status(desk));
	desk->mono_us += 1100000;
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_TICK });
	assert_int_equal(desk_status(desk)->version, version + 1);
}

static void
test_an_unknown_id_is_not_found(void **state)
{
	struct desk *desk = *state;
	char unknown[] = "00000000000000000000000000000000";
	char nonsense[] = "' OR 1";

	desk_hello(desk, GATE);
	desk_query(desk, unknown, 25000, 0);
	assert_false(desk_status(desk)->found);
	desk_query(desk, nonsense, 25000, 0);
	assert_false(desk_status(desk)->found);
}

static void
test_receipts_are_journalled_together_and_late(void **state)
{
	struct desk *desk = *state;
	char *id = begin(desk);

	receipt(desk, HS_RECEIPT(RECEIVED));
	receipt(desk, HS_RECEIPT(DISPLAYED));
	desk_ack(desk, ADAPTER, 1);
	assert_int_equal(desk_count(desk, HS_EFFECT_APPEND), 0);
	desk->mono_us += 60000;
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_TICK });
	assert_int_equal(desk_count(desk, HS_EFFECT_APPEND), 2); /* receipts, ack */
	desk_commit(desk);
	desk_restart(desk);
	desk_hello(desk, GATE);
	desk_query(desk, id, 0, 0);
	assert_int_equal(desk_status(desk)->n_receipts, 2);
	assert_int_equal(desk_status(desk)->receipts[1]->state, HS_RECEIPT(DISPLAYED));
	assert_string_equal(desk_status(desk)->receipts[1]->outlet, "screen-1");
}

static void
test_receipts_of_a_full_disk_are_written_later(void **state)
{
	struct desk *desk = *state;
	char *id = begin(desk);

	receipt(desk, HS_RECEIPT(DISPLAYED));
	desk->mono_us += 60000;
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_TICK });
	desk->row_count = (size_t)desk->committed;
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_COMMIT_FAILED, .reason = "full" });
	desk->mono_us += 60000;
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_TICK });
	assert_int_equal(desk_count(desk, HS_EFFECT_APPEND), 0); /* a pause first */
	desk->mono_us += 1000000;
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_TICK });
	assert_int_equal(desk_count(desk, HS_EFFECT_APPEND), 1);
	desk_commit(desk);
	desk_restart(desk);
	desk_hello(desk, GATE);
	desk_query(desk, id, 0, 0);
	assert_int_equal(desk_status(desk)->n_receipts, 2);
}

static void
test_fetch_reads_the_journal(void **state)
{
	struct desk *desk = *state;
	hs_fetch fetch;
	hs_fetch_reply *reply;

	begin(desk);
	desk_submit(desk, (struct order){ "b", 1, HS_ACTION(ISSUE), .level = 4 });
	desk_commit(desk);
	hansho__v1__fetch__init(&fetch);
	fetch.request = 5;
	fetch.limit = 1;
	DESK_FRAME(desk, GATE, FETCH, fetch, &fetch);
	desk_read(desk);
	reply = DESK_SENT(desk, GATE, FETCH_REPLY, 0)->fetch_reply;
	assert_int_equal(reply->request, 5);
	assert_int_equal(reply->n_notices, 1);
	assert_int_equal(reply->notices[0]->seq, 1);
	assert_false(reply->end);
	fetch.after_seq = 1;
	fetch.originals = true;
	DESK_FRAME(desk, GATE, FETCH, fetch, &fetch);
	desk_read(desk);
	reply = DESK_SENT(desk, GATE, FETCH_REPLY, 0)->fetch_reply;
	assert_int_equal(reply->n_originals, 1);
	assert_true(reply->end);
	fetch.after_seq = 2;
	DESK_FRAME(desk, GATE, FETCH, fetch, &fetch);
	reply = DESK_SENT(desk, GATE, FETCH_REPLY, 0)->fetch_reply;
	assert_int_equal(reply->n_notices, 0);
	assert_true(reply->end);
}

/* Far more receipts than one record takes come while the disk is full: the hub must start from what it wrote. */
static void
test_a_flood_of_receipts_can_be_read_back(void **state)
{
	struct desk *desk = *state;
	char outlet[64];
	hs_receipt receipt;

	begin(desk);
	desk_hello(desk, ADAPTER);
	desk_resume(desk, ADAPTER, "", 0, false, false);
	desk_commit(desk);
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_COMMIT_FAILED, .reason = "full" });
	hansho__v1__receipt__init(&receipt);
	receipt.seq = 1;
	receipt.state = HS_RECEIPT(DISPLAYED);
	receipt.outlet = outlet;
	for (int i = 0; i < 260000; i++) {
		snprintf(outlet, sizeof(outlet), "s%d", i);
		DESK_FRAME(desk, ADAPTER, RECEIPT, receipt, &receipt);
	}
	desk->mono_us += 2000000;
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_TICK });
	assert_true(desk_count(desk, HS_EFFECT_APPEND) > 1);
	desk_commit(desk);
	desk_restart(desk);
}

static hs_fetch_reply *
fetched(struct desk *desk, uint64_t after_seq)
{
	hs_fetch fetch;
	hs_link_frame *frame;

	hansho__v1__fetch__init(&fetch);
	fetch.request = 6;
	fetch.after_seq = after_seq;
	fetch.limit = 2;
	DESK_FRAME(desk, FEED, FETCH, fetch, &fetch);
	if (desk_count(desk, HS_EFFECT_READ) > 0)
		desk_read(desk);
	frame = DESK_SENT(desk, FEED, FETCH_REPLY, 0);
	assert_non_null(frame);
	return frame->fetch_reply;
}

/* A page for a peer with a filter is never empty before the end: it could not ask for the next one. */
static void
test_fetch_passes_over_what_is_filtered(void **state)
{
	static const char *const areas[] = { "990027" };
	struct desk *desk = *state;

	hs_core_destroy(desk->core);
	desk->peers[FEED].areas = areas;
	desk->peers[FEED].area_count = 1;
	desk->core = hs_core_create(&desk->options);
	desk_hello(desk, GATE);
	for (uint32_t i = 1; i <= 12; i++)
		desk_submit(desk,
			(struct order){ hs_arena_printf(desk->arena, "d%u", i), 1, HS_ACTION(ISSUE),
				.level = 4, .area = i == 1 || i == 9 ? areas[0] : "990019" });
	desk_commit(desk);
	desk_hello(desk, FEED);
	desk_resume(desk, FEED, desk->options.epoch, 9, false, false);
	assert_int_equal(fetched(desk, 0)->notices[0]->seq, 1);
	assert_int_equal(fetched(desk, 1)->n_notices, 1);
	assert_int_equal(fetched(desk, 1)->notices[0]->seq, 9);
	assert_false(fetched(desk, 1)->end);
	assert_int_equal(fetched(desk, 9)->n_notices, 0);
	assert_true(fetched(desk, 9)->end);
}

static void
test_a_note_that_lies_is_noticed(void **state)
{
	struct desk *desk = *state;
	struct hs_buf note;
	struct hs_span bytes;

	begin(desk);
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_STOP });
	desk_commit(desk);
	hs_buf_init(&note, 4096);
	for (size_t i = 0; i < desk->effects.count; i++) {
		if (desk->effects.items[i].type == HS_EFFECT_STATE) {
			bytes = hs_effect_bytes(&desk->effects, &desk->effects.items[i]);
			hs_buf_add(&note, bytes.bytes, bytes.len_bytes);
		}
	}
	assert_true(note.len_bytes >= 32 + 32 + 32 + 8);
	bytes = (struct hs_span){ note.bytes, note.len_bytes };
	for (int lie = 0; lie < 3; lie++) {
		enum hs_err err = HS_OK;

		if (lie == 1)
			note.bytes[80] ^= 1; /* a flipped bit: its hash tells, it is ignored */
		if (lie == 2) {		     /* whole, and about another set */
			struct hs_span rest = { note.bytes + 32, note.len_bytes - 32 };

			hs_sha256(&rest, 1, (uint8_t *)note.bytes);
		}
		hs_core_destroy(desk->core);
		desk->core = hs_core_create(&desk->options);
		hs_core_recover_state(desk->core, bytes);
		for (size_t i = 0; i < desk->committed && err == HS_OK; i++)
			err = hs_core_recover(desk->core, &desk->rows[i]);
		assert_int_equal(err, lie == 2 ? HS_ERR_AGAIN : HS_OK);
	}
	hs_buf_free(&note);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_newest_state_and_version),
		cmocka_unit_test(test_who_may_have_it_is_no_refuser),
		cmocka_unit_test(test_who_has_not_answered_waits),
		cmocka_unit_test(test_a_notice_is_looked_at_when_it_is_due),
		DESK_TEST(test_many_who_ask_about_a_large_document_do_not_end_the_link),
		DESK_TEST(test_status_waits_for_a_change),
		DESK_TEST(test_an_unknown_id_is_not_found),
		DESK_TEST(test_receipts_are_journalled_together_and_late),
		DESK_TEST(test_receipts_of_a_full_disk_are_written_later),
		DESK_TEST(test_fetch_reads_the_journal),
		DESK_TEST(test_a_flood_of_receipts_can_be_read_back),
		DESK_TEST(test_fetch_passes_over_what_is_filtered),
		DESK_TEST(test_a_note_that_lies_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
