/* submission.h: one submission on its way through the pipeline.
 *
 * Owner:   the caller owns arena and input; hs_submission_end frees the parsed tree, which lies
 *          outside the arena. Notice and findings die with the arena. Threads: one at a time,
 *          any thread.
 */
#ifndef HS_GATE_SUBMISSION_H
#define HS_GATE_SUBMISSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/base/arena.h"
#include "hub/base/hash.h"
#include "hub/gate/finding.h"
#include "hub/gate/limits.h"
#include "hub/gate/principal.h"
#include "hub/gate/trace.h"
#include "hub/gate/xml_guard.h"
#include "schemas/notice.h"

struct hs_xml_doc;
struct hs_parser;
struct hs_register;

/* See signature.h. */
enum hs_signature_result { HS_SIGNATURE_NONE, HS_SIGNATURE_VALID, HS_SIGNATURE_UNVERIFIED };

/* The lane that a converter asks for, for kinds whose urgency neither kind nor level tells. */
struct hs_lane_wish {
	bool set;
	bool only; /* this and no other: a digest is never urgent */
	uint32_t lane;
};

/* For the guards against misissuance (guards.h). */
struct hs_submission_guard {
	const struct hs_register *reg; /* of districts; NULL: none */
	bool silent;		       /* sent as a silent correction (notice.proto) */
};

struct hs_submission {
	/* set by the caller */
	struct hs_arena *arena;
	const struct hs_gate_limits *limits;
	const struct hs_principal *principal;
	const uint8_t *bytes; /* borrowed until hs_submission_end */
	size_t len_bytes;
	const char *content_type; /* media type of bytes; application/xml at first */
	int mode;		  /* the lane: HS_MODE(LIVE) or HS_MODE(DRILL) */
	struct hs_submission_guard guard;
	int64_t received_unix_us; /* first byte at the gate */
	/* set by the stages */
	struct hs_findings findings;
	struct hs_xml_text text;
	struct hs_xml_doc *doc;
	enum hs_signature_result signature;
	const struct hs_parser *parser;
	hs_notice *notice;
	struct hs_traces traces;
	const char *envelope_status; /* distributionStatus; "" when absent */
	const char *control_status;  /* the same inside the Report */
	struct hs_lane_wish lane_wish;
	uint8_t content_sha256[HS_SHA256_BYTES];
};

/* Zeroes it, sets arena and limits, prepares the findings. */
void hs_submission_begin(struct hs_submission *submission, struct hs_arena *arena,
	const struct hs_gate_limits *limits);
/* Frees what lies outside the arena. May be called twice. */
void hs_submission_end(struct hs_submission *submission);
/* What the hub gets, in the submission's arena and pointing into it; after a run that gave HS_OK.
 * NULL when the arena is full. */
hs_submit *hs_submission_to_submit(struct hs_submission *submission, uint64_t request);

#endif
