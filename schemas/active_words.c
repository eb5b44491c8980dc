/* active_words.c: what one organisation, or one document, has in the active set: for the hub's guards. */
#include <stdlib.h>
#include <utlist.h>

#include "schemas/active_parts.h"

static void
visit_list(const struct hs_active_document *first,
	void (*visit)(void *owner, const struct hs_active_word *word), void *owner)
{
	const struct hs_active_document *document;
	DL_FOREACH2(first, document, group_next)
	{
		const struct hs_kept *stands = hs_active_stands(document);
		if (stands)
			visit(owner, &(struct hs_active_word){
					     document->key, stands->seq, &stands->says });
	}
}

/* NULL: nothing of it; *err HS_ERR_NOMEM: not known. */
static const struct hs_active_group *
group_find(const struct hs_active *active, const hs_notice *like, enum hs_err *err)
{
	const struct hs_active_group *group = NULL;
	char *key = hs_active_group_key(like);
	*err = key ? HS_OK : HS_ERR_NOMEM;
	if (key)
		HASH_FIND_STR(active->groups, key, group);
	free(key);
	return group;
}

size_t
hs_active_documents_of(const struct hs_active *active, const hs_notice *like)
{
	enum hs_err err;
	const struct hs_active_group *group = group_find(active, like, &err);
	return group ? group->document_count : 0;
}

enum hs_err
hs_active_each_word(const struct hs_active *active, const hs_notice *like,
	void (*visit)(void *owner, const struct hs_active_word *word), void *owner)
{
	enum hs_err err;
	const struct hs_active_group *group = group_find(active, like, &err);
	if (err != HS_OK)
		return err;
	if (group) {
		visit_list(group->others, visit, owner);
		visit_list(group->left_over, visit, owner);
	}
	return HS_OK;
}

static const struct hs_active_document *
document_of(const struct hs_active *active, const hs_notice *of)
{
	const struct hs_active_document *document = NULL;
	struct hs_buf key;
	hs_buf_init(&key, HS_NOTICE_MAX_BYTES);
	if (hs_document_key(of, &key))
		HASH_FIND_STR(active->documents, hs_buf_text(&key), document);
	hs_buf_free(&key);
	return document;
}

bool
hs_active_word_of(const struct hs_active *active, const hs_notice *of, struct hs_active_word *out)
{
	const struct hs_active_document *document = document_of(active, of);
	const struct hs_kept *stands = document ? hs_active_stands(document) : NULL;
	if (!stands)
		return false;
	*out = (struct hs_active_word){ document->key, stands->seq, &stands->says };
	return true;
}

struct hs_span
hs_active_newest(const struct hs_active *active, const hs_notice *of)
{
	const struct hs_active_document *document = document_of(active, of);
	struct hs_span bytes = { "", 0 };
	if (document && document->newest)
		bytes = hs_kept_bytes(document->newest);
	return bytes;
}
