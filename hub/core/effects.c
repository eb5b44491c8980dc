#include "hub/core/effects.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "hub/base/check.h"
#include "hub/core/memory.h"
#include "hub/core/unheard.h"

/* More than any one step makes: a snapshot part, or a window of the largest notices. */
#define STORE_MAX_BYTES ((size_t)2 << 30)

void
hs_effects_init(struct hs_effects *effects)
{
	*effects = (struct hs_effects){ 0 };
	hs_buf_init(&effects->store, STORE_MAX_BYTES);
}

static void
drop_rows(struct hs_effects *effects)
{
	for (size_t i = 0; i < effects->count; i++) {
		if (effects->items[i].row == NULL)
			continue;
		hs_row_unref(effects->items[i].row);
		free(effects->items[i].row);
		effects->items[i].row = NULL;
	}
}

void
hs_effects_free(struct hs_effects *effects)
{
	drop_rows(effects);
	free(effects->items);
	hs_buf_free(&effects->store);
	*effects = (struct hs_effects){ 0 };
}

void
hs_effects_reset(struct hs_effects *effects)
{
	drop_rows(effects);
	effects->count = 0;
	effects->store.len_bytes = 0;
}

static struct hs_effect *
add(struct hs_effects *effects, enum hs_effect_type type, uint32_t peer)
{
	struct hs_effect *effect;

	if (effects->count == effects->room) {
		effects->room = effects->room == 0 ? 64 : effects->room * 2;
		effects->items =
			hs_must_realloc(effects->items, effects->room, sizeof(*effects->items));
	}
	effect = &effects->items[effects->count++];
	*effect = (struct hs_effect){ .type = type, .peer = peer, .at = effects->store.len_bytes };
	return effect;
}

static size_t
store(struct hs_effects *effects, struct hs_span span)
{
	size_t at = effects->store.len_bytes;

	if (span.len_bytes > 0)
		hs_buf_add(&effects->store, span.bytes, span.len_bytes);
	HS_CHECK(!effects->store.failed);
	return at;
}

struct hs_span
hs_effect_bytes(const struct hs_effects *effects, const struct hs_effect *effect)
{
	if (effect->len_bytes == 0)
		return (struct hs_span){ "", 0 };
	return (struct hs_span){ effects->store.bytes + effect->at, effect->len_bytes };
}

static struct hs_span
more(const struct hs_effects *effects, const struct hs_effect *effect)
{
	if (effect->more_len_bytes == 0)
		return (struct hs_span){ "", 0 };
	return (struct hs_span){ effects->store.bytes + effect->more_at, effect->more_len_bytes };
}

size_t
hs_effect_pieces(const struct hs_effects *effects, const struct hs_effect *effect,
	struct hs_span pieces[HS_EFFECT_PIECES])
{
	pieces[0] = hs_effect_bytes(effects, effect);
	if (effect->row == NULL)
		return 1;
	pieces[1] = effect->row->body;
	pieces[2] = more(effects, effect);
	return 3;
}

struct hs_shared *
hs_effect_owner(const struct hs_effect *effect)
{
	return effect->row != NULL ? effect->row->owners.body : NULL;
}

struct hs_row
hs_effect_row(const struct hs_effects *effects, const struct hs_effect *effect)
{
	if (effect->row != NULL)
		return *effect->row;
	struct hs_row row = { .pos = effect->pos,
		.seq = effect->seq,
		.unix_us = effect->unix_us,
		.type = effect->record_type,
		.body = hs_effect_bytes(effects, effect) };

	row.original = more(effects, effect);
	return row;
}

static void
keep_row(struct hs_effect *effect, const struct hs_row *row)
{
	effect->row = hs_must_alloc(1, sizeof(*row));
	*effect->row = *row;
	hs_row_ref(row);
}

void
hs_effects_append(struct hs_effects *effects, const struct hs_row *row)
{
	struct hs_effect *effect = add(effects, HS_EFFECT_APPEND, 0);

	effect->pos = row->pos;
	effect->seq = row->seq;
	effect->unix_us = row->unix_us;
	effect->record_type = row->type;
	if (row->owners.body != NULL) {
		keep_row(effect, row);
		return;
	}
	effect->at = store(effects, row->body);
	effect->len_bytes = row->body.len_bytes;
	effect->more_at = store(effects, row->original);
	effect->more_len_bytes = row->original.len_bytes;
}

void
hs_effects_store(struct hs_effects *effects, const struct hs_row *row)
{
	struct hs_effect *effect = add(effects, HS_EFFECT_STORE, 0);

	effect->store = row->store.number;
	keep_row(effect, row);
}

void
hs_effects_forget(struct hs_effects *effects, uint64_t number)
{
	add(effects, HS_EFFECT_FORGET, 0)->store = number;
}

struct hs_buf *
hs_effects_send_begin(struct hs_effects *effects, uint32_t peer)
{
	add(effects, HS_EFFECT_SEND, peer);
	return &effects->store;
}

struct hs_buf *
hs_effects_state_begin(struct hs_effects *effects)
{
	add(effects, HS_EFFECT_STATE, 0);
	return &effects->store;
}

void
hs_effects_send_end(struct hs_effects *effects)
{
	struct hs_effect *effect = &effects->items[effects->count - 1];

	HS_CHECK(!effects->store.failed);
	if (effect->row != NULL)
		effect->more_len_bytes = effects->store.len_bytes - effect->more_at;
	else
		effect->len_bytes = effects->store.len_bytes - effect->at;
}

void
hs_effects_send_around(struct hs_effects *effects, struct hs_span bytes, struct hs_shared *owner)
{
	struct hs_effect *effect = &effects->items[effects->count - 1];

	HS_CHECK(effect->type == HS_EFFECT_SEND && effect->row == NULL);
	keep_row(effect, &(struct hs_row){ .body = bytes, .owners = { .body = owner } });
	effect->len_bytes = effects->store.len_bytes - effect->at;
	effect->more_at = effects->store.len_bytes;
}

void
hs_effects_frame(struct hs_effects *effects, uint32_t peer, const hs_link_frame *frame)
{
	hs_message_pack(frame, hs_effects_send_begin(effects, peer));
	hs_effects_send_end(effects);
}

void
hs_effects_send(struct hs_effects *effects, uint32_t peer, struct hs_span frame)
{
	hs_effects_send_begin(effects, peer);
	store(effects, frame);
	hs_effects_send_end(effects);
}

void
hs_effects_read(struct hs_effects *effects, uint32_t peer, uint64_t ticket, uint64_t after_seq,
	uint32_t limit, bool originals)
{
	struct hs_effect *effect = add(effects, HS_EFFECT_READ, peer);

	effect->ticket = ticket;
	effect->after_seq = after_seq;
	effect->limit = limit;
	effect->originals = originals;
}

void
hs_effects_read_record(struct hs_effects *effects, uint32_t peer, uint64_t ticket, uint64_t pos)
{
	struct hs_effect *effect = add(effects, HS_EFFECT_READ, peer);

	effect->ticket = ticket;
	effect->pos = pos;
	effect->limit = 1;
}

void
hs_effects_drop(struct hs_effects *effects, uint32_t peer)
{
	add(effects, HS_EFFECT_DROP, peer);
}

void
hs_effects_log(struct hs_effects *effects, enum hs_log_level level, const char *event,
	const char *format, ...)
{
	char text[1024];
	va_list args;
	int len;
	struct hs_effect *effect = add(effects, HS_EFFECT_LOG, 0);

	va_start(args, format);
	len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	HS_CHECK(len >= 0);
	effect->level = level;
	effect->event = event;
	effect->len_bytes = (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1;
	store(effects, (struct hs_span){ text, effect->len_bytes });
}

void
hs_effects_alarm(struct hs_effects *effects, const char *what, const char *words, const char *peer,
	const struct hs_unheard_outlet *outlet)
{
	struct hs_effect *effect = add(effects, HS_EFFECT_ALARM, 0);

	effect->event = what;
	hs_buf_printf(&effects->store, "%s%s%s%c", peer, outlet->outlet[0] == '\0' ? "" : "/",
		outlet->outlet, '\0');
	hs_buf_printf(&effects->store, "%s seq %llu, sent %lld s ago%c", words,
		(unsigned long long)outlet->seq, (long long)(outlet->silent_ms / 1000), '\0');
	HS_CHECK(!effects->store.failed);
	effect->len_bytes = effects->store.len_bytes - effect->at;
}

void
hs_effects_turn(struct hs_effects *effects)
{
	add(effects, HS_EFFECT_TURN, 0);
}

void
hs_effects_stop(struct hs_effects *effects, int exit_code)
{
	add(effects, HS_EFFECT_STOP, 0)->exit_code = exit_code;
}
