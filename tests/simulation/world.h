/* world.h: everything around the hub's core, made from one number.
 *
 * A run: seed → random choices → frames, commits, ticks, breaks, crashes → hs_core_step → effects → the fake
 * disk, network and peers; the peers check what they get (world_gate.h, world_taker.h; world_feed.h has the real feed
 * and world_viewer.h its subscribers), and world_check.h checks the whole at the end. world_hub.h is the hub's process,
 * world_run.h the choices, wrong.h what can be wrong on purpose. No clock, no thread, no file: the same seed gives the same run.
 *
 * What the fakes do to the core:
 *   disk     (world_disk.h) only what was committed survives a crash; commits are late, take a part of what waits,
 *            fail cleanly (full), or fail with the outcome unknown (lost: the batch is there or not, the hub must
 *            stop); a crash meets a running commit before it is done or after
 *            large records (half of the lives of the hub: all) come in pieces (world_pieces.h), and all of this happens between two of them
 *   network  (world_net.h) any order across links; a break loses what is on the way to the hub and any tail of what
 *            is on the way to the peer. Half of the runs are unruly as well: frames are lost, doubled and overtaken
 *            within a link that stays up, which no stream does; the peers must see it and break the link
 *   clock    unix time jumps back and forth, by seconds and by years
 *   crash    between any two effects of a step, and at any other time
 *   slow     a peer sleeps: it reads nothing and says nothing, and is dropped for it when that takes long
 *   reload   (world_reload.h) the hub starts anew with other limits and another filter for one adapter
 *   restore  (world_reload.h) the journal is replaced by an older copy of itself, under a new epoch
 */
#ifndef HS_TEST_WORLD_H
#define HS_TEST_WORLD_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/core/core.h"
#include "hub/core/opened.h"
#include "hub/core/record.h"
#include "schemas/active.h"
#include "tests/simulation/wrong.h"

#define WORLD_GATES   2
#define WORLD_FEEDS   2
#define WORLD_TAKERS  4 /* two feeds, two adapters */
#define WORLD_PEERS   (WORLD_GATES + WORLD_TAKERS)
#define WORLD_NOTICES 4096
#define WORLD_EPOCH   "5eed5eed5eed5eed5eed5eed5eed0000" /* the last digits count the journals */
#define EPOCH_DIGITS  33

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
	bool up;	 /* both ends */
	bool draining;	 /* ended at the hub, not yet at the peer */
	uint64_t sleeps; /* choices until the peer reads and speaks again */
	size_t delivers; /* on their way to the peer */
	bool lossy;	 /* a frame of this connection was lost or overtaken */
	struct pipe to_hub, to_peer;
};

struct disk_row {
	struct hs_row row; /* body and original owned */
	bool step_ends;	   /* the last row of its step */
};

/* What the notices on disk mean, made from the disk alone and without the hub's own route. */
struct model_document {
	char key[128];
	uint8_t id[HS_ID_BYTES];
	bool told; /* the filtered adapter was entitled to a revision of it */
	bool held; /* so was the other adapter */
};
struct model {
	struct hs_active *active;
	size_t filter; /* of the filtered adapter: which of world_filters */
	char digest[WORLD_NOTICES][HS_DIGEST_SIZE]; /* of the active set after each seq */
	bool filtered_gets[WORLD_NOTICES];
	bool open_gets[WORLD_NOTICES]; /* the adapter without a filter */
	bool judged_gets
		[WORLD_NOTICES]; /* filtered_gets when the hub judged it: under the filter of that time */
	bool excused
		[WORLD_NOTICES]; /* entitled only since the filter changed: it may come or not */
	struct model_document documents[WORLD_NOTICES];
	size_t document_count;
};

/* Bulk and original of a large record, on disk in pieces before the record (hub/core/stored.h). */
struct disk_store {
	uint64_t number;
	uint8_t *bytes;
	size_t bulk_bytes, len_bytes;
	size_t on_disk; /* of them */
	bool job;	/* the journal of this life of the hub works on it */
	bool forgotten;
	bool excused; /* the full disk did not let go of it: the next start does */
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
	struct disk_store *stores;
	size_t store_count;
	struct hs_buf note, note_queued; /* of the active set (hub/core/active_state.h) */
};

struct result {
	bool committed, lost;
	uint64_t pos;
	uint64_t store; /* of these pieces alone */
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
	unsigned journal; /* that answered */
	uint8_t *frame;
	size_t frame_len_bytes;
	uint32_t sent_times;
};

struct taker {
	uint32_t peer;
	bool feed;
	bool knows_place; /* else it begins anew: from_last_ack, or a snapshot */
	bool from_ack; /* its place is what the hub knows: the first deliver names nothing before it */
	bool waits_snapshot;
	bool waits_gap;		  /* it asked for a place of another journal */
	bool greeted;		  /* on this connection */
	char epoch[EPOCH_DIGITS]; /* of last_seq */
	uint32_t window;
	uint64_t last_seq;	  /* in its memory */
	size_t unacked;		  /* got on this connection since its last ack */
	uint64_t acked_seq;	  /* the highest ack that it ever sent */
	bool seen[WORLD_NOTICES]; /* what its outlets have: survives everything */
	bool said[WORLD_NOTICES]; /* that its outlet displayed it */
	uint64_t floor; /* a feed that began with a snapshot answers for newer ones only */
};

/* How often what happened: a world in which nothing happens proves nothing. */
struct world_counts {
	size_t crashes, lost_syncs, torn, full, dropped, doubled, overtaken, jumps, sleeps, reloads,
		refilters, restores, gaps, holes_seen, viewer_notices, viewer_gaps, fetches,
		feed_deaths, stores, stores_forgotten, stores_swept, past;
};

/* Frames of a wrong hub (WRONG_REPLY_EARLY, WRONG_DELIVER_EARLY) for the side that it does not wrong. */
struct early {
	struct pipe held[WORLD_PEERS];
	bool now;
};

struct world {
	uint64_t random;
	bool unruly;
	bool clock_holds; /* the wall clock does not jump */
	bool dated; /* senders say when they ordered; else it is the moment in which the hub took it */
	char epoch[EPOCH_DIGITS];
	unsigned journal; /* counts up when it is replaced */
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
	struct world_feed *feed; /* the real one, behind one of the takers */
	bool calm;		 /* no more faults: everything must come to an end */
	uint64_t trace;		 /* hash of all effects */
	struct world_counts counts;
	struct early early; /* what a wrong hub said too early, kept back for one side */
	char failure[256];  /* "" while all checks hold */
};

/* One step of the hub (world_run.h). */
static void hub_step(struct world *world, struct hs_event *event);

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

/* The last blob goes in front of the one before it. */
static bool
pipe_overtake(struct pipe *pipe)
{
	struct blob **at = &pipe->first;
	struct blob *before, *last;

	if (*at == NULL || (*at)->next == NULL)
		return false;
	while ((*at)->next->next != NULL)
		at = &(*at)->next;
	before = *at;
	last = before->next;
	*at = last;
	last->next = before;
	before->next = NULL;
	pipe->last = &before->next;
	return true;
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

#endif
