/* alerts.h: from a notice that is no evacuation order to what each place has to hear. Pure.
 *
 * Flow:    notice → its warnings (Hazard, Intensity, CivilProtection) → one struct hs_alert for each place and kind.
 * Rules:   of one place and kind the highest grade counts, and the titles are joined;
 *          a prefecture in the notice stands for each served municipality in it; where nothing is listed as served it
 *          speaks for itself;
 *          a cancel of the agency names no areas (95 %), and what ends is told by being absent: both are told to those
 *          who heard (heard.h), and give no alerts here.
 * Owner:   everything lives in the caller's arena. Threads: any.
 */
#ifndef HS_JALERT_ALERTS_H
#define HS_JALERT_ALERTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapters/jalert/kinds.h"
#include "hub/base/arena.h"
#include "hub/base/config.h"
#include "hub/base/err.h"
#include "schemas/notice.h"

#define HS_ALERT_CODE_SIZE  16
#define HS_ALERT_TITLE_SIZE 160

struct hs_alert {
	enum hs_alert_kind kind;
	const char *phase; /* of phrases.csv: issue, lift, cancel, launch … */
	uint32_t grade;	   /* intensity (hs_intensity_grade), or 1 */
	const char *code;  /* 6 digits, or 2 of a prefecture */
	const char *name;  /* 架空市; the code when the table does not know it */
	const char *kana;  /* "" when unknown */
	const char *title; /* 大津波警報; レベル５大雨特別警報、暴風特別警報 */
	bool headline; /* title is that of an alert without detail, and no name that tells one hazard from another */
};

struct hs_alerts {
	struct hs_alert *items;
	size_t count;
};

/* served: codes; none = all. HS_ERR_NOMEM. An evacuation order gives none. */
enum hs_err hs_alerts_of(struct hs_arena *arena, const hs_notice *notice,
	const struct hs_config_texts *served, struct hs_alerts *out) HS_MUST_CHECK;
/* What a cancel says itself that it takes back: civil protection, which has kind and areas; all others give none. */
enum hs_err hs_alerts_taken_back(struct hs_arena *arena, const hs_notice *notice,
	const struct hs_config_texts *served, struct hs_alerts *out) HS_MUST_CHECK;
/* The kind that a cancel says it takes back (civil protection does); HS_ALERT_COUNT: it says none. */
enum hs_alert_kind hs_alert_kind_named(const hs_notice *notice);
/* Whether they say that kind at that place. */
bool hs_alerts_say(const struct hs_alerts *alerts, const char *code, enum hs_alert_kind kind);
/* Fills name and kana from the table of areas. */
void hs_alert_name(struct hs_alert *alert);

/* The event that a notice is about: what the source that told it first calls it (Document.first, Document.event), else that one's
 * document. "" without either. */
bool hs_alert_event(const hs_notice *notice, struct hs_buf *out);

#endif
