#define ASSET(name, file)                                                                         \
    .global bp_asset_##name;                                                                      \
    1: .incbin file;                                                                              \
    2: .balign 8;                                                                                 \
    .pushsection .data.rel.ro, "aw";                                                              \
    .balign 8;                                                                                    \
    bp_asset_##name: .quad 1b, 2b - 1b;                                                           \
    .popsection

    .section .rodata
    ASSET(openapi_yaml, "openapi.yaml")
    ASSET(openapi_json, "build/openapi.json")
    ASSET(openapi_yaml_gz, "build/openapi.yaml.gz")
    ASSET(openapi_json_gz, "build/openapi.json.gz")
    ASSET(textbook, "src/examples/textbook.json")
    ASSET(textbook_step, "src/examples/textbook-step.json")

    .section .note.GNU-stack, "", %progbits
