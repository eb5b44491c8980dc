/* cbc_rest.h: the ECBE REST interface of osmo-cbc, as it behaves and not as its schema says: what is posted, what an answer
 * means, and what is to be done next at one identifier. Pure.
 *
 * Format:  POST BASE/message, DELETE BASE/message/ID (decimal); BASE ends with /api/ecbe/v1. There is nothing else: no
 *          list, no update. No TLS, no credentials: put a proxy before it.
 * Habits:  (osmo-cbc 0.4.0 and 0.5.3)
 *          - texts go as payload_encoded only: of payload_decoded, ucs2 is accepted and never broadcast, gsm is garbage
 *            from the second page on;
 *          - an identifier that stands is 409, whatever its serial number: to update is to DELETE, then POST;
 *          - 201 tells that the centre has it, not that a phone got it; 200 to a POST comes after 15 s and tells that
 *            nobody was reached: the message stands, bound to no peer;
 *          - DELETE of what stands takes 10 to 15 s while a peer is away; of what does not stand, 404, and some 1 in 20
 *            are never answered;
 *          - warning_period_sec and num_of_bcast end what is broadcast, not the message: it must be deleted all the same;
 *          - message codes above 1023 are cut, warning types are numbers because one word is misspelt: both are encoded here.
 * Threads: any. Source: the project's observations of that program; no code of it is here.
 */
#ifndef HS_CBC_REST_H
#define HS_CBC_REST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapters/telecom/cbc_settings.h"
#include "adapters/telecom/cell_broadcast.h"

#define HS_CBC_URL_SIZE 1100

struct hs_cbc_message {
	const struct hs_cbc *cbc;
	uint16_t message_id;
	uint16_t serial_nr;
	const struct hs_cb_pages *pages; /* NULL: a primary warning */
	int warning_type;		 /* enum hs_cb_etws */
	int64_t warning_period_s;	 /* 0: none */
	const char *
		fault; /* NULL; else this stands as a last page, which makes the centre refuse it */
};

/* The JSON document; NULL when out of memory. Caller frees. */
char *hs_cbc_rest_message(const struct hs_cbc_message *message);
void hs_cbc_rest_post_url(char out[HS_CBC_URL_SIZE], const char *base);
void hs_cbc_rest_delete_url(char out[HS_CBC_URL_SIZE], const char *base, uint16_t message_id);

enum hs_cbc_answer {
	HS_CBC_CREATED,	  /* 201 */
	HS_CBC_NOBODY,	  /* 200 to a POST: it stands and reaches nobody */
	HS_CBC_TAKEN,	  /* 409: something stands there */
	HS_CBC_GONE,	  /* DELETE: 200 or 404 */
	HS_CBC_REFUSED,	  /* 4xx: it will never be taken */
	HS_CBC_NO_ANSWER, /* none in time, 5xx: may have happened or not */
};
/* status: of HTTP, 0 = none. */
enum hs_cbc_answer hs_cbc_rest_posted(long status);
enum hs_cbc_answer hs_cbc_rest_deleted(long status);

/* ---- what to do next ---- */

enum hs_cbc_stands { HS_CBC_UNKNOWN, HS_CBC_EMPTY, HS_CBC_STANDS };
enum hs_cbc_wanted {
	HS_CBC_NOTHING,
	HS_CBC_SAME,
	HS_CBC_OTHER_TEXT
}; /* against what was posted last */
enum hs_cbc_purpose {
	HS_CBC_CHANGE, /* make it so */
	HS_CBC_ENSURE, /* post it again: 409 is the good answer */
	HS_CBC_RENEW   /* delete it and post it again, for peers that came later */
};
enum hs_cbc_next { HS_CBC_DONE, HS_CBC_DELETE, HS_CBC_POST };
enum hs_cbc_next hs_cbc_rest_next(
	enum hs_cbc_stands stands, enum hs_cbc_wanted wanted, enum hs_cbc_purpose purpose);

#endif
