/* post.h: HTTP of the simulator, on libuv's workers (libcurl, one handle per call). */
#ifndef HS_SIM_POST_H
#define HS_SIM_POST_H

#include <uv.h>

#include "hub/base/buf.h"
#include "hub/base/err.h"

struct hs_sim_post {
	uv_work_t work;
	const char *url; /* borrowed until done */
	const char *ca, *token;
	struct hs_buf body; /* empty: GET; freed by the one who made it, after done */
	struct hs_buf reply;
	long status; /* 0: cannot be reached */
	int64_t started_us, ended_us;
	char why[256];
	void (*done)(struct hs_sim_post *post); /* on the loop */
};

#define HS_POST_REPLY_MAX_BYTES (16u << 20)
#define HS_POST_TIMEOUT_MS	30000L

void hs_sim_post_start(uv_loop_t *loop, struct hs_sim_post *post);

#endif
