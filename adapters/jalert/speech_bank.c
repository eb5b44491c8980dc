/* Words from the operator's WAV files. */
#include <stdio.h>
#include <string.h>

#include "adapters/jalert/speech.h"

static bool
is_there(const struct hs_speech_settings *settings)
{
	return settings->bank_dir[0] != '\0';
}

static enum hs_err
say(const struct hs_speech_settings *settings, const struct hs_speech_want *want,
	struct hs_pcm *out)
{
	char path[4300];
	*out = (struct hs_pcm){ 0 };
	if (want->bank[0] == '\0')
		return HS_OK; /* the recording before it stands for this too */
	if (strchr(want->bank, '/'))
		return HS_ERR_NOT_FOUND;
	snprintf(path, sizeof(path), "%.4096s/%s.wav", settings->bank_dir, want->bank);
	return hs_wav_read(path, out);
}

const struct hs_speech_source hs_speech_bank = { "bank", say, is_there };
