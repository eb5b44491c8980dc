#include "hub/gate/port_table.h"

#include <stdlib.h>

#include "hub/base/check.h"
#include "hub/base/log.h"

#define ROW_BITS 16

enum hs_err
hs_port_table_init(struct hs_port_table *table, size_t max)
{
	HS_CHECK(max > 1 && max < (1u << ROW_BITS));
	*table = (struct hs_port_table){ .max = max };
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
hs_port_table_reserve(
	struct hs_port_table *table, bool query, struct hs_port_row **out, uint64_t *request)
{
	if (query && table->query_count >= table->max / 2)
		return HS_ERR_FULL;
	for (size_t i = 0; i < table->max; i++) {
		if (table->rows[i].call != NULL)
			continue;
		table->rows[i].query = query;
		*request = (++table->serial << ROW_BITS) | i;
		*out = &table->rows[i];
		return HS_OK;
	}
	return HS_ERR_FULL;
}

void
hs_port_table_take(struct hs_port_table *table, struct hs_port_row *row, struct hs_port_call *call,
	uint64_t request, int64_t deadline_us)
{
	call->request = request;
	row->call = call;
	row->request = request;
	row->deadline_us = deadline_us;
	table->count++;
	table->query_count += row->query;
}

/* The row is free before the caller hears of it: it may ask again at once. */
static void
finish(struct hs_port_table *table, struct hs_port_row *row, enum hs_err err,
	const hs_link_frame *reply)
{
	struct hs_port_call *call = row->call;

	row->call = NULL;
	row->request = 0;
	table->count--;
	table->query_count -= row->query;
	call->done(call, err, reply);
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
