#include "hub/feed/child_stream.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/log.h"

/* Unsent bytes of the link are twice this (children.c): a child that reads slowly waits and is not dropped for it. */
#define WINDOW_MAX_BYTES ((size_t)16 << 20)
/* What one stream sends before others have their turn. */
#define SLICE_NOTICES	 32
#define SLICE_MAX_BYTES	 ((size_t)256 << 10)

struct sent_notice {
	uint64_t seq;
	size_t len_bytes;
};

struct hs_child_stream {
	struct hs_child_ports ports;
	const struct hs_store *store;
	struct hs_pager *pager;
	enum hs_child_state state;
	uint64_t
		cursor; /* everything up to here was sent, or there is nothing; AHEAD: what the child has */
	uint64_t prev_seq;   /* of the next deliver */
	bool wants_snapshot; /* once AHEAD is over */
	int hub_words;
	struct hs_child_snapshot *snapshot;
	struct sent_notice *window; /* ring of what is unacknowledged */
	size_t window_max, window_first, window_count, window_bytes;
	uint64_t gaps;
};

struct hs_child_stream *
hs_child_stream_create(const struct hs_child_ports *ports, const struct hs_store *store,
	struct hs_pager *pager, size_t window)
{
	struct hs_child_stream *stream = calloc(1, sizeof(*stream));

	if (stream == NULL)
		return NULL;
	stream->ports = *ports;
	stream->store = store;
	stream->pager = pager;
	stream->window_max = window;
	stream->window = calloc(window, sizeof(*stream->window));
	if (stream->window != NULL)
		return stream;
	free(stream);
	return NULL;
}

void
hs_child_stream_destroy(struct hs_child_stream *stream)
{
	if (stream == NULL)
		return;
	hs_child_snapshot_destroy(stream->snapshot);
	free(stream->window);
	free(stream);
}

void
hs_child_stream_stop(struct hs_child_stream *stream)
{
	hs_child_snapshot_destroy(stream->snapshot);
	stream->snapshot = NULL;
	stream->state = HS_CHILD_STOPPED;
	stream->window_first = 0;
	stream->window_count = 0;
	stream->window_bytes = 0;
	stream->hub_words = 0;
}

/* ---- beginning ---- */

static enum hs_err
send_buf(struct hs_child_stream *stream, struct hs_buf *buf)
{
	enum hs_err err = HS_ERR_NOMEM;

	if (!buf->failed)
		err = stream->ports.send(stream->ports.owner, buf->bytes, buf->len_bytes);
	hs_buf_free(buf);
	return err;
}

/* From where the stream goes on; the active set goes before it when it is wanted. */
static void
begin(struct hs_child_stream *stream, uint64_t cursor, bool snapshot)
{
	stream->cursor = cursor;
	stream->prev_seq = cursor;
	stream->state = snapshot ? HS_CHILD_SNAPSHOT : HS_CHILD_REPLAY;
}

static void
begin_with_gap(struct hs_child_stream *stream, uint64_t had_seq, const char *reason)
{
	uint64_t newest = hs_store_newest(stream->store);
	struct hs_buf buf;

	hs_warn("feed.child_gap", "had=%llu newest=%llu reason=%s", (unsigned long long)had_seq,
		(unsigned long long)newest, reason);
	hs_buf_init(&buf, HS_CHILD_FRAME_BYTES);
	hs_child_pack_gap(&buf, had_seq + 1, newest, reason);
	stream->gaps++;
	begin(stream, newest, true);
	if (send_buf(stream, &buf) != HS_OK)
		hs_child_stream_stop(stream);
}

void
hs_child_stream_start(struct hs_child_stream *stream, const Hansho__V1__Resume *resume)
{
	bool fresh = resume->epoch[0] == '\0' && resume->seq == 0;

	hs_child_stream_stop(stream);
	if (!fresh && strcmp(resume->epoch, stream->store->epoch) != 0) {
		begin_with_gap(stream, resume->seq, "unknown_epoch");
	} else if (resume->seq > hs_store_newest(stream->store)) {
		stream->state = HS_CHILD_AHEAD;
		stream->cursor = resume->seq;
		stream->wants_snapshot = resume->snapshot;
	} else {
		begin(stream, resume->seq, resume->snapshot);
	}
}

void
hs_child_stream_hub_says(struct hs_child_stream *stream, uint64_t newest_seq)
{
	if (stream->state != HS_CHILD_AHEAD || newest_seq >= stream->cursor)
		stream->hub_words = 0;
	else if (++stream->hub_words >= HS_HUB_WORDS)
		begin_with_gap(stream, stream->cursor, "ahead_of_journal");
}

/* ---- going on ---- */

/* true: all parts have left. *again: come back for the rest. */
static bool
snapshot_is_over(struct hs_child_stream *stream, bool *again)
{
	struct hs_child_snapshot *snapshot = stream->snapshot;
	enum hs_err err;

	if (snapshot == NULL) {
		/* Made when the first part leaves: it must be true for what the stream goes on from. */
		snapshot = stream->snapshot = hs_child_snapshot_create(stream->store);
		if (snapshot == NULL) {
			hs_error("feed.child_snapshot_failed", "seq=%llu",
				(unsigned long long)stream->cursor);
			*again = true;
			return false;
		}
	}
	err = stream->ports.send(stream->ports.owner, snapshot->parts[snapshot->next].bytes,
		snapshot->parts[snapshot->next].len_bytes);
	if (err == HS_OK)
		snapshot->next++;
	if (snapshot->next < snapshot->count) {
		*again = err == HS_OK || err == HS_ERR_AGAIN;
		return false;
	}
	hs_child_snapshot_destroy(snapshot);
	stream->snapshot = NULL;
	stream->state = HS_CHILD_REPLAY;
	return true;
}

static bool
window_is_full(const struct hs_child_stream *stream)
{
	return stream->window_count == stream->window_max ||
	       stream->window_bytes >= WINDOW_MAX_BYTES;
}

/* Everything that we have was sent. Also said again when the newest ones were none for us (a stream with holes). */
static bool
tell_live(struct hs_child_stream *stream)
{
	struct hs_buf buf;

	hs_buf_init(&buf, HS_CHILD_FRAME_BYTES);
	hs_child_pack_live(&buf, stream->cursor);
	if (send_buf(stream, &buf) == HS_ERR_AGAIN)
		return false;
	stream->state = HS_CHILD_LIVE;
	return true;
}

/* The next notice behind the cursor. NULL: a page is awaited, there is none (the cursor has moved on), or a gap was told. */
static struct hs_entry *
next_entry(struct hs_child_stream *stream)
{
	const struct hs_store *store = stream->store;
	const struct hs_page *page;
	struct hs_entry *entry;

	if (stream->cursor >= hs_ring_base(store->ring)) {
		entry = hs_ring_after(store->ring, stream->cursor);
		if (entry == NULL) {
			stream->cursor = hs_store_newest(store);
			stream->state = HS_CHILD_REPLAY;
		}
		return entry;
	}
	page = hs_pager_get(stream->pager, stream->cursor);
	if (page == NULL)
		return NULL;
	entry = hs_page_after(page, stream->cursor);
	if (entry == NULL)
		begin_with_gap(stream, stream->cursor, "not_in_journal");
	return entry;
}

/* HS_OK: it left. */
static enum hs_err
send_entry(struct hs_child_stream *stream, const struct hs_entry *entry)
{
	struct hs_buf buf;
	size_t len_bytes;
	enum hs_err err;

	hs_buf_init(&buf, HS_CHILD_FRAME_BYTES);
	hs_child_pack_deliver(&buf, entry, stream->prev_seq);
	len_bytes = buf.len_bytes;
	err = send_buf(stream, &buf);
	if (err != HS_OK)
		return err;
	stream->window[(stream->window_first + stream->window_count) % stream->window_max] =
		(struct sent_notice){ entry->seq, len_bytes };
	stream->window_count++;
	stream->window_bytes += len_bytes;
	stream->prev_seq = entry->seq;
	stream->cursor = entry->seq;
	return HS_OK;
}

/* true: the slice is used up, or the link is full for the moment. */
static bool
send_notices(struct hs_child_stream *stream)
{
	size_t sent = 0, before_bytes = stream->window_bytes;

	while (stream->cursor < hs_store_newest(stream->store)) {
		uint64_t cursor = stream->cursor;
		struct hs_entry *entry;
		enum hs_err err;

		if (window_is_full(stream))
			return false;
		if (sent == SLICE_NOTICES || stream->window_bytes - before_bytes >= SLICE_MAX_BYTES)
			return true;
		entry = next_entry(stream);
		if (entry == NULL && stream->state == HS_CHILD_SNAPSHOT)
			return true;
		if (entry == NULL && stream->cursor == cursor)
			return false;
		if (entry == NULL)
			continue;
		err = send_entry(stream, entry);
		if (err != HS_OK)
			return err == HS_ERR_AGAIN || err == HS_ERR_NOMEM;
		sent++;
	}
	return stream->state == HS_CHILD_REPLAY && !tell_live(stream);
}

bool
hs_child_stream_pump(struct hs_child_stream *stream)
{
	bool again = false;

	if (stream->state == HS_CHILD_STOPPED)
		return false;
	if (stream->state == HS_CHILD_AHEAD) {
		if (hs_store_newest(stream->store) < stream->cursor)
			return false;
		begin(stream, stream->cursor, stream->wants_snapshot);
	}
	if (stream->state == HS_CHILD_SNAPSHOT && !snapshot_is_over(stream, &again))
		return again;
	return send_notices(stream);
}

bool
hs_child_stream_ack(struct hs_child_stream *stream, uint64_t seq)
{
	if (seq > stream->cursor || stream->state == HS_CHILD_STOPPED ||
		stream->state == HS_CHILD_AHEAD)
		return false;
	while (stream->window_count > 0 && stream->window[stream->window_first].seq <= seq) {
		stream->window_bytes -= stream->window[stream->window_first].len_bytes;
		stream->window_first = (stream->window_first + 1) % stream->window_max;
		stream->window_count--;
	}
	return true;
}

enum hs_child_state
hs_child_stream_state(const struct hs_child_stream *stream)
{
	return stream->state;
}

const char *
hs_child_state_name(enum hs_child_state state)
{
	static const char *const names[HS_CHILD_STATE_COUNT] = { "stopped", "ahead", "snapshot",
		"replay", "live" };

	return names[state];
}

uint64_t
hs_child_stream_sent(const struct hs_child_stream *stream)
{
	return stream->state == HS_CHILD_AHEAD ? 0 : stream->cursor;
}

uint64_t
hs_child_stream_gaps(const struct hs_child_stream *stream)
{
	return stream->gaps;
}
