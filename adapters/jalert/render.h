/* render.h: plans as sound: WAV files of 48 kHz beside the loop. Contacts and text never wait for it.
 *
 * Flow:    plan → one job for each announcement → the joiner (a thread): tones, silence and the speech that is prepared
 *          (speech.h) → DIR/ID-CODE-1.wav, at once → told. From the first sentence on that is not prepared the speaker
 *          (another thread) makes it → DIR/ID-CODE-2.wav → told: while it works, the first file sounds its siren.
 *          What is urgent (instant: missiles, early warnings) is never rendered: a sentence that is not prepared is left
 *          out, and the file is whole with tone and the rest.
 *          The speaker also makes ahead what may be needed (hs_render_prepare), one sentence at a time, behind all that waits.
 * Expiry:  what is past its end when its turn comes is not written.
 * Owner:   the render owns its jobs. It and the speech must outlive them: hs_render_close waits for the one that runs.
 * Threads: the loop's; the jobs' work on the two threads.
 */
#ifndef HS_JALERT_RENDER_H
#define HS_JALERT_RENDER_H

#include <uv.h>

#include "adapters/jalert/jalert_encode.h"
#include "adapters/jalert/speech.h"

struct hs_render;

/* One file, or none when err is not HS_OK (HS_ERR_STALE: it was too late). */
struct hs_rendered {
	const char *id;	  /* of the plan */
	const char *code; /* of the place */
	const char *name; /* of the file in the folder */
	int part;	  /* 1 or 2 */
	bool last;	  /* nothing follows for this place */
	int64_t duration_ms;
	size_t unsaid; /* sentences that are missing in it */
	enum hs_err err;
};

struct hs_render_ops {
	void (*on_file)(void *owner, const struct hs_rendered *file);
};

enum hs_err hs_render_create(uv_loop_t *loop, const struct hs_speech *speech, const char *dir,
	const struct hs_render_ops *ops, void *owner, struct hs_render **out) HS_MUST_CHECK;
/* Copies what it needs. instant: see above. until_mono_us: when it must not begin any more. HS_ERR_NOMEM. */
enum hs_err hs_render_plan(struct hs_render *render, const struct hs_plan *plan, bool instant,
	int64_t until_mono_us) HS_MUST_CHECK;
/* The plan of this id is not to be heard any more: what is not written yet will not be. */
void hs_render_drop(struct hs_render *render, const char *id);
/* All sentences of an announcement, ahead of need. HS_ERR_NOMEM. */
enum hs_err hs_render_prepare(
	struct hs_render *render, const struct hs_announcement *announcement) HS_MUST_CHECK;
/* Files that are still to be written, and sentences still to be prepared. */
size_t hs_render_waiting(const struct hs_render *render);
size_t hs_render_preparing(const struct hs_render *render);
/* Frees later; nothing is told after it. NULL is allowed. */
void hs_render_close(struct hs_render *render);

#endif
