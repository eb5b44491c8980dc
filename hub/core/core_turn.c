/* What waits for a turn of the loop, so that whatever comes meanwhile gets between: submissions in lanes before the journal,
 * notices in slices behind it. */
#include "hub/core/core_state.h"

/* Submissions judged in one turn: a few milliseconds at most. */
#define SUBMISSIONS_PER_TURN 8

static struct hs_waiting_journal
journal_of(const struct hs_core *core)
{
	return (struct hs_waiting_journal){ hs_pending_count(core->pending),
		core->options.ahead.records };
}

static void
take_waiting(struct hs_core *core)
{
	for (size_t i = 0; i < SUBMISSIONS_PER_TURN; i++) {
		struct hs_waiting_journal journal = journal_of(core);
		struct hs_waiting_submit *submit = hs_waiting_next(core->journal.waiting, &journal);

		if (submit == NULL)
			return;
		hs_core_submit(core, submit);
		hs_core_let_go(core, submit);
	}
}

static void
pump(struct hs_core *core, bool live)
{
	for (size_t i = 0; i < core->order.count; i++) {
		struct hs_delivery *delivery = core->deliveries[core->order.peers[i]];

		if ((hs_delivery_state(delivery) == HS_DELIVERY_LIVE) == live)
			hs_delivery_pump(delivery, &core->source);
	}
}

void
hs_core_pump(struct hs_core *core)
{
	pump(core, true);
	pump(core, false);
}

void
hs_core_turn(struct hs_core *core)
{
	if (core->life == HS_CORE_RUNS) {
		take_waiting(core);
		hs_core_store_next(core);
	}
	hs_core_pump(core);
}

bool
hs_core_wants_turn(const struct hs_core *core)
{
	struct hs_waiting_journal journal = journal_of(core);

	return core->source.unfinished > 0 || hs_waiting_ready(core->journal.waiting, &journal) ||
	       hs_waiting_to_store(core->journal.waiting) != NULL;
}
