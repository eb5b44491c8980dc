/* run.h: one drill from its time line to its verdict.
 *
 * Flow:  configuration, scenario → receivers connect (outlets.h) → steps at their times: a municipality
 *        writes its next document (municipality.h) and posts it (post.h) → ledger → all arrived or
 *        settle_ms over → the fakes are asked what the carriers and the auto-starter got → verdict, table.
 * Order: a municipality has one document under way at a time, as a person would: its next step waits for
 *        the answer of the one before.
 * Exit:  0 every outlet has every order exactly once and in order; 1 not so; 2 the drill could not begin.
 */
#ifndef HS_SIM_RUN_H
#define HS_SIM_RUN_H

#include "sim/municipality.h"
#include "sim/scenario.h"

struct hs_sim_settings {
	int mode; /* 0 live, 1 drill */
	const char *gate_url, *ca;
	const char *feed_url;
	int64_t feed_count;
	const char *broadcaster_url;
	struct hs_config_texts signage_urls;
	const char *fakes_url;		      /* "" = carriers and auto-starter are not asked */
	int64_t carriers;		      /* how many carriers must have each order */
	bool controller;		      /* the auto-starter must have each order */
	struct hs_config_list municipalities; /* struct hs_sim_sender */
	int64_t settle_ms, connect_ms;
};

extern const struct hs_config_record hs_sim_settings_record;

/* Returns the exit status. */
int hs_sim_run(const struct hs_sim_settings *settings, const struct hs_sim_scenario *scenario);

#endif
