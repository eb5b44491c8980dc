/* jma_samples.h: telegrams of the weather agency for tests: real samples where they are at hand, and small ones of our own (訓練). */
#ifndef HS_TEST_GATE_JMA_SAMPLES_H
#define HS_TEST_GATE_JMA_SAMPLES_H

#include "hub/base/check.h"
#include "schemas/tables.h"
#include "tests/unit/hub/gate/samples.h"

#define JMA_FOLDER "../shared/samples/jma/"

static const char *jma_statuses[] = { "Actual", "Exercise", "Test" };
static const struct hs_principal jma_relayer = { .id = "relay",
	.organisation = "中継",
	.office = "",
	.code = "",
	.statuses = { jma_statuses, 3 },
	.source = "relay.example",
	.role = HS_ROLE_RELAYER };

/* clang-format off */
#define JMA_REPORT "<Report xmlns=\"http://xml.kishou.go.jp/jmaxml1/\">"
#define JMA_CONTROL(title, status) \
	"<Control><Title>" title "</Title><DateTime>2026-07-01T09:50:00Z</DateTime><Status>" status "</Status>" \
	"<EditorialOffice>架空地方気象台</EditorialOffice><PublishingOffice>架空地方気象台</PublishingOffice></Control>"
#define JMA_HEAD(event, type, serial, kind, version, headline) \
	"<Head xmlns=\"http://xml.kishou.go.jp/jmaxml1/informationBasis1/\"><Title>架空県の情報</Title>" \
	"<ReportDateTime>2026-07-01T18:50:00+09:00</ReportDateTime><TargetDateTime>2026-07-01T18:50:00+09:00</TargetDateTime>" \
	"<EventID>" event "</EventID><InfoType>" type "</InfoType><Serial>" serial "</Serial><InfoKind>" kind "</InfoKind>" \
	"<InfoKindVersion>" version "</InfoKindVersion><Headline>" headline "</Headline></Head>"
#define JMA_BODY(field, inside) "<Body xmlns=\"http://xml.kishou.go.jp/jmaxml1/body/" field "1/\" " \
	"xmlns:eb=\"http://xml.kishou.go.jp/jmaxml1/elementBasis1/\">" inside "</Body></Report>"
#define JMA_ITEM(name, code, status, area, area_code) "<Item><Kind><Name>" name "</Name><Code>" code "</Code><Status>" status \
	"</Status></Kind><Area><Name>" area "</Name><Code>" area_code "</Code></Area></Item>"
#define JMA_WARNING(items) "<Warning type=\"気象警報・注意報（市町村等）\">" items "</Warning>"

/* Two municipalities: a danger warning of rain, and an advisory that was lifted. */
static const char jma_rain[] = JMA_REPORT JMA_CONTROL("気象警報・注意報（Ｒ０６）（大雨）", "訓練")
	JMA_HEAD("", "発表", "", "気象警報・注意報", "1.5_0", "<Text>訓練の見出し</Text>")
	JMA_BODY("meteorology", JMA_WARNING(
		JMA_ITEM("レベル４大雨危険警報", "43", "発表", "架空市", "9900100")
		JMA_ITEM("レベル２大雨注意報", "10", "解除", "想定市", "9900200")));
/* An early warning, report 5. */
static const char jma_eew[] = JMA_REPORT JMA_CONTROL("緊急地震速報（警報）", "訓練")
	JMA_HEAD("20260701185000", "発表", "5", "緊急地震速報", "1.2_0", "<Text>訓練</Text>"
		"<Information type=\"緊急地震速報（細分区域）\"><Item><Kind><Name>緊急地震速報（警報）</Name><Code>31</Code></Kind>"
		"<Areas codeType=\"地震情報／細分区域\"><Area><Name>愛媛県南予</Name><Code>622</Code></Area></Areas></Item></Information>")
	JMA_BODY("seismology", "<Earthquake><OriginTime>2026-07-01T18:49:50+09:00</OriginTime><Hypocenter><Area><Name>豊後水道</Name>"
		"<eb:Coordinate description=\"北緯\">+33.2+132.4-40000/</eb:Coordinate></Area></Hypocenter>"
		"<eb:Magnitude type=\"Mj\" description=\"Ｍ６．６\">6.6</eb:Magnitude></Earthquake><Intensity><Forecast><ForecastInt><From>6-</From>"
		"<To>over</To></ForecastInt></Forecast></Intensity><NextAdvisory>この情報をもって、緊急地震速報：最終報とします。</NextAdvisory>");
/* clang-format on */

/* Runs bytes as a relayer on that lane, received shortly after the samples of our own were sent. */
static inline void
run_jma_on(struct run *run, const char *text, size_t len, int lane)
{
	run_init(run);
	run->principal = jma_relayer;
	run->lane = lane;
	run_bytes(run, text, len);
}

static inline void
run_jma(struct run *run, const char *text)
{
	run_jma_on(run, text, strlen(text), HS_MODE(DRILL));
}

/* The text with one thing changed. */
static inline void
run_changed(struct run *run, const char *text, const char *from, const char *to)
{
	char *changed = replaced(text, from, to);

	run_jma(run, changed);
	free(changed);
}

static inline void
accept(struct run *run)
{
	if (run->err != HS_OK)
		run_print(run);
	assert_int_equal(run->err, HS_OK);
}

/* The text of our own with one thing changed: accepted, with that flag. The run stays open. */
static inline const hs_notice *
flagged(struct run *run, const char *text, const char *from, const char *to, const char *flag)
{
	run_changed(run, text, from, to);
	accept(run);
	assert_true(hs_notice_has_flag(run->submission.notice, flag));
	return run->submission.notice;
}

/* The whole file; NULL when it is not there. The caller frees it. */
static inline char *
jma_file(const char *name, size_t *len)
{
	char path[512];
	FILE *file;
	char *bytes = calloc(1, 1 << 20);

	snprintf(path, sizeof(path), JMA_FOLDER "%s", name);
	file = fopen(path, "rb");
	if (!file || !bytes) {
		free(bytes);
		return NULL;
	}
	*len = fread(bytes, 1, (1 << 20) - 1, file);
	fclose(file);
	return bytes;
}

#endif
