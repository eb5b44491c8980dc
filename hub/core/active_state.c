#include "hub/core/active_state.h"

#include <stdlib.h>
#include <string.h>

#include "hub/core/memory.h"

#define VERSION_BYTES 32
#define DIGEST_BYTES  (HS_DIGEST_SIZE - 1)
#define COUNT_AT      (HS_SHA256_BYTES + VERSION_BYTES + DIGEST_BYTES + 8)
#define HEAD_BYTES    (COUNT_AT + 8)

static void
put_seq(struct hs_buf *out, uint64_t seq)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(seq >> (56 - 8 * i));
	hs_buf_add(out, bytes, sizeof(bytes));
}

static uint64_t
get_seq(const uint8_t *bytes)
{
	uint64_t seq = 0;

	for (size_t i = 0; i < 8; i++)
		seq = seq << 8 | bytes[i];
	return seq;
}

static void
count_document(void *owner, uint64_t seq, const void *notice, size_t len_bytes)
{
	(void)seq;
	(void)notice;
	(void)len_bytes;
	++*(uint64_t *)owner;
}

static void
put_document(void *owner, uint64_t seq, const void *notice, size_t len_bytes)
{
	(void)notice;
	(void)len_bytes;
	put_seq(owner, seq);
}

static void
put_version(struct hs_buf *out, const char *version)
{
	char text[VERSION_BYTES] = "";

	strncpy(text, version, sizeof(text) - 1);
	hs_buf_add(out, text, sizeof(text));
}

void
hs_active_state_write(const struct hs_active *active, const struct hs_watch *watch, uint64_t seq,
	const char *version, struct hs_buf *out)
{
	uint64_t count = 0;
	uint8_t hash[HS_SHA256_BYTES] = { 0 };
	char digest[HS_DIGEST_SIZE];
	size_t at = out->len_bytes;
	struct hs_span rest;

	hs_active_digest(active, digest);
	hs_buf_add(out, hash, sizeof(hash));
	put_version(out, version);
	hs_buf_add(out, digest, DIGEST_BYTES);
	put_seq(out, seq);
	hs_active_each_document(active, count_document, &count);
	put_seq(out, count);
	hs_active_each_document(active, put_document, out);
	hs_watch_write(watch, out);
	if (out->failed)
		return;
	rest = (struct hs_span){ out->bytes + at + sizeof(hash),
		out->len_bytes - at - sizeof(hash) };
	hs_sha256(&rest, 1, hash);
	memcpy(out->bytes + at, hash, sizeof(hash));
}

static bool
is_sound(const uint8_t *bytes, size_t len_bytes, const char *version)
{
	struct hs_span rest = { bytes + HS_SHA256_BYTES, len_bytes - HS_SHA256_BYTES };
	char text[VERSION_BYTES] = "";
	uint8_t hash[HS_SHA256_BYTES];

	strncpy(text, version, sizeof(text) - 1);
	hs_sha256(&rest, 1, hash);
	return memcmp(hash, bytes, sizeof(hash)) == 0 &&
	       memcmp(text, bytes + HS_SHA256_BYTES, sizeof(text)) == 0;
}

bool
hs_active_state_read(struct hs_span span, const char *version, struct hs_active_state *out)
{
	const uint8_t *bytes = span.bytes;
	uint64_t count;

	*out = (struct hs_active_state){ 0 };
	if (span.len_bytes < HEAD_BYTES || !is_sound(bytes, span.len_bytes, version))
		return false;
	count = get_seq(bytes + COUNT_AT);
	if (count > (span.len_bytes - HEAD_BYTES) / 8)
		return false;
	memcpy(out->digest, bytes + HS_SHA256_BYTES + VERSION_BYTES, DIGEST_BYTES);
	out->seq = get_seq(bytes + COUNT_AT - 8);
	out->count = (size_t)count;
	out->watch = (struct hs_span){ bytes + HEAD_BYTES + 8 * count,
		span.len_bytes - HEAD_BYTES - 8 * (size_t)count };
	out->seqs = hs_must_alloc(out->count, sizeof(*out->seqs));
	for (size_t i = 0; i < out->count; i++)
		out->seqs[i] = get_seq(bytes + HEAD_BYTES + 8 * i);
	return true;
}

void
hs_active_state_free(struct hs_active_state *state)
{
	free(state->seqs);
	*state = (struct hs_active_state){ 0 };
}

bool
hs_active_state_needs(struct hs_active_state *state, uint64_t seq)
{
	if (seq > state->seq)
		return true;
	while (state->next < state->count && state->seqs[state->next] < seq)
		state->next++;
	return state->next < state->count && state->seqs[state->next] == seq;
}
