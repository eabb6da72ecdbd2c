#!/bin/sh
# All linters over the C files given, the shell scripts, the mutants and the API's description.
# shellcheck disable=SC2086,SC2046  # lists of files and of flags are words
set -eu
c_files=$(printf '%s\n' "$@" | grep '\.c$')
# any string will do for the version
flags='-D_GNU_SOURCE -DBP_VERSION=__FILE__ -Iinclude -Isrc -Itests/support'

echo 'lint: clang-format'
clang-format --dry-run --Werror "$@"

echo 'lint: contracts'
${PYTHON:-python3} tests/support/contracts.py $(printf '%s\n' "$@" | grep -E '^(src|include)/')

echo 'lint: cppcheck'
cppcheck --quiet --std=c11 --language=c --inline-suppr --error-exitcode=1 \
  --enable=warning,performance,portability --suppress=missingIncludeSystem \
  --suppress=normalCheckLevelMaxBranches $flags -j2 $(printf '%s\n' $c_files | grep '^src/')

echo 'lint: clang-tidy'
# One file a process: version 14 takes over what va_start set in a file before.
printf '%s\n' $c_files | grep '^src/' |
  xargs -P 2 -n 1 sh -c 'clang-tidy --quiet --warnings-as-errors="*" "$@" -- -std=c11 '"$flags"' 2>/dev/null' clang-tidy

echo 'lint: clang warnings'
for file in $(printf '%s\n' $c_files | grep '^src/'); do
  clang -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wvla -Werror $flags -fsyntax-only "$file"
done

echo 'lint: shellcheck'
if command -v shellcheck >/dev/null; then
  shellcheck -x tests/support/*.sh tests/mutants/*.sh tests/hostile/fuzz/*.sh docker/*.sh .ci/run .ci/long .ci/check.sh
  shellcheck -x tests/deploy/packaging/*.sh docker/debian/build.sh docker/debian/postinst docker/debian/prerm docker/debian/postrm
fi

echo 'lint: mutants'
${PYTHON:-python3} tests/mutants/mutant.py check

echo 'lint: openapi.yaml'
${PYTHON:-python3} tests/api/contract/layers.py --check openapi.yaml
npm --prefix tests run --silent lint:openapi
