/* jalert_encode.h: from a notice to what the loudspeakers of each municipality say, and when. Pure.
 *
 * Flow:    notice → municipalities (runtime/municipal.h) → sentences with readings → timed segments
 *          (tone, speech, silence) → plan → JSON.
 * Order of one announcement:
 *          live:  siren (or rising chime) → call ×2 → body × repeats → closing → falling chime
 *          drill: 「訓練…」 → chime (or siren, when drill_siren) → call ×2 → body × repeats → 「…訓練…」
 * Rules:   a drill says so in the first and last words, and in every sentence between; what ends an
 *          order is said in the same frame and at the same volume as the order; what a cancel brings back is an
 *          order, with its siren and level; speech always follows
 *          the siren, because patterns differ from town to town.
 * Tones:   synthetic and parametric only (frequency, on, off, times). No recording of a real siren is
 *          shipped or imitated; misuse of fire signals is forbidden by law, so a drill gets a chime
 *          unless the settings say otherwise.
 * Times:   milliseconds from the start; those of speech are estimates from the morae of the reading.
 * Owner:   everything lives in the caller's arena. Threads: any.
 * Source:  announcement conventions of evacuation guidelines; 水防 第4信号 60 s / 5 s ×2 for 避難指示.
 */
#ifndef HS_JALERT_ENCODE_H
#define HS_JALERT_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapters/jalert/readings.h"
#include "adapters/runtime/municipal.h"
#include "adapters/runtime/rules.h"
#include "hub/base/err.h"
#include "schemas/notice.h"

struct hs_siren {
	int64_t level; /* 1…5, 6 = restricted zone or unknown term, 0 = lifts, and cancels that bring nothing back */
	int64_t on_ms;
	int64_t off_ms;
	int64_t times; /* 0: a chime instead of a siren */
	int64_t frequency_hz;
};

struct hs_plan_options {
	const struct hs_siren
		*sirens; /* rows of the settings; levels without a row get the default */
	size_t siren_count;
	bool drill_siren;
	int64_t repeats;     /* of the body */
	int64_t gap_ms;	     /* silence between the parts */
	int64_t mora_ms;     /* speed of speech */
	int64_t live_volume; /* percent */
	int64_t drill_volume;
	const struct hs_readings *readings;
};

enum hs_segment_kind { HS_SEGMENT_TONE, HS_SEGMENT_SPEECH, HS_SEGMENT_SILENCE };

struct hs_segment {
	int64_t at_ms;
	int64_t on_ms;
	enum hs_segment_kind kind;
	int64_t frequency_hz; /* tone */
	const char *text;     /* speech */
	const char *reading;
};

#define HS_SEGMENTS_MAX 128

struct hs_announcement {
	const struct hs_municipal *municipal;
	uint32_t loudness;
	const char *text; /* for displays: the whole announcement once, marked */
	const char *reading;
	struct hs_segment segments[HS_SEGMENTS_MAX];
	size_t segment_count;
	int64_t duration_ms;
};

struct hs_plan {
	char id[64]; /* lane-epoch8-seq, also the name of the file */
	const hs_notice *notice;
	enum hs_adapter_lane lane;
	const char *epoch;
	uint64_t seq;
	int64_t expires_unix_us; /* must not start afterwards */
	int64_t volume;
	int64_t repeats;
	struct hs_announcement **announcements;
	size_t announcement_count;
	int64_t duration_ms; /* of the longest */
};

/* The siren for a loudness: the settings' row, else 60 s / 5 s ×2 for 4 and above, else a chime. */
struct hs_siren hs_siren_for(const struct hs_plan_options *options, uint32_t level);

/* Adds one announcement to the plan. HS_ERR_NOMEM, HS_ERR_TOO_LARGE (segments). */
enum hs_err hs_plan_announce(struct hs_arena *arena, struct hs_plan *plan,
	const struct hs_municipal *municipal, const struct hs_plan_options *options) HS_MUST_CHECK;

/* The plan as JSON text; NULL when out of memory; free() it. Members: id, lane, mode, action, priority,
 * volume, repeats, expires, duration_ms, notice {epoch, seq, document {source, id, revision}},
 * announcements [{area {code, name, kana}, level, text, reading, duration_ms,
 * segments [{at_ms, on_ms, kind, frequency_hz?, text?, reading?}]}]. */
char *hs_plan_json(const struct hs_plan *plan);

#endif
