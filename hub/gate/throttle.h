/* throttle.h: how often an address may fail to sign in at the form.
 *
 * Flow:    allowed? → check the password → failed or cleared.
 * Owner:   one table of fixed size; when it is full the address that failed longest ago makes room.
 * Threads: the loop's thread. Time comes as a parameter.
 * Only the form uses it: a machine that sends with a wrong password must not keep the orders of its
 * neighbours behind the same address out.
 */
#ifndef HS_GATE_THROTTLE_H
#define HS_GATE_THROTTLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/base/err.h"

struct hs_throttle;

/* rows ≥ 1; failures_max ≥ 1 within window_us, then the address waits until window_us after its last
 * failure. */
enum hs_err hs_throttle_create(size_t rows, int64_t failures_max, int64_t window_us,
	struct hs_throttle **out) HS_MUST_CHECK;
/* NULL is allowed. */
void hs_throttle_destroy(struct hs_throttle *throttle);

/* 0: may try. Else the seconds to wait, at least 1. */
int64_t hs_throttle_wait_s(const struct hs_throttle *throttle, const char *address, int64_t now_us);
void hs_throttle_failed(struct hs_throttle *throttle, const char *address, int64_t now_us);
void hs_throttle_cleared(struct hs_throttle *throttle, const char *address);

#endif
