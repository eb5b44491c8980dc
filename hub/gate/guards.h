/* guards.h: what asks whether an order may be a mistake, for the gate as a whole: register, hold, entry lags.
 *
 * Flow:    settings → hs_guards_start → intake (register into the submission; hold and lag around the hub's answer).
 * Owner:   struct hs_gate. Threads: the loop's; workers only read the register.
 */
#ifndef HS_GATE_GUARDS_H
#define HS_GATE_GUARDS_H

#include "hub/gate/hold.h"
#include "hub/gate/lag.h"
#include "hub/gate/register.h"

/* Rows of the gate's configuration. */
struct hs_guard_settings {
	const char *reg; /* path, "" none */
	struct hs_hold_rules hold;
};

struct hs_guards {
	const struct hs_hold_rules *rules;
	struct hs_register *reg; /* NULL: none */
	struct hs_hold hold;
	struct hs_lags *lags;
};

/* The second look (hub/base/look.h). */
enum hs_err hs_guards_look(
	const struct hs_guard_settings *settings, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;
/* settings are kept. On failure nothing is left but what hs_guards_free frees. */
enum hs_err hs_guards_start(struct hs_guards *guards, uv_loop_t *loop,
	const struct hs_guard_settings *settings, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;
/* Lets go what is held and takes nothing more. */
void hs_guards_stop(struct hs_guards *guards);
/* After the loop has ended. */
void hs_guards_free(struct hs_guards *guards);

#endif
