/* The centre of the simulator: each habit and fault, one by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <jansson.h>

#include "hub/base/check.h"
#include "sim/cbc_model.h"

#define SERIAL                                                                                \
	"\"serial_nr\":{\"serial_nr_decoded\":{\"geo_scope\":\"plmn_wide\",\"msg_code\":768," \
	"\"update_nr\":0}}"
#define TEXT "\"payload\":{\"payload_encoded\":{\"dcs\":72,\"pages\":[\"907f000d\"]}}"
#define MESSAGE(serial, payload)                                                                  \
	"{\"cbe_name\":\"hub\",\"category\":\"normal\",\"repetition_period\":5,\"num_of_bcast\":" \
	"10,"                                                                                     \
	"\"warning_period_sec\":60,\"scope\":{\"scope_plmn\":{}},\"smscb_message\":{\"message_"   \
	"id\":4371," serial "," payload "}}"

static struct hs_cbc_model *model;

static int
setup(void **state)
{
	(void)state;
	model = hs_cbc_model_create();
	return model ? 0 : 1;
}

static int
teardown(void **state)
{
	(void)state;
	hs_cbc_model_destroy(model);
	return 0;
}

static struct hs_cbc_reply
post(const char *body)
{
	return hs_cbc_model_post(model, body, strlen(body));
}

static json_int_t
of_first(const char *list, const char *member)
{
	json_t *json = hs_cbc_model_json(model);
	const json_t *value =
		json_object_get(json_array_get(json_object_get(json, list), 0), member);
	json_int_t out = json_is_integer(value) ? json_integer_value(value) : json_is_true(value);
	json_decref(json);
	return out;
}

static size_t
count_of(const char *list)
{
	json_t *json = hs_cbc_model_json(model);
	size_t count = json_array_size(json_object_get(json, list));
	json_decref(json);
	return count;
}

static void
one_peer_acknowledges(void **state)
{
	(void)state;
	struct hs_cbc_reply reply = post(MESSAGE(SERIAL, TEXT));
	assert_int_equal(201, reply.status);
	assert_string_equal("Created", reply.text);
	assert_in_range(reply.after_ms, 2, 9);
	assert_int_equal(0x7000, of_first("air", "serial_nr"));
	assert_int_equal(1, of_first("air", "rang"));
	assert_int_equal(409, post(MESSAGE(SERIAL, TEXT)).status);
	assert_int_equal(
		409, post(MESSAGE("\"serial_nr\":{\"serial_nr_encoded\":1}", TEXT)).status);
	assert_int_equal(1, count_of("air"));
}

static void
peers_away_or_none(void **state)
{
	(void)state;
	struct hs_cbc_habits *habits = hs_cbc_model_habits(model);
	habits->peers_connected = 0;
	habits->peers_disconnected = 1;
	struct hs_cbc_reply reply = post(MESSAGE(SERIAL, TEXT));
	assert_int_equal(201, reply.status);
	assert_int_equal(0, reply.after_ms);
	assert_int_equal(10000, hs_cbc_model_delete(model, "4371").after_ms);
	hs_cbc_model_deleted(model, "4371");
	habits->peers_disconnected = 0;
	reply = post(MESSAGE(SERIAL, TEXT));
	assert_int_equal(200, reply.status);
	assert_string_equal("", reply.text);
	assert_int_equal(15000, reply.after_ms);
	assert_int_equal(0, count_of("air"));
	assert_int_equal(1, count_of("messages"));
}

static void
what_is_refused(void **state)
{
	(void)state;
	static const char *const bodies[] = {
		"not json",
		"[]",
		"{\"cbe_name\":5}",
		MESSAGE("\"serial_nr\":{}", TEXT),
		MESSAGE("\"serial_nr\":{\"serial_nr_encoded\":65536}", TEXT),
		MESSAGE(SERIAL, "\"payload\":{}"),
		MESSAGE(SERIAL,
			"\"payload\":{\"payload_encoded\":{\"dcs\":256,\"pages\":[\"00\"]}}"),
		MESSAGE(SERIAL, "\"payload\":{\"payload_encoded\":{\"dcs\":72,\"pages\":[]}}"),
		MESSAGE(SERIAL,
			"\"payload\":{\"payload_encoded\":{\"dcs\":72,\"pages\":[\"zz\"]}}"),
		MESSAGE(SERIAL, "\"payload\":{\"payload_encoded\":{\"dcs\":72,\"pages\":[\"0\","
				"\"0\",\"0\",\"0\","
				"\"0\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\","
				"\"0\"]}}"),
		MESSAGE(SERIAL,
			"\"payload\":{\"payload_etws\":{\"warning_type\":{\"warning_type_decoded\":"
			"\"earthquake_and_tsunami\"}}}"),
		MESSAGE(SERIAL, "\"payload\":{\"payload_decoded\":{\"character_set\":\"utf8\","
				"\"data_utf8\":\"a\"}}"),
	};
	char page[2 * 83 + 1], body[1024];
	for (size_t i = 0; i < HS_COUNT(bodies); i++) {
		assert_int_equal(400, post(bodies[i]).status);
		assert_true(post(bodies[i]).text[0] != '\0');
	}
	memset(page, '0', sizeof(page) - 1);
	page[sizeof(page) - 1] = '\0';
	snprintf(body, sizeof(body),
		MESSAGE(SERIAL,
			"\"payload\":{\"payload_encoded\":{\"dcs\":72,\"pages\":[\"%s\"]}}"),
		page);
	struct hs_cbc_reply reply = post(body);
	assert_int_equal(400, reply.status);
	assert_non_null(strstr(reply.text, "page"));
	page[2 * 82] = '\0';
	snprintf(body, sizeof(body),
		MESSAGE(SERIAL,
			"\"payload\":{\"payload_encoded\":{\"dcs\":72,\"pages\":[\"%s\"]}}"),
		page);
	assert_int_equal(201, post(body).status);
}

static void
what_is_taken_and_wrong(void **state)
{
	(void)state;
	/* one message code too many wraps */
	assert_int_equal(201,
		post(MESSAGE("\"serial_nr\":{\"serial_nr_decoded\":{\"geo_scope\":\"plmn_wide\","
			     "\"msg_code\":1024,\"update_nr\":3}}",
			     TEXT))
			.status);
	assert_int_equal(0x4003, of_first("messages", "serial_nr"));
	hs_cbc_model_deleted(model, "4371");
	size_t air = count_of("air");
	assert_int_equal(201,
		post(MESSAGE(SERIAL, "\"payload\":{\"payload_decoded\":{\"character_set\":\"ucs2\","
				     "\"data_utf8\":\"避難\"}}"))
			.status);
	assert_int_equal(air, count_of("air"));
	hs_cbc_model_deleted(model, "4371");
	assert_int_equal(201,
		post(MESSAGE(SERIAL, "\"payload\":{\"payload_etws\":{\"warning_type\":"
				     "{\"warning_type_decoded\":\"earthquake_and_tsuname\"}}}"))
			.status);
	assert_int_equal(2, of_first("messages", "warning_type"));
}

static void
deletes(void **state)
{
	(void)state;
	size_t lost = 0, not_found = 0;
	for (int i = 0; i < 100; i++) {
		int status = hs_cbc_model_delete(model, "4371").status;
		lost += status == 0;
		not_found += status == 404;
	}
	assert_int_equal(5, lost);
	assert_int_equal(95, not_found);
	assert_int_equal(400, hs_cbc_model_delete(model, "65536").status);
	post(MESSAGE(SERIAL, TEXT));
	assert_int_equal(200, hs_cbc_model_delete(model, "4371").status);
	/* until that is answered it stands */
	assert_int_equal(409, post(MESSAGE(SERIAL, TEXT)).status);
	hs_cbc_model_deleted(model, "4371");
	assert_int_equal(201, post(MESSAGE(SERIAL, TEXT)).status);
	json_t *json = hs_cbc_model_json(model);
	const json_t *second = json_array_get(json_object_get(json, "air"), 1);
	assert_true(json_is_false(json_object_get(second, "rang")));
	json_decref(json);
}

static void
restarts_and_controls(void **state)
{
	(void)state;
	json_t *control = json_pack("{s:i}", "restart", 1),
	       *peers = json_pack("{s:i}", "peers_restart", 1);
	json_t *unknown = json_pack("{s:i, s:i}", "answer_ms", 5, "colour", 1);
	post(MESSAGE(SERIAL, TEXT));
	assert_int_equal(1, of_first("messages", "peers"));
	assert_true(hs_cbc_model_control(model, peers));
	assert_int_equal(0, of_first("messages", "peers"));
	assert_true(hs_cbc_model_control(model, control));
	assert_int_equal(0, count_of("messages"));
	assert_false(hs_cbc_model_control(model, unknown));
	assert_int_equal(2, hs_cbc_model_habits(model)->answer_ms);
	json_decref(control);
	json_decref(peers);
	json_decref(unknown);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_peer_acknowledges, setup, teardown),
		cmocka_unit_test_setup_teardown(peers_away_or_none, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_taken_and_wrong, setup, teardown),
		cmocka_unit_test_setup_teardown(deletes, setup, teardown),
		cmocka_unit_test_setup_teardown(restarts_and_controls, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
