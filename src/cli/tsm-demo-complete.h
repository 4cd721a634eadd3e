/* SPDX-License-Identifier: MIT
 * tsm-demo-complete: what may be typed next at the demo's prompt. Pure. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* The words that can stand where the last word of @line stands, "" after a space, and begin with
 * it: commands and the prompt's own words, options, choices, friends and the derogations of
 * @derogations (of char *, such as "D1"; may be NULL). In the order of the tables; what ends in
 * "=" wants a value right behind it. */
GPtrArray *tsm_demo_complete_dup (const char *line, const GPtrArray *derogations);

/* The prompt's own words, NULL-terminated: "help", "quit", ... Static. */
const char *const *tsm_demo_complete_get_words (void);

G_END_DECLS
