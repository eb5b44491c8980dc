#include "sim/post.h"

#include <curl/curl.h>
#include <stdio.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"

static struct curl_slist *
headers_of(const struct hs_sim_post *post)
{
	char line[512];
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");
	list = curl_slist_append(list, "Content-Type: application/xml");
	if (post->token && post->token[0]) {
		snprintf(line, sizeof(line), "Authorization: Bearer %s", post->token);
		list = curl_slist_append(list, line);
	}
	return list;
}

/* Worker thread. The clock starts when the bytes are about to go, as a municipality would feel it. */
static void
perform(uv_work_t *work)
{
	struct hs_sim_post *post = work->data;
	CURL *curl = curl_easy_init();
	HS_CHECK(curl != NULL);
	struct curl_slist *headers = headers_of(post);
	post->why[0] = '\0';
	curl_easy_setopt(curl, CURLOPT_URL, post->url);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, HS_POST_TIMEOUT_MS);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, hs_buf_sink);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &post->reply);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, post->why);
	if (post->ca && post->ca[0])
		curl_easy_setopt(curl, CURLOPT_CAINFO, post->ca);
	if (post->body.len_bytes) {
		curl_easy_setopt(curl, CURLOPT_POST, 1L);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, post->body.bytes);
		curl_easy_setopt(
			curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)post->body.len_bytes);
		curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	}
	post->started_us = hs_clock_mono_us();
	if (curl_easy_perform(curl) == CURLE_OK)
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &post->status);
	post->ended_us = hs_clock_mono_us();
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
}

static void
ended(uv_work_t *work, int status)
{
	(void)status;
	struct hs_sim_post *post = work->data;
	post->done(post);
}

void
hs_sim_post_start(uv_loop_t *loop, struct hs_sim_post *post)
{
	post->work.data = post;
	post->status = 0;
	hs_buf_init(&post->reply, HS_POST_REPLY_MAX_BYTES);
	HS_CHECK(uv_queue_work(loop, &post->work, perform, ended) == 0);
}
