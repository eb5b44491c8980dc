/* cap_fixture.h: notices of every kind, and alerts that are valid by the schema; for the tests of cap_write*.c. */
#ifndef HS_TEST_CAP_FIXTURE_H
#define HS_TEST_CAP_FIXTURE_H

#include "tests/unit/hub/gate/cap_samples.h"

#include <libxml/xmlschemas.h>

#include "hub/base/check.h"
#include "hub/gate/geometry.h"
#include "schemas/cap_tables.h"
#include "schemas/cap_write.h"

#define SCHEMA	  "../shared/samples/xsd/cap12.xsd"
#define MAX_BYTES (4u << 20)

static inline void
silent(void *context, const char *format, ...)
{
	(void)context;
	(void)format;
}

/* The gate lets libxml2 open no file, so the schema comes from memory; NULL: it is not there to ask. */
static inline xmlSchema *
load_schema(void)
{
	FILE *file = fopen(SCHEMA, "rb");
	char *text = malloc(1 << 20);
	xmlSchemaParserCtxt *parser;
	xmlSchema *schema;
	size_t len;

	if (!file) {
		free(text);
		return NULL;
	}
	len = fread(text, 1, 1 << 20, file);
	fclose(file);
	parser = xmlSchemaNewMemParserCtxt(text, (int)len);
	xmlSchemaSetParserErrors(parser, silent, silent, NULL);
	schema = xmlSchemaParse(parser);
	assert_non_null(schema);
	xmlSchemaFreeParserCtxt(parser);
	free(text);
	return schema;
}

/* True when the bytes are valid by CAP-v1.2.xsd. */
static inline bool
is_valid(const struct hs_buf *bytes)
{
	xmlDoc *doc = xmlReadMemory(bytes->bytes, (int)bytes->len_bytes, NULL, NULL,
		XML_PARSE_NONET | XML_PARSE_NOERROR);
	xmlSchema *schema = load_schema();
	xmlSchemaValidCtxt *context;
	bool ok;

	if (!doc || !schema) {
		xmlFreeDoc(doc);
		xmlSchemaFree(schema);
		return doc != NULL;
	}
	context = xmlSchemaNewValidCtxt(schema);
	ok = xmlSchemaValidateDoc(context, doc) == 0;
	xmlSchemaFreeValidCtxt(context);
	xmlSchemaFree(schema);
	xmlFreeDoc(doc);
	return ok;
}

/* ---- notices ---- */

static inline hs_text *
text_in(struct hs_arena *arena, const char *language, const char *word, bool reviewed)
{
	hs_text *text = HS_NEW(arena, &hansho__v1__text__descriptor);

	text->language = hs_arena_strdup(arena, language);
	text->headline = hs_arena_printf(arena, "%s headline %s", word, language);
	text->body = hs_arena_printf(arena, "%s body <%s> & \x01 more", word, language);
	text->instruction = hs_arena_printf(arena, "%s instruction", language);
	text->reviewed = reviewed;
	return text;
}

static inline void
add_area(struct hs_arena *arena, hs_notice *notice, const char *code, const char *name)
{
	hs_area *area = HS_NEW(arena, &hansho__v1__area__descriptor);
	int64_t points_left = 100;
	char where[64];

	area->code = hs_arena_strdup(arena, code);
	area->name = hs_arena_strdup(arena, name);
	area->geometry = HS_NEW(arena, &hansho__v1__geometry__descriptor);
	assert_int_equal(hs_polygon_parse(arena, "35.0,139.0 35.0,139.2 35.2,139.2 35.0,139.0",
				 area->geometry, &points_left, where),
		HS_SHAPE_OK);
	area->geometry->polygons[0]->n_points = 3; /* the writer closes it */
	assert_int_equal(
		hs_circle_parse(arena, "35.1,139.1 3", area->geometry, &points_left, where),
		HS_SHAPE_OK);
	hs_repeat(arena, &notice->n_areas, &notice->areas, area);
}

static inline hs_level *
level_of(struct hs_arena *arena, uint32_t number, const char *term)
{
	hs_level *level = HS_NEW(arena, &hansho__v1__level__descriptor);

	level->number = number;
	level->term = hs_arena_strdup(arena, term);
	level->scheme = hs_arena_strdup(arena, "2026");
	return level;
}

static inline hs_notice *
notice_of(struct hs_arena *arena, int kind, int action, int mode)
{
	hs_notice *notice = HS_NEW(arena, &hansho__v1__notice__descriptor);

	notice->kind = (Hansho__V1__Kind)kind;
	notice->action = (Hansho__V1__Action)action;
	notice->mode = (Hansho__V1__Mode)mode;
	notice->document = HS_NEW(arena, &hansho__v1__document__descriptor);
	notice->document->source = hs_arena_strdup(arena, "bosai, kakuu<example>");
	notice->document->id = hs_arena_strdup(arena, "74ee0001&4000");
	notice->document->revision = action == HS_ACTION(ISSUE) ? 1 : 4;
	notice->source = HS_NEW(arena, &hansho__v1__source__descriptor);
	notice->source->name = hs_arena_strdup(arena, "架空市");
	notice->times = HS_NEW(arena, &hansho__v1__times__descriptor);
	notice->times->accepted = hs_time_new(arena, SAMPLE_RECEIVED_US + 123456, 540);
	notice->times->ordered = hs_time_new(arena, SAMPLE_RECEIVED_US - 60 * HS_US_PER_S, 540);
	if (action == HS_ACTION(CANCEL) || action == HS_ACTION(CORRECT))
		notice->correction = hs_arena_strdup(arena, "誤りでした");
	hs_repeat(arena, &notice->n_texts, &notice->texts, text_in(arena, "en", "a", true));
	hs_repeat(arena, &notice->n_texts, &notice->texts, text_in(arena, "ja", "あ", true));
	hs_repeat(arena, &notice->n_texts, &notice->texts, text_in(arena, "ko", "b", false));
	hs_repeat(arena, &notice->n_texts, &notice->texts, text_in(arena, "ja-x-easy", "c", true));
	add_area(arena, notice, "990019", "北町一丁目");
	add_area(arena, notice, "99", "架空県");
	add_area(arena, notice, "", "沿岸");
	return notice;
}

/* ---- out and in again ---- */

static inline void
write_alert(struct hs_buf *out, const hs_notice *notice)
{
	const struct hs_cap_earlier earlier[] = { { 2, SAMPLE_RECEIVED_US - 900 * HS_US_PER_S } };

	hs_buf_init(out, MAX_BYTES);
	hs_cap_write(out, notice, earlier, 1);
	assert_false(out->failed);
}

/* Valid by schema and rules; the submission holds what came in. */
static inline void
read_again(struct hs_submission *submission, const struct hs_buf *alert)
{
	char words[4000];

	if (!is_valid(alert))
		fail_msg("not valid by %s:\n%s", SCHEMA, hs_buf_text(alert));
	if (run_alert(submission, &sample_relayer, &hs_gate_limits_default, alert->bytes,
		    alert->len_bytes) != HS_OK)
		fail_msg("%s\n%s", found_words(submission, words, sizeof(words)),
			hs_buf_text(alert));
	/* a drill says which one it is */
	assert_false(found_code(submission, HS_FINDING_CAP_EXERCISE_NOTE));
}

static inline uint32_t
number_of(const hs_level *level)
{
	return level ? level->number : 0;
}

#endif
