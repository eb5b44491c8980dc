/* answer.h: how the feed's GETs are answered: headers, ETag, conditions, errors.
 *
 * Flow:    struct hs_answer → hs_answer_send → hs_http_reply with the headers that all answers share.
 * Owner:   everything is borrowed for the call. Threads: the loop's.
 */
#ifndef HS_FEED_ANSWER_H
#define HS_FEED_ANSWER_H

#include "hub/base/http.h"
#include "hub/feed/wish.h"

#define HS_ETAG_SIZE 128

struct hs_answer {
	int status; /* 0: 200 */
	const char *content_type;
	const char *etag;	   /* with quotes; NULL: none */
	const char *cache_control; /* NULL: "no-cache" */
	const char *disposition;   /* NULL: none */
	uint32_t retry_after_s;
	const void *body;
	size_t body_len_bytes;
};

void hs_answer_send(struct hs_http_server *server, hs_http_id id, const struct hs_answer *answer);
/* {"error", "code", "message"}; code is one of HS_CLOSE_* or the HTTP status. */
void hs_answer_error(struct hs_http_server *server, hs_http_id id, enum hs_err err, int code,
	const char *message);
/* A wish that was refused: 400, or 403 for the other mode. */
void hs_answer_refusal(
	struct hs_http_server *server, hs_http_id id, const struct hs_refusal *refusal);
/* 304 when `etag` stands in If-None-Match (weak comparison, "*" too): true = answered. */
bool hs_answer_unchanged(
	struct hs_http_server *server, hs_http_id id, const char *if_none_match, const char *etag);

#endif
