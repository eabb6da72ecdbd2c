# The flags of `backpropd --help`, as a list of mdoc(7):
#   --listen ADDR:PORT           BACKPROPD_LISTEN    127.0.0.1:8080  where to listen
function rest(from,    i, text) {
    for (i = from; i <= NF; i++)
        text = text (i > from ? " " : "") $i
    return text
}
# A sentence in lines of at most 78 characters, as mandoc wants them.
function sentence(text,    line) {
    text = toupper(substr(text, 1, 1)) substr(text, 2) "."
    while (length(text) > 78) {
        match(substr(text, 1, 79), /.* /)
        line = line substr(text, 1, RLENGTH - 1) "\n"
        text = substr(text, RLENGTH + 1)
    }
    return line text
}
$1 !~ /^--/ { next }
{ print ".It Fl -" substr($1, 3) ($3 ~ /^BACKPROPD_/ ? " Ar " $2 : "") }
$3 ~ /^BACKPROPD_/ {
    print sentence(rest(5))
    print ".Ev " $3 " ;"
    print "the default is " $4 "."
    next
}
{ print sentence(rest(2)) }
