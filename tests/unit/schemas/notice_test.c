/* Words, marks, flags and keys of a notice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "schemas/notice.h"

#define ARENA_BYTES (1u << 20)

static hs_notice *
notice_with_text(struct hs_arena *arena, int mode, const char *language, const char *text)
{
	hs_notice *notice = HS_NEW(arena, &hansho__v1__notice__descriptor);
	notice->mode = (Hansho__V1__Mode)mode;
	hs_text *item = HS_NEW(arena, &hansho__v1__text__descriptor);
	item->language = hs_arena_strdup(arena, language);
	item->headline = hs_arena_strdup(arena, text);
	item->body = hs_arena_strdup(arena, text);
	item->instruction = hs_arena_strdup(arena, text);
	assert_true(hs_repeat(arena, &notice->n_texts, &notice->texts, item));
	return notice;
}

static void
enums_have_words(void **state)
{
	(void)state;
	char word[64];
	assert_string_equal(hs_enum_word(&hansho__v1__kind__descriptor, HS_KIND(EVACUATION), word),
		"evacuation");
	assert_string_equal(hs_enum_word(&hansho__v1__kind__descriptor, HS_KIND(URGENT_MAIL), word),
		"urgent_mail");
	assert_string_equal(
		hs_enum_word(&hansho__v1__receipt_state__descriptor, HS_RECEIPT(DISPLAYED), word),
		"displayed");
	assert_string_equal(
		hs_enum_word(&hansho__v1__evacuation__state__descriptor, HS_EVAC(LIFTED), word),
		"lifted");
	assert_string_equal(
		hs_enum_word(&hansho__v1__journal_record__type__descriptor, HS_RECORD(ACK), word),
		"ack");
	assert_null(hs_enum_word(&hansho__v1__kind__descriptor, 4711, word));
	assert_int_equal(hs_enum_value(&hansho__v1__kind__descriptor, "eew"), HS_KIND(EEW));
	assert_int_equal(hs_enum_value(&hansho__v1__kind__descriptor, "EEW"), -1);
	assert_int_equal(hs_enum_value(&hansho__v1__kind__descriptor, ""), -1);
	const ProtobufCEnumDescriptor *const types[] = { &hansho__v1__mode__descriptor,
		&hansho__v1__kind__descriptor, &hansho__v1__action__descriptor,
		&hansho__v1__outcome__descriptor, &hansho__v1__receipt_state__descriptor,
		&hansho__v1__peer_kind__descriptor };
	for (size_t t = 0; t < HS_COUNT(types); t++)
		for (unsigned i = 0; i < types[t]->n_values; i++) {
			int value = types[t]->values[i].value;
			assert_int_equal(
				hs_enum_value(types[t], hs_enum_word(types[t], value, word)),
				value);
		}
}

struct mark_case {
	int mode;
	const char *language, *text, *marked;
};

static const struct mark_case MARK_CASES[] = {
	{ HS_MODE(DRILL), "ja", "避難指示", "【訓練】避難指示【訓練】" },
	{ HS_MODE(DRILL), "en", "Leave", "[DRILL]Leave[DRILL]" },
	{ HS_MODE(DRILL), "ja-x-easy", "にげて", "【くんれん】にげて【くんれん】" },
	{ HS_MODE(DRILL), "vi", "x", "【訓練】x【訓練】" }, /* no reviewed word: Japanese */
	{ HS_MODE(DRILL), "", "x", "【訓練】x【訓練】" },
	{ HS_MODE(DRILL), "ja", "【訓練】避難指示", "【訓練】避難指示【訓練】" },
	{ HS_MODE(DRILL), "ja", "避難指示【訓練】", "【訓練】避難指示【訓練】" },
	{ HS_MODE(DRILL), "ja", "【訓練】避難指示【訓練】", "【訓練】避難指示【訓練】" },
	{ HS_MODE(DRILL), "ja", "【訓練】", "【訓練】【訓練】" },
	{ HS_MODE(DRILL), "ja", "", "" },
	{ HS_MODE(TEST), "ja", "x", "【試験】x【試験】" },
	{ HS_MODE(SYSTEM), "en", "x", "[SYSTEM TEST]x[SYSTEM TEST]" },
	{ HS_MODE(UNSPECIFIED), "ja", "x", "【訓練】x【訓練】" },
	{ 99, "ja", "x", "【訓練】x【訓練】" }, /* only LIVE may look like LIVE */
	{ HS_MODE(LIVE), "ja", "避難指示", "避難指示" },
};

static void
all_but_live_is_marked(void **state)
{
	(void)state;
	for (size_t i = 0; i < HS_COUNT(MARK_CASES); i++) {
		const struct mark_case *row = &MARK_CASES[i];
		struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
		hs_notice *notice = notice_with_text(arena, row->mode, row->language, row->text);
		assert_true(hs_notice_mark(arena, notice));
		assert_true(hs_notice_mark(arena, notice)); /* twice is as good as once */
		const hs_text *text = hs_notice_text(notice, row->language);
		assert_non_null(text);
		assert_string_equal(text->headline, row->marked);
		assert_string_equal(text->body, row->marked);
		assert_string_equal(text->instruction, row->marked);
		hs_arena_destroy(arena);
	}
	assert_string_equal(hs_mode_mark(HS_MODE(LIVE), "ja"), "");
	assert_string_equal(hs_mode_mark(HS_MODE(DRILL), NULL), "【訓練】");
}

static void
a_mark_that_does_not_fit_is_an_error(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES), *tiny = hs_arena_create(1);
	hs_notice *notice = notice_with_text(arena, HS_MODE(DRILL), "ja", "避難指示");
	assert_false(hs_notice_mark(tiny, notice));
	assert_false(hs_notice_flag(tiny, notice, "late"));
	assert_null(hs_time_new(tiny, 0, 0));
	assert_null(HS_NEW(tiny, &hansho__v1__notice__descriptor));
	hs_arena_destroy(tiny);
	hs_arena_destroy(arena);
}

static void
flags_stand_once(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	hs_notice *notice = HS_NEW(arena, &hansho__v1__notice__descriptor);
	assert_false(hs_notice_has_flag(notice, "vanished"));
	assert_true(hs_notice_flag(arena, notice, "vanished"));
	assert_true(hs_notice_flag(arena, notice, "vanished"));
	assert_true(hs_notice_flag(arena, notice, "obsolete_term"));
	assert_int_equal(notice->n_flags, 2);
	assert_true(hs_notice_has_flag(notice, "vanished"));
	assert_null(hs_notice_text(notice, "ja"));
	hs_time *time = hs_time_new(arena, 5, 540);
	assert_int_equal(time->unix_us, 5);
	assert_int_equal(time->offset_minutes, 540);
	hs_arena_destroy(arena);
}

static void
expect_key(int mode, const char *source, const char *id, const char *key)
{
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	hs_notice *notice = HS_NEW(arena, &hansho__v1__notice__descriptor);
	struct hs_buf out;
	hs_buf_init(&out, 1000);
	assert_false(hs_document_key(notice, &out));
	notice->mode = (Hansho__V1__Mode)mode;
	notice->document = HS_NEW(arena, &hansho__v1__document__descriptor);
	notice->document->source = hs_arena_strdup(arena, source);
	notice->document->id = hs_arena_strdup(arena, id);
	assert_true(hs_document_key(notice, &out));
	assert_string_equal(hs_buf_text(&out), key);
	hs_buf_free(&out);
	hs_buf_init(&out, 3);
	assert_false(hs_document_key(notice, &out));
	hs_buf_free(&out);
	hs_arena_destroy(arena);
}

/* By whichever route it came, and whatever that calls it; its own key stays its own. */
static void
routes_of_one_event_share_the_key_of_the_first(void **state)
{
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	hs_notice *notice = HS_NEW(arena, &hansho__v1__notice__descriptor);
	struct hs_buf out;
	(void)state;
	hs_buf_init(&out, 1000);
	assert_false(hs_first_document_key(notice, &out));
	notice->mode = HS_MODE(LIVE);
	notice->document = HS_NEW(arena, &hansho__v1__document__descriptor);
	notice->document->source = hs_arena_strdup(arena, "bridge.example");
	notice->document->id = hs_arena_strdup(arena, "b");
	notice->document->event = hs_arena_strdup(arena, "J-1");
	assert_true(hs_first_document_key(notice, &out));
	assert_string_equal(hs_buf_text(&out), "live|bridge.example|b");
	assert_string_equal(hs_first_of(notice->document).event, "J-1");
	notice->document->first = HS_NEW(arena, &hansho__v1__document__first__descriptor);
	notice->document->first->source = hs_arena_strdup(arena, "agency.example");
	notice->document->first->id = hs_arena_strdup(arena, "a");
	hs_buf_free(&out);
	hs_buf_init(&out, 1000);
	assert_true(hs_first_document_key(notice, &out));
	assert_string_equal(hs_buf_text(&out), "live|agency.example|a");
	assert_string_equal(hs_first_of(notice->document).event, "");
	hs_buf_free(&out);
	hs_buf_init(&out, 1000);
	assert_true(hs_document_key(notice, &out));
	assert_string_equal(hs_buf_text(&out), "live|bridge.example|b");
	hs_buf_free(&out);
	hs_arena_destroy(arena);
}

static void
no_two_documents_share_a_key(void **state)
{
	(void)state;
	expect_key(HS_MODE(DRILL), "bosai.kakuu.example", "74ee", "drill|bosai.kakuu.example|74ee");
	expect_key(HS_MODE(LIVE), "bosai.kakuu.example", "74ee", "live|bosai.kakuu.example|74ee");
	expect_key(HS_MODE(LIVE), "a|b", "c", "live|a%7Cb|c");
	expect_key(HS_MODE(LIVE), "a", "b|c", "live|a|b|c");
	expect_key(HS_MODE(LIVE), "a%7Cb", "c", "live|a%257Cb|c");
	expect_key(99, "a", "b", "99|a|b");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(enums_have_words),
		cmocka_unit_test(all_but_live_is_marked),
		cmocka_unit_test(a_mark_that_does_not_fit_is_an_error),
		cmocka_unit_test(flags_stand_once),
		cmocka_unit_test(routes_of_one_event_share_the_key_of_the_first),
		cmocka_unit_test(no_two_documents_share_a_key),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
