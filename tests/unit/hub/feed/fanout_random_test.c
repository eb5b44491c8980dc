/* Random subscribers, notices, full sockets, pages and returns (fanout_world.h). Then the same with faults between
 * broadcast, groups, interests and index: each must be seen. */
#include "tests/unit/hub/feed/fanout_world.h"

#include "hub/feed/wanted.h"

#define STEPS  1500
#define WORLDS 60

enum fault {
	FAULT_NONE,
	FAULT_BASE_AHEAD,	     /* a group is taken to be further than it was */
	FAULT_CALLED_ONCE,	     /* a newer notice does not begin the turn anew */
	FAULT_SMALL_UNCALLED,	     /* a group of one is never due */
	FAULT_JOINS_IN_FRONT,	     /* so that somebody who is left falls out */
	FAULT_TWO_AT_ONCE,	     /* one is passed over */
	FAULT_LEAVE_COUNTS,	     /* who leaves is taken for one of those that were left */
	FAULT_LAST_TOO_LOW,	     /* the last notice is taken to be unwanted */
	FAULT_LAST_TOO_HIGH_IS_FINE, /* costs a look and nothing else: must not be seen */
	FAULT_NOT_TOLD,		     /* of each seventh notice */
	FAULT_BEFORE_UNSEEN,
	FAULT_WANTS_ALL,
	FAULT_AHEAD_OF_SOCKET, /* the cursor moves though the socket was full */
	FAULT_COUNT
};

static enum fault *
fault_now(void)
{
	static enum fault fault;

	return &fault;
}

/* How many there were. */
static size_t *
visits(void)
{
	static size_t count;

	return &count;
}

/* ---- faults ---- */

void __real_hs_group_call(struct hs_due *due, struct hs_group *group, uint64_t base_seq);
void __wrap_hs_group_call(struct hs_due *due, struct hs_group *group, uint64_t base_seq);
void __real_hs_group_join(struct hs_group *group, struct hs_subscriber *subscriber);
void __wrap_hs_group_join(struct hs_group *group, struct hs_subscriber *subscriber);
void __real_hs_group_served(struct hs_due *due, struct hs_group *group);
void __wrap_hs_group_served(struct hs_due *due, struct hs_group *group);
void __real_hs_group_leave(
	struct hs_due *due, struct hs_group *group, struct hs_subscriber *subscriber);
void __wrap_hs_group_leave(
	struct hs_due *due, struct hs_group *group, struct hs_subscriber *subscriber);
uint64_t __real_hs_interest_last_seq(const struct hs_interest *interest);
uint64_t __wrap_hs_interest_last_seq(const struct hs_interest *interest);
bool __real_hs_interest_wants(struct hs_interest *interest, const struct hs_entry *entry);
bool __wrap_hs_interest_wants(struct hs_interest *interest, const struct hs_entry *entry);
void __real_hs_wanted_find(struct hs_wanted *wanted, const struct hs_head *head,
	void (*found)(void *owner, struct hs_wanted_item *item), void *owner);
void __wrap_hs_wanted_find(struct hs_wanted *wanted, const struct hs_head *head,
	void (*found)(void *owner, struct hs_wanted_item *item), void *owner);
void __real_hs_interest_tell(
	struct hs_interest_pool *pool, const struct hs_entry *entry, uint64_t before_seq);
void __wrap_hs_interest_tell(
	struct hs_interest_pool *pool, const struct hs_entry *entry, uint64_t before_seq);
enum hs_progress __real_hs_visit(const struct hs_broadcast_options *with,
	struct hs_subscriber *subscriber, size_t most, size_t *sent);
enum hs_progress __wrap_hs_visit(const struct hs_broadcast_options *with,
	struct hs_subscriber *subscriber, size_t most, size_t *sent);

void
__wrap_hs_group_call(struct hs_due *due, struct hs_group *group, uint64_t base_seq)
{
	if (*fault_now() == FAULT_CALLED_ONCE && group->left > 0)
		return;
	if (*fault_now() == FAULT_SMALL_UNCALLED && group->count == 1)
		return;
	if (*fault_now() == FAULT_BASE_AHEAD)
		base_seq++;
	__real_hs_group_call(due, group, base_seq);
}

void
__wrap_hs_group_join(struct hs_group *group, struct hs_subscriber *subscriber)
{
	__real_hs_group_join(group, subscriber);
	if (*fault_now() == FAULT_JOINS_IN_FRONT)
		group->turn = subscriber;
}

void
__wrap_hs_group_served(struct hs_due *due, struct hs_group *group)
{
	bool again = *fault_now() == FAULT_TWO_AT_ONCE && group->left > 1;

	__real_hs_group_served(due, group);
	if (again)
		__real_hs_group_served(due, group);
}

void
__wrap_hs_group_leave(struct hs_due *due, struct hs_group *group, struct hs_subscriber *subscriber)
{
	bool counts = *fault_now() == FAULT_LEAVE_COUNTS && group->turn != subscriber;

	__real_hs_group_leave(due, group, subscriber);
	if (counts && group->left > 1)
		group->left--;
}

uint64_t
__wrap_hs_interest_last_seq(const struct hs_interest *interest)
{
	uint64_t last = __real_hs_interest_last_seq(interest);

	if (*fault_now() == FAULT_LAST_TOO_HIGH_IS_FINE)
		return last + 3;
	return *fault_now() == FAULT_LAST_TOO_LOW && last > 0 ? last - 1 : last;
}

bool
__wrap_hs_interest_wants(struct hs_interest *interest, const struct hs_entry *entry)
{
	return *fault_now() == FAULT_WANTS_ALL || __real_hs_interest_wants(interest, entry);
}

void
__wrap_hs_wanted_find(struct hs_wanted *wanted, const struct hs_head *head,
	void (*found)(void *owner, struct hs_wanted_item *item), void *owner)
{
	struct hs_head seen = *head;

	if (*fault_now() == FAULT_BEFORE_UNSEEN)
		seen.before = (struct hs_area_set){ 0 };
	__real_hs_wanted_find(wanted, &seen, found, owner);
}

void
__wrap_hs_interest_tell(
	struct hs_interest_pool *pool, const struct hs_entry *entry, uint64_t before_seq)
{
	if (*fault_now() != FAULT_NOT_TOLD || entry->seq % 7 != 0)
		__real_hs_interest_tell(pool, entry, before_seq);
}

enum hs_progress
__wrap_hs_visit(const struct hs_broadcast_options *with, struct hs_subscriber *subscriber,
	size_t most, size_t *sent)
{
	enum hs_progress progress = __real_hs_visit(with, subscriber, most, sent);

	++*visits();
	if (*fault_now() == FAULT_AHEAD_OF_SOCKET && progress == HS_PROGRESS_STUCK &&
		subscriber->choked && subscriber->state == HS_SUB_LIVE)
		subscriber->cursor = hs_store_newest(with->store);
	return progress;
}

/* How many worlds with this fault ran before one went wrong; WORLDS: none did. */
static size_t
run_worlds(enum fault fault, char why[WHY_SIZE], uint64_t *deliveries)
{
	size_t worlds = 0;
	bool wrong = false;

	*deliveries = 0;
	for (; worlds < WORLDS && !wrong; worlds += !wrong) {
		struct world *world = begin(worlds + 1);

		*fault_now() = fault;
		for (size_t i = 0; i < STEPS && world->why[0] == '\0'; i++)
			step(world);
		if (world->why[0] == '\0')
			settle(world);
		*fault_now() = FAULT_NONE;
		wrong = world->why[0] != '\0';
		snprintf(why, WHY_SIZE, "%s", world->why);
		*deliveries += world->counts.deliveries[HS_FORM_PROTO];
		end(world);
	}
	return worlds;
}

static void
everybody_gets_what_its_filter_says(void **state)
{
	uint64_t deliveries;
	char why[WHY_SIZE];
	size_t worlds = run_worlds(FAULT_NONE, why, &deliveries);

	(void)state;
	if (worlds < WORLDS)
		fail_msg("world %zu: %s", worlds + 1, why);
	print_message("%llu deliveries\n", (unsigned long long)deliveries);
	assert_true(deliveries > 20000);
}

static void
each_fault_is_seen(void **state)
{
	(void)state;
	for (enum fault fault = FAULT_NONE + 1; fault < FAULT_COUNT; fault++) {
		uint64_t deliveries;
		char why[WHY_SIZE];
		size_t worlds = run_worlds(fault, why, &deliveries);

		print_message("fault %d: world %zu: %s\n", (int)fault, worlds + 1, why);
		assert_int_equal(worlds == WORLDS, fault == FAULT_LAST_TOO_HIGH_IS_FINE);
	}
}

/* Each notice is a visit to each who wants it, and to nobody else. */
static void
a_notice_costs_what_its_receivers_cost(void **state)
{
	struct world *world = begin(5);
	size_t wanted_by_some = 0;

	(void)state;
	settle(world);
	for (size_t i = 0; i < 300; i++) {
		size_t wanting = 0;

		*visits() = 0;
		publish(world);
		while (hs_broadcast_turn(world->broadcast)) {
		}
		for (size_t j = 0; j < CLIENTS; j++) {
			world->clients[j].room = 50;
			wanting += wants(world, &world->clients[j], world->newest);
		}
		assert_int_equal(*visits(), wanting);
		wanted_by_some += wanting > 0 && wanting < CLIENTS;
	}
	assert_string_equal(world->why, "");
	assert_true(wanted_by_some > 100);
	end(world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everybody_gets_what_its_filter_says),
		cmocka_unit_test(a_notice_costs_what_its_receivers_cost),
		cmocka_unit_test(each_fault_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
