/* playing.h: what the controller has accepted and not finished, and what it has yet to be silenced: bounded, in memory. Pure
 * but for time that the caller gives. Texts are owned by the list. */
#ifndef HS_JALERT_PLAYING_H
#define HS_JALERT_PLAYING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapters/runtime/rules.h"

#define HS_PLAYING_MAX	      128
#define HS_PLAYING_KIND(kind) (UINT32_C(1) << (kind))
#define HS_PLAYING_KINDS_ALL  UINT32_MAX

/* What is said of one event: of several by a cancel that takes several back. */
struct hs_about {
	char *event;
	uint32_t kinds; /* HS_PLAYING_KIND */
};
struct hs_abouts {
	struct hs_about *items;
	size_t count;
};

struct hs_playing {
	char id[64]; /* "" = free */
	char epoch[80];
	enum hs_adapter_lane lane;
	uint32_t priority;
	uint64_t seq;
	int64_t duration_ms;
	int64_t until_mono_us;	  /* when it must be over, by its plan and a margin */
	int64_t deadline_mono_us; /* when it must not begin any more */
	bool started;		  /* the controller said so */
	bool interrupted;	  /* stopped for something more urgent: begins again afterwards */
	bool over;	 /* nothing more is told of it; it stays until its stop is answered */
	bool stop_owed;	 /* its stop could not be sent */
	bool stop_asked; /* its stop was sent and not answered */
	char *request;	 /* as it was sent; owned. NULL: it cannot begin again */
	struct hs_abouts about; /* owned */
	char *places;		/* ",990019,990027,": owned */
};

struct hs_playing_list {
	struct hs_playing items[HS_PLAYING_MAX];
};

/* The texts are copied. false: out of memory. */
bool hs_abouts_add(struct hs_abouts *abouts, const char *event, uint32_t kinds);
void hs_abouts_free(struct hs_abouts *abouts);
/* They have an event in common. */
bool hs_abouts_meet(const struct hs_abouts *abouts, const struct hs_abouts *others);
/* What a cancel silences of an event: the kind that it names (0: none), where that is what it says; else all of it. */
uint32_t hs_kinds_taken_back(uint32_t said, uint32_t named);

/* Takes the place of the one that ends first when all places are taken; takes the texts over. */
void hs_playing_add(struct hs_playing_list *list, const struct hs_playing *playing);
/* NULL when it is not there. */
struct hs_playing *hs_playing_find(struct hs_playing_list *list, const char *id);
void hs_playing_end(struct hs_playing *playing);
void hs_playing_free(struct hs_playing_list *list);
/* Whether anything of this lane still plays at now, or is to begin again. */
bool hs_playing_any(
	const struct hs_playing_list *list, enum hs_adapter_lane lane, int64_t now_mono_us);
/* Whether anything of this lane still plays at now that is more urgent than priority. */
bool hs_playing_above(const struct hs_playing_list *list, enum hs_adapter_lane lane,
	uint32_t priority, int64_t now_mono_us);

/* What a new announcement does to one that is with the controller. */
enum hs_way {
	HS_WAY_STAY,	/* it goes on, or waits its turn */
	HS_WAY_END,	/* a drill: it is silenced for good */
	HS_WAY_CANCEL,	/* the new one takes back what it says */
	HS_WAY_REPLACE, /* the new one says the newer state, and this one has not begun */
	HS_WAY_INTERRUPT, /* the new one is more urgent: this one begins again from its head afterwards */
};
struct hs_coming {
	enum hs_adapter_lane lane;
	uint32_t priority;
	uint32_t named; /* the kind that a cancel names; 0: none */
	bool cancel;
	struct hs_abouts about;
	const char *places;
};
enum hs_way hs_playing_way(const struct hs_playing *playing, const struct hs_coming *coming);

#endif
