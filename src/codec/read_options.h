/* Reading options, and the parts of the reply that are asked for. */
#ifndef BACKPROPD_CODEC_READ_OPTIONS_H
#define BACKPROPD_CODEC_READ_OPTIONS_H

#include "reader.h"

/* Looks the layout and the loss up, which the network and the targets are held against before
 * bp_read_options says what is wrong with the options. */
void bp_peek_options(struct bp_reader *reader);

/* True if the loss is a known one, and the last layer has the activation that it needs. */
bool bp_reader_fits_loss(const struct bp_reader *reader);

/* Read options, and include where the reply has parts, if they are there. */
void bp_read_options(struct bp_reader *reader);
void bp_read_include(struct bp_reader *reader);

#endif
