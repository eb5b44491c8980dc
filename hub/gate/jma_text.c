/* jma_text.c: headline and text of a JMA Report, and the marks of tests in it. */
#include <string.h>

#include "hub/base/check.h"
#include "hub/gate/parse_jma.h"

/* Words by which a 通常 telegram says that it is none. Source: Body/Notice of sample and distribution tests. */
static const char *const marks[] = { "テストサンプル", "サンプルです", "テスト電文", "試験電文",
	"これはテストです", "これは試験です", "これは訓練です" };

static const char *
mark_in(struct hs_arena *arena, hs_xml_node *node)
{
	const char *text = hs_xml_text(arena, node);

	for (size_t i = 0; text && i < HS_COUNT(marks); i++) {
		if (strstr(text, marks[i]))
			return marks[i];
	}
	return NULL;
}

const char *
hs_jma_test_mark(struct hs_jma *jma)
{
	const char *mark = mark_in(jma->arena, hs_xml_child(jma->headline, HS_NS_JMA_HEAD, "Text"));

	if (!mark)
		mark = mark_in(jma->arena, hs_xml_child(jma->head, HS_NS_JMA_HEAD, "Title"));
	for (hs_xml_node *notice = hs_jma_child(jma, jma->body, "Notice"); notice && !mark;
		notice = hs_jma_next(jma, notice, "Notice"))
		mark = mark_in(jma->arena, notice);
	return mark;
}

/* ---- texts ---- */

/* Where people's text stands in a Body: parent (every one of that name) and child; "" = the parent itself. In order of reading. */
static const struct {
	const char *parent, *child, *grandchild;
} places[] = {
	{ "EarthquakeInfo", "Text", "" },
	{ "VolcanoInfoContent", "VolcanoActivity", "" },
	{ "VolcanoInfoContent", "VolcanoPrevention", "" },
	{ "Text", "", "" },
	{ "Comments", "WarningComment", "Text" },
	{ "Comments", "ForecastComment", "Text" },
	{ "Comments", "VarComment", "Text" },
	{ "Comments", "FreeFormComment", "" },
	{ "Comment", "Text", "" },
	{ "NextAdvisory", "", "" },
	{ "Notice", "", "" },
};

static void
append(struct hs_jma *jma, char **body, hs_xml_node *node)
{
	char *text = hs_xml_text(jma->arena, node);
	char *joined;

	if (!text)
		return;
	joined = (*body)[0] ? hs_arena_printf(jma->arena, "%s\n%s", *body, text) : text;
	if (joined)
		*body = joined;
}

static hs_xml_node *
below(struct hs_jma *jma, hs_xml_node *node, const char *name)
{
	return name[0] ? hs_jma_child(jma, node, name) : node;
}

static char *
body_text(struct hs_jma *jma)
{
	char *body = hs_arena_strdup(jma->arena, "");

	for (size_t i = 0; body && i < HS_COUNT(places); i++) {
		hs_xml_node *parent = hs_jma_child(jma, jma->body, places[i].parent);

		if (places[i].child[0] == '\0') {
			append(jma, &body, parent);
			continue;
		}
		append(jma, &body,
			below(jma, hs_jma_child(jma, parent, places[i].child),
				places[i].grandchild));
	}
	return body;
}

/* Cut at that many characters; the original has the rest. */
static void
cut(struct hs_jma *jma, char *text, int64_t chars)
{
	for (; *text; text++) {
		if (((unsigned char)*text & 0xC0) == 0x80 || chars-- > 0)
			continue;
		*text = '\0';
		hs_jma_warn(jma, HS_FINDING_DETAIL_LEFT_OUT, jma->head, "", "text_cut");
		return;
	}
}

void
hs_jma_read_texts(struct hs_jma *jma, const char *title)
{
	hs_text *text = hs_message_new(jma->arena, &hansho__v1__text__descriptor);
	char *headline = hs_xml_child_text(jma->arena, jma->headline, HS_NS_JMA_HEAD, "Text");
	char *body = body_text(jma);

	if (!headline)
		headline = hs_xml_child_text(jma->arena, jma->head, HS_NS_JMA_HEAD, "Title");
	if (!headline)
		headline = hs_arena_strdup(jma->arena, title);
	if (!text || !headline || !body)
		return;
	cut(jma, headline, jma->submission->limits->relay_headline_chars);
	cut(jma, body, jma->submission->limits->relay_text_chars);
	text->language = hs_arena_strdup(jma->arena, "ja");
	text->headline = headline;
	text->body = body;
	text->reviewed = true;
	if (text->language)
		hs_repeat(jma->arena, &jma->notice->n_texts, &jma->notice->texts, text);
}
