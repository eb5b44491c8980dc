/* Kind and areas of a J-Alert message as CAP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/jalert/receiver_message.h"
#include "hub/base/check.h"
#include "hub/gate/cap.h"

#define GOOD                                                                                      \
	"\"kind\":\"missile\",\"phase\":\"launch\",\"action\":\"alert\",\"event\":\"M1\",\"id\":" \
	"\"m-1\","                                                                                \
	"\"sent\":\"2026-07-01T07:29:00+09:00\",\"status\":\"Actual\""

static enum hs_err
make(const char *json, struct hs_buf *out, char why[HS_MESSAGE_WHY])
{
	hs_buf_init(out, 65536);
	return hs_receiver_message(json, strlen(json), "jalert.example", out, why);
}

static void
a_message_becomes_an_alert(void **state)
{
	(void)state;
	static const char *const parts[] = { "<identifier>m-1</identifier>",
		"<sender>jalert.example</sender>", "<sent>2026-07-01T07:29:00+09:00</sent>",
		"<status>Actual</status>", "<msgType>Alert</msgType>", "<incidents>M1</incidents>",
		"<event>弾道ミサイル情報</event>", "<responseType>Shelter</responseType>",
		"<value>missile/launch</value>", "<areaDesc>架空市</areaDesc>",
		"<value>990019</value>", "<value>020001</value>", "a &lt;b&gt; &amp; c",
		"<onset>2026-07-01T07:36:00+09:00</onset>" };
	struct hs_buf out;
	char why[HS_MESSAGE_WHY];
	assert_int_equal(HS_OK, make("{" GOOD ",\"areas\":[\"990019\",\"02\"],\"text\":\"a <b> & "
				     "c\",\"at\":\"2026-07-01T07:36:00+09:00\"}",
					&out, why));
	for (size_t i = 0; i < HS_COUNT(parts); i++)
		if (!strstr(hs_buf_text(&out), parts[i]))
			fail_msg("%s: %s", parts[i], hs_buf_text(&out));
	hs_buf_free(&out);
	assert_int_equal(HS_OK, make("{\"kind\":\"missile\",\"phase\":\"none\",\"action\":"
				     "\"cancel\",\"event\":\"M1\",\"id\":\"m-2\","
				     "\"sent\":\"2026-07-01T07:40:00+09:00\",\"status\":\"Actual\","
				     "\"areas\":[\"990019\"],"
				     "\"replaces\":[\"m-1 2026-07-01T07:29:00+09:00\"]}",
					&out, why));
	assert_non_null(strstr(hs_buf_text(&out),
		"<references>jalert.example,m-1,2026-07-01T07:29:00+09:00</references>"));
	assert_non_null(strstr(hs_buf_text(&out), "<responseType>AllClear</responseType>"));
	assert_non_null(strstr(hs_buf_text(&out), "<note>誤報</note>"));
	hs_buf_free(&out);
}

static void
moments_are_written_as_cap_has_them(void **state)
{
	(void)state;
	static const struct {
		const char *told, *written;
	} rows[] = {
		{ "2026-06-30T22:29:00Z", "2026-07-01T07:29:00+09:00" },
		{ "2026-07-01t07:29:00.987+09:00", "2026-07-01T07:29:00+09:00" },
		{ "2026-07-01T07:29:00", "2026-07-01T07:29:00+09:00" },
		{ "2026-06-30T12:29:59.5-10:00", "2026-07-01T07:29:59+09:00" },
	};
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct hs_buf out;
		char json[600], why[HS_MESSAGE_WHY], parts[3][120];
		int64_t unix_us;
		int offset_min;
		snprintf(json, sizeof(json),
			"{\"kind\":\"terror\",\"action\":\"update\",\"event\":\"M\",\"id\":\"m-2\","
			"\"status\":\"Actual\",\"areas\":[\"990019\"],\"sent\":\"%s\",\"at\":\"%"
			"s\","
			"\"replaces\":[\"m-1 %s\"]}",
			rows[i].told, rows[i].told, rows[i].told);
		assert_int_equal(HS_OK, make(json, &out, why));
		snprintf(parts[0], sizeof(parts[0]), "<sent>%s</sent>", rows[i].written);
		snprintf(parts[1], sizeof(parts[1]), "<onset>%s</onset>", rows[i].written);
		snprintf(parts[2], sizeof(parts[2]), ",m-1,%s</references>", rows[i].written);
		for (size_t j = 0; j < HS_COUNT(parts); j++)
			if (!strstr(hs_buf_text(&out), parts[j]))
				fail_msg("%s: %s", parts[j], hs_buf_text(&out));
		assert_true(hs_cap_time(rows[i].written, &unix_us, &offset_min)); /* the gate's */
		hs_buf_free(&out);
	}
}

static void
what_is_not_sure_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *json, *why;
	} rows[] = {
		{ "", "JSON" },
		{ "[]", "object" },
		{ "{" GOOD "}", "areas" },
		{ "{" GOOD ",\"areas\":[]}", "areas" },
		{ "{" GOOD ",\"areas\":[\"999999\"]}", "999999" },
		{ "{" GOOD ",\"areas\":[990019]}", "areas" },
		{ "{" GOOD ",\"areas\":\"990019\"}", "areas" },
		{ "{" GOOD ",\"areas\":[\"990019\"],\"lane\":\"live\"}", "lane" },
		{ "{" GOOD ",\"areas\":[\"990019\"],\"at\":\"7:36\"}", "at: \"7:36\"" },
		{ "{" GOOD ",\"areas\":[\"990019\"],\"replaces\":[\"m-1 7:36\"]}", "m-1 7:36" },
		{ "{\"kind\":\"terror\",\"action\":\"alert\",\"event\":\"M\",\"id\":\"m\",\"sent\":"
		  "\"7:29\",\"status\":\"Actual\",\"areas\":[\"990019\"]}",
			"sent: \"7:29\"" },
		{ "{" GOOD ",\"areas\":[\"990019\"],\"kind\":\"missile\"}", "JSON" },
		{ "{\"kind\":\"missile\",\"areas\":[\"990019\"]}", "action" },
		{ "{\"kind\":\"comet\",\"action\":\"alert\",\"event\":\"M\",\"id\":\"m\",\"sent\":"
		  "\"x\","
		  "\"status\":\"Actual\",\"areas\":[\"990019\"]}",
			"comet" },
		{ "{\"kind\":\"terror\",\"phase\":\"launch\",\"action\":\"alert\",\"event\":\"M\","
		  "\"id\":\"m\","
		  "\"sent\":\"x\",\"status\":\"Actual\",\"areas\":[\"990019\"]}",
			"phase" },
		{ "{\"kind\":\"terror\",\"action\":\"cancel\",\"event\":\"M\",\"id\":\"m\","
		  "\"sent\":\"x\","
		  "\"status\":\"Actual\",\"areas\":[\"990019\"]}",
			"replaces" },
		{ "{\"kind\":\"terror\",\"action\":\"alert\",\"event\":\"M\",\"id\":\"m\",\"sent\":"
		  "\"x\","
		  "\"status\":\"Real\",\"areas\":[\"990019\"]}",
			"Real" },
	};
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct hs_buf out;
		char why[HS_MESSAGE_WHY];
		assert_int_equal(HS_ERR_INVALID, make(rows[i].json, &out, why));
		if (!strstr(why, rows[i].why))
			fail_msg("%s: %s", rows[i].json, why);
		hs_buf_free(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_message_becomes_an_alert),
		cmocka_unit_test(moments_are_written_as_cap_has_them),
		cmocka_unit_test(what_is_not_sure_is_refused) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
