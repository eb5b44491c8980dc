#include "hub/feed/answer.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"

#define HEADERS_MAX 8

void
hs_answer_send(struct hs_http_server *server, hs_http_id id, const struct hs_answer *answer)
{
	struct hs_http_header headers[HEADERS_MAX] = {
		{ "Access-Control-Allow-Origin", "*" },
		{ "Access-Control-Expose-Headers", "ETag, Retry-After" },
		{ "X-Content-Type-Options", "nosniff" },
		{ "Cache-Control",
			answer->cache_control != NULL ? answer->cache_control : "no-cache" },
	};
	struct hs_http_reply reply = { .status = answer->status == 0 ? 200 : answer->status,
		.content_type = answer->content_type,
		.headers = headers,
		.header_count = 4,
		.body = answer->body,
		.body_len_bytes = answer->body_len_bytes };
	char retry_after[16];

	if (answer->etag != NULL)
		headers[reply.header_count++] = (struct hs_http_header){ "ETag", answer->etag };
	if (answer->disposition != NULL)
		headers[reply.header_count++] =
			(struct hs_http_header){ "Content-Disposition", answer->disposition };
	if (answer->retry_after_s > 0) {
		snprintf(retry_after, sizeof(retry_after), "%u", answer->retry_after_s);
		headers[reply.header_count++] =
			(struct hs_http_header){ "Retry-After", retry_after };
	}
	/* HS_ERR_CLOSED: the client did not wait. */
	(void)hs_http_reply(server, id, &reply);
}

void
hs_answer_error(struct hs_http_server *server, hs_http_id id, enum hs_err err, int code,
	const char *message)
{
	json_t *object = json_pack(
		"{s:s, s:i, s:s}", "error", hs_err_name(err), "code", code, "message", message);
	char *text = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);
	const char *body = text == NULL ? "{}" : text;
	const struct hs_answer answer = {
		.status = hs_err_http(err),
		.content_type = "application/json",
		.cache_control = "no-store",
		.retry_after_s = hs_err_class(err) == HS_CLASS_RETRY ? 2 : 0,
		.body = body,
		.body_len_bytes = strlen(body),
	};

	hs_answer_send(server, id, &answer);
	free(text);
	json_decref(object);
}

void
hs_answer_refusal(struct hs_http_server *server, hs_http_id id, const struct hs_refusal *refusal)
{
	enum hs_err err = HS_ERR_INVALID;

	if (refusal->code == HS_CLOSE_MODE)
		err = HS_ERR_FORBIDDEN;
	else if (refusal->code == HS_CLOSE_AWAY)
		err = HS_ERR_NOMEM;
	hs_answer_error(server, id, err, refusal->code, refusal->why);
}

/* Opaque part of an entity tag: without W/ and blanks. */
static bool
same_tag(const char *item, size_t len, const char *etag)
{
	while (len > 0 && (*item == ' ' || *item == '\t')) {
		item++;
		len--;
	}
	while (len > 0 && (item[len - 1] == ' ' || item[len - 1] == '\t'))
		len--;
	if (len == 1 && *item == '*')
		return true;
	if (len > 2 && item[0] == 'W' && item[1] == '/') {
		item += 2;
		len -= 2;
	}
	if (strncmp(etag, "W/", 2) == 0)
		etag += 2;
	return len == strlen(etag) && memcmp(item, etag, len) == 0;
}

bool
hs_answer_unchanged(
	struct hs_http_server *server, hs_http_id id, const char *if_none_match, const char *etag)
{
	const struct hs_answer answer = { .status = 304, .etag = etag };

	for (const char *item = if_none_match; *item != '\0';) {
		size_t len = strcspn(item, ",");

		if (same_tag(item, len, etag)) {
			hs_answer_send(server, id, &answer);
			return true;
		}
		item += len;
		if (*item == ',')
			item++;
	}
	return false;
}
