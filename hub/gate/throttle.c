#include "hub/gate/throttle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"

struct row {
	char address[48]; /* "": free; the longest IPv6 text has 45 characters */
	int64_t failures;
	int64_t last_us;
};

struct hs_throttle {
	struct row *rows;
	size_t count;
	int64_t failures_max;
	int64_t window_us;
};

enum hs_err
hs_throttle_create(size_t rows, int64_t failures_max, int64_t window_us, struct hs_throttle **out)
{
	struct hs_throttle *throttle = calloc(1, sizeof(*throttle));

	HS_CHECK(rows > 0 && failures_max > 0 && window_us > 0);
	if (throttle == NULL)
		return HS_ERR_NOMEM;
	throttle->rows = calloc(rows, sizeof(*throttle->rows));
	if (throttle->rows == NULL) {
		free(throttle);
		return HS_ERR_NOMEM;
	}
	throttle->count = rows;
	throttle->failures_max = failures_max;
	throttle->window_us = window_us;
	*out = throttle;
	return HS_OK;
}

void
hs_throttle_destroy(struct hs_throttle *throttle)
{
	if (throttle == NULL)
		return;
	free(throttle->rows);
	free(throttle);
}

static struct row *
row_of(const struct hs_throttle *throttle, const char *address)
{
	for (size_t i = 0; i < throttle->count; i++) {
		if (throttle->rows[i].address[0] != '\0' &&
			strcmp(throttle->rows[i].address, address) == 0)
			return &throttle->rows[i];
	}
	return NULL;
}

/* A free row, else the one whose last failure is oldest. */
static struct row *
row_to_use(struct hs_throttle *throttle)
{
	struct row *oldest = &throttle->rows[0];

	for (size_t i = 0; i < throttle->count; i++) {
		if (throttle->rows[i].address[0] == '\0')
			return &throttle->rows[i];
		if (throttle->rows[i].last_us < oldest->last_us)
			oldest = &throttle->rows[i];
	}
	return oldest;
}

int64_t
hs_throttle_wait_s(const struct hs_throttle *throttle, const char *address, int64_t now_us)
{
	const struct row *row = row_of(throttle, address);
	int64_t left_us;

	if (row == NULL || row->failures < throttle->failures_max)
		return 0;
	left_us = row->last_us + throttle->window_us - now_us;
	return left_us > 0 ? left_us / 1000000 + 1 : 0;
}

void
hs_throttle_failed(struct hs_throttle *throttle, const char *address, int64_t now_us)
{
	struct row *row = row_of(throttle, address);

	if (row == NULL) {
		row = row_to_use(throttle);
		(void)snprintf(row->address, sizeof(row->address), "%s", address);
		row->failures = 0;
	} else if (now_us - row->last_us >= throttle->window_us) {
		row->failures = 0;
	}
	row->failures++;
	row->last_us = now_us;
}

void
hs_throttle_cleared(struct hs_throttle *throttle, const char *address)
{
	struct row *row = row_of(throttle, address);

	if (row != NULL)
		*row = (struct row){ 0 };
}
