#include "adapters/telecom/cbc_board.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"

static void
piece_free(struct hs_cbc_piece *piece)
{
	if (!piece)
		return;
	for (size_t i = 0; i < HS_CBC_LENGTHS; i++)
		free(piece->texts[i]);
	free(piece->document_key);
	free(piece);
}

void
hs_cbc_board_clear(struct hs_cbc_board *board)
{
	while (board->pieces) {
		struct hs_cbc_piece *next = board->pieces->next;
		piece_free(board->pieces);
		board->pieces = next;
	}
	board->count = 0;
}

static struct hs_cbc_piece *
piece_copy(const struct hs_cbc_piece *from, const struct hs_cbc_words *words)
{
	struct hs_cbc_piece *piece = calloc(1, sizeof(*piece));
	if (!piece)
		return NULL;
	*piece = *from;
	piece->next = NULL;
	memset(piece->texts, 0, sizeof(piece->texts));
	piece->document_key = strdup(from->document_key);
	bool whole = piece->document_key != NULL;
	for (size_t i = 0; words && i < HS_CBC_LENGTHS; i++) {
		if (!words->texts[i])
			continue;
		piece->texts[i] = strdup(words->texts[i]);
		whole = whole && piece->texts[i];
	}
	if (whole)
		return piece;
	piece_free(piece);
	return NULL;
}

static void
piece_remove(struct hs_cbc_board *board, struct hs_cbc_piece *piece)
{
	struct hs_cbc_piece **at = &board->pieces;
	HS_CHECK(piece);
	while (*at != piece)
		at = &(*at)->next;
	*at = piece->next;
	board->count--;
	piece_free(piece);
}

/* The last that is over, else the last: pieces stand by falling seq. */
static void
make_room(struct hs_cbc_board *board)
{
	struct hs_cbc_piece *victim = NULL;
	for (struct hs_cbc_piece *piece = board->pieces; piece; piece = piece->next)
		if (piece->over || !victim || !victim->over)
			victim = piece;
	piece_remove(board, victim);
}

struct hs_cbc_piece *
hs_cbc_board_find(const struct hs_cbc_board *board, const char *document_key, const char *area_code,
	enum hs_cbc_language language)
{
	for (struct hs_cbc_piece *piece = board->pieces; piece; piece = piece->next)
		if (piece->language == language && strcmp(piece->area_code, area_code) == 0 &&
			strcmp(piece->document_key, document_key) == 0)
			return piece;
	return NULL;
}

void
hs_cbc_board_restart(struct hs_cbc_board *board)
{
	board->base_seq = board->top_seq;
	board->epoch[0] = '\0';
}

void
hs_cbc_board_history(struct hs_cbc_board *board, const char *epoch, uint64_t seq)
{
	bool first = board->epoch[0] == '\0';
	if (!first && (strcmp(board->epoch, epoch) != 0 || board->base_seq + seq < board->top_seq))
		board->base_seq = board->top_seq;
	snprintf(board->epoch, sizeof(board->epoch), "%s", epoch);
}

uint64_t
hs_cbc_board_seq(const struct hs_cbc_board *board, const char *epoch, uint64_t seq)
{
	bool gone = epoch && board->epoch[0] != '\0' && strcmp(board->epoch, epoch) != 0;
	return board->base_seq + (gone ? 0 : seq);
}

uint32_t
hs_cbc_piece_told_rank(const struct hs_cbc_piece *piece)
{
	if (piece->what != HS_CBC_ETWS)
		return 0;
	return piece->sent && piece->rank > piece->sent_rank ? piece->rank : piece->sent_rank;
}

/* Whether the one before got through may be unknown: under its serial number the centre says that it stands, and phones keep still. */
static void
follow(struct hs_cbc_piece *made, const struct hs_cbc_piece *old)
{
	if (made->what != HS_CBC_ETWS || old->what != HS_CBC_ETWS)
		return;
	made->sent_rank = hs_cbc_piece_told_rank(old);
	if (!old->sent && made->rank <= old->rank && made->message_id == old->message_id)
		made->revision = old->revision;
}

enum hs_err
hs_cbc_board_put(struct hs_cbc_board *board, const struct hs_cbc_piece *piece,
	const struct hs_cbc_words *words, uint16_t *old_id)
{
	struct hs_cbc_piece *old =
		hs_cbc_board_find(board, piece->document_key, piece->area_code, piece->language);
	*old_id = 0;
	if (old && old->seq > piece->seq)
		return HS_ERR_STALE;
	struct hs_cbc_piece *made = piece_copy(piece, words);
	if (!made)
		return HS_ERR_NOMEM;
	if (old) {
		follow(made, old);
		*old_id = old->over ? 0 : old->message_id;
		piece_remove(board, old);
	}
	while (board->count >= HS_CBC_PIECES_MAX)
		make_room(board);
	struct hs_cbc_piece **at = &board->pieces;
	while (*at && (*at)->seq > made->seq)
		at = &(*at)->next;
	if (made->seq > board->top_seq)
		board->top_seq = made->seq;
	made->next = *at;
	*at = made;
	board->count++;
	return HS_OK;
}

void
hs_cbc_board_expire(struct hs_cbc_board *board, int64_t now_unix_us)
{
	for (struct hs_cbc_piece *piece = board->pieces; piece; piece = piece->next)
		piece->over = piece->over || piece->until_unix_us <= now_unix_us;
}

void
hs_cbc_board_prune(struct hs_cbc_board *board,
	bool (*stands)(const void *owner, const struct hs_cbc_piece *piece), const void *owner)
{
	for (struct hs_cbc_piece *piece = board->pieces; piece; piece = piece->next)
		if (piece->what == HS_CBC_ORDER && !piece->over)
			piece->over = !stands(owner, piece);
}

void
hs_cbc_board_drop(struct hs_cbc_board *board, uint64_t seq, uint16_t message_id)
{
	for (struct hs_cbc_piece *piece = board->pieces; piece; piece = piece->next)
		if (piece->seq == seq && !piece->sent &&
			(message_id == 0 || piece->message_id == message_id))
			piece->over = true;
}

void
hs_cbc_board_forget(struct hs_cbc_board *board, uint64_t seq)
{
	struct hs_cbc_piece *piece = board->pieces;
	while (piece) {
		struct hs_cbc_piece *next = piece->next;
		if (piece->guessed && piece->seq >= seq)
			piece_remove(board, piece);
		piece = next;
	}
}

void
hs_cbc_board_doubt(struct hs_cbc_board *board, uint64_t seq)
{
	for (struct hs_cbc_piece *piece = board->pieces; piece; piece = piece->next)
		if (piece->guessed && piece->seq == seq)
			piece->guessed = piece->sent = false;
}

static bool
is_in(const struct hs_cbc_piece *piece, uint16_t message_id)
{
	return piece->message_id == message_id && !piece->over;
}

void
hs_cbc_board_sent(struct hs_cbc_board *board, uint16_t message_id, uint64_t seq)
{
	for (struct hs_cbc_piece *piece = board->pieces; piece; piece = piece->next)
		if (is_in(piece, message_id) && piece->seq <= seq) {
			piece->sent = true;
			piece->assumed = piece->owed = false;
		}
}

void
hs_cbc_board_refused(struct hs_cbc_board *board, uint16_t message_id)
{
	for (struct hs_cbc_piece *piece = board->pieces; piece; piece = piece->next)
		if (is_in(piece, message_id) && piece->owed)
			piece->owed = piece->sent = false;
}

/* ---- content ---- */

static void
count_in(const struct hs_cbc_piece *piece, struct hs_cbc_content *out)
{
	if (!out->alert_key || strcmp(piece->document_key, out->alert_key) < 0)
		out->alert_key = piece->document_key;
	out->revision += piece->revision;
	out->pieces++;
	out->fresh = out->fresh || !piece->sent;
	out->owed = out->owed || piece->owed;
	out->assumed = out->assumed && piece->assumed;
	if (piece->until_unix_us > out->until_unix_us)
		out->until_unix_us = piece->until_unix_us;
}

/* Facts over its pieces: the newest leads; beside a primary warning nothing else counts, in a text every text does. The
 * alert is named by the least of its documents, so that a restart finds it again. */
static const struct hs_cbc_piece *
gather(const struct hs_cbc_board *board, uint16_t message_id, struct hs_cbc_content *out)
{
	const struct hs_cbc_piece *lead = NULL;
	for (const struct hs_cbc_piece *piece = board->pieces; piece; piece = piece->next) {
		if (!is_in(piece, message_id))
			continue;
		if (!lead) {
			lead = piece;
			out->assumed = true;
			out->seq = piece->seq;
			count_in(piece, out);
		} else if (lead->what != HS_CBC_ETWS && piece->what != HS_CBC_ETWS) {
			count_in(piece, out);
		}
	}
	return lead;
}

static enum hs_err
text_make(struct hs_arena *arena, const struct hs_cbc_piece *lead, int mode, int64_t pages_max,
	struct hs_cbc_content *out)
{
	struct hs_cbc_words *words = hs_arena_alloc(arena, out->pieces * sizeof(*words));
	size_t count = 0;
	if (!words)
		return HS_ERR_NOMEM;
	for (const struct hs_cbc_piece *piece = lead; piece; piece = piece->next) {
		if (!is_in(piece, lead->message_id) || piece->what == HS_CBC_ETWS)
			continue;
		for (size_t i = 0; i < HS_CBC_LENGTHS; i++)
			words[count].texts[i] = piece->texts[i];
		count++;
	}
	HS_CHECK(count == out->pieces);
	out->text = hs_cbc_compose(arena, words, count, mode, lead->language,
		hs_cbc_room(pages_max, mode, lead->language), &out->left_out);
	return out->text ? HS_OK : HS_ERR_NOMEM;
}

enum hs_err
hs_cbc_board_content(const struct hs_cbc_board *board, struct hs_arena *arena, uint16_t message_id,
	int mode, int64_t pages_max, struct hs_cbc_content *out)
{
	*out = (struct hs_cbc_content){ .text = "", .until_unix_us = INT64_MIN };
	const struct hs_cbc_piece *lead = gather(board, message_id, out);
	if (!lead)
		return HS_OK;
	out->any = true;
	out->alert_key = hs_arena_strdup(arena, out->alert_key);
	if (!out->alert_key)
		return HS_ERR_NOMEM;
	out->etws = lead->what == HS_CBC_ETWS;
	out->warning_type = lead->warning_type;
	out->rank = lead->rank;
	return out->etws ? HS_OK : text_make(arena, lead, mode, pages_max, out);
}
