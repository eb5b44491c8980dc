#include "adapters/telecom/cbc_rest.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/hash.h"
#include "schemas/json_text.h"

static json_t *
text_payload(const struct hs_cbc_message *message)
{
	json_t *pages = json_array();
	for (size_t i = 0; i < message->pages->count; i++) {
		char hex[HS_CB_PAGE_BYTES * 2 + 1];
		hs_hex(message->pages->bytes[i], HS_CB_PAGE_BYTES, hex);
		json_array_append_new(pages, json_string(hex));
	}
	if (message->fault)
		json_array_append_new(pages, json_string(message->fault));
	return json_pack(
		"{s:{s:i, s:o}}", "payload_encoded", "dcs", HS_CB_DCS_UCS2, "pages", pages);
}

static json_t *
etws_payload(const struct hs_cbc_message *message)
{
	return json_pack("{s:{s:{s:i}, s:b, s:b}}", "payload_etws", "warning_type",
		"warning_type_encoded", message->warning_type, "emergency_user_alert", 1,
		"popup_on_display", 1);
}

char *
hs_cbc_rest_message(const struct hs_cbc_message *message)
{
	const struct hs_cbc *cbc = message->cbc;
	json_t *payload = message->pages ? text_payload(message) : etws_payload(message);
	json_t *json = json_pack("{s:s, s:s, s:I, s:{s:{}}, s:{s:i, s:{s:i}, s:o}}", "cbe_name",
		cbc->cbe_name, "category", hs_cbc_category(cbc), "repetition_period",
		(json_int_t)cbc->repetition_period, "scope", "scope_plmn", "smscb_message",
		"message_id", (int)message->message_id, "serial_nr", "serial_nr_encoded",
		(int)message->serial_nr, "payload", payload);
	if (json && cbc->num_of_bcast > 0)
		json_object_set_new(json, "num_of_bcast", json_integer(cbc->num_of_bcast));
	if (json && message->warning_period_s > 0)
		json_object_set_new(
			json, "warning_period_sec", json_integer(message->warning_period_s));
	char *text = hs_json_dump(json);
	json_decref(json);
	return text;
}

void
hs_cbc_rest_post_url(char out[HS_CBC_URL_SIZE], const char *base)
{
	snprintf(out, HS_CBC_URL_SIZE, "%s/message", base);
}

void
hs_cbc_rest_delete_url(char out[HS_CBC_URL_SIZE], const char *base, uint16_t message_id)
{
	snprintf(out, HS_CBC_URL_SIZE, "%s/message/%u", base, message_id);
}

static const struct {
	long first, last;
	enum hs_cbc_answer posted, deleted;
} answers[] = {
	{ 200, 200, HS_CBC_NOBODY, HS_CBC_GONE },
	{ 201, 201, HS_CBC_CREATED, HS_CBC_GONE },
	{ 404, 404, HS_CBC_REFUSED, HS_CBC_GONE },
	{ 408, 408, HS_CBC_NO_ANSWER, HS_CBC_NO_ANSWER },
	{ 409, 409, HS_CBC_TAKEN, HS_CBC_REFUSED },
	{ 429, 429, HS_CBC_NO_ANSWER, HS_CBC_NO_ANSWER },
	{ 100, 499, HS_CBC_REFUSED, HS_CBC_REFUSED },
};

enum hs_cbc_answer
hs_cbc_rest_posted(long status)
{
	for (size_t i = 0; i < HS_COUNT(answers); i++)
		if (answers[i].first <= status && status <= answers[i].last)
			return answers[i].posted;
	return HS_CBC_NO_ANSWER;
}

enum hs_cbc_answer
hs_cbc_rest_deleted(long status)
{
	for (size_t i = 0; i < HS_COUNT(answers); i++)
		if (answers[i].first <= status && status <= answers[i].last)
			return answers[i].deleted;
	return HS_CBC_NO_ANSWER;
}

/* [stands][wanted], for each purpose. What may stand is deleted before anything else is posted; only an ensuring post
 * goes out beside it, because then 409 changes nothing. */
static const enum hs_cbc_next nexts[3][3][3] = {
	[HS_CBC_CHANGE] = {
		[HS_CBC_UNKNOWN] = { HS_CBC_DELETE, HS_CBC_DELETE, HS_CBC_DELETE },
		[HS_CBC_EMPTY] = { HS_CBC_DONE, HS_CBC_POST, HS_CBC_POST },
		[HS_CBC_STANDS] = { HS_CBC_DELETE, HS_CBC_DONE, HS_CBC_DELETE },
	},
	[HS_CBC_ENSURE] = {
		[HS_CBC_UNKNOWN] = { HS_CBC_DELETE, HS_CBC_POST, HS_CBC_POST },
		[HS_CBC_EMPTY] = { HS_CBC_DONE, HS_CBC_POST, HS_CBC_POST },
		[HS_CBC_STANDS] = { HS_CBC_DELETE, HS_CBC_POST, HS_CBC_DELETE },
	},
	[HS_CBC_RENEW] = {
		[HS_CBC_UNKNOWN] = { HS_CBC_DELETE, HS_CBC_DELETE, HS_CBC_DELETE },
		[HS_CBC_EMPTY] = { HS_CBC_DONE, HS_CBC_POST, HS_CBC_POST },
		[HS_CBC_STANDS] = { HS_CBC_DELETE, HS_CBC_DELETE, HS_CBC_DELETE },
	},
};

enum hs_cbc_next
hs_cbc_rest_next(enum hs_cbc_stands stands, enum hs_cbc_wanted wanted, enum hs_cbc_purpose purpose)
{
	return nexts[purpose][stands][wanted];
}
