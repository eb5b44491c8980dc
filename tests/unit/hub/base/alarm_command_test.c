/* A program that carries alarms on: the order in which it is told, and what is left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "hub/base/alarm_command.h"

struct pager {
	uv_loop_t loop;
	struct hs_alarm_command alarms;
	char folder[32], program[64], told[64];
	size_t ended;
};

static void
on_ended(void *owner)
{
	((struct pager *)owner)->ended++;
}

/* The program notes what it is told; an alarm of "slow" takes it until "other" was told, which must not wait for it. */
static int
begin(void **state)
{
	struct pager *pager = calloc(1, sizeof(*pager));
	FILE *file;

	assert_non_null(pager);
	(void)snprintf(pager->folder, sizeof(pager->folder), "/tmp/hansho-alarm-XXXXXX");
	assert_non_null(mkdtemp(pager->folder));
	(void)snprintf(pager->program, sizeof(pager->program), "%s/page", pager->folder);
	(void)snprintf(pager->told, sizeof(pager->told), "%s/told", pager->folder);
	file = fopen(pager->program, "w");
	assert_non_null(file);
	(void)fprintf(file,
		"#!/bin/sh\ni=0\n"
		"while [ \"$1 $4\" = 'alarm slow' ] && [ $i -lt 300 ] && ! grep -qs other %s; do\n"
		"i=$((i + 1)); sleep 0.05; done\n"
		"echo \"$1 $3 $4\" >> %s\n",
		pager->told, pager->told);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(pager->program, 0700), 0);
	assert_int_equal(uv_loop_init(&pager->loop), 0);
	pager->alarms = (struct hs_alarm_command){ .loop = &pager->loop,
		.command = pager->program,
		.timeout_ms = 20000,
		.process = "hub",
		HS_ALARM_COMMAND_EVENTS("test"),
		.ended = on_ended,
		.owner = pager };
	*state = pager;
	return 0;
}

static int
end(void **state)
{
	struct pager *pager = *state;

	hs_alarm_command_stop(&pager->alarms);
	assert_int_equal(uv_run(&pager->loop, UV_RUN_DEFAULT), 0);
	assert_int_equal(uv_loop_close(&pager->loop), 0);
	(void)unlink(pager->program);
	(void)unlink(pager->told);
	assert_int_equal(rmdir(pager->folder), 0);
	free(pager);
	return 0;
}

static bool
say(struct pager *pager, const char *what, const char *lane, const char *outlet)
{
	const struct hs_alarm_said said = { what, lane, outlet, "a reason" };

	return hs_alarm_command_run(&pager->alarms, &said);
}

static void
assert_told(struct pager *pager, const char *expected)
{
	char text[512] = "";
	FILE *file;

	assert_int_equal(uv_run(&pager->loop, UV_RUN_DEFAULT), 0);
	file = fopen(pager->told, "r");
	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	assert_int_equal(fclose(file), 0);
	assert_string_equal(text, expected);
}

/* What is over is told behind its alarm, however long that takes; other outlets do not wait for it. */
static void
test_an_outlet_is_told_in_order(void **state)
{
	struct pager *pager = *state;

	assert_true(say(pager, "alarm", "live", "slow"));
	assert_true(say(pager, "over", "live", "slow"));
	assert_true(say(pager, "alarm", "live", "other"));
	assert_told(pager, "alarm live other\nalarm live slow\nover live slow\n");
	assert_int_equal(pager->ended, 3);
}

static void
test_the_lanes_of_an_outlet_are_two(void **state)
{
	struct pager *pager = *state;

	assert_true(say(pager, "alarm", "live", "slow"));
	assert_true(say(pager, "alarm", "drill", "other"));
	assert_false(say(pager, "over", "drill", "slow")); /* no alarm was told */
	assert_told(pager, "alarm drill other\nalarm live slow\n");
}

/* A full queue leaves alarms out, never the end of one that was taken; the end of what was left out is none. */
static void
test_a_full_queue_still_takes_what_is_over(void **state)
{
	struct pager *pager = *state;
	const size_t room = HS_ALARM_COMMANDS_MAX + HS_ALARM_COMMANDS_WAIT;
	char name[16];

	for (size_t i = 0; i < room; i++) {
		(void)snprintf(name, sizeof(name), "n%zu", i);
		assert_true(say(pager, "alarm", "live", name));
	}
	assert_false(say(pager, "alarm", "live", "late"));
	assert_false(say(pager, "over", "live", "late"));
	assert_false(say(pager, "alarm", "live", "n0")); /* again, and its end is still owed */
	assert_true(say(pager, "over", "live", "n0"));
	assert_true(say(pager, "over", "live", name));
	assert_false(say(pager, "over", "live", name));
	hs_alarm_command_stop(&pager->alarms);
	assert_int_equal(uv_run(&pager->loop, UV_RUN_DEFAULT), 0);
	assert_int_equal(pager->ended, room + 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_an_outlet_is_told_in_order, begin, end),
		cmocka_unit_test_setup_teardown(test_the_lanes_of_an_outlet_are_two, begin, end),
		cmocka_unit_test_setup_teardown(
			test_a_full_queue_still_takes_what_is_over, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
