#include "backpropd/reply.h"

#include "backpropd/encode_problem.h"
#include "backpropd/media.h"

/* A text ends with a newline, as files do, so that a terminal's prompt starts on a new line. */
static void end_line(struct bp_text *text)
{
    if (text->size && !text->failed && text->data[text->size - 1] != '\n')
        bp_text_putc(text, '\n');
}

void bp_reply_finish(struct bp_reply *reply, struct bp_memory *memory)
{
    struct bp_problem problem;
    end_line(&reply->text);
    if (!reply->text.failed)
        return;
    bp_problem_set_memory(&problem, reply->text.over_budget);
    bp_text_free(&reply->text);
    bp_reply_problem(reply, memory, &problem);
}

/* The fixed reply for when there is no memory even for a problem document. */
static void answer_from_stock(struct bp_reply *reply)
{
    static const char stock[] =
        "{\"type\":\"/problems/out-of-memory\",\"title\":\"The service has no memory left for this "
        "request\",\"status\":503,\"code\":\"out_of_memory\",\"detail\":\"the machine has no "
        "memory left\"}\n";
    *reply = (struct bp_reply){.status = 503,
                               .media_type = BP_MEDIA_PROBLEM,
                               .problem = BP_PROBLEM_OUT_OF_MEMORY,
                               .fixed = stock,
                               .fixed_size = sizeof stock - 1};
}

void bp_reply_problem(struct bp_reply *reply, struct bp_memory *memory,
                      const struct bp_problem *problem)
{
    *reply = (struct bp_reply){.status = bp_problem_info(problem->code)->status,
                               .media_type = BP_MEDIA_PROBLEM,
                               .problem = (int)problem->code};
    bp_text_start(&reply->text, memory, 1024);
    bp_encode_problem(&reply->text, problem);
    end_line(&reply->text);
    if (reply->text.failed) {
        bp_text_free(&reply->text);
        answer_from_stock(reply);
    }
}

const char *bp_reply_body(const struct bp_reply *reply, size_t *size)
{
    *size = reply->fixed ? reply->fixed_size : reply->text.size;
    return reply->fixed ? reply->fixed : reply->text.data;
}

void bp_reply_free(struct bp_reply *reply)
{
    bp_text_free(&reply->text);
}
