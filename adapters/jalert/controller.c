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
#define RECONNECT_MIN_MS 100
#define RECONNECT_MAX_MS 2000

struct unread {
	struct unread *next;
	nng_msg *message;
};

struct hs_controller {
	const struct hs_controller_ops *ops;
	void *owner;
	nng_socket socket;
	nng_aio *receive;
	uv_async_t wake;
	pthread_mutex_t lock; /* guards what follows */
	struct unread *first, **end;
	size_t unread_count;
	int pipes;
	bool closed;
};

static void
unread_add(struct hs_controller *controller, nng_msg *message)
{
	struct unread *unread = malloc(sizeof(*unread));
	pthread_mutex_lock(&controller->lock);
	if (!unread || controller->unread_count >= UNREAD_MAX || controller->closed) {
		nng_msg_free(message);
		free(unread);
	} else {
		*unread = (struct unread){ NULL, message };
		*controller->end = unread;
		controller->end = &unread->next;
		controller->unread_count++;
		uv_async_send(&controller->wake);
	}
	pthread_mutex_unlock(&controller->lock);
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
	pthread_mutex_unlock(&controller->lock);
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

static struct unread *
unread_take_all(struct hs_controller *controller)
{
	pthread_mutex_lock(&controller->lock);
	struct unread *first = controller->first;
	controller->first = NULL;
	controller->end = &controller->first;
	controller->unread_count = 0;
	pthread_mutex_unlock(&controller->lock);
	return first;
}

static void
on_wake(uv_async_t *wake)
{
	struct hs_controller *controller = wake->data;
	for (struct unread *unread = unread_take_all(controller), *next; unread; unread = next) {
		next = unread->next;
		if (!controller->closed)
			answer_take(controller, unread->message);
		nng_msg_free(unread->message);
		free(unread);
	}
}

static void
wake_gone(uv_handle_t *handle)
{
	struct hs_controller *controller = handle->data;
	for (struct unread *unread = unread_take_all(controller), *next; unread; unread = next) {
		next = unread->next;
		nng_msg_free(unread->message);
		free(unread);
	}
	pthread_mutex_destroy(&controller->lock);
	free(controller);
}

static int
socket_setup(struct hs_controller *controller, const char *url)
{
	nng_socket socket = controller->socket;
	int result = nng_aio_alloc(&controller->receive, on_received, controller);
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
	controller->end = &controller->first;
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
	size_t len_bytes = strlen(json);
	/* Without this, nng would keep the message for a controller that comes later, when it is old. */
	if (!hs_controller_is_up(controller))
		return HS_ERR_AGAIN;
	if (nng_msg_alloc(&message, 0) != 0)
		return HS_ERR_NOMEM;
	int result = nng_msg_append(message, json, len_bytes);
	if (result == 0)
		result = nng_sendmsg(controller->socket, message, NNG_FLAG_NONBLOCK);
	if (result == 0)
		return HS_OK;
	nng_msg_free(message);
	return result == NNG_ENOMEM ? HS_ERR_NOMEM : HS_ERR_AGAIN;
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
	uv_close((uv_handle_t *)&controller->wake, wake_gone);
}
