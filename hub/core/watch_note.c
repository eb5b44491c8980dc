/* watch_note.c: what the watch remembers, as bytes for the note beside the active set. See watch.h.
 *
 * Format: fields as protobuf has them: 1 place {1 key, 2 heard, 3 first mail, 4 last mail, 5 its seq},
 *         2 document {1 key, 2 spell {1 place, 2 since, 3 heard, 4 until, 5 seq, 6 level}, 3 orders}. Times in microseconds. The note around it
 *         has a hash, so what is read here was written here.
 */
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/wire.h"
#include "hub/core/memory.h"
#include "hub/core/watch_parts.h"

#define NOTE_MAX_BYTES ((size_t)256 << 20)

enum { NOTE_PLACE = 1, NOTE_DOCUMENT = 2 };
enum { DOCUMENT_KEY = 1, DOCUMENT_SPELL = 2, DOCUMENT_ORDERS = 3 };
#define NUMBERS 6

static void
put_numbers(struct hs_buf *out, uint32_t number, const uint64_t values[NUMBERS])
{
	struct hs_buf inner;

	hs_buf_init(&inner, NOTE_MAX_BYTES);
	for (uint32_t i = 0; i < NUMBERS; i++)
		hs_wire_put_uint(&inner, i + 1, values[i]);
	hs_wire_put_message(out, number, &inner);
	hs_buf_free(&inner);
}

static bool
get_numbers(const struct hs_wire_field *field, uint64_t values[NUMBERS])
{
	struct hs_wire wire = hs_wire_of(field->bytes, field->len_bytes);
	struct hs_wire_field one;

	memset(values, 0, NUMBERS * sizeof(values[0]));
	while (hs_wire_next(&wire, &one)) {
		if (one.number >= 1 && one.number <= NUMBERS)
			values[one.number - 1] = one.value;
	}
	return !wire.bad;
}

static void
put_document(struct hs_buf *out, const struct hs_watch_document *document)
{
	struct hs_buf inner;

	hs_buf_init(&inner, NOTE_MAX_BYTES);
	hs_wire_put_text(&inner, DOCUMENT_KEY, document->key);
	for (size_t i = 0; i < document->count; i++) {
		const struct hs_spell *spell = &document->spells[i];
		const uint64_t values[NUMBERS] = { spell->place, (uint64_t)spell->since_unix_us,
			(uint64_t)spell->heard_unix_us, (uint64_t)spell->until_unix_us, spell->seq,
			spell->level };

		put_numbers(&inner, DOCUMENT_SPELL, values);
	}
	hs_wire_put_uint(&inner, DOCUMENT_ORDERS, document->orders);
	HS_CHECK(!inner.failed);
	hs_wire_put_message(out, NOTE_DOCUMENT, &inner);
	hs_buf_free(&inner);
}

void
hs_watch_write(const struct hs_watch *watch, struct hs_buf *out)
{
	for (const struct hs_watch_place *place = watch->places; place != NULL;
		place = place->hh.next) {
		const uint64_t values[NUMBERS] = { place->key, (uint64_t)place->heard_unix_us,
			(uint64_t)place->mail_first_unix_us, (uint64_t)place->mail_last_unix_us,
			place->mail_seq, 0 };

		if (place->heard_unix_us != 0 || place->mail_seq != 0)
			put_numbers(out, NOTE_PLACE, values);
	}
	for (const struct hs_watch_document *document = watch->documents; document != NULL;
		document = document->hh.next)
		put_document(out, document);
}

static bool
get_place(struct hs_watch *watch, const struct hs_wire_field *field)
{
	uint64_t values[NUMBERS];
	struct hs_watch_place *place;

	if (!get_numbers(field, values))
		return false;
	place = hs_watch_place_get(watch, (uint32_t)values[0]);
	place->heard_unix_us = (int64_t)values[1];
	place->mail_first_unix_us = (int64_t)values[2];
	place->mail_last_unix_us = (int64_t)values[3];
	place->mail_seq = values[4];
	return true;
}

static size_t
count_of(const struct hs_wire_field *document, uint32_t number)
{
	struct hs_wire wire = hs_wire_of(document->bytes, document->len_bytes);
	struct hs_wire_field field;
	size_t count = 0;

	while (hs_wire_next(&wire, &field))
		count += field.number == number && field.bytes != NULL;
	return count;
}

static bool
get_document(struct hs_watch *watch, const struct hs_wire_field *document)
{
	struct hs_wire wire = hs_wire_of(document->bytes, document->len_bytes);
	struct hs_spell *spells =
		hs_must_alloc(count_of(document, DOCUMENT_SPELL), sizeof(*spells));
	struct hs_wire_field field;
	char *key = NULL;
	size_t count = 0;
	bool good = true, orders = false;

	while (good && hs_wire_next(&wire, &field)) {
		uint64_t values[NUMBERS];

		if (field.number == DOCUMENT_KEY && field.bytes != NULL && key == NULL)
			key = hs_must_copy(field.bytes, field.len_bytes);
		if (field.number == DOCUMENT_ORDERS)
			orders = field.value != 0;
		if (field.number != DOCUMENT_SPELL || field.bytes == NULL)
			continue;
		good = get_numbers(&field, values);
		spells[count++] = (struct hs_spell){ (uint32_t)values[0], (int64_t)values[1],
			(int64_t)values[2], (int64_t)values[3], values[4], (uint32_t)values[5] };
	}
	good = good && !wire.bad && key != NULL;
	if (good)
		hs_watch_document_put(watch, key, orders, spells, count);
	else
		free(spells);
	free(key);
	return good;
}

bool
hs_watch_read(struct hs_watch *watch, struct hs_span bytes)
{
	struct hs_wire wire = hs_wire_of(bytes.bytes, bytes.len_bytes);
	struct hs_wire_field field;
	bool good = true;

	while (good && hs_wire_next(&wire, &field)) {
		if (field.bytes == NULL)
			good = false;
		else if (field.number == NOTE_PLACE)
			good = get_place(watch, &field);
		else if (field.number == NOTE_DOCUMENT)
			good = get_document(watch, &field);
	}
	return good && !wire.bad;
}
