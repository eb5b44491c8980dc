#include "hub/gate/lag.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"

/* Upper ends in seconds: 1, 5, 30 minutes (late_s warns from there), 1 and 6 hours. */
static const int64_t bounds_s[] = { 60, 300, 1800, 3600, 21600 };

struct row {
	char *principal_id;
	uint64_t within[HS_COUNT(bounds_s)];
	uint64_t count;
	int64_t sum_s;
	UT_hash_handle hh;
};

struct hs_lags {
	struct row *rows;
};

struct hs_lags *
hs_lags_create(void)
{
	return calloc(1, sizeof(struct hs_lags));
}

void
hs_lags_destroy(struct hs_lags *lags)
{
	struct row *row, *next;

	if (lags == NULL)
		return;
	HASH_ITER (hh, lags->rows, row, next) {
		HASH_DEL(lags->rows, row);
		free(row->principal_id);
		free(row);
	}
	free(lags);
}

int64_t
hs_lag_of(const hs_notice *notice)
{
	const hs_times *times = notice->times;
	int64_t lag_us;

	if (notice->kind != HS_KIND(EVACUATION) || !times || !times->ordered || !times->received)
		return -1;
	lag_us = times->received->unix_us - times->ordered->unix_us;
	return lag_us > 0 ? lag_us / HS_US_PER_S : 0;
}

static struct row *
row_of(struct hs_lags *lags, const char *principal_id)
{
	struct row *row = NULL;

	HASH_FIND_STR(lags->rows, principal_id, row);
	if (row != NULL)
		return row;
	row = calloc(1, sizeof(*row));
	if (row == NULL)
		return NULL;
	row->principal_id = strdup(principal_id);
	if (row->principal_id == NULL) {
		free(row);
		return NULL;
	}
	HASH_ADD_KEYPTR(hh, lags->rows, row->principal_id, strlen(row->principal_id), row);
	return row;
}

void
hs_lags_add(struct hs_lags *lags, const char *principal_id, int64_t lag_s)
{
	struct row *row = row_of(lags, principal_id);

	if (row == NULL)
		return;
	for (size_t i = 0; i < HS_COUNT(bounds_s); i++)
		row->within[i] += lag_s <= bounds_s[i];
	row->count++;
	row->sum_s += lag_s;
}

void
hs_lags_metrics(const struct hs_lags *lags, struct hs_buf *out)
{
	const char *name = "hansho_gate_entry_lag_seconds";

	for (const struct row *row = lags->rows; row != NULL; row = row->hh.next) {
		const char *id = row->principal_id;

		for (size_t i = 0; i < HS_COUNT(bounds_s); i++)
			hs_buf_printf(out, "%s_bucket{principal=\"%s\",le=\"%lld\"} %llu\n", name,
				id, (long long)bounds_s[i], (unsigned long long)row->within[i]);
		hs_buf_printf(out, "%s_bucket{principal=\"%s\",le=\"+Inf\"} %llu\n", name, id,
			(unsigned long long)row->count);
		hs_buf_printf(
			out, "%s_sum{principal=\"%s\"} %lld\n", name, id, (long long)row->sum_s);
		hs_buf_printf(out, "%s_count{principal=\"%s\"} %llu\n", name, id,
			(unsigned long long)row->count);
	}
}
