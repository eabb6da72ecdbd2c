/* Pieces of MathML Core for the tables of words; names in braces are those of templates. */
#ifndef BACKPROPD_CODEC_EXPLAIN_MATHML_H
#define BACKPROPD_CODEC_EXPLAIN_MATHML_H

#define MI(name) "<mi>" name "</mi>"
#define MO(sign) "<mo>" sign "</mo>"
#define MN(number) "<mn>" number "</mn>"
#define ROW(inner) "<mrow>" inner "</mrow>"
#define TIMES "<mo>\xE2\x81\xA2</mo>" /* invisible, but read aloud */
#define OF "<mo>\xE2\x81\xA1</mo>"    /* a function applied */
#define BECOMES "<mo>\xE2\x86\x90</mo>"
#define MINUS "<mo>\xE2\x88\x92</mo>"
#define PARENTHESES(inner) ROW(MO("(") inner MO(")"))
/* The same, for what has such parentheses within: no macro in its own argument, for cppcheck. */
#define GROUP(inner) "<mrow><mo>(</mo>" inner "<mo>)</mo></mrow>"
#define FRACTION(above, below) "<mfrac>" ROW(above) ROW(below) "</mfrac>"
#define SUM(index) "<munder><mo>\xE2\x88\x91</mo>" MI(index) "</munder>"
#define CALL(name, argument) MI(name) OF PARENTHESES(argument)
#define EXP(argument) "<msup>" MI("e") ROW(argument) "</msup>"
#define SQUARED(inner) "<msup>" ROW(inner) MN("2") "</msup>"
#define ONE_LESS(what) PARENTHESES(MN("1") MINUS what)
#define PARTIAL "<mo>\xE2\x88\x82</mo>"
#define D_BY(below) FRACTION(PARTIAL MI("L"), PARTIAL below)

/* A letter with its index below and, in parentheses above, the layer. */
#define INDEXED(name, index, k) "<msubsup>" MI(name) index PARENTHESES(MN("{" k "}")) "</msubsup>"
#define Z(index) INDEXED("z", MI(index), "k")
#define W(row, column, k) INDEXED("W", ROW(MI(row) MI(column)), k)
#define B INDEXED("b", MI("j"), "k")
#define AT(name, index) "<msub>" name MI(index) "</msub>"
#define Y_HAT(index) AT("<mover>" MI("y") MO("^") "</mover>", index)
#define Y(index) AT(MI("y"), index)
/* The sum that is a pre-activation. */
#define M_SUM "{m.b+}" SUM("i") "{m.x}" TIMES "{m.W}"
#define LOSS_OF_SAMPLE AT(MI("L"), "s")

#endif
