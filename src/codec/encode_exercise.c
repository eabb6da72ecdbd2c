#include "encode_exercise.h"

#include "backpropd/catalogue.h"
#include "backpropd/json_write.h"
#include "encode.h"

static void put_hidden(struct bp_text *text, const struct bp_review *review,
                       const struct bp_step_names *names)
{
    bp_put_key(text, "hidden");
    bp_text_putc(text, '[');
    for (size_t i = 0; i < review->n_hidden; i++) {
        bp_put_comma(text);
        bp_text_putc(text, '{');
        bp_put_member_string(text, "code", bp_code_names[review->hidden[i].code]);
        bp_put_member_string(text, "step", names->of[review->hidden[i].step]);
        bp_text_putc(text, '}');
    }
    bp_text_putc(text, ']');
}

static void put_pair(struct bp_text *text, const char *name, const char *first, const char *second)
{
    bp_put_key(text, name);
    bp_text_putc(text, '[');
    bp_text_put_string(text, first);
    bp_text_putc(text, ',');
    bp_text_put_string(text, second);
    bp_text_putc(text, ']');
}

static void put_collisions(struct bp_text *text, const struct bp_review *review,
                           const struct bp_step_names *names)
{
    bp_put_key(text, "collisions");
    bp_text_putc(text, '[');
    for (size_t i = 0; i < review->n_collisions; i++) {
        const struct bp_made_at *a = &review->collisions[i].first;
        const struct bp_made_at *b = &review->collisions[i].second;
        bp_put_comma(text);
        bp_text_putc(text, '{');
        put_pair(text, "codes", bp_code_names[a->code], bp_code_names[b->code]);
        put_pair(text, "steps", names->of[a->step], names->of[b->step]);
        bp_text_putc(text, '}');
    }
    bp_text_putc(text, ']');
}

void bp_put_review(struct bp_text *text, const struct bp_review *review,
                   const struct bp_step_names *names)
{
    bp_text_putc(text, '{');
    bp_put_member_size(text, "mistakes", review->mistakes);
    put_hidden(text, review, names);
    put_collisions(text, review, names);
    bp_put_key(text, "all_zero_score");
    bp_text_put_double(text, review->all_zero_score);
    bp_put_key(text, "smallest_nonzero");
    bp_text_put_double(text, review->smallest_nonzero);
    bp_put_member_size(text, "rounds_to_zero", review->rounds_to_zero);
    bp_text_putc(text, '}');
}

static void put_samples(struct bp_text *text, const struct bp_task *task)
{
    const size_t n_x = task->network.layers[0].n_in;
    const size_t n_y = bp_network_last(&task->network)->n_out;
    bp_put_key(text, "samples");
    bp_text_putc(text, '[');
    for (size_t s = 0; s < task->n_samples; s++) {
        bp_put_comma(text);
        bp_text_putc(text, '{');
        bp_put_key(text, "x");
        bp_text_put_doubles(text, task->samples[s].x, n_x);
        bp_put_key(text, "y");
        bp_text_put_doubles(text, task->samples[s].y, n_y);
        bp_text_putc(text, '}');
    }
    bp_text_putc(text, ']');
}

static void put_body(struct bp_text *text, const struct bp_job *job,
                     const struct bp_drawing *drawing)
{
    bp_put_key(text, "body");
    bp_text_putc(text, '{');
    bp_put_network(text, job, &drawing->exercise.task.network);
    put_samples(text, &drawing->exercise.task);
    if (drawing->has_options) {
        bp_put_key(text, "options");
        bp_text_putc(text, '{');
        bp_text_put(text, job->notes.data, job->notes.size);
        bp_text_putc(text, '}');
    }
    if (drawing->learning_rate >= 0) {
        bp_put_key(text, "learning_rate");
        bp_text_put_double(text, drawing->learning_rate);
    }
    bp_text_putc(text, '}');
}

void bp_put_exercise(struct bp_text *text, const struct bp_job *job,
                     const struct bp_drawing *drawing)
{
    bp_text_putc(text, '{');
    bp_put_member_size(text, "generator", BP_EXERCISE_GENERATOR);
    put_body(text, job, drawing);
    bp_put_key(text, "review");
    bp_put_review(text, &drawing->exercise.review, &drawing->names);
    bp_put_member_size(text, "tries", drawing->exercise.tries);
    bp_text_putc(text, '}');
}
