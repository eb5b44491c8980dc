/* intake.h: the one way in: a document from anywhere → checks on a worker → hub → answer.
 *
 * Flow:    REST, SOAP and form fill a struct hs_intake_call → hs_intake_begin → (worker) pipeline →
 *          (loop) hold, where the configuration asks for it → submit port → `done` with the result. What is only validated, or a canary, ends before the hub.
 * Owner:   the caller embeds the call and keeps it until `done`; the call owns its arena, freed by
 *          hs_intake_end. The result points into it.
 * Threads: begin, done and end on the loop's thread; between them a worker has the submission.
 * Errors:  from hs_intake_begin nothing was done: HS_ERR_FULL. Whatever happens later is in the result.
 */
#ifndef HS_GATE_INTAKE_H
#define HS_GATE_INTAKE_H

#include <stdbool.h>

#include "hub/base/http.h"
#include "hub/gate/guards.h"
#include "hub/gate/refusal.h"
#include "hub/gate/submission.h"
#include "hub/gate/submit_port.h"
#include "hub/gate/worker.h"

/* What happened so far, for /metrics. */
struct hs_intake_counts {
	uint64_t accepted, duplicate, stale, conflict, refused, invalid, unavailable, validated,
		withdrawn;
};

/* Shared by all calls. */
struct hs_intake {
	struct hs_worker *worker;
	struct hs_submit_port *port;
	const struct hs_gate_limits *limits;
	int mode;
	struct hs_guards *guards;
	size_t open; /* calls between begin and done */
	struct hs_intake_counts counts;
};

struct hs_intake_result {
	enum hs_err err;	 /* of the pipeline; HS_OK when the document is valid */
	enum hs_refusal refusal; /* NONE unless the gate or the hub did not take it */
	int outcome;		 /* HS_OUTCOME(…); UNSPECIFIED when the hub did not answer */
	const char *id, *epoch;
	uint64_t seq;
	hs_pb_finding **findings; /* the pipeline's, then the hub's */
	size_t finding_count;
	const hs_notice *notice; /* when the document is valid */
	const hs_submit_reply
		*reply; /* the hub's, NULL without one: its list of what is in force */
};

enum hs_intake_purpose {
	HS_INTAKE_SUBMIT,
	HS_INTAKE_VALIDATE, /* nothing goes to the hub */
	HS_INTAKE_CANARY    /* the same, and nobody but its sender is told what came of it */
};

struct hs_intake_call {
	/* set by the caller before hs_intake_begin */
	const struct hs_principal *principal;
	const uint8_t *document; /* in the body, in the arena, or borrowed until `done` */
	size_t document_len_bytes;
	const char
		*content_type; /* of what is kept (hub/base/media_type.h); NULL = application/xml */
	uint32_t line_base;    /* see finding.h */
	enum hs_intake_purpose purpose;
	bool silent;	/* see submission.h */
	bool confirmed; /* somebody has seen the warnings and sends it all the same: it is not held */
	int64_t received_unix_us;
	void (*done)(struct hs_intake_call *call, const struct hs_intake_result *result);
	/* the intake's own */
	struct hs_intake *intake;
	const struct hs_principal *kept; /* the principal, from hs_intake_begin to hs_intake_end */
	struct hs_arena *arena;
	uint8_t *body; /* of the request that brought it */
	struct hs_submission submission;
	enum hs_err checked;
	const char *stage; /* the last stage that ran */
	struct hs_job job;
	struct hs_held held;
	struct hs_port_call port_call;
};

/* Takes an arena for the call; false without memory. */
bool hs_intake_prepare(struct hs_intake *intake, struct hs_intake_call *call);
/* The body of the request becomes the call's document; from within its handler. */
void hs_intake_take_body(struct hs_intake_call *call, const struct hs_http_request *request);
enum hs_err hs_intake_begin(struct hs_intake_call *call) HS_MUST_CHECK;
/* Frees what the call took. */
void hs_intake_end(struct hs_intake_call *call);

/* HTTP status of a result that is an answer to a machine. */
int hs_intake_http(const struct hs_intake_call *call, const struct hs_intake_result *result);

#endif
