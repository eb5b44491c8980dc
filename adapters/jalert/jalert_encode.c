#include "adapters/jalert/jalert_encode.h"

#include <jansson.h>
#include <string.h>

#include "adapters/jalert/jalert_words.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"

#define CALLS	  2
#define TIMES_MAX 20

struct builder {
	struct hs_arena *arena;
	struct hs_announcement *out;
	const struct hs_plan_options *options;
	struct hs_reading *names;
	size_t name_count;
	bool full;
	bool nomem;
};

/* ---- sirens ---- */

static const struct hs_siren defaults[] = {
	{ 4, 60000, 5000, 2, 400 },
	{ 5, 60000, 5000, 2, 400 },
	{ 6, 60000, 5000, 2, 400 },
};

struct hs_siren
hs_siren_for(const struct hs_plan_options *options, uint32_t level)
{
	for (size_t i = 0; i < options->siren_count; i++)
		if (options->sirens[i].level == (int64_t)level)
			return options->sirens[i];
	for (size_t i = 0; i < HS_COUNT(defaults); i++)
		if (defaults[i].level == (int64_t)level)
			return defaults[i];
	return (struct hs_siren){ .level = (int64_t)level };
}

/* ---- segments ---- */

static void
segment_add(struct builder *builder, struct hs_segment segment)
{
	struct hs_announcement *out = builder->out;
	if (out->segment_count == HS_SEGMENTS_MAX) {
		builder->full = true;
		return;
	}
	segment.at_ms = out->duration_ms;
	out->duration_ms += segment.on_ms;
	out->segments[out->segment_count++] = segment;
}

static void
silence_add(struct builder *builder, int64_t on_ms)
{
	if (on_ms > 0)
		segment_add(
			builder, (struct hs_segment){ .on_ms = on_ms, .kind = HS_SEGMENT_SILENCE });
}

static void
tone_add(struct builder *builder, int64_t on_ms, int64_t frequency_hz)
{
	segment_add(builder,
		(struct hs_segment){
			.on_ms = on_ms, .kind = HS_SEGMENT_TONE, .frequency_hz = frequency_hz });
}

static void
chime_add(struct builder *builder, bool rising)
{
	static const int64_t notes_hz[] = { 440, 554, 659, 880 };
	for (size_t i = 0; i < HS_COUNT(notes_hz); i++)
		tone_add(builder, 500, notes_hz[rising ? i : HS_COUNT(notes_hz) - 1 - i]);
	silence_add(builder, builder->options->gap_ms);
}

static void
siren_add(struct builder *builder, const struct hs_siren *siren)
{
	for (int64_t i = 0; i < siren->times && i < TIMES_MAX; i++) {
		tone_add(builder, siren->on_ms, siren->frequency_hz);
		silence_add(builder, siren->off_ms);
	}
}

static void
speech_add(struct builder *builder, const char *text)
{
	if (!text || text[0] == '\0') {
		builder->nomem = builder->nomem || !text;
		return;
	}
	const char *reading = hs_readings_apply(builder->options->readings, builder->arena, text,
		builder->names, builder->name_count);
	if (!reading) {
		builder->nomem = true;
		return;
	}
	segment_add(builder, (struct hs_segment){ .on_ms = (int64_t)hs_reading_morae(reading) *
							   builder->options->mora_ms,
				     .kind = HS_SEGMENT_SPEECH,
				     .text = text,
				     .reading = reading });
	silence_add(builder, builder->options->gap_ms);
}

/* ---- readings of this notice's names ---- */

static void
name_add(struct builder *builder, const char *name, const char *kana)
{
	if (name && kana && name[0] != '\0' && kana[0] != '\0')
		builder->names[builder->name_count++] = (struct hs_reading){ name, kana };
}

static enum hs_err
names_collect(
	struct builder *builder, const hs_notice *notice, const struct hs_municipal *municipal)
{
	const hs_evacuation *evacuation = hs_notice_evacuation(notice);
	size_t room = 2 + notice->n_areas;
	for (size_t i = 0; evacuation && i < evacuation->n_details; i++)
		room += evacuation->details[i]->n_areas;
	builder->names = hs_arena_alloc(builder->arena, room * sizeof(*builder->names));
	if (!builder->names)
		return HS_ERR_NOMEM;
	name_add(builder, municipal->name, municipal->kana);
	for (size_t i = 0; i < notice->n_areas; i++)
		name_add(builder, notice->areas[i]->name, notice->areas[i]->kana);
	for (size_t i = 0; evacuation && i < evacuation->n_details; i++) {
		const hs_evacuation_detail *detail = evacuation->details[i];
		for (size_t j = 0; j < detail->n_areas; j++)
			if (detail->areas[j]->area)
				name_add(builder, detail->areas[j]->area->name,
					detail->areas[j]->area->kana);
	}
	return HS_OK;
}

/* ---- the announcement ---- */

static void
opening_add(struct builder *builder, const hs_notice *notice)
{
	bool drill = notice->mode != HS_MODE(LIVE);
	const struct hs_municipal *municipal = builder->out->municipal;
	/* An order that a cancel brings back is an order for those who hear it. */
	bool end = municipal->ordered.count == 0 && municipal->returned.count == 0;
	struct hs_siren siren = hs_siren_for(
		builder->options, end ? 0 : hs_group_loudness(hs_municipal_top(municipal)));
	if (siren.times > 0 && (!drill || builder->options->drill_siren))
		siren_add(builder, &siren);
	else
		chime_add(builder, true);
}

static void
announcement_fill(struct builder *builder, const hs_notice *notice)
{
	struct hs_announcement *out = builder->out;
	struct hs_words words = hs_words_make(builder->arena, notice, out->municipal);
	const char *mark = hs_mode_mark((int)notice->mode, "ja");
	speech_add(builder, words.before);
	opening_add(builder, notice);
	for (int i = 0; i < CALLS; i++)
		speech_add(builder, words.call);
	for (int64_t i = 0; i < builder->options->repeats && i < TIMES_MAX; i++)
		speech_add(builder, words.body);
	speech_add(builder, words.closing);
	/* The last thing that a drill's listeners hear is that it was one. */
	if (notice->mode == HS_MODE(LIVE))
		chime_add(builder, false);
	if (builder->nomem)
		return;
	out->text = hs_arena_printf(builder->arena, "%s%s%s%s%s%s", mark, words.before, words.call,
		words.body, words.closing, mark);
	if (out->text)
		out->reading = hs_readings_apply(builder->options->readings, builder->arena,
			out->text, builder->names, builder->name_count);
	builder->nomem = !out->text || !out->reading;
}

enum hs_err
hs_plan_announce(struct hs_arena *arena, struct hs_plan *plan, const struct hs_municipal *municipal,
	const struct hs_plan_options *options)
{
	struct hs_announcement *out = hs_arena_alloc(arena, sizeof(*out));
	struct builder builder = { .arena = arena, .out = out, .options = options };
	if (!out)
		return HS_ERR_NOMEM;
	out->municipal = municipal;
	out->loudness = hs_municipal_loudness(municipal);
	enum hs_err err = names_collect(&builder, plan->notice, municipal);
	if (err != HS_OK)
		return err;
	announcement_fill(&builder, plan->notice);
	if (builder.nomem)
		return HS_ERR_NOMEM;
	if (builder.full)
		return HS_ERR_TOO_LARGE;
	if (!hs_repeat(arena, &plan->announcement_count, &plan->announcements, out))
		return HS_ERR_NOMEM;
	plan->volume = plan->lane == HS_LANE_LIVE ? options->live_volume : options->drill_volume;
	plan->repeats = options->repeats;
	if (out->duration_ms > plan->duration_ms)
		plan->duration_ms = out->duration_ms;
	return HS_OK;
}

/* ---- JSON ---- */

static json_t *
segment_json(const struct hs_segment *segment)
{
	static const char *const kinds[] = { "tone", "speech", "silence" };
	json_t *json = json_pack("{s:I, s:I, s:s}", "at_ms", (json_int_t)segment->at_ms, "on_ms",
		(json_int_t)segment->on_ms, "kind", kinds[segment->kind]);
	if (json && segment->kind == HS_SEGMENT_TONE)
		json_object_set_new(
			json, "frequency_hz", json_integer((json_int_t)segment->frequency_hz));
	if (json && segment->kind == HS_SEGMENT_SPEECH) {
		json_object_set_new(json, "text", json_string(segment->text));
		json_object_set_new(json, "reading", json_string(segment->reading));
	}
	return json;
}

static json_t *
announcement_json(const struct hs_announcement *announcement)
{
	const struct hs_municipal *municipal = announcement->municipal;
	const struct hs_force_group *top = hs_municipal_top(municipal);
	json_t *segments = json_array();
	for (size_t i = 0; i < announcement->segment_count; i++)
		json_array_append_new(segments, segment_json(&announcement->segments[i]));
	/* What ends an order has no level. */
	bool order = municipal->ordered.count > 0 || municipal->returned.count > 0;
	uint32_t level = order ? top->level : 0;
	return json_pack("{s:{s:s, s:s, s:s}, s:i, s:s, s:s, s:I, s:o}", "area", "code",
		municipal->code, "name", municipal->name, "kana", municipal->kana, "level",
		(int)level, "text", announcement->text, "reading", announcement->reading,
		"duration_ms", (json_int_t)announcement->duration_ms, "segments", segments);
}

static const char *
word(const ProtobufCEnumDescriptor *type, int value, char out[64])
{
	const char *known = hs_enum_word(type, value, out);
	return known ? known : "unknown";
}

char *
hs_plan_json(const struct hs_plan *plan)
{
	const hs_document *document = plan->notice->document;
	char mode[64], action[64], expires[HS_RFC3339_SIZE];
	json_t *list = json_array();
	for (size_t i = 0; i < plan->announcement_count; i++)
		json_array_append_new(list, announcement_json(plan->announcements[i]));
	hs_rfc3339_format(plan->expires_unix_us, HS_JST_MINUTES, expires);
	json_t *json = json_pack("{s:s, s:s, s:s, s:s, s:i, s:I, s:I, s:s, s:I,"
				 " s:{s:s, s:I, s:{s:s, s:s, s:i}}, s:o}",
		"id", plan->id, "lane", hs_lane_name(plan->lane), "mode",
		word(&hansho__v1__mode__descriptor, (int)plan->notice->mode, mode), "action",
		word(&hansho__v1__action__descriptor, (int)plan->notice->action, action),
		"priority", (int)plan->notice->priority, "volume", (json_int_t)plan->volume,
		"repeats", (json_int_t)plan->repeats, "expires", expires, "duration_ms",
		(json_int_t)plan->duration_ms, "notice", "epoch", plan->epoch, "seq",
		(json_int_t)plan->seq, "document", "source", document ? document->source : "", "id",
		document ? document->id : "", "revision", document ? (int)document->revision : 0,
		"announcements", list);
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	return text;
}
