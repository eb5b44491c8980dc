/* output.h: which files a notice becomes, and their delivery: the folder of all playout systems (outlet "playout") and the
 * folder of each station that has one of its own (outlet: its name). Folders know nothing of each other.
 *
 * Flow:    items of a notice → one delivery of the runtime (retry with back-off until the deadline) →
 *          <seq>.json, <seq>.txt, <seq>.pages.txt per prefecture and the forms that are wanted, then current.json,
 *          current.txt and feed.atom of the moment in which the attempt starts, so that a late attempt never writes an
 *          old state. An item whose time to break in is over when it comes goes out without crawl and pages.
 *          What waits because the folder is full or away, and put in force what stands no more, is not written (FILTERED).
 *          Else every revision is, within a document in the order of the messages: a newer one takes along what waits.
 *          A failed attempt is told at once (FAILED with the reason); ACCEPTED follows when it worked, and DISPLAYED when
 *          the playout system says so (acks.h).
 * Canary:  each folder and lane (runtime/canary_folder.h), after the profile was proven (profile.h): a hidden file in each folder of a prefecture that is
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
#include "adapters/broadcaster/profile.h"
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

struct hs_output_options {
	struct hs_adapter *adapter;
	const char *outlet;		  /* lives as long as the output */
	const char *dir;		  /* copied */
	const struct hs_profile *profile; /* lives as long as the output */
	unsigned forms;			  /* HS_FORM_… */
	struct hs_output_state (*state)(void *owner, enum hs_adapter_lane lane);
	/* The Atom feed of now; free. */
	char *(*feed)(void *owner, enum hs_adapter_lane lane);
	void *owner;
};

/* NULL when out of memory or threads. */
struct hs_output *hs_output_create(uv_loop_t *loop, const struct hs_output_options *options);
/* NULL is allowed. */
void hs_output_destroy(struct hs_output *output);
/* Adds the canary of a lane: from ops.open. */
void hs_output_prove(
	struct hs_output *output, struct hs_adapter *adapter, enum hs_adapter_lane lane);
/* Before hs_adapter_done(item). count 0: nothing that this profile wants. */
void hs_output_notice(struct hs_output *output, struct hs_adapter_item *item,
	const struct hs_broadcast_item *items, size_t count, const struct hs_forms *forms);
/* Shows the files that the notice would become (runtime/explain.h). options: outlet and forms are what counts. */
void hs_output_show(const struct hs_output_options *options, struct hs_adapter_item *item,
	const struct hs_broadcast_item *items, size_t count, const struct hs_forms *forms);
/* Writes the current files of every prefecture that has something in force or a folder from before: the state was made anew, or
 * something expired. */
void hs_output_refresh(struct hs_output *output, enum hs_adapter_lane lane);

#endif
