/* world.h: everything around the hub's core, made from one number.
 *
 * A run: seed → random choices → frames, commits, ticks, breaks, crashes → hs_core_step → effects → the fake
 * disk, network and peers; the peers check what they get (world_taker.h, world_gate.h), and world_check.h
 * checks the whole at the end. No clock, no thread, no file: the same seed gives the same run.
 *
 * What the fakes do to the core:
 *   disk     only what was committed survives a crash; commits are late, fail cleanly (full), or fail with
 *            the outcome unknown (lost: the batch is there or not, the hub must stop)
 *   network  in order within a link, any order across links; a break loses what is on the way to the hub
 *            and any tail of what is on the way to the peer
 *   clock    unix time jumps back and forth
 *   crash    between any two effects of a step, and at any other time
 */
#ifndef HS_TEST_WORLD_H
#define HS_TEST_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/core/core.h"
#include "schemas/active.h"

#define WORLD_GATES   2
#define WORLD_FEEDS   2
#define WORLD_TAKERS  4 /* two feeds, two adapters */
#define WORLD_PEERS   (WORLD_GATES + WORLD_TAKERS)
#define WORLD_NOTICES 4096
#define WORLD_EPOCH   "5eed5eed5eed5eed5eed5eed5eed5eed"

/* Switches that make the world wrong on purpose: the checks must notice each (core_test.c). */
struct world_faults {
	bool commit_before_disk; /* the core hears of commits that did not happen yet */
	bool forget_identity;	 /* what is sent again looks like something new */
	bool resume_at_live;	 /* the hub is asked for what is newest only */
	bool no_crash;
};

struct blob {
	struct blob *next;
	size_t len_bytes;
	uint8_t bytes[];
};

struct pipe {
	struct blob *first, **last;
};

/* One link. A connection ends at the hub at once, at the peer when it has read what still arrives. */
struct world_link {
	bool up;       /* both ends */
	bool draining; /* ended at the hub, not yet at the peer */
	struct pipe to_hub, to_peer;
};

struct disk_row {
	struct hs_row row; /* body and original owned */
};

/* What the notices on disk mean, made from the disk alone and without the hub's own route. */
struct model_document {
	char key[128];
	bool told; /* the filtered adapter was entitled to a revision of it */
	bool held; /* so was the other adapter */
};
struct model {
	struct hs_active *active;
	char digest[WORLD_NOTICES][HS_DIGEST_SIZE]; /* of the active set after each seq */
	bool filtered_gets[WORLD_NOTICES];
	bool open_gets[WORLD_NOTICES]; /* the adapter without a filter */
	struct model_document documents[WORLD_NOTICES];
	size_t document_count;
};

struct disk {
	struct disk_row *durable; /* by pos - 1 */
	size_t durable_count, durable_room;
	uint64_t newest_seq;
	uint64_t pos_of_seq[WORLD_NOTICES];
	struct disk_row *queue;
	size_t queue_count, queue_room;
	uint64_t next_pos;
	bool full;
	struct hs_buf note, note_queued; /* of the active set (hub/core/active_state.h) */
};

struct result {
	bool committed, lost;
	uint64_t pos;
};

struct reading {
	uint32_t peer, limit;
	uint64_t ticket, after_seq;
	bool originals;
};

enum { RESULTS_MAX = 4096, READINGS_MAX = 1024, TRIES_MAX = 2048, ACKED_MAX = 4096 };

struct world_hub {
	struct hs_core *core;
	struct hs_effects effects;
	struct result results[RESULTS_MAX];
	size_t result_first, result_count;
	struct reading readings[READINGS_MAX];
	size_t reading_count;
	bool stop_wanted; /* STOP effect was seen */
};

/* One submission as its sender remembers it: sent again, byte for byte, until it is answered. */
struct
try {
	uint32_t gate;
	bool on_the_way; /* sent on the present connection, not answered */
	bool answered;
	int outcome;
	uint8_t *frame;
	size_t frame_len_bytes;
	uint32_t sent_times;
};

struct taker {
	uint32_t peer;
	bool feed;
	bool knows_place; /* else it begins anew: from_last_ack, or a snapshot */
	bool any_prev;	  /* the next prev_seq may be anything */
	bool waits_snapshot;
	uint64_t last_seq;	  /* in its memory */
	size_t unacked;		  /* got on this connection since its last ack */
	uint64_t acked_seq;	  /* the highest ack that it ever sent */
	bool seen[WORLD_NOTICES]; /* what its outlets have: survives everything */
	uint64_t floor; /* a feed that began with a snapshot answers for newer ones only */
};

struct world {
	uint64_t random;
	struct world_faults faults;
	int64_t unix_us, mono_us;
	struct hs_core_peer peers[WORLD_PEERS];
	struct hs_core_options options;
	struct world_hub hub;
	struct world_link links[WORLD_PEERS];
	struct disk disk;
	struct model model;
	struct try tries[TRIES_MAX];
	size_t try_count;
	struct taker takers[WORLD_TAKERS];
	bool calm;	/* no more faults: everything must come to an end */
	uint64_t trace; /* hash of all effects */
	size_t crashes;
	char failure[256]; /* "" while all checks hold */
	jmp_buf crashed;
};

/* ---- chance ---- */

static uint64_t
chance(struct world *world)
{
	/* splitmix64 */
	uint64_t z = (world->random += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static uint64_t
below(struct world *world, uint64_t bound)
{
	return bound == 0 ? 0 : chance(world) % bound;
}

/* True once in `times`; never while the world is calm. */
static bool
mishap(struct world *world, uint64_t times)
{
	return !world->calm && below(world, times) == 0;
}

static void blame(struct world *world, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The first failure counts. */
static void
blame(struct world *world, const char *format, ...)
{
	va_list args;

	if (world->failure[0] != '\0')
		return;
	va_start(args, format);
	vsnprintf(world->failure, sizeof(world->failure), format, args);
	va_end(args);
}

/* ---- pipes ---- */

static void
pipe_put(struct pipe *pipe, const void *bytes, size_t len_bytes)
{
	struct blob *blob = malloc(sizeof(*blob) + len_bytes);

	HS_CHECK(blob != NULL);
	blob->next = NULL;
	blob->len_bytes = len_bytes;
	memcpy(blob->bytes, bytes, len_bytes);
	*pipe->last = blob;
	pipe->last = &blob->next;
}

static struct blob *
pipe_take(struct pipe *pipe)
{
	struct blob *blob = pipe->first;

	if (blob == NULL)
		return NULL;
	pipe->first = blob->next;
	if (pipe->first == NULL)
		pipe->last = &pipe->first;
	return blob;
}

/* Keeps the first `keep` blobs. */
static void
pipe_cut(struct pipe *pipe, size_t keep)
{
	struct blob **last = &pipe->first;

	for (; keep > 0 && *last != NULL; keep--)
		last = &(*last)->next;
	while (*last != NULL) {
		struct blob *next = (*last)->next;

		free(*last);
		*last = next;
	}
	pipe->last = last;
}

static size_t
pipe_count(const struct pipe *pipe)
{
	size_t count = 0;

	for (const struct blob *blob = pipe->first; blob != NULL; blob = blob->next)
		count++;
	return count;
}

/* ---- disk ---- */

static struct disk_row
disk_copy(const struct hs_row *row)
{
	struct disk_row copy = { .row = *row };
	char *body = malloc(row->body.len_bytes + 1);
	char *original = malloc(row->original.len_bytes + 1);

	HS_CHECK(body != NULL && original != NULL);
	memcpy(body, row->body.bytes, row->body.len_bytes);
	memcpy(original, row->original.bytes, row->original.len_bytes);
	copy.row.body.bytes = body;
	copy.row.original.bytes = original;
	return copy;
}

static void
disk_row_free(struct disk_row *row)
{
	union {
		const void *borrowed;
		void *owned;
	} body = { .borrowed = row->row.body.bytes },
	  original = { .borrowed = row->row.original.bytes };

	free(body.owned);
	free(original.owned);
}

static void
disk_grow(struct disk_row **rows, size_t *room, size_t count)
{
	if (count < *room)
		return;
	*room = *room == 0 ? 256 : *room * 2;
	*rows = realloc(*rows, *room * sizeof(**rows));
	HS_CHECK(*rows != NULL);
}

/* As hs_journal_append: a row that does not follow was made before the core heard of a failure. */
static void
disk_append(struct disk *disk, const struct hs_row *rows, size_t count)
{
	if (count == 0 || rows[0].pos != disk->next_pos)
		return;
	for (size_t i = 0; i < count; i++) {
		disk_grow(&disk->queue, &disk->queue_room, disk->queue_count);
		disk->queue[disk->queue_count++] = disk_copy(&rows[i]);
		disk->next_pos++;
	}
}

static void
disk_forget_queue(struct disk *disk)
{
	for (size_t i = 0; i < disk->queue_count; i++)
		disk_row_free(&disk->queue[i]);
	disk->queue_count = 0;
	hs_buf_free(&disk->note_queued);
	disk->next_pos = disk->durable_count + 1;
}

/* ---- the model ---- */

static hs_notice *
notice_of(struct hs_arena *arena, const struct hs_row *row)
{
	struct hs_record_look look;
	hs_notice *notice;

	HS_CHECK(hs_record_look(row->body, &look) == HS_OK);
	HS_CHECK(hs_notice_unpack(arena, look.notice.bytes, look.notice.len_bytes, &notice) ==
		 HS_OK);
	return notice;
}

/* The second adapter: evacuation in 990019 from level 3, and what follows such a one. */
static bool
model_passes(const hs_notice *notice)
{
	bool here = false;

	for (size_t i = 0; i < notice->n_areas; i++)
		here = here || strcmp(notice->areas[i]->code, "990019") == 0;
	return notice->kind == HS_KIND(EVACUATION) && here &&
	       (notice->level->number == 0 || notice->level->number >= 3);
}

/* Its place, or document_count. */
static size_t
model_find(const struct model *model, const char *key)
{
	size_t i = 0;

	while (i < model->document_count && strcmp(model->documents[i].key, key) != 0)
		i++;
	return i;
}

static void
model_take(struct model *model, const struct hs_row *row)
{
	struct hs_arena *arena = hs_arena_create((size_t)1 << 20);
	hs_notice *notice = notice_of(arena, row);
	enum hs_err err = hs_active_apply(model->active, row->seq, notice, NULL);
	char key[128];
	bool ended = notice->document->ended, told, held;
	size_t i;

	HS_CHECK(err == HS_OK || err == HS_ERR_STALE);
	hs_active_digest(model->active, model->digest[row->seq]);
	snprintf(key, sizeof(key), "%s|%s", notice->document->source, notice->document->id);
	i = model_find(model, key);
	if (i == model->document_count) {
		memcpy(model->documents[i].key, key, sizeof(key));
		model->document_count++;
	}
	told = model->documents[i].told || (!ended && model_passes(notice));
	held = model->documents[i].held || !ended;
	for (size_t j = 0; j < notice->document->n_supersedes; j++) {
		size_t other = model_find(model, notice->document->supersedes[j]);

		told = told || (other < model->document_count && model->documents[other].told);
		held = held || (other < model->document_count && model->documents[other].held);
	}
	model->documents[i].told = told;
	model->documents[i].held = held;
	model->open_gets[row->seq] = held;
	model->filtered_gets[row->seq] = told;
	hs_arena_destroy(arena);
}

/* ---- disk, second half ---- */

/* The whole queue, at once or not at all: one transaction. */
static void
disk_make_durable(struct world *world)
{
	struct disk *disk = &world->disk;

	for (size_t i = 0; i < disk->queue_count; i++) {
		struct hs_row *row = &disk->queue[i].row;

		if (row->pos != disk->durable_count + 1)
			blame(world, "pos %llu follows %zu", (unsigned long long)row->pos,
				disk->durable_count);
		if (row->seq > 0 && row->seq != disk->newest_seq + 1)
			blame(world, "seq %llu follows %llu", (unsigned long long)row->seq,
				(unsigned long long)disk->newest_seq);
		disk_grow(&disk->durable, &disk->durable_room, disk->durable_count);
		disk->durable[disk->durable_count++] = disk->queue[i];
		if (row->seq > 0) {
			disk->newest_seq = row->seq;
			HS_CHECK(row->seq < WORLD_NOTICES);
			disk->pos_of_seq[row->seq] = row->pos;
			model_take(&world->model, row);
		}
	}
	disk->queue_count = 0;
	if (disk->note_queued.len_bytes > 0) {
		disk->note.len_bytes = 0;
		hs_buf_add(&disk->note, disk->note_queued.bytes, disk->note_queued.len_bytes);
		hs_buf_free(&disk->note_queued);
	}
}

/* The row of a notice that is on disk, or NULL. */
static const struct hs_row *
disk_notice(const struct disk *disk, uint64_t seq)
{
	if (seq == 0 || seq > disk->newest_seq)
		return NULL;
	return &disk->durable[disk->pos_of_seq[seq] - 1].row;
}

/* The record of a submission that is on disk, or NULL. */
static const struct hs_row *
disk_submission(const struct disk *disk, const char *id)
{
	for (size_t i = 0; id[0] != '\0' && i < disk->durable_count; i++) {
		struct hs_record_look look;

		HS_CHECK(hs_record_look(disk->durable[i].row.body, &look) == HS_OK);
		if (look.id.len_bytes > 0 && look.id.len_bytes == strlen(id) &&
			memcmp(look.id.bytes, id, look.id.len_bytes) == 0)
			return &disk->durable[i].row;
	}
	return NULL;
}

static void
disk_free(struct disk *disk)
{
	disk_forget_queue(disk);
	for (size_t i = 0; i < disk->durable_count; i++)
		disk_row_free(&disk->durable[i]);
	hs_buf_free(&disk->note);
	free(disk->durable);
	free(disk->queue);
}

/* ---- frames ---- */

static void
send_to_hub(struct world *world, uint32_t peer, const hs_link_frame *frame)
{
	struct hs_buf packed;

	if (!world->links[peer].up)
		return;
	hs_buf_init(&packed, HS_FRAME_MAX_BYTES);
	hs_message_pack(frame, &packed);
	HS_CHECK(!packed.failed);
	pipe_put(&world->links[peer].to_hub, packed.bytes, packed.len_bytes);
	hs_buf_free(&packed);
}

#endif
