/* Who is sent to the hub next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "hub/gate/port_table.h"

#define CALLS 8

struct bench {
	struct hs_port_table table;
	struct call {
		struct hs_port_call call;
		hs_submit submit;
		hs_notice notice;
		hs_document document;
		char id[16];
		bool over;
	} calls[CALLS];
	size_t count;
};

static void
on_done(struct hs_port_call *call, enum hs_err err, const hs_link_frame *reply)
{
	(void)err;
	(void)reply;
	((struct call *)(void *)call)->over = true;
}

static void
begin(struct bench *bench, size_t in_flight_max)
{
	*bench = (struct bench){ 0 };
	assert_int_equal(hs_port_table_init(&bench->table, CALLS, in_flight_max), HS_OK);
}

/* A submission arrives; it is sent when it may go. */
static struct call *
arrive(struct bench *bench, const char *id, uint32_t lane, bool large)
{
	struct call *call = &bench->calls[bench->count++];
	struct hs_port_row *row;
	uint64_t request;

	hansho__v1__submit__init(&call->submit);
	hansho__v1__notice__init(&call->notice);
	hansho__v1__document__init(&call->document);
	snprintf(call->id, sizeof(call->id), "%s", id);
	call->document.id = call->id;
	call->notice.document = &call->document;
	call->notice.priority = lane;
	call->submit.notice = &call->notice;
	call->call.done = on_done;
	hs_port_table_promote(&bench->table, &call->submit);
	assert_int_equal(
		hs_port_table_reserve(&bench->table, HS_PORT_SUBMISSION, &row, &request), HS_OK);
	hs_port_table_submission(row, &call->submit, large,
		!hs_port_table_may_go(&bench->table, lane, large) ||
			hs_port_table_is_behind(&bench->table, &call->submit));
	hs_port_table_take(&bench->table, row, &call->call, request, 1);
	return call;
}

/* Sends the next one; NULL: none may go. */
static struct call *
send_next(struct bench *bench)
{
	struct hs_port_row *row = hs_port_table_next(&bench->table);

	if (row == NULL)
		return NULL;
	hs_port_table_sent(&bench->table, row);
	return (struct call *)(void *)row->call;
}

static void
answer(struct bench *bench, struct call *call)
{
	assert_true(hs_port_table_answer(&bench->table, call->call.request, NULL));
	assert_true(call->over);
}

static void
test_the_most_urgent_then_the_oldest(void **state)
{
	struct bench bench;
	struct call *sent, *digest, *first, *second;

	(void)state;
	begin(&bench, 1);
	sent = arrive(&bench, "a", HS_PRIORITY_NORMAL, false);
	digest = arrive(&bench, "b", HS_PRIORITY_BULK, false);
	first = arrive(&bench, "c", HS_PRIORITY_NORMAL, false);
	second = arrive(&bench, "d", HS_PRIORITY_NORMAL, false);
	assert_int_equal(bench.table.waiting_count, 3);
	assert_null(send_next(&bench));
	arrive(&bench, "order", HS_PRIORITY_LEVEL4, false);
	assert_int_equal(bench.table.waiting_count, 3); /* it went at once */
	answer(&bench, sent);
	assert_ptr_equal(send_next(&bench), first);
	assert_null(send_next(&bench));
	answer(&bench, first);
	assert_ptr_equal(send_next(&bench), second);
	answer(&bench, second);
	assert_ptr_equal(send_next(&bench), digest);
	answer(&bench, digest);
	assert_int_equal(bench.table.calm_sent, 0);
	hs_port_table_free(&bench.table);
}

static void
test_one_large_at_a_time(void **state)
{
	struct bench bench;
	struct call *large, *other;

	(void)state;
	begin(&bench, 4);
	large = arrive(&bench, "a", HS_PRIORITY_BULK, true);
	other = arrive(&bench, "b", HS_PRIORITY_BULK, true);
	arrive(&bench, "c", HS_PRIORITY_DRILL, false);
	assert_int_equal(bench.table.waiting_count, 1);
	assert_null(send_next(&bench));
	answer(&bench, large);
	assert_ptr_equal(send_next(&bench), other);
	hs_port_table_free(&bench.table);
}

/* An issue that waits must not come after the order that updates it. */
static void
test_nothing_overtakes_its_own_document(void **state)
{
	struct bench bench;
	struct call *telegram, *issue;

	(void)state;
	begin(&bench, 1);
	arrive(&bench, "a", HS_PRIORITY_NORMAL, false);
	telegram = arrive(&bench, "b", HS_PRIORITY_NORMAL, false);
	issue = arrive(&bench, "doc", HS_PRIORITY_NORMAL, false);
	assert_null(send_next(&bench));
	arrive(&bench, "doc", HS_PRIORITY_LEVEL4, false);
	assert_ptr_equal(send_next(&bench), issue);
	assert_null(send_next(&bench));
	assert_false(telegram->over);
	hs_port_table_free(&bench.table);
}

static void
test_room_is_kept_for_orders(void **state)
{
	struct bench bench;

	(void)state;
	begin(&bench, 1);
	for (int i = 0; i < CALLS - CALLS / 4; i++) {
		assert_true(hs_port_table_has_room(&bench.table, HS_PRIORITY_NORMAL));
		arrive(&bench, "a", HS_PRIORITY_NORMAL, false);
	}
	assert_false(hs_port_table_has_room(&bench.table, HS_PRIORITY_NORMAL));
	assert_true(hs_port_table_has_room(&bench.table, HS_PRIORITY_LEVEL4));
	hs_port_table_free(&bench.table);
}

/* A sent one that is never answered gives its place back. */
/* The hub opens a large one beside its loop: whatever is sent behind it arrives before it. */
static void
test_nothing_is_sent_behind_a_large_one_of_its_document(void **state)
{
	struct bench bench;
	struct call *large, *same;

	(void)state;
	begin(&bench, 4);
	large = arrive(&bench, "a", HS_PRIORITY_BULK, true);
	same = arrive(&bench, "a", HS_PRIORITY_LEVEL4, false);
	arrive(&bench, "b", HS_PRIORITY_LEVEL4, false);
	assert_int_equal(bench.table.waiting_count, 1);
	assert_null(send_next(&bench));
	answer(&bench, large);
	assert_ptr_equal(send_next(&bench), same);
	hs_port_table_free(&bench.table);
}

static void
test_a_timeout_opens_the_window(void **state)
{
	struct bench bench;
	struct call *second;

	(void)state;
	begin(&bench, 1);
	arrive(&bench, "a", HS_PRIORITY_NORMAL, false);
	second = arrive(&bench, "b", HS_PRIORITY_NORMAL, false);
	bench.table.rows[1].deadline_us = 10;
	hs_port_table_fail(&bench.table, 5, HS_ERR_TIMEOUT);
	assert_true(bench.calls[0].over);
	assert_ptr_equal(send_next(&bench), second);
	hs_port_table_fail(&bench.table, INT64_MAX, HS_ERR_CLOSED);
	assert_int_equal(bench.table.count + bench.table.calm_sent + bench.table.waiting_count, 0);
	hs_port_table_free(&bench.table);
}

static enum hs_err
look(struct bench *bench, enum hs_port_use use, const void *waiter, bool *waits)
{
	struct call *call = &bench->calls[bench->count++];
	struct hs_port_row *row;
	uint64_t request;
	enum hs_err err = hs_port_table_reserve(&bench->table, use, &row, &request);

	if (err != HS_OK)
		return err;
	call->call.done = on_done;
	*waits = hs_port_table_wait_ms(&bench->table, row, waiter, 1000) > 0;
	hs_port_table_take(&bench->table, row, &call->call, request, 1);
	return HS_OK;
}

/* Who waits for a change gets a share and no more; whoever only looks leaves rows for what a form needs before it sends. */
static void
test_consoles_leave_room_for_forms(void **state)
{
	static const char one[1], other[1], third[1];
	struct bench bench;
	bool waits;

	(void)state;
	begin(&bench, 1);
	assert_int_equal(look(&bench, HS_PORT_LOOK, one, &waits), HS_OK);
	assert_true(waits);
	assert_int_equal(look(&bench, HS_PORT_LOOK, one, &waits), HS_OK);
	assert_false(waits); /* one principal has an eighth of those that wait, but at least one */
	answer(&bench, &bench.calls[1]);
	assert_int_equal(look(&bench, HS_PORT_LOOK, other, &waits), HS_OK);
	assert_true(waits);
	assert_int_equal(look(&bench, HS_PORT_LOOK, third, &waits), HS_OK);
	assert_false(waits); /* half of the queries */
	assert_int_equal(look(&bench, HS_PORT_LOOK, NULL, &waits), HS_ERR_FULL);
	assert_int_equal(look(&bench, HS_PORT_NEED, NULL, &waits), HS_OK);
	assert_int_equal(look(&bench, HS_PORT_NEED, NULL, &waits), HS_ERR_FULL);
	answer(&bench, &bench.calls[0]);
	assert_int_equal(bench.table.waiter_count, 1);
	assert_int_equal(bench.table.look_count, 2);
	hs_port_table_free(&bench.table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_most_urgent_then_the_oldest),
		cmocka_unit_test(test_one_large_at_a_time),
		cmocka_unit_test(test_nothing_overtakes_its_own_document),
		cmocka_unit_test(test_nothing_is_sent_behind_a_large_one_of_its_document),
		cmocka_unit_test(test_room_is_kept_for_orders),
		cmocka_unit_test(test_a_timeout_opens_the_window),
		cmocka_unit_test(test_consoles_leave_room_for_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
