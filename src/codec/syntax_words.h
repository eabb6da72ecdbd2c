/* What is wrong with a text that is not JSON, in words. */
#ifndef BACKPROPD_CODEC_SYNTAX_WORDS_H
#define BACKPROPD_CODEC_SYNTAX_WORDS_H

#include "backpropd/json.h"

#define BP_SYNTAX_MAX 400

/*
 * Quotes the place of a fault, and says the cause and the remedy: at `NaN]}`: write a number ...
 *
 * Out: words.
 * In: body, size and a NUL after them; offset, of the fault; fault, one of syntax.
 */
void bp_syntax_say(char words[BP_SYNTAX_MAX], enum bp_json_fault fault, const char *body,
                   size_t size, size_t offset);

#endif
