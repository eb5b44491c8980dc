/* Which deliveries are of a document, on its lane. */
#include "tests/unit/adapters/runtime/fake_hub.h"

#include <stdlib.h>

#include "adapters/runtime/internal.h"
#include "hub/base/check.h"

/* What differs in one of the three, or in where the source ends, is another document. */
static const struct place {
	enum hs_adapter_lane lane;
	char *source, *id;
} places[] = {
	{ HS_LANE_LIVE, "bosai.kakuu.example", "d1" },
	{ HS_LANE_LIVE, "bosai.kakuu.example", "d2" },
	{ HS_LANE_LIVE, "kasen.kakuu.example", "d1" },
	{ HS_LANE_DRILL, "bosai.kakuu.example", "d1" },
	{ HS_LANE_LIVE, "bosai.kakuu.exampled", "1" },
	{ HS_LANE_LIVE, "", "" },
#define ALIKE 6 /* from here on in pairs that differ in texts of the same hash */
	{ HS_LANE_LIVE, "bosai.kakuu.example", "d135958" },
	{ HS_LANE_LIVE, "bosai.kakuu.example", "d236" },
	{ HS_LANE_LIVE, "s192088.example", "d1" },
	{ HS_LANE_LIVE, "s123914.example", "d1" },
};

#define EACH 3

struct crowd {
	struct hs_adapter adapter;
	struct hs_adapter_delivery deliveries[HS_COUNT(places)][EACH];
};

static struct hs_document_deliveries *
join(struct crowd *crowd, const struct place *place)
{
	hs_document document;
	hansho__v1__document__init(&document);
	document.source = strdup(place->source);
	document.id = strdup(place->id);
	struct hs_document_deliveries *own =
		hs_document_join(&crowd->adapter.queues, place->lane, &document);
	free(document.source); /* the first notice of a document may be over before the others are */
	free(document.id);
	assert_non_null(own);
	return own;
}

static void
put(struct crowd *crowd, const struct place *place, struct hs_adapter_delivery *delivery)
{
	struct hs_document_deliveries *own = join(crowd, place);
	hs_document_put(own, delivery);
	hs_document_leave(&crowd->adapter.queues, own);
}

static struct crowd *
crowd_open(void)
{
	struct crowd *crowd = calloc(1, sizeof(*crowd));
	crowd->adapter.lanes[HS_LANE_DRILL].id = HS_LANE_DRILL;
	for (size_t round = 0; round < EACH; round++)
		for (size_t i = 0; i < HS_COUNT(places); i++)
			put(crowd, &places[i], &crowd->deliveries[i][round]);
	return crowd;
}

static struct hs_adapter_delivery *
next_of(const struct crowd *crowd, size_t i, const struct hs_adapter_delivery *before)
{
	return hs_delivery_of(&crowd->adapter, &crowd->adapter.lanes[places[i].lane],
		places[i].source, places[i].id, before);
}

static unsigned
jenkins(const char *text)
{
	unsigned hash = 0;
	HASH_JEN(text, strlen(text), hash);
	return hash;
}

static void
all_of_a_document_are_found_and_none_of_another(void **state)
{
	(void)state;
	struct crowd *crowd = crowd_open();
	for (size_t i = ALIKE; i < HS_COUNT(places); i += 2) {
		assert_int_equal(jenkins(places[i].source), jenkins(places[i + 1].source));
		assert_int_equal(jenkins(places[i].id), jenkins(places[i + 1].id));
	}
	for (size_t i = 0; i < HS_COUNT(places); i++) {
		struct hs_adapter_delivery *at = NULL;
		for (size_t round = 0; round < EACH; round++) {
			at = next_of(crowd, i, at);
			assert_ptr_equal(&crowd->deliveries[i][round], at);
		}
		assert_null(next_of(crowd, i, at));
	}
	for (size_t i = 0; i < HS_COUNT(places); i++)
		for (size_t round = 0; round < EACH; round++)
			hs_document_remove(&crowd->adapter.queues, &crowd->deliveries[i][round]);
	free(crowd);
}

/* The last one takes the node along, or it would be left at the end; another one begins anew. */
static void
what_is_over_is_found_no_more(void **state)
{
	(void)state;
	struct crowd *crowd = crowd_open();
	struct hs_queues *queues = &crowd->adapter.queues;
	for (size_t i = 0; i < HS_COUNT(places); i++) {
		struct hs_adapter_delivery *own = crowd->deliveries[i];
		hs_document_remove(queues, &own[1]);
		assert_ptr_equal(&own[2], next_of(crowd, i, &own[0]));
		hs_document_remove(queues, &own[0]);
		assert_ptr_equal(&own[2], next_of(crowd, i, NULL));
		hs_document_remove(queues, &own[2]);
		assert_null(next_of(crowd, i, NULL));
		put(crowd, &places[i], &own[0]);
		assert_ptr_equal(&own[0], next_of(crowd, i, NULL));
		hs_document_remove(queues, &own[0]);
	}
	for (size_t lane = 0; lane < HS_LANE_COUNT; lane++)
		assert_null(queues->by_document[lane]);
	free(crowd);
}

/* Who joined may end those that stand there, and add his own afterwards. */
static void
it_stays_for_who_joined(void **state)
{
	(void)state;
	struct crowd *crowd = calloc(1, sizeof(*crowd));
	struct hs_queues *queues = &crowd->adapter.queues;
	struct hs_adapter_delivery *old = &crowd->deliveries[0][0], *own = old + 1;
	put(crowd, &places[0], old);
	struct hs_document_deliveries *joined = join(crowd, &places[0]);
	hs_document_remove(queues, old);
	assert_null(next_of(crowd, 0, NULL));
	hs_document_put(joined, own);
	hs_document_leave(queues, joined);
	assert_ptr_equal(own, next_of(crowd, 0, NULL));
	hs_document_remove(queues, own);
	assert_null(queues->by_document[HS_LANE_LIVE]);
	free(crowd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_a_document_are_found_and_none_of_another),
		cmocka_unit_test(what_is_over_is_found_no_more),
		cmocka_unit_test(it_stays_for_who_joined),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
