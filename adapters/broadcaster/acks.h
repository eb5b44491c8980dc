/* acks.h: what a playout system says of an item that it took from a folder: it makes a file beside it.
 *
 * Flow:    an item is written (ACCEPTED) → hs_acks_await → each HS_ACKS_PERIOD_MS the thread of the folder looks for
 *          <out_dir>/<mode>/<prefecture>/<seq>.displayed and <seq>.failed → receipt DISPLAYED or FAILED, once each, with
 *          the file's own time and its first words.
 *          After a restart hs_acks_recall finds what the folder got before (SEQ.json with this epoch in it), and its files are looked for
 *          as well: those that were made meanwhile, and those that come. One that was told before is told once more; to the
 *          hub an equal receipt is none.
 * Limits:  the newest HS_ACKS_MAX items. Who was shown in the end did not fail, whatever other file lies there.
 * Owner:   output.h owns it; it frees itself after hs_acks_close when its job is over.
 * Threads: the loop's; the look runs on the folder's thread with nothing but its own job.
 */
#ifndef HS_BROADCASTER_ACKS_H
#define HS_BROADCASTER_ACKS_H

#include <uv.h>

#include "adapters/broadcaster/broadcaster_encode.h"
#include "adapters/broadcaster/playout.h"
#include "adapters/runtime/runtime.h"

#define HS_ACKS_PERIOD_MS 1000
#define HS_ACKS_MAX	  64

struct hs_acks;

/* NULL when out of memory. outlet, dir, playout: borrowed, must outlive hs_acks_close. */
struct hs_acks *hs_acks_create(uv_loop_t *loop, struct hs_adapter *adapter, const char *outlet,
	const char *dir, struct hs_playout *playout);
void hs_acks_await(struct hs_acks *acks, const struct hs_adapter_item *item,
	const char (*prefectures)[HS_PREFECTURE_SIZE], size_t count);
/* What was written under that epoch by processes before this one, up to that seq: once for each lane and epoch. */
void hs_acks_recall(
	struct hs_acks *acks, enum hs_adapter_lane lane, const char *epoch, uint64_t newest_seq);
/* NULL is allowed. */
void hs_acks_close(struct hs_acks *acks);

#endif
