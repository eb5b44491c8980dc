/* shell.h: what surrounds the core in production: libuv, links, journal, clock, operations page.
 *
 * Flow:   link, journal result, timer, signal → event with the time → hs_core_step → effects:
 *         APPEND → hs_journal_append (all rows of the step at once), SEND → hs_link_send, READ → queue, one
 *         read per turn of the loop, DROP → hs_link_drop, LOG → hs_log, STOP → close everything.
 * Threads: the loop's; the journal's two threads only wake it.
 * Stop:   SIGTERM → STOP event → flush, goodbye → exit status 0. A journal that failed, or whose rows do not
 *         fit the chain, ends the process with status 1; the supervisor starts it anew.
 */
#ifndef HS_CORE_SHELL_H
#define HS_CORE_SHELL_H

#include <uv.h>

#include "hub/core/settings.h"

struct hs_shell;

/* Opens the journal, rebuilds the core from it, opens the links. `why` (HS_JOURNAL_WHY bytes) says what is
 * wrong. settings is borrowed for the shell's life. */
enum hs_err hs_shell_create(uv_loop_t *loop, const struct hs_hub_settings *settings,
	struct hs_shell **out, char *why) HS_MUST_CHECK;
/* Stops in good order; the loop runs empty soon after. May be called once. */
void hs_shell_stop(struct hs_shell *shell);
/* After the loop has ended: frees it and gives the exit status. */
int hs_shell_destroy(struct hs_shell *shell);

#endif
