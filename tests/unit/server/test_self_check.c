#include "server/self_check.h"

#include <microhttpd.h>

#include "suite.h"

static char unsafe[BP_UNSAFE_MAX];

static void require_unsafe(struct bp_smuggling_check check, const char *reason)
{
    strcpy(unsafe, "of another check");
    ck_assert(!bp_self_check(unsafe, &check));
    REQUIRE(strstr(unsafe, reason), "not for \"%s\": %s", reason, unsafe);
    REQUIRE(strstr(unsafe, MHD_get_version()), "no version: %s", unsafe);
}

TEST(test_safe_with_the_care_for_this_version)
{
    const struct bp_smuggling_check check = bp_smuggling_check_for(MHD_get_version());
    strcpy(unsafe, "of another check");
    REQUIRE(bp_self_check(unsafe, &check), "%s", unsafe);
    ck_assert_str_eq(unsafe, "");
}

/* What a binary of Debian 12 did on Debian 13; and 0.9.75 forgives a fold at every strictness. */
TEST(test_unsafe_where_the_library_forgives)
{
    const struct bp_smuggling_check forgiving = {.strictness = -1, .scans_heads = false};
    require_unsafe(forgiving, " accepts a folded header;");
}

/* A scan that judges by another version's buffers would refuse everything. */
TEST(test_unsafe_where_nothing_proper_passes)
{
    const bool is_known = bp_smuggling_check_for(MHD_get_version()).scans_heads;
    const struct bp_smuggling_check wrong = {.strictness = 1, .scans_heads = true};
    if (!is_known)
        require_unsafe(wrong, " refuses a proper head;");
}

SUITE("server/self_check", test_safe_with_the_care_for_this_version,
      test_unsafe_where_the_library_forgives, test_unsafe_where_nothing_proper_passes)
