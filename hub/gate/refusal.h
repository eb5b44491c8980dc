/* refusal.h: what the gate itself has to say when it cannot take something, for people and machines.
 *
 * Findings about a document are in finding_list.h; this is the short list of all other reasons: not signed
 * in, busy, the hub is away, the outcome is unknown. One table, used by REST, SOAP and the form alike.
 * Owner: constants. Threads: any.
 */
#ifndef HS_GATE_REFUSAL_H
#define HS_GATE_REFUSAL_H

#include <stdbool.h>

#include "hub/base/err.h"
#include "schemas/notice.h"

enum hs_refusal {
	HS_REFUSAL_NONE,
	HS_REFUSAL_AUTH,       /* no or wrong credentials */
	HS_REFUSAL_BUSY,       /* a bound was reached: nothing was done */
	HS_REFUSAL_AWAY,       /* the hub cannot be reached: nothing was done */
	HS_REFUSAL_UNKNOWN,    /* the link broke or was silent while the hub had it */
	HS_REFUSAL_NOT_STORED, /* the hub could not make it durable */
	HS_REFUSAL_CONFLICT,   /* same revision, other content */
	HS_REFUSAL_RULE,       /* a rule of the hub; its findings say which */
	HS_REFUSAL_WITHDRAWN,  /* its sender took it back while it waited: nothing was done */
	HS_REFUSAL_NOT_FOUND,  /* no such submission of this principal */
	HS_REFUSAL_REQUEST,    /* a parameter of the request is wrong */
	HS_REFUSAL_STOPPING,   /* this gate is being stopped */
	/* client certificates (who.h) */
	HS_REFUSAL_CERT_MISSING,
	HS_REFUSAL_CERT_AUTHORITY, /* signed by an authority that this gate does not know */
	HS_REFUSAL_CERT_EXPIRED,   /* or not valid yet */
	HS_REFUSAL_CERT_REVOKED,   /* by the authority's list */
	HS_REFUSAL_CERT_UNFIT,	   /* not made for TLS clients, or broken */
	HS_REFUSAL_CERT_LANE,	   /* made for the gate of the other lane */
	HS_REFUSAL_CERT_UNKNOWN,   /* good, but nobody's */
	HS_REFUSAL_CERT_DIFFERS,   /* certificate and password or token of two principals */
	HS_REFUSAL_REVOKED,	   /* the principal is revoked */
	HS_REFUSAL_COUNT
};

struct hs_refusal_row {
	const char *code; /* stable */
	enum hs_err err;
	int http;
	const char *text_ja, *text_en;
};

const struct hs_refusal_row *hs_refusal_row(enum hs_refusal refusal);
/* The refusal that fits an error of the worker or of the submit port. */
enum hs_refusal hs_refusal_of(enum hs_err err);
/* The refusal that fits the hub's outcome: NONE for accepted, duplicate and stale. */
enum hs_refusal hs_refusal_of_outcome(int outcome);
/* {"error","code","path","line","expected","message":{"ja","en"}}, plus "findings" when there are any; a
 * new reference, NULL without memory. */
struct json_t *hs_refusal_json(
	enum hs_refusal refusal, hs_pb_finding *const *findings, size_t count);
/* As a finding, for the SOAP result. Points into constants and into *out. */
void hs_refusal_finding(enum hs_refusal refusal, hs_pb_finding *out);

#endif
