/* form_outlets_test.c: how an outlet of a submission stands; and that guests neither speak for their adapter nor count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "hub/gate/form_call.h"

#define MOST 3

struct said {
	const char *adapter, *outlet;
	int state;
	uint64_t silent_ms;
};

static void
each_row_stands_as_it_should(void **state)
{
	static const struct {
		struct said said[MOST];
		int standings[MOST];
	} rows[] = {
		{ { { "broadcaster", "", HS_RECEIPT(RECEIVED), 0 } }, { HS_OUTLET_WAITS } },
		{ { { "broadcaster", "", HS_RECEIPT(RECEIVED), 0 },
			  { "broadcaster", "kakuu-tv", HS_RECEIPT(DISPLAYED), 0 } },
			{ HS_OUTLET_PASSES, HS_OUTLET_HAS_IT } },
		/* A guest, whatever he says: the adapter goes on waiting for its own outlets. */
		{ { { "broadcaster", "", HS_RECEIPT(RECEIVED), 0 },
			  { "broadcaster", "(guests)", HS_RECEIPT(DISPLAYED), 0 } },
			{ HS_OUTLET_WAITS, HS_OUTLET_PASSES } },
		{ { { "broadcaster", "", HS_RECEIPT(RECEIVED), 9000 },
			  { "broadcaster", "(guests)", HS_RECEIPT(DISPLAYED), 0 } },
			{ HS_OUTLET_SILENT, HS_OUTLET_PASSES } },
		{ { { "broadcaster", "(guests)", HS_RECEIPT(FAILED), 0 } }, { HS_OUTLET_PASSES } },
		{ { { "broadcaster", "", HS_RECEIPT(RECEIVED), 0 },
			  { "signage", "hall", HS_RECEIPT(DISPLAYED), 0 },
			  { "signage", "", HS_RECEIPT(SENT), 0 } },
			{ HS_OUTLET_WAITS, HS_OUTLET_HAS_IT, HS_OUTLET_PASSES } },
	};

	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		hs_receipt receipts[MOST], *pointers[MOST];
		hs_status_reply reply;

		hansho__v1__status_reply__init(&reply);
		reply.receipts = pointers;
		for (size_t j = 0; j < MOST && rows[i].said[j].adapter != NULL; j++) {
			hansho__v1__receipt__init(&receipts[j]);
			receipts[j].adapter = (char *)(uintptr_t)rows[i].said[j].adapter;
			receipts[j].outlet = (char *)(uintptr_t)rows[i].said[j].outlet;
			receipts[j].state = (Hansho__V1__ReceiptState)rows[i].said[j].state;
			receipts[j].silent_ms = rows[i].said[j].silent_ms;
			pointers[reply.n_receipts++] = &receipts[j];
		}
		for (size_t j = 0; j < reply.n_receipts; j++)
			assert_int_equal(
				hs_outlet_standing(&reply, pointers[j]), rows[i].standings[j]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_row_stands_as_it_should) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
