/* heard_rows.h: the rows of what was heard, by event, and the order in which they give way to new ones. What they mean: heard.h.
 *
 * Owner:   heard.c. Threads: the loop's.
 */
#ifndef HS_JALERT_HEARD_ROWS_H
#define HS_JALERT_HEARD_ROWS_H

#include "adapters/jalert/heard.h"
#include "hub/base/hash.h"

/* One place that heard one kind of one event. */
struct hs_heard_row {
	uint8_t event[HS_SHA256_BYTES];
	uint64_t seq;
	uint64_t over_seq;		  /* notice that took its place or ended it; 0: it stands */
	struct hs_heard_row *prev, *next; /* of struct hs_heard: free, kept or ended */
	struct hs_heard_row *event_prev, *event_next; /* in its bucket */
	enum hs_alert_kind kind;
	uint32_t grade;
	bool used;
	bool ended;    /* the place was told that it is over; kept for hs_heard_forget only */
	bool headline; /* of struct hs_alert */
	bool doubted;  /* whether it was heard is not known */
	char code[HS_ALERT_CODE_SIZE];
	char phase[16];
	char title[HS_ALERT_TITLE_SIZE];
};

#define BUCKETS 1024

struct hs_heard {
	struct hs_heard_row rows[HS_HEARD_MAX];
	struct hs_heard_row *free, *kept, *ended; /* the oldest first */
	struct hs_heard_row
		*buckets[BUCKETS]; /* by event, those of one in the order of their taking */
	size_t count;
};

void hs_heard_key(const char *event, uint8_t out[HS_SHA256_BYTES]);
/* The first of its bucket. Further ones (event_next) may be of other events: hs_heard_is_of. */
struct hs_heard_row *hs_heard_first(
	const struct hs_heard *heard, const uint8_t key[HS_SHA256_BYTES]);
bool hs_heard_is_of(const struct hs_heard_row *row, const uint8_t key[HS_SHA256_BYTES]);
/* It is of the event, and nothing took its place. */
bool hs_heard_stands(const struct hs_heard_row *row, const uint8_t key[HS_SHA256_BYTES]);
size_t hs_heard_count_of(const struct hs_heard *heard, const uint8_t key[HS_SHA256_BYTES]);
/* That stands. NULL: none. */
const struct hs_heard_row *hs_heard_find(const struct hs_heard *heard,
	const uint8_t key[HS_SHA256_BYTES], const char *code, enum hs_alert_kind kind);
/* Stands; what is over gives its place first, the oldest. */
struct hs_heard_row *hs_heard_add(struct hs_heard *heard, const uint8_t key[HS_SHA256_BYTES],
	uint64_t seq, const struct hs_alert *alert);
void hs_heard_drop(struct hs_heard *heard, struct hs_heard_row *row);
void hs_heard_end_set(struct hs_heard *heard, struct hs_heard_row *row, bool ended);

#endif
