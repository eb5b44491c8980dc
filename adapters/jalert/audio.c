#include "adapters/jalert/audio.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/jalert/ahead.h"
#include "adapters/jalert/render.h"
#include "adapters/jalert/sound.h"
#include "adapters/runtime/canary_folder.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/base/look.h"

#define PATH_BYTES	 4200
#define SPOKEN_MAX_BYTES (1u << 20)
#define NO_SPEECH	 "tones only: neither audio_voice nor audio_bank_dir is set"

/* A plan whose files are being written. */
struct sounding {
	struct sounding *next;
	char id[64], epoch[80];
	enum hs_adapter_lane lane;
	uint64_t seq;
	size_t left, unsaid, files;
	enum hs_err err;
};

struct proof {
	uv_work_t work;
	struct hs_canary canary;
	const struct hs_speech *speech;
	char token[HS_CANARY_TOKEN_SIZE];
	bool busy, gone;
	enum hs_err err;
};

struct hs_audio {
	struct hs_audio_setup setup;
	struct hs_speech *speech;
	struct hs_render *render;
	struct sounding *soundings;
	struct hs_canary_folder folder;
	struct proof *proof; /* its own memory: a job may outlive the adapter's state */
	char parts_dir[PATH_BYTES];
	uint64_t written, failed, unsaid;
};

/* ---- files ---- */

static void
tell_controller(struct hs_audio *audio, const struct hs_rendered *file)
{
	char message[512];
	if (!audio->setup.controller)
		return;
	snprintf(message, sizeof(message),
		"{\"type\":\"audio\",\"id\":\"%s\",\"area\":\"%s\",\"file\":\"%s\",\"part\":%d,"
		"\"last\":%s,\"duration_ms\":%lld}",
		file->id, file->code, file->name, file->part, file->last ? "true" : "false",
		(long long)file->duration_ms);
	if (hs_controller_send(audio->setup.controller, message) != HS_OK)
		hs_warn("jalert.audio_not_told", "file=%s", file->name);
}

static void
sounding_report(struct hs_audio *audio, const struct sounding *sounding)
{
	char detail[160];
	int state = HS_RECEIPT(ACCEPTED);
	if (sounding->err == HS_ERR_STALE) {
		state = HS_RECEIPT(EXPIRED);
		snprintf(detail, sizeof(detail), "too late to be heard");
	} else if (sounding->err != HS_OK) {
		state = HS_RECEIPT(FAILED);
		snprintf(detail, sizeof(detail), "not written: %s; check audio_dir and the disk",
			hs_err_text(sounding->err));
	} else {
		snprintf(detail, sizeof(detail), "%zu files, %zu sentences without speech",
			sounding->files, sounding->unsaid);
	}
	hs_adapter_report(audio->setup.adapter, sounding->lane, sounding->epoch, sounding->seq,
		"audio", state, detail);
}

static struct sounding **
sounding_of(struct hs_audio *audio, const char *id)
{
	struct sounding **at = &audio->soundings;
	while (*at && strcmp((*at)->id, id) != 0)
		at = &(*at)->next;
	return at;
}

static void
on_file(void *owner, const struct hs_rendered *file)
{
	struct hs_audio *audio = owner;
	struct sounding **at = sounding_of(audio, file->id), *sounding = *at;
	audio->written += file->err == HS_OK;
	audio->failed += file->err != HS_OK;
	audio->unsaid += file->unsaid;
	if (file->err == HS_OK)
		tell_controller(audio, file);
	if (!sounding)
		return;
	sounding->files += file->err == HS_OK;
	sounding->unsaid += file->unsaid;
	if (file->err != HS_OK)
		sounding->err = file->err;
	if (!file->last || --sounding->left > 0)
		return;
	*at = sounding->next;
	sounding_report(audio, sounding);
	free(sounding);
}

static const struct hs_render_ops render_ops = { on_file };

void
hs_audio_plan(struct hs_audio *audio, struct hs_adapter_item *item, const struct hs_plan *plan)
{
	struct sounding *sounding = calloc(1, sizeof(*sounding));
	bool instant = plan->priority == HS_PRIORITY_INSTANT;
	if (!sounding ||
		hs_render_plan(audio->render, plan, instant, item->deadline_mono_us) != HS_OK) {
		free(sounding);
		hs_render_drop(audio->render, plan->id);
		hs_adapter_receipt(item, "audio", HS_RECEIPT(FAILED), "out of memory");
		return;
	}
	snprintf(sounding->id, sizeof(sounding->id), "%s", plan->id);
	snprintf(sounding->epoch, sizeof(sounding->epoch), "%s", item->epoch);
	sounding->lane = item->lane;
	sounding->seq = item->seq;
	sounding->left = plan->announcement_count;
	sounding->next = audio->soundings;
	audio->soundings = sounding;
}

void
hs_audio_show(const struct hs_jalert_audio_settings *settings, struct hs_adapter_item *item,
	const struct hs_plan *plan)
{
	bool speaks = settings->voice[0] != '\0' || settings->bank_dir[0] != '\0';
	for (size_t i = 0; i < plan->announcement_count; i++) {
		const struct hs_announcement *announcement = plan->announcements[i];
		char what[96];
		struct hs_buf said;
		hs_buf_init(&said, SPOKEN_MAX_BYTES);
		for (size_t j = 0; speaks && j < announcement->segment_count; j++)
			if (announcement->segments[j].kind == HS_SEGMENT_SPEECH)
				hs_buf_printf(&said, "%s%s", said.len_bytes > 0 ? "\n" : "",
					announcement->segments[j].text);
		snprintf(what, sizeof(what), "%s-%s", plan->id, announcement->code);
		hs_adapter_show(item, "audio", what, speaks ? hs_buf_text(&said) : NO_SPEECH);
		hs_buf_free(&said);
	}
}

void
hs_audio_drop(struct hs_audio *audio, const char *id)
{
	struct sounding **at = sounding_of(audio, id), *sounding = *at;
	hs_render_drop(audio->render, id);
	if (!sounding)
		return;
	*at = sounding->next;
	hs_adapter_report(audio->setup.adapter, sounding->lane, sounding->epoch, sounding->seq,
		"audio", HS_RECEIPT(EXPIRED), "not to be heard any more");
	free(sounding);
}

/* ---- proofs ---- */

static bool
folder_prove(const char *dir, enum hs_adapter_lane lane, const char *token, char why[HS_CANARY_WHY])
{
	const struct hs_tone tone = { HS_SOUND_HZ / 10, 440, 0 };
	int16_t samples[HS_SOUND_HZ / 10];
	const struct hs_pcm pcm = { samples, HS_SOUND_HZ / 10 };
	struct hs_pcm back = { 0 };
	char path[PATH_BYTES + 64];
	(void)lane;
	hs_sound_tone(&tone, 0, samples, pcm.frames);
	snprintf(path, sizeof(path), "%.4096s/.%s.wav", dir, token);
	bool good = hs_wav_write(path, &pcm) == HS_OK && hs_wav_read(path, &back) == HS_OK &&
		    back.frames == pcm.frames &&
		    memcmp(back.samples, samples, sizeof(samples)) == 0;
	free(back.samples);
	good = unlink(path) == 0 && good;
	if (!good)
		snprintf(why, HS_CANARY_WHY,
			"audio_dir cannot be written and read: check the folder, its permissions "
			"and the disk");
	return good;
}

static void
proof_work(uv_work_t *work)
{
	struct proof *proof = work->data;
	proof->err = hs_speech_prove(proof->speech);
}

static void
proof_done(uv_work_t *work, int status)
{
	struct proof *proof = work->data;
	char why[HS_CANARY_WHY];
	(void)status;
	proof->busy = false;
	if (proof->gone) {
		hs_speech_destroy(
			(struct hs_speech *)(uintptr_t)proof->speech); /* it was ours to free */
		free(proof);
		return;
	}
	snprintf(why, sizeof(why),
		"no speech (%s): check audio_voice, audio_dictionary, "
		"audio_program, audio_bank_dir",
		hs_err_name(proof->err));
	if (strcmp(proof->token, proof->canary.token) == 0)
		hs_canary_done(&proof->canary, proof->err == HS_OK, why);
}

static void
proof_start(struct hs_canary *canary)
{
	struct proof *proof = canary->owner;
	if (proof->busy) {
		hs_canary_done(canary, false, "speech hangs: check audio_program");
		return;
	}
	memcpy(proof->token, canary->token, sizeof(proof->token));
	proof->work.data = proof;
	proof->busy = uv_queue_work(hs_adapter_loop(canary->adapter), &proof->work, proof_work,
			      proof_done) == 0;
}

static void
proof_abort(struct hs_canary *canary)
{
	(void)canary;
}

static void
canaries_add(struct hs_audio *audio)
{
	audio->folder = (struct hs_canary_folder){
		.canary = { .outlet = "audio", .lane = HS_CANARY_ALL_LANES },
		.dir = audio->setup.settings->dir,
		.prove = folder_prove,
	};
	audio->proof->speech = audio->speech;
	audio->proof->canary = (struct hs_canary){ .outlet = "speech",
		.lane = HS_CANARY_ALL_LANES,
		.start = proof_start,
		.abort = proof_abort,
		.owner = audio->proof };
	hs_canary_folder_add(audio->setup.adapter, &audio->folder);
	if (strcmp(hs_speech_source_name(audio->speech), "none") != 0)
		hs_canary_add(audio->setup.adapter, &audio->proof->canary);
}

/* ---- ahead ---- */

static enum hs_err
prepare(void *owner, const struct hs_announcement *announcement)
{
	struct hs_audio *audio = owner;
	return hs_render_prepare(audio->render, announcement);
}

static void
prepare_all(struct hs_audio *audio)
{
	const struct hs_audio_setup *setup = &audio->setup;
	if (strcmp(hs_speech_source_name(audio->speech), "open_jtalk") != 0)
		return;
	const struct hs_ahead ahead = { .options = setup->options,
		.rules = setup->rules,
		.rule_count = setup->rule_count,
		.areas = setup->areas,
		.areas_max = HS_AUDIO_AHEAD_MAX };
	for (int drill = 0; drill < 2; drill++)
		if ((drill ? setup->drill : setup->live) &&
			hs_ahead_each(&ahead, drill ? HS_MODE(DRILL) : HS_MODE(LIVE), prepare,
				audio) != HS_OK)
			hs_warn("jalert.not_prepared", "reason=out_of_memory");
	hs_info("jalert.preparing", "announcements=%zu", hs_render_preparing(audio->render));
}

/* ---- life ---- */

static enum hs_err
open_all(struct hs_audio *audio)
{
	const struct hs_jalert_audio_settings *settings = audio->setup.settings;
	snprintf(audio->parts_dir, sizeof(audio->parts_dir), "%.4096s/parts", settings->dir);
	if (mkdir(audio->parts_dir, 0755) != 0 && errno != EEXIST)
		hs_error("jalert.parts_dir", "dir=%s errno=%d", audio->parts_dir, errno);
	const struct hs_speech_settings speech = { settings->program, settings->dictionary,
		settings->voice, settings->bank_dir, audio->parts_dir,
		settings->speech_timeout_ms };
	enum hs_err err = hs_speech_create(&speech, &audio->speech);
	if (err == HS_OK)
		err = hs_render_create(hs_adapter_loop(audio->setup.adapter), audio->speech,
			settings->dir, &render_ops, audio, &audio->render);
	return err;
}

enum hs_err
hs_audio_open(const struct hs_audio_setup *setup, struct hs_audio **out)
{
	struct hs_audio *audio = calloc(1, sizeof(*audio));
	struct proof *proof = calloc(1, sizeof(*proof));
	if (!audio || !proof) {
		free(audio);
		free(proof);
		return HS_ERR_NOMEM;
	}
	audio->setup = *setup;
	audio->proof = proof;
	enum hs_err err = open_all(audio);
	if (err != HS_OK) {
		hs_audio_close(audio);
		return err;
	}
	canaries_add(audio);
	prepare_all(audio);
	*out = audio;
	return HS_OK;
}

void
hs_audio_close(struct hs_audio *audio)
{
	if (!audio)
		return;
	hs_render_close(audio->render);
	hs_canary_folder_close(&audio->folder);
	while (audio->soundings) {
		struct sounding *next = audio->soundings->next;
		free(audio->soundings);
		audio->soundings = next;
	}
	if (audio->proof->busy) {
		audio->proof->gone = true;
	} else {
		free(audio->proof);
		hs_speech_destroy(audio->speech);
	}
	free(audio);
}

void
hs_audio_metrics(const struct hs_audio *audio, struct hs_buf *out)
{
	hs_buf_printf(out,
		"hansho_jalert_audio_files_total %llu\nhansho_jalert_audio_failures_total %llu\n"
		"hansho_jalert_audio_unsaid_total %llu\nhansho_jalert_audio_preparing %zu\n",
		(unsigned long long)audio->written, (unsigned long long)audio->failed,
		(unsigned long long)audio->unsaid, hs_render_preparing(audio->render));
}

void
hs_audio_status(const struct hs_audio *audio, struct hs_buf *out)
{
	hs_buf_printf(out, ",\"speech\":\"%s\",\"preparing\":%zu",
		hs_speech_source_name(audio->speech), hs_render_preparing(audio->render));
}

/* ---- the bank ---- */

struct missing {
	const char *dir;
	char first[HS_SPEECH_KEY_SIZE + 8];
	size_t count;
};

static enum hs_err
look_at(void *owner, const struct hs_announcement *announcement)
{
	struct missing *missing = owner;
	char path[PATH_BYTES + 128];
	for (size_t i = 0; i < announcement->segment_count; i++) {
		const struct hs_segment *segment = &announcement->segments[i];
		if (segment->kind != HS_SEGMENT_SPEECH || segment->bank[0] == '\0')
			continue;
		snprintf(path, sizeof(path), "%.4096s/%s.wav", missing->dir, segment->bank);
		if (access(path, R_OK) == 0)
			continue;
		if (missing->count++ == 0)
			snprintf(missing->first, sizeof(missing->first), "%s.wav", segment->bank);
	}
	return HS_OK;
}

enum hs_err
hs_audio_look(const struct hs_jalert_audio_settings *settings,
	const struct hs_auto_start_rule *rules, size_t rule_count, bool live, bool drill,
	char why[HS_CONFIG_WHY])
{
	static const struct hs_config_texts one_place = { NULL, 0 };
	struct missing missing = { .dir = settings->bank_dir };
	struct hs_readings *readings = hs_readings_create();
	struct hs_phrases *phrases = hs_phrases_create();
	enum hs_err err = readings && phrases ? HS_OK : HS_ERR_NOMEM;
	const struct hs_plan_options options = {
		.repeats = 1, .mora_ms = 100, .readings = readings, .phrases = phrases
	};
	const struct hs_ahead ahead = { &options, rules, rule_count, &one_place, 1 };
	if (err == HS_OK && live)
		err = hs_ahead_each(&ahead, HS_MODE(LIVE), look_at, &missing);
	if (err == HS_OK && drill)
		err = hs_ahead_each(&ahead, HS_MODE(DRILL), look_at, &missing);
	hs_readings_destroy(readings);
	hs_phrases_destroy(phrases);
	if (err == HS_OK && missing.count > 0)
		return hs_look_refuse(why,
			"audio_bank_dir: %.200s lacks %s and %zu more that a kind which starts by "
			"itself needs; add them, or switch the kind off in auto_start",
			settings->bank_dir, missing.first, missing.count - 1);
	return err;
}
