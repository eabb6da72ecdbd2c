#include "grade_words.h"

#include <assert.h>
#include <string.h>

#include "backpropd/catalogue.h"
#include "backpropd/json_write.h"

/* What words are filled in with. */
struct spoken {
    const struct bp_job *job;
    const struct bp_grading *of;
    const size_t *steps; /* (n_steps): the steps that they speak of */
    size_t n_steps;
    size_t step; /* the one whose formula is written */
    size_t at;   /* the one cell that is off, or BP_NO_CELL */
};

static const struct bp_step *step_of(const struct spoken *with)
{
    return &with->of->grade.steps.list[with->step];
}

static const struct bp_layer *layer_of(const struct spoken *with)
{
    return &with->of->grade.steps.task->network.layers[step_of(with)->layer];
}

/* True if the layer's step of this kind is in the reply. */
static bool is_asked(const struct spoken *with, enum bp_step_kind kind)
{
    const struct bp_grade *grade = &with->of->grade;
    const size_t step = bp_step_at(&grade->steps, kind, step_of(with)->layer);
    return step != BP_NO_STEP && grade->verdicts[step].counted;
}

/* --- activations ------------------------------------------------------------------------------ */

static bool is_spoken_of(const struct spoken *with, size_t step)
{
    for (size_t i = 0; i < with->n_steps; i++)
        if (with->steps[i] == step)
            return true;
    return false;
}

/* The activations of the steps' layers, each once, in the order of the steps. Returns how many. */
static size_t list_activations(enum bp_activation out[BP_ACTIVATION_COUNT + 1],
                               const struct spoken *with)
{
    const struct bp_steps *steps = &with->of->grade.steps;
    size_t n = 0;
    for (size_t i = 0; i < steps->n; i++) {
        if (!is_spoken_of(with, i))
            continue;
        out[n] = steps->task->network.layers[steps->list[i].layer].activation;
        size_t same = 0;
        while (out[same] != out[n])
            same++;
        n += same == n;
    }
    return n;
}

static void put_activations(struct bp_text *text, const struct spoken *with)
{
    enum bp_activation list[BP_ACTIVATION_COUNT + 1];
    const size_t n = list_activations(list, with);
    for (size_t i = 0; i < n; i++)
        bp_text_printf(text, "%s%s", i ? " and " : "", bp_activation_names[list[i]]);
}

/* The derivative in terms of h, or NULL. */
static const char *rule_of(enum bp_activation activation)
{
    switch (activation) {
    case BP_ACTIVATION_SIGMOID:
        return "h (1 - h)";
    case BP_ACTIVATION_TANH:
        return "1 - h^2";
    case BP_ACTIVATION_RELU:
    case BP_ACTIVATION_LEAKY_RELU:
    case BP_ACTIVATION_IDENTITY:
    case BP_ACTIVATION_SOFTMAX:
    case BP_ACTIVATION_COUNT:
        break;
    }
    return NULL;
}

static void put_rules(struct bp_text *text, const struct spoken *with)
{
    enum bp_activation list[BP_ACTIVATION_COUNT + 1];
    const size_t n = list_activations(list, with);
    size_t n_put = 0;
    for (size_t i = 0; i < n; i++) {
        const char *rule = rule_of(list[i]);
        if (!rule)
            continue;
        bp_text_printf(text, "%s%s", n_put++ ? " and " : "", rule);
        if (n > 1)
            bp_text_printf(text, " for %s", bp_activation_names[list[i]]);
    }
}

/* --- one cell --------------------------------------------------------------------------------- */

/* "dL_dh1[1]", of several samples "dL_dh1[1] of sample 0", in the layout posted. */
static void put_cell(struct bp_text *text, const struct spoken *with)
{
    const struct bp_step *step = step_of(with);
    const struct bp_cell_place place = bp_cell_place(step, with->at, with->job->is_out_in);
    const char *name = with->of->names.of[with->step];
    bp_text_puts(text, step->kind == BP_STEP_LOSS ? bp_step_member(name) : name);
    for (size_t n = 0; n < place.n_index; n++)
        bp_text_printf(text, "[%zu]", place.index[n]);
    if (step->rows > 1)
        bp_text_printf(text, " of sample %zu", place.sample);
}

/* --- formulas --------------------------------------------------------------------------------- */

static void put_words(struct bp_text *text, const char *words, const struct spoken *with);

static bool is_place(const char *name, const char *place, size_t size)
{
    return strncmp(name, place, size) == 0 && !name[size];
}

/* What a place stands for that no function writes: words, with places of their own. */
static const char *words_at(const char *place, size_t size, const struct spoken *with)
{
    const struct bp_task *task = with->of->grade.steps.task;
    const struct bp_layer *layer = layer_of(with);
    const char *name = with->of->names.of[with->step];
    const size_t k = step_of(with)->layer + 1;
    const bool is_last = k == task->network.depth;
    /* the gradient of its z is called like that of y_hat by those who do not write both */
    const bool is_plain =
        is_last && layer->activation == BP_ACTIVATION_IDENTITY && !is_asked(with, BP_STEP_DL_DZ);
    const bool is_mean = task->rules.reduction == BP_REDUCTION_MEAN;
    const struct {
        const char *place, *words;
    } table[] = {
        {"step", name},
        {"w", bp_step_member(name)},
        {"activation", bp_activation_names[layer->activation]},
        {"loss", bp_loss_phrases[task->rules.loss]},
        {"bias", layer->b ? "b{k}[j] + " : ""},
        {"source", k > 1 ? "h{below}" : "x"},
        {"upstream", is_last ? "dL_dy_hat" : "dL_dh{k}"},
        {"error", is_plain ? "dL_dy_hat" : "dL_dz{k}"},
        {"mean", is_mean ? "the mean over the samples of " : "the sum over the samples of "},
    };
    size_t i = 0;
    while (!is_place(table[i].place, place, size)) {
        i++;
        assert(i < sizeof table / sizeof *table);
    }
    return table[i].words;
}

static void put_layer(struct bp_text *text, const struct spoken *with)
{
    bp_text_put_size(text, step_of(with)->layer + 1);
}

static void put_layer_below(struct bp_text *text, const struct spoken *with)
{
    bp_text_put_size(text, step_of(with)->layer);
}

/* The formula of a step, as its kind has it or as this layer is. */
static const char *formula_of(const struct spoken *with)
{
    const enum bp_step_kind kind = step_of(with)->kind;
    const enum bp_activation activation = layer_of(with)->activation;
    if (kind == BP_STEP_H && activation == BP_ACTIVATION_IDENTITY)
        return is_asked(with, BP_STEP_Z)
                   ? "{step} = z{k}"
                   : "{step}[j] = {bias}the sum over i of {source}[i] times the weight from i to j";
    if (kind == BP_STEP_DL_DZ && activation == BP_ACTIVATION_IDENTITY)
        return "{step} = {upstream}";
    if (kind == BP_STEP_DL_DZ && activation == BP_ACTIVATION_SOFTMAX)
        return "{step}[k] = the sum over j of dL_dy_hat[j] times the derivative of y_hat[j] with "
               "respect to z{k}[k]";
    return bp_step_text(kind)->todo;
}

static void put_formulas(struct bp_text *text, const struct spoken *with)
{
    struct spoken one = *with;
    for (size_t i = 0; i < with->n_steps; i++) {
        one.step = with->steps[i];
        bp_text_puts(text, i ? "; " : "");
        put_words(text, formula_of(&one), &one);
    }
}

/* --- words ------------------------------------------------------------------------------------ */

static void put_decimals(struct bp_text *text, const struct spoken *with)
{
    bp_text_put_size(text, (size_t)with->of->grade.decimals);
}

static const struct {
    const char *name;
    void (*put)(struct bp_text *text, const struct spoken *with);
} PLACES[] = {
    {"f", put_activations},     {"rule", put_rules}, {"todo", put_formulas},
    {"decimals", put_decimals}, {"cell", put_cell},  {"k", put_layer},
    {"below", put_layer_below},
};

static void put_place(struct bp_text *text, const char *place, size_t size,
                      const struct spoken *with)
{
    for (size_t i = 0; i < sizeof PLACES / sizeof *PLACES; i++) {
        if (!is_place(PLACES[i].name, place, size))
            continue;
        PLACES[i].put(text, with);
        return;
    }
    put_words(text, words_at(place, size, with), with);
}

/* Words are plain: nothing in them is escaped. */
static void put_words(struct bp_text *text, const char *words, const struct spoken *with)
{
    for (const char *open; (open = strchr(words, '{'));) {
        const char *close = strchr(open, '}');
        bp_text_put(text, words, (size_t)(open - words));
        put_place(text, open + 1, (size_t)(close - open - 1), with);
        words = close + 1;
    }
    bp_text_puts(text, words);
}

static void put_names(struct bp_text *text, const struct bp_grading *of, const size_t *steps,
                      size_t n)
{
    for (size_t i = 0; i < n; i++)
        bp_text_printf(text, "%s%s", i ? ", " : "", of->names.of[steps[i]]);
}

/* --- mistakes --------------------------------------------------------------------------------- */

/* More of what explains the answer as well stands in `or`. */
#define EQUALS_SAID 3

static struct bp_words words_of(const struct bp_grading *of, const struct bp_found *found)
{
    if (found->words != BP_NO_MISTAKE)
        return bp_mistake_text(found->words).words;
    return bp_other_words(found->code, of->grade.steps.list[found->steps[0]].kind);
}

static bool has_status(const struct bp_grading *of, size_t step, enum bp_step_status status)
{
    const struct bp_step_verdict *verdict = &of->grade.verdicts[step];
    return verdict->counted && verdict->status == status;
}

/* Where a mistake is seen that was made in steps not handed in: the first step that is wrong for
 * it; BP_NO_STEP if one of its own steps is. */
static size_t seen_at(const struct bp_grading *of, const struct bp_found *found)
{
    for (size_t i = 0; i < found->n_steps; i++)
        if (has_status(of, found->steps[i], BP_STATUS_WRONG))
            return BP_NO_STEP;
    for (size_t i = 0; i < of->grade.steps.n; i++)
        if (has_status(of, i, BP_STATUS_WRONG) && (of->grade.verdicts[i].reason == found->code ||
                                                   of->grade.verdicts[i].reason == found->with))
            return i;
    return BP_NO_STEP;
}

/* From the parameters after the step alone, w - lr (-g) and w + lr g cannot be told apart. */
static bool is_like_ascent(const struct bp_grading *of, const struct bp_found *found, size_t seen)
{
    return found->code == BP_CODE_SIGN_FLIPPED && seen != BP_NO_STEP &&
           (of->grade.steps.list[seen].kind == BP_STEP_NEW_W ||
            of->grade.steps.list[seen].kind == BP_STEP_NEW_B);
}

/* The equals of a pair are codes of other pairs: they say nothing alone. */
static size_t count_said(const struct bp_found *found)
{
    if (found->with != BP_NO_CODE)
        return 0;
    return found->n_equals < EQUALS_SAID ? found->n_equals : EQUALS_SAID;
}

static struct spoken of_equal(const struct spoken *with, const struct bp_equal *equal)
{
    return (struct spoken){with->job, with->of, &equal->step, 1, equal->step, BP_NO_CELL};
}

static void put_equals(struct bp_text *text, const struct bp_found *found,
                       const struct spoken *with)
{
    for (size_t i = 0; i < count_said(found); i++) {
        const struct bp_equal *equal = &found->equals[i];
        const struct spoken other = of_equal(with, equal);
        bp_text_puts(text, " Or");
        if (!is_spoken_of(with, equal->step))
            bp_text_printf(text, " at %s", with->of->names.of[equal->step]);
        bp_text_puts(text, ": ");
        put_words(text, bp_mistake_text(equal->words).words.message, &other);
    }
}

static void put_message(struct bp_text *text, const struct bp_found *found,
                        const struct spoken *with)
{
    const size_t seen = seen_at(with->of, found);
    bp_put_member_open(text, "message", '"');
    put_names(text, with->of, found->steps, found->n_steps);
    bp_text_puts(text, ": ");
    put_words(text, words_of(with->of, found).message, with);
    put_equals(text, found, with);
    if (is_like_ascent(with->of, found, seen))
        bp_text_puts(text, " Or the step went uphill, w + learning_rate g: the numbers are "
                           "the same.");
    if (seen != BP_NO_STEP)
        bp_text_printf(text, " This shows in %s%s", with->of->names.of[seen],
                       found->with != BP_NO_CODE ? ", together with another mistake." : ".");
    bp_text_putc(text, '"');
}

static void put_hint(struct bp_text *text, const struct bp_found *found, const struct spoken *with)
{
    const char *hint = words_of(with->of, found).hint;
    const bool is_ascent = is_like_ascent(with->of, found, seen_at(with->of, found));
    bp_put_member_open(text, "hint", '"');
    put_words(text, hint, with);
    if (count_said(found) && !is_ascent) {
        const struct spoken other = of_equal(with, found->equals);
        const char *another = bp_mistake_text(found->equals->words).words.hint;
        bp_text_puts(text, strcmp(hint, another) ? " " : "");
        put_words(text, strcmp(hint, another) ? another : "", &other);
    }
    if (is_ascent)
        bp_text_puts(text, " And which way does a step of gradient descent go? With the gradients "
                           "handed in too, it can be told which it is.");
    bp_text_putc(text, '"');
}

void bp_put_words_of_mistake(struct bp_text *text, const struct bp_job *job,
                             const struct bp_grading *of, const struct bp_found *found)
{
    const struct spoken with = {job, of, found->steps, found->n_steps, found->steps[0], found->at};
    put_message(text, found, &with);
    put_hint(text, found, &with);
}

/* --- steps ------------------------------------------------------------------------------------ */

/* True if an entry of `mistakes` speaks of the step. */
static bool is_in_an_entry(const struct bp_grading *of, size_t step)
{
    for (size_t i = 0; i < of->grade.n_found; i++)
        for (size_t s = 0; s < of->grade.found[i].n_steps; s++)
            if (of->grade.found[i].steps[s] == step)
                return true;
    return false;
}

/* The mistake that a wrong step comes from, made where nothing was handed in; NULL: none is known.
 */
static const struct bp_found *cause_of(const struct bp_grading *of, size_t step)
{
    for (size_t i = 0; i < of->grade.n_found; i++) {
        const struct bp_found *found = &of->grade.found[i];
        if (found->code == of->grade.verdicts[step].reason && found->words != BP_NO_MISTAKE &&
            seen_at(of, found) != BP_NO_STEP)
            return found;
    }
    return NULL;
}

/* What is said of a step's status, behind its name; NULL: nothing, or an entry says it. */
static const char *status_words(const struct bp_grading *of, size_t step)
{
    const struct bp_step_verdict *verdict = &of->grade.verdicts[step];
    switch (verdict->status) {
    case BP_STATUS_FOLLOWS:
        return bp_other_words(verdict->reason, of->grade.steps.list[step].kind).message;
    case BP_STATUS_INCOMPLETE:
        return "nothing here is wrong, but something is still missing.";
    case BP_STATUS_BLANK:
        return "nothing was handed in here.";
    case BP_STATUS_UNREADABLE:
        return "not all of this can be read; the list of what is unreadable says why.";
    case BP_STATUS_WRONG:
        return is_in_an_entry(of, step) ? NULL
                                        : "this does not match; correct the steps before it first.";
    default:
        return NULL;
    }
}

void bp_put_words_of_step(struct bp_text *text, const struct bp_grading *of, size_t step)
{
    const struct bp_found *cause =
        has_status(of, step, BP_STATUS_WRONG) ? cause_of(of, step) : NULL;
    const char *words = status_words(of, step);
    if (!words)
        return;
    bp_put_member_open(text, "message", '"');
    bp_text_printf(text, "%s: ", of->names.of[step]);
    if (cause) {
        bp_text_puts(text, "this comes from a mistake in ");
        put_names(text, of, cause->steps, cause->n_steps);
        bp_text_puts(text, ", which was not handed in.");
    } else {
        bp_text_puts(text, words);
    }
    bp_text_putc(text, '"');
}

/* --- the summary ------------------------------------------------------------------------------ */

static size_t count_steps(const struct bp_grading *of, enum bp_step_status status)
{
    size_t n = 0;
    for (size_t i = 0; i < of->grade.steps.n; i++)
        n += has_status(of, i, status);
    return n;
}

/* How a status is said of one step, and of several before their names. */
static const struct {
    const char *one, *many;
} SAID[BP_STEP_STATUS_COUNT] = {
    [BP_STATUS_RIGHT] = {" is right", NULL}, /* they are counted, not named */
    [BP_STATUS_WRONG] = {" is wrong", " are wrong"},
    [BP_STATUS_FOLLOWS] = {" follows from your own numbers", " follow from your own numbers"},
    [BP_STATUS_INCOMPLETE] = {" is not complete", " are not complete"},
    [BP_STATUS_BLANK] = {" is blank", " are blank"},
    [BP_STATUS_UNREADABLE] = {" cannot be read", " cannot be read"},
};

static void put_sentence(struct bp_text *text, const struct bp_grading *of,
                         enum bp_step_status status)
{
    const size_t n = count_steps(of, status);
    const char *before = ": ";
    if (!n)
        return;
    bp_text_printf(text, " %zu%s", n, n == 1 ? SAID[status].one : SAID[status].many);
    for (size_t i = 0; i < of->grade.steps.n; i++) {
        if (!has_status(of, i, status))
            continue;
        bp_text_printf(text, "%s%s", before, of->names.of[i]);
        before = ", ";
    }
    bp_text_putc(text, '.');
}

static void put_how_many_are_right(struct bp_text *text, size_t right, size_t n)
{
    if (right == n && n == 2)
        bp_text_puts(text, "Both steps are right.");
    else if (right == n)
        bp_text_printf(text, "All %zu steps are right.", n);
    else if (right)
        bp_text_printf(text, "%zu of %zu steps %s right.", right, n, right > 1 ? "are" : "is");
    else
        bp_text_printf(text, "Of %zu steps,", n);
}

/* Which step to look at first, where there is a choice. */
static void put_beginning(struct bp_text *text, const struct bp_grading *of)
{
    size_t step = 0;
    if (!count_steps(of, BP_STATUS_WRONG) ||
        count_steps(of, BP_STATUS_WRONG) + count_steps(of, BP_STATUS_FOLLOWS) == 1)
        return;
    while (!has_status(of, step, BP_STATUS_WRONG))
        step++;
    bp_text_printf(text, " Begin with %s.", of->names.of[step]);
}

/* One decimal is coarse. Who asks for it knows. */
static void put_coarseness(struct bp_text *text, const struct bp_grade *grade)
{
    if (grade->marking.decimals == BP_DECIMALS_AS_SHOWN && grade->decimals <= 1)
        bp_text_printf(text,
                       " The answers show 1 decimal, so they are marked to 1 decimal; with %d "
                       "decimals they are marked more exactly.",
                       BP_DECIMALS_SHOWN_MAX);
}

static void put_several(struct bp_text *text, const struct bp_grading *of, size_t n)
{
    static const enum bp_step_status order[] = {BP_STATUS_WRONG, BP_STATUS_FOLLOWS,
                                                BP_STATUS_INCOMPLETE, BP_STATUS_BLANK,
                                                BP_STATUS_UNREADABLE};
    put_how_many_are_right(text, count_steps(of, BP_STATUS_RIGHT), n);
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        put_sentence(text, of, order[i]);
    put_beginning(text, of);
}

void bp_put_summary(struct bp_text *text, const struct bp_grading *of)
{
    size_t n = 0, one = 0;
    for (size_t i = 0; i < of->grade.steps.n; i++) {
        one = of->grade.verdicts[i].counted ? i : one;
        n += of->grade.verdicts[i].counted;
    }
    bp_put_member_open(text, "summary", '"');
    if (n == 1)
        bp_text_printf(text, "%s%s.", of->names.of[one], SAID[of->grade.verdicts[one].status].one);
    else
        put_several(text, of, n);
    put_coarseness(text, &of->grade);
    bp_text_putc(text, '"');
}
