/* jalert.h: the J-Alert style adapter: announcements for the loudspeakers of municipalities.
 *
 * Flow:    item → evacuation order: words of each municipality (jalert_words)
 *               → warning (alerts.h) → what is news to its places (heard.h) → what starts by itself (auto_start.h)
 *          → plan (jalert_encode) → outlets, each on its own:
 *          "controller": contacts and text at once, over nng (plays.h);
 *          "plan_dir":   the plan as a file <lane>-<epoch8>-<seq>.json, written atomically;
 *          "audio":      WAV files, rendered beside the loop (audio.h).
 * Cancel:  of a warning is spoken to those who heard it, as loud; of an order to its municipalities (municipal.h).
 * Same:    what the hub found to be told already (flag same_event) does not come here (runtime, rules.h).
 * State:   what the controller has (plays.h), what was heard (heard.h); in memory, and after a start by what the hub knows of the
 *          outlets' receipts (news.h) and the controller of its plans (before.h). Threads: the loop's.
 */
#ifndef HS_JALERT_H
#define HS_JALERT_H

#include "adapters/jalert/audio.h"
#include "adapters/runtime/runtime.h"

/* How it is said. */
struct hs_jalert_voice_settings {
	int64_t repeats;
	int64_t gap_ms;
	int64_t mora_ms;
	int64_t live_volume;
	int64_t drill_volume;
	int64_t emergency_volume;
	bool drill_siren;
	bool easy_speech;
	struct hs_config_texts groups;
	int64_t group_pause_ms;
	int64_t civil_places_max;
};

struct hs_jalert_settings {
	struct hs_adapter_settings common;
	const char *plan_dir;
	const char *controller_url;
	const char *readings;
	struct hs_config_texts areas;
	int64_t level_min;
	int64_t instant_max_age_ms;
	struct hs_jalert_voice_settings voice;
	struct hs_config_list sirens;	  /* of struct hs_siren */
	struct hs_config_list auto_start; /* of struct hs_auto_start_rule */
	struct hs_jalert_audio_settings audio;
};

extern const struct hs_config_record hs_jalert_record;
/* The second look (hub/base/look.h); settings: struct hs_jalert_settings. */
enum hs_err hs_jalert_look(const void *settings, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;
/* How it is said by these settings, which must outlive what is returned, as must readings and phrases. */
struct hs_plan_options hs_jalert_plan_options(const struct hs_jalert_settings *settings,
	const struct hs_readings *readings, const struct hs_phrases *phrases);
extern const struct hs_adapter_ops hs_jalert_ops;

#endif
