/* port_parts.h: what submit_port.c (link, submissions) and port_ask.c (questions) share. Nobody else includes it. */
#ifndef HS_GATE_PORT_PARTS_H
#define HS_GATE_PORT_PARTS_H

#include "hub/base/silence.h"
#include "hub/gate/port_table.h"

struct hs_link;

enum port_state {
	PORT_DOWN,
	PORT_GREETING,
	PORT_READY,
	PORT_HUB_STOPS,
	PORT_WRONG_LANE,
	PORT_LEAVING
};

struct hs_submit_port {
	struct hs_link *link;
	uv_timer_t timer;
	struct hs_submit_port_options options;
	enum port_state state;
	struct hs_port_table table;
	uint64_t drops;
	int64_t hub_beat_ms; /* interval that the hub named in its hello */
	int64_t heard_us;    /* monotonic: last frame of the hub */
	int64_t beat_us;     /* monotonic: our last heartbeat */
	struct hs_silence_looks looks;
	char epoch[80];
	bool refused; /* the hub ended the last connection before its hello */
	int closing;  /* handles of ours that are still open while the port is being freed */
};

/* A free row while the hub is there; hs_port_table_take follows. HS_ERR_AWAY, HS_ERR_FULL. */
enum hs_err hs_port_reserve(struct hs_submit_port *port, enum hs_port_use use,
	struct hs_port_row **out, uint64_t *request) HS_MUST_CHECK;
/* Questions whose client has gone are over, here and at the hub. */
void hs_port_end_unwanted(struct hs_submit_port *port);

#endif
