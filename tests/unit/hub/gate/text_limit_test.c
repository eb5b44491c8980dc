/* No way for a text that is too long: each text and attribute of an order in turn becomes one, and nothing of it comes
 * through. */
#include "tests/unit/hub/gate/samples.h"

#define LONG_CHARS 4900 /* of 3 bytes: an attribute must not meet the limit of a tag */

static size_t
packed_bytes(const struct run *run)
{
	struct hs_buf out;
	size_t len;

	hs_buf_init(&out, HS_NOTICE_MAX_BYTES);
	hs_message_pack(run->submission.notice, &out);
	len = out.len_bytes;
	hs_buf_free(&out);
	return len;
}

/* Whether the long text was refused, or left out of the notice. */
static void
assert_stopped(size_t at, size_t len, const char *with, size_t usual_bytes)
{
	char *text = spliced(sample_order, at, len, with);
	struct run run;

	run_init(&run);
	run.limits.text_chars = run.limits.headline_chars = run.limits.complement_chars = 400;
	run_bytes(&run, text, strlen(text));
	if (run.err == HS_OK && packed_bytes(&run) > usual_bytes + 400)
		fail_msg("at %zu: %.80s", at, sample_order + at);
	run_end(&run);
	free(text);
}

static void
test_each_text_of_an_order(void **state)
{
	char *with = calloc(LONG_CHARS * 3 + 1, 1);
	size_t usual, texts = 0, attributes = 0;
	struct run run;

	(void)state;
	for (size_t i = 0; i < LONG_CHARS; i++)
		memcpy(with + i * 3, "あ", 3);
	run_text(&run, sample_order);
	assert_accepted(&run);
	usual = packed_bytes(&run);
	run_end(&run);
	for (size_t at = 0; at + 2 < sizeof(sample_order); at++) {
		size_t text = strcspn(sample_order + at + 1, "<");
		size_t value = strcspn(sample_order + at + 2, "\"");

		if (sample_order[at] == '>' && strspn(sample_order + at + 1, " \n") < text &&
			++texts)
			assert_stopped(at + 1, text, with, usual);
		if (strncmp(sample_order + at, "=\"", 2) == 0 && ++attributes)
			assert_stopped(at + 2, value, with, usual);
	}
	assert_true(texts > 60 && attributes > 10);
	free(with);
}

static void
test_the_limit_is_configuration(void **state)
{
	char *text =
		replaced(sample_order, "ev:unit=\"世帯\"", "ev:unit=\"一二三四五六七八九十一\"");
	struct run run;

	(void)state;
	for (int limit = 10; limit <= 11; limit++) {
		run_init(&run);
		run.limits.word_chars = limit;
		run_bytes(&run, text, strlen(text));
		assert_int_equal(run.err == HS_OK, limit == 11);
		assert_int_equal(!!found(&run, HS_FINDING_TOO_LONG), limit == 10);
		if (limit == 10)
			assert_string_equal(found(&run, HS_FINDING_TOO_LONG)->place.path,
				"/EDXLDistribution/contentObject/xmlContent/embeddedXMLContent/"
				"Report/EvacuationOrder/TotalNumber/Households");
		run_end(&run);
	}
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_text_of_an_order),
		cmocka_unit_test(test_the_limit_is_configuration),
	};

	hs_pipeline_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
