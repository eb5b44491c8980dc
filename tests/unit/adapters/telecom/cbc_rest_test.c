/* ECBE: what is posted, byte for byte; what an answer means; what comes next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "adapters/telecom/cbc_rest.h"
#include "hub/base/check.h"
#include "sim/cbc_model.h"

static const struct hs_cbc cbc = {
	.name = "cb", .cbe_name = "hansho", .category = 1, .repetition_period = 5
};

static void
a_text_byte_for_byte(void **state)
{
	(void)state;
	struct hs_cb_pages pages;
	assert_int_equal(HS_OK, hs_cb_encode("避難A", &pages, NULL));
	const struct hs_cbc_message message = { .cbc = &cbc,
		.message_id = 4371,
		.serial_nr = 0x7000,
		.pages = &pages,
		.warning_period_s = 900 };
	/* U+907F U+96E3 U+0041, then 38 carriage returns: 82 octets */
	char expected[1024] =
		"{\"cbe_name\":\"hansho\",\"category\":\"high_priority\",\"repetition_period\":5,"
		"\"scope\":{\"scope_plmn\":{}},\"smscb_message\":{\"message_id\":4371,"
		"\"serial_nr\":{\"serial_nr_encoded\":28672},\"payload\":{\"payload_encoded\":"
		"{\"dcs\":72,\"pages\":[\"907f96e30041";
	for (int i = 0; i < 38; i++)
		strcat(expected, "000d");
	strcat(expected, "\"]}}},\"warning_period_sec\":900}");
	char *made = hs_cbc_rest_message(&message);
	assert_string_equal(expected, made);
	free(made);
}

static void
a_primary_warning_byte_for_byte(void **state)
{
	(void)state;
	struct hs_cbc counted = cbc;
	counted.num_of_bcast = 3;
	const struct hs_cbc_message message = { .cbc = &counted,
		.message_id = 4352,
		.serial_nr = 0x7010,
		.warning_type = HS_CB_ETWS_TSUNAMI,
		.warning_period_s = 60 };
	char *made = hs_cbc_rest_message(&message);
	assert_string_equal(
		"{\"cbe_name\":\"hansho\",\"category\":\"high_priority\",\"repetition_period\":5,"
		"\"scope\":{\"scope_plmn\":{}},\"smscb_message\":{\"message_id\":4352,"
		"\"serial_nr\":{\"serial_nr_encoded\":28688},\"payload\":{\"payload_etws\":"
		"{\"warning_type\":{\"warning_type_encoded\":1},\"emergency_user_alert\":true,"
		"\"popup_on_display\":true}}},\"num_of_bcast\":3,\"warning_period_sec\":60}",
		made);
	free(made);
}

static void
addresses(void **state)
{
	(void)state;
	char url[HS_CBC_URL_SIZE];
	hs_cbc_rest_post_url(url, "http://127.0.0.1:12345/api/ecbe/v1");
	assert_string_equal("http://127.0.0.1:12345/api/ecbe/v1/message", url);
	hs_cbc_rest_delete_url(url, "http://127.0.0.1:12345/api/ecbe/v1", 4371);
	assert_string_equal("http://127.0.0.1:12345/api/ecbe/v1/message/4371", url);
}

static void
every_answer_has_its_meaning(void **state)
{
	(void)state;
	static const struct {
		long status;
		enum hs_cbc_answer posted, deleted;
	} rows[] = {
		{ 0, HS_CBC_NO_ANSWER, HS_CBC_NO_ANSWER },
		{ 200, HS_CBC_NOBODY, HS_CBC_GONE },
		{ 201, HS_CBC_CREATED, HS_CBC_GONE },
		{ 302, HS_CBC_REFUSED, HS_CBC_REFUSED },
		{ 400, HS_CBC_REFUSED, HS_CBC_REFUSED },
		{ 401, HS_CBC_REFUSED, HS_CBC_REFUSED },
		{ 404, HS_CBC_REFUSED, HS_CBC_GONE },
		{ 408, HS_CBC_NO_ANSWER, HS_CBC_NO_ANSWER },
		{ 409, HS_CBC_TAKEN, HS_CBC_REFUSED },
		{ 429, HS_CBC_NO_ANSWER, HS_CBC_NO_ANSWER },
		{ 500, HS_CBC_NO_ANSWER, HS_CBC_NO_ANSWER },
		{ 503, HS_CBC_NO_ANSWER, HS_CBC_NO_ANSWER },
	};
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		assert_int_equal(rows[i].posted, hs_cbc_rest_posted(rows[i].status));
		assert_int_equal(rows[i].deleted, hs_cbc_rest_deleted(rows[i].status));
	}
}

static void
nothing_is_posted_over_what_may_stand(void **state)
{
	(void)state;
	for (int wanted = HS_CBC_NOTHING; wanted <= HS_CBC_OTHER_TEXT; wanted++)
		for (int stands = HS_CBC_UNKNOWN; stands <= HS_CBC_STANDS; stands++)
			for (int purpose = HS_CBC_CHANGE; purpose <= HS_CBC_RENEW; purpose++) {
				enum hs_cbc_next next = hs_cbc_rest_next((enum hs_cbc_stands)stands,
					(enum hs_cbc_wanted)wanted, (enum hs_cbc_purpose)purpose);
				if (wanted == HS_CBC_NOTHING)
					assert_int_not_equal(HS_CBC_POST, next);
				if (next == HS_CBC_POST && purpose != HS_CBC_ENSURE)
					assert_int_equal(HS_CBC_EMPTY, stands);
				if (stands == HS_CBC_EMPTY)
					assert_int_not_equal(HS_CBC_DELETE, next);
			}
	assert_int_equal(HS_CBC_DONE, hs_cbc_rest_next(HS_CBC_STANDS, HS_CBC_SAME, HS_CBC_CHANGE));
	assert_int_equal(HS_CBC_POST, hs_cbc_rest_next(HS_CBC_STANDS, HS_CBC_SAME, HS_CBC_ENSURE));
	assert_int_equal(HS_CBC_DELETE, hs_cbc_rest_next(HS_CBC_STANDS, HS_CBC_SAME, HS_CBC_RENEW));
}

/* The centre of the simulator, written apart, reads what is written here: any text of 1 to 615 characters. */
static void
a_centre_decodes_what_is_encoded(void **state)
{
	(void)state;
	static const char *const letters[] = { "避", "難", "a", "é", "\n", "。", "①" };
	char text[4096] = "";
	struct hs_cbc_model *model = hs_cbc_model_create();
	for (size_t n = 1; n <= 615; n++) {
		struct hs_cb_pages pages;
		strcat(text, letters[n % HS_COUNT(letters)]);
		assert_int_equal(HS_OK, hs_cb_encode(text, &pages, NULL));
		const struct hs_cbc_message message = { .cbc = &cbc,
			.message_id = (uint16_t)n,
			.serial_nr = (uint16_t)(n * 37),
			.pages = &pages };
		char *made = hs_cbc_rest_message(&message);
		struct hs_cbc_reply reply = hs_cbc_model_post(model, made, strlen(made));
		assert_int_equal(201, reply.status);
		free(made);
	}
	json_t *json = hs_cbc_model_json(model);
	const json_t *last = json_array_get(json_object_get(json, "air"), 614);
	assert_string_equal(text, json_string_value(json_object_get(last, "text")));
	assert_int_equal(615 * 37, json_integer_value(json_object_get(last, "serial_nr")));
	assert_int_equal(15, json_integer_value(json_object_get(last, "pages")));
	json_decref(json);
	hs_cbc_model_destroy(model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_byte_for_byte),
		cmocka_unit_test(a_primary_warning_byte_for_byte),
		cmocka_unit_test(addresses),
		cmocka_unit_test(every_answer_has_its_meaning),
		cmocka_unit_test(nothing_is_posted_over_what_may_stand),
		cmocka_unit_test(a_centre_decodes_what_is_encoded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
