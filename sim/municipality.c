#include "sim/municipality.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/lalert_write.h"
#include "schemas/tables.h"

#define DISTRICTS_MAX 256
#define LEVELS_MAX    6
#define WHOLE	      "全域"

struct district {
	const char *name; /* borrowed from the scenario */
	int64_t level;	  /* 0: not in force */
	bool lifted_now;
	int64_t lifted_level;
	int64_t ordered_unix_us;
};

struct hs_sim_municipality {
	const struct hs_sim_sender *sender;
	char run[32];
	int live;
	unsigned document; /* counts cancels */
	unsigned revision;
	unsigned sent; /* transmissions */
	struct district districts[DISTRICTS_MAX];
	size_t count;
};

struct hs_sim_municipality *
hs_sim_municipality_create(const struct hs_sim_sender *sender, const char *run, int live)
{
	struct hs_sim_municipality *own = calloc(1, sizeof(*own));
	if (!own)
		return NULL;
	own->sender = sender;
	own->live = live;
	snprintf(own->run, sizeof(own->run), "%s", run);
	return own;
}

void
hs_sim_municipality_destroy(struct hs_sim_municipality *municipality)
{
	free(municipality);
}

const struct hs_sim_sender *
hs_sim_municipality_sender(const struct hs_sim_municipality *municipality)
{
	return municipality->sender;
}

static struct district *
district_of(struct hs_sim_municipality *own, const char *name)
{
	for (size_t i = 0; i < own->count; i++)
		if (strcmp(own->districts[i].name, name) == 0)
			return &own->districts[i];
	if (own->count == DISTRICTS_MAX)
		return NULL;
	own->districts[own->count] = (struct district){ .name = name };
	return &own->districts[own->count++];
}

static void
apply(struct hs_sim_municipality *own, const struct hs_sim_step *step, int64_t now_us)
{
	static const char *const whole[] = { WHOLE };
	const char *const *names = step->districts.count ? step->districts.items : whole;
	size_t count = step->districts.count ? step->districts.count : 1;
	for (size_t i = 0; i < own->count; i++)
		own->districts[i].lifted_now = false;
	for (size_t i = 0; i < count && step->act != HS_SIM_CANCEL; i++) {
		struct district *district = district_of(own, names[i]);
		if (!district)
			continue;
		district->lifted_now = step->act == HS_SIM_LIFT;
		district->lifted_level = district->level ? district->level : step->level;
		district->level = step->act == HS_SIM_LIFT ? 0 : step->level;
		district->ordered_unix_us = now_us;
	}
}

/* The detail for one level, issued or lifted; its areas start at *next. */
static bool
fill_detail(const struct hs_sim_municipality *own, int64_t level, bool lifted,
	struct hs_lalert_detail *detail, struct hs_lalert_area **next)
{
	struct hs_lalert_area *first = *next;
	for (size_t i = 0; i < own->count; i++) {
		const struct district *district = &own->districts[i];
		bool match = lifted ? district->lifted_now && district->lifted_level == level
				    : district->level == level;
		if (match)
			*(*next)++ = (struct hs_lalert_area){ .code = own->sender->code,
				.name = district->name,
				.ordered_unix_us = district->ordered_unix_us };
	}
	*detail = (struct hs_lalert_detail){ .sort = hs_level_display((uint32_t)level)->term_ja,
		.issue_or_lift = lifted ? HS_LALERT_LIFT : HS_LALERT_ISSUE,
		.areas = first,
		.area_count = (size_t)(*next - first) };
	return *next != first;
}

static void
write_document(struct hs_sim_municipality *own, const struct hs_sim_step *step, int64_t now_us,
	const struct hs_lalert_detail *details, size_t count, struct hs_buf *out)
{
	char document_id[128], distribution_id[160];
	snprintf(document_id, sizeof(document_id), "%s-%s-%s-%u", own->sender->source,
		own->live ? "act" : "ttk", own->run, own->document);
	snprintf(distribution_id, sizeof(distribution_id), "%s-%s-%u", own->sender->source,
		own->run, ++own->sent);
	own->revision++;
	bool cancel = step->act == HS_SIM_CANCEL;
	struct hs_lalert_document document = {
		.status = own->live ? "Actual" : "Exercise",
		.type = cancel		     ? "Cancel"
			: own->revision == 1 ? "Report"
					     : "Update",
		.sender_id = own->sender->source,
		.distribution_id = distribution_id,
		.document_id = document_id,
		.revision = own->revision,
		.previous_revision = own->revision - 1,
		.sent_unix_us = now_us,
		.office = { own->sender->code, own->sender->organisation, own->sender->office },
		.disaster_name = hs_hazard_find(step->hazard)->ja,
		.headline = step->text[0] ? step->text : NULL,
		.details = details,
		.detail_count = count,
		.errata = cancel ? step->reason : NULL,
	};
	hs_lalert_write(out, &document);
}

void
hs_sim_municipality_speak(struct hs_sim_municipality *own, const struct hs_sim_step *step,
	int64_t now_unix_us, struct hs_buf *out)
{
	apply(own, step, now_unix_us);
	struct hs_lalert_area *areas = calloc((size_t)2 * DISTRICTS_MAX, sizeof(*areas));
	struct hs_lalert_detail details[2 * LEVELS_MAX];
	struct hs_lalert_area *next = areas;
	size_t count = 0;
	if (!areas) {
		out->failed = true;
		return;
	}
	for (int64_t level = 5; level >= 3; level--) {
		if (fill_detail(own, level, false, &details[count], &next))
			count++;
		if (fill_detail(own, level, true, &details[count], &next))
			count++;
	}
	write_document(own, step, now_unix_us, details, count, out);
	free(areas);
	if (step->act == HS_SIM_CANCEL) {
		own->document++;
		own->revision = 0;
		own->count = 0;
	}
}
