/* alarms.h: what the hub misses from a municipality (misissuance M8, M9): who may see it, in which words, and GET /v1/alarms.
 *
 * Flow:    GET → principal → alarm_query → hub (hub/core/watch.h) → those of the principal's places → JSON. The form's home
 *          page shows the same (form_alarms.c).
 * Rules:   a principal sees the municipalities that it may speak for, by its own right or by a delegation that is in force,
 *          whatever the kind; a ward that of its city, which is what the hub counts by; roles that see all, all.
 *          An answer with no alarm says what was watched and when, so that it is never read as "all is well" by mistake.
 * Owner:   each open request owns its call. Threads: the loop's.
 */
#ifndef HS_GATE_ALARMS_H
#define HS_GATE_ALARMS_H

#include "hub/gate/gate.h"

/* What is said of an alarm: what is wrong, what to do next, and how it ends. */
struct hs_alarm_words {
	const char *what_ja, *what_en;
	const char *next_ja, *next_en;
};

/* Never NULL. */
const struct hs_alarm_words *hs_alarm_words(const Hansho__V1__Alarm *alarm);
bool hs_alarm_concerns(
	const struct hs_principal *principal, const char *area_code, int64_t now_unix_us);

/* Handler of the route table; owner is the struct hs_gate. */
void hs_api_alarms(void *owner, const struct hs_http_request *request);

#endif
