/* order_plan.c: the three acts (issue, lift, cancel) carried out on what is in force. See order.h. */
#include "hub/gate/order.h"

#include <string.h>

#include "schemas/area_key.h"
#include "schemas/tables.h"

#define AREAS_MAX      2000
#define NAME_BYTES_MAX 600
#define LEVEL_WHEN_NONE \
	2 /* levels 1 and 2 are the weather agency's: without an order nobody is above 2 */
#define JUMP_MIN    2
#define FIRST_USUAL 3 /* with which an order usually begins (DECISIONS.md, "Level jumps") */
#define FIRST_LAST  5 /* nobody was asked to leave before it */

struct planner {
	struct hs_arena *arena;
	const struct hs_order_standing *standing;
	const char *own_code;
	struct hs_order_plan *plan;
	bool full; /* the arena, or the number of areas */
};

/* Whether this document speaks of the disaster that is planned for. Another source's does when it names the
 * disaster alike. */
static bool
is_same_disaster(const struct hs_order_plan *plan, const struct hs_order_document *document)
{
	return document == plan->document ||
	       (plan->disaster_name[0] != '\0' &&
		       strcmp(document->disaster_name, plan->disaster_name) == 0);
}

enum whose { OF_THIS_DISASTER, OF_OTHER_DISASTERS, OF_OTHER_DOCUMENTS };

static bool
is_of(const struct hs_order_plan *plan, const struct hs_order_document *document, enum whose whose)
{
	if (whose == OF_OTHER_DOCUMENTS)
		return document != plan->document;
	return is_same_disaster(plan, document) == (whose == OF_THIS_DISASTER);
}

/* The area at that place that was ordered last by those documents. NULL: none. */
static const struct hs_order_area *
standing_area(const struct planner *p, const struct hs_order_area *place, enum whose whose)
{
	const struct hs_order_area *found = NULL;

	for (size_t i = 0; i < p->standing->area_count; i++) {
		const struct hs_order_area *area = p->standing->areas[i];

		if (hs_order_same_place(area, place) && is_of(p->plan, area->document, whose) &&
			(found == NULL || area->ordered_unix_us >= found->ordered_unix_us))
			found = area;
	}
	return found;
}

static void
note_jump(struct hs_order_plan *plan, enum hs_order_change_kind kind,
	const struct hs_order_area *from, const struct hs_order_area *to)
{
	if (kind == HS_ORDER_CHANGE_RAISED || kind == HS_ORDER_CHANGE_LOWERED) {
		uint32_t low = from->level > 0 ? from->level : LEVEL_WHEN_NONE;

		if (to->level >= low + JUMP_MIN || low >= to->level + JUMP_MIN)
			plan->jump = true;
	} else if (kind == HS_ORDER_CHANGE_NEW) {
		plan->first = plan->first || to->level > FIRST_USUAL;
		plan->jump = plan->jump || to->level >= FIRST_LAST;
	}
}

static void
add_change(struct planner *p, enum hs_order_change_kind kind, const struct hs_order_area *from,
	const struct hs_order_area *to)
{
	struct hs_order_change *change = hs_arena_alloc(p->arena, sizeof(*change));

	if (change == NULL ||
		!hs_repeat(p->arena, &p->plan->change_count, &p->plan->changes, change)) {
		p->full = true;
		return;
	}
	change->kind = kind;
	change->name = to != NULL ? to->name : from->name;
	change->from_term = from != NULL ? from->term : "";
	change->from_level = from != NULL ? from->level : 0;
	change->to_term = to != NULL ? to->term : "";
	change->to_level = to != NULL ? to->level : 0;
	change->beside = to != NULL ? standing_area(p, to, OF_OTHER_DISASTERS)
				    : standing_area(p, from, OF_OTHER_DOCUMENTS);
	note_jump(p->plan, kind, from, to);
}

static void
put(struct planner *p, size_t *count, struct hs_order_area ***list,
	const struct hs_order_area *area)
{
	struct hs_order_area *copy = hs_arena_alloc(p->arena, sizeof(*copy));

	if (copy == NULL || *count >= AREAS_MAX || !hs_repeat(p->arena, count, list, copy)) {
		p->full = true;
		return;
	}
	*copy = *area;
}

static bool
is_planned(const struct hs_order_plan *plan, const struct hs_order_area *place)
{
	for (size_t i = 0; i < plan->in_force_count; i++) {
		if (hs_order_same_place(plan->in_force[i], place))
			return true;
	}
	return false;
}

static enum hs_order_change_kind
change_kind(const struct hs_order_area *from, const struct hs_order_area *to)
{
	if (from == NULL)
		return HS_ORDER_CHANGE_NEW;
	if (from->level == to->level)
		return strcmp(from->term, to->term) == 0 ? HS_ORDER_CHANGE_STILL
							 : HS_ORDER_CHANGE_RAISED;
	return from->level < to->level ? HS_ORDER_CHANGE_RAISED : HS_ORDER_CHANGE_LOWERED;
}

/* One area that the person ordered. One that stands so already keeps the time of its order. */
static void
order_area(struct planner *p, const char *name, const char *kana)
{
	const struct hs_level_display *display = hs_level_display(p->plan->choice->level);
	struct hs_order_area area = { .name = name,
		.kana = kana,
		.code = p->own_code,
		.sub_code = "",
		.key = hs_area_key(p->arena, p->own_code, name),
		.term = display->term_ja,
		.level = display->level,
		.ordered_unix_us = p->plan->choice->now_unix_us };
	const struct hs_order_area *before, *known;

	if (area.key == NULL) {
		p->full = true;
		return;
	}
	if (is_planned(p->plan, &area))
		return; /* named twice */
	before = standing_area(p, &area, OF_THIS_DISASTER);
	known = before != NULL ? before : standing_area(p, &area, OF_OTHER_DISASTERS);
	if (known != NULL) {
		area.sub_code = known->sub_code;
		area.kana = kana[0] != '\0' ? kana : known->kana;
	}
	if (change_kind(before, &area) == HS_ORDER_CHANGE_STILL)
		area.ordered_unix_us = before->ordered_unix_us;
	put(p, &p->plan->in_force_count, &p->plan->in_force, &area);
	add_change(p, change_kind(before, &area), before, &area);
	p->plan->touched++;
}

/* "name" or "name,kana" of one line, without blanks around; 、 is part of names, commas of both widths are
 * not. NULL: an empty line. */
static char *
split_line(struct hs_arena *arena, const char *line, size_t len_bytes, char **kana)
{
	char *text = hs_arena_strndup(arena, line, len_bytes);
	char *name, *comma, *wide;

	*kana = NULL;
	if (text == NULL || len_bytes > NAME_BYTES_MAX)
		return NULL;
	name = text + (hs_order_skip_blanks(text) - text);
	comma = strchr(name, ',');
	wide = strstr(name, "，");
	if (wide != NULL && (comma == NULL || wide < comma)) {
		*wide = '\0';
		*kana = wide + strlen("，");
	} else if (comma != NULL) {
		*comma = '\0';
		*kana = comma + 1;
	}
	return name;
}

/* Cuts blanks at the end. */
static void
cut_end(char *text)
{
	size_t len_bytes = strlen(text);

	while (len_bytes > 0) {
		size_t blank = hs_order_blank_bytes(text + len_bytes - 1);

		if (blank == 0 && len_bytes >= 3)
			blank = hs_order_blank_bytes(text + len_bytes - 3) == 3 ? 3 : 0;
		if (blank == 0)
			break;
		len_bytes -= blank;
		text[len_bytes] = '\0';
	}
}

static void
order_lines(struct planner *p, const char *lines)
{
	while (*lines != '\0' && !p->full) {
		size_t len_bytes = strcspn(lines, "\n");
		char *kana;
		char *name = split_line(p->arena, lines, len_bytes, &kana);

		if (name == NULL) {
			p->full = true;
			return;
		}
		cut_end(name);
		if (kana != NULL) {
			kana += hs_order_skip_blanks(kana) - kana;
			cut_end(kana);
		}
		if (name[0] != '\0')
			order_area(p, name, kana != NULL ? kana : "");
		lines += len_bytes + (lines[len_bytes] == '\n');
	}
}

static bool
is_whole(const struct hs_order_area *area)
{
	return strcmp(area->key, "*") == 0;
}

static bool
is_chosen(const struct hs_order_choice *choice, const struct hs_order_area *area)
{
	char key[HS_ORDER_KEY_SIZE];

	hs_order_area_key(area, key);
	for (size_t i = 0; i < choice->lift_count; i++) {
		if (strcmp(choice->lift_keys[i], key) == 0)
			return true;
	}
	return false;
}

/* What the document has in force and the act did not name. */
static void
keep_rest(struct planner *p)
{
	const struct hs_order_choice *choice = p->plan->choice;

	for (size_t i = 0; i < p->standing->area_count; i++) {
		const struct hs_order_area *area = p->standing->areas[i];

		if (area->document != p->plan->document || is_planned(p->plan, area) ||
			(choice->act == HS_ORDER_LIFT && is_chosen(choice, area)))
			continue;
		if (choice->whole && !is_whole(area) && area->level > 0 &&
			area->level <= choice->level) {
			add_change(p, HS_ORDER_CHANGE_ENDED, area, NULL);
			continue;
		}
		put(p, &p->plan->in_force_count, &p->plan->in_force, area);
		add_change(p, HS_ORDER_CHANGE_STILL, area, area);
	}
}

static enum hs_order_problem
plan_issue(struct planner *p)
{
	const struct hs_order_choice *choice = p->plan->choice;
	const struct hs_level_display *display = hs_level_display(choice->level);

	if (display == NULL || choice->level < 3)
		return HS_ORDER_NO_LEVEL;
	if (p->plan->document == NULL && p->plan->disaster_name[0] == '\0')
		return HS_ORDER_NO_DISASTER;
	if (choice->whole)
		order_area(p, HS_ORDER_WHOLE, "");
	order_lines(p, choice->areas);
	if (p->full)
		return HS_ORDER_TOO_MUCH;
	if (p->plan->touched == 0)
		return HS_ORDER_NO_AREA;
	keep_rest(p);
	return HS_ORDER_FINE;
}

/* 解除 carries the Sort that was issued and has no level. */
static void
lift_area(struct planner *p, const struct hs_order_area *area)
{
	struct hs_order_area lifted = *area;

	lifted.level = 0;
	lifted.ordered_unix_us = p->plan->choice->now_unix_us;
	put(p, &p->plan->lifted_count, &p->plan->lifted, &lifted);
	add_change(p, HS_ORDER_CHANGE_LIFTED, area, NULL);
	p->plan->touched++;
}

static enum hs_order_problem
plan_lift(struct planner *p)
{
	for (size_t i = 0; i < p->standing->area_count; i++) {
		const struct hs_order_area *area = p->standing->areas[i];
		bool chosen = is_chosen(p->plan->choice, area);

		if (chosen && p->plan->document == NULL && area->document->own)
			p->plan->document = area->document;
		if (chosen && area->document != p->plan->document)
			return HS_ORDER_LIFT_MIXED;
	}
	if (p->plan->document == NULL)
		return HS_ORDER_NO_AREA;
	for (size_t i = 0; i < p->standing->area_count; i++) {
		const struct hs_order_area *area = p->standing->areas[i];

		if (is_chosen(p->plan->choice, area))
			lift_area(p, area);
	}
	keep_rest(p);
	return HS_ORDER_FINE;
}

/* The area of the planned document at that place. */
static const struct hs_order_area *
find_own(const struct planner *p, struct hs_order_area *const *areas, size_t count,
	const struct hs_order_area *place)
{
	for (size_t i = 0; i < count; i++) {
		if (areas[i]->document == p->plan->document && hs_order_same_place(areas[i], place))
			return areas[i];
	}
	return NULL;
}

static void
restore_area(struct planner *p, const struct hs_order_area *was, const struct hs_order_area *is)
{
	enum hs_order_change_kind kind = HS_ORDER_CHANGE_RESTORED;

	if (was == NULL)
		kind = HS_ORDER_CHANGE_RETURNED;
	else if (is == NULL)
		kind = HS_ORDER_CHANGE_TAKEN_BACK;
	else if (was->level == is->level && strcmp(was->term, is->term) == 0)
		kind = HS_ORDER_CHANGE_STILL;
	add_change(p, kind, was, is);
	p->plan->touched += kind != HS_ORDER_CHANGE_STILL;
	p->plan->remaining += is != NULL;
}

/* What the last message said, once more: it is what the cancel takes back. */
static void
repeat_message(struct planner *p)
{
	const struct hs_order_standing *standing = p->standing;

	for (size_t i = 0; i < standing->area_count; i++) {
		if (standing->areas[i]->document == p->plan->document)
			put(p, &p->plan->in_force_count, &p->plan->in_force, standing->areas[i]);
	}
	for (size_t i = 0; i < standing->lifted_count; i++) {
		if (standing->lifted[i]->document == p->plan->document)
			put(p, &p->plan->lifted_count, &p->plan->lifted, standing->lifted[i]);
	}
}

static enum hs_order_problem
plan_cancel(struct planner *p)
{
	const struct hs_order_standing *standing = p->standing;

	if (p->plan->document == NULL || p->plan->document->closed)
		return HS_ORDER_NO_DOCUMENT;
	if (p->plan->choice->reason[0] == '\0')
		return HS_ORDER_NO_REASON;
	repeat_message(p);
	for (size_t i = 0; i < p->plan->in_force_count; i++) {
		const struct hs_order_area *was = p->plan->in_force[i];

		restore_area(
			p, was, find_own(p, standing->restored, standing->restored_count, was));
	}
	for (size_t i = 0; i < standing->restored_count; i++) {
		const struct hs_order_area *is = standing->restored[i];

		if (is->document == p->plan->document &&
			find_own(p, standing->areas, standing->area_count, is) == NULL)
			restore_area(p, NULL, is);
	}
	return HS_ORDER_FINE;
}

/* over: one that is lifted altogether counts too. */
static const struct hs_order_document *
find_document(const struct hs_order_standing *standing, const char *id, bool over)
{
	for (size_t i = 0; i < standing->document_count; i++) {
		const struct hs_order_document *document = standing->documents[i];

		if (document->own && strcmp(document->id, id) == 0 && (over || !document->over))
			return document;
	}
	return NULL;
}

/* The hazard has to stand in the disaster's name: it is the only place where the format can say it. */
static const char *
name_disaster(struct hs_arena *arena, const struct hs_order_choice *choice)
{
	const struct hs_hazard_row *hazard = hs_hazard_find(choice->hazard);
	const struct hs_hazard_row *guess = hs_hazard_guess(choice->disaster_name);
	const char *name = choice->disaster_name;

	if (hazard == NULL)
		return name;
	if (name[0] == '\0')
		name = hazard->ja;
	else if (guess != hazard)
		name = hs_arena_printf(arena, "%s（%s）", name, hazard->ja);
	return name != NULL ? name : "";
}

/* What other documents have in force for this disaster stays, whatever the act. */
static size_t
count_elsewhere(const struct planner *p)
{
	size_t count = 0;

	for (size_t i = 0; i < p->standing->area_count; i++) {
		const struct hs_order_document *document = p->standing->areas[i]->document;

		count += document != p->plan->document && is_same_disaster(p->plan, document);
	}
	return count;
}

enum hs_order_problem
hs_order_plan(struct hs_arena *arena, const struct hs_order_standing *standing,
	const char *own_code, const struct hs_order_choice *choice, struct hs_order_plan *out)
{
	static enum hs_order_problem (*const act[])(struct planner *) = {
		[HS_ORDER_ISSUE] = plan_issue,
		[HS_ORDER_LIFT] = plan_lift,
		[HS_ORDER_CANCEL] = plan_cancel,
	};
	struct planner p = { arena, standing, own_code, out, false };
	enum hs_order_problem problem;

	*out = (struct hs_order_plan){ .choice = choice };
	if (choice->document_id[0] != '\0' && choice->act != HS_ORDER_LIFT) {
		out->document = find_document(
			standing, choice->document_id, choice->act == HS_ORDER_CANCEL);
		if (out->document == NULL)
			return HS_ORDER_NO_DOCUMENT;
	}
	out->disaster_name =
		out->document != NULL ? out->document->disaster_name : name_disaster(arena, choice);
	problem = act[choice->act](&p);
	if (problem != HS_ORDER_FINE)
		return problem;
	if (p.full)
		return HS_ORDER_TOO_MUCH;
	if (choice->act != HS_ORDER_CANCEL)
		out->remaining = out->in_force_count;
	out->document_id = choice->new_document_id;
	out->revision = 1;
	if (out->document != NULL)
		out->disaster_name = out->document->disaster_name;
	out->remaining += count_elsewhere(&p);
	if (out->document != NULL && !out->document->closed) {
		out->document_id = out->document->id;
		out->revision = out->document->revision + 1;
	}
	return HS_ORDER_FINE;
}
