/* shell_recover.h: journal → core, at every start.
 *
 * With the note of the active set (active_state.h) when it is usable, without it when it is not: the
 * result is the same, the time is not.
 * Damage: the newest verify_tail records are checked against the chain, and whatever their age those that the core has in
 * memory now and sends without a further look: the newest notices, and what the active set rests on. When the note did not lead to the set that it
 * names, every record is checked: one of them may have changed.
 */
#ifndef HS_CORE_SHELL_RECOVER_H
#define HS_CORE_SHELL_RECOVER_H

#include "hub/core/core.h"
#include "hub/core/journal.h"

/* A new core that knows everything in the journal, which was opened and not yet started. *out is set in any
 * case and is the caller's. `why` (HS_JOURNAL_WHY bytes) on HS_ERR_CORRUPT. */
enum hs_err hs_shell_recover(struct hs_journal *journal, const struct hs_core_options *options,
	uint64_t verify_tail, struct hs_core **out, char *why) HS_MUST_CHECK;

#endif
