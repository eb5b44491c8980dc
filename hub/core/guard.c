#include "hub/core/guard.h"

#include <stdlib.h>
#include <string.h>

#include "schemas/silent.h"
#include "schemas/statement.h"

#define BIT(name)	 (1u << HS_FINDING_##name)
#define JUMP_STEPS	 2
#define PB_IN_FORCE	 (&hansho__v1__in_force__descriptor)
#define LEVEL_LAST_PLAIN 3 /* up to here people prepare, or the old leave; above all leave */

static bool
is_order(const hs_notice *notice)
{
	return notice->kind == HS_KIND(EVACUATION) && notice->document != NULL &&
	       (notice->action == HS_ACTION(ISSUE) || notice->action == HS_ACTION(UPDATE) ||
		       notice->action == HS_ACTION(CORRECT));
}

/* mode|source|id: the id may have anything in it but the first two may not. */
static const char *
id_of(const char *document_key)
{
	const char *source = strchr(document_key, '|');
	const char *id = source != NULL ? strchr(source + 1, '|') : NULL;

	return id != NULL ? id + 1 : "";
}

/* ---- how far it goes ---- */

static uint32_t
step_of(uint32_t level)
{
	if (level == 0)
		return 0;
	return level <= LEVEL_LAST_PLAIN ? 1 : level - LEVEL_LAST_PLAIN + 1;
}

struct before {
	const struct hs_statement *of;
	const struct hs_statement *newest;
	uint64_t seq;
};

/* The newest order counts, of the same moment the later notice, as in the active set. Words come by no order: after a
 * start by another than before it. */
static void
find_before(void *owner, const struct hs_active_word *word)
{
	struct before *before = owner;
	const struct hs_statement *found = hs_statements_find(word->says, before->of);

	bool newer = found != NULL && found->in_force &&
		     (before->newest == NULL ||
			     found->ordered_unix_us > before->newest->ordered_unix_us ||
			     (found->ordered_unix_us == before->newest->ordered_unix_us &&
				     word->seq > before->seq));

	if (newer) {
		before->newest = found;
		before->seq = word->seq;
	}
}

static enum hs_err
look_for_jump(const struct hs_active *active, const hs_notice *notice,
	const struct hs_statements *says, bool *jump)
{
	enum hs_err err = HS_OK;

	*jump = false;
	for (size_t i = 0; err == HS_OK && !*jump && i < says->count; i++) {
		struct before before = { .of = &says->items[i] };
		uint32_t old;

		if (!says->items[i].in_force || step_of(says->items[i].level) < JUMP_STEPS)
			continue;
		err = hs_active_each_word(active, notice, find_before, &before);
		old = before.newest == NULL ? 0 : before.newest->level;
		*jump = step_of(says->items[i].level) >= step_of(old) + JUMP_STEPS;
	}
	return err;
}

/* ---- whether it stands already ---- */

struct twin {
	const hs_notice *notice;
	const struct hs_statements *says;
	const char *own_key;
	bool found;
};

/* Does the notice replace that document? Then it may well say the same. */
static bool
replaces(const hs_notice *notice, const char *document_key)
{
	bool found = false;

	for (size_t i = 0; i < notice->document->n_supersedes && !found; i++) {
		const char *id = hs_superseded_id(notice->document, i);
		struct hs_buf key;

		if (id == NULL)
			continue;
		hs_buf_init(&key, HS_NOTICE_MAX_BYTES);
		found = hs_document_key_of(notice, id, &key) &&
			strcmp(hs_buf_text(&key), document_key) == 0;
		hs_buf_free(&key);
	}
	return found;
}

/* Statements stand by key, so the order in which areas were sent makes no difference. */
static void
compare_words(void *owner, const struct hs_active_word *word)
{
	struct twin *twin = owner;

	if (twin->found || word->says->count != twin->says->count ||
		strcmp(word->document_key, twin->own_key) == 0)
		return;
	for (size_t i = 0; i < word->says->count; i++) {
		const struct hs_statement *x = &word->says->items[i], *y = &twin->says->items[i];

		if (strcmp(x->key, y->key) != 0 || x->level != y->level ||
			x->in_force != y->in_force || strcmp(x->term, y->term) != 0)
			return;
	}
	twin->found = !replaces(twin->notice, word->document_key);
}

static enum hs_err
look_for_twin(const struct hs_active *active, const hs_notice *notice,
	const struct hs_statements *says, bool *found)
{
	struct hs_buf key;
	enum hs_err err = HS_ERR_NOMEM;
	struct twin twin = { notice, says, "", false };

	hs_buf_init(&key, HS_NOTICE_MAX_BYTES);
	if (hs_document_key(notice, &key)) {
		twin.own_key = hs_buf_text(&key);
		err = says->count > 0 ? hs_active_each_word(active, notice, compare_words, &twin)
				      : HS_OK;
	}
	hs_buf_free(&key);
	*found = twin.found;
	return err;
}

/* ---- whether a silent correction is one ---- */

static enum hs_err
look_at_silence(struct hs_arena *arena, const struct hs_active *active, const hs_notice *notice,
	bool *allowed)
{
	struct hs_span packed = hs_active_newest(active, notice);
	hs_notice *before;
	enum hs_err err;

	*allowed = false;
	if (packed.len_bytes == 0)
		return HS_OK;
	err = hs_notice_unpack(arena, packed.bytes, packed.len_bytes, &before);
	return err == HS_OK ? hs_silent_allowed(arena, before, notice, allowed) : err;
}

unsigned
hs_guard_look(struct hs_arena *arena, const struct hs_active *active, const hs_notice *notice)
{
	struct hs_statements says;
	bool jump = false, twin = false, silent = true;
	enum hs_err err = HS_OK;

	if (notice->silent) {
		/* what cannot be looked at must not pass unheard */
		err = look_at_silence(arena, active, notice, &silent);
		if (err != HS_OK || !silent)
			return BIT(SILENT_CHANGES);
	}
	if (!is_order(notice))
		return 0;
	if (hs_active_documents_of(active, notice) > HS_GUARD_DOCUMENTS_MAX)
		return BIT(CHECK_BROKEN);
	err = hs_statements_of(arena, notice, &says);
	if (err == HS_OK)
		err = look_for_jump(active, notice, &says, &jump);
	if (err == HS_OK)
		err = look_for_twin(active, notice, &says, &twin);
	return (err != HS_OK ? BIT(CHECK_BROKEN) : 0) | (jump ? BIT(LEVEL_JUMP) : 0) |
	       (twin ? BIT(NEAR_DUPLICATE) : 0);
}

/* ---- whether it names all that it should ---- */

#define HEIRS_MAX \
	64 /* documents that replaced what a notice names; and steps from one to the next */

struct heirs {
	struct hs_arena *arena;
	const struct hs_active *active;
	const hs_notice *notice;
	uint8_t keys[HEIRS_MAX][HS_ID_BYTES];
	size_t count;
	int64_t now_unix_us;
	bool found;
};

static struct hs_notice_look
look_of(const hs_notice *notice)
{
	const hs_document *document = notice->document;

	return (struct hs_notice_look){ .mode = (int)notice->mode,
		.source = { document->source, strlen(document->source) },
		.document = { document->id, strlen(document->id) } };
}

static bool
names(const hs_notice *notice, const uint8_t key[HS_ID_BYTES])
{
	struct hs_notice_look look = look_of(notice);
	uint8_t own[HS_ID_BYTES];

	hs_document_id(look.mode, look.source, look.document, own);
	if (memcmp(own, key, HS_ID_BYTES) == 0)
		return true;
	for (size_t i = 0; i < notice->document->n_supersedes; i++) {
		const char *entry = notice->document->supersedes[i];

		if (hs_superseded_key(&look, (struct hs_span){ entry, strlen(entry) }, own) &&
			memcmp(own, key, HS_ID_BYTES) == 0)
			return true;
	}
	return false;
}

/* The last one that replaced the document of that key; it may be in force. */
static void
add_heir(struct heirs *heirs, const struct hs_index *index, const uint8_t key[HS_ID_BYTES])
{
	const struct hs_known_document *known = hs_index_document(index, key);

	if (known == NULL || !known->superseded)
		return;
	for (size_t steps = 0; known != NULL && known->superseded; steps++) {
		if (steps == HEIRS_MAX || names(heirs->notice, known->by))
			return;
		known = hs_index_document(index, known->by);
	}
	if (known != NULL && known->begun && !known->cancelled && heirs->count < HEIRS_MAX)
		memcpy(heirs->keys[heirs->count++], known->key, HS_ID_BYTES);
}

static bool
has_expired(struct heirs *heirs, char *id)
{
	hs_document document = *heirs->notice->document;
	hs_notice of = *heirs->notice, *heir = NULL;
	struct hs_span packed;

	document.id = id;
	of.document = &document;
	packed = hs_active_newest(heirs->active, &of);
	return packed.len_bytes == 0 ||
	       hs_notice_unpack(heirs->arena, packed.bytes, packed.len_bytes, &heir) != HS_OK ||
	       hs_valid_until(heir) <= heirs->now_unix_us;
}

static void
look_for_heir(void *owner, const struct hs_active_word *word)
{
	struct heirs *heirs = owner;
	struct hs_notice_look look = look_of(heirs->notice);
	char *id = hs_arena_strdup(heirs->arena, id_of(word->document_key));
	uint8_t key[HS_ID_BYTES];

	if (heirs->found || id == NULL)
		return;
	hs_document_id(look.mode, look.source, (struct hs_span){ id, strlen(id) }, key);
	for (size_t i = 0; i < heirs->count && !heirs->found; i++)
		heirs->found =
			memcmp(heirs->keys[i], key, HS_ID_BYTES) == 0 && !has_expired(heirs, id);
}

unsigned
hs_guard_references(struct hs_arena *arena, const struct hs_index *index,
	const struct hs_active *active, const hs_notice *notice, int64_t now_unix_us)
{
	struct heirs heirs = {
		.arena = arena, .active = active, .notice = notice, .now_unix_us = now_unix_us
	};
	struct hs_notice_look look = look_of(notice);
	uint8_t key[HS_ID_BYTES];

	for (size_t i = 0; i < notice->document->n_supersedes; i++) {
		const char *entry = notice->document->supersedes[i];

		if (hs_superseded_key(&look, (struct hs_span){ entry, strlen(entry) }, key))
			add_heir(&heirs, index, key);
	}
	if (heirs.count == 0)
		return 0;
	if (hs_active_documents_of(active, notice) > HS_GUARD_DOCUMENTS_MAX ||
		hs_active_each_word(active, notice, look_for_heir, &heirs) != HS_OK)
		return BIT(CHECK_BROKEN);
	return heirs.found ? BIT(REFERENCES_INCOMPLETE) : 0;
}

/* ---- what is in force ---- */

struct row {
	const struct hs_statement *says;
	const char *document_key;
	uint64_t seq;
};

struct rows {
	struct row *items; /* NULL while they are only counted */
	size_t count;
};

static void
collect(void *owner, const struct hs_active_word *word)
{
	struct rows *rows = owner;

	for (size_t i = 0; i < word->says->count; i++) {
		if (!word->says->items[i].in_force)
			continue;
		if (rows->items != NULL)
			rows->items[rows->count] = (struct row){ &word->says->items[i],
				word->document_key, word->seq };
		rows->count++;
	}
}

/* By place; the one that counts comes last. */
static int
compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int by_key = strcmp(x->says->key, y->says->key);

	if (by_key != 0)
		return by_key;
	if (x->says->ordered_unix_us != y->says->ordered_unix_us)
		return x->says->ordered_unix_us < y->says->ordered_unix_us ? -1 : 1;
	return x->seq < y->seq ? -1 : 1;
}

static bool
add_row(struct hs_arena *arena, const struct row *row, struct hs_in_force *out)
{
	Hansho__V1__InForce *item = HS_NEW(arena, PB_IN_FORCE);

	if (item == NULL)
		return false;
	item->area_code = hs_arena_strdup(arena, row->says->area_code);
	item->area_name = hs_arena_strdup(arena, row->says->area_name);
	item->term = hs_arena_strdup(arena, row->says->term);
	item->document = hs_arena_strdup(arena, id_of(row->document_key));
	item->level = row->says->level;
	return !hs_arena_failed(arena) && hs_repeat(arena, &out->count, &out->items, item);
}

void
hs_guard_in_force(struct hs_arena *arena, const struct hs_active *active, const hs_notice *notice,
	struct hs_in_force *out)
{
	struct rows rows = { NULL, 0 };

	*out = (struct hs_in_force){ 0 };
	if (notice->kind != HS_KIND(EVACUATION) ||
		hs_active_documents_of(active, notice) > HS_GUARD_DOCUMENTS_MAX ||
		hs_active_each_word(active, notice, collect, &rows) != HS_OK)
		return;
	out->known = rows.count == 0;
	if (out->known)
		return;
	rows.items = hs_arena_alloc(arena, rows.count * sizeof(*rows.items));
	if (rows.items == NULL)
		return;
	rows.count = 0;
	if (hs_active_each_word(active, notice, collect, &rows) != HS_OK)
		return;
	qsort(rows.items, rows.count, sizeof(*rows.items), compare_rows);
	for (size_t i = 0; i < rows.count; i++) {
		if (i + 1 < rows.count &&
			strcmp(rows.items[i].says->key, rows.items[i + 1].says->key) == 0)
			continue;
		out->total++;
		if (out->count < HS_IN_FORCE_MAX && !add_row(arena, &rows.items[i], out))
			return;
	}
	out->known = true;
}
