#include <stdio.h>
#include <string.h>

#include "adapters/jalert/receiver.h"

static struct curl_slist *
headers_of(const struct hs_receiver_post *post)
{
	char line[512];
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");
	snprintf(line, sizeof(line), "Content-Type: %.100s", post->content_type);
	list = curl_slist_append(list, line);
	snprintf(line, sizeof(line), "Authorization: Bearer %.400s", post->token);
	list = curl_slist_append(list, line);
	snprintf(line, sizeof(line), "Idempotency-Key: %.200s", post->key);
	return curl_slist_append(list, line);
}

void
hs_receiver_post(struct hs_receiver_post *post)
{
	const struct hs_receiver_settings *settings = post->settings;
	CURL *curl = post->curl;
	struct curl_slist *headers = headers_of(post);
	post->why[0] = '\0';
	post->status = 0;
	curl_easy_reset(curl);
	curl_easy_setopt(curl, CURLOPT_URL, post->url);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)settings->timeout_ms);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, hs_buf_sink);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &post->reply);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, post->why);
	if (settings->gate_ca[0] != '\0')
		curl_easy_setopt(curl, CURLOPT_CAINFO, settings->gate_ca);
	curl_easy_setopt(curl, CURLOPT_POST, 1L);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, post->body);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)post->body_len_bytes);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	if (curl_easy_perform(curl) == CURLE_OK)
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &post->status);
	curl_slist_free_all(headers);
}
