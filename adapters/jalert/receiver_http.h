/* receiver_http.h: the door through which a receiver may POST telegrams instead of writing files.
 *
 * Flow:    POST /v1/telegrams, "Authorization: Bearer TOKEN", Content-Type application/xml or application/json → a file of
 *          the spool, synced → 202 → received().  400 empty, 401 no or another token, 413 larger than file_max_bytes,
 *          409 the canary of another bridge, or of before (receiver_canary.h): kept nowhere; 503 not written: send it again.
 * Threads: the loop's.
 */
#ifndef HS_JALERT_RECEIVER_HTTP_H
#define HS_JALERT_RECEIVER_HTTP_H

#include <uv.h>

#include "adapters/jalert/receiver_canary.h"

struct hs_receiver_http;

/* canary: whose message is kept under its name; it has the settings. */
enum hs_err hs_receiver_http_open(uv_loop_t *loop, const struct hs_receiver_canary *canary,
	void (*received)(void *owner), void *owner, struct hs_receiver_http **out) HS_MUST_CHECK;
/* Frees later. NULL is allowed. */
void hs_receiver_http_close(struct hs_receiver_http *http);

#endif
