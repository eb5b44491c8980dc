#include "sim/ledger.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"

#define REASON_SIZE 160
#define US_PER_MS   1000.0

struct order {
	int64_t sent_us, answered_us; /* 0: not yet */
	uint64_t seq;		      /* 0: not accepted */
	char reason[REASON_SIZE];
};

struct receiver {
	const char *name;
	enum hs_receiver_kind kind;
	uint64_t newest;     /* last seq that came */
	size_t twice, back;  /* faults */
	int64_t *arrived_us; /* by seq - base - 1; 0: not */
};

struct hs_ledger {
	struct order *orders;
	size_t order_count, orders_max;
	struct receiver *receivers;
	size_t receiver_count, receivers_max;
	uint64_t base_seq;
	size_t unexpected; /* arrivals beyond what this run can have sent */
};

struct hs_ledger *
hs_ledger_create(size_t orders_max, size_t receivers_max)
{
	struct hs_ledger *ledger = calloc(1, sizeof(*ledger));
	if (!ledger)
		return NULL;
	ledger->orders = calloc(orders_max + 1, sizeof(*ledger->orders));
	ledger->receivers = calloc(receivers_max + 1, sizeof(*ledger->receivers));
	ledger->orders_max = orders_max;
	ledger->receivers_max = receivers_max;
	if (ledger->orders && ledger->receivers)
		return ledger;
	hs_ledger_destroy(ledger);
	return NULL;
}

void
hs_ledger_destroy(struct hs_ledger *ledger)
{
	for (size_t i = 0; i < ledger->receiver_count; i++)
		free(ledger->receivers[i].arrived_us);
	free(ledger->orders);
	free(ledger->receivers);
	free(ledger);
}

size_t
hs_ledger_receiver(struct hs_ledger *ledger, const char *name, enum hs_receiver_kind kind)
{
	HS_CHECK(ledger->receiver_count < ledger->receivers_max);
	struct receiver *receiver = &ledger->receivers[ledger->receiver_count];
	*receiver = (struct receiver){ .name = name, .kind = kind };
	receiver->arrived_us = calloc(ledger->orders_max + 1, sizeof(*receiver->arrived_us));
	HS_CHECK(receiver->arrived_us != NULL);
	return ledger->receiver_count++;
}

void
hs_ledger_begin(struct hs_ledger *ledger, uint64_t newest_seq)
{
	ledger->base_seq = newest_seq;
}

size_t
hs_ledger_sent(struct hs_ledger *ledger, int64_t now_us)
{
	HS_CHECK(ledger->order_count < ledger->orders_max);
	ledger->orders[ledger->order_count].sent_us = now_us;
	return ledger->order_count++;
}

void
hs_ledger_answered(
	struct hs_ledger *ledger, size_t order, uint64_t seq, const char *text, int64_t now_us)
{
	struct order *row = &ledger->orders[order];
	row->answered_us = now_us;
	row->seq = seq;
	snprintf(row->reason, sizeof(row->reason), "%.*s", (int)sizeof(row->reason) - 1, text);
}

void
hs_ledger_arrived(struct hs_ledger *ledger, size_t index, uint64_t seq, int64_t now_us)
{
	struct receiver *receiver = &ledger->receivers[index];
	if (seq <= ledger->base_seq)
		return;
	if (seq - ledger->base_seq > ledger->orders_max) {
		ledger->unexpected++;
		return;
	}
	int64_t *arrived = &receiver->arrived_us[seq - ledger->base_seq - 1];
	if (seq < receiver->newest)
		receiver->back++;
	if (*arrived && receiver->kind == HS_RECEIVER_EACH)
		receiver->twice++;
	if (!*arrived)
		*arrived = now_us;
	if (seq > receiver->newest)
		receiver->newest = seq;
}

static int64_t
arrival(const struct hs_ledger *ledger, size_t receiver, uint64_t seq)
{
	return ledger->receivers[receiver].arrived_us[seq - ledger->base_seq - 1];
}

static uint64_t
newest_accepted(const struct hs_ledger *ledger)
{
	uint64_t newest = ledger->base_seq;
	for (size_t i = 0; i < ledger->order_count; i++)
		if (ledger->orders[i].seq > newest)
			newest = ledger->orders[i].seq;
	return newest;
}

static bool
missing(const struct hs_ledger *ledger, size_t receiver, const struct order *order)
{
	return order->seq > ledger->base_seq &&
	       ledger->receivers[receiver].kind != HS_RECEIVER_STATE &&
	       !arrival(ledger, receiver, order->seq);
}

bool
hs_ledger_complete(const struct hs_ledger *ledger)
{
	uint64_t newest = newest_accepted(ledger);
	for (size_t i = 0; i < ledger->order_count; i++)
		if (!ledger->orders[i].answered_us)
			return false;
	for (size_t r = 0; r < ledger->receiver_count; r++) {
		if (ledger->receivers[r].newest < newest && newest > ledger->base_seq)
			return false;
		for (size_t i = 0; i < ledger->order_count; i++)
			if (missing(ledger, r, &ledger->orders[i]))
				return false;
	}
	return true;
}

size_t
hs_ledger_accepted(const struct hs_ledger *ledger)
{
	size_t count = 0;
	for (size_t i = 0; i < ledger->order_count; i++)
		count += ledger->orders[i].seq > 0;
	return count;
}

uint64_t
hs_ledger_seq(const struct hs_ledger *ledger, size_t wanted)
{
	for (size_t i = 0; i < ledger->order_count; i++)
		if (ledger->orders[i].seq > 0 && wanted-- == 0)
			return ledger->orders[i].seq;
	return 0;
}

static size_t
judge_receiver(const struct hs_ledger *ledger, size_t index, FILE *out)
{
	const struct receiver *receiver = &ledger->receivers[index];
	size_t faults = 0;
	for (size_t i = 0; i < ledger->order_count; i++)
		if (missing(ledger, index, &ledger->orders[i])) {
			fprintf(out, "  LOST     %s did not get seq %" PRIu64 "\n", receiver->name,
				ledger->orders[i].seq);
			faults++;
		}
	if (receiver->twice)
		fprintf(out, "  TWICE    %s got %zu notices more than once\n", receiver->name,
			receiver->twice);
	if (receiver->back)
		fprintf(out, "  ORDER    %s got %zu notices after a newer one\n", receiver->name,
			receiver->back);
	uint64_t newest = newest_accepted(ledger);
	bool stale = receiver->kind == HS_RECEIVER_STATE && newest > ledger->base_seq &&
		     receiver->newest != newest;
	if (stale)
		fprintf(out, "  STALE    %s ended at seq %" PRIu64 ", not %" PRIu64 "\n",
			receiver->name, receiver->newest, newest);
	if (receiver->newest > newest)
		fprintf(out, "  INVENTED %s got seq %" PRIu64 ", newest accepted is %" PRIu64 "\n",
			receiver->name, receiver->newest, newest);
	return faults + receiver->twice + receiver->back + stale + (receiver->newest > newest);
}

size_t
hs_ledger_judge(const struct hs_ledger *ledger, FILE *out)
{
	size_t faults = ledger->unexpected;
	if (ledger->unexpected)
		fprintf(out, "  INVENTED %zu notices beyond what was sent\n", ledger->unexpected);
	for (size_t i = 0; i < ledger->order_count; i++) {
		const struct order *order = &ledger->orders[i];
		if (order->seq == 0) {
			fprintf(out, "  REFUSED  order %zu: %s\n", i + 1,
				order->answered_us ? order->reason : "no answer");
			faults++;
		}
	}
	for (size_t r = 0; r < ledger->receiver_count; r++)
		faults += judge_receiver(ledger, r, out);
	return faults;
}

enum span { TO_DURABLE, TO_FIRST, TO_LAST, SPANS };

/* ms of one span of one order; negative: it did not happen. */
static double
measure(const struct hs_ledger *ledger, const struct order *order, enum span span)
{
	if (order->seq <= ledger->base_seq)
		return -1;
	if (span == TO_DURABLE)
		return (double)(order->answered_us - order->sent_us) / US_PER_MS;
	int64_t first = INT64_MAX, last = 0;
	for (size_t r = 0; r < ledger->receiver_count; r++) {
		if (ledger->receivers[r].kind != HS_RECEIVER_EACH)
			continue;
		int64_t at = arrival(ledger, r, order->seq);
		if (!at)
			continue;
		first = at < first ? at : first;
		last = at > last ? at : last;
	}
	if (last == 0)
		return -1;
	return (double)((span == TO_FIRST ? first : last) - order->sent_us) / US_PER_MS;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

void
hs_ledger_table(const struct hs_ledger *ledger, FILE *out)
{
	static const char *const names[SPANS] = { "submit → durable reply",
		"submit → first subscriber", "submit → last subscriber" };
	double *values = calloc(ledger->order_count + 1, sizeof(*values));
	if (!values)
		return;
	fprintf(out, "  %-28s %9s %9s %9s %9s\n", "ms", "min", "p50", "p99", "max");
	for (int span = 0; span < SPANS; span++) {
		size_t count = 0;
		for (size_t i = 0; i < ledger->order_count; i++) {
			double value = measure(ledger, &ledger->orders[i], (enum span)span);
			if (value >= 0)
				values[count++] = value;
		}
		if (count == 0)
			continue;
		qsort(values, count, sizeof(*values), compare);
		fprintf(out, "  %-28s %9.2f %9.2f %9.2f %9.2f\n", names[span], values[0],
			values[count / 2], values[(count * 99) / 100], values[count - 1]);
	}
	free(values);
}
