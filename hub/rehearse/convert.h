/* convert.h: a recorded message through the gate's pipeline once more, with the tables of this program.
 *
 * Flow:    notice and original of a record → neutral principal → hs_pipeline_run → drill marks, as the hub puts them.
 * Rules:   it is the conversion that is tried, not the sender's right, because who sent it may be gone. So the principal
 *          is a neutral one: it has the source and the code that were recorded, every status, every prefecture, and no
 *          key for signatures; a relayer for telegrams and CAP, a sender for all else, and the other of the two when
 *          the first is refused. The time is the recorded one, so that nothing is late that was not.
 * Owner:   everything lives in the arena. Threads: one; hs_pipeline_setup comes first.
 */
#ifndef HS_REHEARSE_CONVERT_H
#define HS_REHEARSE_CONVERT_H

#include "hub/base/hash.h"
#include "hub/gate/limits.h"
#include "schemas/notice.h"

struct hs_converted {
	hs_notice *notice;   /* NULL: it would be refused now */
	const char *refusal; /* then: "level_missing at /EDXLDistribution/…"; else "" */
};

/* limits: of the gate that took it. HS_ERR_NOMEM. */
enum hs_err hs_convert_again(struct hs_arena *arena, const struct hs_gate_limits *limits,
	const hs_notice *recorded, struct hs_span original, struct hs_converted *out) HS_MUST_CHECK;

#endif
