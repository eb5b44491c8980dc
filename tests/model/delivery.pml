/* delivery.pml: journal, reply and resume, small enough to look at every order in which things can happen.
 *
 * The simulation (tests/simulation/) runs the real core through some orders of events; this model goes through all of
 * them, with a few submissions and a few accidents. check.py runs it with spin, as it is and with each mutant.
 *
 * Which code each process stands for (hold one against the other when either changes):
 *   gate     a gate and its senders: everything is sent again until it is answered. hub/gate/submit_port.c,
 *            tests/simulation/world_gate.h
 *   hub      hub/core/core_commit.c (judge, append, reply at COMMITTED, COMMIT_FAILED), intake.c judge_repeated
 *            (index, then pending), pending.c, core_take.c, delivery.c (resume, gap, window, pump), core.c recover
 *   disk     hub/core/journal_writer.c: takes what is queued, commits, and tells; after a failure it takes nothing
 *            until the core has heard of it (hs_journal_append, `rows[0].pos == writer->next_pos`)
 *   taker    adapters/runtime/lane.c and hub/feed/hub_events.c + store.c: resume from the place in memory, or from the
 *            last ack; whatever does not follow is not taken and breaks the link. Its outlets stand for what survives
 *            its crash; they drop what they have by (epoch, seq)
 *   nature   crash of hub and taker, broken links, lost frames, another journal (deploy/runbook.md: an older copy
 *            under a new epoch)
 *   judge    looks at what is left when nothing can happen any more
 *
 * Modelled: a commit of any first part of the queue; a crash within a commit; a full disk (clean failure) and a lost
 * sync (the batch is there or not, the hub stops); acks that reach the disk with a later commit or are lost with the
 * hub; the window; frames lost at a break, and frames lost on a link that stays up.
 * Left out: order and contents of documents (intake.h), filters (route.h), receipts, heartbeats, digests, the gap of a
 * place ahead of the journal, subscribers of a feed, time. A frame that is lost on a link that stays up is noticed at
 * the next frame, or else by a break that comes later (`owed`): links are byte streams, so this is only more than
 * what can happen. The disk waits until the core has heard of a result before it makes the next. A submission is a number; a record is a submission; acks have no records of their own.
 *
 * Properties, by the names that they have in ARCHITECTURE 1:
 *   P1  a positive reply is only sent for what is durable, and stays true at the end
 *   P2  what is delivered is durable and is what the journal says
 *   P3  each submission has one effect at the outlets
 *   P5  a taker gets the durable notices in order, each once, without a hole, at last all of them; when that cannot
 *       be, because the journal is another one, it is told of the gap before anything else
 *   and it comes to an end: no cycle (pan -l, check.py)
 */

/* ---- bounds ---- */
#ifndef SUBMISSIONS
#define SUBMISSIONS 2
#endif
#define SUBMISSIONS_MAX 3
#ifndef ACCIDENTS /* so many of any kinds: crash, break, loss, failed commit, another journal, repetition */
#define ACCIDENTS 2
#endif
#ifndef WINDOW
#define WINDOW 2
#endif

/* Rows: each submission once; with the mutant that forgets, as often as it is sent. */
#define ROOM (SUBMISSIONS * (ACCIDENTS + 1) + 1)

/* ---- what is wrong on purpose: -DMUTANT=… ---- */
#define REPLY_BEFORE_COMMIT   1
#define NO_DEDUPE	      2
#define RESUME_AT_LIVE	      3
#define DELIVER_BEFORE_COMMIT 4
#define GAP_NOT_TOLD	      5
#define HOLE_TAKEN	      6
#ifndef MUTANT
#define MUTANT 0
#endif

mtype = { nothing, committed_to, disk_full, sync_lost }; /* what the disk tells the core */
mtype = { resume, from_last_ack, ack, deliver, gap, snapshot }; /* frames of the taker's link */

chan to_hub = [2] of { byte };				 /* Submit: the submission */
chan to_gate = [ROOM] of { byte, bool };			 /* SubmitReply: the submission, positive? */
chan from_taker = [2] of { mtype, byte, byte };		 /* frame, epoch, seq */
chan to_taker = [WINDOW + 1] of { mtype, byte, byte, byte }; /* frame, seq, prev_seq, submission */

/* the disk: what survives the hub */
byte journal[ROOM];    /* by seq: the submission; 0: nothing */
byte durable;	       /* newest seq on disk */
byte acked_on_disk;
byte epoch = 1;
byte queued;	       /* the first so many of the pending wait for the commit */
bool refuses;	       /* after a failure, until the core has heard of it */
mtype told = nothing;     /* result that the core has not stepped yet */
byte told_seq;

/* the core's memory */
byte committed;	       /* newest seq that it knows to be on disk */
byte pending[ROOM];    /* submissions on their way there */
byte pending_count;
byte acked;
bool streams;	       /* the taker has resumed on this connection */
byte cursor;	       /* everything up to here was sent */
byte prev_seq;	       /* of the next deliver */
byte in_flight;

/* the gate's memory */
byte begun;	       /* submissions 1…begun were sent at least once */
bool on_the_way[SUBMISSIONS_MAX + 1];
bool answered[SUBMISSIONS_MAX + 1];

/* the taker's memory */
bool link_up;
bool knows;	       /* it has a place: (place_epoch, place) */
byte place, place_epoch;
bool begins_anew;      /* from_last_ack: the first deliver names nothing before it */
bool waits_gap, waits_snapshot;
byte ack_sent;
/* its outlets */
bool has[ROOM];	       /* by seq of the present epoch */
byte effects[SUBMISSIONS_MAX + 1];

/* what the judge must know */
bool gone[SUBMISSIONS_MAX + 1]; /* went with a journal that was replaced */
bool lossy;	       /* a frame of this connection was lost */
bool owed;	       /* and the break that makes it known is still to come */
bool gap_due, gap_told;

byte accidents = ACCIDENTS; /* that may still happen */

/* Each is used within one atomic step and left at 0 behind it, so that it adds nothing to a state. */
byte i, k;

/* ---- pieces ---- */

inline clear_queue() {
	i = 0;
	do
	:: i < ROOM -> pending[i] = 0; i++
	:: else -> break
	od;
	i = 0;
	pending_count = 0;
	queued = 0
}

/* The first of the queue become durable together. Before them the pending may have some that are on disk already. */
inline make_durable(count) {
	i = 0;
	do
	:: i < count ->
		journal[durable + 1] = pending[durable - committed];
		durable++;
		i++
	:: else -> break
	od;
	i = 0;
	if /* acks go to the disk by themselves, within batch_ms */
	:: acked_on_disk = acked
	:: skip
	fi
}

inline choose_part(most) {
	k = most;
	do
	:: k > 0 -> k--
	:: break
	od
}

inline break_link() {
	do
	:: nempty(to_taker) -> to_taker?_, _, _, _
	:: empty(to_taker) -> break
	od;
	do
	:: nempty(from_taker) -> from_taker?_, _, _
	:: empty(from_taker) -> break
	od;
	link_up = false;
	streams = false;
	cursor = 0;
	prev_seq = 0;
	in_flight = 0;
	lossy = false;
	owed = false;
	waits_gap = false;
	waits_snapshot = false;
	begins_anew = false;
	ack_sent = 0
}

/* The hub begins with what is on disk; what it had in memory and on its links is gone. */
inline start_hub() {
	clear_queue();
	refuses = false;
	told = nothing;
	told_seq = 0;
	do
	:: nempty(to_hub) -> to_hub?_
	:: empty(to_hub) -> break
	od;
	do
	:: nempty(to_gate) -> to_gate?_, _
	:: empty(to_gate) -> break
	od;
	i = 1;
	do
	:: i <= SUBMISSIONS -> on_the_way[i] = false; i++
	:: else -> break
	od;
	i = 0;
	break_link();
	committed = durable;
	acked = acked_on_disk
}

/* k: the seq of the submission in 1…upto, 0 when it is not there */
inline find_in_journal(submission, upto) {
	k = upto;
	do
	:: k > 0 && journal[k] != submission -> k--
	:: else -> break
	od
}

/* i: its place among the pending, pending_count when it is not there */
inline find_in_pending(submission) {
	i = 0;
	do
	:: i < pending_count && pending[i] != submission -> i++
	:: else -> break
	od
}

inline reply_positive(submission) {
	find_in_journal(submission, durable);
	assert(k > 0); /* P1 */
	k = 0;
	to_gate!submission, true
}

/* ---- the processes ---- */

/* The link broke, or the hub said UNAVAILABLE. */
#define SEND_AGAIN(x) atomic { nfull(to_hub) && x <= begun && !answered[x] && !on_the_way[x] -> \
		on_the_way[x] = true; to_hub!x }
/* An impatient clerk. */
#define REPEAT(x) atomic { nfull(to_hub) && x <= begun && accidents > 0 && (answered[x] || on_the_way[x]) -> \
		accidents--; to_hub!x }

active proctype gate() {
	byte s;
	bool positive;

end:	do
	:: atomic { begun < SUBMISSIONS && nfull(to_hub) ->
		begun++;
		on_the_way[begun] = true;
		to_hub!begun
	   }
	:: SEND_AGAIN(1)
	:: REPEAT(1)
#if SUBMISSIONS > 1
	:: SEND_AGAIN(2)
	:: REPEAT(2)
#endif
#if SUBMISSIONS > 2
	:: SEND_AGAIN(3)
	:: REPEAT(3)
#endif
	:: atomic { to_gate?s, positive ->
		on_the_way[s] = false;
		answered[s] = answered[s] || positive;
		s = 0;
		positive = false
	   }
	od
}

active proctype hub() {
	byte s, e, q;

end:	do
	:: atomic { nempty(to_hub) && nfull(to_gate) && pending_count < ROOM - 1 - committed ->
		to_hub?s;
		find_in_pending(s);
		q = i;
		i = 0;
		find_in_journal(s, committed);
#if MUTANT == NO_DEDUPE
		k = 0;
		q = pending_count;
#endif
		if
		:: k > 0 -> k = 0; reply_positive(s) /* duplicate, and durable */
		:: k == 0 && q < pending_count -> skip /* waits for the first one's commit */
		:: else ->
			pending[pending_count] = s;
			pending_count++;
			queued = (refuses -> queued : queued + 1);
#if MUTANT == REPLY_BEFORE_COMMIT
			reply_positive(s)
#endif
		fi;
		k = 0;
		s = 0;
		q = 0
	   }

	/* COMMITTED: the records up to there, in one step of the core; the replies go out with them. */
	:: atomic { told == committed_to && len(to_gate) + told_seq - committed <= ROOM ->
		do
		:: committed < told_seq ->
			s = pending[0];
			i = 0;
			do
			:: i + 1 < pending_count -> pending[i] = pending[i + 1]; i++
			:: else -> break
			od;
			pending_count--;
			pending[pending_count] = 0;
			i = 0;
			committed++;
#if MUTANT != REPLY_BEFORE_COMMIT
			reply_positive(s);
#endif
			s = 0
		:: else -> break
		od;
		told = nothing;
		told_seq = 0
	   }

	/* COMMIT_FAILED: everybody who waits gets UNAVAILABLE. After a lost sync the hub stops and starts anew. */
	:: atomic { (told == disk_full || told == sync_lost) && len(to_gate) + pending_count <= ROOM ->
		do
		:: pending_count > 0 ->
			pending_count--;
			to_gate!pending[pending_count], false;
			pending[pending_count] = 0
		:: else -> break
		od;
		if
		:: told == disk_full -> told = nothing; refuses = false
		:: told == sync_lost -> start_hub()
		fi
	   }

	:: atomic { from_taker?resume, e, q ->
		if
		:: e != epoch ->
#if MUTANT == GAP_NOT_TOLD
			q = (q < committed -> q : committed)
#else
			to_taker!gap, 0, 0, 0;
			to_taker!snapshot, committed, 0, 0;
			q = committed
#endif
		:: else -> skip
		fi;
		cursor = q;
		prev_seq = q;
#if MUTANT == RESUME_AT_LIVE
		cursor = committed;
#endif
		streams = true;
		e = 0;
		q = 0
	   }
	:: atomic { from_taker?from_last_ack, _, _ ->
		cursor = (acked < committed -> acked : committed);
#if MUTANT == RESUME_AT_LIVE
		cursor = committed;
#endif
		prev_seq = 0;
		streams = true
	   }
	:: atomic { from_taker?ack, _, q ->
		in_flight = (q >= cursor -> 0 : (in_flight > cursor - q -> cursor - q : in_flight));
		acked = (q > acked -> q : acked);
		q = 0
	   }

	/* The pump: P2 is looked at when a notice sets out. */
	:: atomic { streams && in_flight < WINDOW && nfull(to_taker) && cursor < committed ->
		cursor++;
		assert(cursor <= durable); /* P2 */
		to_taker!deliver, cursor, prev_seq, journal[cursor];
		prev_seq = cursor;
		in_flight++
	   }
#if MUTANT == DELIVER_BEFORE_COMMIT
	:: atomic { streams && in_flight < WINDOW && nfull(to_taker) &&
		cursor >= committed && cursor < committed + pending_count ->
		cursor++;
		assert(cursor <= durable); /* P2 */
		to_taker!deliver, cursor, prev_seq, pending[cursor - committed - 1];
		prev_seq = cursor;
		in_flight++
	   }
#endif
	od
}

active proctype disk() {
end:	do
	:: atomic { queued > 0 && told == nothing ->
		choose_part(queued);
		k = (k == 0 -> queued : k);
		make_durable(k);
		queued = queued - k;
		told = committed_to;
		told_seq = durable;
		k = 0
	   }
	:: atomic { queued > 0 && told == nothing && accidents > 0 -> /* rolled back */
		accidents--;
		queued = 0;
		refuses = true;
		told = disk_full
	   }
	:: atomic { queued > 0 && told == nothing && accidents > 0 -> /* nobody knows */
		accidents--;
		choose_part(queued);
		make_durable(k);
		k = 0;
		queued = 0;
		refuses = true;
		told = sync_lost
	   }
	od
}

active proctype taker() {
	byte seq, prev, s;

end:	do
	:: atomic { !link_up ->
		link_up = true;
		if
		:: knows ->
			waits_gap = (place_epoch != epoch);
			from_taker!resume, place_epoch, place
		:: !knows ->
			begins_anew = true;
			from_taker!from_last_ack, 0, 0
		fi
	   }
	:: atomic { link_up && owed && empty(to_taker) -> break_link() }

	:: atomic { to_taker?gap, _, _, _ ->
		assert(waits_gap); /* P5: a gap where nothing was lost is wrong too */
		waits_gap = false;
		waits_snapshot = true;
		gap_told = true
	   }
	:: atomic { to_taker?snapshot, seq, _, _ ->
		if
		:: waits_gap ->
			assert(lossy); /* P5: the gap is told first */
			break_link()
		:: else ->
			waits_snapshot = false;
			knows = true;
			place = seq;
			place_epoch = epoch;
			do
			:: seq > 0 -> has[seq] = true; seq--
			:: else -> break
			od
		fi;
		seq = 0
	   }
	:: atomic { to_taker?deliver, seq, prev, s ->
		if
		:: (waits_gap || waits_snapshot) ->
			assert(lossy); /* P5: the gap is told first */
			break_link()
		:: else ->
			if
#if MUTANT != HOLE_TAKEN
			:: prev != (begins_anew -> 0 : place) ->
				assert(lossy); /* P5: it follows what the taker has */
				break_link()
#endif
			:: else ->
				assert(s == journal[seq]); /* P2 */
				assert(begins_anew || seq > place); /* P5: each once, in order */
				knows = true;
				begins_anew = false;
				place = seq;
				place_epoch = epoch;
				k = seq - 1;
				do
				:: k > 0 -> assert(has[k]); k-- /* P5: no hole */
				:: else -> break
				od;
				effects[s] = effects[s] + (has[seq] -> 0 : 1);
				assert(effects[s] <= 1); /* P3 */
				has[seq] = true
			fi
		fi;
		seq = 0;
		prev = 0;
		s = 0
	   }
	:: atomic { link_up && knows && !waits_gap && !waits_snapshot && place > ack_sent && nfull(from_taker) &&
		place_epoch == epoch ->
		ack_sent = place;
		from_taker!ack, 0, place
	   }
	od
}

active proctype nature() {
end:	do
	:: atomic { accidents > 0 -> /* a commit may run: done or not */
		accidents--;
		choose_part(queued);
		if
		:: k > 0 -> make_durable(k)
		:: else -> skip
		fi;
		k = 0;
		start_hub()
	   }
	:: atomic { accidents > 0 && durable > 0 -> /* an older copy, under a new epoch */
		accidents--;
		gap_due = knows;
		gap_told = false;
		choose_part(durable - 1);
		do
		:: durable > k ->
			gone[journal[durable]] = true;
			effects[journal[durable]] = 0;
			journal[durable] = 0;
			has[durable] = false;
			durable--
		:: else -> break
		od;
		acked_on_disk = (acked_on_disk < durable -> acked_on_disk : durable);
		epoch++;
		k = 0;
		start_hub()
	   }
	:: atomic { accidents > 0 ->
		accidents--;
		knows = false;
		place = 0;
		place_epoch = 0;
		gap_due = false; /* who knows nothing asks from the last ack: nothing is missing there */
		break_link()
	   }
	:: atomic { accidents > 0 && link_up -> accidents--; break_link() }
	:: break
	:: atomic { accidents > 0 && nempty(to_taker) ->
		accidents--;
		to_taker?_, _, _, _;
		lossy = true;
		owed = true
	   }
	od
}

/* When nothing can happen any more: everything was answered, is on disk, and has arrived. */
active proctype judge() {
	byte s;

	timeout ->
	atomic {
		assert(begun == SUBMISSIONS && pending_count == 0 && committed == durable); /* P1 */
		s = 1;
		do
		:: s <= SUBMISSIONS ->
			find_in_journal(s, durable);
			assert(answered[s] && (k > 0 || gone[s])); /* P1 */
			s++
		:: else -> break
		od;
		k = durable;
		do
		:: k > 0 -> assert(has[k]); k-- /* P5 */
		:: else -> break
		od;
		assert(!gap_due || gap_told) /* P5 */
	}
}
