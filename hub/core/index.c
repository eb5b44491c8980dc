#include "hub/core/index.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "hub/base/check.h"
#include "hub/core/memory.h"

struct document_node {
	struct hs_known_document known;
	struct hs_area_set areas;
	UT_hash_handle hh;
};

struct submission_node {
	struct hs_known_submission known;
	struct submission_node *older; /* of the same principal */
	UT_hash_handle hh;	       /* in the order of the journal */
};

/* A document that was superseded before it came. */
struct reference_node {
	uint8_t key[HS_ID_BYTES];
	uint8_t by[HS_ID_BYTES];
	UT_hash_handle hh;
};

/* Principals are few; each name is kept once. */
struct principal_node {
	UT_hash_handle hh;
	struct submission_node *newest;
	struct hs_changes changes;
	char name[];
};

struct hs_index {
	struct document_node *documents;
	struct submission_node *submissions;
	struct principal_node *principals;
	struct reference_node *references; /* oldest first */
	size_t references_max;
	uint8_t (*keys)[HS_ID_BYTES]; /* by seq - 1, while recovering */
	uint64_t key_count, key_room;
	struct hs_changes changes; /* of everybody's submissions */
};

struct hs_index *
hs_index_create(size_t references_max)
{
	struct hs_index *index = hs_must_alloc(1, sizeof(*index));

	index->references_max = references_max;
	return index;
}

static void
drop_reference(struct hs_index *index, struct reference_node *node)
{
	HASH_DEL(index->references, node);
	free(node);
}

void
hs_index_destroy(struct hs_index *index)
{
	struct document_node *document, *next_document;
	struct submission_node *submission, *next_submission;
	struct principal_node *principal, *next_principal;

	hs_index_recovered(index);
	while (index->references != NULL)
		drop_reference(index, index->references);
	HASH_ITER (hh, index->documents, document, next_document) {
		HASH_DEL(index->documents, document);
		hs_area_set_free(&document->areas);
		free(document);
	}
	HASH_ITER (hh, index->submissions, submission, next_submission) {
		HASH_DEL(index->submissions, submission);
		free(submission);
	}
	HASH_ITER (hh, index->principals, principal, next_principal) {
		HASH_DEL(index->principals, principal);
		free(principal);
	}
	free(index);
}

static struct document_node *
find_document(const struct hs_index *index, const uint8_t key[HS_ID_BYTES])
{
	struct document_node *node;

	HASH_FIND(hh, index->documents, key, HS_ID_BYTES, node);
	return node;
}

const struct hs_known_document *
hs_index_document(const struct hs_index *index, const uint8_t key[HS_ID_BYTES])
{
	const struct document_node *node = find_document(index, key);

	return node == NULL ? NULL : &node->known;
}

const struct hs_area_set *
hs_index_areas(const struct hs_index *index, const uint8_t key[HS_ID_BYTES])
{
	const struct document_node *node = find_document(index, key);

	return node == NULL ? NULL : &node->areas;
}

const struct hs_known_submission *
hs_index_submission(const struct hs_index *index, const uint8_t id[HS_ID_BYTES])
{
	struct submission_node *node;

	HASH_FIND(hh, index->submissions, id, HS_ID_BYTES, node);
	return node == NULL ? NULL : &node->known;
}

size_t
hs_index_documents(const struct hs_index *index)
{
	return HASH_COUNT(index->documents);
}

size_t
hs_index_submissions(const struct hs_index *index)
{
	return HASH_COUNT(index->submissions);
}

static struct reference_node *
find_reference(const struct hs_index *index, const uint8_t key[HS_ID_BYTES])
{
	struct reference_node *node;

	HASH_FIND(hh, index->references, key, HS_ID_BYTES, node);
	return node;
}

bool
hs_index_is_referenced(const struct hs_index *index, const uint8_t key[HS_ID_BYTES])
{
	return find_reference(index, key) != NULL;
}

size_t
hs_index_references(const struct hs_index *index)
{
	return HASH_COUNT(index->references);
}

struct superseder {
	struct hs_index *index;
	const uint8_t *key;
};

static void
take_superseded(void *owner, const uint8_t key[HS_ID_BYTES])
{
	const struct superseder *superseder = owner;
	struct hs_index *index = superseder->index;
	struct document_node *document = find_document(index, key);
	struct reference_node *node = find_reference(index, key);

	if (document != NULL) {
		document->known.superseded = true;
		memcpy(document->known.by, superseder->key, HS_ID_BYTES);
	}
	if (document != NULL || node != NULL || index->references_max == 0)
		return;
	if (HASH_COUNT(index->references) >= index->references_max)
		drop_reference(index, index->references);
	node = hs_must_alloc(1, sizeof(*node));
	memcpy(node->key, key, HS_ID_BYTES);
	memcpy(node->by, superseder->key, HS_ID_BYTES);
	HASH_ADD(hh, index->references, key, HS_ID_BYTES, node);
}

static struct principal_node *
find_principal(const struct hs_index *index, struct hs_span name)
{
	struct principal_node *node = NULL;

	if (index->principals != NULL)
		HASH_FIND(hh, index->principals, name.len_bytes > 0 ? name.bytes : "",
			name.len_bytes, node);
	return node;
}

/* One without a name is kept too: its submissions are nobody's. */
static struct principal_node *
intern(struct hs_index *index, struct hs_span name)
{
	struct principal_node *node = find_principal(index, name);

	if (node == NULL) {
		node = hs_must_alloc(1, sizeof(*node) + name.len_bytes + 1);
		if (name.len_bytes > 0)
			memcpy(node->name, name.bytes, name.len_bytes);
		node->changes.all = &index->changes;
		HASH_ADD(hh, index->principals, name, name.len_bytes, node);
	}
	return node;
}

void
hs_index_take_submission(struct hs_index *index, const struct hs_known_submission *submission,
	struct hs_span principal)
{
	struct submission_node *node;
	struct principal_node *whose;

	if (hs_index_submission(index, submission->id) != NULL)
		return;
	whose = intern(index, principal);
	node = hs_must_alloc(1, sizeof(*node));
	node->known = *submission;
	node->known.principal = whose->name;
	node->older = whose->newest;
	whose->newest = node;
	HASH_ADD(hh, index->submissions, known.id, HS_ID_BYTES, node);
	hs_changes_note(&whose->changes);
}

static struct hs_span
span_of(const char *text)
{
	return (struct hs_span){ text, strlen(text) };
}

static const struct submission_node *
newest_of(const struct hs_index *index, const char *principal)
{
	const struct principal_node *whose;

	if (principal[0] == '\0')
		return index->submissions == NULL ? NULL
						  : ELMT_FROM_HH(index->submissions->hh.tbl,
							    index->submissions->hh.tbl->tail);
	whose = find_principal(index, span_of(principal));
	return whose == NULL ? NULL : whose->newest;
}

static const struct submission_node *
node_of(const struct hs_known_submission *known)
{
	_Static_assert(offsetof(struct submission_node, known) == 0, "it stands first");
	return (const void *)known;
}

const struct hs_known_submission *
hs_index_older(const struct hs_index *index, const char *principal,
	const struct hs_known_submission *known)
{
	const struct submission_node *node;

	if (known == NULL)
		node = newest_of(index, principal);
	else if (principal[0] == '\0')
		node = node_of(known)->hh.prev;
	else
		node = node_of(known)->older;
	return node == NULL ? NULL : &node->known;
}

struct hs_changes *
hs_index_changes(struct hs_index *index, const char *principal)
{
	struct principal_node *whose;

	if (principal[0] == '\0')
		return &index->changes;
	whose = find_principal(index, span_of(principal));
	return whose == NULL ? NULL : &whose->changes;
}

uint64_t
hs_index_changed(const struct hs_index *index, const char *principal)
{
	const struct principal_node *whose =
		principal[0] == '\0' ? NULL : find_principal(index, span_of(principal));

	if (principal[0] == '\0')
		return index->changes.count;
	return whose == NULL ? 0 : whose->changes.count;
}

void
hs_index_take_document(struct hs_index *index, const struct hs_known_document *document,
	struct hs_span notice, const struct hs_area_set *told)
{
	struct document_node *node = find_document(index, document->key);
	struct reference_node *reference = find_reference(index, document->key);
	struct superseder superseder = { index, document->key };
	struct hs_notice_look look;

	if (node == NULL) {
		node = hs_must_alloc(1, sizeof(*node));
		memcpy(node->known.key, document->key, HS_ID_BYTES);
		HASH_ADD(hh, index->documents, known.key, HS_ID_BYTES, node);
	}
	node->known = *document;
	if (reference != NULL) { /* from here on its own state says so */
		node->known.superseded = true;
		memcpy(node->known.by, reference->by, HS_ID_BYTES);
		drop_reference(index, reference);
	}
	HS_CHECK(hs_area_set_add_all(&node->areas, told) == HS_OK);
	HS_CHECK(hs_notice_look(notice, &look) == HS_OK);
	hs_notice_each_superseded(notice, &look, take_superseded, &superseder);
}

void
hs_index_note_seq(struct hs_index *index, uint64_t seq, const uint8_t key[HS_ID_BYTES])
{
	HS_CHECK(seq == index->key_count + 1);
	if (index->key_count == index->key_room) {
		index->key_room = index->key_room == 0 ? 1024 : index->key_room * 2;
		index->keys = hs_must_realloc(index->keys, index->key_room, sizeof(*index->keys));
	}
	memcpy(index->keys[index->key_count++], key, HS_ID_BYTES);
}

void
hs_index_tell(struct hs_index *index, uint64_t seq, uint64_t peers)
{
	struct document_node *node = NULL;

	if (seq >= 1 && seq <= index->key_count)
		node = find_document(index, index->keys[seq - 1]);
	if (node != NULL)
		node->known.told |= peers;
}

void
hs_index_recovered(struct hs_index *index)
{
	free(index->keys);
	index->keys = NULL;
	index->key_count = index->key_room = 0;
}
