/* The whole way of a mode: what the gate makes of envelope, Control, lane and credential, then the one gate of every adapter.
 * All combinations, then a million random messages whose mode may also be damaged on the way: nothing of a drill, a test or
 * a system message leaves but a drill through the drill lane of an adapter that takes part. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/runtime/rules.h"
#include "hub/base/check.h"
#include "hub/gate/policy.h"

#define RANDOM_MESSAGES 1000000u

static const char *const statuses[] = { "Actual", "Exercise", "Test", "System", "", "actual",
	"Draft" };
#define STATUSES HS_COUNT(statuses)

struct message {
	size_t envelope, control; /* of statuses */
	unsigned credential;	  /* bits over the first four statuses */
	bool live_gate;		  /* address of the submission, and with it the hub behind it */
	int lane;		  /* of the adapter's link: that it is the hub's is not relied on */
	bool drill_on, rings, maintenance;
	bool same_event; /* the hub's flag: another route told it */
};

/* The mode in which a hub would hold it; UNSPECIFIED: the gate refuses it. */
static int
mode_at_the_hub(const struct message *message)
{
	const char *listed[4];
	struct hs_principal principal = { .statuses = { listed, 0 } };
	int lane = message->live_gate ? HS_MODE(LIVE) : HS_MODE(DRILL);
	for (size_t i = 0; i < 4; i++)
		if (message->credential >> i & 1)
			listed[principal.statuses.count++] = statuses[i];
	if (!hs_mode_allowed(
		    statuses[message->envelope], statuses[message->control], lane, &principal))
		return HS_MODE(UNSPECIFIED);
	return hs_status_mode(statuses[message->envelope]);
}

static bool
leaves(const struct message *message, int mode)
{
	hs_notice notice;
	hansho__v1__notice__init(&notice);
	notice.mode = (Hansho__V1__Mode)mode;
	notice.kind = HS_KIND(EVACUATION);
	notice.action = HS_ACTION(ISSUE);
	char flag[] = HS_FLAG_SAME_EVENT, *flags[] = { flag };
	notice.flags = flags;
	notice.n_flags = message->same_event;
	const struct hs_ruling_case one = { .notice = &notice,
		.lane = message->lane,
		.drill_on = message->drill_on,
		.maintenance = message->maintenance,
		.rings = message->rings };
	return hs_rule(&one).kind == HS_RULING_PASS;
}

/* Said without the code's own tables. */
static bool
may_leave(const struct message *message)
{
	bool actual = message->envelope == 0 && message->control == 0;
	bool exercise = message->envelope == 1 && message->control == 1;
	if (message->maintenance || (message->rings && message->same_event))
		return false;
	if (actual)
		return message->credential & 1 && message->live_gate &&
		       message->lane == HS_LANE_LIVE;
	return exercise && message->credential & 2 && !message->live_gate &&
	       message->lane == HS_LANE_DRILL && message->drill_on;
}

static struct message
message_of(size_t number)
{
	struct message message;
	message.envelope = number % STATUSES;
	number /= STATUSES;
	message.control = number % STATUSES;
	number /= STATUSES;
	message.credential = number % 16;
	number /= 16;
	message.lane = (int)(number % 4) - 1; /* two that are none */
	number /= 4;
	message.live_gate = number & 1;
	message.drill_on = number >> 1 & 1;
	message.rings = number >> 2 & 1;
	message.maintenance = number >> 3 & 1;
	message.same_event = number >> 4 & 1;
	return message;
}

static void
every_combination(void **state)
{
	(void)state;
	size_t left = 0, count = STATUSES * STATUSES * 16 * 4 * 32;
	for (size_t i = 0; i < count; i++) {
		struct message message = message_of(i);
		int mode = mode_at_the_hub(&message);
		bool out = mode != HS_MODE(UNSPECIFIED) && leaves(&message, mode);
		assert_int_equal(may_leave(&message), out);
		left += out;
	}
	/* Actual: 8 credentials × both switches; Exercise: 8. Each × what rings and was not told, and what does not ring. */
	assert_int_equal((8 * 2 + 8) * 3, left);
}

static uint64_t
next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* One in eight modes is damaged between gate and adapter: then nothing but that very mode on its own lane may leave. */
static void
a_million_random_messages(void **state)
{
	(void)state;
	uint64_t seed = 0x9e3779b97f4a7c15ULL;
	size_t left = 0, leaks = 0;
	for (size_t i = 0; i < RANDOM_MESSAGES; i++) {
		struct message message = message_of(next(&seed) >> 8);
		int mode = mode_at_the_hub(&message);
		if (next(&seed) % 8 == 0)
			mode = (int)(next(&seed) % 70) - 3;
		bool out = leaves(&message, mode);
		bool live = mode == HS_MODE(LIVE) && message.lane == HS_LANE_LIVE;
		bool drill =
			mode == HS_MODE(DRILL) && message.lane == HS_LANE_DRILL && message.drill_on;
		leaks += out && !live && !drill;
		left += out;
	}
	assert_int_equal(0, leaks);
	assert_true(left > 500); /* it is no test of silence */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_combination),
		cmocka_unit_test(a_million_random_messages),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
