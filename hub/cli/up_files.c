/* The folder of `hansho up`: keys, and configurations from the templates in assets/. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "hub/base/asset.h"
#include "hub/base/buf.h"
#include "hub/base/check.h"
#include "hub/cli/keys.h"
#include "hub/cli/up.h"

#define FILE_MAX_BYTES (1u << 20)
#define KEY_DAYS       30

extern const struct hs_asset hs_assets_hub_cli[];

static bool
make_folder(const struct hs_up *up, const char *below)
{
	char path[HS_UP_PATH + 64];
	snprintf(path, sizeof(path), "%s/%s", up->run_dir, below);
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return true;
	fprintf(stderr, "hansho: %s: %s\n", path, strerror(errno));
	return false;
}

/* @RUN@ in the template becomes the folder. */
static bool
write_configuration(const struct hs_up *up, const struct hs_asset *template)
{
	static const char mark[] = "@RUN@";
	struct hs_buf text;
	hs_buf_init(&text, FILE_MAX_BYTES);
	const char *at = (const char *)template->bytes, *end = at + template->len_bytes;
	while (at < end) {
		const char *hit = memmem(at, (size_t)(end - at), mark, sizeof(mark) - 1);
		const char *until = hit ? hit : end;
		hs_buf_add(&text, at, (size_t)(until - at));
		if (hit)
			hs_buf_puts(&text, up->run_dir);
		at = hit ? hit + sizeof(mark) - 1 : end;
	}
	char path[HS_UP_PATH + 64];
	snprintf(path, sizeof(path), "%s/%s", up->run_dir, template->path);
	FILE *file = fopen(path, "we");
	bool ok = file && fwrite(text.bytes, 1, text.len_bytes, file) == text.len_bytes;
	if (file && fclose(file) != 0)
		ok = false;
	if (!ok)
		fprintf(stderr, "hansho: %s: %s\n", path, strerror(errno));
	hs_buf_free(&text);
	return ok;
}

bool
hs_up_prepare(const struct hs_up *up)
{
	static const char *const folders[] = { "", "links", "log", "keys", "playout", "plans",
		"state", "state/broadcaster", "state/telecom", "state/signage", "state/jalert" };
	static const char *const hosts[] = { "localhost", "127.0.0.1" };
	for (size_t i = 0; i < HS_COUNT(folders); i++)
		if (!make_folder(up, folders[i]))
			return false;
	char keys[HS_UP_PATH + 64];
	snprintf(keys, sizeof(keys), "%s/keys", up->run_dir);
	if (hs_keys_make(keys, hosts, HS_COUNT(hosts), KEY_DAYS) != HS_OK) {
		fprintf(stderr, "hansho: cannot make keys in %s: %s\n", keys, strerror(errno));
		return false;
	}
	for (const struct hs_asset *asset = hs_assets_hub_cli; asset->path; asset++)
		if (!write_configuration(up, asset))
			return false;
	return true;
}
