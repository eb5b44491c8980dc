/* Questions whose client has gone: they keep no place at the hub, and nobody who waits beside them is touched. */
#include "tests/unit/hub/core/fixtures.h"

#define WAIT_MS 25000

enum what { STATUS, LIST };

/* One order on disk, an adapter that has it; gives the submission's id. */
static char *
begin(struct desk *desk)
{
	desk_hello(desk, GATE);
	desk_hello(desk, ADAPTER);
	desk_resume(desk, ADAPTER, "", 0, true, false);
	desk_submit(desk, (struct order){ "a", 1, HS_ACTION(ISSUE), .level = 4 });
	desk_commit(desk);
	return hs_arena_strdup(desk->arena, desk_reply(desk, 0)->id);
}

static void
ask_list(struct desk *desk, uint64_t request, uint32_t wait_ms, uint64_t version)
{
	hs_list_query query;
	char nothing[] = "";

	hansho__v1__list_query__init(&query);
	query.request = request;
	query.principal = nothing;
	query.before = nothing;
	query.limit = 10;
	query.wait_ms = wait_ms;
	query.version = version;
	DESK_FRAME(desk, GATE, LIST_QUERY, list_query, &query);
}

static uint64_t
list_version(struct desk *desk)
{
	ask_list(desk, 7, 0, 0);
	return DESK_SENT(desk, GATE, LIST_REPLY, 0)->list_reply->version;
}

static void
ask(struct desk *desk, enum what what, char *id, uint64_t version, uint64_t request)
{
	size_t waiters = desk_waiters(desk);

	if (what == LIST)
		ask_list(desk, request, WAIT_MS, version);
	else
		desk_query_as(desk, request, id, WAIT_MS, HS_VERSION_NOW);
	assert_int_equal(desk_waiters(desk), waiters + 1);
}

/* What changes status and list; the questions about it are answered. */
static void
change(struct desk *desk, enum what what)
{
	hs_receipt message;
	char outlet[] = "screen-1";

	hansho__v1__receipt__init(&message);
	message.seq = 1;
	message.outlet = outlet;
	message.state = HS_RECEIPT(DISPLAYED);
	DESK_FRAME(desk, ADAPTER, RECEIPT, receipt, &message);
	if (what == STATUS)
		return;
	desk->mono_us += 50000;
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_TICK });
}

/* The request of the answer of this number; 0: there is none. */
static uint64_t
answered(struct desk *desk, enum what what, size_t n)
{
	hs_link_frame *frame = what == LIST ? DESK_SENT(desk, GATE, LIST_REPLY, n)
					    : DESK_SENT(desk, GATE, STATUS_REPLY, n);

	if (frame == NULL)
		return 0;
	return what == LIST ? frame->list_reply->request : frame->status_reply->request;
}

/* 10,000 of them, one after the other. */
static void
test_who_has_gone_keeps_no_place(void **state)
{
	struct desk *desk = *state;
	char *id = begin(desk);
	uint64_t version = list_version(desk);

	for (int i = 0; i < 20000; i++) {
		ask(desk, i % 2 == 0 ? LIST : STATUS, id, version, 77);
		desk_unask(desk, 77);
	}
	assert_int_equal(desk_waiters(desk), 0);
	ask(desk, LIST, id, version, 77);
	ask(desk, STATUS, id, version, 78);
	desk_unask(desk, 79);
	assert_int_equal(desk_waiters(desk), 2);
}

/* The first, one in the middle and the last go; the others keep their order, and each gets its own answer. */
static void
others_are_answered(struct desk *desk, enum what what)
{
	static const uint64_t gone[] = { 10, 12, 14 };
	char *id = begin(desk);
	uint64_t version = list_version(desk);

	for (uint64_t request = 10; request <= 14; request++)
		ask(desk, what, id, version, request);
	for (size_t i = 0; i < HS_COUNT(gone); i++)
		desk_unask(desk, gone[i]);
	assert_int_equal(desk_waiters(desk), 2);
	change(desk, what);
	assert_int_equal(answered(desk, what, 0), 11);
	assert_int_equal(answered(desk, what, 1), 13);
	assert_int_equal(answered(desk, what, 2), 0);
	assert_int_equal(desk_waiters(desk), 0);
}

static void
test_other_questions_are_answered(void **state)
{
	others_are_answered(*state, STATUS);
}

static void
test_other_lists_are_answered(void **state)
{
	others_are_answered(*state, LIST);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(test_who_has_gone_keeps_no_place),
		DESK_TEST(test_other_questions_are_answered),
		DESK_TEST(test_other_lists_are_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
