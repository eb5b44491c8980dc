/* telecom_preview.h: what each outlet would send for a notice, without sending it.
 *
 * Flow:    POST /v1/preview with a notice as JSON (schemas/notice.schema.json; what GET /v1/notices/SEQ of a feed has
 *          under "notice") → every outlet's preview → 200
 *          {"outlets":[{"outlet","kind":"mail"|"cell_broadcast","verdict":"send"|"filtered"|"refused","why", …
 *          title, body and their lengths by the outlet's own rule; message_id, pages, primary_warning}]}.
 *          The notice is looked at as if it came now: for an end, with what is in force now. Its mode chooses the lane;
 *          an adapter whose drills are off says so (409). 400 names the member of the JSON that is wrong.
 * Rules:   nothing is sent, kept or receipted. Whoever may connect may ask: loopback only.
 * Owner:   the adapter. Threads: the loop's.
 */
#ifndef HS_TELECOM_PREVIEW_H
#define HS_TELECOM_PREVIEW_H

#include "adapters/telecom/telecom_outlet.h"

struct hs_telecom_preview;

struct hs_telecom_preview_options {
	struct hs_telecom_shared *shared;
	struct hs_telecom_outlet *const *outlets;
	size_t count;
};

/* *out is NULL when preview_listen is empty. */
enum hs_err hs_telecom_preview_open(const struct hs_telecom_preview_options *options,
	struct hs_telecom_preview **out) HS_MUST_CHECK;
/* NULL is allowed. */
void hs_telecom_preview_close(struct hs_telecom_preview *preview);

#endif
