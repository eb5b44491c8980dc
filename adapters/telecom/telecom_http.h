/* telecom_http.h: HTTP requests to carriers and cell broadcast centres: libcurl's multi interface on the libuv loop.
 *
 * Flow:    hs_post_start → … → post->done(status or error), once, never from inside hs_post_start;
 *          or hs_post_cancel, after which done is not called.
 * Owner:   the client owns its sockets and timers; a post is embedded in the caller's record and must
 *          stay where it is until done or cancel.
 * Threads: the loop's thread (libcurl resolves names on threads of its own).
 * Guards:  http and https only, no redirects, replies above 64 KiB are cut, no `Expect: 100-continue`;
 *          proxies of the environment are not used.
 */
#ifndef HS_TELECOM_HTTP_H
#define HS_TELECOM_HTTP_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "hub/base/buf.h"
#include "hub/base/err.h"

struct hs_post_client;

struct hs_post {
	const char *url;
	const char *method;	     /* NULL: POST with a body, GET without */
	const char *idempotency_key; /* header-safe ASCII; NULL: none */
	const char *body;	     /* application/json; NULL: none */
	size_t body_len_bytes;
	int64_t timeout_ms;
	/* status: HTTP status, or 0 with `error` saying why there is none. reply: first bytes of it. */
	void (*done)(struct hs_post *post, long status, const char *error, const char *reply);
	/* Private from here on. */
	struct hs_post_client *client;
	CURL *easy;
	struct curl_slist *headers;
	struct hs_buf reply;
	char error[CURL_ERROR_SIZE];
	bool left; /* to be read: since it was done or cancelled, whether something of the request went out */
};

struct hs_post_options {
	const char *ca_path;	      /* "" = the system's certificates */
	const char *proxy;	      /* "" = none */
	int64_t connections_per_host; /* 0 = no limit */
};

enum hs_err hs_post_client_create(uv_loop_t *loop, const struct hs_post_options *options,
	struct hs_post_client **out) HS_MUST_CHECK;
/* No post may be under way. Frees itself; the loop then has nothing left of it. */
void hs_post_client_close(struct hs_post_client *client);

/* HS_ERR_INVALID: a URL or header that libcurl does not take; HS_ERR_NOMEM. */
enum hs_err hs_post_start(struct hs_post_client *client, struct hs_post *post) HS_MUST_CHECK;
void hs_post_cancel(struct hs_post *post);

#endif
