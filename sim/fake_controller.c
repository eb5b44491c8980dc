/* The auto-starter on nng PAIR: the message comes on nng's thread, waits in a queue, is answered on the loop. */
#include <jansson.h>
#include <nng/nng.h>
#include <nng/protocol/pair0/pair.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/log.h"
#include "sim/fakes.h"

#define QUEUE_MAX 256

struct hs_fake_controller {
	nng_socket socket;
	nng_aio *aio;
	uv_async_t wake;
	struct hs_keep *played;
	pthread_mutex_t lock;
	nng_msg *queue[QUEUE_MAX]; /* guarded by lock */
	size_t count;
};

/* nng thread. */
static void
received(void *arg)
{
	struct hs_fake_controller *own = arg;
	if (nng_aio_result(own->aio) != 0)
		return;
	nng_msg *message = nng_aio_get_msg(own->aio);
	pthread_mutex_lock(&own->lock);
	bool room = own->count < QUEUE_MAX;
	if (room)
		own->queue[own->count++] = message;
	pthread_mutex_unlock(&own->lock);
	if (!room)
		nng_msg_free(message);
	uv_async_send(&own->wake);
	nng_recv_aio(own->socket, own->aio);
}

static void
answer(struct hs_fake_controller *own, const char *id, const char *state)
{
	json_t *json = json_pack("{s:s,s:s,s:s}", "id", id, "state", state, "detail", "");
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	/* Nobody there any more: the adapter asks again. */
	if (text && nng_send(own->socket, text, strlen(text), NNG_FLAG_NONBLOCK) != 0)
		hs_warn("sim.controller_answer_lost", "id=%s state=%s", id, state);
	free(text);
}

static void
play(struct hs_fake_controller *own, json_t *order)
{
	const char *type = json_string_value(json_object_get(order, "type"));
	const char *id = json_string_value(json_object_get(order, "id"));
	if (!type || !id)
		return;
	if (strcmp(type, "play") == 0)
		hs_keep_add(own->played, id, json_incref(order));
	answer(own, id, "accepted");
	if (strcmp(type, "play") == 0) {
		answer(own, id, "started");
		answer(own, id, "finished");
	}
}

static void
woken(uv_async_t *wake)
{
	struct hs_fake_controller *own = wake->data;
	nng_msg *queue[QUEUE_MAX];
	pthread_mutex_lock(&own->lock);
	size_t count = own->count;
	memcpy(queue, own->queue, count * sizeof(queue[0]));
	own->count = 0;
	pthread_mutex_unlock(&own->lock);
	for (size_t i = 0; i < count; i++) {
		json_t *order = json_loadb(nng_msg_body(queue[i]), nng_msg_len(queue[i]), 0, NULL);
		play(own, order);
		json_decref(order);
		nng_msg_free(queue[i]);
	}
}

enum hs_err
hs_fake_controller_open(
	uv_loop_t *loop, const char *url, struct hs_keep *played, struct hs_fake_controller **out)
{
	struct hs_fake_controller *own = calloc(1, sizeof(*own));
	if (!own)
		return HS_ERR_NOMEM;
	own->played = played;
	pthread_mutex_init(&own->lock, NULL);
	HS_CHECK(uv_async_init(loop, &own->wake, woken) == 0);
	own->wake.data = own;
	int rv = nng_pair0_open(&own->socket);
	/* Answers are small and few; room for them means that sending never has to wait. */
	rv = rv ? rv : nng_socket_set_int(own->socket, NNG_OPT_SENDBUF, QUEUE_MAX);
	rv = rv ? rv : nng_aio_alloc(&own->aio, received, own);
	rv = rv ? rv : nng_listen(own->socket, url, NULL, 0);
	if (rv != 0) {
		hs_error("sim.controller", "url=%s reason=\"%s\"", url, nng_strerror(rv));
		hs_fake_controller_close(own);
		return HS_ERR_CONFIG;
	}
	nng_recv_aio(own->socket, own->aio);
	*out = own;
	return HS_OK;
}

static void
closed(uv_handle_t *handle)
{
	struct hs_fake_controller *own = handle->data;
	for (size_t i = 0; i < own->count; i++)
		nng_msg_free(own->queue[i]);
	pthread_mutex_destroy(&own->lock);
	free(own);
}

void
hs_fake_controller_close(struct hs_fake_controller *own)
{
	nng_close(own->socket);
	nng_aio_free(own->aio);
	uv_close((uv_handle_t *)&own->wake, closed);
}
