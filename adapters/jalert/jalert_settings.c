#include <string.h>
#include <unistd.h>

#include "adapters/jalert/ahead.h"
#include "adapters/jalert/auto_start.h"
#include "adapters/jalert/jalert.h"
#include "adapters/jalert/jalert_encode.h"
#include "adapters/jalert/readings.h"
#include "hub/base/check.h"
#include "hub/base/look.h"
#include "schemas/tables.h"

#define S(member) offsetof(struct hs_siren, member)
#define J(member) offsetof(struct hs_jalert_settings, member)

static const struct hs_config_item siren_items[] = {
	{ "level", HS_CONFIG_INT, S(level), "level", 0, 6, "0",
		"Alert level of this pattern; 6: restricted zone or unknown term; 0: lifts and "
		"cancels.",
		NULL },
	{ "on_ms", HS_CONFIG_INT, S(on_ms), "ms", 0, 120000, "60000", "How long each tone sounds.",
		NULL },
	{ "off_ms", HS_CONFIG_INT, S(off_ms), "ms", 0, 120000, "5000", "Silence after each tone.",
		NULL },
	{ "times", HS_CONFIG_INT, S(times), "times", 0, 20, "2",
		"How often; 0: a chime instead of a siren.", NULL },
	{ "frequency_hz", HS_CONFIG_INT, S(frequency_hz), "Hz", 100, 4000, "400",
		"Frequency of the synthetic tone.", NULL },
	{ "sweep_hz", HS_CONFIG_INT, S(sweep_hz), "Hz", 0, 4000, "0",
		"Frequency at which each tone ends; 0: a steady tone.", NULL },
	{ "kind", HS_CONFIG_ENUM, S(kind), HS_ALERT_WORDS, 0, 0, "evacuation",
		"What the pattern is for; level counts for evacuation only.", NULL },
};

static const struct hs_config_record siren_record = { siren_items, HS_COUNT(siren_items),
	sizeof(struct hs_siren) };

static const struct hs_config_item items[] = {
	{ "plan_dir", HS_CONFIG_TEXT, J(plan_dir), "path", 0, 4096, "",
		"Folder in which every plan is written as a file; empty: none.", NULL },
	{ "controller_url", HS_CONFIG_TEXT, J(controller_url), "url", 0, 512, "",
		"nng address of the auto-starter that plays the plans; empty: none.", NULL },
	{ "readings", HS_CONFIG_TEXT, J(readings), "path", 0, 4096, "",
		"CSV file with readings of local place names (word,reading), added to the built-in "
		"table.",
		NULL },
	{ "areas", HS_CONFIG_TEXTS, J(areas), "codes", 0, 2000, "",
		"Municipalities or prefectures that this installation serves; empty: all.", NULL },
	{ "level_min", HS_CONFIG_INT, J(level_min), "level", 0, 5, "3",
		"Orders (and their ends) below this level are not announced.", NULL },
	{ "repeats", HS_CONFIG_INT, J(voice.repeats), "times", 1, 10, "2",
		"How often the body is read out.", NULL },
	{ "gap_ms", HS_CONFIG_INT, J(voice.gap_ms), "ms", 0, 10000, "1500",
		"Silence between the parts, so that echoes die away.", NULL },
	{ "mora_ms", HS_CONFIG_INT, J(voice.mora_ms), "ms", 80, 500, "180",
		"Speed of speech, for the time plan: milliseconds per kana.", NULL },
	{ "live_volume", HS_CONFIG_INT, J(voice.live_volume), "percent", 1, 100, "100",
		"Volume of real announcements, lifts and cancels alike.", NULL },
	{ "drill_volume", HS_CONFIG_INT, J(voice.drill_volume), "percent", 1, 100, "50",
		"Volume of drills.", NULL },
	{ "emergency_volume", HS_CONFIG_INT, J(voice.emergency_volume), "percent", 1, 100, "100",
		"Volume of civil protection, early warnings, tsunami and special warnings, and of "
		"their ends and cancels.",
		NULL },
	{ "easy_speech", HS_CONFIG_BOOL, J(voice.easy_speech), "", 0, 0, "false",
		"Whether easy Japanese is said behind the text; displays get it always.", NULL },
	{ "groups", HS_CONFIG_TEXTS, J(voice.groups), "names", 0, 32, "",
		"Groups of loudspeakers that take turns, in this order; warnings of the "
		"highest urgency sound from all at once. Empty: all at once.",
		NULL },
	{ "group_pause_ms", HS_CONFIG_INT, J(voice.group_pause_ms), "ms", 0, 60000, "3000",
		"Silence between two groups.", NULL },
	{ "civil_places_max", HS_CONFIG_INT, J(voice.civil_places_max), "prefectures", 0, 47, "5",
		"So many prefectures a message of civil protection names, fewer where sirens leave "
		"no "
		"room, and what more there are as \"and others\"; 0: none.",
		NULL },
	{ "instant_max_age_ms", HS_CONFIG_INT, J(instant_max_age_ms), "ms", 1000, 3600000, "60000",
		"Early warnings that were issued longer ago are not sounded: late is worse than "
		"none.",
		NULL },
	{ "auto_start", HS_CONFIG_LIST, J(auto_start), "", 0, 256, "",
		"Which kinds sound by themselves, and where; the first row of a kind and area "
		"counts. Without a row: civil protection, eew, tsunami_major, tsunami_warning, "
		"eruption, special_warning.",
		&hs_auto_start_record },
	{ "audio_dir", HS_CONFIG_TEXT, J(audio.dir), "path", 0, 4096, "",
		"Folder of the WAV files; empty: none are made.", NULL },
	{ "audio_voice", HS_CONFIG_TEXT, J(audio.voice), "path", 0, 4096, "",
		"Voice for Open JTalk (.htsvoice), supplied by the operator; empty: none.", NULL },
	{ "audio_bank_dir", HS_CONFIG_TEXT, J(audio.bank_dir), "path", 0, 4096, "",
		"Folder of the operator's own recordings, used without a voice; empty: none.",
		NULL },
	{ "audio_program", HS_CONFIG_TEXT, J(audio.program), "path", 1, 4096, "open_jtalk",
		"The program of Open JTalk.", NULL },
	{ "audio_dictionary", HS_CONFIG_TEXT, J(audio.dictionary), "path", 1, 4096,
		"/var/lib/mecab/dic/open-jtalk/naist-jdic", "Its dictionary.", NULL },
	{ "audio_timeout_ms", HS_CONFIG_INT, J(audio.speech_timeout_ms), "ms", 100, 60000, "5000",
		"A sentence that is not spoken by then is left out.", NULL },
	{ "drill_siren", HS_CONFIG_BOOL, J(voice.drill_siren), "", 0, 0, "false",
		"Whether drills sound the siren pattern; false: a chime.", NULL },
	{ "sirens", HS_CONFIG_LIST, J(sirens), "", 0, 64, "",
		"Siren patterns of this municipality; levels without a row: 60 s / 5 s twice from "
		"level "
		"4 on, else a chime.",
		&siren_record },
};

const struct hs_config_record hs_jalert_record = { items, HS_COUNT(items),
	sizeof(struct hs_jalert_settings) };

static enum hs_err
look_readings(const char *path, char why[HS_CONFIG_WHY])
{
	struct hs_readings *readings = hs_readings_create();
	size_t line = 0;
	enum hs_err err = HS_ERR_NOMEM;

	if (readings != NULL)
		err = hs_readings_add_file(readings, path, &line);
	hs_readings_destroy(readings);
	if (err == HS_ERR_PARSE)
		return hs_look_refuse(why,
			"readings: %.300s, line %zu, is not word,reading; mend it", path, line);
	if (err == HS_ERR_IO)
		return hs_look_refuse(why,
			"readings: %.300s cannot be read; check the path and its permissions",
			path);
	return err;
}

/* A PAIR socket of an outside program: without TLS, so on this machine or in its own network. */
static bool
is_controller(const char *url)
{
	return strncmp(url, "ipc://", 6) == 0 || strncmp(url, "tcp://", 6) == 0;
}

/* What audio needs of files; a folder that is missing refuses nothing (look.h). */
static enum hs_err
look_audio(const struct hs_jalert_settings *settings, char why[HS_CONFIG_WHY])
{
	const struct hs_jalert_audio_settings *audio = &settings->audio;
	const struct hs_adapter_settings *common = &settings->common;

	if (audio->dir[0] == '\0')
		return HS_OK;
	if (audio->voice[0] != '\0' && access(audio->voice, R_OK) != 0)
		return hs_look_refuse(why,
			"audio_voice: %.300s cannot be read; check the path and its permissions",
			audio->voice);
	if (audio->voice[0] == '\0' && audio->bank_dir[0] != '\0')
		return hs_audio_look(audio, settings->auto_start.items, settings->auto_start.count,
			common->live_url[0] != '\0', common->drill && common->drill_url[0] != '\0',
			why);
	return HS_OK;
}

struct hs_plan_options
hs_jalert_plan_options(const struct hs_jalert_settings *settings,
	const struct hs_readings *readings, const struct hs_phrases *phrases)
{
	const struct hs_jalert_voice_settings *voice = &settings->voice;
	return (struct hs_plan_options){
		.sirens = settings->sirens.items,
		.siren_count = settings->sirens.count,
		.drill_siren = voice->drill_siren,
		.repeats = voice->repeats,
		.gap_ms = voice->gap_ms,
		.mora_ms = voice->mora_ms,
		.live_volume = voice->live_volume,
		.drill_volume = voice->drill_volume,
		.emergency_volume = voice->emergency_volume,
		.easy_speech = voice->easy_speech,
		.groups = &voice->groups,
		.group_pause_ms = voice->group_pause_ms,
		.places_max = voice->civil_places_max,
		.readings = readings,
		.phrases = phrases,
	};
}

static enum hs_err
is_made(void *owner, const struct hs_announcement *announcement)
{
	(void)owner;
	(void)announcement;
	return HS_OK;
}

/* Everything that may be said, with these sirens: HS_ERR_TOO_LARGE when one of them leaves no room for the words. */
static enum hs_err
encode_all(const struct hs_plan_options *options)
{
	static const struct hs_config_texts no_place = { NULL, 0 };
	const struct hs_ahead ahead = { options, NULL, 0, &no_place, 1 };
	enum hs_err err = hs_ahead_each(&ahead, HS_MODE(LIVE), is_made, NULL);

	return err == HS_OK ? hs_ahead_each(&ahead, HS_MODE(DRILL), is_made, NULL) : err;
}

static enum hs_err
look_room(const struct hs_jalert_settings *settings, const struct hs_plan_options *all,
	char why[HS_CONFIG_WHY])
{
	const struct hs_siren *sirens = settings->sirens.items;
	enum hs_err err = encode_all(all);

	for (size_t i = 0; err == HS_ERR_TOO_LARGE && i < settings->sirens.count; i++) {
		struct hs_plan_options one = *all;
		one.sirens = &sirens[i];
		one.siren_count = 1;
		if (encode_all(&one) == HS_ERR_TOO_LARGE)
			return hs_look_refuse(why,
				"sirens: row %zu (kind %s): sounded %lld times it leaves no room "
				"for the words, also without a place; lower times",
				i + 1, hs_alert_row((enum hs_alert_kind)sirens[i].kind)->word,
				(long long)sirens[i].times);
	}
	return err;
}

static enum hs_err
look_sirens(const struct hs_jalert_settings *settings, char why[HS_CONFIG_WHY])
{
	struct hs_readings *readings = hs_readings_create();
	struct hs_phrases *phrases = hs_phrases_create();
	const struct hs_plan_options all = hs_jalert_plan_options(settings, readings, phrases);
	enum hs_err err = readings && phrases ? look_room(settings, &all, why) : HS_ERR_NOMEM;

	hs_readings_destroy(readings);
	hs_phrases_destroy(phrases);
	return err;
}

enum hs_err
hs_jalert_look(const void *given, char why[HS_CONFIG_WHY])
{
	const struct hs_jalert_settings *settings = given;

	for (size_t i = 0; i < settings->areas.count; i++) {
		if (hs_area_find(settings->areas.items[i]) == NULL)
			return hs_look_refuse(why,
				"areas: \"%.40s\" is no code of a municipality or prefecture; "
				"write 6 "
				"or 2 digits, in quotes",
				settings->areas.items[i]);
	}
	if (settings->controller_url[0] != '\0' && !is_controller(settings->controller_url))
		return hs_look_refuse(why,
			"controller_url: %.200s begins with neither ipc:// nor tcp://",
			settings->controller_url);
	enum hs_err err =
		hs_auto_start_look(settings->auto_start.items, settings->auto_start.count, why);
	if (err == HS_OK && settings->readings[0] != '\0')
		err = look_readings(settings->readings, why);
	if (err == HS_OK)
		err = look_sirens(settings, why);
	return err == HS_OK ? look_audio(settings, why) : err;
}
