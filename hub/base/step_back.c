#include "hub/base/step_back.h"

#include <errno.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include "hub/base/log.h"

void
hs_step_back(int nice)
{
	struct sched_param param = { 0 };

	if (setpriority(PRIO_PROCESS, (id_t)gettid(), nice) != 0 ||
		sched_setscheduler(0, SCHED_BATCH, &param) != 0)
		hs_warn("aside.nice", "errno=%d", errno);
}
