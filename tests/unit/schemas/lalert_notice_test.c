/* What goes out as L-Alert XML is, to the gate, the notice that it was: real habits of senders, every category, random orders. */
#include <jansson.h>

#include "schemas/lalert_notice.h"
#include "tests/unit/hub/gate/lalert_bodies.h"
#include "tests/unit/hub/gate/lalert_kit.h"

/* Of these the document that is read again has none: what was assumed, repaired or dropped is told plainly now. */
static const char *const repaired[] = { "head_mismatch", "area_fallback", "ordered_assumed",
	"offset_assumed", "shape_dropped" };

static bool
is_repaired(const char *flag)
{
	for (size_t i = 0; i < HS_COUNT(repaired); i++) {
		if (strcmp(repaired[i], flag) == 0)
			return true;
	}
	return false;
}

static void
forget_assumed(json_t *json)
{
	const char *key;
	json_t *value;
	size_t i;

	json_object_del(json, "offset_assumed");
	json_object_foreach (json, key, value)
		forget_assumed(value);
	json_array_foreach (json, i, value)
		forget_assumed(value);
}

/* The notice as text, without what a transmission adds. */
static char *
told(const hs_notice *notice)
{
	json_t *json = hs_message_to_json(notice);
	json_t *flags = json_object_get(json, "flags"), *kept = json_array();

	json_object_del(json, "original");
	json_object_del(json_object_get(json, "times"), "received");
	for (size_t i = 0; i < json_array_size(flags); i++) {
		if (!is_repaired(json_string_value(json_array_get(flags, i))))
			json_array_append(kept, json_array_get(flags, i));
	}
	json_object_set_new(json, "flags", kept);
	forget_assumed(json);
	char *text = json_dumps(json, JSON_INDENT(1) | JSON_SORT_KEYS);
	json_decref(json);
	return text;
}

static char *
written(const hs_notice *notice)
{
	struct hs_buf out;

	hs_buf_init(&out, 8 << 20);
	hs_lalert_write_notice(&out, notice);
	assert_false(out.failed);
	char *text = strdup(hs_buf_text(&out));
	hs_buf_free(&out);
	return text;
}

/* `run` has read something; what is written of it reads as the same. */
static void
check_again(const struct run *first)
{
	char *text = written(first->submission.notice);
	char *before = told(first->submission.notice);
	struct run second;

	run_init(&second);
	second.principal = first->principal;
	second.lane = first->lane;
	run_bytes(&second, text, strlen(text));
	if (second.err != HS_OK)
		print_message("%s\n", text);
	assert_accepted(&second);
	char *after = told(second.submission.notice);
	if (strcmp(before, after) != 0)
		print_message("%s\nbefore %s\nafter %s\n", text, before, after);
	assert_string_equal(before, after);
	run_end(&second);
	free(before);
	free(after);
	free(text);
}

static void
test_sample_order(void **state)
{
	struct run run;

	(void)state;
	run_text(&run, sample_order);
	assert_accepted(&run);
	check_again(&run);
	/* all that an order can say has come along */
	const hs_notice *notice = run.submission.notice;
	assert_string_equal(notice->source->entered_by, "架空県 危機管理課");
	assert_non_null(notice->evacuation->details[0]->areas[0]->area->geometry);
	assert_int_equal(notice->evacuation->details[0]->areas[0]->people->value, 300);
	run_end(&run);
}

static void
test_every_category(void **state)
{
	static const struct kit *const kits[] = { &headquarters, &damage, &general, &event, &mail };
	static const struct kit opaque = { .category = "CivilProtection", .body = "" };
	static const struct kit stranger = { .category = "停電発生状況",
		.body = "<x:Outage xmlns:x=\"http://kakuu.example/x\">1</x:Outage>" };
	struct run run;

	(void)state;
	for (size_t i = 0; i < HS_COUNT(kits); i++) {
		(void)kit_accept(&run, kits[i]);
		check_again(&run);
		run_end(&run);
	}
	(void)kit_accept(&run, &opaque);
	check_again(&run);
	run_end(&run);
	(void)kit_accept(&run, &stranger);
	assert_true(hs_notice_has_flag(run.submission.notice, "unknown_category"));
	check_again(&run);
	run_end(&run);
}

static void
test_correction_cancel_and_lift(void **state)
{
	struct kit kit = general;
	struct run run;

	(void)state;
	kit.errata = "時刻の&lt;誤り&gt; &amp; \"訂正\"";
	assert_int_equal(kit_accept(&run, &kit)->action, HS_ACTION(CORRECT));
	check_again(&run);
	run_end(&run);
	kit.type = "Cancel";
	assert_int_equal(kit_accept(&run, &kit)->action, HS_ACTION(CANCEL));
	check_again(&run);
	run_end(&run);
	char *lift = replaced_all(sample_order, "発令", "解除");
	run_text(&run, lift);
	assert_accepted(&run);
	assert_int_equal(run.submission.notice->action, HS_ACTION(LIFT));
	check_again(&run);
	run_end(&run);
	free(lift);
}

/* ---- random orders and shelters ---- */

static uint64_t seed;

static uint32_t
next_random(uint32_t below)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(seed >> 33) % below;
}

static char *
random_name(struct hs_arena *arena)
{
	static const char *const parts[] = { "架", "空", "北町", "南", "一丁目", "1", "A", "（",
		"）", "<b>", "&amp;", "\"", "'", "]]>", "ヶ", "濱", "、", "全域(解除の地区除く)",
		"𠮷", "・" };
	char name[256] = "町";
	for (uint32_t left = 1 + next_random(6); left > 0; left--)
		strcat(name, parts[next_random(HS_COUNT(parts))]);
	return hs_arena_strdup(arena, name);
}

static hs_count *
random_count(struct hs_arena *arena, const char *unit)
{
	if (next_random(3) == 0)
		return NULL;
	hs_count *count = HS_NEW(arena, &hansho__v1__count__descriptor);
	count->value = next_random(100000);
	if (next_random(2))
		count->unit = hs_arena_strdup(arena, unit);
	return count;
}

static hs_time *
random_time(struct hs_arena *arena)
{
	static const int offsets[] = { 540, 540, 0, -300, 330 };
	int64_t us = SAMPLE_RECEIVED_US - (int64_t)next_random(86400) * HS_US_PER_S;
	if (next_random(4) == 0)
		us += next_random(1000000);
	return hs_time_new(arena, us, offsets[next_random(HS_COUNT(offsets))]);
}

static hs_point *
random_point(struct hs_arena *arena)
{
	hs_point *point = HS_NEW(arena, &hansho__v1__point__descriptor);
	point->latitude = 30.0 + next_random(1000000) / 1e6 / 3.0;
	point->longitude = 139.0 + next_random(1000000) / 1e6 / 7.0;
	return point;
}

static hs_geometry *
random_shape(struct hs_arena *arena)
{
	uint32_t kind = next_random(4);
	if (kind > 1)
		return NULL;
	hs_geometry *shape = HS_NEW(arena, &hansho__v1__geometry__descriptor);
	if (kind == 0) {
		hs_circle *circle = HS_NEW(arena, &hansho__v1__circle__descriptor);
		circle->center = random_point(arena);
		circle->radius_km = next_random(2) ? 0.0 : next_random(100) / 7.0;
		hs_repeat(arena, &shape->n_circles, &shape->circles, circle);
		return shape;
	}
	hs_polygon *polygon = HS_NEW(arena, &hansho__v1__polygon__descriptor);
	hs_point *first = random_point(arena);
	static const double corners[][2] = { { 0, 0 }, { 0.013, 0 }, { 0.013, 0.017 }, { 0, 0.017 },
		{ 0, 0 } };
	for (size_t i = 0; i < HS_COUNT(corners); i++) {
		hs_point *point = HS_NEW(arena, &hansho__v1__point__descriptor);
		point->latitude = first->latitude + corners[i][0];
		point->longitude = first->longitude + corners[i][1];
		hs_repeat(arena, &polygon->n_points, &polygon->points, point);
	}
	hs_repeat(arena, &shape->n_polygons, &shape->polygons, polygon);
	return shape;
}

static hs_area *
random_area(struct hs_arena *arena, bool deep)
{
	hs_area *area = HS_NEW(arena, &hansho__v1__area__descriptor);
	const char *code = sample_areas[next_random(2)];
	area->code = hs_arena_strdup(arena, code);
	area->name = random_name(arena);
	if (next_random(2))
		area->kana = hs_arena_strdup(arena, "まちのよみ");
	if (deep && next_random(2))
		area->sub_code = hs_arena_printf(arena, "%.5s%07u", code, next_random(10000000));
	area->geometry = random_shape(arena);
	return area;
}

static hs_notice *
random_frame(struct hs_arena *arena, const char *category, int kind)
{
	static const int actions[] = { HS_ACTION(ISSUE), HS_ACTION(UPDATE), HS_ACTION(CORRECT),
		HS_ACTION(CANCEL) };
	hs_notice *notice = HS_NEW(arena, &hansho__v1__notice__descriptor);
	notice->mode = HS_MODE(DRILL);
	notice->kind = (Hansho__V1__Kind)kind;
	notice->kind_text = hs_arena_strdup(arena, category);
	notice->action = (Hansho__V1__Action)actions[next_random(HS_COUNT(actions))];
	notice->document = HS_NEW(arena, &hansho__v1__document__descriptor);
	notice->document->source = hs_arena_strdup(arena, "bosai.kakuu.example");
	notice->document->id = hs_arena_printf(arena, "kakuu<&>%u", next_random(1000));
	notice->document->revision = notice->action == HS_ACTION(ISSUE) ? 1 : 2 + next_random(20);
	if (next_random(3))
		notice->document->distribution_id =
			hs_arena_printf(arena, "d-%u", next_random(9999));
	notice->source = HS_NEW(arena, &hansho__v1__source__descriptor);
	notice->source->code = hs_arena_strdup(arena, "990019");
	notice->source->name = hs_arena_strdup(arena, "架空市");
	notice->source->office = hs_arena_strdup(arena, next_random(2) ? "防災課" : "");
	if (next_random(4) == 0)
		notice->source->entered_by = hs_arena_strdup(
			arena, next_random(2) ? "架空県 危機管理課" : "どこかの会社");
	if (notice->action == HS_ACTION(CORRECT) || notice->action == HS_ACTION(CANCEL))
		notice->correction = random_name(arena);
	notice->times = HS_NEW(arena, &hansho__v1__times__descriptor);
	notice->times->sent = hs_time_new(arena, SAMPLE_RECEIVED_US - 3 * HS_US_PER_S, 540);
	notice->times->reported = next_random(2) ? random_time(arena) : NULL;
	notice->times->created = next_random(2) ? random_time(arena) : NULL;
	hs_text *text = HS_NEW(arena, &hansho__v1__text__descriptor);
	text->language = hs_arena_strdup(arena, "ja");
	text->headline = next_random(4) ? random_name(arena) : text->headline;
	hs_repeat(arena, &notice->n_texts, &notice->texts, text);
	return notice;
}

static void
random_order(struct hs_arena *arena, hs_notice *notice)
{
	static const char *const sorts[] = { "高齢者等避難", "避難指示", "緊急安全確保", "警戒区域",
		"避難勧告", "自主避難" };
	hs_evacuation *evacuation = HS_NEW(arena, &hansho__v1__evacuation__descriptor);
	notice->evacuation = evacuation;
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL_EVACUATION;
	evacuation->disaster_name = random_name(arena);
	evacuation->complement = next_random(2) ? random_name(arena) : evacuation->complement;
	evacuation->households = random_count(arena, "世帯");
	evacuation->people = random_count(arena, "人");
	for (uint32_t details = 1 + next_random(4); details > 0; details--) {
		hs_evacuation_detail *detail =
			HS_NEW(arena, &hansho__v1__evacuation__detail__descriptor);
		detail->sort = hs_arena_strdup(arena, sorts[next_random(HS_COUNT(sorts))]);
		detail->state = next_random(3) ? HS_EVAC(ISSUED) : HS_EVAC(LIFTED);
		detail->households = random_count(arena, "世帯");
		for (uint32_t places = 1 + next_random(5); places > 0; places--) {
			hs_evacuation_place *place =
				HS_NEW(arena, &hansho__v1__evacuation__place__descriptor);
			place->area = random_area(arena, true);
			place->ordered = random_time(arena);
			place->people = random_count(arena, "人");
			hs_repeat(arena, &detail->n_areas, &detail->areas, place);
		}
		hs_repeat(arena, &evacuation->n_details, &evacuation->details, detail);
	}
}

static void
random_shelters(struct hs_arena *arena, hs_notice *notice)
{
	static const char *const sorts[] = { "開設", "閉鎖", "未開設", "不明", "常設" };
	Hansho__V1__Shelter *shelter = HS_NEW(arena, &hansho__v1__shelter__descriptor);
	notice->shelter = shelter;
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL_SHELTER;
	hs_repeat(arena, &notice->n_areas, &notice->areas, random_area(arena, false));
	shelter->people = random_count(arena, "人");
	shelter->shelters = random_count(arena, "箇所");
	for (uint32_t items = 1 + next_random(6); items > 0; items--) {
		Hansho__V1__Shelter__Item *item =
			HS_NEW(arena, &hansho__v1__shelter__item__descriptor);
		item->name = random_name(arena);
		item->address = random_name(arena);
		item->position = next_random(2) ? random_point(arena) : NULL;
		item->type = hs_arena_strdup(arena, "避難所");
		item->sort = hs_arena_strdup(arena, sorts[next_random(HS_COUNT(sorts))]);
		item->status = hs_arena_strdup(arena, "空き");
		item->changed = random_time(arena);
		item->checked = next_random(2) ? random_time(arena) : NULL;
		item->capacity = random_count(arena, "人");
		item->households_voluntary = random_count(arena, "世帯");
		item->area = next_random(2) ? random_area(arena, true) : NULL;
		if (item->area && !item->area->geometry)
			item->position = NULL;
		Hansho__V1__Contact *contact = HS_NEW(arena, &hansho__v1__contact__descriptor);
		contact->type = hs_arena_strdup(arena, "phone");
		contact->value = hs_arena_strdup(arena, "000-0000");
		hs_repeat(arena, &item->n_contacts, &item->contacts, contact);
		hs_repeat(arena, &shelter->n_items, &shelter->items, item);
	}
}

static char *
told_shape(const hs_geometry *shape)
{
	json_t *json = shape ? hs_message_to_json(shape) : json_object();
	char *text = json_dumps(json, JSON_SORT_KEYS | JSON_REAL_PRECISION(17));
	json_decref(json);
	return text;
}

/* The parts that no reader changes came through the first time already. */
static void
check_first(const hs_notice *made, const hs_notice *got)
{
	assert_int_equal(made->detail_case, got->detail_case);
	assert_string_equal(made->document->id, got->document->id);
	assert_int_equal(made->document->revision, got->document->revision);
	assert_string_equal(made->correction, got->correction);
	assert_string_equal(made->source->entered_by, got->source->entered_by);
	if (made->detail_case != HANSHO__V1__NOTICE__DETAIL_EVACUATION)
		return;
	assert_int_equal(made->evacuation->n_details, got->evacuation->n_details);
	for (size_t i = 0; i < made->evacuation->n_details; i++) {
		const hs_evacuation_detail *a = made->evacuation->details[i];
		const hs_evacuation_detail *b = got->evacuation->details[i];
		assert_int_equal(a->n_areas, b->n_areas);
		assert_int_equal(a->state, b->state);
		assert_string_equal(a->sort, b->sort);
		for (size_t k = 0; k < a->n_areas; k++) {
			assert_string_equal(a->areas[k]->area->name, b->areas[k]->area->name);
			assert_string_equal(a->areas[k]->area->code, b->areas[k]->area->code);
			assert_string_equal(
				a->areas[k]->area->sub_code, b->areas[k]->area->sub_code);
			assert_true(a->areas[k]->ordered->unix_us == b->areas[k]->ordered->unix_us);
			assert_int_equal(!a->areas[k]->people, !b->areas[k]->people);
			char *one = told_shape(a->areas[k]->area->geometry);
			char *other = told_shape(b->areas[k]->area->geometry);
			assert_string_equal(one, other);
			free(one);
			free(other);
		}
	}
}

static void
test_random(void **state)
{
	(void)state;
	for (uint64_t each = 1; each <= 1500; each++) {
		struct hs_arena *arena = hs_arena_create(8u << 20);
		struct run run;

		seed = each;
		bool order = next_random(3) > 0;
		hs_notice *made = random_frame(arena, order ? "EvacuationOrder" : "Shelter",
			order ? HS_KIND(EVACUATION) : HS_KIND(SHELTER));
		(order ? random_order : random_shelters)(arena, made);
		char *text = written(made);
		run_text(&run, text);
		if (run.err != HS_OK)
			print_message("seed %llu\n%s\n", (unsigned long long)each, text);
		assert_accepted(&run);
		check_first(made, run.submission.notice);
		check_again(&run);
		run_end(&run);
		free(text);
		hs_arena_destroy(arena);
	}
}

static void
test_what_has_no_form(void **state)
{
	struct hs_arena *arena = hs_arena_create(1u << 20);
	hs_notice *notice = random_frame(arena, "VXSE53", HS_KIND(EARTHQUAKE));
	struct hs_buf out;

	(void)state;
	assert_false(hs_lalert_has_form(notice));
	hs_buf_init(&out, 1 << 20);
	hs_lalert_write_notice(&out, notice);
	assert_true(out.failed);
	hs_buf_free(&out);
	hs_arena_destroy(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sample_order),
		cmocka_unit_test(test_every_category),
		cmocka_unit_test(test_correction_cancel_and_lift),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_what_has_no_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
