/* hub_port_parts.h: inside of the port to the hub; for hub_port.c (the connection) and hub_asks.c (what the feed asks for) only. */
#ifndef HS_FEED_HUB_PORT_PARTS_H
#define HS_FEED_HUB_PORT_PARTS_H

#include "hub/base/link.h"
#include "hub/base/silence.h"
#include "hub/feed/hub_port.h"

struct hs_hub_port {
	struct hs_link *link;
	const struct hs_hub_ops *ops;
	void *owner;
	char *name;
	uv_timer_t heartbeat, ack, look;
	struct hs_silence_looks looks;
	int timers_open;
	int64_t heartbeat_ms;
	int64_t heard_mono_us; /* 0: never */
	uint64_t received_seq, acked_seq;
	uint32_t window;
	bool greeted; /* the hub's hello came on this connection */
	bool closing;
	uint64_t last_request, reconnects;
	struct hs_hub_frames frames;
	struct hs_entry *made; /* of the frame that is being handled, see hub_frames.h */
};

enum hs_err hs_hub_port_send(struct hs_hub_port *port, const hs_link_frame *frame) HS_MUST_CHECK;

#endif
