# The flags of `backpropd --help`, as a list of mdoc(7):
#   --listen ADDR:PORT           BACKPROPD_LISTEN    127.0.0.1:8080  where to listen
function rest(from,    i, text) {
    for (i = from; i <= NF; i++)
        text = text (i > from ? " " : "") $i
    return text
}
$1 !~ /^--/ { next }
{ print ".It Fl -" substr($1, 3) ($3 ~ /^BACKPROPD_/ ? " Ar " $2 : "") }
$3 ~ /^BACKPROPD_/ {
    print toupper(substr(rest(5), 1, 1)) substr(rest(5), 2) "."
    print ".Ev " $3 " ;"
    print "the default is " $4 "."
    next
}
{ print toupper(substr(rest(2), 1, 1)) substr(rest(2), 2) "." }
