/* ws_client.h: a WebSocket client for the simulator's receivers (RFC 6455), plain ws:// to an IPv4 address.
 *
 * Flow:   connect → handshake → on_open → on_message … → on_close (once; also when connecting failed).
 *         Pings are answered; fragments are put together; a client never reconnects by itself.
 * Owner:  the caller gives the memory's life to the client: it frees itself after on_close.
 * Limits: a message above message_max_bytes ends the connection. Threads: the loop's.
 */
#ifndef HS_SIM_WS_CLIENT_H
#define HS_SIM_WS_CLIENT_H

#include <stddef.h>
#include <uv.h>

#include "hub/base/err.h"

struct hs_ws_client;

struct hs_ws_client_ops {
	void (*on_open)(void *owner, struct hs_ws_client *client);
	void (*on_message)(
		void *owner, struct hs_ws_client *client, const char *bytes, size_t len_bytes);
	void (*on_close)(void *owner, struct hs_ws_client *client);
};

/* url: ws://127.0.0.1:8081/v1/feed; subprotocol: NULL or one. */
enum hs_err hs_ws_client_open(uv_loop_t *loop, const char *url, const char *subprotocol,
	const struct hs_ws_client_ops *ops, void *owner, struct hs_ws_client **out) HS_MUST_CHECK;
/* One text message, at most 4 KiB. */
enum hs_err hs_ws_client_send(struct hs_ws_client *client, const char *text);
void hs_ws_client_close(struct hs_ws_client *client);

#endif
