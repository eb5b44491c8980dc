/* proofs.h: which outlets may serve at once after a start, and which wait for their first proof (proof_required).
 *
 * Flow:    ops.open adds the outlets: hs_canary_add does it for those with a canary, hs_proof_add for who proves itself
 *          otherwise (a screen) → the digest of what the configuration says to this outlet
 *          (hub/base/config_digest.h; of the common keys only those of the path, settings.c), compared with the one at its last proof → the same: it serves at once; another, or
 *          none: it holds → hs_proof_given, the first proof: what waits goes out, the digest is kept.
 * Rules:   proof_required: never: nothing holds. changed: as above. always: each start holds. An outlet that has no canary
 *          never holds, nor does any while canary_ms is 0. changed without a state_dir is never, with a remark at the start,
 *          in --check and on the status page: who cannot tell a change must not hold an order at each start.
 *          What ends an order that the outlet had before does not wait (held.c): it is nothing new to it. What
 *          waits itself is taken away by its cancel, which is then not sent.
 *          What cannot be read counts as changed, and what cannot be written is written again after the next proof: the
 *          worst is one wait for a canary more.
 * Format:  state_dir/NAME.proofs: "hansho-proofs 1", then a line for each outlet: lane or "all", outlet, digest of its last
 *          proof in hexadecimal, with a blank between. Another first line: nothing is known.
 * Owner:   who embeds struct hs_proof keeps it until ops.close.
 * Threads: the loop's; the file is written by libuv's pool.
 */
#ifndef HS_ADAPTER_PROOFS_H
#define HS_ADAPTER_PROOFS_H

#include <stdbool.h>

#include "adapters/runtime/rules.h"
#include "hub/base/err.h"
#include "hub/base/hash.h"

struct hs_adapter;

enum hs_proof_required { HS_PROOF_NEVER, HS_PROOF_CHANGED, HS_PROOF_ALWAYS };

/* Zero it, fill the first two members, call hs_proof_add. */
struct hs_proof {
	const char *outlet; /* as in the configuration; lives as long as the proof */
	int lane;	    /* enum hs_adapter_lane or HS_CANARY_ALL_LANES */
	bool holds;	    /* read only: its orders wait for the first proof */
	bool alone;	    /* read only: no canary speaks of it */
	/* Private to the runtime from here on. */
	struct hs_adapter *adapter;
	struct hs_proof *next;
	char digest[HS_SHA256_HEX]; /* of what the configuration says now */
	char kept[HS_SHA256_HEX];   /* at its last proof; "" = never */
};

/* An outlet that proves itself without a canary. From ops.open only. */
void hs_proof_add(struct hs_adapter *adapter, struct hs_proof *proof);
/* It was proven just now; each time. */
void hs_proof_given(struct hs_proof *proof);

#endif
