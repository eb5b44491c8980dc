/* 配信結果情報: words for every state, marks of a drill, escaping, and what is not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "schemas/lalert_result.h"

static void
every_state_has_words(void **state)
{
	(void)state;
	const ProtobufCEnumDescriptor *type = &hansho__v1__receipt_state__descriptor;
	const char *ja, *en;
	for (unsigned i = 0; i < type->n_values; i++) {
		assert_true(hs_receipt_words(type->values[i].value, &ja, &en));
		assert_true(ja[0] != '\0' && en[0] != '\0');
	}
	assert_false(hs_receipt_words(99, &ja, &en));
	assert_string_equal("", ja);
}

static void
written(hs_status_reply *reply, int mode, struct hs_buf *out)
{
	struct hs_arena *arena = hs_arena_create(1u << 20);
	hs_notice *notice = HS_NEW(arena, &hansho__v1__notice__descriptor);
	hs_receipt *receipt = HS_NEW(arena, &hansho__v1__receipt__descriptor);
	notice->mode = (Hansho__V1__Mode)mode;
	notice->document = HS_NEW(arena, &hansho__v1__document__descriptor);
	notice->document->id = hs_arena_strdup(arena, "doc<1>");
	notice->document->source = hs_arena_strdup(arena, "bosai.kakuu.example");
	receipt->adapter = hs_arena_strdup(arena, "telecom");
	receipt->state = HS_RECEIPT(FAILED);
	receipt->detail = hs_arena_strdup(arena, "HTTP 500 & more");
	reply->notice = notice;
	reply->id = hs_arena_strdup(arena, "00ff");
	reply->version = 3;
	reply->n_receipts = 1;
	reply->receipts = &receipt;
	hs_buf_init(out, 1u << 20);
	assert_true(hs_lalert_result_write(out, reply, "gate", 1782899700000000LL));
	assert_false(out->failed);
	hs_arena_destroy(arena);
}

static void
document_says_what_became_of_it(void **state)
{
	(void)state;
	static const struct {
		int mode;
		const char *status;
		bool marked;
	} rows[] = { { HS_MODE(LIVE), "Actual", false }, { HS_MODE(DRILL), "Exercise", true },
		{ HS_MODE(TEST), "Test", true }, { HS_MODE(SYSTEM), "System", true } };
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		hs_status_reply reply;
		struct hs_buf out;
		char wanted[64];
		hansho__v1__status_reply__init(&reply);
		written(&reply, rows[i].mode, &out);
		const char *text = hs_buf_text(&out);
		snprintf(wanted, sizeof(wanted), "<edxlde:distributionStatus>%s<", rows[i].status);
		assert_non_null(strstr(text, wanted));
		assert_non_null(strstr(text, "doc&lt;1&gt;-result</commons:documentID>"));
		assert_non_null(strstr(text, "code=\"failed\">失敗<"));
		assert_non_null(strstr(text, "HTTP 500 &amp; more"));
		assert_non_null(strstr(text, ">Update</edxlde:distributionType>"));
		assert_null(strstr(text, "SilentSeconds"));
		assert_int_equal(rows[i].marked, strstr(text, "<ib:Title>配信") == NULL);
		hs_buf_free(&out);
	}
}

static void
nothing_without_a_document(void **state)
{
	(void)state;
	hs_status_reply reply;
	struct hs_buf out;
	hansho__v1__status_reply__init(&reply);
	hs_buf_init(&out, 1024);
	assert_false(hs_lalert_result_write(&out, &reply, "gate", 0));
	assert_int_equal(0, out.len_bytes);
	hs_buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_state_has_words),
		cmocka_unit_test(document_says_what_became_of_it),
		cmocka_unit_test(nothing_without_a_document),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
