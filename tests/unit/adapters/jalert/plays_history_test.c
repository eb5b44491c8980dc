/* What comes after a start, or after the hub began another history, is said unless these loudspeakers said it. */
#include "tests/unit/adapters/jalert/jalert_bench.h"

#define AGAIN_MS  700 /* some attempts and ticks */
#define NEW(type) hs_message_new(bench->arena, &hansho__v1__##type##__descriptor)

static hs_notice *
missile(struct bench *bench, const char *id, int action)
{
	return civil(bench, HS_MODE(LIVE), action, id, "missile");
}

/* A tsunami warning for these codes, addressed to all of 03 and 99. */
static hs_notice *
tsunami(struct bench *bench, const char *id, const char *const *codes, size_t count)
{
	static const char *const addressed[] = { "990019", "990027", "032018" };
	hs_notice *notice = civil(bench, HS_MODE(LIVE), HS_ACTION(ISSUE), id, "");
	hs_hazard *item = NEW(hazard);
	notice->kind = HS_KIND(TSUNAMI);
	notice->n_areas = 0;
	item->name = hs_arena_strdup(bench->arena, "津波警報");
	item->rank = 3;
	item->in_force = true;
	for (size_t i = 0; i < count; i++) {
		hs_area *area = NEW(area);
		area->code = hs_arena_strdup(bench->arena, codes[i]);
		assert_true(hs_repeat(bench->arena, &item->n_areas, &item->areas, area));
	}
	for (size_t i = 0; i < 3; i++) {
		hs_area *area = NEW(area);
		area->code = hs_arena_strdup(bench->arena, addressed[i]);
		assert_true(hs_repeat(bench->arena, &notice->n_areas, &notice->areas, area));
	}
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL_TSUNAMI;
	notice->tsunami = NEW(tsunami);
	assert_true(
		hs_repeat(bench->arena, &notice->tsunami->n_items, &notice->tsunami->items, item));
	return notice;
}

/* A whole snapshot of what is in force, without a past. */
static void
in_force(
	struct fake_hub *hub, uint64_t seq, const uint64_t *seqs, hs_notice **notices, size_t count)
{
	Hansho__V1__Snapshot snapshot;
	hs_deliver rows[4], *list[4];
	hs_link_frame frame;
	hansho__v1__snapshot__init(&snapshot);
	for (size_t i = 0; i < count; i++) {
		hansho__v1__deliver__init(&rows[i]);
		rows[i].seq = seqs[i];
		rows[i].notice = notices[i];
		list[i] = &rows[i];
	}
	snapshot.seq = seq;
	snapshot.n_notices = count;
	snapshot.notices = list;
	snapshot.last = true;
	hansho__v1__link_frame__init(&frame);
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_SNAPSHOT;
	frame.snapshot = &snapshot;
	fake_send(hub, &frame);
}

/* A missile and its cancel, told by this process; then the hub comes back with that epoch and newest_seq. */
static void
begin_and_change(struct bench *bench, const char *epoch)
{
	bench->answers[0] = "accepted";
	bench->answers[1] = "finished";
	fake_past(&bench->live, 0, NULL, 0, true);
	fake_live(&bench->live);
	fake_deliver(&bench->live, 1, 0, missile(bench, "a", HS_ACTION(ISSUE)));
	assert_true(wait_state(bench, &bench->live, 1, HS_RECEIPT(DISPLAYED)));
	fake_deliver(&bench->live, 2, 1, missile(bench, "c", HS_ACTION(CANCEL)));
	assert_true(wait_state(bench, &bench->live, 2, HS_RECEIPT(DISPLAYED)));
	serve_for(bench, 300);
	bench->live.receipt_count = 0;
	bench->live.newest_seq = 0;
	snprintf(bench->live.epoch, sizeof(bench->live.epoch), "%s", epoch);
	assert_true(fake_reconnect(&bench->live));
	fake_past(&bench->live, 0, NULL, 0, true);
	fake_live(&bench->live);
}

/* Another history, seq 1 is another missile: it must be heard. */
static void
another_epoch_is_not_taken_for_what_was_told(void **state)
{
	struct bench *bench = *state;
	hs_notice *other = missile(bench, "z", HS_ACTION(ISSUE));
	begin_and_change(bench, "22ff-other-epoch");
	other->document->event = hs_arena_strdup(bench->arena, "ANOTHER EVENT");
	fake_deliver(&bench->live, 1, 0, other);
	assert_true(wait_asked(bench, "play live-22ffothe-1", 1));
	serve_for(bench, AGAIN_MS);
	assert_int_equal(1, asked(bench, "play live-22ffothe-1"));
}

/* The same epoch restored from an older copy (hub_lost_history). */
static void
a_restored_journal_is_not_taken_for_what_was_told(void **state)
{
	struct bench *bench = *state;
	hs_notice *other = missile(bench, "z", HS_ACTION(ISSUE));
	begin_and_change(bench, "00ff-live-epoch");
	other->document->event = hs_arena_strdup(bench->arena, "ANOTHER EVENT");
	fake_deliver(&bench->live, 1, 0, other);
	assert_true(wait_asked(bench, "play live-00fflive-1", 2));
	serve_for(bench, AGAIN_MS);
	assert_int_equal(2, asked(bench, "play live-00fflive-1"));
}

/* Nobody heard either. Both come after the snapshot, as 5 and 6, and the second, or both, are in force. */
static void
assert_first_is_said(struct bench *bench, hs_notice *first, hs_notice *second, bool both_stand)
{
	hs_notice *notices[] = { first, second };
	const uint64_t seqs[] = { 5, 6 };
	size_t from = both_stand ? 0 : 1;
	bench->answers[0] = "accepted";
	bench->live.newest_seq = 6;
	in_force(&bench->live, 6, seqs + from, notices + from, 2 - from);
	fake_deliver(&bench->live, 5, 0, first);
	fake_deliver(&bench->live, 6, 5, second);
	assert_true(wait_asked(bench, "play live-00fflive-5", 1));
	serve_for(bench, AGAIN_MS);
	assert_int_equal(1, asked(bench, "play live-00fflive-5"));
}

/* Both came while the adapter was away, nobody heard either; the second, of another route or telegram of the event, no
 * longer names 032018. Everybody named by either must hear. */
static void
what_came_while_nobody_was_here_is_said_whole(void **state)
{
	struct bench *bench = *state;
	static const char *const first[] = { "990019", "032018" };
	static const char *const second[] = { "990019", "990027" };
	assert_first_is_said(
		bench, tsunami(bench, "a", first, 2), tsunami(bench, "b", second, 2), true);
}

/* An order and its silent correction came while the adapter was away. */
static void
an_order_behind_which_a_silent_correction_came_is_said(void **state)
{
	struct bench *bench = *state;
	hs_notice *first = order(bench, HS_MODE(LIVE), "d", 1),
		  *second = order(bench, HS_MODE(LIVE), "d", 2);
	second->silent = true;
	assert_first_is_said(bench, first, second, false);
}

/* The same of civil protection. */
static void
a_warning_behind_which_a_silent_correction_came_is_said(void **state)
{
	struct bench *bench = *state;
	hs_notice *first = missile(bench, "a", HS_ACTION(ISSUE)),
		  *second = missile(bench, "a", HS_ACTION(UPDATE));
	second->document->revision = 2;
	second->silent = true;
	assert_first_is_said(bench, first, second, false);
}

/* The further report has a word that nobody knows: it is held for an operator. */
static void
a_warning_behind_which_a_held_one_came_is_said(void **state)
{
	struct bench *bench = *state;
	hs_notice *first = missile(bench, "a", HS_ACTION(ISSUE)),
		  *second = missile(bench, "a", HS_ACTION(UPDATE));
	second->document->revision = 2;
	assert_true(hs_repeat(bench->arena, &second->n_flags, &second->flags,
		hs_arena_strdup(bench->arena, "unknown_level")));
	assert_first_is_said(bench, first, second, false);
}

/* An order told with its cancel, neither acknowledged. */
static void
an_order_told_with_its_cancel_does_not_begin_again(void **state)
{
	struct bench *bench = *state;
	hs_notice *issue = order(bench, HS_MODE(LIVE), "d", 1),
		  *end = order(bench, HS_MODE(LIVE), "d", 2);
	end->action = HS_ACTION(CANCEL);
	const struct fake_told told[] = { { 5, issue, "controller" }, { 6, end, "controller" } };
	bench->answers[0] = "accepted";
	bench->live.newest_seq = 6;
	assert_true(run_till(&bench->loop, controller_is_there, bench));
	fake_past(&bench->live, 6, told, 2, true);
	fake_deliver(&bench->live, 5, 0, issue);
	fake_deliver(&bench->live, 6, 5, end);
	assert_true(wait_state(bench, &bench->live, 6, HS_RECEIPT(ACCEPTED)));
	serve_for(bench, AGAIN_MS);
	assert_int_equal(0, asked(bench, "play live-00fflive-5"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LISTENING(another_epoch_is_not_taken_for_what_was_told),
		LISTENING(a_restored_journal_is_not_taken_for_what_was_told),
		LISTENING(what_came_while_nobody_was_here_is_said_whole),
		LISTENING(an_order_behind_which_a_silent_correction_came_is_said),
		LISTENING(a_warning_behind_which_a_silent_correction_came_is_said),
		LISTENING(a_warning_behind_which_a_held_one_came_is_said),
		LISTENING(an_order_told_with_its_cancel_does_not_begin_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
