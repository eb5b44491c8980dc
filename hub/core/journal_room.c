/* journal_room.c: how much the file system of the journal has left. Others write there too, so it is asked each time;
 * statvfs reads counters in memory, about a microsecond. */
#include <sys/statvfs.h>

#include "hub/core/journal_db.h"

/* Room that comes back must be an eighth above the reserve, or orders would be refused and taken in turn. */
#define BACK_PART 8

struct hs_journal_room
hs_journal_room(struct hs_journal *journal)
{
	struct hs_journal_room room = { 0 };
	struct statvfs disk;
	uint64_t want;

	if (journal == NULL)
		return room;
	room.reserve_bytes = journal->options.reserve_bytes;
	if (statvfs(journal->path, &disk) != 0 || disk.f_blocks == 0) { /* some do not count */
		journal->low = false;
		return room;
	}
	room.free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
	want = room.reserve_bytes + (journal->low ? room.reserve_bytes / BACK_PART : 0);
	room.low = room.free_bytes < want;
	journal->low = room.low;
	return room;
}
