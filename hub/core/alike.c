#include "hub/core/alike.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define US_PER_S	1000000
#define CDEG_PER_DEGREE 100.0
#define EVENT_ID_DIGITS 14

const struct hs_alike_limits hs_alike_defaults = { 5, 30, 600 };

/* 20260701072934, or some of these joined by +. */
static bool
is_agency_id(const char *event)
{
	size_t digits = 0;

	for (const char *at = event; *at != '\0'; at++) {
		if (*at == '+' && digits == EVENT_ID_DIGITS)
			digits = 0;
		else if (isdigit((unsigned char)*at))
			digits++;
		else
			return false;
	}
	return digits == EVENT_ID_DIGITS;
}

static void
hash_text(const char *text, uint8_t out[HS_SHA256_BYTES])
{
	const struct hs_span span = { text, strlen(text) };

	hs_sha256(&span, 1, out);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The set: the order and what stands twice do not count. */
static void
hash_set(const char **codes, size_t count, uint8_t out[HS_SHA256_BYTES])
{
	qsort(codes, count, sizeof(*codes), by_text);
	memset(out, 0, HS_SHA256_BYTES);
	for (size_t i = 0; i < count; i++) {
		const struct hs_span spans[] = { { (const char *)out, HS_SHA256_BYTES },
			{ codes[i], strlen(codes[i]) } };
		uint8_t next[HS_SHA256_BYTES];

		if (i > 0 && strcmp(codes[i], codes[i - 1]) == 0)
			continue;
		hs_sha256(spans, 2, next);
		memcpy(out, next, sizeof(next));
	}
}

static const hs_earthquake *
earthquake_of(const hs_notice *notice)
{
	switch (notice->detail_case) {
	case HANSHO__V1__NOTICE__DETAIL_EEW:
		return notice->eew->earthquake;
	case HANSHO__V1__NOTICE__DETAIL_EARTHQUAKE:
		return notice->earthquake;
	case HANSHO__V1__NOTICE__DETAIL_TSUNAMI:
		return notice->tsunami->earthquake;
	default:
		return NULL;
	}
}

void
hs_alike_read(const hs_notice *notice, const char **codes, size_t code_count,
	int64_t reported_unix_us, struct hs_alike *out)
{
	const hs_earthquake *quake = earthquake_of(notice);
	const char *event = notice->document->event;

	*out = (struct hs_alike){ .mode = (int)notice->mode,
		.kind = (int)notice->kind,
		.names_event = event[0] != '\0',
		.agency_id = is_agency_id(event),
		.reported_unix_us = reported_unix_us };
	hash_text(event, out->id);
	out->has_areas = notice->kind == HS_KIND(TSUNAMI) && code_count > 0;
	if (out->has_areas)
		hash_set(codes, code_count, out->areas);
	if (quake == NULL || quake->origin == NULL)
		return;
	out->has_origin = true;
	out->origin_unix_us = quake->origin->unix_us;
	out->has_point = quake->epicenter != NULL;
	if (out->has_point) {
		out->latitude = quake->epicenter->latitude;
		out->longitude = quake->epicenter->longitude;
	}
	if (quake->epicenter_name[0] != '\0')
		hash_text(quake->epicenter_name, out->name);
}

static bool
is_within(double difference, int64_t limit_cdeg)
{
	/* the tenth of a degree in which they are told is not exact in binary */
	double most = ((double)limit_cdeg + 0.5) / CDEG_PER_DEGREE;

	return difference <= most && difference >= -most;
}

static bool
is_told(const uint8_t name[HS_SHA256_BYTES])
{
	static const uint8_t none[HS_SHA256_BYTES];

	return memcmp(name, none, HS_SHA256_BYTES) != 0;
}

static enum hs_likeness
by_place(const struct hs_alike *one, const struct hs_alike *other, int64_t limit_cdeg)
{
	if (one->has_point && other->has_point)
		return is_within(one->latitude - other->latitude, limit_cdeg) &&
				       is_within(one->longitude - other->longitude, limit_cdeg)
			       ? HS_SAME
			       : HS_DIFFERENT;
	if (!is_told(one->name) || !is_told(other->name))
		return HS_CANNOT_BE_TOLD;
	return memcmp(one->name, other->name, HS_SHA256_BYTES) == 0 ? HS_SAME : HS_DIFFERENT;
}

static bool
is_apart(int64_t one_us, int64_t other_us, int64_t limit_s)
{
	int64_t difference_us = one_us > other_us ? one_us - other_us : other_us - one_us;

	return difference_us > limit_s * US_PER_S;
}

enum hs_likeness
hs_alike_compare(const struct hs_alike *one, const struct hs_alike *other,
	const struct hs_alike_limits *limits)
{
	if (one->mode != other->mode || one->kind != other->kind)
		return HS_DIFFERENT;
	if (one->agency_id && other->agency_id)
		return memcmp(one->id, other->id, HS_SHA256_BYTES) == 0 ? HS_SAME : HS_DIFFERENT;
	if (limits->origin_s > 0 && one->has_origin && other->has_origin)
		return is_apart(one->origin_unix_us, other->origin_unix_us, limits->origin_s)
			       ? HS_DIFFERENT
			       : by_place(one, other, limits->hypocentre_cdeg);
	if (limits->tsunami_s > 0 && one->has_areas && other->has_areas &&
		!is_apart(one->reported_unix_us, other->reported_unix_us, limits->tsunami_s) &&
		memcmp(one->areas, other->areas, HS_SHA256_BYTES) == 0)
		return HS_SAME;
	return HS_CANNOT_BE_TOLD;
}
