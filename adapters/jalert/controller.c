#include "adapters/jalert/controller.h"

#include <jansson.h>
#include <nng/nng.h>
#include <nng/protocol/pair0/pair.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/log.h"

#define ANSWER_MAX_BYTES 65536u
#define UNREAD_MAX	 256
#define OUTGOING_MAX	 256
#define SEND_TIMEOUT_MS	 5000
#define RECONNECT_MIN_MS 100
#define RECONNECT_MAX_MS 2000

struct waiting {
	struct waiting *next;
	nng_msg *message;
};

/* First in, first out. */
struct waiting_list {
	struct waiting *first, **end;
	size_t count;
};

struct hs_controller {
	const struct hs_controller_ops *ops;
	void *owner;
	nng_socket socket;
	nng_aio *receive;
	nng_aio *send; /* one message at a time; the rest waits in outgoing */
	uv_async_t wake;
	pthread_mutex_t lock; /* guards what follows */
	struct waiting_list unread;
	struct waiting_list outgoing;
	bool sending;
	int pipes;
	bool closed;
};

static bool
list_add(struct waiting_list *list, nng_msg *message, size_t most)
{
	struct waiting *waiting = list->count < most ? malloc(sizeof(*waiting)) : NULL;
	if (!waiting)
		return false;
	*waiting = (struct waiting){ NULL, message };
	*list->end = waiting;
	list->end = &waiting->next;
	list->count++;
	return true;
}

static nng_msg *
list_take(struct waiting_list *list)
{
	struct waiting *first = list->first;
	if (!first)
		return NULL;
	nng_msg *message = first->message;
	list->first = first->next;
	if (!list->first)
		list->end = &list->first;
	list->count--;
	free(first);
	return message;
}

static void
list_clear(struct waiting_list *list)
{
	nng_msg *message;
	while ((message = list_take(list)) != NULL)
		nng_msg_free(message);
}

static void
unread_add(struct hs_controller *controller, nng_msg *message)
{
	pthread_mutex_lock(&controller->lock);
	bool kept = !controller->closed && list_add(&controller->unread, message, UNREAD_MAX);
	if (kept)
		uv_async_send(&controller->wake);
	pthread_mutex_unlock(&controller->lock);
	if (!kept)
		nng_msg_free(message);
}

/* Any thread, without the lock. `sending` is set. */
static void
send_next(struct hs_controller *controller)
{
	pthread_mutex_lock(&controller->lock);
	nng_msg *message = controller->closed ? NULL : list_take(&controller->outgoing);
	controller->sending = message != NULL;
	pthread_mutex_unlock(&controller->lock);
	if (!message)
		return;
	nng_aio_set_msg(controller->send, message);
	nng_aio_set_timeout(controller->send, SEND_TIMEOUT_MS);
	nng_send_aio(controller->socket, controller->send);
}

/* nng's thread. */
static void
on_sent(void *owner)
{
	struct hs_controller *controller = owner;
	if (nng_aio_result(controller->send) != 0)
		nng_msg_free(nng_aio_get_msg(controller->send));
	send_next(controller);
}

/* nng's thread. */
static void
on_received(void *owner)
{
	struct hs_controller *controller = owner;
	int result = nng_aio_result(controller->receive);
	if (result == NNG_ECLOSED || result == NNG_ECANCELED)
		return;
	if (result == 0)
		unread_add(controller, nng_aio_get_msg(controller->receive));
	nng_recv_aio(controller->socket, controller->receive);
}

/* nng's thread. */
static void
on_pipe(nng_pipe pipe, nng_pipe_ev event, void *owner)
{
	struct hs_controller *controller = owner;
	(void)pipe;
	pthread_mutex_lock(&controller->lock);
	controller->pipes += event == NNG_PIPE_EV_ADD_POST ? 1 : -1;
	bool gone = controller->pipes <= 0;
	/* What waited for this connection must not come out on the next one, when it is old. */
	if (gone)
		list_clear(&controller->outgoing);
	pthread_mutex_unlock(&controller->lock);
	if (gone)
		nng_aio_cancel(controller->send);
}

static void
answer_take(struct hs_controller *controller, nng_msg *message)
{
	json_t *json = json_loadb(nng_msg_body(message), nng_msg_len(message), 0, NULL);
	const char *id = json_string_value(json_object_get(json, "id"));
	const char *state = json_string_value(json_object_get(json, "state"));
	const char *detail = json_string_value(json_object_get(json, "detail"));
	struct hs_controller_answer answer = { id, state, detail ? detail : "" };
	if (id && state)
		controller->ops->on_answer(controller->owner, &answer);
	else
		hs_warn("jalert.answer_unreadable", "bytes=%zu", nng_msg_len(message));
	json_decref(json);
}

static nng_msg *
unread_take(struct hs_controller *controller)
{
	pthread_mutex_lock(&controller->lock);
	nng_msg *message = list_take(&controller->unread);
	pthread_mutex_unlock(&controller->lock);
	return message;
}

static void
on_wake(uv_async_t *wake)
{
	struct hs_controller *controller = wake->data;
	nng_msg *message;
	while (!controller->closed && (message = unread_take(controller)) != NULL) {
		answer_take(controller, message);
		nng_msg_free(message);
	}
}

static void
wake_gone(uv_handle_t *handle)
{
	struct hs_controller *controller = handle->data;
	list_clear(&controller->unread);
	list_clear(&controller->outgoing);
	pthread_mutex_destroy(&controller->lock);
	free(controller);
}

static int
socket_setup(struct hs_controller *controller, const char *url)
{
	nng_socket socket = controller->socket;
	int result = nng_aio_alloc(&controller->receive, on_received, controller);
	if (result == 0)
		result = nng_aio_alloc(&controller->send, on_sent, controller);
	if (result == 0)
		result = nng_socket_set_size(socket, NNG_OPT_RECVMAXSZ, ANSWER_MAX_BYTES);
	if (result == 0)
		result = nng_socket_set_ms(socket, NNG_OPT_RECONNMINT, RECONNECT_MIN_MS);
	if (result == 0)
		result = nng_socket_set_ms(socket, NNG_OPT_RECONNMAXT, RECONNECT_MAX_MS);
	if (result == 0)
		result = nng_pipe_notify(socket, NNG_PIPE_EV_ADD_POST, on_pipe, controller);
	if (result == 0)
		result = nng_pipe_notify(socket, NNG_PIPE_EV_REM_POST, on_pipe, controller);
	if (result == 0)
		result = nng_dial(socket, url, NULL, NNG_FLAG_NONBLOCK);
	return result;
}

enum hs_err
hs_controller_open(uv_loop_t *loop, const char *url, const struct hs_controller_ops *ops,
	void *owner, struct hs_controller **out)
{
	struct hs_controller *controller = calloc(1, sizeof(*controller));
	if (!controller)
		return HS_ERR_NOMEM;
	controller->ops = ops;
	controller->owner = owner;
	controller->unread.end = &controller->unread.first;
	controller->outgoing.end = &controller->outgoing.first;
	controller->wake.data = controller;
	if (nng_pair0_open(&controller->socket) != 0) {
		free(controller);
		return HS_ERR_NOMEM;
	}
	pthread_mutex_init(&controller->lock, NULL);
	uv_async_init(loop, &controller->wake, on_wake);
	int result = socket_setup(controller, url);
	if (result != 0) {
		hs_error("jalert.controller_not_dialled", "url=%s reason=\"%s\"", url,
			nng_strerror(result));
		hs_controller_close(controller);
		return HS_ERR_CONFIG;
	}
	nng_recv_aio(controller->socket, controller->receive);
	*out = controller;
	return HS_OK;
}

enum hs_err
hs_controller_send(struct hs_controller *controller, const char *json)
{
	nng_msg *message = NULL;
	if (nng_msg_alloc(&message, 0) != 0)
		return HS_ERR_NOMEM;
	if (nng_msg_append(message, json, strlen(json)) != 0) {
		nng_msg_free(message);
		return HS_ERR_NOMEM;
	}
	pthread_mutex_lock(&controller->lock);
	/* Nothing is kept for a controller that comes later. */
	bool taken =
		controller->pipes > 0 && list_add(&controller->outgoing, message, OUTGOING_MAX);
	bool idle = taken && !controller->sending;
	if (idle)
		controller->sending = true;
	pthread_mutex_unlock(&controller->lock);
	if (!taken)
		nng_msg_free(message);
	if (idle)
		send_next(controller);
	return taken ? HS_OK : HS_ERR_AGAIN;
}

bool
hs_controller_is_up(struct hs_controller *controller)
{
	pthread_mutex_lock(&controller->lock);
	bool up = controller->pipes > 0;
	pthread_mutex_unlock(&controller->lock);
	return up;
}

void
hs_controller_close(struct hs_controller *controller)
{
	if (!controller)
		return;
	pthread_mutex_lock(&controller->lock);
	controller->closed = true;
	pthread_mutex_unlock(&controller->lock);
	nng_close(controller->socket);
	if (controller->receive)
		nng_aio_free(controller->receive);
	if (controller->send)
		nng_aio_free(controller->send);
	uv_close((uv_handle_t *)&controller->wake, wake_gone);
}
