#include "hub/core/unheard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "hub/base/check.h"
#include "hub/core/memory.h"

#define US_PER_MS 1000
#define KEY_SIZE  (HS_OUTLET_MAX_BYTES + 12) /* "12/good/990019" */

/* A notice about which nothing is heard. */
struct unanswered {
	uint64_t seq;		  /* 0: none */
	int64_t since_unix_us;	  /* of its SENT or RECEIVED */
	int64_t accepted_unix_us; /* of the notice */
};

/* An outlet that said a word, or is silent. */
struct node {
	char key[KEY_SIZE];
	uint32_t peer;
	uint64_t word_seq; /* the newest notice it spoke of; 0: none */
	struct unanswered first, newest;
	UT_hash_handle hh;
};

/* Each node is in one of the two. */
struct hs_unheard {
	struct node *silent;
	struct node *calm; /* who spoke longest ago comes first */
};

struct hs_unheard *
hs_unheard_create(void)
{
	return hs_must_alloc(1, sizeof(struct hs_unheard));
}

void
hs_unheard_destroy(struct hs_unheard *unheard)
{
	struct node *node, *next;

	HASH_ITER (hh, unheard->silent, node, next) {
		HASH_DEL(unheard->silent, node);
		free(node);
	}
	HASH_ITER (hh, unheard->calm, node, next) {
		HASH_DEL(unheard->calm, node);
		free(node);
	}
	free(unheard);
}

/* ---- the outlets of one notice ---- */

struct each {
	const struct hs_unheard_view *view;
	void (*visit)(void *owner, const struct hs_unheard_entry *entry);
	void *owner;
	uint64_t spoke; /* adapters (bits) with a receipt */
};

/* Its place among the peers, or peer_count. */
static uint32_t
adapter_at(const struct hs_core_options *options, const char *name)
{
	uint32_t i = 0;

	while (i < options->peer_count && (options->peers[i].kind != (int)HS_PEER(ADAPTER) ||
						  strcmp(options->peers[i].name, name) != 0))
		i++;
	return i;
}

/* It is silent when this moment has come: one millisecond behind the limit of its adapter. */
static int64_t
silent_from(const struct hs_core_options *options, uint32_t peer, int64_t since_unix_us)
{
	int64_t limit_ms = peer < options->peer_count ? options->peers[peer].silent_after_ms : 0;

	return limit_ms > 0 ? since_unix_us + (limit_ms + 1) * US_PER_MS : INT64_MAX;
}

static void
tell(struct each *each, const struct hs_receipt_entry *receipt, uint32_t peer, int64_t begins)
{
	struct hs_receipt_entry told = *receipt;
	const struct hs_unheard_entry entry = { &told, peer, begins };

	if (begins <= each->view->unix_us)
		told.silent_ms = (each->view->unix_us - told.unix_us) / US_PER_MS;
	each->visit(each->owner, &entry);
}

static void
tell_receipt(void *owner, const struct hs_receipt_entry *receipt)
{
	struct each *each = owner;
	const struct hs_core_options *options = each->view->options;
	uint32_t peer = adapter_at(options, receipt->adapter);
	bool waits = hs_receipts_waits(each->view->receipts, receipt);

	if (peer < options->peer_count && !hs_receipt_of_guests(receipt))
		each->spoke |= (uint64_t)1 << peer;
	tell(each, receipt, peer, waits ? silent_from(options, peer, receipt->unix_us) : INT64_MAX);
}

void
hs_unheard_each(const struct hs_unheard_view *view, uint64_t seq, int64_t accepted_unix_us,
	void (*visit)(void *owner, const struct hs_unheard_entry *entry), void *owner)
{
	struct each each = { view, visit, owner, 0 };

	hs_receipts_each(view->receipts, seq, tell_receipt, &each);
	if (hs_receipts_version(view->receipts, seq) == 0)
		return;
	for (uint32_t i = 0; i < view->options->peer_count; i++) {
		const struct hs_core_peer *peer = &view->options->peers[i];
		const struct hs_receipt_entry missing = { .seq = seq,
			.adapter = peer->name,
			.outlet = "",
			.detail = "",
			.unix_us = accepted_unix_us };

		if (peer->kind == (int)HS_PEER(ADAPTER) && (each.spoke >> i & 1) == 0 &&
			hs_route_entitled(view->route, seq, i))
			tell(&each, &missing, i, silent_from(view->options, i, accepted_unix_us));
	}
}

/* ---- who is silent ---- */

/* A new one, or the calm one that spoke longest ago; NULL: none is calm and there are too many. */
static struct node *
make_room(struct hs_unheard *unheard)
{
	struct node *node = unheard->calm;

	if (HASH_COUNT(unheard->silent) + HASH_COUNT(unheard->calm) < HS_UNHEARD_OUTLETS_MAX)
		return hs_must_alloc(1, sizeof(*node));
	if (node != NULL) {
		HASH_DEL(unheard->calm, node);
		*node = (struct node){ 0 };
	}
	return node;
}

static struct node *
find(struct hs_unheard *unheard, uint32_t peer, const char *outlet)
{
	char key[KEY_SIZE];
	struct node *node;

	HS_CHECK(snprintf(key, sizeof(key), "%u/%s", peer, outlet) < (int)sizeof(key));
	HASH_FIND_STR(unheard->silent, key, node);
	if (node == NULL)
		HASH_FIND_STR(unheard->calm, key, node);
	if (node != NULL)
		return node;
	node = make_room(unheard);
	if (node == NULL)
		return NULL;
	memcpy(node->key, key, sizeof(key));
	node->peer = peer;
	HASH_ADD_STR(unheard->calm, key, node);
	return node;
}

static void
call(const struct node *node, int64_t unix_us, const struct hs_unheard_ops *ops,
	enum hs_unheard_change change)
{
	const struct hs_unheard_outlet outlet = { .peer = node->peer,
		.outlet = strchr(node->key, '/') + 1,
		.seq = node->first.seq,
		.silent_ms = (unix_us - node->first.since_unix_us) / US_PER_MS };

	if (ops != NULL)
		ops->changed(ops->owner, &outlet, change);
}

static void
end_silence(struct hs_unheard *unheard, struct node *node, int64_t unix_us,
	const struct hs_unheard_ops *ops, enum hs_unheard_change change)
{
	call(node, unix_us, ops, change);
	node->first = node->newest = (struct unanswered){ 0 };
	HASH_DEL(unheard->silent, node);
	HASH_ADD_STR(unheard->calm, key, node);
}

static void
note_word(struct hs_unheard *unheard, uint32_t peer, const char *outlet,
	const struct hs_receipt_entry *receipt, const struct hs_unheard_view *view,
	const struct hs_unheard_ops *ops)
{
	struct node *node = find(unheard, peer, outlet);

	if (node == NULL)
		return;
	if (node->word_seq < receipt->seq)
		node->word_seq = receipt->seq;
	if (node->newest.seq == 0) {
		HASH_DEL(unheard->calm, node);
		HASH_ADD_STR(unheard->calm, key, node);
	} else if (node->newest.seq <= receipt->seq)
		end_silence(unheard, node, view->unix_us, ops, HS_UNHEARD_SPOKE);
	else if (node->first.seq <= receipt->seq)
		node->first = node->newest;
}

/* FILTERED may be the hub's own word: of an adapter that is not to have the notice. */
void
hs_unheard_word(struct hs_unheard *unheard, const struct hs_unheard_view *view,
	const struct hs_receipt_entry *receipt, const struct hs_unheard_ops *ops)
{
	uint32_t peer = adapter_at(view->options, receipt->adapter);

	if (receipt->state <= (int)HS_RECEIPT(RECEIVED) || hs_receipt_of_guests(receipt) ||
		peer == view->options->peer_count ||
		strlen(receipt->outlet) > HS_OUTLET_MAX_BYTES ||
		!hs_route_entitled(view->route, receipt->seq, peer))
		return;
	note_word(unheard, peer, receipt->outlet, receipt, view, ops);
	if (receipt->outlet[0] != '\0')
		note_word(unheard, peer, "", receipt, view, ops);
}

struct look {
	struct hs_unheard *unheard;
	const struct hs_unheard_view *view;
	int64_t watched_us;
	const struct hs_unheard_ops *ops;
	struct hs_receipts_due *due;
};

static void
begin_silence(const struct look *look, const struct hs_unheard_entry *entry)
{
	const struct hs_receipt_entry *receipt = entry->receipt;
	const struct unanswered notice = { receipt->seq, receipt->unix_us,
		look->due->accepted_unix_us };
	struct hs_unheard *unheard = look->unheard;
	struct node *node;

	if (look->view->unix_us - notice.accepted_unix_us >= look->watched_us)
		return;
	node = find(unheard, entry->peer, receipt->outlet);
	if (node == NULL || node->word_seq >= notice.seq)
		return;
	if (node->newest.seq == 0) {
		node->first = node->newest = notice;
		HASH_DEL(unheard->calm, node);
		HASH_ADD_STR(unheard->silent, key, node);
		call(node, look->view->unix_us, look->ops, HS_UNHEARD_BEGAN);
	} else if (node->newest.seq < notice.seq)
		node->newest = notice;
}

static void
look_at_entry(void *owner, const struct hs_unheard_entry *entry)
{
	struct look *look = owner;

	if (entry->begins_unix_us > look->view->unix_us) {
		if (entry->begins_unix_us < look->due->due_unix_us)
			look->due->due_unix_us = entry->begins_unix_us;
		return;
	}
	if (entry->begins_unix_us > look->due->looked_unix_us)
		look->due->began = true;
	begin_silence(look, entry);
}

static void
look_at_notice(void *owner, struct hs_receipts_due *due)
{
	struct look *look = owner;

	look->due = due;
	hs_unheard_each(look->view, due->seq, due->accepted_unix_us, look_at_entry, look);
}

void
hs_unheard_look(struct hs_unheard *unheard, const struct hs_unheard_view *view,
	struct hs_receipts *receipts, int64_t watched_us, const struct hs_unheard_ops *ops)
{
	struct look look = { unheard, view, watched_us, ops, NULL };
	struct node *node, *next;

	hs_receipts_look(receipts, view->unix_us, look_at_notice, &look);
	HASH_ITER (hh, unheard->silent, node, next) {
		if (view->unix_us - node->newest.accepted_unix_us >= watched_us)
			end_silence(unheard, node, view->unix_us, ops, HS_UNHEARD_AGED);
	}
}

size_t
hs_unheard_count(const struct hs_unheard *unheard, uint32_t peer)
{
	size_t count = 0;

	for (const struct node *node = unheard->silent; node != NULL; node = node->hh.next)
		count += node->peer == peer;
	return count;
}
