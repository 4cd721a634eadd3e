/* SPDX-License-Identifier: MIT
 * tsm-limits: the bound of everything that someone else can grow. Each has a test just past it. */
#pragma once
#include <glib.h>

/* The largest body read from a plug, a colour source or a host, in bytes. A whole Tempo season of
 * api-couleur-tempo is 30 KB, a Status 0 is 5 KB. */
#define TSM_LIMIT_BODY_BYTES (256 * 1024)

/* The longest request line accepted on the command socket, in bytes. */
#define TSM_LIMIT_REQUEST_BYTES (16 * 1024)

/* Users with a stay on the same Tempo day. */
#define TSM_LIMIT_PAYERS 256

/* Derogations of one user that are not over. */
#define TSM_LIMIT_OPEN_DEROGATIONS 20

/* The longest a stored derogation may last, in seconds. They are refused above 24 h; the ledger
 * leaves room for a change of the clocks, and looks back no further for one that still runs. */
#define TSM_LIMIT_DEROGATION_S (48 * 3600)

/* Days of colour asked of a source at once: a season. */
#define TSM_LIMIT_COLOUR_DAYS 366

/* How far back START_SERVER_DATE may lie, in days: before it, there is no Tempo calendar. */
#define TSM_LIMIT_HISTORY_DAYS (50 * 366)

/* A counter above this is not a home plug's: 262,144 kWh, where the firmware's float gives out
 * (Tasmota, spec tasmota 5). */
#define TSM_LIMIT_TOTAL_WH G_GINT64_CONSTANT (262144000)

/* What a 16 A plug can carry, with a margin for mains above 230 V (spec tasmota 5, rule 4). */
#define TSM_LIMIT_PLUG_W 4000

/* The largest settings file, and the largest file of one secret, in bytes. */
#define TSM_LIMIT_SETTINGS_BYTES (64 * 1024)
#define TSM_LIMIT_SECRET_BYTES   4096

/* Ids in one setting: guilds, admins, channels. Discord lets a bot that it has not looked at into a
 * hundred guilds. */
#define TSM_LIMIT_IDS 128

/* Clients of the command socket at once, and of the HTTP server. */
#define TSM_LIMIT_CLIENTS 64

/* Commands, of all front ends together, that wait for the engine at once. */
#define TSM_LIMIT_TICKETS 256

/* The largest frame of Discord's gateway, in bytes: a GUILD_CREATE of a big guild is several
 * hundred KiB (spec discord 15). */
#define TSM_LIMIT_FRAME_BYTES (16 * 1024 * 1024)

/* IDENTIFYs in any 24 h. Past 1000, Discord resets the bot's token (spec discord 3, 5.2). */
#define TSM_LIMIT_IDENTIFIES 500

/* Guilds whose registered commands are remembered. */
#define TSM_LIMIT_GUILDS_KEPT 256

/* Calls of Discord's REST interface, callbacks aside, that wait or are under way at once. */
#define TSM_LIMIT_REST_CALLS 256

/* One answer of it: a guild with hundreds of roles and emojis is some hundred KiB. */
#define TSM_LIMIT_REST_BYTES (2 * 1024 * 1024)
