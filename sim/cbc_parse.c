#include "sim/cbc_parse.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/buf.h"
#include "hub/base/check.h"

#define PAGE_OCTETS    82
#define PAGES_MAX      15
#define GSM_PAGE_MAX   93
#define TEXT_MAX_BYTES 8192
#define PADDING	       0x000d

struct parser {
	json_t *out;
	char *why;
	size_t size;
};

static bool
refuse(struct parser *parser, const char *what)
{
	snprintf(parser->why, parser->size, "%s", what);
	return false;
}

/* An integer between min and max into `name` of the message; an absent one is right when it may be. */
static bool
number(struct parser *parser, const json_t *from, const char *name, json_int_t max, bool optional)
{
	json_t *value = json_object_get(from, name);
	char what[64];
	if (!value && optional)
		return true;
	snprintf(what, sizeof(what), "%s: absent or out of range", name);
	if (!json_is_integer(value) || json_integer_value(value) < 0 ||
		json_integer_value(value) > max)
		return refuse(parser, what);
	json_object_set(parser->out, name, value);
	return true;
}

static int
index_of(const char *const *words, size_t count, const char *word)
{
	for (size_t i = 0; word && i < count; i++)
		if (strcmp(words[i], word) == 0)
			return (int)i;
	return -1;
}

/* ---- serial number ---- */

static bool
serial(struct parser *parser, const json_t *from)
{
	static const char *const scopes[] = { "cell_wide_immediate", "plmn_wide",
		"lac_sac_tac_wide", "cell_wide" };
	const json_t *encoded = json_object_get(from, "serial_nr_encoded");
	const json_t *decoded = json_object_get(from, "serial_nr_decoded");
	json_int_t value = json_integer_value(encoded);
	if (encoded) {
		if (!json_is_integer(encoded) || value < 0 || value > 65535)
			return refuse(parser, "serial_nr_encoded: out of range");
	} else {
		int scope = index_of(scopes, HS_COUNT(scopes),
			json_string_value(json_object_get(decoded, "geo_scope")));
		json_int_t code = json_integer_value(json_object_get(decoded, "msg_code"));
		json_int_t update = json_integer_value(json_object_get(decoded, "update_nr"));
		/* One code too many is taken, and wraps. */
		if (scope < 0 || code < 0 || code > 1024 || update < 0 || update > 15)
			return refuse(parser, "serial_nr: absent or out of range");
		value = scope << 14 | (code & 0x3ff) << 4 | update;
	}
	json_object_set_new(parser->out, "serial_nr", json_integer(value));
	return true;
}

/* ---- payload_encoded ---- */

static int
hex_pair(const char *at)
{
	char pair[3] = { at[0], at[1], '\0' };
	if (!isxdigit((unsigned char)at[0]) || !isxdigit((unsigned char)at[1]))
		return -1;
	return (int)strtol(pair, NULL, 16);
}

static void
utf8_add(struct hs_buf *out, unsigned unit)
{
	const char two[] = { (char)(0xc0 | unit >> 6), (char)(0x80 | (unit & 0x3f)) };
	const char three[] = { (char)(0xe0 | unit >> 12), (char)(0x80 | (unit >> 6 & 0x3f)),
		(char)(0x80 | (unit & 0x3f)) };
	const char one = (char)unit;
	if (unit < 0x80)
		hs_buf_add(out, &one, 1);
	else if (unit < 0x800)
		hs_buf_add(out, two, sizeof(two));
	else
		hs_buf_add(out, three, sizeof(three));
}

/* Appends what a page of UCS-2 says; false: not octets in hexadecimal. *padding: carriage returns that wait for
 * something behind them; an octet too many is left out. */
static bool
page_add(const char *hex, struct hs_buf *out, size_t *padding)
{
	size_t digits = strlen(hex);
	for (size_t i = 0; i < digits; i += 2)
		if (digits % 2 != 0 || hex_pair(hex + i) < 0)
			return false;
	for (size_t i = 0; i + 4 <= digits; i += 4) {
		unsigned unit = (unsigned)(hex_pair(hex + i) << 8 | hex_pair(hex + i + 2));
		if (unit == PADDING) {
			++*padding;
			continue;
		}
		for (; *padding > 0; --*padding)
			utf8_add(out, PADDING);
		utf8_add(out, unit);
	}
	return true;
}

static bool
pages(struct parser *parser, const json_t *list)
{
	struct hs_buf text;
	size_t i, padding = 0;
	json_t *page;
	bool good = true;
	if (!json_is_array(list) || json_array_size(list) < 1 || json_array_size(list) > PAGES_MAX)
		return refuse(parser, "pages: from 1 to 15");
	hs_buf_init(&text, TEXT_MAX_BYTES);
	json_array_foreach (list, i, page) {
		const char *hex = json_string_value(page);
		good = good && hex && strlen(hex) <= 2 * PAGE_OCTETS &&
		       page_add(hex, &text, &padding);
	}
	if (good) {
		json_object_set_new(parser->out, "pages", json_integer((json_int_t)i));
		json_object_set_new(parser->out, "text", json_string(hs_buf_text(&text)));
	}
	hs_buf_free(&text);
	return good || refuse(parser, "pages: each at most 82 octets as hexadecimal");
}

static bool
encoded(struct parser *parser, const json_t *payload)
{
	json_object_set_new(parser->out, "kind", json_string("text"));
	return number(parser, payload, "dcs", 255, false) &&
	       pages(parser, json_object_get(payload, "pages"));
}

/* ---- payload_decoded: its faults ---- */

static bool
decoded(struct parser *parser, const json_t *payload)
{
	static const char *const sets[] = { "gsm", "8bit", "ucs2" };
	const char *language = json_string_value(json_object_get(payload, "language"));
	const char *data = json_string_value(json_object_get(payload, "data_utf8"));
	int set = index_of(
		sets, HS_COUNT(sets), json_string_value(json_object_get(payload, "character_set")));
	if (set < 0)
		return refuse(parser, "character_set: gsm, 8bit or ucs2");
	if (language && strlen(language) > 2)
		return refuse(parser, "language: two letters");
	if (!data)
		return refuse(parser, "data_utf8: absent");
	json_object_set_new(parser->out, "kind", json_string("text"));
	json_object_set_new(parser->out, "text", json_string(data));
	/* ucs2 is taken, but nothing is ever sent; gsm is garbage from the second page on. */
	json_object_set_new(parser->out, "silent", json_boolean(set == 2));
	json_object_set_new(
		parser->out, "garbled", json_boolean(set == 0 && strlen(data) > GSM_PAGE_MAX));
	return true;
}

/* ---- payload_etws ---- */

static bool
etws(struct parser *parser, const json_t *payload)
{
	/* The third word is misspelt in that program, and only so known. */
	static const char *const words[] = { "earthquake", "tsunami", "earthquake_and_tsuname",
		"test", "other" };
	const json_t *type = json_object_get(payload, "warning_type");
	const json_t *number_ = json_object_get(type, "warning_type_encoded");
	json_int_t value = json_integer_value(number_);
	if (!number_)
		value = index_of(words, HS_COUNT(words),
			json_string_value(json_object_get(type, "warning_type_decoded")));
	if (value < 0 || value > 255 || (number_ && !json_is_integer(number_)))
		return refuse(parser, "warning_type: absent or unknown");
	json_object_set_new(parser->out, "kind", json_string("etws"));
	json_object_set_new(parser->out, "warning_type", json_integer(value));
	json_object_set_new(parser->out, "user_alert",
		json_boolean(json_is_true(json_object_get(payload, "emergency_user_alert"))));
	json_object_set_new(parser->out, "popup",
		json_boolean(json_is_true(json_object_get(payload, "popup_on_display"))));
	return true;
}

static bool
payload(struct parser *parser, const json_t *from)
{
	static const struct {
		const char *name;
		bool (*read)(struct parser *parser, const json_t *payload);
	} kinds[] = { { "payload_encoded", encoded }, { "payload_decoded", decoded },
		{ "payload_etws", etws } };
	for (size_t i = 0; i < HS_COUNT(kinds); i++)
		if (json_object_get(from, kinds[i].name))
			return kinds[i].read(parser, json_object_get(from, kinds[i].name));
	return refuse(parser, "payload: encoded, decoded or etws");
}

/* ---- the message ---- */

static bool
head(struct parser *parser, const json_t *json)
{
	static const char *const categories[] = { "normal", "high_priority", "background" };
	json_t *category = json_object_get(json, "category");
	if (!json_is_string(json_object_get(json, "cbe_name")))
		return refuse(parser, "cbe_name: absent");
	if (category && index_of(categories, HS_COUNT(categories), json_string_value(category)) < 0)
		return refuse(parser, "category: unknown");
	json_object_set(parser->out, "cbe_name", json_object_get(json, "cbe_name"));
	json_object_set_new(parser->out, "category",
		json_string(category ? json_string_value(category) : "normal"));
	return number(parser, json, "repetition_period", 4095, false) &&
	       number(parser, json, "num_of_bcast", 65535, true) &&
	       number(parser, json, "warning_period_sec", 65535, true);
}

static bool
message(struct parser *parser, const json_t *json)
{
	const json_t *scope = json_object_get(json, "scope");
	const json_t *smscb = json_object_get(json, "smscb_message");
	if (!head(parser, json))
		return false;
	if (!json_object_get(scope, "scope_plmn"))
		return refuse(parser, "scope: only scope_plmn");
	if (!json_is_object(smscb))
		return refuse(parser, "smscb_message: absent");
	return serial(parser, json_object_get(smscb, "serial_nr")) &&
	       number(parser, smscb, "message_id", 65535, false) &&
	       payload(parser, json_object_get(smscb, "payload"));
}

json_t *
hs_cbc_parse(const json_t *json, char *why, size_t size)
{
	struct parser parser = { json_object(), why, size };
	snprintf(why, size, "out of memory");
	if (parser.out && message(&parser, json))
		return parser.out;
	json_decref(parser.out);
	return NULL;
}
