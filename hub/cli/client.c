#include "hub/cli/client.h"

#include <curl/curl.h>
#include <stdio.h>

#define CONNECT_TIMEOUT_MS 5000L

struct sink {
	const struct hs_client_call *call;
	struct hs_buf *reply;
	bool ended; /* by piece() */
};

static size_t
wrote(char *bytes, size_t size, size_t count, void *owner)
{
	struct sink *sink = owner;
	size_t len = size * count;
	if (!sink->call->piece) {
		hs_buf_add(sink->reply, bytes, len);
		return sink->reply->failed ? 0 : len;
	}
	sink->ended = !sink->call->piece(sink->call->owner, bytes, len);
	return sink->ended ? 0 : len;
}

static int
asked(void *owner, curl_off_t to_come, curl_off_t came, curl_off_t to_go, curl_off_t gone)
{
	const struct hs_client_call *call = owner;

	(void)to_come, (void)came, (void)to_go, (void)gone;
	return call->goes_on(call->owner) ? 0 : 1;
}

static struct curl_slist *
headers_of(const struct hs_client_call *call)
{
	char line[512];
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");
	if (call->token && call->token[0]) {
		snprintf(line, sizeof(line), "Authorization: Bearer %s", call->token);
		list = curl_slist_append(list, line);
	}
	if (call->content_type) {
		snprintf(line, sizeof(line), "Content-Type: %s", call->content_type);
		list = curl_slist_append(list, line);
	}
	if (call->header)
		list = curl_slist_append(list, call->header);
	return list;
}

static void
prepare(CURL *curl, const struct hs_client_call *call, struct sink *sink, char *why)
{
	curl_easy_setopt(curl, CURLOPT_URL, call->url);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, call->timeout_ms);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, wrote);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, sink);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
	if (call->goes_on) {
		curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
		curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, asked);
		curl_easy_setopt(curl, CURLOPT_XFERINFODATA, call);
	}
	if (call->ca && call->ca[0])
		curl_easy_setopt(curl, CURLOPT_CAINFO, call->ca);
	if (call->cert && call->cert[0]) {
		curl_easy_setopt(curl, CURLOPT_SSLCERT, call->cert);
		curl_easy_setopt(curl, CURLOPT_SSLKEY, call->key);
	}
	if (call->body) {
		curl_easy_setopt(curl, CURLOPT_POST, 1L);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call->body);
		curl_easy_setopt(
			curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body_len_bytes);
	}
}

enum hs_err
hs_client_do(const struct hs_client_call *call, long *status, struct hs_buf *reply, char why[256])
{
	CURL *curl = curl_easy_init();
	if (!curl)
		return HS_ERR_NOMEM;
	why[0] = '\0';
	struct sink sink = { call, reply, false };
	struct curl_slist *headers = headers_of(call);
	prepare(curl, call, &sink, why);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	CURLcode rv = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, status);
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	if (rv == CURLE_OK || sink.ended)
		return HS_OK;
	if (!why[0])
		snprintf(why, 256, "%s", curl_easy_strerror(rv));
	return HS_ERR_CLOSED;
}
