#define ASSET(name, file)                                                                         \
    .global bp_asset_##name, bp_asset_##name##_size;                                              \
    bp_asset_##name: .incbin file;                                                                \
    1: .balign 8;                                                                                 \
    bp_asset_##name##_size: .quad 1b - bp_asset_##name

    .section .rodata
    ASSET(openapi_yaml, "openapi.yaml")
    ASSET(openapi_json, BP_OPENAPI_JSON)
    ASSET(textbook, "src/http/examples/textbook.json")
    ASSET(textbook_step, "src/http/examples/textbook-step.json")

    .section .note.GNU-stack, "", %progbits
