/* Telegrams about earthquakes beyond one hypocentre: activity (VXSE56), counts (VXSE60), better coordinates (VXSE61), long-period motion
 * (VXSE62) and earthquakes that may come (VYSE50, VYSE60); and ash forecasts (VFVO53…55) of our own. Of these only VYSE50 and the ash
 * forecasts are among the real samples at hand (parse_jma_test.c); the forms of the others are those of jmx_seis.xsd. */
#include <math.h>

#include "tests/unit/hub/gate/jma_samples.h"

/* clang-format off */
#define QUAKE(title, kind, body) JMA_REPORT JMA_CONTROL(title, "訓練") \
	JMA_HEAD("20260701185000", "発表", "1", kind, "1.0_0", "<Text>訓練の見出し</Text>") JMA_BODY("seismology", body)
#define HYPOCENTER(more) "<Earthquake><OriginTime>2026-07-01T17:40:00+09:00</OriginTime><ArrivalTime>2026-07-01T17:40:00+09:00</ArrivalTime>" \
	"<Hypocenter><Area><Name>架空県南部</Name><Code type=\"震央地名\">301</Code>" \
	"<eb:Coordinate description=\"深さ　５０ｋｍ\" datum=\"日本測地系\">+36.2+140.0-50000/</eb:Coordinate>" more "</Area></Hypocenter>" \
	"<eb:Magnitude type=\"Mj\" description=\"Ｍ４．９\">4.9</eb:Magnitude></Earthquake>"
#define FINE "<eb:Coordinate type=\"震源位置（度分）\" description=\"深さ　５１ｋｍ\">+3611.1+14001.6-51000/</eb:Coordinate>"

static const char activity[] = QUAKE("地震の活動状況等に関する情報", "地震の活動状況等に関する情報",
	"<Naming english=\"The Imaginary Earthquake\">令和８年架空地震</Naming><Text>活動は続いています。</Text>");
static const char counts[] = QUAKE("地震回数に関する情報", "地震回数情報",
	"<EarthquakeCount><Item type=\"１時間地震回数\"><StartTime>2026-07-01T17:00:00+09:00</StartTime>"
	"<EndTime>2026-07-01T18:00:00+09:00</EndTime><Number>-1</Number><FeltNumber>3</FeltNumber></Item>"
	"<Item type=\"累積地震回数\"><StartTime>2026-07-01T17:00:00+09:00</StartTime><EndTime>2026-07-01T18:30:00+09:00</EndTime>"
	"<Number>120</Number><FeltNumber>0</FeltNumber><Condition>速報値</Condition></Item></EarthquakeCount>"
	"<NextAdvisory>次は２０時頃に発表します。</NextAdvisory>");
static const char update[] = QUAKE("顕著な地震の震源要素更新のお知らせ", "震源要素更新のお知らせ", HYPOCENTER(FINE));
static const char long_period[] = QUAKE("長周期地震動に関する観測情報", "長周期地震動に関する観測情報", HYPOCENTER("")
	"<Intensity><Observation><MaxInt>5-</MaxInt><MaxLgInt>2</MaxLgInt><LgCategory>3</LgCategory><Pref><Name>架空県</Name><Code>99</Code>"
	"<Area><Name>架空県</Name><Code>999</Code><MaxLgInt>2</MaxLgInt>"
	"<IntensityStation><Name>北町＊</Name><Code>9990001</Code><Int>5-</Int><LgInt>2</LgInt>"
	"<LgIntPerPeriod PeriodicBand=\"1\" PeriodUnit=\"秒台\">1</LgIntPerPeriod>"
	"<LgIntPerPeriod PeriodicBand=\"2\" PeriodUnit=\"秒台\">2</LgIntPerPeriod><Sva unit=\"cm/s\">23.4</Sva>"
	"<SvaPerPeriod unit=\"cm/s\" PeriodicBand=\"2\" PeriodUnit=\"秒台\">23.4</SvaPerPeriod></IntensityStation>"
	"<IntensityStation><Name>南町</Name><Code>9990002</Code><Int>3</Int></IntensityStation></Area></Pref></Observation></Intensity>");
static const char to_come[] = QUAKE("北海道・三陸沖後発地震注意情報", "北海道・三陸沖後発地震注意情報",
	"<EarthquakeInfo type=\"北海道・三陸沖後発地震注意情報\"><InfoKind>北海道・三陸沖後発地震注意情報</InfoKind>"
	"<Text>備えを確かめてください。</Text></EarthquakeInfo>");
static const char ash[] = JMA_REPORT JMA_CONTROL("降灰予報（速報）", "訓練")
	JMA_HEAD("506", "発表", "1", "降灰予報", "1.1_0", "<Text>訓練の見出し</Text>")
	JMA_BODY("volcanology", "<AshInfos type=\"降灰予報（速報）\"><AshInfo type=\"予報　１時間後\">"
		"<StartTime>2026-07-01T18:50:00+09:00</StartTime><EndTime>2026-07-01T19:50:00+09:00</EndTime>"
		"<Item><Kind><Name>多量の降灰</Name><Code>73</Code><Property><Size type=\"降灰の厚さ\" unit=\"mm\">1</Size>"
		"<eb:Polygon type=\"位置（度）\">+31.5+130.6/+31.6+130.6/+31.6+130.7/+31.5+130.6/</eb:Polygon>"
		"<eb:PlumeDirection unit=\"漢字\" description=\"西（市街方向）\">西</eb:PlumeDirection>"
		"<Distance type=\"到達距離\" unit=\"km\">2</Distance><Remark>多い</Remark></Property></Kind>"
		"<Areas codeType=\"気象・地震・火山情報／市町村等\"><Area><Name>架空市</Name><Code>9900100</Code></Area></Areas></Item>"
		"</AshInfo></AshInfos>");
/* clang-format on */

static const hs_earthquake *
quake_of(struct run *run, const char *text, const char *type)
{
	const hs_notice *notice;

	run_jma(run, text);
	accept(run);
	notice = run->submission.notice;
	assert_int_equal(run->submission.findings.count, 0);
	assert_int_equal(notice->detail_case, HANSHO__V1__NOTICE__DETAIL_EARTHQUAKE);
	assert_memory_equal(notice->document->id, type, strlen(type));
	return notice->earthquake;
}

static void
test_a_name(void **state)
{
	struct run run;
	const hs_earthquake *quake = quake_of(&run, activity, "VXSE56");

	(void)state;
	assert_string_equal(quake->name, "令和８年架空地震");
	assert_string_equal(run.submission.notice->texts[0]->body, "活動は続いています。");
	run_end(&run);
}

static void
test_counts(void **state)
{
	struct run run;
	const hs_earthquake *quake = quake_of(&run, counts, "VXSE60");

	(void)state;
	assert_int_equal(quake->n_counts, 2);
	assert_string_equal(quake->counts[0]->type, "１時間地震回数");
	assert_null(quake->counts[0]->number); /* -1: not given, which is not zero */
	assert_int_equal(quake->counts[0]->felt->value, 3);
	assert_int_equal(quake->counts[0]->to->unix_us, 1782896400000000LL);
	assert_int_equal(quake->counts[1]->number->value, 120);
	assert_int_equal(quake->counts[1]->felt->value, 0);
	assert_string_equal(quake->counts[1]->condition, "速報値");
	run_end(&run);
	run_changed(&run, counts, "<Number>120", "<Number>多数");
	accept(&run);
	assert_null(run.submission.notice->earthquake->counts[1]->number);
	assert_true(hs_notice_has_flag(run.submission.notice, "part_unreadable"));
	run_end(&run);
}

static void
test_better_coordinates(void **state)
{
	struct run run;
	const hs_earthquake *quake = quake_of(&run, update, "VXSE61");

	(void)state;
	assert_true(fabs(quake->epicenter->latitude - 36.2) < 1e-9);
	assert_true(fabs(quake->depth_km - 50) < 1e-9);
	assert_true(fabs(quake->epicenter_fine->latitude - (36 + 11.1 / 60)) < 1e-9);
	assert_true(fabs(quake->epicenter_fine->longitude - (140 + 1.6 / 60)) < 1e-9);
	assert_true(fabs(quake->depth_fine_km - 51) < 1e-9);
	assert_string_equal(quake->hypocenter_fine_text, "深さ　５１ｋｍ");
	run_end(&run);
	run_changed(&run, update, "+3611.1+", "+3661.1+");
	accept(&run);
	assert_null(run.submission.notice->earthquake->epicenter_fine);
	assert_true(hs_notice_has_flag(run.submission.notice, "part_unreadable"));
	run_end(&run);
}

static void
test_long_period(void **state)
{
	struct run run;
	const Hansho__V1__LongPeriodStation *station;
	const hs_earthquake *quake;

	(void)state;
	run_jma(&run, long_period);
	accept(&run);
	quake = run.submission.notice->earthquake;
	assert_string_equal(quake->max_long_period, "2");
	assert_string_equal(quake->long_period_category, "3");
	assert_int_equal(quake->n_stations, 1);
	station = quake->stations[0];
	assert_string_equal(station->name, "北町＊");
	assert_string_equal(station->long_period, "2");
	assert_string_equal(station->sva, "23.4");
	assert_string_equal(station->sva_unit, "cm/s");
	assert_int_equal(station->n_bands, 2);
	assert_string_equal(station->bands[1]->period, "2");
	assert_string_equal(station->bands[1]->period_unit, "秒台");
	assert_string_equal(station->bands[1]->long_period, "2");
	assert_string_equal(station->bands[1]->sva, "23.4");
	assert_string_equal(station->bands[0]->sva, "");
	run_end(&run);
}

/* Counts, stations and their bands are places that are read: no telegram makes more than the limit of them. */
static void
test_parts_are_bounded(void **state)
{
	static const char *const texts[] = { counts, long_period };

	(void)state;
	for (size_t i = 0; i < HS_COUNT(texts); i++) {
		struct run run;

		run_init(&run);
		run.principal = jma_relayer;
		run.limits.relay_areas = 1;
		run_bytes(&run, texts[i], strlen(texts[i]));
		assert_int_not_equal(run.err, HS_OK);
		assert_non_null(found(&run, HS_FINDING_TOO_MANY_AREAS));
		run_end(&run);
	}
}

static void
test_earthquakes_to_come(void **state)
{
	struct run run;
	const hs_earthquake *quake = quake_of(&run, to_come, "VYSE60");

	(void)state;
	assert_string_equal(quake->info->kind, "北海道・三陸沖後発地震注意情報");
	assert_string_equal(quake->info->serial_code, "");
	assert_string_equal(run.submission.notice->texts[0]->body, "備えを確かめてください。");
	run_end(&run);
}

static void
test_ash(void **state)
{
	struct run run;
	const Hansho__V1__AshItem *item;

	(void)state;
	run_jma(&run, ash);
	accept(&run);
	assert_int_equal(run.submission.notice->volcano->n_ash, 1);
	assert_non_null(run.submission.notice->volcano->ash[0]->from);
	item = run.submission.notice->volcano->ash[0]->items[0];
	assert_string_equal(item->size, "1");
	assert_string_equal(item->size_unit, "mm");
	assert_string_equal(item->remark, "多い");
	assert_int_equal(item->polygons[0]->n_points, 4);
	assert_string_equal(item->areas[0]->code, "990019");
	assert_string_equal(run.submission.notice->areas[0]->code, "990019");
	run_end(&run);
}

/* A polygon that cannot be read, lies outside the world or is too long goes alone; all else of the telegram stays. */
static void
test_ash_polygons_that_are_none(void **state)
{
	static const char *const changes[] = { "+91.0+130.6/", "+31.5/", "nan", "31.5+130.6/",
		"+31.5+130.6/+31.6+130.6/+31.6+130.7/+31.6+130.8/+31.5+130.6/" };

	(void)state;
	for (size_t i = 0; i < HS_COUNT(changes); i++) {
		char *text = replaced(
			ash, "+31.5+130.6/+31.6+130.6/+31.6+130.7/+31.5+130.6/", changes[i]);
		const Hansho__V1__AshItem *item;
		struct run run;

		run_init(&run);
		run.principal = jma_relayer;
		run.limits.shape_points = 4;
		run_bytes(&run, text, strlen(text));
		accept(&run);
		item = run.submission.notice->volcano->ash[0]->items[0];
		assert_int_equal(item->n_polygons, 0);
		assert_string_equal(item->direction, "西");
		assert_true(hs_notice_has_flag(run.submission.notice, "shape_dropped"));
		run_end(&run);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_name),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_better_coordinates),
		cmocka_unit_test(test_long_period),
		cmocka_unit_test(test_parts_are_bounded),
		cmocka_unit_test(test_earthquakes_to_come),
		cmocka_unit_test(test_ash),
		cmocka_unit_test(test_ash_polygons_that_are_none),
	};

	hs_pipeline_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
