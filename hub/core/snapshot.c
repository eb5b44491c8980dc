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
	DELIVER_SEQ = 1,
	DELIVER_NOTICE = 3
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
	const struct hs_route *route;
	uint32_t peer;
	struct hs_buf body; /* notices of the part that grows */
};

static void
end_part(struct maker *maker, uint64_t newest_seq, const char *digest)
{
	struct hs_snapshot *snapshot = maker->snapshot;
	struct hs_buf message;

	hs_buf_init(&message, STORE_MAX_BYTES);
	hs_wire_put_uint(&message, SNAPSHOT_SEQ, newest_seq);
	if (maker->body.len_bytes > 0)
		hs_buf_add(&message, maker->body.bytes, maker->body.len_bytes);
	if (digest != NULL) {
		hs_wire_put_uint(&message, SNAPSHOT_LAST, 1);
		hs_wire_put_text(&message, SNAPSHOT_DIGEST, digest);
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

struct visit {
	struct maker maker;
	uint64_t newest_seq;
};

static void
add_document(void *owner, uint64_t seq, const void *notice, size_t len_bytes)
{
	struct visit *visit = owner;
	struct maker *maker = &visit->maker;
	struct hs_buf deliver;

	if (!hs_route_entitled(maker->route, seq, maker->peer))
		return;
	if (maker->body.len_bytes > 0 && maker->body.len_bytes + len_bytes > PART_BYTES)
		end_part(maker, visit->newest_seq, NULL);
	hs_buf_init(&deliver, STORE_MAX_BYTES);
	hs_wire_put_uint(&deliver, DELIVER_SEQ, seq);
	hs_wire_put_bytes(&deliver, DELIVER_NOTICE, notice, len_bytes);
	hs_wire_put_message(&maker->body, SNAPSHOT_NOTICES, &deliver);
	HS_CHECK(!deliver.failed && !maker->body.failed);
	hs_buf_free(&deliver);
}

struct hs_snapshot *
hs_snapshot_create(const struct hs_active *active, const struct hs_route *route, uint32_t peer,
	uint64_t newest_seq)
{
	struct hs_snapshot *snapshot = hs_must_alloc(1, sizeof(*snapshot));
	struct visit visit = { .maker = { .snapshot = snapshot, .route = route, .peer = peer },
		.newest_seq = newest_seq };
	char digest[HS_DIGEST_SIZE] = "";

	hs_buf_init(&snapshot->store, STORE_MAX_BYTES);
	hs_buf_init(&visit.maker.body, STORE_MAX_BYTES);
	hs_active_each_document(active, add_document, &visit);
	if (hs_route_unfiltered(route, peer))
		hs_active_digest(active, digest);
	end_part(&visit.maker, newest_seq, digest);
	hs_buf_free(&visit.maker.body);
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
