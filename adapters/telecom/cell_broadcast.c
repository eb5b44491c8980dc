#include "adapters/telecom/cell_broadcast.h"

#include <string.h>

#include "adapters/telecom/telecom_chars.h"
#include "hub/base/check.h"
#include "hub/base/hash.h"

#define PADDING	    0x000d
#define CODES	    1024u
#define ETWS_CODES  256u
#define UPDATE_BITS 0xfu

static void
put(struct hs_cb_pages *out, size_t index, uint32_t character)
{
	uint8_t *at = &out->bytes[index / HS_CB_PAGE_CHARS][index % HS_CB_PAGE_CHARS * 2];
	at[0] = (uint8_t)(character >> 8);
	at[1] = (uint8_t)character;
}

static bool
is_ucs2(uint32_t character)
{
	return character <= 0xffff && character != 0xfffd &&
	       (character < 0xd800 || character > 0xdfff);
}

enum hs_err
hs_cb_encode(const char *text, struct hs_cb_pages *out, size_t *position)
{
	size_t count = 0, len_bytes;
	uint32_t character;
	memset(out, 0, sizeof(*out));
	while ((character = hs_char_at(text, &len_bytes)) != 0) {
		if (position)
			*position = count + 1;
		if (!is_ucs2(character))
			return HS_ERR_INVALID;
		if (count == HS_CB_CHARS_MAX)
			return HS_ERR_TOO_LARGE;
		put(out, count++, character);
		text += len_bytes;
	}
	if (count == 0)
		return HS_ERR_INVALID;
	out->count = (count + HS_CB_PAGE_CHARS - 1) / HS_CB_PAGE_CHARS;
	while (count < out->count * HS_CB_PAGE_CHARS)
		put(out, count++, PADDING);
	return HS_OK;
}

static size_t
utf8_put(char *out, uint32_t character)
{
	if (character < 0x80) {
		out[0] = (char)character;
		return 1;
	}
	if (character < 0x800) {
		out[0] = (char)(0xc0 | character >> 6);
		out[1] = (char)(0x80 | (character & 0x3f));
		return 2;
	}
	out[0] = (char)(0xe0 | character >> 12);
	out[1] = (char)(0x80 | (character >> 6 & 0x3f));
	out[2] = (char)(0x80 | (character & 0x3f));
	return 3;
}

static uint32_t
get(const struct hs_cb_pages *pages, size_t index)
{
	const uint8_t *at = &pages->bytes[index / HS_CB_PAGE_CHARS][index % HS_CB_PAGE_CHARS * 2];
	return (uint32_t)at[0] << 8 | at[1];
}

enum hs_err
hs_cb_decode(const struct hs_cb_pages *pages, char *out, size_t size)
{
	if (pages->count > HS_CB_PAGES_MAX)
		return HS_ERR_INVALID;
	size_t count = pages->count * HS_CB_PAGE_CHARS, used = 0;
	while (count > 0 && get(pages, count - 1) == PADDING)
		count--;
	for (size_t i = 0; i < count; i++) {
		if (used + 4 > size)
			return HS_ERR_TOO_LARGE;
		used += utf8_put(out + used, get(pages, i));
	}
	if (used >= size)
		return HS_ERR_TOO_LARGE;
	out[used] = '\0';
	return HS_OK;
}

uint16_t
hs_cb_serial(enum hs_cb_scope scope, unsigned code, unsigned update)
{
	HS_CHECK(code < CODES);
	return (uint16_t)(((unsigned)scope & 3u) << 14 | code << 4 | (update & UPDATE_BITS));
}

static uint64_t
hash_of(const char *text)
{
	struct hs_span span = { text, strlen(text) };
	uint8_t digest[HS_SHA256_BYTES];
	uint64_t value = 0;
	hs_sha256(&span, 1, digest);
	for (size_t i = 0; i < sizeof(value); i++)
		value = value << 8 | digest[i];
	return value ? value : 1;
}

static struct hs_cb_alert *
alert_find(struct hs_cb_codes *codes, uint16_t message_id, uint64_t key)
{
	for (size_t i = 0; i < HS_CB_ALERTS_MAX; i++)
		if (codes->alerts[i].key == key && codes->alerts[i].message_id == message_id)
			return &codes->alerts[i];
	return NULL;
}

static bool
code_taken(const struct hs_cb_codes *codes, uint16_t message_id, unsigned code)
{
	for (size_t i = 0; i < HS_CB_ALERTS_MAX; i++)
		if (codes->alerts[i].key && codes->alerts[i].message_id == message_id &&
			codes->alerts[i].code == code)
			return true;
	return false;
}

static struct hs_cb_alert *
alert_add(struct hs_cb_codes *codes, unsigned space, uint16_t message_id, uint64_t key,
	uint32_t revision)
{
	struct hs_cb_alert *place = &codes->alerts[0];
	for (size_t i = 0; i < HS_CB_ALERTS_MAX && place->key; i++)
		if (!codes->alerts[i].key || codes->alerts[i].used < place->used)
			place = &codes->alerts[i];
	*place = (struct hs_cb_alert){ 0 };
	unsigned code = (unsigned)(key % space);
	for (unsigned i = 0; i < space && code_taken(codes, message_id, code); i++)
		code = (code + 1) % space;
	*place = (struct hs_cb_alert){
		.key = key,
		.message_id = message_id,
		.code = (uint16_t)code,
		.update = (uint8_t)((revision - 1) & UPDATE_BITS),
	};
	return place;
}

static const struct hs_cb_alert *
alert_of(struct hs_cb_codes *codes, unsigned space, uint16_t message_id, const char *key,
	uint32_t revision, const char *text)
{
	uint64_t hash = hash_of(text), name = hash_of(key);
	struct hs_cb_alert *alert = alert_find(codes, message_id, name);
	if (!alert)
		alert = alert_add(codes, space, message_id, name, revision);
	else if (alert->text != hash)
		alert->update = (uint8_t)((alert->update + 1) & UPDATE_BITS);
	alert->text = hash;
	alert->used = ++codes->turn;
	return alert;
}

uint16_t
hs_cb_serial_for(struct hs_cb_codes *codes, uint16_t message_id, const char *key, uint32_t revision,
	const char *text)
{
	const struct hs_cb_alert *alert = alert_of(codes, CODES, message_id, key, revision, text);
	return hs_cb_serial(HS_CB_SCOPE_PLMN, alert->code, alert->update);
}

uint16_t
hs_cb_etws_serial_for(struct hs_cb_codes *codes, uint16_t message_id, const char *key,
	uint32_t revision, const char *text)
{
	const struct hs_cb_alert *alert =
		alert_of(codes, ETWS_CODES, message_id, key, revision, text);
	return hs_cb_serial(
		HS_CB_SCOPE_PLMN, HS_CB_ETWS_ALERT | HS_CB_ETWS_POPUP | alert->code, alert->update);
}
