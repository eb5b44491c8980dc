#include "sim/starter_plan.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"

#define CONTACTS_MAX 100000

struct reader {
	struct hs_starter_plan *out;
	size_t room;
	const char *wrong; /* NULL: nothing yet */
};

static int64_t
number(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);
	return json_is_integer(value) ? json_integer_value(value) : -1;
}

static const char *
text(const json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));
	return value ? value : "";
}

static void
add(struct reader *reader, struct hs_contact contact)
{
	struct hs_starter_plan *out = reader->out;
	if (out->count == reader->room) {
		size_t room = reader->room ? reader->room * 2 : 64;
		struct hs_contact *more =
			room <= CONTACTS_MAX ? realloc(out->contacts, room * sizeof(*more)) : NULL;
		if (!more) {
			reader->wrong = "more contacts than there are";
			return;
		}
		out->contacts = more;
		reader->room = room;
	}
	contact.on_us = contact.off_us = -1;
	out->contacts[out->count++] = contact;
}

/* One place in one group that begins at start_ms. */
static void
read_place(struct reader *reader, const json_t *announcement, const char *group, int64_t start_ms)
{
	const char *area = text(json_object_get(announcement, "area"), "code");
	int64_t duration_ms = number(announcement, "duration_ms"), end_ms = 0;
	size_t i;
	json_t *segment;
	if (area[0] == '\0' || duration_ms <= 0)
		reader->wrong = "an announcement without a place or a duration";
	if (start_ms + duration_ms > reader->out->duration_ms)
		reader->wrong = "an announcement that goes on beyond the end of the plan";
	json_array_foreach (json_object_get(announcement, "segments"), i, segment) {
		const char *kind = text(segment, "kind");
		int64_t at_ms = number(segment, "at_ms"), on_ms = number(segment, "on_ms");
		bool sounds = strcmp(kind, "tone") == 0 || strcmp(kind, "speech") == 0;
		if (at_ms != end_ms || on_ms < 0 || (!sounds && strcmp(kind, "silence") != 0))
			reader->wrong = "a part that is not behind the one before it";
		end_ms = at_ms + on_ms;
		if (sounds && !reader->wrong)
			add(reader, (struct hs_contact){ .area = area,
					    .group = group,
					    .kind = kind,
					    .at_ms = start_ms + at_ms,
					    .on_ms = on_ms });
	}
	if (end_ms != duration_ms)
		reader->wrong = "parts that do not fill their announcement";
}

static void
read_places(struct reader *reader, const json_t *plan, const char *group, int64_t start_ms)
{
	size_t i;
	json_t *announcement;
	json_array_foreach (json_object_get(plan, "announcements"), i, announcement)
		read_place(reader, announcement, group, start_ms);
}

/* Those that take turns may not sound together. */
static void
read_groups(struct reader *reader, const json_t *plan)
{
	const json_t *groups = json_object_get(plan, "groups");
	int64_t before_ms = -1;
	size_t i;
	json_t *group;
	if (json_array_size(groups) == 0)
		read_places(reader, plan, "", 0);
	json_array_foreach (groups, i, group) {
		int64_t start_ms = number(group, "start_ms");
		if (start_ms <= before_ms || text(group, "name")[0] == '\0')
			reader->wrong = "groups that do not take turns";
		read_places(reader, plan, text(group, "name"), start_ms);
		before_ms = start_ms;
	}
}

bool
hs_starter_plan_read(const json_t *plan, struct hs_starter_plan *out, char *why, size_t why_size)
{
	struct reader reader = { .out = out };
	int offset_min;
	*out = (struct hs_starter_plan){ .priority = number(plan, "priority"),
		.duration_ms = number(plan, "duration_ms") };
	if (out->priority < 0 || out->duration_ms <= 0)
		reader.wrong = "no priority or no duration";
	if (hs_rfc3339_parse(text(plan, "expires"), &out->expires_unix_us, &offset_min, NULL) !=
		HS_OK)
		reader.wrong = "no moment after which it must not begin";
	read_groups(&reader, plan);
	if (!reader.wrong && out->count == 0)
		reader.wrong = "nothing that sounds";
	if (!reader.wrong)
		return true;
	snprintf(why, why_size, "the plan has %s", reader.wrong);
	free(out->contacts);
	*out = (struct hs_starter_plan){ 0 };
	return false;
}

/* ---- playing ---- */

void
hs_starter_plan_rewind(struct hs_starter_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		plan->contacts[i].on_us = plan->contacts[i].off_us = -1;
}

static int64_t
real_us(int64_t plan_ms, int64_t speed)
{
	return plan_ms * 1000 / speed;
}

void
hs_starter_plan_move(struct hs_starter_plan *plan, int64_t at_us, int64_t speed)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct hs_contact *one = &plan->contacts[i];
		if (one->on_us < 0 && real_us(one->at_ms, speed) <= at_us)
			one->on_us = at_us;
		if (one->off_us < 0 && real_us(one->at_ms + one->on_ms, speed) <= at_us)
			one->off_us = at_us;
	}
}

void
hs_starter_plan_silence(struct hs_starter_plan *plan, int64_t at_us)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->contacts[i].on_us >= 0 && plan->contacts[i].off_us < 0)
			plan->contacts[i].off_us = at_us;
}

int64_t
hs_starter_plan_end_us(const struct hs_starter_plan *plan, int64_t speed)
{
	return real_us(plan->duration_ms, speed);
}

int64_t
hs_starter_plan_next_us(const struct hs_starter_plan *plan, int64_t speed)
{
	int64_t next_us = hs_starter_plan_end_us(plan, speed);
	for (size_t i = 0; i < plan->count; i++) {
		const struct hs_contact *one = &plan->contacts[i];
		int64_t due_us =
			real_us(one->on_us < 0 ? one->at_ms : one->at_ms + one->on_ms, speed);
		if (one->off_us < 0 && due_us < next_us)
			next_us = due_us;
	}
	return next_us;
}

static json_t *
moment_json(int64_t at_us)
{
	return at_us < 0 ? json_null() : json_real((double)at_us / 1000);
}

json_t *
hs_starter_plan_json(const struct hs_starter_plan *plan)
{
	json_t *list = json_array();
	for (size_t i = 0; i < plan->count; i++) {
		const struct hs_contact *one = &plan->contacts[i];
		json_array_append_new(list,
			json_pack("{s:s, s:s, s:s, s:I, s:I, s:o, s:o}", "area", one->area, "group",
				one->group, "kind", one->kind, "at_ms", (json_int_t)one->at_ms,
				"on_ms", (json_int_t)one->on_ms, "from_ms", moment_json(one->on_us),
				"to_ms", moment_json(one->off_us)));
	}
	return list;
}
