#include "scenarios.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"

#define NETWORK                                                                                    \
    "'network':{'W1':[[0.2,-0.5,0.1],[-0.3,0.4,-0.2]],'b1':[0.1,-0.1,0],"                          \
    "'W2':[[0.3,-0.2],[-0.1,0.5],[0.2,-0.4]],'b2':[0,0.1]"
/* @ stands where more samples go */
#define SAMPLES "'samples':[{'x':[1,-0.5],'y':[1,0]}@]"
#define BODY "{" NETWORK "}," SAMPLES "}"
#define ACTIVE(first, last) "{" NETWORK ",'activations':['" first "','" last "']}," SAMPLES "}"
#define WITH(more) "{" NETWORK "}," SAMPLES "," more "}"
#define STEP(more) WITH("'learning_rate':0.1" more)
#define ANSWERS                                                                                    \
    "'learning_rate':0.1,'answers':{'samples':[{'z1':['0,5',null,'abc'],'dL_dW2':[[1]]}],"         \
    "'gradients':{'b1':[0,1,2]},'network':{'b2':[1,2]}},'marking':{'weights':{'loss':2}}"
#define GET(target) "GET " target " HTTP/1.1\r\nHost: a\r\n\r\n"

#define MANY 1250 /* samples: a body beyond what is decoded at once */

const struct scenario scenarios[] = {
    [SCENARIO_LIGHT] = {"backward", FORM_POST, "/backward", BODY, .status = 200},
    [SCENARIO_POOL] = {"backward with many samples", FORM_POST, "/backward", BODY, .samples = MANY,
                       .status = 200},
    {"forward", FORM_POST, "/forward", BODY, .status = 200},
    {"step", FORM_POST, "/step", STEP(""), .status = 200},
    {"step, all parts", FORM_POST, "/step", STEP(",'steps':3,'include':['samples','why_zero']"),
     .status = 200},
    {"relu", FORM_POST, "/backward", ACTIVE("relu", "relu"), .status = 200},
    {"leaky relu", FORM_POST, "/backward", ACTIVE("leaky_relu", "leaky_relu"), .status = 200},
    {"sigmoid", FORM_POST, "/backward", ACTIVE("sigmoid", "sigmoid"), .status = 200},
    {"tanh", FORM_POST, "/backward", ACTIVE("tanh", "tanh"), .status = 200},
    {"identity", FORM_POST, "/backward", ACTIVE("identity", "identity"), .status = 200},
    {"mse", FORM_POST, "/step", STEP(",'options':{'loss':'mse'}"), .status = 200},
    {"sse", FORM_POST, "/step", STEP(",'options':{'loss':'sse'}"), .status = 200},
    {"half mse", FORM_POST, "/step", STEP(",'options':{'loss':'half_mse'}"), .status = 200},
    {"half sse", FORM_POST, "/step", STEP(",'options':{'loss':'half_sse'}"), .status = 200},
    {"other options", FORM_POST, "/backward",
     WITH("'options':{'round_decimals':null,'relu_at_zero':0.5},'include':[]"), .status = 200},
    {"grade", FORM_POST, "/grade", WITH(ANSWERS), .status = 200},
    {"grade, the other layout", FORM_POST, "/grade",
     "{'network':{'W1':[[0.2,-0.5],[0.1,0.3]],'b1':null},'samples':[{'x':[1,2],'y':[1,0]}],"
     "'options':{'layout':'out_in'},'answers':{'gradients':{'W1':[['1','x'],[null,{}]]}},"
     "'marking':{'reveal':true}}",
     .status = 200},
    {"check", FORM_POST, "/check", WITH("'gradients':{'b2':[0,0.5]}"), .status = 200},
    {"exercise", FORM_POST, "/exercise",
     "{'sizes':[2,2,2],'tries':2,'options':{'loss':'sse','layout':'out_in'}}", .status = 200},
    {"review", FORM_POST, "/exercise/review", BODY, .status = 200},
    {"two blocks of samples", FORM_POST, "/backward", BODY, .samples = 100, .status = 200},

    {"forward with many samples", FORM_POST, "/forward", BODY, .samples = MANY, .status = 200},
    {"many steps in the pool", FORM_POST, "/step", STEP(",'steps':2000"), .status = 200},
    {"the pool finds a fault", FORM_POST, "/forward", WITH("'x':1"), .samples = MANY,
     .status = 422},
    {"the pool finds no JSON", FORM_POST, "/forward", BODY "}", .samples = MANY, .status = 400},
    {"an overflow in the pool", FORM_POST, "/step",
     WITH("'learning_rate':1e10,'steps':2000,'options':{'round_decimals':null}"), .status = 422},
    {"a full queue", FORM_POST, "/backward", BODY, .samples = MANY, .status = 0, .clients = 4,
     .limits = {.queue = 1}},

    {"chunked", FORM_CHUNKED, "/backward", BODY, .status = 200},
    {"chunked, many samples", FORM_CHUNKED, "/backward", BODY, .samples = MANY, .status = 200},
    {"compressed", FORM_GZIP, "/backward", BODY, .samples = MANY, .status = 200, .varies = true},
    {"in several writes", FORM_SPLIT, "/backward", BODY, .status = 200},
    {"in several writes, many samples", FORM_SPLIT, "/forward", BODY, .samples = MANY,
     .status = 200},
    {"Expect: 100-continue", FORM_WAITING, "/backward", BODY, .status = 200},
    {"HTTP/1.0", FORM_RAW, NULL, "GET /version HTTP/1.0\r\n\r\n", .status = 200},
    {"pipelined", FORM_RAW, NULL, GET("/livez") GET("/version") GET("/nowhere") GET("/livez"),
     .status = 200, .replies = 4},
    {"pipelined with bodies", FORM_RAW, NULL,
     "POST /forward HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}" GET(
         "/livez") "POST /step HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n[]",
     .status = 422, .replies = 3},
    {"several clients", FORM_POST, "/backward", BODY, .status = 200, .clients = 4},

    {"invalid_json", FORM_POST, "/forward", "{'network':tru}", .status = 400},
    {"a NUL in a string", FORM_POST, "/forward", "{'network':'\\u0000'}", .status = 400},
    {"nested too deep", FORM_POST, "/forward", "[[[[[[[[[['a']]]]]]]]]]", .status = 400},
    {"many faults", FORM_POST, "/forward",
     "{'a':1,'b':1,'c':1,'d':1,'e':1,'f':1,'g':1,'h':1,'i':1,'j':1,'k':1,'l':1,'m':1,'n':1,"
     "'o':1,'p':1,'q':1,'r':1,'s':1,'t':1,'u':1,'v':{'w':['x',null]}}",
     .status = 422},
    {"duplicate members", FORM_POST, "/forward", WITH("'include':[],'\\u0069nclude':[]"),
     .status = 422},
    {"a misspelt member", FORM_POST, "/step", WITH("'lerning_rate':1"), .status = 422},
    {"a wrong shape", FORM_POST, "/forward",
     "{'network':{'W1':[[1,2],[3]],'b1':[1]},'samples':[{'x':[1],'y':'no'}]}", .status = 422},
    {"an unknown value", FORM_POST, "/forward", ACTIVE("rleu", "tanh"), .status = 422},
    {"not_finite", FORM_POST, "/backward",
     "{'network':{'W1':[[1e300]],'b1':[0]},'samples':[{'x':[1e300],'y':[0]}]}", .status = 422},
    {"too much work", FORM_POST, "/step", STEP(",'steps':100000"), .samples = 1000, .status = 422},
    {"bad_request", FORM_RAW, NULL, "GET / HTTP/1.1\r\n\r\n", .status = 400},
    {"a folded header", FORM_RAW, NULL, "GET / HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n\r\n",
     .status = 400},
    {"not_found", FORM_RAW, NULL, GET("/nowhere"), .status = 404},
    {"method_not_allowed", FORM_RAW, NULL, GET("/forward"), .status = 405},
    {"length_required", FORM_RAW, NULL, "POST /forward HTTP/1.1\r\nHost: a\r\n\r\n", .status = 411},
    {"body_too_large", FORM_POST, "/forward", BODY, .status = 413, .limits = {.body_bytes = 50}},
    {"body_too_large at once", FORM_RAW, NULL,
     "POST /forward HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n", .status = 413},
    {"body_too_large in chunks", FORM_CHUNKED, "/forward", BODY, .status = 413,
     .limits = {.body_bytes = 50}},
    {"unsupported_media_type", FORM_RAW, NULL,
     "POST /forward HTTP/1.1\r\nHost: a\r\nContent-Type: image/png\r\nContent-Length: 2\r\n\r\n{}",
     .status = 415},
    {"expectation_failed", FORM_RAW, NULL, "GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n",
     .status = 417},
    {"headers_too_large", FORM_RAW, NULL, GET("/livez?0123456789012345678901234567890123456789"),
     .status = 431, .limits = {.header_bytes = 60}},
    {"not_implemented", FORM_RAW, NULL, "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", .status = 501},
    {"over the memory budget", FORM_POST, "/backward", BODY, .status = 503,
     .limits = {.memory_bytes = 3000}},
    {"beyond the connections", FORM_RAW, NULL, GET("/version"), .status = 503, .clients = 2,
     .in_turn = true, .limits = {.connections = 1}},
    {"HTTP/2.0, refused by the library", FORM_RAW, NULL, "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
     .status = 505},
    {"a bad chunk, refused by the library", FORM_RAW, NULL,
     "POST /forward HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
     .status = 400},

    {"/", FORM_RAW, NULL, GET("/"), .status = 200},
    {"/livez", FORM_RAW, NULL, GET("/livez"), .status = 200},
    {"/readyz", FORM_RAW, NULL, GET("/readyz"), .status = 200},
    {"/metrics", FORM_RAW, NULL, GET("/metrics"), .status = 200, .varies = true},
    {"/version", FORM_RAW, NULL, GET("/version"), .status = 200},
    {"/openapi.yaml", FORM_RAW, NULL, GET("/openapi.yaml"), .status = 200},
    {"not modified", FORM_RAW, NULL,
     "GET /openapi.yaml HTTP/1.1\r\nHost: a\r\nIf-None-Match: *\r\n\r\n", .status = 304,
     .is_head = true},
    {"/openapi.json", FORM_RAW, NULL, GET("/openapi.json"), .status = 200},
    {"/examples/textbook", FORM_RAW, NULL, GET("/examples/textbook"), .status = 200},
    {"/problems/", FORM_RAW, NULL, GET("/problems/"), .status = 200},
    {"/mistakes", FORM_RAW, NULL, GET("/mistakes"), .status = 200},
    {"/mistakes/CODE", FORM_RAW, NULL, GET("/mistakes/transposed"), .status = 200},
    {"/problems/not-found", FORM_RAW, NULL, GET("/problems/not-found"), .status = 200},
    {"HEAD", FORM_RAW, NULL, "HEAD /metrics HTTP/1.1\r\nHost: a\r\n\r\n", .status = 200,
     .is_head = true},
    {"OPTIONS", FORM_RAW, NULL, "OPTIONS /step HTTP/1.1\r\nHost: a\r\n\r\n", .status = 204},
    {"a preflight", FORM_RAW, NULL,
     "OPTIONS /step HTTP/1.1\r\nHost: a\r\nOrigin: null\r\n"
     "Access-Control-Request-Method: POST\r\n\r\n",
     .status = 204},
    {"an id and a trace", FORM_RAW, NULL,
     "GET /livez HTTP/1.1\r\nHost: a\r\nX-Request-Id: mine\r\n"
     "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\r\n",
     .status = 200},

    {"a client that leaves within its head", FORM_RAW, NULL, "GET / HTTP/1.1\r\nHo",
     .end = END_LEAVE},
    {"a client that leaves within its body", FORM_RAW, NULL,
     "POST /forward HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{\"network\":",
     .end = END_LEAVE},
    {"a client that leaves before its reply", FORM_POST, "/backward", BODY, .end = END_LEAVE},
    {"a client that leaves while the pool works", FORM_POST, "/backward", BODY, .samples = MANY,
     .end = END_LEAVE},
};
const size_t n_scenarios = sizeof scenarios / sizeof *scenarios;

static char *make_body(const struct scenario *scenario)
{
    static const char sample[] = ",{\"x\":[0.25,-1],\"y\":[0.5,1]}";
    const size_t more = scenario->samples ? scenario->samples - 1 : 0;
    char *body = malloc(strlen(scenario->text) + more * strlen(sample) + 1), *out = body;
    for (const char *at = scenario->text; *at; at++) {
        if (*at != '@')
            *out++ = *at == '\'' ? '"' : *at;
        for (size_t i = 0; *at == '@' && i < more; i++, out += strlen(sample))
            memcpy(out, sample, strlen(sample));
    }
    *out = '\0';
    return body;
}

#define CHUNKS 5 /* as many writes or chunks, about */

static char *put_pieces(char *out, const char *body, enum scenario_form form)
{
    const size_t size = strlen(body), step = size / CHUNKS + 1;
    for (size_t at = 0; at < size; at += step) {
        const size_t n = size - at < step ? size - at : step;
        if (form == FORM_CHUNKED)
            out += sprintf(out, "%zx\r\n", n);
        memcpy(out, body + at, n);
        out += n;
        if (form == FORM_CHUNKED)
            out += sprintf(out, "\r\n");
        if (form != FORM_POST && form != FORM_GZIP && form != FORM_WAITING)
            *out++ = CUT;
    }
    if (form == FORM_CHUNKED)
        out += sprintf(out, "0\r\n\r\n");
    return out;
}

char *scenario_request(const struct scenario *scenario, size_t *size)
{
    if (scenario->form == FORM_RAW) {
        *size = strlen(scenario->text);
        return strcpy(malloc(*size + 1), scenario->text);
    }
    char *body = make_body(scenario), *request = malloc(strlen(body) + 400), *out = request;
    out += sprintf(out, "POST %s HTTP/1.1\r\nHost: a\r\n", scenario->path);
    if (scenario->form == FORM_CHUNKED)
        out += sprintf(out, "Transfer-Encoding: chunked\r\n\r\n");
    else
        out += sprintf(out, "Content-Length: %zu\r\n%s\r\n", strlen(body),
                       scenario->form == FORM_WAITING ? "Expect: 100-continue\r\n"
                       : scenario->form == FORM_GZIP  ? "Accept-Encoding: gzip\r\n"
                                                      : "");
    if (scenario->form != FORM_POST)
        *out++ = CUT;
    out = put_pieces(out, body, scenario->form);
    free(body);
    *size = (size_t)(out - request);
    return request;
}
