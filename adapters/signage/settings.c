/* settings.c: the table of the signage adapter's configuration, and what the table cannot say. */
#include <string.h>

#include "adapters/signage/signage.h"
#include "hub/base/check.h"
#include "hub/base/look.h"

#define SCREEN(member) offsetof(struct hs_screen_settings, member)
#define AT(member)     offsetof(struct hs_signage_settings, member)

static const struct hs_config_item screen_items[] = {
	{ "id", HS_CONFIG_TEXT, SCREEN(id), "text", 1, 64, NULL,
		"Name in the address /sign/ID and in receipts.", NULL },
	{ "name", HS_CONFIG_TEXT, SCREEN(name), "text", 0, 200, "", "What people call it.", NULL },
	{ "areas", HS_CONFIG_TEXTS, SCREEN(areas), "codes", 1, 200, NULL,
		"What it shows: 2-digit prefecture, 6-digit municipality, 12-digit district.",
		NULL },
	{ "languages", HS_CONFIG_TEXTS, SCREEN(languages), "ja ja-easy en", 0, 3, "",
		"Languages shown; empty: all three.", NULL },
	{ "stale_after_ms", HS_CONFIG_INT, SCREEN(stale_after_ms), "ms", 1000, 300000, "15000",
		"Without a sign of life for so long the screen says that information is cut off.",
		NULL },
	{ "emergency_level", HS_CONFIG_INT, SCREEN(emergency_level), "level", 1, 5, "4",
		"From this level on the screen is in its emergency state.", NULL },
};

static const struct hs_config_record screen_record = { screen_items, HS_COUNT(screen_items),
	sizeof(struct hs_screen_settings) };

static const struct hs_config_item items[] = {
	{ "listen", HS_CONFIG_TEXT, AT(listen), "address:port", 1, 128, "127.0.0.1:8082",
		"Where screens connect: /sign/ID, /sign/status.", NULL },
	{ "tls_cert", HS_CONFIG_TEXT, AT(tls_cert), "path", 0, 4096, "",
		"PEM chain for https; empty: plain http.", NULL },
	{ "tls_key", HS_CONFIG_TEXT, AT(tls_key), "path", 0, 4096, "", "PEM key for https.", NULL },
	{ "screens", HS_CONFIG_LIST, AT(screens), "screens", 1, 1000, NULL,
		"The screens that this adapter serves.", &screen_record },
	{ "players_max", HS_CONFIG_INT, AT(players_max), "connections", 1, 15000, "11000",
		"Most connections of players at a time.", NULL },
	{ "player_heartbeat_ms", HS_CONFIG_INT, AT(player_heartbeat_ms), "ms", 50, 60000, "5000",
		"How often a screen is told that the line lives.", NULL },
	{ "cancel_shown_ms", HS_CONFIG_INT, AT(cancel_shown_ms), "ms", 0, 86400000, "600000",
		"How long a screen says what a cancel brought back and what it ended; 0: never.",
		NULL },
};

const struct hs_config_record hs_signage_settings_record = { items, HS_COUNT(items),
	sizeof(struct hs_signage_settings) };

/* An area that does not exist would show calm for ever: it is refused at the start. */
static bool
area_is_good(const char *code)
{
	return strlen(code) != 5 && hs_area_known(code);
}

const char *
hs_screen_fault(const struct hs_screen_settings *screens, size_t index)
{
	const struct hs_screen_settings *screen = &screens[index];
	static const char good[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
	if (strspn(screen->id, good) != strlen(screen->id) || strcmp(screen->id, "status") == 0)
		return "id: letters, digits, - and _; not status";
	for (size_t i = 0; i < index; i++) {
		if (strcmp(screens[i].id, screen->id) == 0)
			return "id: each one only once";
	}
	for (size_t i = 0; i < screen->areas.count; i++) {
		if (!area_is_good(screen->areas.items[i]))
			return "areas: codes that exist, of 2, 6 or 12 digits";
	}
	for (size_t i = 0; i < screen->languages.count; i++) {
		const char *language = screen->languages.items[i];
		if (strcmp(language, "ja") != 0 && strcmp(language, "ja-easy") != 0 &&
			strcmp(language, "en") != 0)
			return "languages: ja, ja-easy, en";
	}
	return NULL;
}

enum hs_err
hs_signage_look(const void *given, char why[HS_CONFIG_WHY])
{
	const struct hs_signage_settings *settings = given;
	const struct hs_screen_settings *screens = settings->screens.items;
	const struct hs_look_listen listens[] = { { "ops_listen", settings->common.ops_listen,
							  true },
		{ "listen", settings->listen, false } };
	enum hs_err err = hs_look_listens(listens, HS_COUNT(listens), why);

	if (err == HS_OK)
		err = hs_look_server_tls(settings->tls_cert, settings->tls_key, why);
	for (size_t i = 0; err == HS_OK && i < settings->screens.count; i++) {
		const char *fault = hs_screen_fault(screens, i);

		if (fault != NULL)
			err = hs_look_refuse(
				why, "screen %zu, %.64s: %s", i + 1, screens[i].id, fault);
	}
	return err;
}
