/* outlets.h: what an adapter says about its outlets (link.proto AdapterState): which of them are proven, and whether
 * it is in maintenance. Nothing of it is journalled: it is about now.
 *
 * Flow:    heartbeat of an adapter → hs_outlets_take → kept until the next one; what changed → log.
 *          The age of a proof goes on while the adapter is away: silence never looks like health.
 * Owner:   struct hs_peer has one. Threads: the core's. Limits: HS_OUTLETS_MAX, what is more is left out.
 */
#ifndef HS_CORE_OUTLETS_H
#define HS_CORE_OUTLETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/core/effects.h"
#include "schemas/notice.h"

#define HS_OUTLETS_MAX 128

/* Texts are printable ASCII (hub/base/plain.h). */
struct hs_outlet {
	char name[65];
	char detail[161];      /* why it is not proven */
	int state;	       /* HS_PROOF(…) */
	int64_t since_mono_us; /* of the last proof; while there is none: since its process started */
};

struct hs_outlets {
	bool known; /* it said something */
	bool maintenance;
	uint32_t canary_ms; /* 0: it proves nothing */
	size_t count;
	struct hs_outlet *items;
};

/* Takes a report over; peer is its name, for the log. */
void hs_outlets_take(struct hs_outlets *outlets, const hs_outlets_report *report, const char *peer,
	int64_t mono_us, struct hs_effects *effects);
void hs_outlets_free(struct hs_outlets *outlets);
/* "unproven", "proven", "failed", "unknown". */
const char *hs_outlet_state_word(int state);

#endif
