#include "hub/core/outlets.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/plain.h"
#include "hub/core/memory.h"

#define US_PER_MS  1000
#define AGE_MAX_MS ((uint64_t)INT64_MAX / US_PER_MS / 2)

static const struct {
	int state;
	const char *word;
	enum hs_log_level level;
	const char *event; /* when an outlet comes into this state */
} rows[] = {
	{ HS_PROOF(UNPROVEN), "unproven", HS_LOG_INFO, "hub.outlet_unproven" },
	{ HS_PROOF(PROVEN), "proven", HS_LOG_INFO, "hub.outlet_proven" },
	{ HS_PROOF(FAILED), "failed", HS_LOG_ERROR, "hub.outlet_alarm" },
};

const char *
hs_outlet_state_word(int state)
{
	for (size_t i = 0; i < HS_COUNT(rows); i++)
		if (rows[i].state == state)
			return rows[i].word;
	return "unknown";
}

static int
state_before(const struct hs_outlets *outlets, const char *name)
{
	for (size_t i = 0; i < outlets->count; i++)
		if (strcmp(outlets->items[i].name, name) == 0)
			return outlets->items[i].state;
	return (int)HS_PROOF(UNSPECIFIED);
}

static void
tell(const struct hs_outlet *outlet, const char *peer, struct hs_effects *effects)
{
	for (size_t i = 0; i < HS_COUNT(rows); i++)
		if (rows[i].state == outlet->state)
			hs_effects_log(effects, rows[i].level, rows[i].event,
				"peer=%s outlet=%s reason=\"%s\"", peer, outlet->name,
				outlet->detail);
}

static struct hs_outlet
outlet_of(const hs_outlet_proof *proof, int64_t mono_us)
{
	struct hs_outlet outlet = { .state = (int)proof->state };
	uint64_t age_ms = proof->age_ms < AGE_MAX_MS ? proof->age_ms : AGE_MAX_MS;

	outlet.since_mono_us = mono_us - (int64_t)age_ms * US_PER_MS;
	hs_plain_copy(outlet.name, sizeof(outlet.name), proof->outlet);
	hs_plain_copy(outlet.detail, sizeof(outlet.detail), proof->detail);
	return outlet;
}

void
hs_outlets_take(struct hs_outlets *outlets, const hs_outlets_report *report, const char *peer,
	int64_t mono_us, struct hs_effects *effects)
{
	size_t count = report->n_outlets < HS_OUTLETS_MAX ? report->n_outlets : HS_OUTLETS_MAX;
	struct hs_outlet *items = count > 0 ? hs_must_alloc(count, sizeof(*items)) : NULL;

	if (outlets->maintenance != (bool)report->maintenance)
		hs_effects_log(effects, HS_LOG_WARN, "hub.peer_maintenance", "peer=%s on=%d", peer,
			(bool)report->maintenance);
	for (size_t i = 0; i < count; i++) {
		items[i] = outlet_of(report->outlets[i], mono_us);
		if (state_before(outlets, items[i].name) != items[i].state)
			tell(&items[i], peer, effects);
	}
	free(outlets->items);
	*outlets = (struct hs_outlets){ .known = true,
		.maintenance = report->maintenance,
		.canary_ms = report->canary_ms,
		.count = count,
		.items = items };
}

void
hs_outlets_free(struct hs_outlets *outlets)
{
	free(outlets->items);
	*outlets = (struct hs_outlets){ 0 };
}
