/* SPDX-License-Identifier: MIT
 * test-message: what Discord refuses of a message, or would change on its own (spec discord 10, 12
 * and 16). */
#pragma once
#include <json-glib/json-glib.h>

/* A message, or what is in "data" of an answer of type 4. */
void message_test_check (JsonObject *message);
/* A whole body, of an answer or of a message; returns the message in it. */
JsonObject *message_test_parse (JsonParser *parser, const char *body);
