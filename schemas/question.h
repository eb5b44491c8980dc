/* question.h: what `--explain` of adapters and hub is asked: the frames of a feed, one after the other.
 *
 * Flow:    bytes → hs_questions_begin → hs_questions_next … → a snapshot or a notice each time.
 * Format:  JSON values, one after the other: {"type":"snapshot","epoch","seq","notices":[{"seq","notice"}…]} as
 *          GET /v1/state gives it, {"type":"notice","epoch","seq","notice","at"?,"submission_id"?} as GET /v1/notices/{seq} does; a value
 *          without "type" is a notice itself. What does not begin with { is one packed Notice (notice.proto).
 * Owner:   what is read lives in the caller's arena. Threads: any.
 */
#ifndef HS_QUESTION_H
#define HS_QUESTION_H

#include <stdio.h>

#include "schemas/notice.h"

#define HS_QUESTION_WHY	       256
#define HS_QUESTIONS_MAX_BYTES ((size_t)64 << 20)

struct hs_questions {
	const char *bytes;
	size_t len_bytes, at;
	bool packed; /* one notice, not JSON */
};

struct hs_question_notice {
	uint64_t seq; /* 0: not told */
	hs_notice *notice;
};

struct hs_question {
	bool is_snapshot;
	const char *epoch;		    /* "" not told */
	const char *submission_id;	    /* the same */
	uint64_t seq;			    /* of the snapshot or the notice; 0: not told */
	int64_t at_unix_us;		    /* 0: not told */
	struct hs_question_notice *notices; /* one, or those of the snapshot */
	size_t count;
};

/* All of a stream; the caller frees `out`. HS_ERR_TOO_LARGE: beyond HS_QUESTIONS_MAX_BYTES; HS_ERR_IO. */
enum hs_err hs_questions_read(FILE *in, struct hs_buf *out) HS_MUST_CHECK;
/* bytes: borrowed until the last next. */
void hs_questions_begin(struct hs_questions *questions, const void *bytes, size_t len_bytes);
/* HS_ERR_CLOSED: there is no more. HS_ERR_PARSE with `why`. HS_ERR_NOMEM. */
enum hs_err hs_questions_next(struct hs_questions *questions, struct hs_arena *arena,
	struct hs_question *out, char why[HS_QUESTION_WHY]) HS_MUST_CHECK;
/* The moment to explain a notice for: `at`, else when the hub accepted it; 0: neither is told. */
int64_t hs_question_at_unix_us(const struct hs_question *question);

#endif
