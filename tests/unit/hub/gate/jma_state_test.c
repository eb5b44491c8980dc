/* From the telegram to what is in force: telegrams of both families, cancels and reports out of order, parsed as the gate
 * parses them and applied as the hub applies them. */
#include "schemas/active.h"
#include "tests/unit/hub/gate/jma_samples.h"

#define HOUR_CHARS 5

/* clang-format off */
#define OLD_FAMILY(items) JMA_REPORT JMA_CONTROL("気象警報・注意報（Ｈ２７）", "訓練") \
	JMA_HEAD("", "発表", "", "気象警報・注意報", "1.1_2", "<Text>訓練</Text>") \
	JMA_BODY("meteorology", JMA_WARNING(items))
#define NEW_FAMILY(type, items) JMA_REPORT JMA_CONTROL("気象警報・注意報（Ｒ０６）（大雨）", "訓練") \
	JMA_HEAD("", type, "", "気象警報・注意報", "1.5_0", "<Text>訓練</Text>") \
	JMA_BODY("meteorology", JMA_WARNING(items))
/* clang-format on */

static const char old_rain[] = OLD_FAMILY(JMA_ITEM("大雨警報", "03", "継続", "架空市", "9900100")
		JMA_ITEM("強風注意報", "15", "発表", "架空市", "9900100"));
static const char new_rain[] =
	NEW_FAMILY("発表", JMA_ITEM("レベル４大雨危険警報", "43", "発表", "架空市", "9900100"));
static const char new_lifted[] =
	NEW_FAMILY("発表", JMA_ITEM("レベル４大雨危険警報", "43", "解除", "架空市", "9900100"));
/* Another municipality; in the first one nothing holds. */
static const char new_nothing[] = NEW_FAMILY("発表",
	"<Item><Kind><Status>発表警報・注意報はなし</Status></Kind><Area><Name>架空市</Name>"
	"<Code>9900100</Code></Area></Item>" JMA_ITEM(
		"レベル４大雨危険警報", "43", "発表", "想定市", "9900200"));
static const char new_cancelled[] = NEW_FAMILY("取消", "");

/* The same telegram, sent at another hour of that day (Japan; "19:05"). */
static char *
sent_at(const char *telegram, const char *hour)
{
	char *copy = strdup(telegram);
	int japan = atoi(hour);
	char utc[HOUR_CHARS + 1];

	assert_non_null(copy);
	snprintf(utc, sizeof(utc), "%02d%s", (japan - 9) % 100, hour + 2);
	for (char *at = copy; (at = strstr(at, "09:50:00Z")) != NULL;)
		memcpy(at, utc, HOUR_CHARS);
	for (char *at = copy; (at = strstr(at, "18:50:00+")) != NULL;)
		memcpy(at, hour, HOUR_CHARS);
	return copy;
}

static enum hs_err
tell(struct hs_active *active, uint64_t seq, const char *telegram, const char *hour)
{
	char *text = sent_at(telegram, hour);
	struct run run;
	enum hs_err err;

	run_jma(&run, text);
	assert_int_equal(run.err, HS_OK);
	err = hs_active_apply(active, seq, run.submission.notice, NULL);
	run_end(&run);
	free(text);
	return err;
}

static void
add(void *owner, const struct hs_active_entry *entry)
{
	hs_buf_printf(owner, "%s %s %u;", entry->area_code, entry->hazard, entry->equivalent_level);
}

static void
expect(const struct hs_active *active, const char *entries)
{
	struct hs_buf text;

	hs_buf_init(&text, 1u << 16);
	hs_active_each_entry(active, add, &text);
	assert_string_equal(hs_buf_text(&text), entries);
	hs_buf_free(&text);
}

/* jma-xml.md, "The 2026 reorganisation": both families arrive, in any order, and nothing goes down. */
static void
test_the_old_family_never_shows_a_downgrade(void **state)
{
	struct hs_active *active = hs_active_create();

	(void)state;
	assert_int_equal(tell(active, 1, old_rain, "10:00"), HS_OK);
	expect(active, "990019 gale 0;990019 rain 3;");
	assert_int_equal(tell(active, 2, new_rain, "10:01"), HS_OK);
	expect(active, "990019 gale 0;990019 rain 4;");
	assert_int_equal(tell(active, 3, old_rain, "10:02"), HS_OK);
	expect(active, "990019 gale 0;990019 rain 4;");
	/* a lift by the new family stands against the old one too, whose own is on its way */
	assert_int_equal(tell(active, 4, new_lifted, "20:00"), HS_OK);
	expect(active, "990019 gale 0;");
	assert_int_equal(tell(active, 5, old_rain, "20:01"), HS_OK);
	expect(active, "990019 gale 0;");
	/* what the new family took back is told by the old one alone */
	assert_int_equal(tell(active, 6, new_cancelled, "20:02"), HS_OK);
	assert_int_equal(tell(active, 7, new_rain, "20:03"), HS_OK);
	assert_int_equal(tell(active, 8, new_cancelled, "20:03"), HS_OK);
	expect(active, "990019 gale 0;990019 rain 3;");
	hs_active_destroy(active);
}

/* Also when the new telegram only says that nothing holds there. */
static void
test_nothing_is_a_word_too(void **state)
{
	struct hs_active *active = hs_active_create();

	(void)state;
	assert_int_equal(tell(active, 1, old_rain, "10:00"), HS_OK);
	assert_int_equal(tell(active, 2, new_nothing, "10:01"), HS_OK);
	expect(active, "990019 gale 0;990027 rain 4;");
	hs_active_destroy(active);
}

/* News that name a hazard say nothing about what is in force: no word against the old family. */
static void
test_news_lift_nothing(void **state)
{
	struct hs_active *active = hs_active_create();
	char *text = sent_at(new_rain, "10:01");
	struct run run;

	(void)state;
	assert_int_equal(tell(active, 1, old_rain, "10:00"), HS_OK);
	run_jma(&run, text);
	assert_int_equal(run.err, HS_OK);
	run.submission.notice->weather->items[0]->in_force = false;
	assert_int_equal(hs_active_apply(active, 2, run.submission.notice, NULL), HS_OK);
	expect(active, "990019 gale 0;990019 rain 3;");
	run_end(&run);
	free(text);
	hs_active_destroy(active);
}

static void
test_an_older_report_is_stale(void **state)
{
	struct hs_active *active = hs_active_create();

	(void)state;
	assert_int_equal(tell(active, 1, new_lifted, "12:00"), HS_OK);
	assert_int_equal(tell(active, 2, new_rain, "11:00"), HS_ERR_STALE);
	expect(active, "");
	assert_int_equal(tell(active, 3, new_rain, "13:00"), HS_OK);
	assert_int_equal(tell(active, 4, new_cancelled, "12:30"), HS_ERR_STALE);
	expect(active, "990019 rain 4;");
	hs_active_destroy(active);
}

/* Every real telegram at hand can be applied, and the set that follows can be made again from its snapshot. */
struct rebuild {
	struct hs_active *active;
	struct hs_arena *arena;
};

static void
reapply(void *owner, uint64_t seq, const void *bytes, size_t len_bytes)
{
	struct rebuild *rebuild = owner;
	hs_notice *notice;

	assert_int_equal(hs_notice_unpack(rebuild->arena, bytes, len_bytes, &notice), HS_OK);
	assert_int_equal(hs_active_apply(rebuild->active, seq, notice, NULL), HS_OK);
}

static void
test_real_telegrams_make_a_set_that_can_be_rebuilt(void **state)
{
	static const char *const names[] = { "15_11_01_150916_VPWW54.xml",
		"15_16_01_241031_VPWW56.xml", "15_16_02_241031_VPWW57.xml",
		"15_16_03_241226_VPWW55.xml", "15_16_04_241226_VPWW58.xml",
		"15_17_01_241226_VPWW55.xml", "16_01_01_220728_VXKOii.xml",
		"32-39_11_02_250206_VTSE41.xml", "43_01_01_200522_VFVO52.xml",
		"44_01_01_151008_VFVO51.xml", "67_01_01_140927_VFVO56.xml" };
	struct rebuild rebuild = { hs_active_create(), hs_arena_create(HS_UNPACK_ARENA_BYTES) };
	struct hs_active *active = hs_active_create();
	char a[HS_DIGEST_SIZE], b[HS_DIGEST_SIZE];
	size_t found = 0;

	(void)state;
	for (size_t i = 0; i < HS_COUNT(names); i++) {
		size_t len;
		char *bytes = jma_file(names[i], &len);
		struct run run;

		if (bytes == NULL)
			continue;
		run_jma_on(&run, bytes, len, HS_MODE(LIVE));
		if (run.err == HS_ERR_FORBIDDEN) { /* 訓練 or 試験 */
			run_end(&run);
			run_jma_on(&run, bytes, len, HS_MODE(DRILL));
		}
		assert_int_equal(run.err, HS_OK);
		assert_int_equal(
			hs_active_apply(active, i + 1, run.submission.notice, NULL), HS_OK);
		found++;
		run_end(&run);
		free(bytes);
	}
	if (found == 0)
		skip();
	hs_active_each_document(active, reapply, &rebuild);
	hs_active_digest(active, a);
	hs_active_digest(rebuild.active, b);
	assert_string_equal(a, b);
	assert_true(hs_active_document_count(active) > found / 2);
	hs_active_destroy(active);
	hs_active_destroy(rebuild.active);
	hs_arena_destroy(rebuild.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_old_family_never_shows_a_downgrade),
		cmocka_unit_test(test_nothing_is_a_word_too),
		cmocka_unit_test(test_news_lift_nothing),
		cmocka_unit_test(test_an_older_report_is_stale),
		cmocka_unit_test(test_real_telegrams_make_a_set_that_can_be_rebuilt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
