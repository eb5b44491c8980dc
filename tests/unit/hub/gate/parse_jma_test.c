/* The 54 sample telegrams of the weather agency: each accepted, with the kind, level, areas and flags that its XML says (read by eye and
 * counted with another XML library), and parts of the typed detail of each type. */
#include "tests/unit/hub/gate/jma_samples.h"

#define NONE (-1)

/* clang-format off */
static const struct {
	const char *file;
	int lane, kind, action, mode, level;
	size_t areas;
	const char *flags; /* all of them, each with a comma */
} samples[] = {
#define L HS_MODE(LIVE)
#define D HS_MODE(DRILL)
	{ "15_11_01_150916_VPWW54.xml", L, HS_KIND(WEATHER), HS_ACTION(ISSUE), L, 4, 19, "legacy_source," },
	{ "15_11_02_150916_VPWW54.xml", D, HS_KIND(WEATHER), HS_ACTION(UPDATE), HS_MODE(TEST), 4, 15, "test_mark,legacy_source," },
	{ "15_16_01_241031_VPWW56.xml", L, HS_KIND(LANDSLIDE), HS_ACTION(UPDATE), L, 4, 10, "" },
	{ "15_16_02_241031_VPWW57.xml", L, HS_KIND(WEATHER), HS_ACTION(UPDATE), L, 4, 5, "" },
	{ "15_16_02_250630_VPWW57.xml", L, HS_KIND(WEATHER), HS_ACTION(UPDATE), L, 4, 5, "" },
	{ "15_16_03_241226_VPWW55.xml", L, HS_KIND(WEATHER), HS_ACTION(UPDATE), L, 4, 10, "" },
	{ "15_16_04_241226_VPWW58.xml", L, HS_KIND(WEATHER), HS_ACTION(UPDATE), L, NONE, 10, "" },
	{ "15_16_04_250630_VPWW58.xml", L, HS_KIND(WEATHER), HS_ACTION(UPDATE), L, NONE, 10, "" },
	{ "15_17_01_241226_VPWW55.xml", L, HS_KIND(WEATHER), HS_ACTION(UPDATE), L, 3, 16, "" },
	{ "15_17_01_241226_VPWW56.xml", L, HS_KIND(LANDSLIDE), HS_ACTION(UPDATE), L, 4, 15, "" },
	/* the rivers are ○○川 of 990000 */
	{ "16_01_01_220728_VXKOii.xml", D, HS_KIND(FLOOD), HS_ACTION(ISSUE), HS_MODE(TEST), 2, 2, "test_mark,area_unmapped," },
	{ "16_02_01_220728_VXKOii.xml", D, HS_KIND(FLOOD), HS_ACTION(UPDATE), HS_MODE(TEST), 3, 2, "test_mark,area_unmapped," },
	/* 那珂川町 4030500 is a city of another code now */
	{ "17_01_01_190529_VXWW50.xml", L, HS_KIND(LANDSLIDE), HS_ACTION(UPDATE), L, 4, 51, "legacy_source,area_unmapped," },
	{ "17_02_01_190529_VXWW50.xml", L, HS_KIND(LANDSLIDE), HS_ACTION(ISSUE), L, 4, 2, "legacy_source," },
	{ "18_01_01_100806_VPOA50.xml", L, HS_KIND(RAINFALL), HS_ACTION(ISSUE), L, NONE, 1, "legacy_source," },
	{ "18_02_01_111226_VPOA50.xml", L, HS_KIND(RAINFALL), HS_ACTION(ISSUE), L, NONE, 1, "legacy_source," },
	{ "19_04_01_140425_VPHW51.xml", L, HS_KIND(WEATHER), HS_ACTION(ISSUE), L, NONE, 53, "expired," },
	{ "19_05_01_140425_VPHW51.xml", L, HS_KIND(WEATHER), HS_ACTION(ISSUE), L, NONE, 53, "expired," },
	{ "32-35_01_01_100806_VXSE51.xml", L, HS_KIND(EARTHQUAKE), HS_ACTION(ISSUE), L, NONE, 37, "" },
	{ "32-35_01_02_240613_VXSE52.xml", D, HS_KIND(EARTHQUAKE), HS_ACTION(ISSUE), D, NONE, 0, "" },
	{ "32-35_01_03_100514_VXSE53.xml", L, HS_KIND(EARTHQUAKE), HS_ACTION(ISSUE), L, NONE, 0, "" },
	/* towns that were merged, wards of Hamamatsu before 2024 */
	{ "32-35_01_03_240613_VXSE53.xml", D, HS_KIND(EARTHQUAKE), HS_ACTION(ISSUE), D, NONE, 129, "area_unmapped," },
	{ "32-35_04_01_100831_VXSE51.xml", L, HS_KIND(EARTHQUAKE), HS_ACTION(ISSUE), L, NONE, 5, "" },
	{ "32-35_04_03_240613_VXSE52.xml", L, HS_KIND(EARTHQUAKE), HS_ACTION(ISSUE), L, NONE, 0, "" },
	{ "32-39_11_02_250206_VTSE41.xml", L, HS_KIND(TSUNAMI), HS_ACTION(ISSUE), L, NONE, 49, "" },
	{ "32-39_11_03_250206_VTSE51.xml", L, HS_KIND(TSUNAMI), HS_ACTION(ISSUE), L, NONE, 49, "" },
	{ "32-39_11_06_250206_VTSE41.xml", L, HS_KIND(TSUNAMI), HS_ACTION(ISSUE), L, NONE, 49, "" },
	{ "32-39_11_08_250206_VTSE51.xml", L, HS_KIND(TSUNAMI), HS_ACTION(UPDATE), L, NONE, 49, "" },
	{ "32-39_12_05_250206_VTSE52.xml", D, HS_KIND(TSUNAMI), HS_ACTION(ISSUE), D, NONE, 5, "" },
	{ "36_01_01_240613_VXSE44.xml", L, HS_KIND(EEW), HS_ACTION(ISSUE), L, NONE, 0, "" },
	{ "36_01_02_240613_VXSE44.xml", L, HS_KIND(EEW), HS_ACTION(UPDATE), L, NONE, 0, "" },
	{ "37_01_01_240613_VXSE43.xml", L, HS_KIND(EEW), HS_ACTION(ISSUE), L, NONE, 9, "" },
	{ "37_01_02_240613_VXSE43.xml", L, HS_KIND(EEW), HS_ACTION(UPDATE), L, NONE, 35, "" },
	{ "43_01_01_200522_VFVO52.xml", L, HS_KIND(VOLCANO), HS_ACTION(ISSUE), L, NONE, 2, "" },
	{ "43_02_01_200522_VFVO52.xml", L, HS_KIND(VOLCANO), HS_ACTION(CORRECT), L, NONE, 2, "" },
	{ "44_01_01_151008_VFVO51.xml", L, HS_KIND(VOLCANO), HS_ACTION(UPDATE), L, NONE, 134, "" },
	{ "44_02_01_200522_VFVO51.xml", L, HS_KIND(VOLCANO), HS_ACTION(ISSUE), L, NONE, 2, "" },
	{ "45_01_01_200522_VFVO50.xml", L, HS_KIND(VOLCANO), HS_ACTION(ISSUE), L, NONE, 4, "" },
	{ "45_02_01_200522_VFVO50.xml", L, HS_KIND(VOLCANO), HS_ACTION(ISSUE), L, NONE, 1, "" },
	{ "54_01_01_100514_VXSE42.xml", D, HS_KIND(EEW), HS_ACTION(ISSUE), HS_MODE(TEST), NONE, 0, "" },
	{ "61_11_01_250206_VTSE52.xml", L, HS_KIND(TSUNAMI), HS_ACTION(ISSUE), L, NONE, 1, "" },
	{ "62_01_01_130412_VPNO50.xml", L, HS_KIND(WEATHER), HS_ACTION(ISSUE), L, 5, 27, "legacy_source," },
	{ "62_01_02_130412_VPNO50.xml", L, HS_KIND(WEATHER), HS_ACTION(ISSUE), L, 5, 40, "legacy_source," },
	{ "66_01_01_210517_VFVO53.xml", L, HS_KIND(VOLCANO), HS_ACTION(ISSUE), L, NONE, 28, "expired," },
	{ "66_01_02_210514_VFVO54.xml", L, HS_KIND(VOLCANO), HS_ACTION(ISSUE), L, NONE, 1, "expired," },
	{ "66_01_03_210514_VFVO55.xml", L, HS_KIND(VOLCANO), HS_ACTION(ISSUE), L, NONE, 8, "expired," },
	{ "67_01_01_140927_VFVO56.xml", L, HS_KIND(VOLCANO), HS_ACTION(ISSUE), L, NONE, 4, "" },
	{ "67_01_02_140927_VFVO56.xml", L, HS_KIND(VOLCANO), HS_ACTION(ISSUE), L, NONE, 4, "" },
	{ "74_01_01_200512_VYSE50.xml", L, HS_KIND(EARTHQUAKE), HS_ACTION(ISSUE), L, NONE, 0, "" },
	{ "74_01_02_200512_VYSE50.xml", L, HS_KIND(EARTHQUAKE), HS_ACTION(ISSUE), L, NONE, 0, "" },
	{ "77_01_01_240613_VXSE45.xml", L, HS_KIND(EEW), HS_ACTION(ISSUE), L, NONE, 0, "" },
	{ "77_01_02_240613_VXSE45.xml", L, HS_KIND(EEW), HS_ACTION(UPDATE), L, NONE, 0, "" },
	{ "82_01_01_241031_VPBS50.xml", L, HS_KIND(WEATHER), HS_ACTION(UPDATE), L, NONE, 54, "" },
	{ "82_01_02_250318_VPBS50.xml", L, HS_KIND(WEATHER), HS_ACTION(ISSUE), L, NONE, 9, "" },
};
/* clang-format on */

struct sample {
	char *bytes;
	struct run run;
	const hs_notice *notice;
};

/* Reads and runs one sample, which must be accepted. Where the folder is not at hand the test is skipped. */
static void
sample_begin(struct sample *sample, const char *file, int lane)
{
	size_t len = 0;

	sample->bytes = jma_file(file, &len);
	if (!sample->bytes)
		skip();
	run_jma_on(&sample->run, sample->bytes, len, lane);
	if (sample->run.err != HS_OK) {
		print_message("%s:\n", file);
		run_print(&sample->run);
	}
	assert_int_equal(sample->run.err, HS_OK);
	sample->notice = sample->run.submission.notice;
}

static void
sample_end(struct sample *sample)
{
	run_end(&sample->run);
	free(sample->bytes);
}

static void
test_every_sample(void **state)
{
	(void)state;
	assert_int_equal(HS_COUNT(samples), 54);
	for (size_t i = 0; i < HS_COUNT(samples); i++) {
		struct sample sample;
		char flags[256] = "";
		int level;

		sample_begin(&sample, samples[i].file, samples[i].lane);
		print_message("%s\n", samples[i].file);
		assert_int_equal(sample.notice->kind, samples[i].kind);
		assert_int_equal(sample.notice->action, samples[i].action);
		assert_int_equal(sample.notice->mode, samples[i].mode);
		level = sample.notice->equivalent_level
				? (int)sample.notice->equivalent_level->number
				: NONE;
		assert_int_equal(level, samples[i].level);
		assert_null(sample.notice->level); /* 警戒レベル is the mayor's */
		assert_int_equal(sample.notice->n_areas, samples[i].areas);
		for (size_t k = 0; k < sample.notice->n_flags; k++) {
			strcat(flags, sample.notice->flags[k]);
			strcat(flags, ",");
		}
		assert_string_equal(flags, samples[i].flags);
		assert_true(sample.notice->n_texts == 1 && sample.notice->texts[0]->headline[0]);
		for (size_t k = 0; k < sample.notice->n_areas; k++)
			assert_non_null(hs_area_find(sample.notice->areas[k]->code));
		sample_end(&sample);
	}
}

static void
test_the_type_ends_the_file_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < HS_COUNT(samples); i++) {
		struct sample sample;
		const char *type = strrchr(samples[i].file, '_') + 1;

		sample_begin(&sample, samples[i].file, samples[i].lane);
		assert_memory_equal(sample.notice->document->id, type, 6);
		assert_string_equal(sample.notice->document->source, "jma.go.jp");
		assert_true(sample.notice->document->moments);
		sample_end(&sample);
	}
}

static const hs_hazard *
item(hs_hazard *const *items, size_t count, const char *code, const char *hazard)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(items[i]->code, code) == 0 && strcmp(items[i]->hazard, hazard) == 0)
			return items[i];
	}
	fail_msg("no item %s %s", code, hazard);
	return NULL;
}

static void
test_new_warnings(void **state)
{
	struct sample sample;
	const Hansho__V1__Weather *weather;
	const hs_hazard *found;

	(void)state;
	sample_begin(&sample, "15_17_01_241226_VPWW55.xml", HS_MODE(LIVE));
	assert_int_equal(sample.notice->detail_case, HANSHO__V1__NOTICE__DETAIL_WEATHER);
	weather = sample.notice->weather;
	assert_string_equal(weather->telegram_type, "VPWW55");
	found = item(weather->items, weather->n_items, "03", "rain");
	assert_true(found->in_force);
	assert_int_equal(found->n_areas, 10);
	assert_string_equal(found->areas[0]->code, "322016");
	assert_string_equal(found->areas[0]->source_code, "3220100");
	assert_string_equal(found->areas[0]->code_type, "municipality");
	assert_string_equal(found->name, "レベル３大雨警報");
	assert_int_equal(found->equivalent_level->number, 3);
	assert_string_equal(found->equivalent_level->scheme, "2026");
	sample_end(&sample);
	/* the name of a lifted one has a number; the lift has no level */
	sample_begin(&sample, "15_17_01_241226_VPWW55.xml", HS_MODE(LIVE));
	weather = sample.notice->weather;
	for (size_t i = 0; i < weather->n_items; i++) {
		if (strcmp(weather->items[i]->status, "解除") != 0)
			continue;
		assert_false(weather->items[i]->in_force);
		assert_null(weather->items[i]->equivalent_level);
	}
	sample_end(&sample);
}

/* 03 with 土砂災害、浸水害: two hazards, so that each can be compared with the telegram of the new family. */
static void
test_old_warnings(void **state)
{
	struct sample sample;
	const Hansho__V1__Weather *weather;

	(void)state;
	sample_begin(&sample, "15_11_02_150916_VPWW54.xml", HS_MODE(DRILL));
	weather = sample.notice->weather;
	assert_int_equal(item(weather->items, weather->n_items, "03", "rain")->n_areas, 14);
	assert_int_equal(item(weather->items, weather->n_items, "03", "landslide")->n_areas, 14);
	assert_string_equal(
		item(weather->items, weather->n_items, "03", "landslide")->equivalent_level->scheme,
		"2021");
	assert_int_equal(item(weather->items, weather->n_items, "14", "thunder")->n_areas, 15);
	assert_null(item(weather->items, weather->n_items, "14", "thunder")->equivalent_level);
	sample_end(&sample);
}

static void
test_landslide_of_both_families(void **state)
{
	struct sample sample;
	const Hansho__V1__Landslide *landslide;

	(void)state;
	sample_begin(&sample, "17_02_01_190529_VXWW50.xml", HS_MODE(LIVE));
	landslide = sample.notice->landslide;
	assert_string_equal(
		item(landslide->items, landslide->n_items, "3", "landslide")->areas[0]->code,
		"013315");
	sample_end(&sample);
	sample_begin(&sample, "15_16_01_241031_VPWW56.xml", HS_MODE(LIVE));
	landslide = sample.notice->landslide;
	assert_int_equal(item(landslide->items, landslide->n_items, "49", "landslide")->n_areas, 1);
	assert_int_equal(sample.notice->priority, HS_PRIORITY_LEVEL4);
	sample_end(&sample);
}

static void
test_flood(void **state)
{
	struct sample sample;
	const Hansho__V1__Flood *flood;
	const hs_reading *reading = NULL;

	(void)state;
	sample_begin(&sample, "16_01_01_220728_VXKOii.xml", HS_MODE(DRILL));
	flood = sample.notice->flood;
	assert_string_equal(flood->river, "○○川上流");
	assert_string_equal(flood->river_code, "123456789012");
	assert_non_null(strstr(flood->forecast, "氾濫注意水位"));
	assert_int_equal(flood->n_items, 1);
	assert_string_equal(flood->items[0]->code, "20");
	for (size_t i = 0; i < flood->n_readings && !reading; i++) {
		if (strcmp(flood->readings[i]->value, "46.70") == 0)
			reading = flood->readings[i];
	}
	assert_non_null(reading);
	assert_string_equal(reading->station_name, "△△△水位観測所");
	assert_string_equal(reading->unit, "m");
	assert_string_equal(reading->condition, "上昇");
	assert_int_equal(reading->at->unix_us, 1557399600LL * HS_US_PER_S);
	sample_end(&sample);
}

static void
test_earthquake(void **state)
{
	struct sample sample;
	const hs_earthquake *quake;

	(void)state;
	sample_begin(&sample, "32-35_01_03_240613_VXSE53.xml", HS_MODE(DRILL));
	quake = sample.notice->earthquake;
	assert_string_equal(quake->epicenter_name, "駿河湾");
	assert_true(quake->epicenter->latitude > 34.79 && quake->epicenter->latitude < 34.81);
	assert_true(quake->depth_km > 9.99 && quake->depth_km < 10.01);
	assert_true(quake->magnitude > 5.89 && quake->magnitude < 5.91);
	assert_string_equal(quake->max_intensity, "5-");
	assert_int_equal(quake->n_intensities, 129);
	assert_string_equal(quake->intensities[1]->value, "4"); /* sent with a blank */
	assert_string_equal(quake->intensities[0]->area->code, "223069");
	sample_end(&sample);
	sample_begin(&sample, "32-35_01_03_100514_VXSE53.xml", HS_MODE(LIVE));
	quake = sample.notice->earthquake;
	assert_true(quake->epicenter->latitude < -17 && quake->depth_km > 569);
	sample_end(&sample);
}

static void
test_early_warning(void **state)
{
	struct sample sample;
	const Hansho__V1__Eew *eew;

	(void)state;
	sample_begin(&sample, "37_01_02_240613_VXSE43.xml", HS_MODE(LIVE));
	eew = sample.notice->eew;
	assert_int_equal(sample.notice->priority, HS_PRIORITY_INSTANT);
	assert_true(eew->warning);
	assert_false(eew->final);
	assert_int_equal(eew->serial, 2);
	assert_string_equal(eew->forecast_intensity, "6-");
	assert_int_equal(eew->n_items, 2); /* areas that were warned before, and new ones */
	assert_int_equal(eew->items[0]->n_areas + eew->items[1]->n_areas, 35);
	assert_string_equal(eew->earthquake->intensities[0]->code, "19");
	assert_string_equal(eew->earthquake->intensities[0]->area->source_code, "622");
	assert_non_null(eew->earthquake->intensities[0]->arrival);
	sample_end(&sample);
	sample_begin(&sample, "36_01_01_240613_VXSE44.xml", HS_MODE(LIVE));
	assert_false(sample.notice->eew->warning);
	assert_string_equal(sample.notice->eew->forecast_intensity, "3");
	sample_end(&sample);
}

static void
test_tsunami(void **state)
{
	struct sample sample;
	const Hansho__V1__Tsunami *tsunami;

	(void)state;
	sample_begin(&sample, "32-39_11_02_250206_VTSE41.xml", HS_MODE(LIVE));
	tsunami = sample.notice->tsunami;
	assert_int_equal(sample.notice->priority, HS_PRIORITY_TSUNAMI);
	assert_int_equal(tsunami->n_areas, 43);
	assert_string_equal(tsunami->areas[0]->area->name, "岩手県");
	assert_string_equal(tsunami->areas[0]->area->code, "03");
	assert_string_equal(tsunami->areas[0]->code, "53");
	assert_string_equal(tsunami->areas[0]->height_m, "");
	assert_string_equal(tsunami->areas[0]->height_text, "巨大");
	assert_string_equal(tsunami->areas[0]->arrival_condition, "津波到達中と推測");
	assert_non_null(tsunami->areas[1]->arrival);
	assert_int_equal(item(tsunami->items, tsunami->n_items, "53", "tsunami")->rank, 5);
	assert_true(item(tsunami->items, tsunami->n_items, "51", "tsunami")->in_force);
	assert_string_equal(tsunami->earthquake->magnitude_text, "Ｍ８を超える巨大地震");
	sample_end(&sample);
	/* an information repeats the warning; only VTSE41 puts it in force and lifts it */
	sample_begin(&sample, "32-39_11_08_250206_VTSE51.xml", HS_MODE(LIVE));
	tsunami = sample.notice->tsunami;
	assert_string_equal(tsunami->heights[0]->station_name, "大船渡");
	assert_string_equal(tsunami->heights[0]->condition, "観測中");
	assert_false(item(tsunami->items, tsunami->n_items, "53", "tsunami")->in_force);
	sample_end(&sample);
	sample_begin(&sample, "61_11_01_250206_VTSE52.xml", HS_MODE(LIVE));
	assert_true(sample.notice->tsunami->areas[0]->estimated);
	assert_int_equal(sample.notice->tsunami->n_heights, 3);
	sample_end(&sample);
}

static void
test_volcano(void **state)
{
	struct sample sample;

	(void)state;
	sample_begin(&sample, "45_02_01_200522_VFVO50.xml", HS_MODE(LIVE));
	assert_string_equal(sample.notice->volcano->name, "箱根山");
	assert_string_equal(sample.notice->volcano->code, "315");
	assert_int_equal(sample.notice->volcano->volcanic_level, 5);
	assert_string_equal(sample.notice->volcano->items[0]->code, "01");
	assert_true(sample.notice->volcano->items[0]->in_force);
	assert_string_equal(sample.notice->areas[0]->code, "143821");
	assert_int_equal(sample.notice->priority, HS_PRIORITY_LEVEL5);
	sample_end(&sample);
	sample_begin(&sample, "67_01_01_140927_VFVO56.xml", HS_MODE(LIVE));
	assert_string_equal(sample.notice->volcano->name, "御嶽山");
	assert_non_null(sample.notice->volcano->event);
	assert_int_equal(sample.notice->priority, HS_PRIORITY_LEVEL5);
	sample_end(&sample);
	/* an explanation repeats levels: nothing of it is in force, nothing of it is urgent */
	sample_begin(&sample, "44_01_01_151008_VFVO51.xml", HS_MODE(LIVE));
	for (size_t i = 0; i < sample.notice->volcano->n_items; i++)
		assert_false(sample.notice->volcano->items[i]->in_force);
	assert_int_equal(sample.notice->priority, HS_PRIORITY_NORMAL);
	sample_end(&sample);
}

/* Spans, amounts, polygons and points of the three ash forecasts, counted with another XML library. */
static void
test_ash(void **state)
{
	static const struct {
		const char *file;
		size_t spans, items, polygons, points;
		const char *size, *direction, *distance;
	} rows[] = {
		{ "66_01_01_210517_VFVO53.xml", 6, 12, 20, 1148, "", "東（鹿屋市輝北方向）",
			"100" },
		{ "66_01_02_210514_VFVO54.xml", 1, 3, 3, 43, "0.1", "西（鹿児島市街方向）", "2" },
		{ "66_01_03_210514_VFVO55.xml", 6, 12, 15, 577, "0.1", "火口近傍", "0" },
	};

	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		const Hansho__V1__Volcano *volcano;
		size_t items = 0, polygons = 0, points = 0;
		struct sample sample;

		sample_begin(&sample, rows[i].file, HS_MODE(LIVE));
		volcano = sample.notice->volcano;
		assert_int_equal(volcano->n_ash, rows[i].spans);
		for (size_t k = 0; k < volcano->n_ash; k++) {
			assert_true(volcano->ash[k]->from->unix_us < volcano->ash[k]->to->unix_us);
			items += volcano->ash[k]->n_items;
			for (size_t m = 0; m < volcano->ash[k]->n_items; m++) {
				const Hansho__V1__AshItem *each = volcano->ash[k]->items[m];

				polygons += each->n_polygons;
				for (size_t n = 0; n < each->n_polygons; n++)
					points += each->polygons[n]->n_points;
				assert_true(each->n_areas > 0);
			}
		}
		assert_int_equal(items, rows[i].items);
		assert_int_equal(polygons, rows[i].polygons);
		assert_int_equal(points, rows[i].points);
		assert_string_equal(volcano->ash[0]->items[0]->size, rows[i].size);
		assert_string_equal(volcano->ash[0]->items[0]->direction_text, rows[i].direction);
		assert_string_equal(volcano->ash[0]->items[0]->distance, rows[i].distance);
		sample_end(&sample);
	}
}

static void
test_earthquakes_to_come(void **state)
{
	struct sample sample;

	(void)state;
	sample_begin(&sample, "74_01_01_200512_VYSE50.xml", HS_MODE(LIVE));
	assert_string_equal(sample.notice->earthquake->info->type, "南海トラフ地震に関連する情報");
	assert_string_equal(sample.notice->earthquake->info->serial_name, "調査中");
	sample_end(&sample);
}

/* 北西部 of 千葉県 is 22 municipalities; the name and the code stay as sent. */
static void
test_regions_become_municipalities(void **state)
{
	struct sample sample;
	const hs_area *area;

	(void)state;
	sample_begin(&sample, "82_01_01_241031_VPBS50.xml", HS_MODE(LIVE));
	area = sample.notice->areas[0];
	assert_string_equal(area->code, "121002");
	assert_string_equal(area->name, "北西部");
	assert_string_equal(area->source_code, "120010");
	assert_string_equal(area->code_type, "forecast");
	assert_string_equal(sample.notice->weather->items[0]->condition, "線状降水帯発生");
	assert_int_equal(sample.notice->priority, HS_PRIORITY_LEVEL4);
	sample_end(&sample);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_sample),
		cmocka_unit_test(test_the_type_ends_the_file_name),
		cmocka_unit_test(test_new_warnings),
		cmocka_unit_test(test_old_warnings),
		cmocka_unit_test(test_landslide_of_both_families),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_earthquake),
		cmocka_unit_test(test_early_warning),
		cmocka_unit_test(test_tsunami),
		cmocka_unit_test(test_volcano),
		cmocka_unit_test(test_ash),
		cmocka_unit_test(test_earthquakes_to_come),
		cmocka_unit_test(test_regions_become_municipalities),
	};

	hs_pipeline_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
