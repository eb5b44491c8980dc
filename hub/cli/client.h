/* client.h: blocking HTTP for the command line, over libcurl. */
#ifndef HS_CLI_CLIENT_H
#define HS_CLI_CLIENT_H

#include <stddef.h>

#include "hub/base/buf.h"
#include "hub/base/err.h"

struct hs_client_call {
	const char *url;
	const char *ca;		  /* "" or NULL: the system's */
	const char *cert, *key;	  /* "" or NULL: no client certificate */
	const char *token;	  /* "" or NULL: none */
	const char *content_type; /* of body */
	const void *body;	  /* NULL: GET */
	size_t body_len_bytes;
	const char *header; /* one further "Name: value", or NULL */
	long timeout_ms;    /* of the whole call; 0 = none (streams) */
	/* Each piece as it comes; returns false to end the call. NULL: collected in `reply`. */
	bool (*piece)(void *owner, const char *bytes, size_t len_bytes);
	/* Asked about each second, also when nothing comes; returns false to end the call. NULL: not asked. */
	bool (*goes_on)(void *owner);
	void *owner;
};

/* status: HTTP status. HS_ERR_CLOSED: cannot reach (why, 256 bytes, says what libcurl says). A call that
 * `piece` ended is HS_OK. */
enum hs_err hs_client_do(const struct hs_client_call *call, long *status, struct hs_buf *reply,
	char why[256]) HS_MUST_CHECK;

#endif
