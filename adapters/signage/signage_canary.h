/* signage_canary.h: the canary to the screens (adapters/runtime/canary.h), outlet "screens".
 *
 * Flow:    start → {"type":"canary","token"} to every player that is connected → the page has drawn two frames and
 *          answers {"type":"canary","token","digest","item","drawn"} with what it shows → all have answered: proven.
 * Rules:   a player that does not answer, or shows something else than it was sent, is an alarm; so is a screen with
 *          fewer players than players_expected: it is switched off, or listen, tls_cert or the network keep them away. A screen
 *          that expects none may be switched off. Without any player and any expected the outlet is unproven. Nothing that
 *          people see changes.
 *          No order waits for this one: each screen proves itself by its trial (players.h).
 * Owner:   the adapter embeds it. Threads: the loop's.
 */
#ifndef HS_SIGNAGE_CANARY_H
#define HS_SIGNAGE_CANARY_H

#include "adapters/runtime/canary.h"
#include "adapters/signage/players.h"
#include "adapters/signage/screen.h"

struct hs_signage_canary {
	struct hs_canary canary;
	struct hs_players *players;
	struct hs_screen *screens;
	size_t screen_count;
};

/* From ops.open. What is pointed to lives as long as the adapter. */
void hs_signage_canary_add(struct hs_signage_canary *own, struct hs_adapter *adapter,
	struct hs_players *players, struct hs_screen *screens, size_t screen_count);
/* A player answered or is gone (hs_players_options.canary). */
void hs_signage_canary_look(struct hs_signage_canary *own);

#endif
