/* submit_port.h: the gate's only way to the hub.
 *
 * Flow:    call → request number → pending table → link → reply with the same number → call->done.
 * Owner:   the caller embeds struct hs_port_call and recovers itself with HS_CONTAINER_OF; the port keeps
 *          only its address until `done`. The pending table has a fixed number of rows.
 * Threads: the loop's thread. `done` comes exactly once for each call that returned HS_OK, and never
 *          from inside the call.
 * Errors:  from the call itself (nothing was sent): HS_ERR_AWAY the hub is not there, HS_ERR_FULL the table
 *          is full, HS_ERR_AGAIN the link is busy, HS_ERR_TOO_LARGE.
 *          by `done`: HS_OK with the reply; HS_ERR_CLOSED the link broke, HS_ERR_TIMEOUT no answer came. After
 *          these two nobody knows whether the hub has it: the sender must send the same again, and
 *          the hub recognises it. A question whose client has gone ends with HS_ERR_CLOSED, here and at the hub (unask);
 *          a submission goes on. An unask that the link has no room for is not sent again: the hub keeps the question until its wait is
 *          over, and the answer finds nobody.
 * Format:  schemas/link.proto (hello, submit, status_query, list_query, active_query, alarm_query, unask, heartbeat, goodbye).
 */
#ifndef HS_GATE_SUBMIT_PORT_H
#define HS_GATE_SUBMIT_PORT_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "hub/base/buf.h"
#include "hub/base/err.h"
#include "schemas/notice.h"

struct hs_submit_port;

struct hs_port_call {
	/* reply: the frame of the hub, borrowed until this returns; NULL unless err is HS_OK. */
	void (*done)(struct hs_port_call *call, enum hs_err err, const hs_link_frame *reply);
	uint64_t request; /* the port's own */
	/* The connection whose client wants the answer of a question; 0: it is asked for nobody who could go. */
	uint64_t client;
	/* Who may wait for a change as long as its share lasts (port_table.h): the principal, which the call holds. NULL: nobody. */
	const void *whose;
	/* A large submission as it was packed by a worker, with request 0; the port frees it. Empty: the port packs. */
	struct hs_buf packed;
};

struct hs_submit_port_options {
	const char *url;  /* of the link that the hub keeps for this gate */
	const char *name; /* as the hub's configuration names this gate */
	int mode;	  /* HS_MODE(LIVE) or HS_MODE(DRILL): a hub of the other lane is refused */
	int64_t heartbeat_ms;
	int64_t answer_timeout_ms; /* of one call; a long poll has its wait on top */
	int64_t pending_max;	   /* 2…65,535; queries take at most half of it */
	int64_t in_flight_max; /* submissions less urgent than level 4 at the hub; others wait */
	int64_t large_bytes;   /* of originals above this one is at the hub at a time */
	/* Whether a call's client has gone, asked several times a second; NULL: nobody goes. */
	bool (*has_left)(void *owner, uint64_t client);
	void *owner;
};

enum hs_err hs_submit_port_create(uv_loop_t *loop, const struct hs_submit_port_options *options,
	struct hs_submit_port **out) HS_MUST_CHECK;
/* Says goodbye, completes what is pending with HS_ERR_CLOSED, and frees the port. NULL is allowed. */
void hs_submit_port_stop(struct hs_submit_port *port);

/* submit->request is filled in here; the rest is the caller's and stays as it is until `done`: a submission that is less
 * urgent than level 4 may wait before it is sent (port_table.h). */
enum hs_err hs_submit_port_submit(
	struct hs_submit_port *port, struct hs_port_call *call, hs_submit *submit) HS_MUST_CHECK;
/* wait_ms > 0: the hub answers when something changed since `version`, or after wait_ms; at once where call->whose may not wait. */
enum hs_err hs_submit_port_status(struct hs_submit_port *port, struct hs_port_call *call,
	const char *id, uint32_t wait_ms, uint32_t version) HS_MUST_CHECK;
/* The submissions of query->principal, which is for the caller to decide (submissions.h). request is filled in here. */
enum hs_err hs_submit_port_list(
	struct hs_submit_port *port, struct hs_port_call *call, hs_list_query *query) HS_MUST_CHECK;
/* What is in force in a municipality (6-digit code). */
enum hs_err hs_submit_port_active(struct hs_submit_port *port, struct hs_port_call *call,
	const char *area_code) HS_MUST_CHECK;

/* The alarms that stand, of all municipalities: who may see which is for the caller (alarms.h). */
enum hs_err hs_submit_port_alarms(
	struct hs_submit_port *port, struct hs_port_call *call) HS_MUST_CHECK;

/* "" when the hub is there and serves our lane, else what is missing, for people. */
const char *hs_submit_port_not_ready(const struct hs_submit_port *port);
/* Epoch of the hub as it said hello, "" before. */
const char *hs_submit_port_epoch(const struct hs_submit_port *port);
size_t hs_submit_port_pending_count(const struct hs_submit_port *port);
/* Of these: not sent yet. */
size_t hs_submit_port_waiting_count(const struct hs_submit_port *port);
uint64_t hs_submit_port_drop_count(const struct hs_submit_port *port);

#endif
