/* What a silent correction may change, and what it may not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "hub/base/check.h"
#include "schemas/silent.h"

#define ARENA_BYTES (4u << 20)

#define ORDER(name, sort, level, state, extra)                                                   \
	"{\"kind\":\"evacuation\",\"action\":\"correct\",\"document\":{\"source\":\"a\",\"id\":" \
	"\"b\","                                                                                 \
	"\"revision\":2},\"areas\":[{\"code\":\"990019\",\"name\":\"架空市\"}]," extra           \
	"\"evacuation\":{\"details\":[{\"sort\":\"" sort "\",\"state\":\"" state                 \
	"\",\"level\":{\"number\":" level ",\"term\":\"" sort                                    \
	"\"},\"areas\":[{\"area\":{\"code\":\"990019\",\"name\":\"" name                         \
	"\"},\"ordered\":\"2026-07-01T18:55:00+09:00\"}]}]}}"
#define SHELTER(name, sort, address)                                                             \
	"{\"kind\":\"shelter\",\"action\":\"correct\",\"areas\":[{\"code\":\"990019\",\"name\":" \
	"\"架空市\"}],"                                                                       \
	"\"shelter\":{\"items\":[{\"name\":\"" name "\",\"sort\":\"" sort                        \
	"\",\"address\":\"" address "\"}]}}"
#define HEADQUARTERS(status, name)                                                             \
	"{\"kind\":\"headquarters\",\"action\":\"correct\",\"areas\":[{\"code\":\"990019\"}]," \
	"\"headquarters\":{\"type\":\"対策本部\",\"status\":\"" status "\",\"name\":\"" name   \
	"\"}}"
#define DAMAGE(value, complement)                                                        \
	"{\"kind\":\"damage\",\"action\":\"correct\",\"areas\":[{\"code\":\"990019\"}]," \
	"\"damage\":{\"complement\":\"" complement                                       \
	"\",\"items\":[{\"group\":\"human\",\"type\":\"死者\","                        \
	"\"value\":\"" value "\",\"unit\":\"人\"}]}}"
#define MAIL(text)                                                                            \
	"{\"kind\":\"urgent_mail\",\"action\":\"correct\",\"areas\":[{\"code\":\"990019\"}]," \
	"\"urgent_mail\":{\"title\":\"" text "\",\"message\":\"x\"}}"

static const struct {
	const char *before, *after;
	bool allowed;
} cases[] = {
	{ ORDER("港町", "避難指示", "4", "issued", ""),
		ORDER("港町", "避難指示", "4", "issued", ""), true },
	{ ORDER("港町", "避難指示", "4", "issued", ""),
		ORDER("港町", "避難指示", "4", "issued", "\"correction\":\"誤記\","), true },
	{ ORDER("港町", "避難指示", "4", "issued", ""),
		ORDER("港町２丁目", "避難指示", "4", "issued", ""), false },
	{ ORDER("港町", "避難指示", "4", "issued", ""),
		ORDER("港町", "高齢者等避難", "3", "issued", ""), false },
	{ ORDER("港町", "避難指示", "4", "issued", ""),
		ORDER("港町", "避難指示", "0", "lifted", ""), false },
	{ ORDER("北町１丁目", "避難指示", "4", "issued", ""),
		ORDER("北町一丁目", "避難指示", "4", "issued", ""), true },
	{ SHELTER("第一小学校", "開設", "北町1"), SHELTER("第一小学校", "開設", "北町2"), true },
	{ SHELTER("第一小学校", "開設", "北町1"), SHELTER("第一小学校", "閉鎖", "北町1"), false },
	{ SHELTER("第一小学校", "開設", "北町1"), SHELTER("第二小学校", "開設", "北町1"), false },
	{ HEADQUARTERS("設置", "本部"), HEADQUARTERS("設置", "架空市本部"), true },
	{ HEADQUARTERS("設置", "本部"), HEADQUARTERS("解散", "本部"), false },
	{ MAIL("a"), MAIL("a"), false },
	{ SHELTER("第一小学校", "開設", "北町1"), ORDER("港町", "避難指示", "4", "issued", ""),
		false },
	{ DAMAGE("1", "調査中"), DAMAGE("1", "確認済み"), true },
	{ DAMAGE("1", ""), DAMAGE("2", ""), false },
};

static hs_notice *
notice_of(struct hs_arena *arena, const char *text)
{
	json_error_t error;
	json_t *json = json_loads(text, 0, &error);
	hs_notice *notice = NULL;
	char why[256] = "";

	if (json == NULL)
		print_message("%s: %s\n", error.text, text);
	assert_non_null(json);
	if (hs_message_from_json(arena, &hansho__v1__notice__descriptor, json, &notice, why,
		    sizeof(why)) != HS_OK)
		print_message("%s\n", why);
	assert_string_equal(why, "");
	json_decref(json);
	return notice;
}

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < HS_COUNT(cases); i++) {
		struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
		bool allowed = !cases[i].allowed;

		assert_int_equal(hs_silent_allowed(arena, notice_of(arena, cases[i].before),
					 notice_of(arena, cases[i].after), &allowed),
			HS_OK);
		if (allowed != cases[i].allowed)
			print_message("case %zu\n", i);
		assert_int_equal(allowed, cases[i].allowed);
		hs_arena_destroy(arena);
	}
}

/* Without memory it says so and allows nothing. */
static void
test_no_memory(void **state)
{
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES), *small = hs_arena_create(16);
	bool allowed = true;

	(void)state;
	assert_int_equal(hs_silent_allowed(small, notice_of(arena, cases[0].before),
				 notice_of(arena, cases[0].after), &allowed),
		HS_ERR_NOMEM);
	assert_false(allowed);
	hs_arena_destroy(small);
	hs_arena_destroy(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
