/* main.c: hansho-feed --config FILE. See hub/feed/feed.h. */
#include "hub/base/proc.h"
#include "hub/feed/feed.h"

static void
on_stop(void *owner)
{
	hs_feed_stop(owner);
}

static enum hs_err
look(const void *owner, const void *settings, char why[HS_CONFIG_WHY])
{
	(void)owner;
	return hs_feed_settings_check(settings, why);
}

int
main(int argc, char **argv)
{
	const struct hs_proc_settings what = { .record = &hs_feed_settings_record, .look = look };
	struct hs_feed_settings settings;
	struct hs_feed *feed;
	struct hs_proc proc;
	int exit_code;

	if (!hs_proc_init(&proc, argc, argv, &what, &settings, &exit_code))
		return exit_code;
	if (hs_feed_create(&proc.loop, &settings, &feed) != HS_OK)
		return 1;
	return hs_proc_run(&proc, on_stop, feed);
}
