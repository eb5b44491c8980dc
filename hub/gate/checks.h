/* checks.h: checks of values that every format needs: texts, identities, clocks. Used by the validate functions of
 * the formats (parser_registry.h); each of these adds findings and flags to the submission.
 */
#ifndef HS_GATE_CHECKS_H
#define HS_GATE_CHECKS_H

#include <stddef.h>

#include "hub/base/check.h"
#include "hub/gate/submission.h"

/* A text of a message, and how long it may be. */
struct hs_text_rule {
	size_t offset;		 /* of the char * in its message */
	size_t limit;		 /* offset in struct hs_gate_limits */
	bool required, identity; /* identity: part of a key, so no blanks, controls or '|' */
	const char *name;
};

#define HS_RULE(type, field, limit, required, identity)                                            \
	{                                                                                          \
		offsetof(type, field), offsetof(struct hs_gate_limits, limit), required, identity, \
			#field                                                                     \
	}

/* Characters of a UTF-8 text: what the limits count. */
int64_t hs_code_points(const char *text);

/* message NULL: nothing. */
void hs_check_texts(struct hs_submission *submission, const void *message,
	const struct hs_text_rule *rules, size_t count);
#define HS_CHECK_TEXTS(submission, message, rules) \
	hs_check_texts(submission, message, rules, HS_COUNT(rules))

/* Document, source, correction and texts of the notice. */
void hs_check_common(struct hs_submission *submission);
/* Every text of the notice against the widest limit: run behind validate for all formats (text_limit.c). */
void hs_check_all_texts(struct hs_submission *submission);
/* Words that claim another mode or level than the codes: warnings with flags (text_claims.c). */
void hs_check_claims(struct hs_submission *submission);
/* Name and kana of an area. */
void hs_check_area_names(struct hs_submission *submission, const hs_area *area);
/* Lengths in what an L-Alert notice of another kind than an order holds (validate_texts.c). */
void hs_check_detail_texts(struct hs_submission *submission);
/* Clocks ahead, late entry and old orders, validity that is over: warnings with flags. */
void hs_check_times(struct hs_submission *submission);

#endif
