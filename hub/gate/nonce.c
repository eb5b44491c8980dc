/* nonce.c: open addressing over hashes of (username, nonce), with the time until which each
 * counts. */
#include "hub/gate/nonce.h"

#include <stdbool.h>

#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/hash.h"

struct entry {
	uint8_t key[16];
	int64_t until_unix_us; /* 0 = never used */
};

struct hs_nonces {
	struct entry *entries;
	size_t capacity, used;
	int64_t window_us;
};

struct hs_nonces *
hs_nonces_create(size_t capacity, int64_t window_s)
{
	struct hs_nonces *nonces = calloc(1, sizeof(*nonces));

	if (!nonces)
		return NULL;
	nonces->entries = calloc(capacity, sizeof(nonces->entries[0]));
	nonces->capacity = capacity;
	nonces->window_us = window_s * HS_US_PER_S;
	if (!nonces->entries) {
		free(nonces);
		return NULL;
	}
	return nonces;
}

void
hs_nonces_destroy(struct hs_nonces *nonces)
{
	if (!nonces)
		return;
	free(nonces->entries);
	free(nonces);
}

static void
key_of(const char *username, const char *nonce, uint8_t key[16])
{
	struct hs_span spans[] = { { username, strlen(username) + 1 }, { nonce, strlen(nonce) } };
	uint8_t digest[HS_SHA256_BYTES];

	hs_sha256(spans, 2, digest);
	memcpy(key, digest, 16);
}

/* Puts a live entry into its place of a table that has room. */
static void
place(struct hs_nonces *nonces, const struct entry *entry)
{
	uint64_t hash;
	size_t at;

	memcpy(&hash, entry->key, sizeof(hash));
	at = hash % nonces->capacity;
	while (nonces->entries[at].until_unix_us != 0)
		at = (at + 1) % nonces->capacity;
	nonces->entries[at] = *entry;
	nonces->used++;
}

/* Drops what is too old to be accepted. HS_ERR_NOMEM leaves the table as it was. */
static enum hs_err
forget_old(struct hs_nonces *nonces, int64_t now_unix_us)
{
	struct entry *old = nonces->entries;
	struct entry *fresh = calloc(nonces->capacity, sizeof(fresh[0]));

	if (!fresh)
		return HS_ERR_NOMEM;
	nonces->entries = fresh;
	nonces->used = 0;
	for (size_t i = 0; i < nonces->capacity; i++) {
		if (old[i].until_unix_us > now_unix_us)
			place(nonces, &old[i]);
	}
	free(old);
	return HS_OK;
}

static bool
is_known(const struct hs_nonces *nonces, const uint8_t key[16], int64_t now_unix_us)
{
	uint64_t hash;
	size_t at;

	memcpy(&hash, key, sizeof(hash));
	at = hash % nonces->capacity;
	for (size_t i = 0; i < nonces->capacity; i++) {
		const struct entry *entry = &nonces->entries[at];

		if (entry->until_unix_us == 0)
			return false;
		if (memcmp(entry->key, key, 16) == 0 && entry->until_unix_us > now_unix_us)
			return true;
		at = (at + 1) % nonces->capacity;
	}
	return false;
}

enum hs_err
hs_nonces_take(struct hs_nonces *nonces, const char *username, const char *nonce,
	int64_t created_unix_us, int64_t now_unix_us)
{
	struct entry entry;

	if (created_unix_us < now_unix_us - nonces->window_us ||
		created_unix_us > now_unix_us + nonces->window_us)
		return HS_ERR_STALE;
	key_of(username, nonce, entry.key);
	if (is_known(nonces, entry.key, now_unix_us))
		return HS_ERR_EXISTS;
	/* One microsecond longer than the token can be accepted. */
	entry.until_unix_us = created_unix_us + nonces->window_us + 1;
	if (nonces->used >= nonces->capacity - nonces->capacity / 8) {
		if (forget_old(nonces, now_unix_us) != HS_OK ||
			nonces->used >= nonces->capacity - nonces->capacity / 8)
			return HS_ERR_FULL;
	}
	place(nonces, &entry);
	return HS_OK;
}
