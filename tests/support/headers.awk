# Prints what headers declare, a line each: HEADER FUNCTION. What is defined in a header is not printed.
function statement(text) { # a declaration at the top level, without what stands in braces
  if (text !~ /^[ \t]*typedef/ && match(text, /[A-Za-z_][A-Za-z_0-9]*[ \t]*\(/)) {
    name = substr(text, RSTART, RLENGTH)
    sub(/[ \t]*\($/, "", name)
    print FILENAME, name
  }
}
FNR == 1 { depth = comment = directive = 0; text = "" }
directive || /^[ \t]*#/ { directive = /\\$/; next }
/extern "C"/ { next }
{
  line = $0 " "
  while (line != "") {
    if (comment) {
      at = index(line, "*/")
      comment = !at
      line = at ? substr(line, at + 2) : ""
    } else if (match(line, /\/\*|[{};]/)) {
      token = substr(line, RSTART, RLENGTH)
      if (!depth) text = text substr(line, 1, RSTART - 1)
      line = substr(line, RSTART + RLENGTH)
      if (token == "/*") comment = 1
      else if (token == "{") { if (!depth++ && text ~ /\(/) text = "" }
      else if (token == "}") { if (depth) depth-- }
      else if (!depth) { statement(text); text = "" }
    } else {
      if (!depth) text = text line
      line = ""
    }
  }
}
