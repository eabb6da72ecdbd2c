# Lays out a reply of /backward for the textbook's 4-3-4 network: the seven steps, the gradients with
# their reasons, the dead neurons.

def pad($n): tostring | . + " " * ([0, $n - length] | max);
def row: map(pad(23)) | join("") | sub(" +$"; "");
def show($name): "  " + ($name | pad(10)) + row;
def show_rows($name): to_entries
  | map("  " + ((if .key == 0 then $name else "" end) | pad(10)) + (.value | row)) | join("\n");
# every number beside its reason, if it is zero
def reasoned($why): [., $why] | transpose | map("\(.[0])" + (if .[1] then " " + .[1] else "" end));

$body[0] as $in | $reply[0] as $out | $out.samples[0] as $s
| "Forward",
  ($in.samples[0].x | show("x")),
  ($s.z1 | show("z1")), ($s.h1 | show("h1")), ($s.y_hat | show("y_hat")),
  ($in.samples[0].y | show("y")), "  loss      \($s.loss)",
  "",
  "Backward, the seven steps",
  "1 dL_dy_hat = (2/N)(y_hat - y)", ($s.dL_dy_hat | show("dL_dy_hat")),
  "2 dL_dW2 = outer(h1, dL_dy_hat)", ($s.dL_dW2 | show_rows("dL_dW2")),
  "3 dL_db2 = dL_dy_hat", ($s.dL_db2 | show("dL_db2")),
  "4 dL_dh1 = W2 dL_dy_hat", ($s.dL_dh1 | show("dL_dh1")),
  "5 dL_dz1 = dL_dh1 * dh1_dz1, the gate of relu", ($s.dh1_dz1 | show("dh1_dz1")), ($s.dL_dz1 | show("dL_dz1")),
  "6 dL_dW1 = outer(x, dL_dz1)", ($s.dL_dW1 | show_rows("dL_dW1")),
  "7 dL_db1 = dL_dz1", ($s.dL_db1 | show("dL_db1")),
  "",
  "The \($out.parameters.total) gradients, each zero with its reason",
  (("W1", "b1", "W2", "b2") as $name
   | $out.gradients[$name] as $g | $out.why_zero[$name] as $w
   | if ($g[0] | type) == "array"
     then [range($g | length) as $i | $g[$i] | reasoned($w[$i])] | show_rows($name)
     else $g | reasoned($w) | show($name) end),
  "  \($out.parameters.nonzero) are not zero, \($out.parameters.zero) are: "
    + ($out.parameters.zero_because | to_entries | map("\(.value) \(.key)") | join(", ")),
  "",
  "Dead neurons: " + ([$out.dead.h1 | to_entries[] | select(.value) | "h1[\(.key)]"] | join(", "))
