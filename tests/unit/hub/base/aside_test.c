/* The thread beside the loop: order, and what becomes of jobs when it is closed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/aside.h"
#include "hub/base/check.h"

#define JOBS 4

struct bench {
	uv_loop_t loop;
	struct hs_aside *aside;
	uv_sem_t hold, holds;
	char ran[JOBS + 1], done[JOBS + 1];
	size_t ended;
	struct one {
		struct hs_aside_job job;
		struct bench *bench;
		char name;
	} jobs[JOBS];
};

static void
run(struct hs_aside_job *job)
{
	struct one *one = HS_CONTAINER_OF(job, struct one, job);

	if (one->name == 'a') {
		uv_sem_post(&one->bench->holds);
		uv_sem_wait(&one->bench->hold);
	}
	one->bench->ran[strlen(one->bench->ran)] = one->name;
}

static void
done(struct hs_aside_job *job, bool ended)
{
	struct one *one = HS_CONTAINER_OF(job, struct one, job);

	one->bench->done[strlen(one->bench->done)] = one->name;
	one->bench->ended += ended;
}

static void
begin(struct bench *bench)
{
	memset(bench, 0, sizeof(*bench));
	assert_int_equal(uv_loop_init(&bench->loop), 0);
	assert_int_equal(uv_sem_init(&bench->hold, 0), 0);
	assert_int_equal(uv_sem_init(&bench->holds, 0), 0);
	assert_int_equal(hs_aside_create(&bench->loop, 3, &bench->aside), HS_OK);
	for (size_t i = 0; i < JOBS; i++)
		bench->jobs[i] =
			(struct one){ { .run = run, .done = done }, bench, (char)('a' + i) };
}

static void
end(struct bench *bench)
{
	hs_aside_close(bench->aside);
	uv_run(&bench->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&bench->loop), 0);
	uv_sem_destroy(&bench->hold);
	uv_sem_destroy(&bench->holds);
}

static void
test_in_their_order(void **state)
{
	struct bench bench;

	(void)state;
	begin(&bench);
	hs_aside_queue(bench.aside, &bench.jobs[0].job);
	hs_aside_queue(bench.aside, &bench.jobs[1].job);
	uv_sem_post(&bench.hold);
	while (hs_aside_count(bench.aside) > 0)
		uv_run(&bench.loop, UV_RUN_ONCE);
	assert_string_equal(bench.ran, "ab");
	assert_string_equal(bench.done, "ab");
	assert_int_equal(bench.ended, 0);
	end(&bench);
}

/* `a` holds the thread, so the others are queued for certain. */
static void
test_one_that_others_wait_for_goes_first(void **state)
{
	struct bench bench;

	(void)state;
	begin(&bench);
	hs_aside_queue(bench.aside, &bench.jobs[0].job);
	uv_sem_wait(&bench.holds);
	hs_aside_queue(bench.aside, &bench.jobs[1].job);
	hs_aside_queue_first(bench.aside, &bench.jobs[2].job);
	hs_aside_queue(bench.aside, &bench.jobs[3].job);
	uv_sem_post(&bench.hold);
	while (hs_aside_count(bench.aside) > 0)
		uv_run(&bench.loop, UV_RUN_ONCE);
	assert_string_equal(bench.ran, "acbd");
	end(&bench);
}

static void
test_closing_tells_everybody_once(void **state)
{
	struct bench bench;

	(void)state;
	begin(&bench);
	for (size_t i = 0; i < JOBS; i++)
		hs_aside_queue(bench.aside, &bench.jobs[i].job);
	uv_sem_post(&bench.hold);
	end(&bench);
	assert_int_equal(strlen(bench.done), JOBS);
	assert_int_equal(bench.ended, JOBS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_their_order),
		cmocka_unit_test(test_one_that_others_wait_for_goes_first),
		cmocka_unit_test(test_closing_tells_everybody_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
