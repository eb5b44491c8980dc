#include "hub/rehearse/convert.h"

#include <string.h>

#include "hub/base/check.h"
#include "hub/gate/pipeline.h"
#include "hub/gate/settings.h"
#include "schemas/tables.h"

#define PREFECTURES_MAX 100 /* two digits */

/* Two digits of every prefecture of the table. */
static bool
all_prefectures(struct hs_arena *arena, struct hs_config_texts *out)
{
	size_t count;
	const struct hs_area_row *rows = hs_area_rows(&count);

	out->items = hs_arena_alloc(arena, PREFECTURES_MAX * sizeof(*out->items));
	for (size_t i = 0; out->items != NULL && i < count; i++) {
		if (out->count > 0 && strncmp(out->items[out->count - 1], rows[i].code, 2) == 0)
			continue;
		HS_CHECK(out->count < PREFECTURES_MAX); /* the table is in order */
		out->items[out->count++] = hs_arena_strndup(arena, rows[i].code, 2);
	}
	return !hs_arena_failed(arena);
}

static bool
neutral_principal(
	struct hs_arena *arena, const hs_notice *recorded, int role, struct hs_principal *out)
{
	static const char *statuses[] = { "Actual", "Exercise", "Test", "System" };

	*out = (struct hs_principal){ .id = "rehearsal",
		.organisation = "",
		.office = "",
		.code = recorded->source != NULL ? recorded->source->code : "",
		.statuses = { statuses, HS_COUNT(statuses) },
		.username = "",
		.password = "",
		.token = "",
		.source = recorded->document->source,
		.role = role };
	return all_prefectures(arena, &out->areas);
}

static void
describe_refusal(struct hs_arena *arena, const struct hs_findings *findings, const char **out)
{
	const struct hs_finding *first = hs_findings_first_error(findings);

	*out = first == NULL
		       ? "refused"
		       : hs_arena_printf(arena, "%s at %s %s", hs_finding_row(first->code)->code,
				 first->place.path, first->detail);
}

static enum hs_err
convert_as(struct hs_arena *arena, const struct hs_gate_limits *limits, const hs_notice *recorded,
	struct hs_span original, int role, struct hs_converted *out)
{
	const hs_times *times = recorded->times;
	struct hs_submission submission;
	struct hs_principal principal;
	enum hs_err err;

	*out = (struct hs_converted){ .refusal = "" };
	if (!neutral_principal(arena, recorded, role, &principal))
		return HS_ERR_NOMEM;
	hs_submission_begin(&submission, arena, limits);
	submission.principal = &principal;
	submission.bytes = original.bytes;
	submission.len_bytes = original.len_bytes;
	if (recorded->original != NULL && recorded->original->content_type[0] != '\0')
		submission.content_type = recorded->original->content_type;
	submission.mode =
		recorded->mode == HS_MODE(LIVE) ? (int)HS_MODE(LIVE) : (int)HS_MODE(DRILL);
	submission.guard.silent = recorded->silent;
	submission.received_unix_us =
		times != NULL && times->received != NULL ? times->received->unix_us : 0;
	err = hs_pipeline_run(&submission, NULL);
	if (err == HS_OK)
		out->notice = submission.notice;
	else if (err != HS_ERR_NOMEM)
		describe_refusal(arena, &submission.findings, &out->refusal);
	hs_submission_end(&submission);
	if (err == HS_ERR_NOMEM || (out->notice != NULL && !hs_notice_mark(arena, out->notice)))
		return HS_ERR_NOMEM;
	return hs_arena_failed(arena) ? HS_ERR_NOMEM : HS_OK;
}

enum hs_err
hs_convert_again(struct hs_arena *arena, const struct hs_gate_limits *limits,
	const hs_notice *recorded, struct hs_span original, struct hs_converted *out)
{
	bool relayed = recorded->cap != NULL || recorded->document->moments;
	struct hs_converted other;
	enum hs_err err = convert_as(
		arena, limits, recorded, original, relayed ? HS_ROLE_RELAYER : HS_ROLE_SENDER, out);

	if (err != HS_OK || out->notice != NULL)
		return err;
	err = convert_as(arena, limits, recorded, original,
		relayed ? HS_ROLE_SENDER : HS_ROLE_RELAYER, &other);
	if (err == HS_OK && other.notice != NULL)
		*out = other;
	return err;
}

enum hs_err
hs_convert_limits(const char *gate, struct hs_gate_limits *out, char why[HS_CONFIG_WHY])
{
	struct hs_gate_settings settings;
	struct hs_config *config = NULL;
	enum hs_err err;

	*out = hs_gate_limits_default;
	if (gate == NULL)
		return HS_OK;
	err = hs_config_load(gate, &hs_gate_settings_record, &settings, &config, why);
	if (err == HS_OK)
		*out = settings.limits;
	hs_config_free(config);
	return err;
}

/* What a document says of its sender; NULL: it cannot be read that far. */
static hs_notice *
learn(struct hs_arena *arena, const struct hs_gate_limits *limits, const hs_notice *nobody,
	struct hs_span original)
{
	struct hs_submission submission;
	struct hs_principal principal;
	hs_notice *notice;

	if (!neutral_principal(arena, nobody, HS_ROLE_SENDER, &principal))
		return NULL;
	hs_submission_begin(&submission, arena, limits);
	submission.principal = &principal;
	submission.bytes = original.bytes;
	submission.len_bytes = original.len_bytes;
	submission.mode = (int)nobody->mode;
	submission.received_unix_us = nobody->times->received->unix_us;
	(void)!hs_pipeline_run(&submission, NULL); /* refused: nobody has no rights */
	notice = submission.notice;
	hs_submission_end(&submission);
	return notice != NULL && notice->document != NULL ? notice : NULL;
}

enum hs_err
hs_convert_new(struct hs_arena *arena, const struct hs_gate_limits *limits, int mode,
	int64_t received_unix_us, struct hs_span original, struct hs_converted *out)
{
	hs_notice *nobody = HS_NEW(arena, &hansho__v1__notice__descriptor), *known;

	if (nobody == NULL)
		return HS_ERR_NOMEM;
	nobody->document = HS_NEW(arena, &hansho__v1__document__descriptor);
	nobody->source = HS_NEW(arena, &hansho__v1__source__descriptor);
	nobody->times = HS_NEW(arena, &hansho__v1__times__descriptor);
	if (nobody->document == NULL || nobody->source == NULL || nobody->times == NULL)
		return HS_ERR_NOMEM;
	nobody->mode = (Hansho__V1__Mode)mode;
	nobody->times->received = hs_time_new(arena, received_unix_us, 540);
	if (nobody->times->received == NULL)
		return HS_ERR_NOMEM;
	known = learn(arena, limits, nobody, original);
	if (known != NULL) {
		nobody->document->source = known->document->source;
		nobody->document->moments = known->document->moments;
		nobody->source = known->source != NULL ? known->source : nobody->source;
		nobody->cap = known->cap;
	}
	return hs_convert_again(arena, limits, nobody, original, out);
}
