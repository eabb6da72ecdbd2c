#define ASSET(name, file)                                                                         \
    .global bp_asset_##name, bp_asset_##name##_end;                                               \
    bp_asset_##name: .incbin file;                                                                \
    bp_asset_##name##_end: .byte 0

    .section .rodata
    ASSET(openapi_yaml, "openapi.yaml")
    ASSET(openapi_json, BP_OPENAPI_JSON)
    ASSET(textbook, "src/http/examples/textbook.json")
    ASSET(textbook_step, "src/http/examples/textbook-step.json")

    .section .note.GNU-stack, "", %progbits
