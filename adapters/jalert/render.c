#include "adapters/jalert/render.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/jalert/sound.h"
#include "hub/base/aside.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"

#define JOB_ARENA_BYTES (4u << 20)
#define JOIN_NICE	0
#define SPEAK_NICE	10
#define PATH_BYTES	4352
#define CHUNK_FRAMES	4096

struct hs_render {
	struct hs_aside *joiner, *speaker;
	const struct hs_speech *speech;
	const char *dir;
	const struct hs_render_ops *ops;
	void *owner;
	struct job *jobs;
	size_t waiting, preparing;
	size_t threads; /* that are still to end */
	bool closing;
};

/* One announcement, or (code[0] == 0) sentences to prepare. */
struct job {
	struct hs_aside_job aside;
	struct hs_render *render;
	struct job *next;
	struct hs_arena *arena;
	struct hs_segment *segments;
	size_t count, from; /* from: the first segment of the next file */
	char id[64], code[HS_ALERT_CODE_SIZE], name[128];
	int part;
	bool instant, drop;
	int64_t until_mono_us;
	int64_t frames;
	size_t unsaid;
	enum hs_err err;
};

/* ---- on the threads ---- */

static void
add_tone(struct hs_wav_writer *writer, const struct hs_segment *segment)
{
	const struct hs_tone tone = { hs_sound_frames(segment->on_ms), segment->frequency_hz,
		segment->sweep_hz };
	int16_t chunk[CHUNK_FRAMES];
	for (int64_t at = 0; at < tone.frames; at += CHUNK_FRAMES) {
		int64_t left = tone.frames - at;
		size_t count = left < CHUNK_FRAMES ? (size_t)left : CHUNK_FRAMES;
		hs_sound_tone(&tone, at, chunk, count);
		hs_wav_add(writer, chunk, count);
	}
}

static void
add_pcm(struct hs_wav_writer *writer, struct hs_pcm *pcm)
{
	hs_sound_fade(pcm->samples, pcm->frames);
	hs_wav_add(writer, pcm->samples, pcm->frames);
	free(pcm->samples);
}

/* Whether the file goes on behind this sentence. */
static bool
add_speech(struct job *job, struct hs_wav_writer *writer, const struct hs_segment *segment)
{
	const struct hs_speech_want want = { segment->reading, segment->bank };
	struct hs_pcm pcm = { 0 };
	bool makes = job->part == 2;
	enum hs_err err = makes ? hs_speech_say(job->render->speech, &want, &pcm)
				: hs_speech_prepared(job->render->speech, &want, &pcm);
	if (err == HS_OK) {
		add_pcm(writer, &pcm);
		return true;
	}
	bool can_be_made = strcmp(hs_speech_source_name(job->render->speech), "open_jtalk") == 0;
	if (!makes && !job->instant && can_be_made && err == HS_ERR_NOT_FOUND)
		return false; /* the speaker goes on from here */
	job->unsaid++;
	return true;
}

static void
write_file(struct job *job)
{
	struct hs_wav_writer *writer;
	char path[PATH_BYTES];
	snprintf(job->name, sizeof(job->name), "%s-%s-%d.wav", job->id, job->code, job->part);
	snprintf(path, sizeof(path), "%.4096s/%s", job->render->dir, job->name);
	job->err = hs_clock_mono_us() >= job->until_mono_us ? HS_ERR_STALE
							    : hs_wav_create(path, &writer);
	if (job->err != HS_OK)
		return;
	bool goes_on = true;
	while (goes_on && job->from < job->count) {
		const struct hs_segment *segment = &job->segments[job->from];
		if (segment->kind == HS_SEGMENT_TONE)
			add_tone(writer, segment);
		else if (segment->kind == HS_SEGMENT_SILENCE)
			hs_wav_silence(writer, hs_sound_frames(segment->on_ms));
		else
			goes_on = add_speech(job, writer, segment);
		job->from += goes_on;
	}
	job->frames = hs_wav_frames(writer);
	/* made too late: not kept */
	bool late = hs_clock_mono_us() >= job->until_mono_us;
	job->err = hs_wav_close(writer, !late);
	if (late)
		job->err = HS_ERR_STALE;
}

static void
prepare_one(struct job *job)
{
	const struct hs_segment *segment = &job->segments[job->from++];
	const struct hs_speech_want want = { segment->reading, segment->bank };
	struct hs_pcm pcm = { 0 };
	job->err = segment->kind == HS_SEGMENT_SPEECH
			   ? hs_speech_say(job->render->speech, &want, &pcm)
			   : HS_OK;
	free(pcm.samples);
}

static void
run(struct hs_aside_job *aside)
{
	struct job *job = HS_CONTAINER_OF(aside, struct job, aside);
	if (job->code[0] == '\0')
		prepare_one(job);
	else
		write_file(job);
}

/* ---- on the loop ---- */

static void
job_free(struct job *job)
{
	struct hs_render *render = job->render;
	struct job **at = &render->jobs;
	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
	if (job->code[0] == '\0')
		render->preparing--;
	else
		render->waiting--;
	hs_arena_destroy(job->arena);
	free(job);
}

static void
tell(struct job *job)
{
	struct hs_render *render = job->render;
	const struct hs_rendered file = { .id = job->id,
		.code = job->code,
		.name = job->name,
		.part = job->part,
		.last = job->err != HS_OK || job->from == job->count,
		.duration_ms = job->frames * 1000 / HS_SOUND_HZ,
		.unsaid = job->unsaid,
		.err = job->err };
	if (!render->closing && !job->drop)
		render->ops->on_file(render->owner, &file);
}

static void
done(struct hs_aside_job *aside, bool ended)
{
	struct job *job = HS_CONTAINER_OF(aside, struct job, aside);
	bool prepares = job->code[0] == '\0';
	if (ended || job->render->closing) {
		job_free(job);
		return;
	}
	if (!prepares)
		tell(job);
	bool more = job->from < job->count && !job->drop && (prepares || job->err == HS_OK);
	if (!more) {
		job_free(job);
		return;
	}
	job->part = 2;
	job->unsaid = 0;
	if (prepares)
		hs_aside_queue(job->render->speaker, &job->aside);
	else
		hs_aside_queue_first(job->render->speaker, &job->aside);
}

static struct job *
job_new(struct hs_render *render, const struct hs_announcement *announcement)
{
	struct job *job = calloc(1, sizeof(*job));
	if (!job)
		return NULL;
	job->aside.run = run;
	job->aside.done = done;
	job->render = render;
	job->part = 1;
	job->arena = hs_arena_create(JOB_ARENA_BYTES);
	job->segments = job->arena ? hs_arena_alloc(job->arena,
					     announcement->segment_count * sizeof(*job->segments))
				   : NULL;
	for (size_t i = 0; job->segments && i < announcement->segment_count; i++) {
		const struct hs_segment *from = &announcement->segments[i];
		struct hs_segment *to = &job->segments[job->count++];
		*to = *from;
		if (from->kind != HS_SEGMENT_SPEECH)
			continue;
		to->text = "";
		to->reading = hs_arena_strdup(job->arena, from->reading);
		to->bank = hs_arena_strdup(job->arena, from->bank);
	}
	if (!job->segments || hs_arena_failed(job->arena)) {
		hs_arena_destroy(job->arena);
		free(job);
		return NULL;
	}
	job->next = render->jobs;
	render->jobs = job;
	return job;
}

enum hs_err
hs_render_plan(
	struct hs_render *render, const struct hs_plan *plan, bool instant, int64_t until_mono_us)
{
	for (size_t i = 0; i < plan->announcement_count; i++) {
		struct job *job = job_new(render, plan->announcements[i]);
		if (!job)
			return HS_ERR_NOMEM;
		snprintf(job->id, sizeof(job->id), "%s", plan->id);
		snprintf(job->code, sizeof(job->code), "%s", plan->announcements[i]->code);
		job->instant = instant;
		job->until_mono_us = until_mono_us;
		render->waiting++;
		if (instant)
			hs_aside_queue_first(render->joiner, &job->aside);
		else
			hs_aside_queue(render->joiner, &job->aside);
	}
	return HS_OK;
}

void
hs_render_drop(struct hs_render *render, const char *id)
{
	for (struct job *job = render->jobs; job; job = job->next)
		job->drop = job->drop || strcmp(job->id, id) == 0;
}

enum hs_err
hs_render_prepare(struct hs_render *render, const struct hs_announcement *announcement)
{
	struct job *job = announcement->segment_count ? job_new(render, announcement) : NULL;
	if (!job)
		return HS_ERR_NOMEM;
	render->preparing++;
	hs_aside_queue(render->speaker, &job->aside);
	return HS_OK;
}

size_t
hs_render_waiting(const struct hs_render *render)
{
	return render->waiting;
}

size_t
hs_render_preparing(const struct hs_render *render)
{
	return render->preparing;
}

enum hs_err
hs_render_create(uv_loop_t *loop, const struct hs_speech *speech, const char *dir,
	const struct hs_render_ops *ops, void *owner, struct hs_render **out)
{
	struct hs_render *render = calloc(1, sizeof(*render));
	if (!render)
		return HS_ERR_NOMEM;
	render->speech = speech;
	render->dir = dir;
	render->ops = ops;
	render->owner = owner;
	enum hs_err err = hs_aside_create(loop, JOIN_NICE, &render->joiner);
	if (err == HS_OK)
		err = hs_aside_create(loop, SPEAK_NICE, &render->speaker);
	if (err != HS_OK) {
		hs_render_close(render);
		return err;
	}
	*out = render;
	return HS_OK;
}

void
hs_render_close(struct hs_render *render)
{
	if (!render)
		return;
	render->closing = true;
	hs_aside_close(render->joiner);
	hs_aside_close(render->speaker);
	HS_CHECK(render->jobs == NULL);
	free(render);
}
