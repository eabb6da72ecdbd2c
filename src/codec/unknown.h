/* Members that nobody knows where they stand, and members that are missing. */
#ifndef BACKPROPD_CODEC_UNKNOWN_H
#define BACKPROPD_CODEC_UNKNOWN_H

#include "reader.h"

/* Notes a member that nobody knows: where it belongs, which operation takes it, or what was meant;
 * or else which names are known here. */
void bp_read_unknown(const struct bp_reader *reader, const struct bp_place *object_place,
                     const char *key, const struct bp_value *value, struct bp_names known);

/* Notes each member of an object that is not known there. */
void bp_read_unknown_members(const struct bp_reader *reader, const struct bp_value *object,
                             const struct bp_place *place, struct bp_names known);

/* True if a member that nobody knows means this name. */
bool bp_is_misspelt(const struct bp_value *object, const char *name, struct bp_names known);

/* True if the body has members at its top that belong into its network or samples: they may be
 * what these lack, without a fault until all that is unknown is noted. */
bool bp_has_misplaced(const struct bp_reader *reader);

/* Notes a member that an object lacks, unless a misspelt one stands in its place, or it stands
 * elsewhere in the body: that is a fault of its own, and one cause is one fault. Returns the fault,
 * or NULL. */
struct bp_fault *bp_read_missing(const struct bp_reader *reader, const struct bp_value *object,
                                 const struct bp_place *object_place, const char *name,
                                 struct bp_names known);

#endif
