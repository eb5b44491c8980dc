/* cap_order.c: the sequences of the CAP schema as tables, and one walk over them.
 *
 * An element at a wrong place is told together with those that may stand there: wrong order is the commonest mistake
 * of senders, and "invalid" alone mends nothing. Source: CAP-v1.2.xsd and CAP 1.1.
 */
#include <stdio.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/gate/cap.h"

#define NS_DSIG "http://www.w3.org/2000/09/xmldsig#"

struct sequence;

struct child {
	const char *name;
	bool required, many;
	const struct sequence *inside; /* NULL: a text */
	const char *words;	       /* of an enumeration, separated by blanks; NULL: any text */
};

struct sequence {
	const struct child *children;
	size_t count;
};
#define SEQUENCE(name) static const struct sequence name##_sequence = { name, HS_COUNT(name) }

static const struct child pair[] = { { "valueName", true, false, NULL, NULL },
	{ "value", true, false, NULL, NULL } };
SEQUENCE(pair);

static const struct child area[] = { { "areaDesc", true, false, NULL, NULL },
	{ "polygon", false, true, NULL, NULL }, { "circle", false, true, NULL, NULL },
	{ "geocode", false, true, &pair_sequence, NULL }, { "altitude", false, false, NULL, NULL },
	{ "ceiling", false, false, NULL, NULL } };
SEQUENCE(area);

static const struct child resource[] = { { "resourceDesc", true, false, NULL, NULL },
	{ "mimeType", true, false, NULL, NULL }, { "size", false, false, NULL, NULL },
	{ "uri", false, false, NULL, NULL }, { "derefUri", false, false, NULL, NULL },
	{ "digest", false, false, NULL, NULL } };
SEQUENCE(resource);

static const struct child info[] = { { "language", false, false, NULL, NULL },
	{ "category", true, true, NULL,
		"Geo Met Safety Security Rescue Fire Health Env Transport Infra CBRNE Other" },
	{ "event", true, false, NULL, NULL },
	{ "responseType", false, true, NULL,
		"Shelter Evacuate Prepare Execute Avoid Monitor Assess AllClear None" },
	{ "urgency", true, false, NULL, "Immediate Expected Future Past Unknown" },
	{ "severity", true, false, NULL, "Extreme Severe Moderate Minor Unknown" },
	{ "certainty", true, false, NULL, "Observed Likely Possible Unlikely Unknown" },
	{ "audience", false, false, NULL, NULL },
	{ "eventCode", false, true, &pair_sequence, NULL },
	{ "effective", false, false, NULL, NULL }, { "onset", false, false, NULL, NULL },
	{ "expires", false, false, NULL, NULL }, { "senderName", false, false, NULL, NULL },
	{ "headline", false, false, NULL, NULL }, { "description", false, false, NULL, NULL },
	{ "instruction", false, false, NULL, NULL }, { "web", false, false, NULL, NULL },
	{ "contact", false, false, NULL, NULL }, { "parameter", false, true, &pair_sequence, NULL },
	{ "resource", false, true, &resource_sequence, NULL },
	{ "area", false, true, &area_sequence, NULL } };
SEQUENCE(info);

static const struct child alert[] = { { "identifier", true, false, NULL, NULL },
	{ "sender", true, false, NULL, NULL }, { "sent", true, false, NULL, NULL },
	{ "status", true, false, NULL, "Actual Exercise System Test Draft" },
	{ "msgType", true, false, NULL, "Alert Update Cancel Ack Error" },
	{ "source", false, false, NULL, NULL },
	{ "scope", true, false, NULL, "Public Restricted Private" },
	{ "restriction", false, false, NULL, NULL }, { "addresses", false, false, NULL, NULL },
	{ "code", false, true, NULL, NULL }, { "note", false, false, NULL, NULL },
	{ "references", false, false, NULL, NULL }, { "incidents", false, false, NULL, NULL },
	{ "info", false, true, &info_sequence, NULL } };
SEQUENCE(alert);

/* ---- what may stand where ---- */

static size_t
place_of(const struct sequence *sequence, const char *name)
{
	size_t at = 0;

	while (at < sequence->count && strcmp(sequence->children[at].name, name) != 0)
		at++;
	return at;
}

/* "scope" or "references, incidents, info": from `at` on to the next that is required. */
static const char *
expected_at(const struct hs_cap *cap, const struct sequence *sequence, size_t at)
{
	const char *list = "";
	struct hs_arena *arena = cap->arena;

	/* nobody will read it */
	if (cap->findings->count >= cap->findings->limit)
		return list;

	for (; at < sequence->count; at++) {
		const struct child *child = &sequence->children[at];
		char *longer =
			hs_arena_printf(arena, "%s%s%s", list, list[0] ? ", " : "", child->name);

		list = longer ? longer : list;
		if (child->required)
			break;
	}
	return list;
}

static bool
is_listed(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = words; len > 0 && (at = strstr(at, word)) != NULL; at += len) {
		if ((at == words || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	}
	return false;
}

/* Texts that must say something: words, and what the standard's own texts cannot do without. */
static void
check_text(struct hs_cap *cap, const struct child *child, hs_xml_node *node)
{
	static const char needed[] = "identifier sender sent event valueName";
	char *text = hs_xml_text(cap->arena, node);

	if (!text && (child->words || is_listed(needed, child->name))) {
		hs_cap_find(cap, HS_FINDING_ELEMENT_MISSING, node, child->name, "");
		return;
	}
	/* CAP 1.0 had it; rule 21 takes it for Likely and says so. */
	if (!text || (strcmp(child->name, "certainty") == 0 && strcmp(text, "Very Likely") == 0))
		return;
	if (child->words && !is_listed(child->words, text))
		hs_cap_find(cap, HS_FINDING_CAP_WORD, node, child->words, text);
}

/* ---- the walk ---- */

struct walk {
	const struct sequence *sequence;
	size_t next;   /* the earliest place that may follow */
	uint64_t seen; /* bit = place: was there, in order or not */
	uint64_t late; /* bit = place: comes too late, which was told at the one before it */
};

/* CAP 1.1 let a resource be without mimeType; all else is the same in both. */
static bool
is_required(const struct hs_cap *cap, const struct child *child)
{
	return child->required &&
	       (strcmp(child->name, "mimeType") != 0 || strcmp(cap->ns, HS_NS_CAP_11) != 0);
}

/* At the end or in front of a later element: what is required and was not seen anywhere. */
static void
check_missing(struct hs_cap *cap, hs_xml_node *node, const struct walk *walk)
{
	for (size_t i = 0; i < walk->sequence->count; i++) {
		const struct child *child = &walk->sequence->children[i];
		bool seen = (walk->seen >> i & 1) != 0;

		if (is_required(cap, child) && !seen)
			hs_xml_missing(cap->findings, node, child->name);
	}
}

/* Whether a required element between walk->next and `place` comes only later in the document: then this element is
 * the one that stands wrong. Each late element is looked for once. */
static bool
jumps(const struct hs_cap *cap, hs_xml_node *node, struct walk *walk, size_t place)
{
	bool found = false;

	for (size_t i = walk->next; i < place; i++) {
		const struct child *child = &walk->sequence->children[i];

		if (!child->required || ((walk->seen | walk->late) >> i & 1) != 0 ||
			!hs_cap_next(cap, node, child->name))
			continue;
		walk->late |= (uint64_t)1 << i;
		found = true;
	}
	return found;
}

static void check_sequence(struct hs_cap *cap, hs_xml_node *node, const struct sequence *sequence);

static void
check_child(struct hs_cap *cap, hs_xml_node *node, struct walk *walk)
{
	const struct sequence *sequence = walk->sequence;
	bool own = strcmp(hs_xml_ns(node), cap->ns) == 0;
	size_t place = own ? place_of(sequence, hs_xml_name(node)) : sequence->count;
	size_t next = walk->next;
	enum hs_finding_code code = HS_FINDING_COUNT;

	if (place == sequence->count) {
		if (strcmp(hs_xml_ns(node), NS_DSIG) == 0 && sequence == &alert_sequence)
			return;
		/* Rule 21 speaks of it. */
		if (own && sequence == &alert_sequence &&
			strcmp(hs_xml_name(node), "password") == 0)
			return;
		code = HS_FINDING_CAP_ELEMENT;
	} else if ((walk->seen >> place & 1) && !sequence->children[place].many) {
		code = HS_FINDING_ELEMENT_REPEATED;
	} else if ((walk->late >> place & 1) == 0 &&
		   (place < walk->next || jumps(cap, node, walk, place))) {
		code = HS_FINDING_CAP_ORDER;
	}
	if (code != HS_FINDING_COUNT)
		hs_cap_find(cap, code, node, expected_at(cap, sequence, next), hs_xml_name(node));
	if (place == sequence->count)
		return;
	walk->seen |= (uint64_t)1 << place;
	if (place >= walk->next)
		walk->next = sequence->children[place].many ? place : place + 1;
	if (sequence->children[place].inside)
		check_sequence(cap, node, sequence->children[place].inside);
	else
		check_text(cap, &sequence->children[place], node);
}

static void
check_sequence(struct hs_cap *cap, hs_xml_node *node, const struct sequence *sequence)
{
	struct walk walk = { .sequence = sequence };

	for (hs_xml_node *child = hs_xml_first(node); child; child = hs_xml_after(child))
		check_child(cap, child, &walk);
	check_missing(cap, node, &walk);
}

bool
hs_cap_check_order(struct hs_cap *cap)
{
	check_sequence(cap, cap->alert, &alert_sequence);
	return cap->findings->errors == 0;
}
