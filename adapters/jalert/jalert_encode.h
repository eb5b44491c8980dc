/* jalert_encode.h: from a notice to what the loudspeakers of each municipality say, and when. Pure.
 *
 * Flow:    notice → municipalities (runtime/municipal.h) → sentences with readings → timed segments
 *          (tone, speech, silence) → plan → JSON.
 * Order of one announcement:
 *          live:  siren (or rising chime) → call ×2 → body × repeats → closing → falling chime
 *          alert: siren (or chime) → sentence ×3 (civil protection: the siren before each; its parts, with places and times
 *                 between what never changes, are segments of their own) → 「こちらは…」 → falling chime
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

#include "adapters/jalert/alerts.h"
#include "adapters/jalert/kinds.h"
#include "adapters/jalert/phrases.h"
#include "adapters/jalert/readings.h"
#include "adapters/runtime/municipal.h"
#include "adapters/runtime/runtime.h"
#include "hub/base/err.h"
#include "schemas/notice.h"

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
	int64_t emergency_volume; /* civil protection, early warnings, tsunami, special warnings, eruptions */
	bool easy_speech; /* easy Japanese behind the last time that the body is said */
	const struct hs_config_texts
		*groups; /* of loudspeakers that take turns (時差放送); NULL, none: all at once */
	int64_t group_pause_ms;
	int64_t places_max; /* prefectures that a message of civil protection names, while there is room for them */
	const struct hs_readings *readings;
	const struct hs_phrases *phrases;
};

enum hs_segment_kind { HS_SEGMENT_TONE, HS_SEGMENT_SPEECH, HS_SEGMENT_SILENCE };

struct hs_segment {
	int64_t at_ms;
	int64_t on_ms;
	enum hs_segment_kind kind;
	int64_t frequency_hz; /* tone */
	int64_t sweep_hz;     /* tone: where it ends; 0: where it began */
	const char *text;     /* speech */
	const char *reading;
	const char *bank; /* speech: key in a WAV bank (speech.h); "": a bank has no words for it */
};

#define HS_SEGMENTS_MAX 128

struct hs_announcement {
	const char *code, *name, *kana; /* of the place */
	enum hs_alert_kind kind;
	uint32_t level;	  /* 警戒レベル of an order that it says; 0: none */
	const char *text; /* for displays: the whole announcement once, marked */
	const char *easy; /* the same in easy Japanese, marked; "" when there is none */
	const char *reading;
	struct hs_segment segments[HS_SEGMENTS_MAX];
	size_t segment_count;
	int64_t duration_ms;
};

#define HS_PLAN_ID_SIZE 64

struct hs_plan {
	char id[HS_PLAN_ID_SIZE]; /* lane-epoch8-seq, also the name of the file */
	const hs_notice *notice;
	enum hs_adapter_lane lane;
	const char *epoch;
	uint64_t seq;
	int64_t expires_unix_us; /* must not start afterwards */
	uint32_t priority;	 /* HS_PRIORITY_…, of the most urgent announcement */
	int64_t volume;		 /* of the loudest */
	int64_t repeats;
	const struct hs_config_texts *groups; /* NULL: all at once */
	int64_t group_pause_ms;
	int64_t turn_ms; /* of the longest announcement */
	struct hs_announcement **announcements;
	size_t announcement_count;
	int64_t duration_ms; /* until the last loudspeaker is silent */
};

void hs_plan_id(
	char out[HS_PLAN_ID_SIZE], enum hs_adapter_lane lane, const char *epoch, uint64_t seq);
/* The siren of a kind: the settings' row, else that of kinds.h. */
struct hs_siren hs_siren_of(const struct hs_plan_options *options, enum hs_alert_kind kind);
/* The siren for the loudness of an evacuation order: the settings' row, else 60 s / 5 s ×2 for 4 and above, else a chime. */
struct hs_siren hs_siren_for(const struct hs_plan_options *options, uint32_t level);

/* Adds one announcement to the plan. HS_ERR_NOMEM, HS_ERR_TOO_LARGE (segments). */
enum hs_err hs_plan_announce(struct hs_arena *arena, struct hs_plan *plan,
	const struct hs_municipal *municipal, const struct hs_plan_options *options) HS_MUST_CHECK;

/* The same for what alerts.h made. It names fewer places, in the end none, rather than to be too large. */
enum hs_err hs_plan_alert(struct hs_arena *arena, struct hs_plan *plan,
	const struct hs_alert *alert, const struct hs_plan_options *options) HS_MUST_CHECK;

/* An announcement of nothing but these words, which plans put together: for what is prepared ahead. HS_ERR_NOMEM, HS_ERR_TOO_LARGE. */
enum hs_err hs_plan_words(struct hs_arena *arena, const struct hs_plan_options *options,
	const char *const *words, size_t count, struct hs_announcement **out) HS_MUST_CHECK;

/* The plan as JSON text; NULL when out of memory; free() it. Members: id, lane, mode, action, priority,
 * volume, repeats, expires, duration_ms, groups [{name, start_ms}] (only where they take turns), notice {epoch, seq,
 * document {source, id, revision}}, announcements [{area {code, name, kana}, kind, level, text, easy, reading,
 * duration_ms, segments [{at_ms, on_ms, kind, frequency_hz?, sweep_hz?, text?, reading?, bank?}]}]. */
char *hs_plan_json(const struct hs_plan *plan);

#endif
