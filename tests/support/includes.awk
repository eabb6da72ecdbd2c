# Reads sources and headers, and prints who includes whom, a line each: FILE NODE NODE PATH. A node is a module: the source
# and the headers of one name, ROOM/NAME. In: alone, "NAME=ROOM ..." for the public headers without a source.
function without_dots(path) {
  while (sub(/[^\/]+\/\.\.\//, "", path)) continue
  return path
}
function node_of(path) {
  sub(/\.[a-z]+$/, "", path)
  if (sub(/^include\/backpropd\//, "", path)) return (path in owner ? owner[path] : "nowhere") "/" path
  sub(/^src\//, "", path)
  return path ~ /\// ? path : "main/" path
}
BEGIN {
  n = split(alone, pairs, " ")
  for (i = 1; i <= n; i++) {
    at = index(pairs[i], "=")
    owner[substr(pairs[i], 1, at - 1)] = substr(pairs[i], at + 1)
  }
  for (i = 1; i < ARGC; i++)
    if (ARGV[i] ~ /^src\/[a-z]+\/[a-z_0-9]+\.(c|cc)$/) {
      split(ARGV[i], parts, "/")
      sub(/\..*/, "", parts[3])
      owner[parts[3]] = parts[2]
    }
}
/^#include "/ {
  name = substr($2, 2, length($2) - 2)
  folder = FILENAME
  sub(/[^\/]*$/, "", folder)
  path = name ~ /^backpropd\// ? "include/" name : without_dots(folder name)
  print FILENAME, node_of(FILENAME), node_of(path), path
}
