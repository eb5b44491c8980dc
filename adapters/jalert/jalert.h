/* jalert.h: the J-Alert style adapter: announcements for the loudspeakers of municipalities.
 *
 * Flow:    item → plan (jalert_encode) → outlet "plan_dir": the plan as a file
 *          <lane>-<epoch8>-<seq>.json, written atomically;
 *          → outlet "controller": {"type":"play","id","plan"} over nng (controller.h), sent again
 *          until it is answered or too old; accepted → ACCEPTED, finished → DISPLAYED, failed → FAILED.
 * Lanes:   a live announcement stops every drill that plays, and no drill is sent while a live one is
 *          on its way or playing; it is tried again afterwards, until it is too old. A live item goes
 *          out at once, whatever drills wait.
 * State:   what the controller accepted and has not finished, in memory only. Threads: the loop's.
 */
#ifndef HS_JALERT_H
#define HS_JALERT_H

#include "adapters/runtime/runtime.h"

struct hs_jalert_settings {
	struct hs_adapter_settings common;
	const char *plan_dir;
	const char *controller_url;
	const char *readings;
	struct hs_config_texts areas;
	int64_t level_min;
	int64_t repeats;
	int64_t gap_ms;
	int64_t mora_ms;
	int64_t live_volume;
	int64_t drill_volume;
	bool drill_siren;
	struct hs_config_list sirens; /* of struct hs_siren */
};

extern const struct hs_config_record hs_jalert_record;
/* The second look (hub/base/look.h); settings: struct hs_jalert_settings. */
enum hs_err hs_jalert_look(const void *settings, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;
extern const struct hs_adapter_ops hs_jalert_ops;

#endif
