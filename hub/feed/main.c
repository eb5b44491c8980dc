/* main.c: hansho-feed --config FILE. See hub/feed/feed.h. */
#include "hub/base/proc.h"
#include "hub/feed/feed.h"

static void
on_stop(void *owner)
{
	hs_feed_stop(owner);
}

int
main(int argc, char **argv)
{
	struct hs_feed_settings settings;
	struct hs_feed *feed;
	struct hs_proc proc;
	int exit_code;

	if (!hs_proc_init(&proc, argc, argv, &hs_feed_settings_record, &settings, &exit_code))
		return exit_code;
	if (hs_feed_create(&proc.loop, &settings, &feed) != HS_OK)
		return 1;
	return hs_proc_run(&proc, on_stop, feed);
}
