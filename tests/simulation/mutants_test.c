/* Does the simulation notice anything? Each known-bad form of wrong.h is run until a check fails, and must be caught
 * within SEEDS_MAX seeds by a check of the promise that it breaks. Prints the table: mutant, seeds until caught, what
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

void __real_hs_intake_told(const struct hs_index *index, const struct hs_pending *pending,
	const hs_submit *submit, struct hs_verdict *verdict, struct hs_area_set *out);
void __wrap_hs_intake_told(const struct hs_index *index, const struct hs_pending *pending,
	const hs_submit *submit, struct hs_verdict *verdict, struct hs_area_set *out);

void
__wrap_hs_intake_told(const struct hs_index *index, const struct hs_pending *pending,
	const hs_submit *submit, struct hs_verdict *verdict, struct hs_area_set *out)
{
	struct hs_area_set thrown_away = { 0 };
	bool forget =
		wrong_now == WRONG_AREA_FORGOTTEN && submit->notice->action == HS_ACTION(CANCEL);

	__real_hs_intake_told(index, pending, submit, verdict, forget ? &thrown_away : out);
	hs_area_set_free(&thrown_away);
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

/* ---- the table ---- */

static const struct mutant {
	enum world_wrong wrong;
	const char *name;
	const char *broken; /* the promises whose checks may be the first to notice it */
} mutants[] = {
	{ WRONG_REPLY_EARLY, "reply before the commit", "P1" },
	{ WRONG_DELIVER_EARLY, "deliver before the commit", "P2" },
	{ WRONG_DISK_LIES, "commit reported before the sync", "P1" },
	{ WRONG_TORN_STEP, "half a transaction after a crash", "P6" },
	{ WRONG_NO_DEDUPE, "no dedupe", "P3" },
	{ WRONG_RESUME_AT_LIVE, "resume at live, without replay", "P5" },
	{ WRONG_GAP_NOT_TOLD, "gap not told", "P5" },
	{ WRONG_ACK_BEFORE_OUTLET, "ack before the outlet has it", "P5" },
	{ WRONG_HOLE_TAKEN, "a hole in the stream is taken", "P5" },
	{ WRONG_TWICE_TAKEN, "a frame is taken twice", "P4" },
	{ WRONG_CANCEL_FIRST, "cancel before its issue", "P4" },
	{ WRONG_STALE_TAKEN, "older revision taken", "P4" },
	{ WRONG_PENDING_UNSEEN, "what waits for the disk is not looked at", "P1" },
	{ WRONG_AREA_FORGOTTEN, "cancel forgets an area", "P6" },
	{ WRONG_TOLD_FORGOTTEN, "who was told is not told what follows", "P5" },
	{ WRONG_ACK_LOST, "acks forgotten at a start", "restart" },
	{ WRONG_ACK_AHEAD, "ack counts for one more", "P5" },
	{ WRONG_NOT_MARKED, "drill without its mark", "P8" },
	{ WRONG_WINDOW_IGNORED, "window ignored", "P11" },
	{ WRONG_NEIGHBOUR_SENT, "bytes of the notice before", "P2" },
	{ WRONG_SET_MISSES_ONE, "active set misses a notice", "P6" },
};

/* The seed that caught it; 0: none. */
static uint64_t
seed_that_catches(enum world_wrong wrong, char *said, size_t size)
{
	for (uint64_t seed = 1; seed <= SEEDS_MAX; seed++) {
		struct world *world = world_create(seed, wrong);
		bool good = world_run(world);

		snprintf(said, size, "%s", world->failure);
		world_destroy(world);
		if (!good)
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
		const struct mutant *mutant = &mutants[i];
		char said[256];
		uint64_t seed = seed_that_catches(mutant->wrong, said, sizeof(said));
		bool right = seed > 0 && strncmp(said, mutant->broken, strlen(mutant->broken)) == 0;

		print_message("%-42s %5llu  %s%s\n", mutant->name, (unsigned long long)seed, said,
			seed == 0 ? "NOT CAUGHT"
			: right	  ? ""
				  : " (NOT BY THE CHECK OF ITS PROMISE)");
		missed += !right;
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

		assert_true(world_run(world));
		world_destroy(world);
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
