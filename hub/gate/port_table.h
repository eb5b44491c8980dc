/* port_table.h: the calls that wait for an answer of the hub, and who of them is sent next. Only submit_port.c uses it.
 *
 * Owner:   the port; a fixed number of rows, so memory and waiting are bounded. Threads: the loop's.
 * Rules:   a request number carries its row, so that a reply finds it at once, and a serial, so that a late
 *          reply never meets the next call in the same row. Queries may take half of the rows: people
 *          who wait for receipts must not keep an order out. Of that half a quarter is kept for what forms, alarms and canaries
 *          ask. A row whose client has gone is free within a quarter of a second. Half of it may wait at the hub for a change, of one principal an eighth: whoever asks beyond that is answered at once.
 * Lanes:   an order (level 4 and more urgent) is sent at once. Of the rest at most in_flight_max are at the hub without an
 *          answer, and one large one; the others wait here, the most urgent first, within a lane the oldest. So what the link
 *          holds before an order is bounded. A submission never overtakes another one of its document: the older one takes
 *          the lane of the newer, and none is sent behind a large one that has no answer, because the hub opens that
 *          beside its loop.
 */
#ifndef HS_GATE_PORT_TABLE_H
#define HS_GATE_PORT_TABLE_H

#include "hub/gate/submit_port.h"

enum hs_port_use {
	HS_PORT_SUBMISSION,
	HS_PORT_NEED, /* what is in force, alarms: an order may depend on it */
	HS_PORT_LOOK  /* how submissions stand */
};

struct hs_port_row {
	struct hs_port_call *call; /* NULL: free */
	uint64_t request;
	int64_t deadline_us; /* monotonic */
	enum hs_port_use use;
	const void *waiter; /* a LOOK that waits for a change: whose; only compared */
	bool large;
	uint32_t lane;
	hs_submit *waiting;	 /* borrowed from the call; NULL: sent, or a query */
	const hs_submit *submit; /* likewise; NULL: a query */
};

struct hs_port_table {
	struct hs_port_row *rows;
	size_t max, count, query_count;
	size_t look_count, waiter_count;	     /* of these */
	size_t waiting_count, calm_sent, large_sent; /* calm: less urgent than level 4 */
	size_t in_flight_max;
	uint64_t serial;
};

/* max: 2…65,535. */
enum hs_err hs_port_table_init(
	struct hs_port_table *table, size_t max, size_t in_flight_max) HS_MUST_CHECK;
void hs_port_table_free(struct hs_port_table *table);
/* A free row and its new request number; the row is taken only by hs_port_table_take. HS_ERR_FULL. */
enum hs_err hs_port_table_reserve(struct hs_port_table *table, enum hs_port_use use,
	struct hs_port_row **out, uint64_t *request) HS_MUST_CHECK;
/* How long the row, just reserved, may wait for a change: wait_ms, or beyond the shares not at all; hs_port_table_take follows. */
uint32_t hs_port_table_wait_ms(const struct hs_port_table *table, struct hs_port_row *row,
	const void *waiter, uint32_t wait_ms);
void hs_port_table_take(struct hs_port_table *table, struct hs_port_row *row,
	struct hs_port_call *call, uint64_t request, int64_t deadline_us);
/* A quarter of the rows is kept for what is as urgent as level 4. */
bool hs_port_table_has_room(const struct hs_port_table *table, uint32_t lane);
/* The row, just reserved, is of this submission; hs_port_table_take follows. waits: it is sent later. */
void hs_port_table_submission(struct hs_port_row *row, hs_submit *submit, bool large, bool waits);
/* Whether this one may be sent now. */
bool hs_port_table_may_go(const struct hs_port_table *table, uint32_t lane, bool large);
/* Whether a large one of the same document is at the hub without an answer. */
bool hs_port_table_is_behind(const struct hs_port_table *table, const hs_submit *submit);
/* Those of the same document that wait are on no later lane from now on. */
void hs_port_table_promote(struct hs_port_table *table, const hs_submit *submit);
/* The most urgent row that waits and may be sent now; NULL: none. */
struct hs_port_row *hs_port_table_next(const struct hs_port_table *table);
/* It was sent. */
void hs_port_table_sent(struct hs_port_table *table, struct hs_port_row *row);
/* It could not be sent: completes the call with `err`. */
void hs_port_table_drop(struct hs_port_table *table, struct hs_port_row *row, enum hs_err err);
/* Completes the call with that number; false when nobody waits for it any more. */
bool hs_port_table_answer(
	struct hs_port_table *table, uint64_t request, const hs_link_frame *reply);
/* Completes every call whose deadline has come by now_us (INT64_MAX: all) with `err`. */
void hs_port_table_fail(struct hs_port_table *table, int64_t now_us, enum hs_err err);

#endif
