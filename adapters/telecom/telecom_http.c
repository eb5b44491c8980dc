#include "adapters/telecom/telecom_http.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/log.h"

#define REPLY_MAX_BYTES 65536u

/* One socket of libcurl that the loop watches. */
struct watch {
	struct watch *next;
	struct hs_post_client *client;
	curl_socket_t socket;
	uv_poll_t poll;
};

struct hs_post_client {
	uv_loop_t *loop;
	CURLM *multi;
	uv_timer_t timer;
	struct watch *watches;
	char *ca_path;
	char *proxy;
};

static void
watch_gone(uv_handle_t *handle)
{
	free(handle->data);
}

static void
watch_remove(struct hs_post_client *client, struct watch *watch)
{
	struct watch **at = &client->watches;
	while (*at != watch)
		at = &(*at)->next;
	*at = watch->next;
	uv_poll_stop(&watch->poll);
	watch->poll.data = watch;
	uv_close((uv_handle_t *)&watch->poll, watch_gone);
}

static struct watch *
watch_add(struct hs_post_client *client, curl_socket_t socket)
{
	struct watch *watch = calloc(1, sizeof(*watch));
	if (!watch)
		return NULL;
	watch->client = client;
	watch->socket = socket;
	watch->poll.data = watch;
	if (uv_poll_init_socket(client->loop, &watch->poll, socket) != 0) {
		free(watch);
		return NULL;
	}
	watch->next = client->watches;
	client->watches = watch;
	return watch;
}

/* In doubt it did: a request on its way through a proxy counts too. */
static bool
has_left(CURL *easy)
{
	long request_bytes = 0;
	curl_off_t begun_us = 0;
	curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &request_bytes);
	curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &begun_us);
	return request_bytes > 0 || begun_us > 0;
}

static void
post_end(struct hs_post *post)
{
	post->left = has_left(post->easy);
	curl_multi_remove_handle(post->client->multi, post->easy);
	curl_easy_cleanup(post->easy);
	curl_slist_free_all(post->headers);
	post->easy = NULL;
	post->headers = NULL;
}

static void
post_finished(struct hs_post *post, CURLcode code)
{
	long status = 0;
	const char *error = "";
	curl_easy_getinfo(post->easy, CURLINFO_RESPONSE_CODE, &status);
	if (code != CURLE_OK) {
		status = 0;
		error = post->error[0] ? post->error : curl_easy_strerror(code);
	}
	post_end(post);
	struct hs_buf reply = post->reply;
	memset(&post->reply, 0, sizeof(post->reply));
	/* done may free or start the post again: nothing of it is touched afterwards. */
	char why[CURL_ERROR_SIZE];
	memcpy(why, error, strnlen(error, sizeof(why) - 1) + 1);
	why[sizeof(why) - 1] = '\0';
	post->done(post, status, why, hs_buf_text(&reply));
	hs_buf_free(&reply);
}

static void
collect_finished(struct hs_post_client *client)
{
	int left = 0;
	CURLMsg *message;
	while ((message = curl_multi_info_read(client->multi, &left)) != NULL) {
		if (message->msg != CURLMSG_DONE)
			continue;
		CURLcode code = message->data.result;
		void *post = NULL;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &post);
		post_finished(post, code);
	}
}

static void
on_poll(uv_poll_t *poll, int status, int events)
{
	struct watch *watch = poll->data;
	struct hs_post_client *client = watch->client;
	int running = 0, flags = 0;
	if (status < 0)
		flags = CURL_CSELECT_ERR;
	if (events & UV_READABLE)
		flags |= CURL_CSELECT_IN;
	if (events & UV_WRITABLE)
		flags |= CURL_CSELECT_OUT;
	curl_multi_socket_action(client->multi, watch->socket, flags, &running);
	collect_finished(client);
}

static void
on_timer(uv_timer_t *timer)
{
	struct hs_post_client *client = timer->data;
	int running = 0;
	curl_multi_socket_action(client->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect_finished(client);
}

static int
socket_wanted(CURL *easy, curl_socket_t socket, int what, void *owner, void *own)
{
	struct hs_post_client *client = owner;
	struct watch *watch = own;
	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (watch)
			watch_remove(client, watch);
		curl_multi_assign(client->multi, socket, NULL);
		return 0;
	}
	if (!watch) {
		watch = watch_add(client, socket);
		if (!watch)
			return -1;
		curl_multi_assign(client->multi, socket, watch);
	}
	int events =
		(what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
	uv_poll_start(&watch->poll, events, on_poll);
	return 0;
}

static int
timer_wanted(CURLM *multi, long timeout_ms, void *owner)
{
	struct hs_post_client *client = owner;
	(void)multi;
	if (timeout_ms < 0)
		uv_timer_stop(&client->timer);
	else
		uv_timer_start(
			&client->timer, on_timer, timeout_ms > 0 ? (uint64_t)timeout_ms : 1, 0);
	return 0;
}

enum hs_err
hs_post_client_create(
	uv_loop_t *loop, const struct hs_post_options *options, struct hs_post_client **out)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return HS_ERR_NOMEM;
	struct hs_post_client *client = calloc(1, sizeof(*client));
	if (client) {
		client->multi = curl_multi_init();
		client->ca_path = strdup(options->ca_path);
		client->proxy = strdup(options->proxy);
	}
	if (!client || !client->multi || !client->ca_path || !client->proxy) {
		if (client) {
			curl_multi_cleanup(client->multi);
			free(client->ca_path);
			free(client->proxy);
		}
		free(client);
		curl_global_cleanup();
		return HS_ERR_NOMEM;
	}
	client->loop = loop;
	uv_timer_init(loop, &client->timer);
	client->timer.data = client;
	curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, socket_wanted);
	curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
	curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, timer_wanted);
	curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
	curl_multi_setopt(
		client->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)options->connections_per_host);
	*out = client;
	return HS_OK;
}

static void
client_gone(uv_handle_t *handle)
{
	struct hs_post_client *client = handle->data;
	free(client->ca_path);
	free(client->proxy);
	free(client);
	curl_global_cleanup();
}

void
hs_post_client_close(struct hs_post_client *client)
{
	if (!client)
		return;
	curl_multi_cleanup(client->multi);
	client->multi = NULL;
	while (client->watches)
		watch_remove(client, client->watches);
	uv_timer_stop(&client->timer);
	uv_close((uv_handle_t *)&client->timer, client_gone);
}

static size_t
on_reply(char *bytes, size_t size, size_t count, void *owner)
{
	struct hs_post *post = owner;
	if (!post->reply.failed)
		hs_buf_add(&post->reply, bytes, size * count);
	return size * count;
}

static bool
headers_build(struct hs_post *post)
{
	struct hs_buf line;
	hs_buf_init(&line, 1024);
	if (post->idempotency_key)
		hs_buf_printf(&line, "Idempotency-Key: %s", post->idempotency_key);
	/* "Expect:" takes that header out; an empty line would take all of them. */
	const char *const lines[] = { "Content-Type: application/json; charset=utf-8",
		"Expect:", post->idempotency_key ? hs_buf_text(&line) : "Idempotency-Key:" };
	bool ok = !line.failed;
	for (size_t i = 0; ok && i < HS_COUNT(lines); i++) {
		struct curl_slist *grown = curl_slist_append(post->headers, lines[i]);
		ok = grown != NULL;
		if (grown)
			post->headers = grown;
	}
	hs_buf_free(&line);
	return ok;
}

/* The first option that libcurl refuses decides. */
static CURLcode
easy_setup(struct hs_post *post)
{
	const struct hs_post_client *client = post->client;
	CURL *easy = post->easy;
	CURLcode code = curl_easy_setopt(easy, CURLOPT_URL, post->url);
	const struct {
		CURLoption option;
		long value;
	} numbers[] = {
		{ CURLOPT_NOSIGNAL, 1 },
		{ CURLOPT_POST, 1 },
		{ CURLOPT_POSTFIELDSIZE, (long)post->body_len_bytes },
		{ CURLOPT_TIMEOUT_MS, (long)post->timeout_ms },
		{ CURLOPT_FOLLOWLOCATION, 0 },
	};
	const struct {
		CURLoption option;
		const void *value;
	} pointers[] = {
		{ CURLOPT_PROTOCOLS_STR, "http,https" },
		{ CURLOPT_PROXY, client->proxy },
		{ CURLOPT_POSTFIELDS, post->body },
		{ CURLOPT_HTTPHEADER, post->headers },
		{ CURLOPT_USERAGENT, "hansho-telecom" },
		{ CURLOPT_ERRORBUFFER, post->error },
		{ CURLOPT_PRIVATE, post },
		{ CURLOPT_WRITEDATA, post },
	};
	for (size_t i = 0; code == CURLE_OK && i < HS_COUNT(numbers); i++)
		code = curl_easy_setopt(easy, numbers[i].option, numbers[i].value);
	for (size_t i = 0; code == CURLE_OK && i < HS_COUNT(pointers); i++)
		code = curl_easy_setopt(easy, pointers[i].option, pointers[i].value);
	/* After the fields of the post, which make it one. */
	if (code == CURLE_OK && !post->body)
		code = curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
	if (code == CURLE_OK && post->method)
		code = curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, post->method);
	if (code == CURLE_OK)
		code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_reply);
	if (code == CURLE_OK && client->ca_path[0] != '\0')
		code = curl_easy_setopt(easy, CURLOPT_CAINFO, client->ca_path);
	return code;
}

enum hs_err
hs_post_start(struct hs_post_client *client, struct hs_post *post)
{
	post->client = client;
	post->error[0] = '\0';
	post->left = false;
	post->headers = NULL;
	hs_buf_init(&post->reply, REPLY_MAX_BYTES);
	post->easy = curl_easy_init();
	if (!post->easy)
		return HS_ERR_NOMEM;
	enum hs_err err = headers_build(post) ? HS_OK : HS_ERR_NOMEM;
	if (err == HS_OK && easy_setup(post) != CURLE_OK)
		err = HS_ERR_INVALID;
	if (err == HS_OK && curl_multi_add_handle(client->multi, post->easy) != CURLM_OK)
		err = HS_ERR_INVALID;
	if (err != HS_OK) {
		curl_easy_cleanup(post->easy);
		curl_slist_free_all(post->headers);
		post->easy = NULL;
		post->headers = NULL;
	}
	return err;
}

void
hs_post_cancel(struct hs_post *post)
{
	if (!post->easy)
		return;
	post_end(post);
	hs_buf_free(&post->reply);
}
