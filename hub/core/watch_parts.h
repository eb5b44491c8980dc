/* watch_parts.h: inside of the watch; for hub/core/watch*.c only. */
#ifndef HS_CORE_WATCH_PARTS_H
#define HS_CORE_WATCH_PARTS_H

#include <uthash.h>

#include "hub/core/watch.h"

/* A place by the first five digits of its code: 99001; a prefecture: 99000; the whole country: 0. */
#define HS_WATCH_COUNTRY 0u
#define HS_WATCH_NOWHERE UINT32_MAX

/* One document says of one municipality that it is in danger, or orders something there. */
struct hs_spell {
	uint32_t place;
	int64_t since_unix_us; /* without a break */
	int64_t heard_unix_us; /* newest notice of the document */
	int64_t until_unix_us; /* of that notice */
	uint64_t seq;	       /* the same */
	uint32_t level;	       /* of an order: the highest there */
};

struct hs_watch_document {
	char *key;		 /* hs_document_key */
	bool orders;		 /* else it warns */
	struct hs_spell *spells; /* by place */
	size_t count;
	UT_hash_handle hh;
};

/* The graver first. */
enum hs_watch_warning { HS_WATCH_TSUNAMI, HS_WATCH_LEVEL, HS_WATCH_WARNINGS };

/* What may raise an alarm; seq 0: nothing. */
struct hs_watch_cause {
	int64_t unix_us;
	uint64_t seq;
	int kind;
	uint32_t level;
	const char *term; /* the set's own, for one look */
};

struct hs_watch_place {
	uint32_t key;
	int64_t heard_unix_us; /* newest document about evacuation there; 0: never */
	/* Urgent mails that no such document has answered. */
	int64_t mail_first_unix_us, mail_last_unix_us;
	uint64_t mail_seq; /* of the first; 0: none */
	/* Of the look that is under way. */
	struct hs_watch_cause
		warnings[HS_WATCH_WARNINGS]; /* of each sort the one that stands longest */
	struct hs_watch_cause order; /* of which nothing was heard longest; unix_us: heard */
	bool danger;
	UT_hash_handle hh;
};

/* What stood at a look. */
struct hs_alarm_list {
	struct hs_alarm *items;
	size_t count, room;
	struct hs_arena *arena; /* of terms */
};

struct hs_watch {
	struct hs_watch_options options;
	struct hs_watch_document *documents;
	struct hs_watch_place *places;
	struct hs_alarm_list alarms;
	int64_t looked_unix_us;
	int64_t next_unix_us; /* something can have changed from here on, without any notice */
	bool changed;	      /* by a notice, since the last look */
};

/* Made when it is new. */
struct hs_watch_place *hs_watch_place_get(struct hs_watch *watch, uint32_t key);
/* Takes over spells (by place); count 0 forgets the document. */
void hs_watch_document_put(struct hs_watch *watch, const char *key, bool orders,
	struct hs_spell *spells, size_t count);
struct hs_spell *hs_watch_spell(const struct hs_watch_document *document, uint32_t place);
/* The municipality, prefecture or country of a code; HS_WATCH_NOWHERE: it is no code. */
uint32_t hs_watch_place_key(const char *code);
/* What an alarm may rest on. */
bool hs_watch_is_cause(int kind, uint32_t equivalent_level, uint32_t rank);
bool hs_watch_is_danger(int kind, uint32_t equivalent_level, uint32_t rank);

#endif
