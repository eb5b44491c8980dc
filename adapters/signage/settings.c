/* settings.c: the table of the signage adapter's configuration, and what the table cannot say. */
#include <string.h>

#include "adapters/signage/geo.h"
#include "adapters/signage/signage.h"
#include "adapters/signage/terms.h"
#include "hub/base/check.h"
#include "hub/base/look.h"
#include "schemas/tables.h"

#define LEAST_UM_PER_CM	   40  /* 4 mm for each metre */
#define LEAST_PERMILLE_MAX 120 /* beyond it the picture has not eight lines */

#define SHELTER(member) offsetof(struct hs_screen_shelter, member)
#define SCREEN(member)	offsetof(struct hs_screen_settings, member)
#define AT(member)	offsetof(struct hs_signage_settings, member)

static const struct hs_config_item shelter_items[] = {
	{ "name", HS_CONFIG_TEXT, SHELTER(name), "text", 1, 100, NULL, "As people call it.", NULL },
	{ "position", HS_CONFIG_TEXT, SHELTER(position), "latitude,longitude", 3, 60, NULL,
		"Where its entrance is, in degrees of WGS 84.", NULL },
	{ "hazards", HS_CONFIG_TEXTS, SHELTER(hazards), "hazards", 0, 8, "",
		"It is fit for these only (flood, landslide …); empty: for all.", NULL },
};

static const struct hs_config_record shelter_record = { shelter_items, HS_COUNT(shelter_items),
	sizeof(struct hs_screen_shelter) };

static const struct hs_config_item screen_items[] = {
	{ "id", HS_CONFIG_TEXT, SCREEN(id), "text", 1, 64, NULL,
		"Name in the address /sign/ID and in receipts.", NULL },
	{ "name", HS_CONFIG_TEXT, SCREEN(name), "text", 0, 200, "", "What people call it.", NULL },
	{ "areas", HS_CONFIG_TEXTS, SCREEN(areas), "codes", 1, 200, NULL,
		"What it shows: 2-digit prefecture, 6-digit municipality, 12-digit district.",
		NULL },
	{ "languages", HS_CONFIG_TEXTS, SCREEN(languages), "BCP 47", 0, 14, "",
		"Languages beside Japanese, easy Japanese and English, in their turn: zh-Hans, ko, "
		"pt …; only what was reviewed is shown in them.",
		NULL },
	{ "stale_after_ms", HS_CONFIG_INT, SCREEN(stale_after_ms), "ms", 1000, 300000, "15000",
		"Without a sign of life for so long the screen says that information is cut off.",
		NULL },
	{ "players_expected", HS_CONFIG_INT, SCREEN(players_expected), "players", 0, 1000, "0",
		"Fewer connected players are an alarm of the canary; 0: it may be switched off.",
		NULL },
	{ "caution_level", HS_CONFIG_INT, SCREEN(rules.caution_level), "level", 1, 5, "1",
		"Orders below this level are not shown.", NULL },
	{ "emergency_level", HS_CONFIG_INT, SCREEN(rules.emergency_level), "level", 1, 5, "4",
		"From this level on the screen is in its emergency state.", NULL },
	{ "drills", HS_CONFIG_BOOL, SCREEN(rules.drills), "", 0, 0, "true",
		"Whether it may show drills, where the adapter lets them in at all (drill).",
		NULL },
	{ "return_after_ms", HS_CONFIG_INT, SCREEN(rules.return_after_ms), "ms", 0, 86400000,
		"600000", "What was lifted is said for so long before the screen returns to calm.",
		NULL },
	{ "expired_shown_ms", HS_CONFIG_INT, SCREEN(rules.expired_shown_ms), "ms", 0, 604800000,
		"3600000",
		"An order past the time that its sender set is said to be past with its districts "
		"for "
		"so long, then in short until it is lifted: the screen is not calm before.",
		NULL },
	{ "renew_ms", HS_CONFIG_INT, SCREEN(rules.renew_ms), "ms", 60000, 604800000, "21600000",
		"An order without such a time disappears from a player that heard nothing for so "
		"long.",
		NULL },
	{ "position", HS_CONFIG_TEXT, SCREEN(site.position), "latitude,longitude", 0, 60, "",
		"Where it stands, in degrees of WGS 84; empty: it shows no way to shelters.",
		NULL },
	{ "facing_degrees", HS_CONFIG_INT, SCREEN(site.facing_degrees), "degrees", -1, 359, "-1",
		"Where its reader looks: 0 north, 90 east; -1: not known, arrows are told by "
		"compass.",
		NULL },
	{ "shelters", HS_CONFIG_LIST, SCREEN(site.shelters), "shelters", 0, 50, "",
		"Shelters that are known beforehand, beside those that are said to be open.",
		&shelter_record },
	{ "shelters_shown", HS_CONFIG_INT, SCREEN(site.shelters_shown), "shelters", 0, 5, "2",
		"How many of the nearest are shown; 0: none.", NULL },
	{ "map", HS_CONFIG_BOOL, SCREEN(site.map), "", 0, 0, "true",
		"Whether it shows a map of the area.", NULL },
	{ "viewing_distance_cm", HS_CONFIG_INT, SCREEN(look.viewing_distance_cm), "cm", 0, 5000,
		"0",
		"From where it is read; no character is lower than 4 mm for each metre; 0: not "
		"known.",
		NULL },
	{ "height_mm", HS_CONFIG_INT, SCREEN(look.height_mm), "mm", 100, 20000, "680",
		"Height of its visible picture.", NULL },
	{ "qr_url", HS_CONFIG_TEXT, SCREEN(look.qr_url), "url", 0, 150, "",
		"Address of a page with more, shown as a QR code; empty: none.", NULL },
};

const struct hs_config_record hs_screen_record = { screen_items, HS_COUNT(screen_items),
	sizeof(struct hs_screen_settings) };

static const struct hs_config_item items[] = {
	{ "listen", HS_CONFIG_TEXT, AT(listen), "address:port", 1, 128, "127.0.0.1:8082",
		"Where screens connect: /sign/ID, /sign/status.", NULL },
	{ "tls_cert", HS_CONFIG_TEXT, AT(tls_cert), "path", 0, 4096, "",
		"PEM chain for https; empty: plain http.", NULL },
	{ "tls_key", HS_CONFIG_TEXT, AT(tls_key), "path", 0, 4096, "", "PEM key for https.", NULL },
	{ "screens", HS_CONFIG_LIST, AT(screens), "screens", 1, 1000, NULL,
		"The screens that this adapter serves.", &hs_screen_record },
	{ "players_max", HS_CONFIG_INT, AT(players_max), "connections", 1, 15000, "11000",
		"Most connections of players at a time.", NULL },
	{ "player_heartbeat_ms", HS_CONFIG_INT, AT(player_heartbeat_ms), "ms", 50, 60000, "5000",
		"How often a screen is told that the line lives.", NULL },
	{ "proof_timeout_ms", HS_CONFIG_INT, AT(proof_timeout_ms), "ms", 500, 600000, "15000",
		"A player that has not said by then that it drew what it got is closed and loads "
		"its "
		"page anew; the receipt says that it failed.",
		NULL },
	{ "cancel_shown_ms", HS_CONFIG_INT, AT(cancel_shown_ms), "ms", 0, 86400000, "600000",
		"How long a screen says what a cancel brought back and what it ended; 0: never.",
		NULL },
};

const struct hs_config_record hs_signage_settings_record = { items, HS_COUNT(items),
	sizeof(struct hs_signage_settings) };

/* An area that does not exist would show calm for ever: it is refused at the start. */
static bool
areas_are_good(const struct hs_config_texts *areas)
{
	for (size_t i = 0; i < areas->count; i++) {
		if (strlen(areas->items[i]) == 5 || !hs_area_known(areas->items[i]))
			return false;
	}
	return true;
}

/* ja, ja-easy and en stand in older configurations; they are always shown. */
static bool
languages_are_good(const struct hs_config_texts *languages)
{
	for (size_t i = 0; i < languages->count; i++) {
		if (strcmp(languages->items[i], "ja") != 0 &&
			!hs_sign_language(languages->items[i]))
			return false;
	}
	return true;
}

static const char *
shelter_fault(const struct hs_screen_shelter *shelter)
{
	struct hs_geo at;
	if (!hs_geo_parse(shelter->position, &at))
		return "shelters: position as latitude,longitude within Japan";
	for (size_t i = 0; i < shelter->hazards.count; i++) {
		if (hs_hazard_find(shelter->hazards.items[i]) == NULL)
			return "shelters: hazards such as flood, landslide, storm_surge, tsunami";
	}
	return NULL;
}

static const char *
site_fault(const struct hs_screen_site *site)
{
	const struct hs_screen_shelter *shelters = site->shelters.items;
	struct hs_geo at;
	if (site->position[0] != '\0' && !hs_geo_parse(site->position, &at))
		return "position: latitude,longitude within Japan";
	if (site->position[0] == '\0' && site->shelters.count > 0)
		return "position: needed for the way to its shelters";
	for (size_t i = 0; i < site->shelters.count; i++) {
		const char *fault = shelter_fault(&shelters[i]);
		if (fault != NULL)
			return fault;
	}
	return NULL;
}

static const char *
look_fault(const struct hs_screen_look *look)
{
	const char *url = look->qr_url;
	if (url[0] != '\0' && strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0)
		return "qr_url: begins with https:// or http://";
	for (; *url != '\0'; url++) {
		if (*url <= ' ' || *url > '~')
			return "qr_url: printable ASCII without blanks";
	}
	if (hs_screen_least_permille(look) > LEAST_PERMILLE_MAX)
		return "viewing_distance_cm: too far for a picture of height_mm; no order would "
		       "fit";
	return NULL;
}

int64_t
hs_screen_least_permille(const struct hs_screen_look *look)
{
	return (look->viewing_distance_cm * LEAST_UM_PER_CM + look->height_mm - 1) /
	       look->height_mm;
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
	if (!areas_are_good(&screen->areas))
		return "areas: codes that exist, of 2, 6 or 12 digits";
	if (!languages_are_good(&screen->languages))
		return "languages: those in which something was reviewed: zh-Hans, zh-Hant, ko, "
		       "vi, pt …";
	if (screen->rules.caution_level > screen->rules.emergency_level)
		return "caution_level: not above emergency_level";
	const char *fault = site_fault(&screen->site);
	return fault != NULL ? fault : look_fault(&screen->look);
}

enum hs_err
hs_signage_look(const void *given, char why[HS_CONFIG_WHY])
{
	const struct hs_signage_settings *settings = given;
	const struct hs_screen_settings *screens = settings->screens.items;
	const struct hs_adapter_serving serving = { "listen", settings->listen, false,
		settings->tls_cert, settings->tls_key };
	enum hs_err err = hs_adapter_look_serving(&settings->common, &serving, why);
	int64_t expected = 0;
	for (size_t i = 0; err == HS_OK && i < settings->screens.count; i++) {
		const char *fault = hs_screen_fault(screens, i);

		if (fault == NULL && settings->player_heartbeat_ms * 2 > screens[i].stale_after_ms)
			fault = "stale_after_ms: at least two of player_heartbeat_ms, or the "
				"screen is cut off "
				"between two beats";
		if (fault != NULL)
			err = hs_look_refuse(
				why, "screen %zu, %.64s: %s", i + 1, screens[i].id, fault);
		expected += screens[i].players_expected;
	}
	if (err == HS_OK && expected > settings->players_max)
		err = hs_look_refuse(why, "players_max: at least %lld, the sum of players_expected",
			(long long)expected);
	return err;
}
