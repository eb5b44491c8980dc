/* Headquarters, damage, notices, events and mails: every word of every list, and how long texts may be. */
#include "tests/unit/hub/gate/lalert_bodies.h"

#include "schemas/lalert_tables.h"

/* One element with a word of a list, in a document of its category. */
static const struct field {
	const char *list;
	const struct kit *kit;
	const char *before, *behind;
} fields[] = {
	{ "headquarters_type", &headquarters, "<x:Type>", "対策本部</x:Type>" },
	{ "headquarters_status", &headquarters, "<x:Status>", "設置</x:Status>" },
	{ "damage_human", &damage, "p:humanDamageType=\"", "死者\"" },
	{ "damage_house", &damage, "p:houseDamageType=\"", "床上浸水\"" },
	{ "damage_building", &damage, "p:buildingDamageType=\"", "公共建物\"" },
	{ "damage_other", &damage, "p:otherDamageType=\"", "田_冠水\"" },
	{ "damage_sufferer", &damage, "p:suffererDamageType=\"", "り災者数\"" },
	{ "damage_fire", &damage, "p:fireDamageType=\"", "危険物\"" },
	{ "damage_facilities_loss", &damage, "p:lossesDamageType=\"", "公共土木施設\"" },
	{ "damage_other_loss", &damage, "p:lossesDamageType=\"", "農業被害\"" },
	{ "notice_disaster_type", &general, "<g:DisasterInformationType>",
		"Disaster</g:DisasterInformationType>" },
	{ "media_type", &general, "<g:MediaType>", "Pdf</g:MediaType>" },
	{ "mime_type", &general, "<g:MimeType>", "application/pdf</g:MimeType>" },
	{ "mail_carrier", &mail, "<d:value>", "UMC3</d:value>" },
};

static void
run_word(const struct field *field, const char *word, const char *warnings)
{
	char *from = NULL, *to = NULL, *text = kit_document(field->kit), *changed;
	struct run run;

	assert_true(asprintf(&from, "%s%s", field->before, field->behind) > 0);
	assert_true(asprintf(&to, "%s%s%s", field->before, word,
			    field->behind + strcspn(field->behind, "<\"")) > 0);
	changed = replaced_all(text, from, to);
	assert_non_null(strstr(text, from));
	run_text(&run, changed);
	assert_accepted(&run);
	assert_warnings(&run, warnings);
	run_end(&run);
	free(changed);
	free(text);
	free(to);
	free(from);
}

static void
test_every_word(void **state)
{
	size_t count, seen = 0;
	const struct hs_lalert_value *rows = hs_lalert_value_rows(&count);

	(void)state;
	for (size_t k = 0; k < HS_COUNT(fields); k++) {
		for (size_t i = 0; i < count; i++) {
			if (strcmp(rows[i].list, fields[k].list) != 0)
				continue;
			run_word(&fields[k], rows[i].value, "");
			seen++;
		}
		run_word(&fields[k], "新しい語", "unknown_value");
	}
	assert_int_equal(seen, 2 + 2 + 4 + 5 + 2 + 20 + 2 + 3 + 4 + 7 + 5 + 6 + 4 + 3);
}

/* Sub-categories belong to their category. */
static void
test_every_category_of_notices(void **state)
{
	size_t count, seen = 0;
	const struct hs_lalert_value *rows = hs_lalert_value_rows(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		char *body = NULL;
		struct kit kit = general;
		struct run run;

		if (strcmp(rows[i].list, "notice_sub_category") != 0)
			continue;
		assert_true(asprintf(&body,
				    GENERAL_OPEN "<g:DisasterInformationType>Ordinary"
						 "</g:DisasterInformationType><g:SubCategory>%s"
						 "</g:SubCategory><g:Category>%s</g:Category>"
						 "</g:GeneralInformation>",
				    rows[i].value, rows[i].below) > 0);
		kit.body = body;
		(void)kit_accept(&run, &kit);
		assert_warnings(&run, "");
		assert_string_equal(run.submission.notice->notice->category, rows[i].below);
		run_end(&run);
		free(body);
		seen++;
	}
	assert_int_equal(seen, 6 + 7 + 8 + 1 + 2 + 1);
}

/* Texts that must not be longer than a name, an address, a description: `count` letters are one too many. */
static const struct {
	const struct kit *kit;
	const char *before; /* the letters come behind this */
	int count;
} lengths[] = {
	{ &headquarters, "<x:Name>", 401 },
	{ &headquarters, "<x:Type>", 401 },
	{ &headquarters, "<x:Status>", 401 },
	{ &headquarters, "<x:ComplementaryInfo>", 20001 },
	{ &headquarters, "<e:DisasterName>", 401 },
	{ &damage, "<ComplementaryInfo>", 20001 },
	{ &damage, "<e:DisasterName>", 401 },
	{ &damage, "p:humanDamageType=\"", 401 },
	{ &damage, "p:counterUnit=\"", 401 },
	{ &damage, "<TurnoutFireStation>", 401 },
	{ &general, "<g:Title>", 401 },
	{ &general, "<g:DisasterInformationType>", 401 },
	{ &general, "<g:Category>", 401 },
	{ &general, "<g:SubCategory>", 401 },
	{ &general, "<e:DisasterName>", 401 },
	{ &general, "<g:Description>", 20001 },
	{ &general, "<g:URL>", 2001 },
	{ &general, "<g:URI>", 2001 },
	{ &general, "<g:Caption>", 401 },
	{ &general, "<g:MimeType>", 401 },
	{ &general, "<g:MediaType>", 401 },
	{ &event, "<v:Name>", 401 },
	{ &event, "<v:From>", 401 },
	{ &event, "<v:DurationDescription>", 401 },
	{ &event, "<v:Fee>", 401 },
	{ &event, "<v:URL>", 2001 },
	{ &event, "<v:Description>", 20001 },
	{ &event, "<v:URI>", 2001 },
	{ &mail, "<m:Title>", 16 },
	{ &mail, "<m:Message>", 501 },
};

static void
test_lengths(void **state)
{
	(void)state;
	for (size_t i = 0; i < HS_COUNT(lengths); i++) {
		char *text = kit_document(lengths[i].kit);
		char *letters = calloc(1, (size_t)lengths[i].count * 3 + 64), *longer;

		strcpy(letters, lengths[i].before);
		for (int k = 0; k < lengths[i].count; k++)
			strcat(letters + strlen(letters), "長");
		longer = replaced(text, lengths[i].before, letters);
		assert_refused(longer, HS_FINDING_TOO_LONG);
		free(longer);
		free(letters);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_word),
		cmocka_unit_test(test_every_category_of_notices),
		cmocka_unit_test(test_lengths),
	};

	hs_pipeline_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
