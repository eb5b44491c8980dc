/* active_view.c: what can be read from the active set: entries, digest, notices.
 *
 * Entries are computed when they are asked for and kept until a notice changes the set.
 * Digest: each notice that the set rests on has a SHA-256 over its seq, its bytes and what we read in them; these are
 * added up in four lanes of 64 bits as notices come and go, and the digest is SHA-256 over sums and count, cut to 32
 * hexadecimal digits. So it does not depend on the order of events and costs the same however much is in force
 * (sorting 35,000 entries for each notice cost 15 ms). Sums can be forged by somebody who chooses many notices at will;
 * the digest finds faults, not forgers: links and feeds are authenticated.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "schemas/active_parts.h"

void
hs_active_view_forget(struct hs_active_view *view)
{
	free(view->entries);
	*view = (struct hs_active_view){ 0 };
}

/* Memory without which nothing true can be said. */
static void *
must_alloc(size_t count, size_t size_bytes)
{
	void *memory = calloc(count ? count : 1, size_bytes);
	HS_CHECK(memory);
	return memory;
}

/* ---- entries ---- */

struct candidate {
	const struct hs_statement *says;
	const struct hs_kept *kept;
	const struct hs_active_document *document;
};

/* Drills, tests and the real thing never meet; neither do orders and shelters. Warnings meet by their hazard, whatever
 * kind of telegram told them. */
static int
compare_places(const struct candidate *x, const struct candidate *y)
{
	if (x->kept->mode != y->kept->mode)
		return x->kept->mode < y->kept->mode ? -1 : 1;
	int kind_x = x->says->hazard[0] ? 0 : x->kept->kind;
	int kind_y = y->says->hazard[0] ? 0 : y->kept->kind;
	if (kind_x != kind_y)
		return kind_x < kind_y ? -1 : 1;
	return strcmp(x->says->key, y->says->key);
}

/* The winner of each place is last. */
static int
compare_candidates(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	int by_place = compare_places(x, y);
	if (by_place)
		return by_place;
	if (x->says->ordered_unix_us != y->says->ordered_unix_us)
		return x->says->ordered_unix_us < y->says->ordered_unix_us ? -1 : 1;
	if (x->kept->seq != y->kept->seq)
		return x->kept->seq < y->kept->seq ? -1 : 1;
	return strcmp(x->document->key, y->document->key);
}

static int
compare_entries(const void *a, const void *b)
{
	const struct hs_active_entry *x = a, *y = b;
	const int order[] = { strcmp(x->area_code, y->area_code), strcmp(x->sub_code, y->sub_code),
		strcmp(x->area_name, y->area_name), x->kind - y->kind, strcmp(x->hazard, y->hazard),
		strcmp(x->term, y->term), strcmp(x->document_key, y->document_key) };
	for (size_t i = 0; i < HS_COUNT(order); i++)
		if (order[i])
			return order[i];
	return 0;
}

const struct hs_kept *
hs_active_speaks(const struct hs_active_document *document)
{
	return document->witness ? document->newest : hs_active_stands(document);
}

bool
hs_active_counts(const struct hs_kept *kept, const struct hs_statement *says)
{
	return says->in_force || (says->lifts && !kept->legacy); /* a lift against the old family */
}

/* What is said now; `view` learns until when nothing more expires. */
static size_t
collect(const struct hs_active *active, int64_t at_unix_us, bool warnings_only,
	struct hs_active_view *view, struct candidate *out)
{
	size_t count = 0;
	for (const struct hs_active_document *document = active->documents; document;
		document = document->hh.next) {
		const struct hs_kept *kept = hs_active_speaks(document);
		if (!kept)
			continue;
		if (kept->valid_until_unix_us <= at_unix_us) {
			if (kept->valid_until_unix_us > view->from_unix_us)
				view->from_unix_us = kept->valid_until_unix_us;
			continue;
		}
		if (kept->valid_until_unix_us < view->to_unix_us)
			view->to_unix_us = kept->valid_until_unix_us;
		if (warnings_only && kept->kind == (int)HS_KIND(EVACUATION))
			continue;
		for (size_t i = 0; i < kept->says.count; i++) {
			if (!hs_active_counts(kept, &kept->says.items[i]))
				continue;
			if (out)
				out[count] =
					(struct candidate){ &kept->says.items[i], kept, document };
			count++;
		}
	}
	return count;
}

/* The winner among what is said of one place; NULL: nothing is in force there. */
static const struct candidate *
winner_of(const struct candidate *all, size_t count)
{
	const struct candidate *winner = NULL;
	int64_t yields_until_unix_us =
		INT64_MIN; /* the old family, to the newest word of the new one */
	for (size_t i = 0; i < count; i++) {
		const struct hs_kept *kept = all[i].kept;
		if (!kept->legacy &&
			kept->told_unix_us + HS_LEGACY_WINDOW_US > yields_until_unix_us)
			yields_until_unix_us = kept->told_unix_us + HS_LEGACY_WINDOW_US;
	}
	for (size_t i = 0; i < count; i++) {
		const struct hs_kept *kept = all[i].kept;
		if (all[i].says->in_force &&
			(!kept->legacy || kept->told_unix_us > yields_until_unix_us))
			winner = &all[i];
	}
	return winner;
}

static struct hs_active_entry
entry_of(const struct candidate *from)
{
	return (struct hs_active_entry){
		.area_code = from->says->area_code,
		.area_name = from->says->area_name,
		.sub_code = from->says->sub_code,
		.name_key = from->says->name_key,
		.place_key = from->says->key,
		.mode = from->kept->mode,
		.kind = from->kept->kind,
		.level = from->says->level,
		.equivalent_level = from->says->equivalent_level,
		.rank = from->says->rank,
		.hazard = from->says->hazard,
		.term = from->says->term,
		.document_key = from->document->key,
		.revision = from->kept->revision,
		.seq = from->kept->seq,
		.ordered_unix_us = from->says->ordered_unix_us,
		.valid_until_unix_us = from->kept->valid_until_unix_us,
	};
}

/* The winner of the place that begins at all[start]; *end becomes where the next one begins. */
static const struct candidate *
next_winner(const struct candidate *all, size_t count, size_t start, size_t *end)
{
	while (*end < count && compare_places(&all[start], &all[*end]) == 0)
		++*end;
	return winner_of(&all[start], *end - start);
}

/* At INT64_MIN nothing has expired. */
static const struct hs_active_view *
view_entries(const struct hs_active *active, int64_t at_unix_us)
{
	struct hs_active_view *view = active->view;
	if (view->entries_known && view->from_unix_us <= at_unix_us &&
		at_unix_us < view->to_unix_us)
		return view;
	hs_active_view_forget(view);
	view->from_unix_us = INT64_MIN;
	view->to_unix_us = HS_FOR_EVER;
	size_t count = collect(active, at_unix_us, false, view, NULL);
	struct candidate *all = must_alloc(count, sizeof(*all));
	collect(active, at_unix_us, false, view, all);
	qsort(all, count, sizeof(*all), compare_candidates);
	view->entries = must_alloc(count, sizeof(*view->entries));
	for (size_t start = 0, end = 0; start < count; start = end) {
		const struct candidate *winner = next_winner(all, count, start, &end);
		if (winner)
			view->entries[view->entry_count++] = entry_of(winner);
	}
	free(all);
	qsort(view->entries, view->entry_count, sizeof(*view->entries), compare_entries);
	view->entries_known = true;
	return view;
}

void
hs_active_each_entry_at(const struct hs_active *active, int64_t at_unix_us,
	void (*visit)(void *owner, const struct hs_active_entry *entry), void *owner)
{
	const struct hs_active_view *view = view_entries(active, at_unix_us);
	for (size_t i = 0; i < view->entry_count; i++)
		visit(owner, &view->entries[i]);
}

int64_t
hs_active_each_warning_at(const struct hs_active *active, int64_t at_unix_us,
	void (*visit)(void *owner, const struct hs_active_entry *entry), void *owner)
{
	struct hs_active_view view = { .from_unix_us = INT64_MIN, .to_unix_us = HS_FOR_EVER };
	size_t count = collect(active, at_unix_us, true, &view, NULL);
	struct candidate *all = must_alloc(count, sizeof(*all));
	collect(active, at_unix_us, true, &view, all);
	qsort(all, count, sizeof(*all), compare_candidates);
	for (size_t start = 0, end = 0; start < count; start = end) {
		const struct candidate *winner = next_winner(all, count, start, &end);
		if (winner) {
			struct hs_active_entry entry = entry_of(winner);
			visit(owner, &entry);
		}
	}
	free(all);
	return view.to_unix_us;
}

int64_t
hs_active_expired_before(const struct hs_active *active, int64_t at_unix_us)
{
	return view_entries(active, at_unix_us)->from_unix_us;
}

int64_t
hs_active_expires_next(const struct hs_active *active, int64_t at_unix_us)
{
	return view_entries(active, at_unix_us)->to_unix_us;
}

void
hs_active_each_entry(const struct hs_active *active,
	void (*visit)(void *owner, const struct hs_active_entry *entry), void *owner)
{
	hs_active_each_entry_at(active, INT64_MIN, visit, owner);
}

/* Of the place of so many candidates. */
static void
each_rival_of(const struct candidate *all, size_t count, const struct candidate *winner,
	void (*visit)(void *owner, const char *yields, const char *stands), void *owner)
{
	for (size_t i = 0; i < count; i++) {
		const struct candidate *loser = &all[i];
		if (loser == winner || !loser->says->in_force)
			continue;
		for (size_t j = 0; j < count; j++) {
			bool beats =
				&all[j] == winner || (loser->kept->legacy && !all[j].kept->legacy);
			if (beats && all[j].document != loser->document)
				visit(owner, loser->document->key, all[j].document->key);
		}
	}
}

void
hs_active_each_rival(const struct hs_active *active,
	void (*visit)(void *owner, const char *yields, const char *stands), void *owner)
{
	struct hs_active_view view = { .from_unix_us = INT64_MIN, .to_unix_us = HS_FOR_EVER };
	size_t count = collect(active, INT64_MIN, false, &view, NULL);
	struct candidate *all = must_alloc(count, sizeof(*all));
	collect(active, INT64_MIN, false, &view, all);
	qsort(all, count, sizeof(*all), compare_candidates);
	for (size_t start = 0, end = 0; start < count; start = end) {
		const struct candidate *winner = next_winner(all, count, start, &end);
		if (end - start > 1)
			each_rival_of(all + start, end - start, winner, visit, owner);
	}
	free(all);
}

size_t
hs_active_document_count(const struct hs_active *active)
{
	size_t count = 0;
	for (const struct hs_active_document *document = active->documents; document;
		document = document->hh.next)
		count += hs_active_stands(document) != NULL;
	return count;
}

/* ---- notices ---- */

static int
compare_kept(const void *a, const void *b)
{
	const struct hs_kept *const *x = a, *const *y = b;
	if ((*x)->seq != (*y)->seq)
		return (*x)->seq < (*y)->seq ? -1 : 1;
	return memcmp((*x)->mark, (*y)->mark, sizeof((*x)->mark));
}

#define KEPT_PER_DOCUMENT 3

/* All kept notices (or only those that stand) by seq; the caller frees the array. */
static const struct hs_kept **
sorted_kept(const struct hs_active *active, bool standing_only, size_t *count)
{
	const struct hs_kept **all =
		must_alloc(HASH_COUNT(active->documents), KEPT_PER_DOCUMENT * sizeof(void *));
	*count = 0;
	for (const struct hs_active_document *document = active->documents; document;
		document = document->hh.next) {
		const struct hs_kept *parts[KEPT_PER_DOCUMENT] = { document->before,
			document->newest, document->cancel };
		if (standing_only) {
			memset(parts, 0, sizeof(parts));
			parts[0] = hs_active_stands(document);
		}
		for (size_t i = 0; i < KEPT_PER_DOCUMENT; i++)
			if (parts[i])
				all[(*count)++] = parts[i];
	}
	qsort(all, *count, sizeof(void *), compare_kept);
	return all;
}

static void
each_kept(const struct hs_active *active, bool standing_only,
	void (*visit)(void *owner, uint64_t seq, const void *notice, size_t len_bytes), void *owner)
{
	size_t count = 0;
	const struct hs_kept **all = sorted_kept(active, standing_only, &count);
	for (size_t i = 0; i < count; i++)
		visit(owner, all[i]->seq, hs_kept_bytes(all[i]).bytes,
			hs_kept_bytes(all[i]).len_bytes);
	free(all);
}

void
hs_active_each_document(const struct hs_active *active,
	void (*visit)(void *owner, uint64_t seq, const void *notice, size_t len_bytes), void *owner)
{
	each_kept(active, false, visit, owner);
}

void
hs_active_each_standing(const struct hs_active *active,
	void (*visit)(void *owner, uint64_t seq, const void *notice, size_t len_bytes), void *owner)
{
	each_kept(active, true, visit, owner);
}

/* ---- digest ---- */

void
hs_active_digest(const struct hs_active *active, char out[HS_DIGEST_SIZE])
{
	uint64_t parts[HS_ACTIVE_LANES + 1];
	for (size_t i = 0; i < HS_ACTIVE_LANES; i++)
		parts[i] = htobe64(active->sum[i]); /* the same on every host */
	parts[HS_ACTIVE_LANES] = htobe64(active->kept_count);
	const struct hs_span spans[] = { { parts, sizeof(parts) } };
	uint8_t sum[HS_SHA256_BYTES];
	hs_sha256(spans, HS_COUNT(spans), sum);
	hs_hex(sum, (HS_DIGEST_SIZE - 1) / 2, out);
}
