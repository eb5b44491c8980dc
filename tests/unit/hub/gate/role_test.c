/* role_test.c: who may send at all, on which lane, in which format. */
#include "hub/gate/role.h"
#include "tests/unit/hub/gate/samples.h"

/* Role × lane × status: a document comes through only with a role that sends, on its lane, with a status that the
 * credential lists. */
static void
test_roles_lanes_and_statuses(void **state)
{
	static const char *const statuses[] = { "Actual", "Exercise", "Test", "System" };
	size_t passed = 0;

	(void)state;
	for (int role = 0; role < HS_ROLE_COUNT; role++) {
		for (unsigned cell = 0; cell < 32; cell++) {
			const char *status = statuses[cell & 3], *listed = statuses[cell >> 2 & 3];
			int lane = cell & 16 ? HS_MODE(LIVE) : HS_MODE(DRILL);
			const char *formats[] = { "lalert" };
			char mark[16], *text;
			struct run run;
			bool sends = role == HS_ROLE_SENDER || role == HS_ROLE_RELAYER ||
				     (role == HS_ROLE_DRILL_LEADER && lane == HS_MODE(DRILL));
			bool expected = sends && status == listed &&
					(strcmp(status, "Actual") == 0) == (lane == HS_MODE(LIVE));

			(void)snprintf(mark, sizeof(mark), ">%s<", status);
			text = replaced_all(sample_order, ">Exercise<", mark);
			run_init(&run);
			run.lane = lane;
			run.principal.role = role;
			run.principal.statuses = (struct hs_config_texts){ &listed, 1 };
			run.principal.formats = (struct hs_config_texts){ formats, 1 };
			run_bytes(&run, text, strlen(text));
			assert_int_equal(run.err == HS_OK, expected);
			assert_int_equal(found(&run, HS_FINDING_ROLE_FORBIDDEN) != NULL, !sends);
			if (!sends)
				assert_string_equal(run.stage, "role");
			passed += expected;
			run_end(&run);
			free(text);
		}
	}
	/* Two roles with all four statuses, the leader of drills with three. */
	assert_int_equal(passed, 2 * 4 + 3);
}

static void
test_formats(void **state)
{
	static const char *formats[] = { "cap" };
	struct run run;

	(void)state;
	run_init(&run);
	run.principal.formats = (struct hs_config_texts){ formats, 1 };
	run_bytes(&run, sample_order, strlen(sample_order));
	assert_int_equal(run.err, HS_ERR_FORBIDDEN);
	assert_string_equal(found(&run, HS_FINDING_FORMAT_FORBIDDEN)->expected, "cap");
	assert_string_equal(found(&run, HS_FINDING_FORMAT_FORBIDDEN)->detail, "lalert");
	assert_string_equal(run.stage, "recognise");
	run_end(&run);
	run_init(&run);
	run.principal.role = HS_ROLE_RELAYER; /* names no format: all */
	run_bytes(&run, sample_order, strlen(sample_order));
	assert_accepted(&run);
	run_end(&run);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_roles_lanes_and_statuses),
		cmocka_unit_test(test_formats),
	};

	hs_pipeline_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
