/* telecom_answer.h: what the answer of a carrier to a posted mail means. Pure.
 *
 * Rules:   2xx: taken. 408, 425, 429, 5xx, no answer: tried again. Any other: refused for good.
 *          No answer to what left, 408 and 5xx: it may have been taken, whatever follows: a refusal of the same key then says so
 *          (schemas/perhaps.h), and nobody who may have it passes for one who never got it (telecom_missed.h).
 *          409 to a key that was posted before: the carrier has it: taken.
 * Threads: any.
 */
#ifndef HS_TELECOM_ANSWER_H
#define HS_TELECOM_ANSWER_H

#include <stdbool.h>

#include "adapters/runtime/runtime.h"

/* What is known of the earlier attempts with the same Idempotency-Key. */
struct hs_posted {
	bool known;   /* one of them left: the carrier may know the key */
	bool perhaps; /* one of them may have been taken, and nobody said so */
};

struct hs_answer {
	long status;	   /* of HTTP; 0: none */
	const char *error; /* then why */
	const char *reply;
	bool left; /* something of this attempt went out */
};

#define HS_ANSWER_DETAIL 160

/* Brings `posted` up to date. */
enum hs_attempt_result hs_answer_take(
	const struct hs_answer *answer, struct hs_posted *posted, char detail[HS_ANSWER_DETAIL]);

#endif
