/* convert.h: a recorded message through the gate's pipeline once more, with the tables of this program.
 *
 * Flow:    notice and original of a record → neutral principal → hs_pipeline_run → drill marks, as the hub puts them.
 * Rules:   it is the conversion that is tried, not the sender's right, because who sent it may be gone. So the principal
 *          is a neutral one: it has the source and the code that were recorded, every status, every prefecture, and no
 *          key for signatures; a relayer for telegrams and CAP, a sender for all else, and the other of the two when
 *          the first is refused. The time is the recorded one, so that nothing is late that was not.
 *          A new document is read twice: first to learn in whose name it speaks.
 * Owner:   everything lives in the arena. Threads: one; hs_pipeline_setup comes first.
 */
#ifndef HS_REHEARSE_CONVERT_H
#define HS_REHEARSE_CONVERT_H

#include "hub/base/config.h"
#include "hub/base/hash.h"
#include "hub/gate/limits.h"
#include "schemas/notice.h"

struct hs_converted {
	hs_notice *notice;   /* NULL: it would be refused now */
	const char *refusal; /* then: "level_missing at /EDXLDistribution/…"; else "" */
};

/* How long a text may be, and from when on an order is late, is the gate's configuration. gate: its file; NULL: the
 * defaults. HS_ERR_CONFIG with `why`. */
enum hs_err hs_convert_limits(
	const char *gate, struct hs_gate_limits *out, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;
/* A document that nobody recorded, as a gate of this mode (HS_MODE(LIVE | DRILL)) and these limits would take it from the
 * sender that it names, at this moment. Otherwise as hs_convert_again. */
enum hs_err hs_convert_new(struct hs_arena *arena, const struct hs_gate_limits *limits, int mode,
	int64_t received_unix_us, struct hs_span original, struct hs_converted *out) HS_MUST_CHECK;
/* limits: of the gate that took it. HS_ERR_NOMEM. */
enum hs_err hs_convert_again(struct hs_arena *arena, const struct hs_gate_limits *limits,
	const hs_notice *recorded, struct hs_span original, struct hs_converted *out) HS_MUST_CHECK;

#endif
