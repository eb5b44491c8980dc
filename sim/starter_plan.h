/* starter_plan.h: what a plan asks of the contacts of loudspeakers: which closes when, and for how long. Pure. Written from what
 * adapters/jalert/jalert_encode.h says of a plan; it shares nothing with the adapter that made it.
 *
 * Flow:    plan (JSON) → checked as one who switches contacts must: each part behind the one before, nothing beyond the end,
 *          groups in turn → one contact for each tone and sentence of each place in each group.
 * Owner:   contacts are the caller's (free); their texts lie in the JSON.
 */
#ifndef HS_SIM_STARTER_PLAN_H
#define HS_SIM_STARTER_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_t;

struct hs_contact {
	const char *area, *group, *kind; /* 990019; "" without groups; tone or speech */
	int64_t at_ms, on_ms;		 /* planned, from the start of the plan */
	int64_t on_us, off_us;		 /* as it was, from its real start; -1: not (yet) */
};

struct hs_starter_plan {
	int64_t priority;
	int64_t expires_unix_us; /* must not begin afterwards */
	int64_t duration_ms;
	struct hs_contact *contacts;
	size_t count;
};

/* false: why says what is wrong. */
bool hs_starter_plan_read(
	const struct json_t *plan, struct hs_starter_plan *out, char *why, size_t why_size);
/* speed: so many times as fast as planned. Times are from the real start on. */
void hs_starter_plan_rewind(struct hs_starter_plan *plan);
/* Closes and opens the contacts that are due by then. */
void hs_starter_plan_move(struct hs_starter_plan *plan, int64_t at_us, int64_t speed);
/* What is closed opens then. */
void hs_starter_plan_silence(struct hs_starter_plan *plan, int64_t at_us);
int64_t hs_starter_plan_end_us(const struct hs_starter_plan *plan, int64_t speed);
/* When the next contact is due, or the end. */
int64_t hs_starter_plan_next_us(const struct hs_starter_plan *plan, int64_t speed);
/* Its contacts, as starter_model.h has them. New reference. */
struct json_t *hs_starter_plan_json(const struct hs_starter_plan *plan);

#endif
