/* Parts of a reply as JSON, which the operations put together; members are in the order of
 * openapi.yaml. Running out of memory sets `failed` of the text; nothing else can go wrong. */
#ifndef BACKPROPD_CODEC_ENCODE_H
#define BACKPROPD_CODEC_ENCODE_H

#include "backpropd/operation.h"

/* The name of layer k's output: `hidden` with k for %; for the last layer `output`. */
void bp_put_key_output(struct bp_text *text, const struct bp_job *job, const char *hidden,
                       const char *output, size_t k);

/* W1, b1, ..., and the activations if they were posted. */
void bp_put_network(struct bp_text *text, const struct bp_job *job,
                    const struct bp_network *network);

/* For each relu layer, which of its units are dead in a sample, or on all: BP_WHOLE_BATCH. */
void bp_put_dead(struct bp_text *text, const char *name, const struct bp_job *job,
                 const struct bp_pass *pass, size_t sample);

/* Of the mean loss; how many are zero, and why; why each one is, if the reply has that part. */
void bp_put_gradients(struct bp_text *text, const struct bp_job *job, const struct bp_pass *pass);
void bp_put_parameters(struct bp_text *text, const struct bp_job *job, const struct bp_pass *pass);
void bp_put_why_zero(struct bp_text *text, const struct bp_job *job, const struct bp_pass *pass);

/* The samples one by one, if the reply has that part; `backward`: with the seven steps. The pass
 * holds the rows of all. */
void bp_put_samples(struct bp_text *text, const struct bp_job *job, const struct bp_pass *pass,
                    bool backward);

#endif
