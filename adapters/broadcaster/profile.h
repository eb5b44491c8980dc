/* profile.h: the stations that the configuration names: what each wants, how wide its lines are, by which way it gets it.
 *
 * Flow:    stations: (configuration) → look → hs_profile of each → selector, style, forms for the encoder.
 * Ways:    websocket: the station connects to /v1/broadcast under its name; nng: we dial the station's socket (PAIR);
 *          files: a folder of its own. One lane never uses the way of the other: nng has two urls, folders two
 *          subfolders, and a WebSocket says its mode.
 * Proof:   a station with token_sha256 says that token first, by either way, or it is nobody; no guest has its name,
 *          in small or capital letters.
 * Owner:   the settings own the texts; a profile borrows them. Threads: any.
 */
#ifndef HS_BROADCASTER_PROFILE_H
#define HS_BROADCASTER_PROFILE_H

#include "adapters/broadcaster/forms.h"
#include "adapters/broadcaster/selector.h"
#include "adapters/broadcaster/wording.h"
#include "adapters/runtime/rules.h"
#include "hub/base/config.h"

enum hs_station_channel { HS_CHANNEL_WEBSOCKET, HS_CHANNEL_NNG, HS_CHANNEL_FILES };

/* One row of `stations`. */
struct hs_station_settings {
	const char *name;
	int channel; /* enum hs_station_channel */
	bool drills;
	const char *live_url;
	const char *drill_url;
	const char *folder;
	struct hs_config_texts kinds;
	struct hs_config_texts areas;
	int64_t level_min;
	int64_t crawl_width;
	int64_t crawl_names_max;
	int64_t page_width;
	int64_t page_rows;
	struct hs_config_texts forms;
	int64_t deadline_ms;	  /* 0: the adapter's */
	const char *token_sha256; /* hexadecimal; "": its name, or our url, is all its proof */
};

extern const struct hs_config_record hs_station_record;

struct hs_profile {
	const struct hs_station_settings *settings;
	struct hs_selector selector;
	struct hs_wording_style style;
	unsigned forms; /* HS_FORM_… */
};

/* From settings that were looked at. names: borrowed. */
struct hs_profile hs_profile_of(
	const struct hs_station_settings *settings, const struct hs_place_names *names);
/* Whether it takes items of this lane at all; drills only when it says so. */
bool hs_profile_takes(const struct hs_profile *profile, enum hs_adapter_lane lane);
/* Whether that is its name, in small or capital letters (names are ASCII). */
bool hs_profile_is_named(const struct hs_profile *profile, const char *name);
/* For who does not prove a name: over WebSocket the reason of the close, 4403. */
#define HS_STATION_UNPROVEN                                                                     \
	"a station of the configuration has this name: say its token in subscribe, or ask the " \
	"operator"
/* Whether who says this token (NULL: none) is that station. */
bool hs_profile_proven(const struct hs_profile *profile, const char *token);
/* When a delivery of now to this profile is over, on the monotonic clock; 0: as the adapter has it. */
int64_t hs_profile_deadline_us(const struct hs_profile *profile);
/* Whether both get the same of every notice, so that it is encoded once for them. */
bool hs_profile_same(const struct hs_profile *a, const struct hs_profile *b);
/* The second look (hub/base/look.h) at the list of struct hs_station_settings. listen: where they connect; who can be reached from
 * other machines asks every station that connects for its token. */
enum hs_err hs_profiles_look(const struct hs_config_list *stations, const char *listen,
	char why[HS_CONFIG_WHY]) HS_MUST_CHECK;
/* Encodes the order of a canary as this profile would have it on that lane (it is encoded and never sent). true: every
 * part that it should have is there. why: what to mend. */
bool hs_profile_prove(
	const struct hs_profile *profile, enum hs_adapter_lane lane, char *why, size_t why_size);

#endif
