/* cbc_slot.h: one identifier at one centre: what stands there, and the requests that make it what it should be.
 *
 * Flow:    hs_cbc_slot_run(purpose, wanted) → hs_cbc_rest_next says DELETE, POST or done → answer → … → done(outcome),
 *          once, perhaps from inside hs_cbc_slot_run; or hs_cbc_slot_abort, after which done is not called.
 * Rules:   one request at a time for an identifier; what is not known to stand or not to stand is deleted before a post;
 *          a request without answer leaves that unknown. The same message keeps its serial number, so that phones that
 *          have it keep still however often it is posted.
 * Owner:   embedded in its lane; owns the two messages. Threads: the loop's.
 */
#ifndef HS_CBC_SLOT_H
#define HS_CBC_SLOT_H

#include <stdbool.h>
#include <stdint.h>

#include "adapters/telecom/cbc_rest.h"
#include "adapters/telecom/telecom_http.h"

/* A message as it stands or should. */
struct hs_cbc_posted {
	bool any;
	bool etws;
	int warning_type;
	uint16_t serial_nr;
	int64_t until_unix_us; /* INT64_MAX: no end of its own */
	char *text;	       /* owned; "" for ETWS */
};

/* The way to a centre in one lane. */
struct hs_cbc_link {
	const struct hs_cbc *cbc;
	const char *base; /* URL; "" = the lane is not served */
	struct hs_post_client *client;
};

enum hs_cbc_outcome {
	HS_CBC_AS_WANTED,
	HS_CBC_REACHED_NOBODY, /* the centre has it, no peer has */
	HS_CBC_WAS_REFUSED,
	HS_CBC_TRY_AGAIN
};

#define HS_CBC_DETAIL 160

struct hs_cbc_slot {
	const struct hs_cbc_link *link;
	uint16_t message_id;
	enum hs_cbc_stands stands;
	bool unreached; /* it stands, and no peer has it */
	struct hs_cbc_posted posted;
	/* Of the run under way. */
	bool busy;
	enum hs_cbc_purpose purpose;
	struct hs_cbc_posted wanted;
	unsigned requests;
	struct hs_post post;
	char url[HS_CBC_URL_SIZE];
	char *body;
	void (*done)(struct hs_cbc_slot *slot, enum hs_cbc_outcome outcome, const char *detail);
};

/* wanted is taken over. Not while busy. false: nothing had to be done; done is not called. */
bool hs_cbc_slot_run(
	struct hs_cbc_slot *slot, enum hs_cbc_purpose purpose, struct hs_cbc_posted *wanted);
void hs_cbc_slot_abort(struct hs_cbc_slot *slot);
/* The document that is posted for it. HS_ERR_TOO_LARGE: more than 15 pages; HS_ERR_NOMEM. Caller frees *out. */
enum hs_err hs_cbc_slot_document(const struct hs_cbc_slot *slot, const struct hs_cbc_posted *wanted,
	int64_t now_unix_us, char **out) HS_MUST_CHECK;
/* Why there is none, for a receipt. */
const char *hs_cbc_document_why(enum hs_err err);
/* As if a run had ended well: *posted, which is taken over, stands there, or nothing does. Not while busy. */
void hs_cbc_slot_assume(struct hs_cbc_slot *slot, struct hs_cbc_posted *posted);
/* Whether a run to change it to this would find it done. */
bool hs_cbc_slot_is(const struct hs_cbc_slot *slot, const struct hs_cbc_posted *wanted);
/* Whether it would begin with a DELETE. */
bool hs_cbc_slot_deletes(const struct hs_cbc_slot *slot, const struct hs_cbc_posted *wanted);
void hs_cbc_slot_free(struct hs_cbc_slot *slot);
void hs_cbc_posted_free(struct hs_cbc_posted *posted);

#endif
