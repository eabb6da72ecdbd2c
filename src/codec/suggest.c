#include "backpropd/suggest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

size_t bp_find_name(const char *name, const char *const *names, size_t n)
{
    size_t i = 0;
    while (i < n && strcmp(name, names[i]) != 0)
        i++;
    return i;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool same_letter(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* A name, or a word of one, at most BP_SUGGEST_MAX long. */
struct word {
    const char *at;
    size_t n;
};

static struct word word_of(const char *name)
{
    return (struct word){name, strlen(name)};
}

/* Optimal string alignment distance (Damerau 1964, Levenshtein 1966), letter case apart. */
static size_t distance(struct word a, struct word b)
{
    size_t rows[3][BP_SUGGEST_MAX + 1];
    for (size_t j = 0; j <= b.n; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            row[j] = least(above[j - 1] + !same_letter(a.at[i - 1], b.at[j - 1]),
                           least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && same_letter(a.at[i - 1], b.at[j - 2]) &&
                same_letter(a.at[i - 2], b.at[j - 1]))
                row[j] = least(row[j], two_above[j - 2] + 1);
        }
    }
    return rows[a.n % 3][b.n];
}

#define SHORT_MEMBER 5

const char *bp_suggest(const char *misspelt, const char *const *names, size_t n)
{
    const struct word got = word_of(misspelt);
    const char *best = NULL;
    size_t best_distance = 3;
    if (got.n > BP_SUGGEST_MAX)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        const struct word name = word_of(names[i]);
        const size_t d = distance(got, name);
        const bool near = d <= (least(got.n, name.n) <= SHORT_MEMBER ? 1 : 2) &&
                          2 * d < name.n; /* or anything resembles "x" */
        if (near && d < best_distance) {
            best = names[i];
            best_distance = d;
        }
    }
    return best;
}

/* --- values ----------------------------------------------------------------------------------- */

#define JOINTS "_- ."
#define SHORT_WORD 4

/* True if the letters are the same, however words are joined. */
static bool same_letters(const char *a, const char *b)
{
    for (;; a++, b++) {
        a += strspn(a, JOINTS);
        b += strspn(b, JOINTS);
        if (!same_letter(*a, *b))
            return false;
        if (!*a)
            return true;
    }
}

/* In: words one letter or one swap apart. */
static bool is_swapped(struct word a, struct word b)
{
    size_t i = 0;
    while (i < a.n && i < b.n && same_letter(a.at[i], b.at[i]))
        i++;
    return a.n == b.n && i + 1 < a.n && same_letter(a.at[i], b.at[i + 1]) &&
           same_letter(a.at[i + 1], b.at[i]);
}

static bool is_near(struct word got, struct word known)
{
    const size_t d = distance(got, known);
    return d == 0 || (d == 1 && (known.n > SHORT_WORD || is_swapped(got, known)));
}

/* True if both names have as many words, each near the other's. */
static bool are_near(const char *got, const char *known)
{
    for (;; got++, known++) {
        const struct word a = {got, strcspn(got, JOINTS)}, b = {known, strcspn(known, JOINTS)};
        if (!is_near(a, b))
            return false;
        got += a.n;
        known += b.n;
        if (!*got || !*known)
            return !*got && !*known;
    }
}

const char *bp_suggest_value(const char *misspelt, const char *const *names, size_t n)
{
    if (strlen(misspelt) > BP_SUGGEST_MAX)
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (same_letters(misspelt, names[i]))
            return names[i];
    for (size_t i = 0; i < n && !strpbrk(misspelt, "0123456789"); i++)
        if (are_near(misspelt, names[i]))
            return names[i];
    return NULL;
}

/* --- synonyms --------------------------------------------------------------------------------- */

/* What is meant, and what it is called elsewhere: capitals and joints are left out. */
static const struct {
    const char *name;
    const char *others[18];
} SYNONYMS[] = {
    {"identity", {"linear", "none", "id", "noop", "passthrough", "purelin"}},
    {"sigmoid", {"logistic", "logsig", "sigm", "expit", "sigma", "\xCF\x83"}},
    {"tanh", {"tansig", "hyperbolictangent", "tanhyp"}},
    {"relu", {"rectifier", "rectifiedlinear", "rectifiedlinearunit", "poslin"}},
    {"leaky_relu", {"leaky", "lrelu", "leakyrectifiedlinearunit"}},
    {"softmax", {"softargmax", "normalizedexponential"}},
    {"mse", {"meansquarederror", "meansquareerror", "mseloss"}},
    {"sse",
     {"sumsquarederror", "sumsquarederrors", "sumofsquarederrors", "sumofsquares", "sseloss",
      "rss"}},
    {"cross_entropy",
     {"ce", "categoricalcrossentropy", "crossentropyloss", "celoss", "softmaxcrossentropy",
      "categoricalce"}},
    {"binary_cross_entropy",
     {"bce", "logloss", "bceloss", "binarycrossentropyloss", "bcewithlogits", "bcewithlogitsloss"}},
    {"mean", {"average", "avg"}},
    {"sum", {"total", "add"}},
    {"out_in", {"torch", "pytorch"}},
    {"in_out", {"keras", "tensorflow", "numpy"}},
    {"learning_rate",
     {"lr", "eta", "alpha", "learnrate", "stepsize", "rate", "\xCE\xB7", "\xCE\xB1"}},
    {"steps",
     {"epochs", "epoch", "iterations", "iteration", "iters", "niter", "maxiter", "nsteps",
      "numsteps"}},
    {"frozen", {"freeze", "fixed"}},
    {"x", {"input", "inputs", "feature", "features", "in", "x", "xs", "xtrain"}},
    {"y",
     {"y", "ys", "ytrain", "target", "targets", "label", "labels", "t", "output", "outputs",
      "ytrue", "expected", "desired", "truth", "out"}},
    {"network", {"net", "model", "nn", "neuralnetwork"}},
    {"samples", {"data", "dataset", "examples", "example", "batch", "trainingdata"}},
    {"options", {"config", "settings", "params", "opts"}},
    {"activations",
     {"activationfunction", "activationfunctions", "activationfn", "nonlinearity", "act"}},
    {"loss", {"lossfunction", "lossfn", "cost", "costfunction", "criterion", "objective"}},
    {"round_decimals", {"round", "rounding", "decimals", "digits", "precision"}},
    {"shown_decimals", {"decimals", "digits", "precision", "round"}},
    {"sizes", {"layers", "layersizes", "shape", "units"}},
};

const char *bp_suggest_synonym(const char *other, const char *const *names, size_t n)
{
    other += strspn(other, JOINTS);
    for (size_t i = 0; i < sizeof SYNONYMS / sizeof *SYNONYMS; i++)
        for (const char *const *each = SYNONYMS[i].others; *each; each++)
            if (same_letter(*other, **each) && same_letters(other, *each) &&
                bp_find_name(SYNONYMS[i].name, names, n) < n)
                return SYNONYMS[i].name;
    return NULL;
}

/* --- notes ------------------------------------------------------------------------------------ */

static const struct {
    const char *says;
    const char *others[8];
} NOTES[] = {
    {"It is the target; what the network gives, y_hat, is calculated here",
     {"output", "outputs", "out"}},
    {"One step takes all samples together", {"epochs", "epoch"}},
    {"It is 1/(1 + exp(-z))", {"logsig"}},
    {"log_softmax with nll_loss is \"softmax\" with \"cross_entropy\" here",
     {"logsoftmax", "nll", "nllloss", "negativeloglikelihood"}},
    {"sse is the sum of (y_hat - y)^2, mse its mean, half_sse and half_mse are half of them",
     {"quadratic", "l2", "l2loss", "squarederror", "squaredloss", "squares", "euclidean"}},
};

const char *bp_suggest_note(const char *other)
{
    for (size_t i = 0; i < sizeof NOTES / sizeof *NOTES; i++)
        for (const char *const *each = NOTES[i].others; *each; each++)
            if (same_letters(other, *each))
                return NOTES[i].says;
    return NULL;
}
