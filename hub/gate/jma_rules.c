/* jma_rules.c: what is checked of a JMA Report, how large its notice may be, and who may pass one on.
 *
 * Size:   a notice has less room than a digest may fill. What does not fit is left out of the notice, never the telegram: first the
 *         typed detail, then the single municipalities (their prefectures are addressed). The original has all of it.
 * Values: only clocks, as warnings; the agency cannot be asked to mend a telegram, and a life may depend on it.
 * Rights: the principal is a relayer; Status, lane and credential agree. Source and areas are the agency's, not the relayer's.
 */
#include "hub/gate/checks.h"
#include "hub/gate/parse_jma.h"
#include "hub/gate/policy.h"

enum hs_err
hs_jma_validate(struct hs_submission *submission)
{
	hs_check_times(submission);
	return submission->findings.errors ? HS_ERR_REFUSED : HS_OK;
}

#define NOTICE_ROOM_BYTES \
	(HS_NOTICE_MAX_BYTES - (256u << 10)) /* the rest is for findings and what the hub adds */
#define SMALL_BYTES 32768		     /* a document below cannot fill a notice */
#define PREFECTURES 100

/* One area for each prefecture. Codes of two digits name it; the area's own name would be wrong. */
static void
address_prefectures(struct hs_jma *jma)
{
	hs_notice *notice = jma->notice;
	bool seen[PREFECTURES] = { false };
	size_t count = notice->n_areas;
	hs_area **areas = notice->areas;

	notice->n_areas = 0;
	notice->areas = NULL;
	for (size_t i = 0; i < count; i++) {
		const char *code = areas[i]->code;
		size_t number = (size_t)(code[0] - '0') * 10 + (size_t)(code[1] - '0');
		hs_area *area;

		if (number >= PREFECTURES || seen[number])
			continue;
		seen[number] = true;
		area = hs_message_new(jma->arena, &hansho__v1__area__descriptor);
		if (!area)
			return;
		area->code = hs_arena_strndup(jma->arena, code, 2);
		if (area->code)
			hs_repeat(jma->arena, &notice->n_areas, &notice->areas, area);
	}
}

void
hs_jma_fit(struct hs_jma *jma)
{
	hs_notice *notice = jma->notice;

	if (jma->submission->text.len_bytes < SMALL_BYTES ||
		hs_message_packed_bytes(notice) <= NOTICE_ROOM_BYTES)
		return;
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL__NOT_SET;
	notice->weather = NULL;
	hs_jma_warn(jma, HS_FINDING_DETAIL_LEFT_OUT, jma->body, "", "detail_left_out");
	if (hs_message_packed_bytes(notice) > NOTICE_ROOM_BYTES)
		address_prefectures(jma);
}

enum hs_err
hs_jma_policy(struct hs_submission *submission)
{
	if (submission->principal->role != HS_ROLE_RELAYER)
		hs_finding_add(&submission->findings, HS_FINDING_ROLE_RELAYER,
			(struct hs_place){ "/Report", 1 }, "relayer", submission->principal->id);
	hs_policy_mode(submission);
	return submission->findings.errors ? HS_ERR_FORBIDDEN : HS_OK;
}
