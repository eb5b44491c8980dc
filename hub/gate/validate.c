/* validate.c: are the values what they claim to be? Lengths, identities, area codes, clocks.
 *
 * Area codes are brought into their right form here: a wrong check digit is told to the sender
 * and mended, so that the same place has the same code everywhere behind the gate.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/gate/area_code.h"
#include "hub/gate/stages.h"

/* ---- texts ---- */

struct text_rule {
	size_t offset;		 /* of the char * in its message */
	size_t limit;		 /* offset in struct hs_gate_limits */
	bool required, identity; /* identity: part of a key, so no blanks, controls or '|' */
	const char *name;
};

#define HS_RULE(type, field, limit, required, identity)                                            \
	{                                                                                          \
		offsetof(type, field), offsetof(struct hs_gate_limits, limit), required, identity, \
			#field                                                                     \
	}

static const struct text_rule document_rules[] = {
	HS_RULE(hs_document, id, id_chars, true, true),
	HS_RULE(hs_document, source, id_chars, true, true),
	HS_RULE(hs_document, distribution_id, id_chars, true, true),
};
static const struct text_rule source_rules[] = {
	HS_RULE(hs_source, code, id_chars, false, true),
	HS_RULE(hs_source, name, name_chars, false, false),
	HS_RULE(hs_source, office, name_chars, false, false),
	HS_RULE(hs_source, entered_by, name_chars, false, false),
};
static const struct text_rule notice_rules[] = {
	HS_RULE(hs_notice, correction, complement_chars, false, false),
};
static const struct text_rule evacuation_rules[] = {
	HS_RULE(hs_evacuation, disaster_name, name_chars, false, false),
	HS_RULE(hs_evacuation, complement, complement_chars, false, false),
};
static const struct text_rule detail_rules[] = {
	HS_RULE(hs_evacuation_detail, sort, name_chars, true, false),
};
static const struct text_rule area_rules[] = {
	HS_RULE(hs_area, name, name_chars, false, false),
	HS_RULE(hs_area, kana, name_chars, false, false),
};
static const struct text_rule text_rules[] = {
	HS_RULE(hs_text, headline, headline_chars, false, false),
};

static int64_t
code_points(const char *text)
{
	int64_t count = 0;

	for (; *text; text++)
		count += ((unsigned char)*text & 0xC0) != 0x80;
	return count;
}

static bool
is_identity(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text <= ' ' || *text == '|' || *text == 0x7F)
			return false;
	}
	return true;
}

static void
check_texts(struct hs_submission *submission, const void *message, const struct text_rule *rules,
	size_t count)
{
	for (size_t i = 0; message && i < count; i++) {
		char *const *field =
			(char *const *)(const void *)((const char *)message + rules[i].offset);
		int64_t limit = *(const int64_t *)(const void *)((const char *)submission->limits +
								 rules[i].limit);
		char expected[48];

		if (rules[i].required && (*field)[0] == '\0')
			hs_stage_finding(
				submission, HS_FINDING_ELEMENT_MISSING, field, rules[i].name, "");
		if (rules[i].identity && !is_identity(*field))
			hs_stage_finding(
				submission, HS_FINDING_VALUE_BAD, field, "no blanks, no |", *field);
		if (code_points(*field) <= limit)
			continue;
		snprintf(expected, sizeof(expected), "≤ %lld", (long long)limit);
		hs_stage_finding(submission, HS_FINDING_TOO_LONG, field, expected, *field);
	}
}

#define HS_CHECK_TEXTS(submission, message, rules) \
	check_texts(submission, message, rules, HS_COUNT(rules))

/* ---- areas ---- */

/* The code in its right form, or a finding. Areas that were derived from others (no trace) are
 * brought into form without a second finding. NULL: not usable. */
static const struct hs_area_row *
check_code(struct hs_submission *submission, hs_area *area)
{
	const struct hs_area_row *row = hs_area_by_five(area->code);
	bool derived = !hs_trace_find(&submission->traces, area);

	if (!row) {
		if (!derived)
			hs_stage_finding(submission, HS_FINDING_AREA_UNKNOWN, &area->code,
				"jisX0402", area->code);
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

static void
check_place(struct hs_submission *submission, hs_area *area)
{
	const struct hs_area_row *row = check_code(submission, area);

	HS_CHECK_TEXTS(submission, area, area_rules);
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

/* What the notice is addressed to. A prefecture around the body's municipalities is left out: it
 * would widen the order. */
static void
check_addresses(struct hs_submission *submission)
{
	hs_notice *notice = submission->notice;
	size_t kept = 0;

	for (size_t i = 0; i < notice->n_areas; i++) {
		hs_area *area = notice->areas[i];
		const struct hs_area_row *row = check_code(submission, area);

		HS_CHECK_TEXTS(submission, area, area_rules);
		if (!row || !hs_area_is_prefecture(row)) {
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

/* ---- clocks ---- */

static void
check_ahead(struct hs_submission *submission, const hs_time *time)
{
	int64_t latest = submission->received_unix_us + submission->limits->future_s * HS_US_PER_S;
	char text[HS_RFC3339_SIZE];

	if (!time || time->unix_us <= latest)
		return;
	hs_rfc3339_format(time->unix_us, time->offset_minutes, text);
	hs_stage_finding(submission, HS_FINDING_FUTURE_TIME, time, "", text);
	hs_notice_flag(submission->arena, submission->notice, "future_time");
}

/* Only the newest order of the document: the older ones of a full snapshot are old by right. */
static void
check_age(struct hs_submission *submission, const hs_time *ordered)
{
	const struct hs_gate_limits *limits = submission->limits;
	int64_t age_s;
	char text[32];
	bool old;

	if (!ordered || submission->notice->action == HS_ACTION(CANCEL))
		return;
	age_s = (submission->received_unix_us - ordered->unix_us) / HS_US_PER_S;
	if (age_s <= limits->late_s)
		return;
	old = age_s > limits->old_s;
	snprintf(text, sizeof(text), "%lld min", (long long)(age_s / 60));
	hs_stage_finding(
		submission, old ? HS_FINDING_OLD_ORDER : HS_FINDING_LATE_ENTRY, ordered, "", text);
	hs_notice_flag(submission->arena, submission->notice, old ? "old_order" : "late_entry");
}

static void
check_times(struct hs_submission *submission)
{
	const hs_times *times = submission->notice->times;

	check_ahead(submission, times->ordered);
	check_ahead(submission, times->reported);
	check_ahead(submission, times->created);
	check_ahead(submission, times->sent);
	check_age(submission, times->ordered);
	if (times->valid_until && times->valid_until->unix_us < submission->received_unix_us) {
		hs_stage_finding(submission, HS_FINDING_EXPIRED, times->valid_until, "", "");
		hs_notice_flag(submission->arena, submission->notice, "expired");
	}
}

enum hs_err
hs_stage_validate(struct hs_submission *submission)
{
	hs_notice *notice = submission->notice;

	HS_CHECK_TEXTS(submission, notice->document, document_rules);
	HS_CHECK_TEXTS(submission, notice->source, source_rules);
	HS_CHECK_TEXTS(submission, notice, notice_rules);
	for (size_t i = 0; i < notice->n_texts; i++)
		HS_CHECK_TEXTS(submission, notice->texts[i], text_rules);
	if (notice->evacuation)
		check_evacuation(submission, notice->evacuation);
	check_addresses(submission);
	check_times(submission);
	return submission->findings.errors ? HS_ERR_REFUSED : HS_OK;
}
