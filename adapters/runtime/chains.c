#include "adapters/runtime/chains.h"

#include <stdlib.h>

#define FIRST_ROWS 64
/* FNV-1a. */
#define HASH_BEGIN 0xcbf29ce484222325u
#define HASH_PRIME 0x100000001b3u

static uint64_t
hash_text(uint64_t hash, const char *text)
{
	for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++)
		hash = (hash ^ *at) * HASH_PRIME;
	return hash;
}

uint64_t
hs_chain_hash(uint64_t number, const char *text, const char *more)
{
	return hash_text(hash_text((HASH_BEGIN ^ number) * HASH_PRIME, text), more);
}

static struct hs_chain **
row_of(const struct hs_chains *chains, uint64_t hash)
{
	if (chains->row_count == 0)
		return (struct hs_chain **)(uintptr_t)&chains->only;
	return &chains->rows[(hash ^ hash >> 32) & (chains->row_count - 1)];
}

static void
put(struct hs_chain **row, struct hs_chain *chain)
{
	chain->next = *row;
	chain->at = row;
	if (*row)
		(*row)->at = &chain->next;
	*row = chain;
}

static void
move_all(struct hs_chains *from, struct hs_chains *to)
{
	size_t rows = from->row_count ? from->row_count : 1;
	for (size_t i = 0; i < rows; i++) {
		struct hs_chain *chain = from->row_count ? from->rows[i] : from->only;
		while (chain) {
			struct hs_chain *next = chain->next;
			put(row_of(to, chain->hash), chain);
			chain = next;
		}
	}
}

static void
grow(struct hs_chains *chains)
{
	size_t row_count = chains->row_count ? chains->row_count * 2 : FIRST_ROWS;
	struct hs_chains grown = { .rows = calloc(row_count, sizeof(struct hs_chain *)),
		.row_count = row_count,
		.count = chains->count };
	if (!grown.rows)
		return;
	move_all(chains, &grown);
	free(chains->rows);
	*chains = grown;
}

void
hs_chains_add(struct hs_chains *chains, struct hs_chain *chain, uint64_t hash)
{
	if (chains->count >= chains->row_count)
		grow(chains);
	chain->hash = hash;
	put(row_of(chains, hash), chain);
	chains->count++;
}

void
hs_chains_remove(struct hs_chains *chains, struct hs_chain *chain)
{
	if (!chain->at)
		return;
	*chain->at = chain->next;
	if (chain->next)
		chain->next->at = chain->at;
	*chain = (struct hs_chain){ 0 };
	chains->count--;
}

static struct hs_chain *
same_from(struct hs_chain *chain, uint64_t hash)
{
	while (chain && chain->hash != hash)
		chain = chain->next;
	return chain;
}

struct hs_chain *
hs_chains_find(const struct hs_chains *chains, uint64_t hash)
{
	return same_from(*row_of(chains, hash), hash);
}

struct hs_chain *
hs_chain_next(const struct hs_chain *chain)
{
	return same_from(chain->next, chain->hash);
}

void
hs_chains_free(struct hs_chains *chains)
{
	free(chains->rows);
	*chains = (struct hs_chains){ 0 };
}
