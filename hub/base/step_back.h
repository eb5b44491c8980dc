/* step_back.h: a thread that lets others go first.
 *
 * With a nice value and SCHED_BATCH it takes the time of a core that the loops leave, and wakes nobody up for it. A process without rights
 * cannot take that back, so such a thread does nothing else.
 */
#ifndef HS_STEP_BACK_H
#define HS_STEP_BACK_H

/* The calling thread, for good. nice: 0…19. One that may not be slowed down works all the same; the log says so. */
void hs_step_back(int nice);

#endif
