/* checks.c: see checks.h. */
#include "hub/gate/checks.h"

#include <stdio.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/gate/stages.h"

/* ---- texts ---- */

static const struct hs_text_rule document_rules[] = {
	HS_RULE(hs_document, id, id_chars, true, true),
	HS_RULE(hs_document, source, id_chars, true, true),
	HS_RULE(hs_document, distribution_id, id_chars, true, true),
};
static const struct hs_text_rule source_rules[] = {
	HS_RULE(hs_source, code, id_chars, false, true),
	HS_RULE(hs_source, name, name_chars, false, false),
	HS_RULE(hs_source, office, name_chars, false, false),
	HS_RULE(hs_source, entered_by, name_chars, false, false),
};
static const struct hs_text_rule notice_rules[] = {
	HS_RULE(hs_notice, correction, complement_chars, false, false),
};
static const struct hs_text_rule area_rules[] = {
	HS_RULE(hs_area, name, name_chars, false, false),
	HS_RULE(hs_area, kana, name_chars, false, false),
};
static const struct hs_text_rule text_rules[] = {
	HS_RULE(hs_text, headline, headline_chars, false, false),
};

int64_t
hs_code_points(const char *text)
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

void
hs_check_texts(struct hs_submission *submission, const void *message,
	const struct hs_text_rule *rules, size_t count)
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
		if (hs_code_points(*field) <= limit)
			continue;
		snprintf(expected, sizeof(expected), "≤ %lld", (long long)limit);
		hs_stage_finding(submission, HS_FINDING_TOO_LONG, field, expected, *field);
	}
}

void
hs_check_common(struct hs_submission *submission)
{
	hs_notice *notice = submission->notice;

	HS_CHECK_TEXTS(submission, notice->document, document_rules);
	HS_CHECK_TEXTS(submission, notice->source, source_rules);
	HS_CHECK_TEXTS(submission, notice, notice_rules);
	for (size_t i = 0; i < notice->n_texts; i++)
		HS_CHECK_TEXTS(submission, notice->texts[i], text_rules);
}

void
hs_check_area_names(struct hs_submission *submission, const hs_area *area)
{
	HS_CHECK_TEXTS(submission, area, area_rules);
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

void
hs_check_times(struct hs_submission *submission)
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
