/* Reading options, and the parts of the reply that are asked for. */
#ifndef BACKPROPD_CODEC_READ_OPTIONS_H
#define BACKPROPD_CODEC_READ_OPTIONS_H

#include "reader.h"

void bp_read_options(struct bp_reader *reader, const struct bp_value *options);

void bp_read_include(struct bp_reader *reader, const struct bp_value *include);

#endif
