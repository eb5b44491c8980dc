/* had.c: see had.h. */
#include "adapters/broadcaster/had.h"

static uint64_t
hash_of(const char *text, uint64_t hash)
{
	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return (hash ^ '|') * UINT64_C(1099511628211);
}

uint64_t
hs_had_key(const hs_notice *notice)
{
	const hs_document *document = notice->document;
	if (document == NULL)
		return 0;
	return hash_of(document->id, hash_of(document->source, UINT64_C(14695981039346656037)));
}

/* HS_HAD_MAX: none. */
static size_t
row_of(const struct hs_had *had, uint64_t document)
{
	size_t at = 0;
	while (at < HS_HAD_MAX && had->rows[at].document != document)
		at++;
	return at;
}

const bool *
hs_had_find(const struct hs_had *had, uint64_t document)
{
	size_t at = document != 0 ? row_of(had, document) : HS_HAD_MAX;
	return at < HS_HAD_MAX ? &had->rows[at].got : NULL;
}

void
hs_had_add(struct hs_had *had, uint64_t document)
{
	if (document == 0 || row_of(had, document) < HS_HAD_MAX)
		return;
	size_t at = had->next++ % HS_HAD_MAX;
	had->rows[at].document = document;
	had->rows[at].got = false;
}

void
hs_had_got(struct hs_had *had, uint64_t document)
{
	size_t at = row_of(had, document);
	if (at < HS_HAD_MAX)
		had->rows[at].got = true;
}

void
hs_had_got_all(struct hs_had *had)
{
	for (size_t i = 0; i < HS_HAD_MAX; i++)
		had->rows[i].got = true;
}
