/* Does the simulation notice anything? Each known-bad form of wrong.h is run until a check fails, and must be caught
 * within SEEDS_MAX seeds by a check of the promise that it breaks, before any other check. Prints the table: mutant, seeds until caught, what
 * the check said.
 *
 * Flow:   wrong_now (set by world_create) → the world does wrong by itself, or one of the functions below stands
 *         before the core's own: the Makefile links every __wrap_hs_… of a test with --wrap, so that calls from other
 *         object files come here first and go on to __real_hs_…. The core is the one of production, not recompiled.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "hub/core/core_state.h"
#include "tests/simulation/world_check.h"

#define SEEDS_MAX 60

#define BIT(name) (1u << HS_FINDING_##name)

/* ---- what is wrong inside the core ---- */

void __real_hs_delivery_start(struct hs_delivery *delivery, struct hs_delivery_source *source,
	const Hansho__V1__Resume *resume);
void __wrap_hs_delivery_start(struct hs_delivery *delivery, struct hs_delivery_source *source,
	const Hansho__V1__Resume *resume);

void
__wrap_hs_delivery_start(struct hs_delivery *delivery, struct hs_delivery_source *source,
	const Hansho__V1__Resume *resume)
{
	Hansho__V1__Resume other = *resume;
	char nothing[] = "", epoch[EPOCH_DIGITS];

	snprintf(epoch, sizeof(epoch), "%s", source->epoch);
	if (wrong_now == WRONG_RESUME_AT_LIVE) {
		other.epoch = nothing;
		other.seq = 0;
		other.from_last_ack = false;
		other.snapshot = true;
	} else if (wrong_now == WRONG_GAP_NOT_TOLD && resume->epoch[0] != '\0') {
		other.epoch = epoch;
		other.seq = resume->seq < source->newest_seq ? resume->seq : source->newest_seq;
	}
	__real_hs_delivery_start(delivery, source, &other);
}

void __real_hs_intake_judge(const hs_submit *submit, const struct hs_index *index,
	const struct hs_pending *pending, struct hs_verdict *out);
void __wrap_hs_intake_judge(const hs_submit *submit, const struct hs_index *index,
	const struct hs_pending *pending, struct hs_verdict *out);

void
__wrap_hs_intake_judge(const hs_submit *submit, const struct hs_index *index,
	const struct hs_pending *pending, struct hs_verdict *out)
{
	bool taken;

	__real_hs_intake_judge(submit, index, pending, out);
	taken = (wrong_now == WRONG_CANCEL_FIRST && (out->findings & BIT(CANCEL_UNKNOWN)) != 0) ||
		(wrong_now == WRONG_STALE_TAKEN && out->record_type == (int)HS_RECORD(STALE));
	if (!taken)
		return;
	out->outcome = HS_OUTCOME(ACCEPTED);
	out->record_type = HS_RECORD(NOTICE);
	out->findings = 0;
	out->waits_for = NULL;
}

struct hs_pending_record *__real_hs_pending_document(
	const struct hs_pending *pending, const uint8_t key[HS_ID_BYTES]);
struct hs_pending_record *__wrap_hs_pending_document(
	const struct hs_pending *pending, const uint8_t key[HS_ID_BYTES]);

struct hs_pending_record *
__wrap_hs_pending_document(const struct hs_pending *pending, const uint8_t key[HS_ID_BYTES])
{
	return wrong_now == WRONG_PENDING_UNSEEN ? NULL : __real_hs_pending_document(pending, key);
}

struct hs_pending_record *__real_hs_pending_submission(
	const struct hs_pending *pending, const uint8_t id[HS_ID_BYTES]);
struct hs_pending_record *__wrap_hs_pending_submission(
	const struct hs_pending *pending, const uint8_t id[HS_ID_BYTES]);

struct hs_pending_record *
__wrap_hs_pending_submission(const struct hs_pending *pending, const uint8_t id[HS_ID_BYTES])
{
	return wrong_now == WRONG_PENDING_UNSEEN ? NULL : __real_hs_pending_submission(pending, id);
}

void __real_hs_before_find(const struct hs_before_from *from, const hs_submit *submit,
	struct hs_verdict *verdict, struct hs_before *out);
void __wrap_hs_before_find(const struct hs_before_from *from, const hs_submit *submit,
	struct hs_verdict *verdict, struct hs_before *out);

void
__wrap_hs_before_find(const struct hs_before_from *from, const hs_submit *submit,
	struct hs_verdict *verdict, struct hs_before *out)
{
	__real_hs_before_find(from, submit, verdict, out);
	if (wrong_now == WRONG_AREA_FORGOTTEN && submit->notice->action == HS_ACTION(CANCEL))
		hs_area_set_free(&out->areas);
	if (wrong_now == WRONG_DISPLACED_FORGOTTEN)
		out->displaced_count = 0;
	if (wrong_now == WRONG_LEVEL_FORGOTTEN)
		out->reach.level = 0;
}

uint64_t __real_hs_route_decide(const struct hs_route *route, struct hs_span notice, uint64_t told,
	const char *reasons[HS_PEERS_MAX]);
uint64_t __wrap_hs_route_decide(const struct hs_route *route, struct hs_span notice, uint64_t told,
	const char *reasons[HS_PEERS_MAX]);

uint64_t
__wrap_hs_route_decide(const struct hs_route *route, struct hs_span notice, uint64_t told,
	const char *reasons[HS_PEERS_MAX])
{
	return __real_hs_route_decide(
		route, notice, wrong_now == WRONG_TOLD_FORGOTTEN ? 0 : told, reasons);
}

void __real_hs_receipts_recover_ack(struct hs_receipts *receipts, uint32_t peer, uint64_t seq);
void __wrap_hs_receipts_recover_ack(struct hs_receipts *receipts, uint32_t peer, uint64_t seq);

void
__wrap_hs_receipts_recover_ack(struct hs_receipts *receipts, uint32_t peer, uint64_t seq)
{
	if (wrong_now != WRONG_ACK_LOST)
		__real_hs_receipts_recover_ack(receipts, peer, seq);
}

void __real_hs_receipts_ack(
	struct hs_receipts *receipts, uint32_t peer, uint64_t seq, int64_t mono_us);
void __wrap_hs_receipts_ack(
	struct hs_receipts *receipts, uint32_t peer, uint64_t seq, int64_t mono_us);

void
__wrap_hs_receipts_ack(struct hs_receipts *receipts, uint32_t peer, uint64_t seq, int64_t mono_us)
{
	__real_hs_receipts_ack(receipts, peer, seq + (wrong_now == WRONG_ACK_AHEAD), mono_us);
}

void __real_hs_receipts_each_taker(const struct hs_receipts *receipts, uint64_t seq,
	const char *adapter, void (*visit)(void *owner, const char *outlet), void *owner);
void __wrap_hs_receipts_each_taker(const struct hs_receipts *receipts, uint64_t seq,
	const char *adapter, void (*visit)(void *owner, const char *outlet), void *owner);

void
__wrap_hs_receipts_each_taker(const struct hs_receipts *receipts, uint64_t seq, const char *adapter,
	void (*visit)(void *owner, const char *outlet), void *owner)
{
	if (wrong_now == WRONG_PAST_GUESSED)
		visit(owner, "screen-1");
	else
		__real_hs_receipts_each_taker(receipts, seq, adapter, visit, owner);
}

bool __real_hs_notice_mark(struct hs_arena *arena, hs_notice *notice);
bool __wrap_hs_notice_mark(struct hs_arena *arena, hs_notice *notice);

bool
__wrap_hs_notice_mark(struct hs_arena *arena, hs_notice *notice)
{
	return wrong_now == WRONG_NOT_MARKED || __real_hs_notice_mark(arena, notice);
}

struct hs_delivery *__real_hs_delivery_create(
	const struct hs_core_peer *config, uint32_t peer, size_t window);
struct hs_delivery *__wrap_hs_delivery_create(
	const struct hs_core_peer *config, uint32_t peer, size_t window);

struct hs_delivery *
__wrap_hs_delivery_create(const struct hs_core_peer *config, uint32_t peer, size_t window)
{
	return __real_hs_delivery_create(
		config, peer, wrong_now == WRONG_WINDOW_IGNORED ? 4 * window : window);
}

const struct hs_recent_notice *__real_hs_recent_find(const struct hs_recent *recent, uint64_t seq);
const struct hs_recent_notice *__wrap_hs_recent_find(const struct hs_recent *recent, uint64_t seq);

const struct hs_recent_notice *
__wrap_hs_recent_find(const struct hs_recent *recent, uint64_t seq)
{
	static struct hs_recent_notice forged;
	const struct hs_recent_notice *found = __real_hs_recent_find(recent, seq);
	const struct hs_recent_notice *before = __real_hs_recent_find(recent, seq - 1);

	if (wrong_now != WRONG_NEIGHBOUR_SENT || found == NULL || before == NULL)
		return found;
	forged = *found;
	forged.notice = before->notice;
	return &forged;
}

enum hs_err __real_hs_active_apply(
	struct hs_active *active, uint64_t seq, const hs_notice *notice, struct hs_buf *vanished);
enum hs_err __wrap_hs_active_apply(
	struct hs_active *active, uint64_t seq, const hs_notice *notice, struct hs_buf *vanished);

enum hs_err
__wrap_hs_active_apply(
	struct hs_active *active, uint64_t seq, const hs_notice *notice, struct hs_buf *vanished)
{
	if (wrong_now == WRONG_SET_MISSES_ONE && seq % 16 == 0)
		return HS_OK;
	return __real_hs_active_apply(active, seq, notice, vanished);
}

/* The core's way to it. */
enum hs_err __real_hs_active_apply_kept(struct hs_active *active, uint64_t seq,
	const hs_notice *notice, struct hs_kept *kept, struct hs_buf *vanished);
enum hs_err __wrap_hs_active_apply_kept(struct hs_active *active, uint64_t seq,
	const hs_notice *notice, struct hs_kept *kept, struct hs_buf *vanished);

enum hs_err
__wrap_hs_active_apply_kept(struct hs_active *active, uint64_t seq, const hs_notice *notice,
	struct hs_kept *kept, struct hs_buf *vanished)
{
	if (wrong_now == WRONG_SET_MISSES_ONE && seq % 16 == 0) {
		hs_kept_free(kept);
		return HS_OK;
	}
	return __real_hs_active_apply_kept(active, seq, notice, kept, vanished);
}

void __real_hs_effects_forget(struct hs_effects *effects, uint64_t store);
void __wrap_hs_effects_forget(struct hs_effects *effects, uint64_t store);

void
__wrap_hs_effects_forget(struct hs_effects *effects, uint64_t store)
{
	if (wrong_now != WRONG_PIECES_KEPT)
		__real_hs_effects_forget(effects, store);
}

/* ---- what is wrong inside the feed ---- */

struct hs_entry *__real_hs_ring_after(const struct hs_ring *ring, uint64_t seq);
struct hs_entry *__wrap_hs_ring_after(const struct hs_ring *ring, uint64_t seq);

struct hs_entry *
__wrap_hs_ring_after(const struct hs_ring *ring, uint64_t seq)
{
	struct hs_entry *next = __real_hs_ring_after(ring, seq);

	return wrong_now == WRONG_FEED_NEWEST_ONLY && next != NULL ? hs_ring_newest_at(ring, 0)
								   : next;
}

enum hs_gap_reason __real_hs_store_gap_reason(
	const struct hs_store *store, const struct hs_position *from);
enum hs_gap_reason __wrap_hs_store_gap_reason(
	const struct hs_store *store, const struct hs_position *from);

enum hs_gap_reason
__wrap_hs_store_gap_reason(const struct hs_store *store, const struct hs_position *from)
{
	return wrong_now == WRONG_FEED_GAP_NOT_TOLD ? HS_GAP_NONE
						    : __real_hs_store_gap_reason(store, from);
}

enum hs_err __real_hs_store_put(
	struct hs_store *store, const hs_deliver *deliver, int64_t now_unix_us);
enum hs_err __wrap_hs_store_put(
	struct hs_store *store, const hs_deliver *deliver, int64_t now_unix_us);

enum hs_err
__wrap_hs_store_put(struct hs_store *store, const hs_deliver *deliver, int64_t now_unix_us)
{
	hs_deliver forged = *deliver;

	if (wrong_now == WRONG_FEED_HOLE_TAKEN)
		forged.prev_seq = hs_store_newest(store);
	return __real_hs_store_put(store, &forged, now_unix_us);
}

struct hs_entry *__real_hs_page_after(const struct hs_page *page, uint64_t seq);
struct hs_entry *__wrap_hs_page_after(const struct hs_page *page, uint64_t seq);

struct hs_entry *
__wrap_hs_page_after(const struct hs_page *page, uint64_t seq)
{
	return __real_hs_page_after(page, seq + (wrong_now == WRONG_FEED_PAGE_SKIPS));
}

/* ---- the table ---- */

static const struct mutant {
	enum world_wrong wrong;
	const char *name;
	const char *broken; /* the promise whose check must notice it */
} mutants[] = {
	{ WRONG_REPLY_EARLY, "reply before the commit", "P1" },
	{ WRONG_DELIVER_EARLY, "deliver before the commit", "P2" },
	{ WRONG_DISK_LIES, "commit reported before the sync", "P1" },
	{ WRONG_STORED_EARLY, "a record before its pieces", "P1" },
	{ WRONG_PIECES_KEPT, "pieces without a record stay", "P11" },
	{ WRONG_TORN_STEP, "half a transaction after a crash", "P6" },
	{ WRONG_NO_DEDUPE, "no dedupe", "P3" },
	{ WRONG_RESUME_AT_LIVE, "resume at live, without replay", "P5" },
	{ WRONG_GAP_NOT_TOLD, "gap not told", "P5" },
	{ WRONG_ACK_BEFORE_OUTLET, "ack before the outlet has it", "P5" },
	{ WRONG_HOLE_TAKEN, "a hole in the stream is taken", "P5" },
	{ WRONG_TWICE_TAKEN, "a frame is taken twice", "P4" },
	{ WRONG_CANCEL_FIRST, "cancel before its issue", "P4" },
	{ WRONG_STALE_TAKEN, "older revision taken", "P4" },
	{ WRONG_PENDING_UNSEEN, "what waits for the disk is not looked at", "P4" },
	{ WRONG_AREA_FORGOTTEN, "cancel forgets an area", "P6" },
	{ WRONG_LEVEL_FORGOTTEN, "what follows forgets the level of before", "P6" },
	{ WRONG_DISPLACED_FORGOTTEN, "what is displaced is not named", "P6" },
	{ WRONG_TOLD_FORGOTTEN, "who was told is not told what follows", "P5" },
	{ WRONG_ACK_LOST, "acks forgotten at a start", "restart" },
	{ WRONG_ACK_AHEAD, "ack counts for one more", "P5" },
	{ WRONG_NOT_MARKED, "drill without its mark", "P8" },
	{ WRONG_WINDOW_IGNORED, "window ignored", "P11" },
	{ WRONG_NEIGHBOUR_SENT, "bytes of the notice before", "P2" },
	{ WRONG_SET_MISSES_ONE, "active set misses a notice", "P6" },
	{ WRONG_PAST_GUESSED, "told before, though nobody took it", "P6" },
	{ WRONG_FEED_NEWEST_ONLY, "feed: newest only for who is behind", "P5" },
	{ WRONG_FEED_GAP_NOT_TOLD, "feed: gap not told", "P5" },
	{ WRONG_FEED_HOLE_TAKEN, "feed: a hole in the stream is taken", "P5" },
	{ WRONG_FEED_PAGE_SKIPS, "feed: a page misses a notice", "P5" },
};

/* The first seed in which a check of the promise failed before any other; 0: none. */
static uint64_t
seed_that_catches(const struct mutant *mutant, char *said, size_t size)
{
	size_t length = strlen(mutant->broken);

	for (uint64_t seed = 1; seed <= SEEDS_MAX; seed++) {
		struct world *world = world_create(seed, mutant->wrong);
		bool good = world_run(world);
		bool right = !good && strncmp(world->failure, mutant->broken, length) == 0 &&
			     world->failure[length] == ':';

		snprintf(said, size, "%s", world->failure);
		world_destroy(world);
		if (right)
			return seed;
	}
	return 0;
}

static void
test_each_mutant_is_caught(void **state)
{
	size_t missed = 0;

	(void)state;
	assert_int_equal(HS_COUNT(mutants), WRONG_COUNT - 1);
	print_message("%-42s %s  %s\n", "mutant", "seeds", "caught by");
	for (size_t i = 0; i < HS_COUNT(mutants); i++) {
		char said[256];
		uint64_t seed = seed_that_catches(&mutants[i], said, sizeof(said));

		if (seed == 0)
			snprintf(said, sizeof(said), "NO CHECK OF %s", mutants[i].broken);
		print_message("%-42s %5llu  %s\n", mutants[i].name, (unsigned long long)seed, said);
		missed += seed == 0;
	}
	assert_int_equal(missed, 0);
}

/* The same programs with nothing wrong: the functions above change nothing by themselves. */
static void
test_nothing_wrong_is_not_caught(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS_MAX; seed++) {
		struct world *world = world_create(seed, WRONG_NOTHING);
		bool good = world_run(world);

		world_destroy(world);
		assert_true(good);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_mutant_is_caught),
		cmocka_unit_test(test_nothing_wrong_is_not_caught),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
