/* CAP out: whatever notice there is, its alert is valid by the schema and by the gate's own rules, and what comes
 * in again says the same. */
#include "tests/unit/schemas/cap_fixture.h"
#include "tests/unit/schemas/message_filler.h"

static bool
has_text(const hs_notice *notice, const hs_text *wanted)
{
	for (size_t i = 0; i < notice->n_texts; i++) {
		const hs_text *text = notice->texts[i];

		if (strcmp(text->language, wanted->language) == 0 &&
			strcmp(text->headline, wanted->headline) == 0 &&
			strcmp(text->instruction, wanted->instruction) == 0)
			return true;
	}
	return false;
}

static bool
has_area(const hs_notice *notice, const hs_area *wanted)
{
	for (size_t i = 0; i < notice->n_areas; i++) {
		if (strcmp(notice->areas[i]->code, wanted->code) == 0 &&
			strcmp(notice->areas[i]->name, wanted->name) == 0)
			return true;
	}
	return false;
}

static void
check_same(const hs_notice *in, const hs_notice *out)
{
	assert_int_equal(in->mode, out->mode);
	assert_int_equal(in->kind, out->kind);
	assert_int_equal(
		in->action, out->action == HS_ACTION(CORRECT) ? HS_ACTION(UPDATE) : out->action);
	for (size_t i = 0; i < out->n_texts; i++)
		assert_int_equal(has_text(in, out->texts[i]), out->texts[i]->reviewed);
	for (size_t i = 0; i < out->n_areas && out->detail_case == 0; i++)
		assert_true(has_area(in, out->areas[i]));
	if (out->action == HS_ACTION(CANCEL))
		assert_string_equal(in->correction, out->correction);
}

static void
test_every_kind(void **state)
{
	static const int actions[] = { HS_ACTION(ISSUE), HS_ACTION(UPDATE), HS_ACTION(CORRECT),
		HS_ACTION(LIFT), HS_ACTION(CANCEL) };
	static const int modes[] = { HS_MODE(DRILL), HS_MODE(TEST), HS_MODE(SYSTEM) };

	(void)state;
	for (int kind = HS_KIND(EVACUATION); kind <= HS_KIND(OTHER); kind++) {
		for (size_t a = 0; a < HS_COUNT(actions) * HS_COUNT(modes); a++) {
			struct hs_arena *arena = hs_arena_create(8u << 20);
			struct hs_submission submission;
			struct hs_buf alert;
			hs_notice *notice = notice_of(arena, kind, actions[a / HS_COUNT(modes)],
				modes[a % HS_COUNT(modes)]);

			if (kind == HS_KIND(WEATHER))
				notice->equivalent_level = level_of(arena, 4, "大雨危険警報");
			if (kind == HS_KIND(WEATHER) || kind == HS_KIND(TSUNAMI))
				notice->document->moments = true;
			write_alert(&alert, notice);
			read_again(&submission, &alert);
			check_same(submission.notice, notice);
			assert_string_equal(submission.notice->texts[0]->language, "ja");
			if (notice->action == HS_ACTION(ISSUE) ||
				notice->action == HS_ACTION(UPDATE))
				assert_int_equal(number_of(submission.notice->equivalent_level),
					number_of(notice->equivalent_level));
			end_alert(&submission);
			hs_buf_free(&alert);
			hs_arena_destroy(arena);
		}
	}
}

/* The order of the samples: two details, one lifted, as L-Alert in, as CAP out, as CAP in. */
static void
test_order(void **state)
{
	struct hs_submission order, again;
	struct hs_buf alert;
	const hs_evacuation *evacuation;

	(void)state;
	assert_int_equal(run_alert(&order, &sample_principal, &hs_gate_limits_default, sample_order,
				 strlen(sample_order)),
		HS_OK);
	write_alert(&alert, order.notice);
	read_again(&again, &alert);
	check_same(again.notice, order.notice);
	assert_string_equal(again.notice->document->source, "bosai.kakuu.example");
	assert_string_equal(again.notice->document->id, "74ee0001-0000-4000-8000-000000990019.3");
	assert_int_equal(again.notice->document->n_supersedes, 2);
	assert_string_equal(again.notice->document->supersedes[1],
		"bosai.kakuu.example|74ee0001-0000-4000-8000-000000990019.2");
	assert_int_equal(number_of(again.notice->level), 4);
	assert_string_equal(again.notice->level->term, "避難指示");
	evacuation = order.notice->evacuation;
	assert_int_equal(evacuation->n_details, 2);
	for (size_t i = 0; i < evacuation->n_details; i++) {
		for (size_t k = 0; k < evacuation->details[i]->n_areas; k++)
			assert_true(has_area(again.notice, evacuation->details[i]->areas[k]->area));
	}
	assert_string_equal(again.notice->areas[0]->sub_code, "990010001001");
	assert_string_equal(again.notice->cap->infos[0]->urgency, "Immediate");
	assert_string_equal(again.notice->cap->infos[1]->urgency, "Past");
	assert_string_equal(again.notice->cap->infos[1]->response_types[0], "AllClear");
	end_alert(&order);
	end_alert(&again);
	hs_buf_free(&alert);
}

/* A CAP alert out as ours: its own words stay, references lead to what we wrote of those. */
static void
test_cap(void **state)
{
	struct hs_submission first, again;
	struct hs_buf alert;

	(void)state;
	assert_int_equal(run_alert(&first, &sample_relayer, &hs_gate_limits_default, sample_alert,
				 strlen(sample_alert)),
		HS_OK);
	write_alert(&alert, first.notice);
	read_again(&again, &alert);
	check_same(again.notice, first.notice);
	assert_string_equal(again.notice->document->id, "KAKUU-2026-0001.1");
	assert_string_equal(again.notice->document->supersedes[1], "other@met.example|X-9.1");
	assert_string_equal(again.notice->cap->infos[0]->event_codes[0]->value, "SVR");
	assert_string_equal(again.notice->cap->infos[0]->severity, "Severe");
	assert_int_equal(again.notice->areas[0]->geometry->n_circles, 1);
	assert_int_equal(again.notice->times->valid_until->unix_us,
		first.notice->times->valid_until->unix_us);
	assert_int_equal(again.notice->times->sent->unix_us, first.notice->times->sent->unix_us);
	assert_string_equal(again.notice->cap->codes[1], "layer:test:1");
	end_alert(&first);
	end_alert(&again);
	hs_buf_free(&alert);
}

/* Found by the fuzzer: an update without references is taken with a warning, and must not be told as ours, whose
 * updates have them. */
static void
test_update_of_nothing(void **state)
{
	const char *from = strstr(sample_alert, " <references>");
	char *text = spliced(sample_alert, (size_t)(from - sample_alert),
		(size_t)(strchr(from, '\n') - from), "");
	struct hs_submission first, again;
	struct hs_buf alert;

	(void)state;
	assert_int_equal(
		run_alert(&first, &sample_relayer, &hs_gate_limits_default, text, strlen(text)),
		HS_OK);
	write_alert(&alert, first.notice);
	read_again(&again, &alert);
	assert_int_equal(again.notice->action, HS_ACTION(UPDATE));
	end_alert(&first);
	end_alert(&again);
	hs_buf_free(&alert);
	free(text);
}

/* References: every earlier revision, with the time that is known, else our own. */
static void
test_references(void **state)
{
	struct hs_arena *arena = hs_arena_create(8u << 20);
	hs_notice *notice = notice_of(arena, HS_KIND(SHELTER), HS_ACTION(UPDATE), HS_MODE(LIVE));
	struct hs_buf alert;

	(void)state;
	notice->document->source = hs_arena_strdup(arena, "s");
	notice->document->id = hs_arena_strdup(arena, "d");
	write_alert(&alert, notice);
	assert_non_null(strstr(hs_buf_text(&alert),
		"<references>s,d.1,2026-07-01T18:57:08+09:00 s,d.2,2026-07-01T18:42:08+09:00 "
		"s,d.3,2026-07-01T18:57:08+09:00</references>"));
	assert_non_null(strstr(hs_buf_text(&alert), "<identifier>d.4</identifier>"));
	assert_non_null(strstr(hs_buf_text(&alert), "<status>Actual</status>"));
	hs_buf_free(&alert);
	/* moments: only what is known */
	notice->document->moments = true;
	write_alert(&alert, notice);
	assert_non_null(strstr(
		hs_buf_text(&alert), "<references>s,d.2,2026-07-01T18:42:08+09:00</references>"));
	hs_buf_free(&alert);
	hs_arena_destroy(arena);
}

/* Alerts of other countries: written by their own words, without our code when they have no Japanese. */
static void
test_real(void **state)
{
	static const char *const files[] = { "australia.cap", "canada.cap",
		"example_thunderstorm.cap", "wcatwc-warning.cap" };

	(void)state;
	for (size_t i = 0; i < HS_COUNT(files); i++) {
		struct hs_submission first, again;
		char path[200], *text = malloc(1 << 16), *drill;
		struct hs_buf alert;
		FILE *file;
		size_t len;

		snprintf(path, sizeof(path), "../shared/samples/cap/%s", files[i]);
		file = fopen(path, "rb");
		if (!file) {
			free(text);
			skip();
		}
		len = fread(text, 1, (1 << 16) - 1, file);
		fclose(file);
		text[len] = '\0';
		drill = changed(text, ">Actual<", ">Exercise<");
		assert_int_equal(run_alert(&first, &sample_relayer, &hs_gate_limits_default, drill,
					 strlen(drill)),
			HS_OK);
		write_alert(&alert, first.notice);
		assert_null(strstr(hs_buf_text(&alert), HS_CAP_PROFILE_CODE));
		read_again(&again, &alert);
		check_same(again.notice, first.notice);
		assert_int_equal(again.notice->n_areas, first.notice->n_areas);
		end_alert(&first);
		end_alert(&again);
		hs_buf_free(&alert);
		free(drill);
		free(text);
	}
}

/* Any notice at all: never a crash, always well-formed. */
static void
test_anything(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 300; seed++) {
		struct hs_arena *arena = hs_arena_create(64u << 20);
		struct filler filler = {
			.arena = arena, .seed = seed, .everything = seed % 2 == 0, .any_enum = true
		};
		hs_notice *notice = filler_message(&filler, &hansho__v1__notice__descriptor);
		struct hs_buf alert;
		xmlDoc *doc;

		if (!notice->document)
			notice->document = HS_NEW(arena, &hansho__v1__document__descriptor);
		write_alert(&alert, notice);
		doc = xmlReadMemory(alert.bytes, (int)alert.len_bytes, NULL, NULL,
			XML_PARSE_NONET | XML_PARSE_NOERROR);
		if (!doc)
			fail_msg("seed %llu: %s", (unsigned long long)seed, hs_buf_text(&alert));
		xmlFreeDoc(doc);
		hs_buf_free(&alert);
		hs_arena_destroy(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_kind),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_cap),
		cmocka_unit_test(test_update_of_nothing),
		cmocka_unit_test(test_references),
		cmocka_unit_test(test_real),
		cmocka_unit_test(test_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
