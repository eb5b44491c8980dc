#include "hub/core/snapshot.h"

#include <stdlib.h>

#include "hub/base/check.h"
#include "hub/base/wire.h"
#include "hub/core/memory.h"

#define PART_BYTES	((size_t)512 << 10)
#define STORE_MAX_BYTES ((size_t)1 << 30)

enum {
	FRAME_SNAPSHOT = 6,
	SNAPSHOT_SEQ = 1,
	SNAPSHOT_NOTICES = 2,
	SNAPSHOT_LAST = 3,
	SNAPSHOT_DIGEST = 4,
	SNAPSHOT_PAST = 5,
	SNAPSHOT_PAST_FROM_SEQ = 6,
	DELIVER_SEQ = 1,
	DELIVER_NOTICE = 3,
	PAST_SEQ = 1,
	PAST_NOTICE = 2,
	PAST_OUTLETS = 3,
	PAST_REFUSED = 4
};

struct part {
	size_t at, len_bytes;
};

struct hs_snapshot {
	struct hs_buf store;
	struct part *parts;
	size_t count, next;
};

/* What is needed only while it is made. */
struct maker {
	struct hs_snapshot *snapshot;
	const struct hs_past *past;
	struct hs_buf body; /* notices of the part that grows */
	uint64_t past_from_seq;
};

static void
end_part(struct maker *maker, const char *digest)
{
	struct hs_snapshot *snapshot = maker->snapshot;
	struct hs_buf message;

	hs_buf_init(&message, STORE_MAX_BYTES);
	hs_wire_put_uint(&message, SNAPSHOT_SEQ, maker->past->newest_seq);
	if (maker->body.len_bytes > 0)
		hs_buf_add(&message, maker->body.bytes, maker->body.len_bytes);
	if (digest != NULL) {
		hs_wire_put_uint(&message, SNAPSHOT_LAST, 1);
		hs_wire_put_text(&message, SNAPSHOT_DIGEST, digest);
		hs_wire_put_uint(&message, SNAPSHOT_PAST_FROM_SEQ, maker->past_from_seq);
	}
	snapshot->parts =
		hs_must_realloc(snapshot->parts, snapshot->count + 1, sizeof(*snapshot->parts));
	snapshot->parts[snapshot->count].at = snapshot->store.len_bytes;
	hs_wire_put_message(&snapshot->store, FRAME_SNAPSHOT, &message);
	snapshot->parts[snapshot->count].len_bytes =
		snapshot->store.len_bytes - snapshot->parts[snapshot->count].at;
	snapshot->count++;
	maker->body.len_bytes = 0;
	HS_CHECK(!message.failed && !snapshot->store.failed);
	hs_buf_free(&message);
}

/* Takes the message, which is freed. */
static void
add_message(struct maker *maker, uint32_t number, struct hs_buf *message)
{
	if (maker->body.len_bytes > 0 && maker->body.len_bytes + message->len_bytes > PART_BYTES)
		end_part(maker, NULL);
	hs_wire_put_message(&maker->body, number, message);
	HS_CHECK(!message->failed && !maker->body.failed);
	hs_buf_free(message);
}

static void
add_document(void *owner, uint64_t seq, const void *notice, size_t len_bytes)
{
	struct maker *maker = owner;
	struct hs_buf deliver;

	if (!hs_route_entitled(maker->past->route, seq, maker->past->peer))
		return;
	hs_buf_init(&deliver, STORE_MAX_BYTES);
	hs_wire_put_uint(&deliver, DELIVER_SEQ, seq);
	hs_wire_put_bytes(&deliver, DELIVER_NOTICE, notice, len_bytes);
	add_message(maker, SNAPSHOT_NOTICES, &deliver);
}

static void
put_outlet(void *owner, const char *outlet)
{
	if (outlet[0] != '\0')
		hs_wire_put_text(owner, PAST_OUTLETS, outlet);
}

static void
put_refuser(void *owner, const char *outlet)
{
	if (outlet[0] != '\0')
		hs_wire_put_text(owner, PAST_REFUSED, outlet);
}

static void
add_past(void *owner, const struct hs_recent_notice *notice)
{
	struct maker *maker = owner;
	struct hs_buf past;

	hs_buf_init(&past, STORE_MAX_BYTES);
	hs_wire_put_uint(&past, PAST_SEQ, notice->seq);
	hs_wire_put_bytes(&past, PAST_NOTICE, notice->notice.bytes, notice->notice.len_bytes);
	hs_receipts_each_taker(
		maker->past->receipts, notice->seq, maker->past->adapter, put_outlet, &past);
	hs_receipts_each_refuser(
		maker->past->receipts, notice->seq, maker->past->adapter, put_refuser, &past);
	add_message(maker, SNAPSHOT_PAST, &past);
}

struct hs_snapshot *
hs_snapshot_create(const struct hs_past *past, struct hs_past_told *told)
{
	struct hs_snapshot *snapshot = hs_must_alloc(1, sizeof(*snapshot));
	struct maker maker = { .snapshot = snapshot, .past = past };
	char digest[HS_DIGEST_SIZE] = "";

	hs_buf_init(&snapshot->store, STORE_MAX_BYTES);
	hs_buf_init(&maker.body, STORE_MAX_BYTES);
	hs_active_each_document(past->active, add_document, &maker);
	*told = hs_past_each(past, add_past, &maker);
	maker.past_from_seq = told->from_seq;
	if (hs_route_unfiltered(past->route, past->peer))
		hs_active_digest(past->active, digest);
	end_part(&maker, digest);
	hs_buf_free(&maker.body);
	return snapshot;
}

void
hs_snapshot_destroy(struct hs_snapshot *snapshot)
{
	if (snapshot == NULL)
		return;
	hs_buf_free(&snapshot->store);
	free(snapshot->parts);
	free(snapshot);
}

bool
hs_snapshot_next(struct hs_snapshot *snapshot, struct hs_span *out)
{
	const struct part *part;

	if (snapshot->next == snapshot->count)
		return false;
	part = &snapshot->parts[snapshot->next++];
	*out = (struct hs_span){ snapshot->store.bytes + part->at, part->len_bytes };
	return true;
}

size_t
hs_snapshot_left(const struct hs_snapshot *snapshot)
{
	return snapshot->count - snapshot->next;
}
