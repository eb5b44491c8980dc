#include "hub/gate/port_table.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/log.h"

#define ROW_BITS 16

enum hs_err
hs_port_table_init(struct hs_port_table *table, size_t max, size_t in_flight_max)
{
	HS_CHECK(max > 1 && max < (1u << ROW_BITS) && in_flight_max > 0);
	*table = (struct hs_port_table){ .max = max, .in_flight_max = in_flight_max };
	table->rows = calloc(max, sizeof(*table->rows));
	return table->rows != NULL ? HS_OK : HS_ERR_NOMEM;
}

void
hs_port_table_free(struct hs_port_table *table)
{
	free(table->rows);
	*table = (struct hs_port_table){ 0 };
}

enum hs_err
hs_port_table_reserve(struct hs_port_table *table, enum hs_port_use use, struct hs_port_row **out,
	uint64_t *request)
{
	if (use != HS_PORT_SUBMISSION && table->query_count >= table->max / 2)
		return HS_ERR_FULL;
	if (use == HS_PORT_LOOK && table->look_count >= table->max / 2 - table->max / 8)
		return HS_ERR_FULL;
	for (size_t i = 0; i < table->max; i++) {
		if (table->rows[i].call != NULL)
			continue;
		table->rows[i] = (struct hs_port_row){ .use = use };
		*request = (++table->serial << ROW_BITS) | i;
		*out = &table->rows[i];
		return HS_OK;
	}
	return HS_ERR_FULL;
}

uint32_t
hs_port_table_wait_ms(const struct hs_port_table *table, struct hs_port_row *row,
	const void *waiter, uint32_t wait_ms)
{
	size_t own = 0;

	for (size_t i = 0; table->waiter_count > 0 && i < table->max; i++)
		own += table->rows[i].call != NULL && table->rows[i].waiter == waiter;
	if (wait_ms == 0 || waiter == NULL || table->waiter_count >= table->max / 4 ||
		own > table->max / 16)
		return 0;
	row->waiter = waiter;
	return wait_ms;
}

/* ---- lanes ---- */

bool
hs_port_table_has_room(const struct hs_port_table *table, uint32_t lane)
{
	size_t reserved = hs_priority_is_urgent(lane) ? 0 : table->max / 4;

	return table->count < table->max - reserved;
}

void
hs_port_table_submission(struct hs_port_row *row, hs_submit *submit, bool large, bool waits)
{
	row->lane = submit->notice->priority;
	row->large = large;
	row->waiting = waits ? submit : NULL;
	row->submit = submit;
}

bool
hs_port_table_is_behind(const struct hs_port_table *table, const hs_submit *submit)
{
	for (size_t i = 0; table->large_sent > 0 && i < table->max; i++) {
		const struct hs_port_row *row = &table->rows[i];

		if (row->call != NULL && row->large && row->waiting == NULL &&
			hs_same_document(row->submit->notice->document, submit->notice->document))
			return true;
	}
	return false;
}

bool
hs_port_table_may_go(const struct hs_port_table *table, uint32_t lane, bool large)
{
	if (hs_priority_is_urgent(lane))
		return true;
	return table->calm_sent < table->in_flight_max && (!large || table->large_sent == 0);
}

void
hs_port_table_promote(struct hs_port_table *table, const hs_submit *submit)
{
	for (size_t i = 0; table->waiting_count > 0 && i < table->max; i++) {
		struct hs_port_row *row = &table->rows[i];

		if (row->waiting != NULL && row->lane > submit->notice->priority &&
			hs_same_document(row->waiting->notice->document, submit->notice->document))
			row->lane = submit->notice->priority;
	}
}

static bool
goes_before(const struct hs_port_row *one, const struct hs_port_row *other)
{
	if (other == NULL || one->lane != other->lane)
		return other == NULL || one->lane < other->lane;
	return one->request < other->request; /* begins with the serial */
}

struct hs_port_row *
hs_port_table_next(const struct hs_port_table *table)
{
	struct hs_port_row *next = NULL;

	for (size_t i = 0; table->waiting_count > 0 && i < table->max; i++) {
		struct hs_port_row *row = &table->rows[i];

		if (row->waiting != NULL && goes_before(row, next) &&
			hs_port_table_may_go(table, row->lane, row->large) &&
			!hs_port_table_is_behind(table, row->waiting))
			next = row;
	}
	return next;
}

/* The counts of a row as it is now. */
static void
count_row(struct hs_port_table *table, const struct hs_port_row *row, size_t by)
{
	bool query = row->use != HS_PORT_SUBMISSION;
	bool sent = !query && row->waiting == NULL;

	table->count += by;
	table->query_count += query ? by : 0;
	table->look_count += row->use == HS_PORT_LOOK ? by : 0;
	table->waiter_count += row->waiter != NULL ? by : 0;
	table->waiting_count += row->waiting != NULL ? by : 0;
	table->calm_sent += sent && !hs_priority_is_urgent(row->lane) ? by : 0;
	table->large_sent += sent && row->large ? by : 0;
}
#define ONE_LESS SIZE_MAX /* adds up to one less */

void
hs_port_table_sent(struct hs_port_table *table, struct hs_port_row *row)
{
	count_row(table, row, ONE_LESS);
	row->waiting = NULL;
	count_row(table, row, 1);
}

/* ---- calls ---- */

void
hs_port_table_take(struct hs_port_table *table, struct hs_port_row *row, struct hs_port_call *call,
	uint64_t request, int64_t deadline_us)
{
	call->request = request;
	row->call = call;
	row->request = request;
	row->deadline_us = deadline_us;
	count_row(table, row, 1);
}

/* The row is free before the caller hears of it: it may ask again at once. */
static void
finish(struct hs_port_table *table, struct hs_port_row *row, enum hs_err err,
	const hs_link_frame *reply)
{
	struct hs_port_call *call = row->call;

	count_row(table, row, ONE_LESS);
	*row = (struct hs_port_row){ 0 };
	call->done(call, err, reply);
}

void
hs_port_table_drop(struct hs_port_table *table, struct hs_port_row *row, enum hs_err err)
{
	finish(table, row, err, NULL);
}

bool
hs_port_table_answer(struct hs_port_table *table, uint64_t request, const hs_link_frame *reply)
{
	size_t i = (size_t)(request & ((1u << ROW_BITS) - 1));

	if (i >= table->max || table->rows[i].call == NULL || table->rows[i].request != request)
		return false;
	finish(table, &table->rows[i], HS_OK, reply);
	return true;
}

void
hs_port_table_fail(struct hs_port_table *table, int64_t now_us, enum hs_err err)
{
	for (size_t i = 0; table->count > 0 && i < table->max; i++) {
		struct hs_port_row *row = &table->rows[i];

		if (row->call == NULL || row->deadline_us > now_us)
			continue;
		hs_warn("gate.unanswered", "request=%llu error=%s",
			(unsigned long long)row->request, hs_err_name(err));
		finish(table, row, err, NULL);
	}
}
