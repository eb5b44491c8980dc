#include "adapters/jalert/jalert_encode.h"

#include <stdio.h>
#include <string.h>

#include "adapters/jalert/jalert_words.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "schemas/tables.h"

#define CALLS	    2
#define ALERT_TIMES 3
#define TIMES_MAX   20
#define PAUSE_MS    150 /* between names that follow each other */

struct builder {
	struct hs_arena *arena;
	struct hs_announcement *out;
	const struct hs_plan_options *options;
	const struct hs_reading_names *names;
	const char *bank;  /* of the bodies: evacuation-4-issue */
	const char *drill; /* "drill-" or "" */
	int64_t places;	   /* that are named at most */
	bool full;
	bool nomem;
};

void
hs_plan_id(char out[HS_PLAN_ID_SIZE], enum hs_adapter_lane lane, const char *epoch, uint64_t seq)
{
	char part[9];
	hs_epoch8(part, epoch);
	snprintf(out, HS_PLAN_ID_SIZE, "%s-%s-%llu", hs_lane_name(lane), part,
		(unsigned long long)seq);
}

/* ---- sirens ---- */

static const struct hs_siren defaults[] = {
	{ 4, 60000, 5000, 2, 400, 0, HS_ALERT_EVACUATION },
	{ 5, 60000, 5000, 2, 400, 0, HS_ALERT_EVACUATION },
	{ 6, 60000, 5000, 2, 400, 0, HS_ALERT_EVACUATION },
};

struct hs_siren
hs_siren_for(const struct hs_plan_options *options, uint32_t level)
{
	for (size_t i = 0; i < options->siren_count; i++)
		if (options->sirens[i].kind == HS_ALERT_EVACUATION &&
			options->sirens[i].level == (int64_t)level)
			return options->sirens[i];
	for (size_t i = 0; i < HS_COUNT(defaults); i++)
		if (defaults[i].level == (int64_t)level)
			return defaults[i];
	return (struct hs_siren){ .level = (int64_t)level };
}

struct hs_siren
hs_siren_of(const struct hs_plan_options *options, enum hs_alert_kind kind)
{
	for (size_t i = 0; i < options->siren_count; i++)
		if (options->sirens[i].kind == (int)kind)
			return options->sirens[i];
	return hs_alert_row(kind)->siren;
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
tone_add(struct builder *builder, int64_t on_ms, int64_t frequency_hz, int64_t sweep_hz)
{
	segment_add(builder, (struct hs_segment){ .on_ms = on_ms,
				     .kind = HS_SEGMENT_TONE,
				     .frequency_hz = frequency_hz,
				     .sweep_hz = sweep_hz });
}

static void
chime_add(struct builder *builder, bool rising)
{
	static const int64_t notes_hz[] = { 440, 554, 659, 880 };
	for (size_t i = 0; i < HS_COUNT(notes_hz); i++)
		tone_add(builder, 500, notes_hz[rising ? i : HS_COUNT(notes_hz) - 1 - i], 0);
	silence_add(builder, builder->options->gap_ms);
}

static void
siren_add(struct builder *builder, const struct hs_siren *siren)
{
	for (int64_t i = 0; i < siren->times && i < TIMES_MAX; i++) {
		tone_add(builder, siren->on_ms, siren->frequency_hz, siren->sweep_hz);
		silence_add(builder, siren->off_ms);
	}
}

/* What is said again is read once. NULL: it was not said yet. */
static const struct hs_segment *
said_before(const struct builder *builder, const char *text)
{
	const struct hs_announcement *out = builder->out;
	for (size_t i = 0; i < out->segment_count; i++)
		if (out->segments[i].text == text)
			return &out->segments[i];
	return NULL;
}

static const char *
reading_of(struct builder *builder, const char *text)
{
	const struct hs_segment *said = text[0] != '\0' ? said_before(builder, text) : NULL;
	const char *reading = said ? said->reading
				   : hs_readings_apply(builder->options->readings, builder->arena,
					     text, builder->names);
	builder->nomem = builder->nomem || !reading;
	return reading;
}

static int64_t
speech_ms(const struct builder *builder, const char *reading)
{
	return (int64_t)hs_reading_morae(reading) * builder->options->mora_ms;
}

/* One piece of speech. bank: key in a bank; NULL: no memory. */
static void
speech_put(struct builder *builder, const char *text, const char *bank, int64_t pause_ms)
{
	const struct hs_segment *said = said_before(builder, text);
	const char *reading = said ? said->reading : reading_of(builder, text);
	builder->nomem = builder->nomem || !bank || !reading;
	if (builder->nomem)
		return;
	segment_add(builder,
		(struct hs_segment){ .on_ms = said ? said->on_ms : speech_ms(builder, reading),
			.kind = HS_SEGMENT_SPEECH,
			.text = text,
			.reading = reading,
			.bank = bank });
	silence_add(builder, pause_ms);
}

/* role: "" for a body; what it is else: "-call" belongs to what is announced, "closing" to everything. */
static void
speech_add(struct builder *builder, const char *text, const char *role)
{
	bool own = role[0] == '-' || role[0] == '\0';
	if (!text || text[0] == '\0') {
		builder->nomem = builder->nomem || !text;
		return;
	}
	speech_put(builder, text,
		hs_arena_printf(
			builder->arena, "%s%s%s", builder->drill, own ? builder->bank : "", role),
		builder->options->gap_ms);
}

/* The parts of one sentence. A bank has a recording of what never changes: it stands for all of them. */
static void
parts_add(struct builder *builder, const struct hs_saying *said, const char *role)
{
	for (size_t i = 0; i < said->count; i++) {
		bool last = i + 1 == said->count;
		const char *bank = i > 0 ? ""
					 : hs_arena_printf(builder->arena, "%s%s%s", builder->drill,
						   builder->bank, role);
		speech_put(builder, said->parts[i], bank,
			last		  ? builder->options->gap_ms
			: said->pauses[i] ? PAUSE_MS
					  : 0);
	}
}

/* Siren or chime: a drill gets a chime unless the settings say otherwise. */
static void
signal_add(struct builder *builder, const hs_notice *notice, const struct hs_siren *siren)
{
	bool drill = notice->mode != HS_MODE(LIVE);
	if (siren->times > 0 && (!drill || builder->options->drill_siren))
		siren_add(builder, siren);
	else
		chime_add(builder, true);
}

/* ---- readings of this notice's names ---- */

static size_t
name_add(struct hs_reading *names, size_t count, const char *name, const char *kana)
{
	if (!name || !kana || name[0] == '\0' || kana[0] == '\0')
		return count;
	names[count] = (struct hs_reading){ name, kana };
	return count + 1;
}

static enum hs_err
names_collect(struct builder *builder, const hs_notice *notice, const char *name, const char *kana)
{
	const hs_evacuation *evacuation = hs_notice_evacuation(notice);
	size_t room = 2 + notice->n_areas;
	for (size_t i = 0; evacuation && i < evacuation->n_details; i++)
		room += evacuation->details[i]->n_areas;
	struct hs_reading *names = hs_arena_alloc(builder->arena, room * sizeof(*names));
	if (!names)
		return HS_ERR_NOMEM;
	size_t count = name_add(names, 0, name, kana);
	for (size_t i = 0; i < notice->n_areas; i++)
		count = name_add(names, count, notice->areas[i]->name, notice->areas[i]->kana);
	for (size_t i = 0; evacuation && i < evacuation->n_details; i++) {
		const hs_evacuation_detail *detail = evacuation->details[i];
		for (size_t j = 0; j < detail->n_areas; j++)
			if (detail->areas[j]->area)
				count = name_add(names, count, detail->areas[j]->area->name,
					detail->areas[j]->area->kana);
	}
	builder->names = hs_reading_names_make(builder->arena, names, count);
	return builder->names ? HS_OK : HS_ERR_NOMEM;
}

/* ---- the announcement ---- */

/* Level and siren of what is said: an order that a cancel brings back is an order for those who hear it, what ends
 * one has no level. */
static void
opening_add(struct builder *builder, const hs_notice *notice, const struct hs_municipal *municipal)
{
	const struct hs_force_group *top = hs_municipal_top(municipal);
	bool end = municipal->ordered.count == 0 && municipal->returned.count == 0;
	struct hs_siren siren = hs_siren_for(builder->options, end ? 0 : hs_group_loudness(top));
	builder->out->level = end ? 0 : top->level;
	signal_add(builder, notice, &siren);
}

/* Easy Japanese of an order: what its level asks. */
static const char *
easy_of(struct builder *builder, const char *mark)
{
	const struct hs_level_display *display = hs_level_display(builder->out->level);
	if (!display || display->action_easy[0] == '\0')
		return "";
	return hs_arena_printf(builder->arena, "%s%s。%s", mark, display->action_easy, mark);
}

/* For displays: once, with the marks of a drill in its first and last place. */
static void
texts_fill(struct builder *builder, const hs_notice *notice, const struct hs_words *words,
	const char *easy)
{
	struct hs_announcement *out = builder->out;
	const char *mark = hs_mode_mark((int)notice->mode, "ja");
	const char *easy_mark = hs_mode_mark((int)notice->mode, "ja-x-easy");
	if (builder->nomem)
		return;
	out->text = hs_arena_printf(builder->arena, "%s%s%s%s%s%s", mark, words->before,
		words->call, words->body, words->closing, mark);
	out->easy = easy ? hs_arena_printf(builder->arena, "%s%s%s", easy_mark, easy, easy_mark)
			 : easy_of(builder, easy_mark);
	const char *parts[] = { reading_of(builder, mark), reading_of(builder, words->before),
		reading_of(builder, words->call), reading_of(builder, words->body),
		reading_of(builder, words->closing) };
	if (builder->nomem)
		return;
	out->reading = hs_arena_printf(builder->arena, "%s%s%s%s%s%s", parts[0], parts[1], parts[2],
		parts[3], parts[4], parts[0]);
	builder->nomem = !out->text || !out->reading || !out->easy;
}

/* Said in easy Japanese, behind the last body; not at all where it is switched off. */
static void
easy_add(struct builder *builder, const hs_notice *notice, const char *easy)
{
	if (!easy || (builder->options->easy_speech && easy[0] != '\0'))
		speech_add(builder, easy ? hs_words_easy(builder->arena, notice, easy) : NULL,
			"-easy");
}

static void
bank_set(struct builder *builder, const hs_notice *notice, enum hs_alert_kind kind, uint32_t level,
	const char *phase)
{
	builder->drill = notice->mode == HS_MODE(LIVE) ? "" : "drill-";
	builder->bank =
		hs_arena_printf(builder->arena, "%s-%u-%s", hs_alert_row(kind)->word, level, phase);
	builder->nomem = builder->nomem || !builder->bank;
}

/* A recorded order names its level: that of what it orders, not that of what it lowers. */
static uint32_t
bank_level(const struct hs_municipal *municipal)
{
	return municipal->ordered.count > 0 ? hs_group_loudness(municipal->ordered.groups[0])
					    : hs_municipal_loudness(municipal);
}

static void
announcement_fill(
	struct builder *builder, const hs_notice *notice, const struct hs_municipal *municipal)
{
	struct hs_words words = hs_words_make(builder->arena, notice, municipal);
	bank_set(builder, notice, HS_ALERT_EVACUATION, bank_level(municipal),
		hs_words_phase(notice, municipal));
	speech_add(builder, words.before, "before");
	opening_add(builder, notice, municipal);
	for (int i = 0; i < CALLS; i++)
		speech_add(builder, words.call, "-call");
	for (int64_t i = 0; i < builder->options->repeats && i < TIMES_MAX; i++)
		speech_add(builder, words.body, "");
	easy_add(builder, notice, easy_of(builder, ""));
	speech_add(builder, words.closing, "closing");
	/* The last thing that a drill's listeners hear is that it was one. */
	if (notice->mode == HS_MODE(LIVE))
		chime_add(builder, false);
	texts_fill(builder, notice, &words, NULL);
}

static bool
phrase(struct builder *builder, const hs_notice *notice, const struct hs_alert *alert, bool easy,
	struct hs_saying *out)
{
	return hs_phrase_say(builder->options->phrases, builder->arena, alert, notice,
		(size_t)builder->places, easy, out);
}

static void
alert_fill(struct builder *builder, const hs_notice *notice, const struct hs_alert *alert)
{
	const struct hs_alert_row *row = hs_alert_row(alert->kind);
	struct hs_siren siren = hs_siren_of(builder->options, alert->kind);
	struct hs_words words;
	struct hs_saying said, easy;
	bank_set(builder, notice, alert->kind, 0, alert->phase);
	if (!phrase(builder, notice, alert, false, &said) ||
		!phrase(builder, notice, alert, true, &easy) ||
		!hs_words_alert(builder->arena, notice, alert, &said, &easy, &words)) {
		builder->nomem = true;
		return;
	}
	if (strcmp(alert->phase, "lift") == 0)
		siren.times = 0;
	speech_add(builder, words.before, "before");
	for (int i = 0; i < ALERT_TIMES; i++) {
		if (i == 0 || (row->siren_each && siren.times > 0))
			signal_add(builder, notice, &siren);
		parts_add(builder, &said, "");
	}
	if (builder->options->easy_speech)
		parts_add(builder, &easy, "-easy");
	speech_add(builder, words.closing, "closing");
	if (notice->mode == HS_MODE(LIVE))
		chime_add(builder, false);
	texts_fill(builder, notice, &words, easy.text);
}

/* Loudspeakers that take turns: each group begins when the one before is silent. What must not wait goes to all at once. */
static void
plan_time(struct hs_plan *plan, const struct hs_plan_options *options, int64_t longest_ms)
{
	bool turns = options->groups && options->groups->count > 1 &&
		     plan->priority > HS_PRIORITY_TSUNAMI;
	int64_t rounds = turns ? (int64_t)options->groups->count : 1;
	plan->groups = turns ? options->groups : NULL;
	plan->group_pause_ms = options->group_pause_ms;
	plan->turn_ms = longest_ms;
	plan->duration_ms = rounds * longest_ms + (rounds - 1) * options->group_pause_ms;
}

static enum hs_err
plan_add(struct builder *builder, struct hs_plan *plan, uint32_t priority)
{
	const struct hs_plan_options *options = builder->options;
	struct hs_announcement *out = builder->out;
	bool emergency = hs_alert_is_emergency(out->kind);
	int64_t volume = plan->lane != HS_LANE_LIVE ? options->drill_volume
			 : emergency		    ? options->emergency_volume
						    : options->live_volume;
	if (builder->nomem)
		return HS_ERR_NOMEM;
	if (builder->full)
		return HS_ERR_TOO_LARGE;
	if (plan->announcement_count == 0 || priority < plan->priority)
		plan->priority = priority;
	if (!hs_repeat(builder->arena, &plan->announcement_count, &plan->announcements, out))
		return HS_ERR_NOMEM;
	plan->volume = volume > plan->volume ? volume : plan->volume;
	plan->repeats = out->kind == HS_ALERT_EVACUATION ? options->repeats : ALERT_TIMES;
	plan_time(
		plan, options, out->duration_ms > plan->turn_ms ? out->duration_ms : plan->turn_ms);
	return HS_OK;
}

enum hs_err
hs_plan_announce(struct hs_arena *arena, struct hs_plan *plan, const struct hs_municipal *municipal,
	const struct hs_plan_options *options)
{
	struct hs_announcement *out = hs_arena_alloc(arena, sizeof(*out));
	struct builder builder = { .arena = arena, .out = out, .options = options };
	if (!out)
		return HS_ERR_NOMEM;
	out->code = municipal->code;
	out->name = municipal->name;
	out->kana = municipal->kana;
	out->kind = HS_ALERT_EVACUATION;
	enum hs_err err = names_collect(&builder, plan->notice, municipal->name, municipal->kana);
	if (err != HS_OK)
		return err;
	announcement_fill(&builder, plan->notice, municipal);
	uint32_t loudness = hs_municipal_loudness(municipal);
	return plan_add(&builder, plan,
		loudness >= 5	? HS_PRIORITY_LEVEL5
		: loudness == 4 ? HS_PRIORITY_LEVEL4
				: HS_PRIORITY_NORMAL);
}

enum hs_err
hs_plan_words(struct hs_arena *arena, const struct hs_plan_options *options,
	const char *const *words, size_t count, struct hs_announcement **out)
{
	struct hs_announcement *made = hs_arena_alloc(arena, sizeof(*made));
	struct builder builder = { .arena = arena, .out = made, .options = options };
	if (!made)
		return HS_ERR_NOMEM;
	made->code = made->name = made->kana = "";
	for (size_t i = 0; i < count; i++)
		speech_put(&builder, words[i], "", 0);
	*out = made;
	return builder.nomem ? HS_ERR_NOMEM : builder.full ? HS_ERR_TOO_LARGE : HS_OK;
}

static void
alert_build(struct builder *builder, const hs_notice *notice, const struct hs_alert *alert,
	int64_t places)
{
	*builder->out = (struct hs_announcement){
		.code = alert->code, .name = alert->name, .kana = alert->kana, .kind = alert->kind
	};
	builder->full = false;
	builder->places = places;
	alert_fill(builder, notice, alert);
}

/* As many places as there is room for: names must never cost the announcement itself. */
static void
alert_fit(struct builder *builder, const hs_notice *notice, const struct hs_alert *alert)
{
	int64_t fits = 0, too_many = builder->options->places_max;
	alert_build(builder, notice, alert, too_many);
	if (!builder->full)
		return;
	while (too_many - fits > 1) {
		int64_t places = (fits + too_many) / 2;
		alert_build(builder, notice, alert, places);
		*(builder->full ? &too_many : &fits) = places;
	}
	alert_build(builder, notice, alert, fits);
}

enum hs_err
hs_plan_alert(struct hs_arena *arena, struct hs_plan *plan, const struct hs_alert *alert,
	const struct hs_plan_options *options)
{
	struct hs_announcement *out = hs_arena_alloc(arena, sizeof(*out));
	struct builder builder = { .arena = arena, .out = out, .options = options };
	if (!out)
		return HS_ERR_NOMEM;
	enum hs_err err = names_collect(&builder, plan->notice, alert->name, alert->kana);
	if (err != HS_OK)
		return err;
	alert_fit(&builder, plan->notice, alert);
	return plan_add(&builder, plan, hs_alert_row(alert->kind)->priority);
}
