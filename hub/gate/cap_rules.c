/* cap_rules.c: what CAP 1.2 asks and its schema does not express: one row a rule.
 *
 * Rules are numbered as in the project's page on CAP; a rule may have several rows. A row without a check is
 * held elsewhere, which its sentence says. Source: CAP 1.2, 3.2; Google's CAP validator for rules 5 and 20.
 */
#include "hub/gate/cap_rules.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "hub/base/check.h"
#include "hub/gate/cap_words.h"
#include "hub/gate/geometry.h"

#define BEFORE_MAX    8 /* infos that each one is compared with */
#define SCRATCH_BYTES (32u << 20)

/* ---- 1, 2: identity and times ---- */

static void
check_identity(struct hs_cap *cap, enum hs_finding_code code)
{
	static const char *const names[] = { "identifier", "sender" };

	for (size_t i = 0; i < HS_COUNT(names); i++) {
		char *text = hs_cap_text(cap, cap->alert, names[i]);

		if (text && strpbrk(text, " \t\r\n,<&"))
			hs_cap_find(cap, code, hs_cap_child(cap, cap->alert, names[i]), "", text);
	}
}

static void
check_time(struct hs_cap *cap, hs_xml_node *parent, const char *name, enum hs_finding_code code)
{
	char *text = hs_cap_text(cap, parent, name);
	int64_t unix_us;
	int offset;

	if (text && !hs_cap_time(text, &unix_us, &offset))
		hs_cap_find(cap, code, hs_cap_child(cap, parent, name), "2026-07-01T18:55:00+09:00",
			text);
}

static void
check_times(struct hs_cap *cap, enum hs_finding_code code)
{
	check_time(cap, cap->alert, "sent", code);
	HS_CAP_EACH(cap, cap->alert, "info", info)
	{
		check_time(cap, info, "effective", code);
		check_time(cap, info, "onset", code);
		check_time(cap, info, "expires", code);
	}
}

/* ---- 3 … 6: shapes ---- */

static void
check_shapes(
	struct hs_cap *cap, enum hs_finding_code code, const char *element, enum hs_cap_shape shape)
{
	for (size_t i = 0; i < cap->form_count; i++) {
		const struct hs_cap_form *form = &cap->forms[i];

		if (form->shape != shape ||
			(element && strcmp(hs_xml_name(form->node), element) != 0))
			continue;
		hs_cap_find(cap, code, form->node, "lat,lon", hs_xml_text(cap->arena, form->node));
	}
}

static void
check_polygon(struct hs_cap *cap, enum hs_finding_code code)
{
	check_shapes(cap, code, "polygon", HS_CAP_SHAPE_BAD);
}

static void
check_circle(struct hs_cap *cap, enum hs_finding_code code)
{
	check_shapes(cap, code, "circle", HS_CAP_SHAPE_BAD);
}

static void
check_range(struct hs_cap *cap, enum hs_finding_code code)
{
	check_shapes(cap, code, NULL, HS_CAP_SHAPE_RANGE);
}

static void
check_radius(struct hs_cap *cap, enum hs_finding_code code)
{
	for (size_t i = 0; i < cap->form_count; i++) {
		const hs_circle *circle = cap->forms[i].circle;

		if (circle && !(circle->radius_km > 0.0))
			hs_cap_find(cap, code, cap->forms[i].node, "> 0 km", "");
	}
}

/* Polygons are checked in order of the document until cap_points are used up: what a check costs grows with them. */
static void
each_polygon(struct hs_cap *cap, enum hs_finding_code code,
	void (*look)(struct hs_cap *cap, enum hs_finding_code code, const struct hs_cap_form *form,
		bool within))
{
	int64_t points = 0;

	for (size_t i = 0; i < cap->form_count; i++) {
		const struct hs_cap_form *form = &cap->forms[i];

		if (form->shape != HS_CAP_SHAPE_OK || !form->polygon)
			continue;
		points += (int64_t)form->polygon->n_points;
		look(cap, code, form, points <= cap->submission->limits->cap_points);
	}
}

static void
tell_crossing(
	struct hs_cap *cap, enum hs_finding_code code, const struct hs_cap_form *form, bool within)
{
	char where[64];

	if (within && hs_polygon_crosses(form->polygon, where))
		hs_cap_find(cap, code, form->node, "", where);
}

static void
tell_length(
	struct hs_cap *cap, enum hs_finding_code code, const struct hs_cap_form *form, bool within)
{
	char most[32];

	snprintf(most, sizeof(most), "≤ %lld", (long long)cap->submission->limits->cap_points);
	if (!within && !hs_findings_has(cap->findings, code))
		hs_cap_find(cap, code, form->node, most, "");
}

static void
check_crossing(struct hs_cap *cap, enum hs_finding_code code)
{
	each_polygon(cap, code, tell_crossing);
}

static void
check_length(struct hs_cap *cap, enum hs_finding_code code)
{
	each_polygon(cap, code, tell_length);
}

/* ---- 7 … 11: scope and references ---- */

static void
check_scope(struct hs_cap *cap, enum hs_finding_code code)
{
	bool restriction = hs_cap_text(cap, cap->alert, "restriction") != NULL;
	bool addresses = hs_cap_text(cap, cap->alert, "addresses") != NULL;
	hs_xml_node *scope = hs_cap_child(cap, cap->alert, "scope");

	if (restriction && strcmp(cap->scope, "Restricted") != 0)
		hs_cap_find(cap, code, hs_cap_child(cap, cap->alert, "restriction"), "Restricted",
			cap->scope);
	if (!addresses && strcmp(cap->scope, "Private") == 0)
		hs_cap_find(cap, code, scope, "addresses", cap->scope);
}

/* Nothing here could keep it from anybody: it goes no further. */
static void
check_public(struct hs_cap *cap, enum hs_finding_code code)
{
	if (strcmp(cap->scope, "Public") == 0)
		return;
	hs_cap_find(cap, code, hs_cap_child(cap, cap->alert, "scope"), "Public", cap->scope);
}

static void
each_reference(struct hs_cap *cap, enum hs_finding_code code,
	bool (*wrong)(const struct hs_cap *cap, const struct hs_cap_reference *reference))
{
	hs_xml_node *node = hs_cap_child(cap, cap->alert, "references");

	for (size_t i = 0; i < cap->reference_count; i++) {
		if (wrong(cap, &cap->references[i]))
			hs_cap_find(
				cap, code, node, "sender,identifier,sent", cap->references[i].text);
	}
}

static bool
is_no_triple(const struct hs_cap *cap, const struct hs_cap_reference *reference)
{
	(void)cap;
	/* rule 1 holds for what it names too */
	return reference->sender == NULL || strpbrk(reference->sender, "<&") != NULL ||
	       strpbrk(reference->identifier, "<&") != NULL;
}

static bool
is_itself(const struct hs_cap *cap, const struct hs_cap_reference *reference)
{
	return reference->sender && strcmp(reference->sender, cap->sender) == 0 &&
	       strcmp(reference->identifier, cap->identifier) == 0;
}

static bool
is_later(const struct hs_cap *cap, const struct hs_cap_reference *reference)
{
	return reference->sender && cap->sent_unix_us != INT64_MIN &&
	       reference->sent_unix_us > cap->sent_unix_us;
}

static void
check_references(struct hs_cap *cap, enum hs_finding_code code)
{
	each_reference(cap, code, is_no_triple);
}

static void
check_reference_self(struct hs_cap *cap, enum hs_finding_code code)
{
	each_reference(cap, code, is_itself);
}

static void
check_reference_later(struct hs_cap *cap, enum hs_finding_code code)
{
	each_reference(cap, code, is_later);
}

static void
check_named(struct hs_cap *cap, const char *msg_type, enum hs_finding_code code)
{
	if (strcmp(cap->msg_type, msg_type) == 0 && !hs_cap_text(cap, cap->alert, "references"))
		hs_cap_find(cap, code, hs_cap_child(cap, cap->alert, "msgType"), "references",
			msg_type);
}

static void
check_update_named(struct hs_cap *cap, enum hs_finding_code code)
{
	check_named(cap, "Update", code);
}

static void
check_cancel_named(struct hs_cap *cap, enum hs_finding_code code)
{
	check_named(cap, "Cancel", code);
}

static void
check_references_empty(struct hs_cap *cap, enum hs_finding_code code)
{
	hs_xml_node *node = hs_cap_child(cap, cap->alert, "references");

	if (node && !hs_xml_text(cap->arena, node))
		hs_cap_find(cap, code, node, "", "");
}

/* ---- 17, 18: times of an info ---- */

static void
check_expires(struct hs_cap *cap, enum hs_finding_code code)
{
	HS_CAP_EACH(cap, cap->alert, "info", info)
	{
		if (!hs_cap_text(cap, info, "expires"))
			hs_cap_find(cap, code, info, "expires", "");
	}
}

/* INT64_MIN when absent or not readable, which rule 2 tells. */
static int64_t
moment(struct hs_cap *cap, hs_xml_node *info, const char *name)
{
	char *text = hs_cap_text(cap, info, name);
	int64_t unix_us;
	int offset;

	return text && hs_cap_time(text, &unix_us, &offset) ? unix_us : INT64_MIN;
}

static void
check_time_order(struct hs_cap *cap, enum hs_finding_code code)
{
	HS_CAP_EACH(cap, cap->alert, "info", info)
	{
		int64_t expires = moment(cap, info, "expires");

		if (expires == INT64_MIN)
			continue;
		if (expires <= cap->sent_unix_us)
			hs_cap_find(cap, code, hs_cap_child(cap, info, "expires"), "> sent",
				hs_cap_text(cap, info, "expires"));
		if (moment(cap, info, "effective") > expires)
			hs_cap_find(cap, code, hs_cap_child(cap, info, "effective"), "≤ expires",
				hs_cap_text(cap, info, "effective"));
		if (moment(cap, info, "onset") > expires)
			hs_cap_find(cap, code, hs_cap_child(cap, info, "onset"), "≤ expires",
				hs_cap_text(cap, info, "onset"));
	}
}

/* ---- 20: translations that are none ---- */

static bool
same_text(struct hs_cap *cap, hs_xml_node *one, hs_xml_node *other)
{
	static const char *const names[] = { "description", "headline", "instruction" };
	bool any = false;

	for (size_t i = 0; i < HS_COUNT(names); i++) {
		char *a = hs_cap_text(cap, one, names[i]);
		char *b = hs_cap_text(cap, other, names[i]);

		if ((a == NULL) != (b == NULL) || (a && strcmp(a, b) != 0))
			return false;
		any = any || a;
	}
	return any;
}

static void
check_same_text(struct hs_cap *cap, enum hs_finding_code code)
{
	hs_xml_node *before[BEFORE_MAX];
	const char *languages[BEFORE_MAX];
	size_t count = 0;

	HS_CAP_EACH(cap, cap->alert, "info", info)
	{
		const char *language = hs_cap_language(cap, info);

		for (size_t i = 0; i < count; i++) {
			if (strcasecmp(language, languages[i]) == 0 ||
				!same_text(cap, info, before[i]))
				continue;
			hs_cap_find(cap, code, info, language, languages[i]);
			break;
		}
		if (count == BEFORE_MAX)
			continue;
		languages[count] = language;
		before[count++] = info;
	}
}

/* ---- 22 … 24: what kind of message it is ---- */

static void
check_exercise(struct hs_cap *cap, enum hs_finding_code code)
{
	if (strcmp(cap->status, "Exercise") == 0 && cap->note[0] == '\0')
		hs_cap_find(cap, code, hs_cap_child(cap, cap->alert, "status"), "note", "");
}

static void
check_draft(struct hs_cap *cap, enum hs_finding_code code)
{
	if (strcmp(cap->status, "Draft") == 0)
		hs_cap_find(cap, code, hs_cap_child(cap, cap->alert, "status"), "Actual, Exercise",
			cap->status);
}

static bool
is_answer(const struct hs_cap *cap)
{
	return strcmp(cap->msg_type, "Ack") == 0 || strcmp(cap->msg_type, "Error") == 0;
}

static void
check_answer(struct hs_cap *cap, enum hs_finding_code code)
{
	if (is_answer(cap))
		hs_cap_find(cap, code, hs_cap_child(cap, cap->alert, "msgType"),
			"Alert, Update, Cancel", cap->msg_type);
}

static void
check_answer_named(struct hs_cap *cap, enum hs_finding_code code)
{
	check_named(cap, "Ack", code);
	check_named(cap, "Error", code);
}

static void
check_error_note(struct hs_cap *cap, enum hs_finding_code code)
{
	if (strcmp(cap->msg_type, "Error") == 0 && cap->note[0] == '\0')
		hs_cap_find(cap, code, hs_cap_child(cap, cap->alert, "msgType"), "note", "");
}

static void
check_info(struct hs_cap *cap, enum hs_finding_code code)
{
	if (!hs_cap_child(cap, cap->alert, "info") && !is_answer(cap))
		hs_cap_find(cap, code, cap->alert, "info", "");
}

static void
check_password(struct hs_cap *cap, enum hs_finding_code code)
{
	hs_xml_node *node = hs_cap_child(cap, cap->alert, "password");

	if (node)
		hs_cap_find(cap, code, node, "", "");
}

static const struct hs_cap_rule rules[] = {
	{ 1, HS_FINDING_CAP_IDENTITY, check_identity, "characters of identifier and sender" },
	{ 2, HS_FINDING_CAP_TIME, check_times, "form of times" },
	{ 3, HS_FINDING_CAP_POLYGON, check_polygon, "form of polygons" },
	{ 4, HS_FINDING_CAP_CIRCLE, check_circle, "form of circles" },
	{ 4, HS_FINDING_CAP_CIRCLE_ZERO, check_radius, "radius 0" },
	{ 5, HS_FINDING_CAP_POLYGON_CROSSES, check_crossing, "sides that cross" },
	{ 5, HS_FINDING_CAP_POLYGON_LONG, check_length, "polygons too long for that" },
	{ 6, HS_FINDING_CAP_RANGE, check_range, "latitude and longitude" },
	{ 7, HS_FINDING_CAP_SCOPE, check_scope, "scope, restriction, addresses" },
	{ 7, HS_FINDING_CAP_SCOPE_LIMITED, check_public, "alerts for few" },
	{ 8, HS_FINDING_CAP_REFERENCES, check_references, "form of references" },
	{ 9, HS_FINDING_CAP_REFERENCE_SELF, check_reference_self, "refers to itself" },
	{ 9, HS_FINDING_CAP_REFERENCE_LATER, check_reference_later, "refers to the future" },
	{ 10, HS_FINDING_CAP_REFERENCES_MISSING, check_update_named, "update of nothing" },
	{ 10, HS_FINDING_CAP_CANCEL_NAMELESS, check_cancel_named, "cancel of nothing" },
	{ 10, HS_FINDING_COUNT, NULL,
		"all related messages in force: the hub warns, it knows them (hub/core/guard.c)" },
	{ 11, HS_FINDING_CAP_REFERENCES_EMPTY, check_references_empty, "empty references" },
	{ 12, HS_FINDING_CAP_ALTITUDE, hs_cap_check_altitude, "altitude and ceiling" },
	{ 13, HS_FINDING_CAP_LANGUAGE, hs_cap_check_language, "language tag" },
	{ 13, HS_FINDING_CAP_LANGUAGE_WRONG, hs_cap_check_japanese, "Japanese called English" },
	{ 14, HS_FINDING_CAP_WEB, hs_cap_check_web, "web" },
	{ 15, HS_FINDING_CAP_RESOURCE, hs_cap_check_resource, "resource" },
	{ 16, HS_FINDING_CAP_RESOURCE_DIGEST, hs_cap_check_digest, "size and digest" },
	{ 17, HS_FINDING_CAP_NO_EXPIRES, check_expires, "effective is sent; no expires" },
	{ 18, HS_FINDING_CAP_TIME_ORDER, check_time_order, "order of times" },
	{ 19, HS_FINDING_CAP_MARKUP, hs_cap_check_markup, "HTML in texts" },
	{ 20, HS_FINDING_CAP_SAME_TEXT, check_same_text, "one text, two languages" },
	{ 21, HS_FINDING_CAP_CERTAINTY, hs_cap_check_certainty, "words of CAP 1.0" },
	{ 21, HS_FINDING_CAP_PASSWORD, check_password, "element of CAP 1.0" },
	{ 22, HS_FINDING_CAP_EXERCISE_NOTE, check_exercise, "name of the exercise" },
	{ 23, HS_FINDING_CAP_DRAFT, check_draft, "drafts" },
	{ 24, HS_FINDING_CAP_ACK, check_answer, "answers are no alerts" },
	{ 24, HS_FINDING_CAP_ACK_REFERENCES, check_answer_named, "answers to nothing" },
	{ 24, HS_FINDING_CAP_ERROR_NOTE, check_error_note, "errors without a word" },
	{ 24, HS_FINDING_CAP_INFO_MISSING, check_info, "alerts without a word" },
	{ 25, HS_FINDING_DRILL_WORDS, hs_cap_check_drill_words, "words of a drill" },
	{ 26, HS_FINDING_COUNT, NULL,
		"same key and content: the hub answers duplicate (hub/core/intake.c)" },
	{ 27, HS_FINDING_COUNT, NULL,
		"same key, other content: the hub refuses and records it (hub/core/intake.c)" },
};

const struct hs_cap_rule *
hs_cap_rules(size_t *count)
{
	*count = HS_COUNT(rules);
	return rules;
}

/* Each rule reads the texts again, so each gets memory of its own that goes when it is done. */
static bool
check_rule(const struct hs_cap *cap, const struct hs_cap_rule *rule)
{
	struct hs_cap view = *cap;
	bool ok;

	view.arena = hs_arena_create(SCRATCH_BYTES);
	if (!view.arena)
		return false;
	rule->check(&view, rule->code);
	ok = !hs_arena_failed(view.arena);
	hs_arena_destroy(view.arena);
	return ok;
}

bool
hs_cap_check_rules(const struct hs_cap *cap)
{
	for (size_t i = 0; i < HS_COUNT(rules); i++) {
		if (rules[i].check && !check_rule(cap, &rules[i]))
			return false;
	}
	return true;
}
