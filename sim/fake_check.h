/* fake_check.h: asks `hansho-sim fakes` what the carriers and the auto-starter got, and compares. */
#ifndef HS_SIM_FAKE_CHECK_H
#define HS_SIM_FAKE_CHECK_H

#include "sim/ledger.h"
#include "sim/post.h"

struct hs_sim_settings;

struct hs_fake_check {
	const struct hs_sim_settings *settings;
	const struct hs_ledger *ledger;
	uv_loop_t *loop;
	bool busy;
	struct hs_sim_post post;
	char url[640];
	int stage; /* 0 carriers, 1 auto-starter */
	int tries_left;
	uv_timer_t retry;
	size_t faults;
	void (*done)(struct hs_fake_check *check);
	void *owner;
};

/* Asks until everything is there or settle_ms is over; then prints faults and calls done. */
void hs_fake_check_start(
	uv_loop_t *loop, struct hs_fake_check *check, const struct hs_sim_settings *settings);

#endif
