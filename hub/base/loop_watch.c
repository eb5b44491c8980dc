#include "hub/base/loop_watch.h"

#include <time.h>

#include "hub/base/check.h"

#define NS_PER_S      1000000000LL
#define NS_PER_MINUTE (60 * NS_PER_S)

static int64_t
now_ns(clockid_t clock)
{
	struct timespec now;

	HS_CHECK(clock_gettime(clock, &now) == 0);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static int64_t
larger(int64_t one, int64_t other)
{
	return one > other ? one : other;
}

void
hs_loop_watch_note(struct hs_loop_watch *watch, int64_t minute, struct hs_turn turn)
{
	struct hs_turn *longest = watch->longest;

	if (minute != watch->minute) {
		longest[1] = minute == watch->minute + 1 ? longest[0] : (struct hs_turn){ 0 };
		longest[0] = (struct hs_turn){ 0 };
		watch->minute = minute;
	}
	longest[0].wall_ns = larger(longest[0].wall_ns, turn.wall_ns);
	longest[0].cpu_ns = larger(longest[0].cpu_ns, turn.cpu_ns);
}

struct hs_turn
hs_loop_watch_longest(const struct hs_loop_watch *watch)
{
	return (struct hs_turn){ larger(watch->longest[0].wall_ns, watch->longest[1].wall_ns),
		larger(watch->longest[0].cpu_ns, watch->longest[1].cpu_ns) };
}

static void
look_at_clocks(struct hs_loop_watch *watch)
{
	watch->wall_ns = now_ns(CLOCK_MONOTONIC);
	watch->cpu_ns = now_ns(CLOCK_THREAD_CPUTIME_ID);
	watch->idle_ns = uv_metrics_idle_time(watch->prepare.loop);
}

static void
on_prepare(uv_prepare_t *prepare)
{
	struct hs_loop_watch *watch = HS_CONTAINER_OF(prepare, struct hs_loop_watch, prepare);
	const struct hs_loop_watch before = *watch;

	look_at_clocks(watch);
	hs_loop_watch_note(watch, watch->wall_ns / NS_PER_MINUTE,
		(struct hs_turn){ watch->wall_ns - before.wall_ns -
					  (int64_t)(watch->idle_ns - before.idle_ns),
			watch->cpu_ns - before.cpu_ns });
}

void
hs_loop_watch_start(struct hs_loop_watch *watch, uv_loop_t *loop)
{
	*watch = (struct hs_loop_watch){ 0 };
	HS_CHECK(uv_loop_configure(loop, UV_METRICS_IDLE_TIME) == 0);
	HS_CHECK(uv_prepare_init(loop, &watch->prepare) == 0);
	HS_CHECK(uv_prepare_start(&watch->prepare, on_prepare) == 0);
	uv_unref((uv_handle_t *)&watch->prepare);
	look_at_clocks(watch);
}

void
hs_loop_watch_stop(struct hs_loop_watch *watch, uv_close_cb closed)
{
	uv_close((uv_handle_t *)&watch->prepare, closed);
}

void
hs_loop_watch_metrics(const struct hs_loop_watch *watch, struct hs_buf *out)
{
	struct hs_turn longest = hs_loop_watch_longest(watch);

	hs_buf_puts(out,
		"# HELP hansho_loop_turn_max_seconds longest turn of the loop in this minute "
		"and the one before it: what comes in waits so long\n"
		"# TYPE hansho_loop_turn_max_seconds gauge\n");
	hs_buf_printf(out,
		"hansho_loop_turn_max_seconds{by=\"clock\"} %.6f\n"
		"hansho_loop_turn_max_seconds{by=\"processor\"} %.6f\n",
		(double)longest.wall_ns / (double)NS_PER_S,
		(double)longest.cpu_ns / (double)NS_PER_S);
}
