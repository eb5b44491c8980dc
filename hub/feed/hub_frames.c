#include "hub/feed/hub_frames.h"

#include <stdio.h>
#include <stdlib.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/feed/glance.h"

struct hs_hub_frame {
	struct hs_aside_job job;
	struct hs_hub_frame *next;
	struct hs_hub_frames *frames; /* NULL: forgotten */
	struct hs_owned owned;	      /* its bytes */
	char epoch[HS_EPOCH_SIZE];
	struct hs_arena *arena;
	hs_link_frame *frame;
	struct hs_entry *made;
	enum hs_err err;
	bool opening;
};

void
hs_hub_frames_init(struct hs_hub_frames *frames, const struct hs_hub_frames_options *options,
	hs_hub_frame_take take, void *owner)
{
	*frames = (struct hs_hub_frames){ .with = *options, .take = take, .owner = owner };
	frames->last = &frames->first;
}

static void
frame_free(struct hs_hub_frame *frame)
{
	hs_entry_unref(frame->made);
	hs_arena_destroy(frame->arena);
	free(frame->owned.memory);
	free(frame);
}

static void
open_frame(struct hs_hub_frame *frame)
{
	frame->err = HS_ERR_NOMEM;
	frame->arena = hs_arena_create(HS_UNPACK_ARENA_BYTES);
	if (frame->arena != NULL)
		frame->err = hs_link_frame_unpack(
			frame->arena, frame->owned.bytes, frame->owned.len_bytes, &frame->frame);
}

static void
run_open(struct hs_aside_job *job)
{
	struct hs_hub_frame *frame = HS_CONTAINER_OF(job, struct hs_hub_frame, job);

	open_frame(frame);
	if (frame->err == HS_OK &&
		frame->frame->body_case == HANSHO__V1__LINK_FRAME__BODY_DELIVER &&
		frame->frame->deliver->notice != NULL)
		frame->err = hs_entry_create(
			frame->epoch, frame->frame->deliver, hs_clock_unix_us(), &frame->made);
}

static void go_on(struct hs_hub_frames *frames);

static struct hs_hub_frame *
take_first(struct hs_hub_frames *frames)
{
	struct hs_hub_frame *frame = frames->first;

	frames->first = frame->next;
	if (frames->first == NULL)
		frames->last = &frames->first;
	return frame;
}

static void
open_done(struct hs_aside_job *job, bool ended)
{
	struct hs_hub_frame *frame = HS_CONTAINER_OF(job, struct hs_hub_frame, job);
	struct hs_hub_frames *frames = frame->frames;

	if (frames != NULL && !ended) {
		HS_CHECK(take_first(frames) == frame);
		frames->take(frames->owner, frame->err, frame->frame, frame->made);
		go_on(frames);
	} else if (frames != NULL) {
		HS_CHECK(take_first(frames) == frame);
	}
	frame_free(frame);
}

static bool
is_large(const struct hs_hub_frames *frames, size_t len_bytes)
{
	return frames->with.aside != NULL && len_bytes > frames->with.large_bytes;
}

/* Those that waited behind it, up to the next large one. */
static void
go_on(struct hs_hub_frames *frames)
{
	while (frames->first != NULL && !frames->first->opening) {
		struct hs_hub_frame *frame = frames->first;

		if (is_large(frames, frame->owned.len_bytes)) {
			frame->opening = true;
			frame->job = (struct hs_aside_job){ .run = run_open, .done = open_done };
			snprintf(frame->epoch, sizeof(frame->epoch), "%s", frames->with.epoch);
			hs_aside_queue_first(frames->with.aside, &frame->job);
			return;
		}
		take_first(frames);
		open_frame(frame);
		frames->take(frames->owner, frame->err, frame->frame, NULL);
		frame_free(frame);
	}
}

/* A large delivery that needs no more than a glance: true when it was taken. */
static bool
glance(struct hs_hub_frames *frames, struct hs_owned *owned)
{
	struct hs_arena *arena = hs_arena_create(HS_UNPACK_ARENA_BYTES);
	struct hs_entry *made = NULL;
	hs_link_frame *frame;
	enum hs_err err = HS_ERR_NOMEM;

	if (arena != NULL)
		err = hs_glance(
			arena, owned, frames->with.epoch, hs_clock_unix_us(), &frame, &made);
	if (err == HS_OK)
		frames->take(frames->owner, HS_OK, frame, made);
	hs_entry_unref(made);
	hs_arena_destroy(arena);
	return err == HS_OK;
}

/* Small, and nothing waits before it. */
static void
take_now(struct hs_hub_frames *frames, const uint8_t *bytes, size_t len_bytes)
{
	struct hs_arena *arena = hs_arena_create(HS_UNPACK_ARENA_BYTES);
	hs_link_frame *frame = NULL;
	enum hs_err err = HS_ERR_NOMEM;

	if (arena != NULL)
		err = hs_link_frame_unpack(arena, bytes, len_bytes, &frame);
	frames->take(frames->owner, err, frame, NULL);
	hs_arena_destroy(arena);
}

/* Takes the memory over. */
static enum hs_err
wait_in_line(struct hs_hub_frames *frames, const struct hs_owned *owned)
{
	struct hs_hub_frame *frame = owned->memory != NULL ? calloc(1, sizeof(*frame)) : NULL;

	if (frame == NULL) {
		free(owned->memory);
		return HS_ERR_NOMEM;
	}
	frame->frames = frames;
	frame->owned = *owned;
	*frames->last = frame;
	frames->last = &frame->next;
	go_on(frames);
	return HS_OK;
}

enum hs_err
hs_hub_frames_put(
	struct hs_hub_frames *frames, struct hs_link *link, const uint8_t *bytes, size_t len_bytes)
{
	bool first = frames->first == NULL;
	struct hs_owned owned = { .len_bytes = len_bytes };

	_Static_assert(HS_LINK_HEADROOM >= HS_ENTRY_FRONT_BYTES, "room before a frame");
	if (first && !is_large(frames, len_bytes)) {
		take_now(frames, bytes, len_bytes);
		return HS_OK;
	}
	owned.bytes = hs_link_take_frame(link, bytes, len_bytes, &owned.memory);
	if (owned.bytes != NULL && first && glance(frames, &owned))
		return HS_OK;
	return wait_in_line(frames, &owned);
}

void
hs_hub_frames_drop(struct hs_hub_frames *frames)
{
	while (frames->first != NULL) {
		struct hs_hub_frame *frame = take_first(frames);

		frame->frames = NULL;
		if (!frame->opening)
			frame_free(frame);
	}
}
