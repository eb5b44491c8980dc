/* output.h: which files a notice becomes, and their delivery (outlet "playout").
 *
 * Flow:    items of a notice → one delivery of the runtime (retry with back-off until the deadline) →
 *          <seq>.json and <seq>.txt per prefecture, then current.json and current.txt of the moment in
 *          which the attempt starts, so that a late attempt never writes an old state.
 *          A failed attempt is told at once (FAILED with the reason); ACCEPTED follows when it worked.
 * Canary:  outlet "playout" of a lane (runtime/canary_folder.h): a hidden file in each folder of a prefecture that is
 *          there, or in the lane's while there is none; written as the files of a notice are, on a worker of its own.
 * Owner:   the output owns its records until the runtime says that a delivery ended.
 * Threads: the loop's. Format: adapters/broadcaster/playout.h.
 */
#ifndef HS_BROADCASTER_OUTPUT_H
#define HS_BROADCASTER_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "adapters/broadcaster/broadcaster_encode.h"
#include "adapters/runtime/canary_folder.h"
#include "adapters/runtime/runtime.h"

struct hs_output;

struct hs_output_state {
	const struct hs_force_list *list;
	const char *epoch;
	uint64_t seq;
	bool known;
	bool current;
};

/* NULL when out of memory. out_dir is copied. */
struct hs_output *hs_output_create(uv_loop_t *loop, const char *out_dir,
	struct hs_output_state (*state)(void *owner, enum hs_adapter_lane lane), void *owner);
/* NULL is allowed. */
void hs_output_destroy(struct hs_output *output);
/* Adds the canary of a lane: from ops.open. */
void hs_output_prove(
	struct hs_output *output, struct hs_adapter *adapter, enum hs_adapter_lane lane);
/* Before hs_adapter_done(item). */
void hs_output_notice(struct hs_output *output, struct hs_adapter_item *item,
	const struct hs_broadcast_item *items, size_t count);
/* Shows the files that the notice would become (runtime/explain.h). */
void hs_output_show(
	struct hs_adapter_item *item, const struct hs_broadcast_item *items, size_t count);
/* Writes the current files of every prefecture that has something in force or a folder from before. */
void hs_output_refresh(struct hs_output *output, enum hs_adapter_lane lane);

#endif
