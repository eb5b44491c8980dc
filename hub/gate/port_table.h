/* port_table.h: the calls that wait for an answer of the hub. Only submit_port.c uses it.
 *
 * Owner:   the port; a fixed number of rows, so memory and waiting are bounded. Threads: the loop's.
 * Rules:   a request number carries its row, so that a reply finds it at once, and a serial, so that a late
 *          reply never meets the next call in the same row. Queries may take half of the rows: people
 *          who wait for receipts must not keep an order out.
 */
#ifndef HS_GATE_PORT_TABLE_H
#define HS_GATE_PORT_TABLE_H

#include "hub/gate/submit_port.h"

struct hs_port_row {
	struct hs_port_call *call; /* NULL: free */
	uint64_t request;
	int64_t deadline_us; /* monotonic */
	bool query;
};

struct hs_port_table {
	struct hs_port_row *rows;
	size_t max, count, query_count;
	uint64_t serial;
};

/* max: 2…65,535. */
enum hs_err hs_port_table_init(struct hs_port_table *table, size_t max) HS_MUST_CHECK;
void hs_port_table_free(struct hs_port_table *table);
/* A free row and its new request number; the row is taken only by hs_port_table_take. HS_ERR_FULL. */
enum hs_err hs_port_table_reserve(struct hs_port_table *table, bool query, struct hs_port_row **out,
	uint64_t *request) HS_MUST_CHECK;
void hs_port_table_take(struct hs_port_table *table, struct hs_port_row *row,
	struct hs_port_call *call, uint64_t request, int64_t deadline_us);
/* Completes the call with that number; false when nobody waits for it any more. */
bool hs_port_table_answer(
	struct hs_port_table *table, uint64_t request, const hs_link_frame *reply);
/* Completes every call whose deadline has come by now_us (INT64_MAX: all) with `err`. */
void hs_port_table_fail(struct hs_port_table *table, int64_t now_us, enum hs_err err);

#endif
