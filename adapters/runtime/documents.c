/* The deliveries of each document that are not over, one hash node for each. */
#include <stdlib.h>
#include <string.h>

/* A key points to its two texts: they are hashed and compared where they stand, so that a look takes no memory. */
#define HASH_FUNCTION(key, len_bytes, hash) ((hash) = hash_of(key))
#define HASH_KEYCMP(a, b, len_bytes)	    compare(a, b)
#include "adapters/runtime/internal.h"

#include <utlist.h>

#include "hub/base/check.h"

struct document_key {
	const char *source, *id;
};

struct hs_document_deliveries {
	UT_hash_handle hh;
	struct document_key key; /* of texts */
	enum hs_adapter_lane lane;
	struct hs_adapter_delivery *first;
	size_t users; /* its deliveries, and who joined */
	char texts[];
};

static unsigned
hash_of(const struct document_key *key)
{
	unsigned source = 0, id = 0;
	HASH_JEN(key->source, strlen(key->source), source);
	HASH_JEN(key->id, strlen(key->id), id);
	return 31 * source + id;
}

static int
compare(const struct document_key *a, const struct document_key *b)
{
	int by_id = strcmp(a->id, b->id);
	return by_id != 0 ? by_id : strcmp(a->source, b->source);
}

static struct hs_document_deliveries *
find(const struct hs_queues *queues, enum hs_adapter_lane lane, const struct document_key *key)
{
	struct hs_document_deliveries *found;
	HASH_FIND(hh, queues->by_document[lane], key, sizeof(*key), found);
	return found;
}

static struct hs_document_deliveries *
add(struct hs_queues *queues, enum hs_adapter_lane lane, const struct document_key *key)
{
	size_t source_bytes = strlen(key->source) + 1, id_bytes = strlen(key->id) + 1;
	struct hs_document_deliveries *own = calloc(1, sizeof(*own) + source_bytes + id_bytes);
	if (!own)
		return NULL;
	own->key.source = memcpy(own->texts, key->source, source_bytes);
	own->key.id = memcpy(own->texts + source_bytes, key->id, id_bytes);
	own->lane = lane;
	HASH_ADD(hh, queues->by_document[lane], key, sizeof(own->key), own);
	if (own->hh.tbl)
		return own;
	free(own);
	return NULL;
}

struct hs_document_deliveries *
hs_document_join(struct hs_queues *queues, enum hs_adapter_lane lane, const hs_document *document)
{
	const struct document_key key = { document->source, document->id };
	struct hs_document_deliveries *own = find(queues, lane, &key);
	if (!own)
		own = add(queues, lane, &key);
	if (own)
		own->users++;
	return own;
}

void
hs_document_leave(struct hs_queues *queues, struct hs_document_deliveries *own)
{
	HS_CHECK(own->users > 0);
	if (--own->users > 0)
		return;
	HASH_DEL(queues->by_document[own->lane], own);
	free(own);
}

void
hs_document_put(struct hs_document_deliveries *own, struct hs_adapter_delivery *delivery)
{
	delivery->links.document = own;
	DL_APPEND2(own->first, delivery, links.document_before, links.document_next);
	own->users++;
}

void
hs_document_remove(struct hs_queues *queues, struct hs_adapter_delivery *delivery)
{
	struct hs_document_deliveries *own = delivery->links.document;
	DL_DELETE2(own->first, delivery, links.document_before, links.document_next);
	hs_document_leave(queues, own);
}

struct hs_adapter_delivery *
hs_delivery_of(const struct hs_adapter *adapter, const struct hs_lane *lane, const char *source,
	const char *id, const struct hs_adapter_delivery *before)
{
	if (before)
		return before->links.document_next;
	const struct document_key key = { source, id };
	const struct hs_document_deliveries *found = find(&adapter->queues, lane->id, &key);
	return found ? found->first : NULL;
}
