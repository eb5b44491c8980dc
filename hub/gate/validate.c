/* validate.c: are the values of an L-Alert document what they claim to be? Area codes; texts of other kinds than orders
 * are in validate_texts.c, the rest is in checks.h.
 *
 * Area codes are brought into their right form here: a wrong check digit is told to the sender
 * and mended, so that the same place has the same code everywhere behind the gate.
 */
#include <string.h>

#include "hub/base/check.h"
#include "hub/gate/area_code.h"
#include "hub/gate/checks.h"
#include "hub/gate/stages.h"
#include "schemas/area_rules.h"

static const struct hs_text_rule evacuation_rules[] = {
	HS_RULE(hs_evacuation, disaster_name, name_chars, false, false),
	HS_RULE(hs_evacuation, complement, complement_chars, false, false),
};
static const struct hs_text_rule detail_rules[] = {
	HS_RULE(hs_evacuation_detail, sort, name_chars, true, false),
};
/* ---- areas ---- */

/* A code that was in force once is told with its successors, so that the sender knows what to write. */
static void
tell_unknown(struct hs_submission *submission, const hs_area *area)
{
	const struct hs_area_retired_row *retired = hs_area_retired_find(area->code);

	if (retired)
		hs_stage_finding(submission, HS_FINDING_AREA_RETIRED, &area->code,
			retired->successors, area->code);
	else
		hs_stage_finding(
			submission, HS_FINDING_AREA_UNKNOWN, &area->code, "jisX0402", area->code);
}

/* The code in its right form, or a finding. Areas that were derived from others (no trace) are
 * brought into form without a second finding. NULL: not usable. */
static const struct hs_area_row *
check_code(struct hs_submission *submission, hs_area *area)
{
	const struct hs_area_row *row = hs_area_by_five(area->code);
	bool derived = !hs_trace_find(&submission->traces, area);

	if (!row) {
		if (!derived)
			tell_unknown(submission, area);
		return NULL;
	}
	if (strcmp(row->code, area->code) != 0) {
		if (!derived)
			hs_stage_finding(submission, HS_FINDING_CHECK_DIGIT, &area->code, row->code,
				area->code);
		hs_notice_flag(submission->arena, submission->notice, "check_digit");
		area->code = hs_arena_strdup(submission->arena, row->code);
	}
	return area->code ? row : NULL;
}

static void
check_sub_code(struct hs_submission *submission, const hs_area *area)
{
	if (area->sub_code[0] == '\0')
		return;
	if (strlen(area->sub_code) != 12 || strspn(area->sub_code, "0123456789") != 12)
		hs_stage_finding(submission, HS_FINDING_VALUE_BAD, &area->sub_code, "12 digits",
			area->sub_code);
	else if (!hs_area_within(area->sub_code, area->code))
		hs_stage_finding(submission, HS_FINDING_SUB_CODE_FOREIGN, &area->sub_code,
			area->code, area->sub_code);
}

/* An order is for a municipality. */
static void
check_place(struct hs_submission *submission, hs_area *area)
{
	const struct hs_area_row *row = check_code(submission, area);

	hs_check_area_names(submission, area);
	if (row && hs_area_is_prefecture(row))
		hs_stage_finding(
			submission, HS_FINDING_AREA_PREFECTURE, &area->code, "", area->code);
	else if (row)
		check_sub_code(submission, area);
}

/* True when all areas of the body lie within that prefecture, and there is one. */
static bool
covers_places(const hs_evacuation *evacuation, const char *prefecture)
{
	size_t seen = 0;

	for (size_t i = 0; evacuation && i < evacuation->n_details; i++) {
		const hs_evacuation_detail *detail = evacuation->details[i];

		for (size_t k = 0; k < detail->n_areas; k++, seen++) {
			if (!hs_area_within(detail->areas[k]->area->code, prefecture))
				return false;
		}
	}
	return seen > 0;
}

/* What the notice is addressed to. A prefecture around the municipalities of an order is left out: it would widen it.
 * Other information may be for a whole prefecture. */
static void
check_addresses(struct hs_submission *submission)
{
	hs_notice *notice = submission->notice;
	size_t kept = 0;

	for (size_t i = 0; i < notice->n_areas; i++) {
		hs_area *area = notice->areas[i];
		const struct hs_area_row *row = check_code(submission, area);

		hs_check_area_names(submission, area);
		if (!row || !hs_area_is_prefecture(row) || !hs_notice_evacuation(notice)) {
			notice->areas[kept++] = area;
		} else if (covers_places(notice->evacuation, row->code)) {
			hs_stage_finding(
				submission, HS_FINDING_AREA_WIDE, &area->code, "", area->code);
		} else {
			hs_stage_finding(submission, HS_FINDING_AREA_PREFECTURE, &area->code, "",
				area->code);
		}
	}
	notice->n_areas = kept;
}

static void
check_evacuation(struct hs_submission *submission, const hs_evacuation *evacuation)
{
	HS_CHECK_TEXTS(submission, evacuation, evacuation_rules);
	for (size_t i = 0; i < evacuation->n_details; i++) {
		const hs_evacuation_detail *detail = evacuation->details[i];

		HS_CHECK_TEXTS(submission, detail, detail_rules);
		for (size_t k = 0; k < detail->n_areas; k++)
			check_place(submission, detail->areas[k]->area);
	}
}

/* Where a shelter stands; a shelter of a prefecture may say no more than that. */
static void
check_shelters(struct hs_submission *submission, const Hansho__V1__Shelter *shelter)
{
	for (size_t i = 0; i < shelter->n_items; i++) {
		hs_area *area = shelter->items[i]->area;

		if (area && area->code[0] && check_code(submission, area))
			check_sub_code(submission, area);
	}
}

enum hs_err
hs_lalert_validate(struct hs_submission *submission)
{
	hs_notice *notice = submission->notice;

	hs_check_common(submission);
	if (hs_notice_evacuation(notice))
		check_evacuation(submission, notice->evacuation);
	if (notice->detail_case == HANSHO__V1__NOTICE__DETAIL_SHELTER)
		check_shelters(submission, notice->shelter);
	hs_check_detail_texts(submission);
	check_addresses(submission);
	hs_check_times(submission);
	return submission->findings.errors ? HS_ERR_REFUSED : HS_OK;
}
