/* Large submissions on their way to the disk before they have their place: which is next, what becomes of its pieces (stored.h). */
#include "hub/base/check.h"
#include "hub/core/core_state.h"
#include "hub/core/urgent.h"

void
hs_core_let_go(struct hs_core *core, struct hs_waiting_submit *submit)
{
	const struct hs_opened *opened = submit->opened;

	if (opened != NULL && opened->store > 0 && opened->stage != HS_STORE_USED)
		hs_effects_forget(core->source.effects, opened->store);
	hs_waiting_free(submit);
}

/* What needs no record, or may have none now, needs no pieces either. What waits before it may change that. */
static bool
needs_pieces(const struct hs_core *core, const struct hs_waiting_submit *submit)
{
	struct hs_verdict verdict;

	if (core->journal.low && !hs_is_urgent(submit->submit->notice))
		return false;
	if (hs_waiting_is_behind(core->journal.waiting, submit))
		return true;
	hs_intake_judge(submit->submit, core->index, core->pending, &verdict);
	return verdict.record_type != 0;
}

void
hs_core_store_next(struct hs_core *core)
{
	struct hs_waiting *waiting = core->journal.waiting;
	struct hs_waiting_submit *submit = hs_waiting_to_store(waiting);
	struct hs_row row;

	if (submit == NULL)
		return;
	if (!needs_pieces(core, submit)) {
		hs_waiting_take(waiting, submit);
		hs_core_submit(core, submit);
		hs_core_let_go(core, submit);
		return;
	}
	submit->opened->store = core->journal.next_store++;
	submit->opened->stage = HS_STORE_WRITING;
	row = hs_opened_pieces(submit->opened);
	hs_effects_store(core->source.effects, &row);
}

void
hs_core_stored(struct hs_core *core, const struct hs_event *event)
{
	struct hs_waiting_submit *submit = hs_waiting_stored(core->journal.waiting, event->store);

	if (submit == NULL)
		return; /* turned away meanwhile, or gone without them */
	if (event->reason == NULL) {
		submit->opened->stage = HS_STORE_DONE;
		return;
	}
	hs_effects_log(core->source.effects, HS_LOG_ERROR, "hub.disk_full",
		"store=%llu reason=\"%.100s\"", (unsigned long long)event->store, event->reason);
	hs_waiting_take(core->journal.waiting, submit);
	hs_core_refuse(
		core, submit, HS_OUTCOME(UNAVAILABLE), 1u << HS_FINDING_DISK_FULL, event->reason);
	hs_core_let_go(core, submit);
}

void
hs_core_store_low(struct hs_core *core)
{
	struct hs_waiting_submit *submit = hs_waiting_storing(core->journal.waiting);

	if (submit == NULL || hs_is_urgent(submit->submit->notice))
		return;
	hs_waiting_take(core->journal.waiting, submit);
	hs_core_submit(core, submit); /* says that only the reserve is left */
	hs_core_let_go(core, submit);
}
