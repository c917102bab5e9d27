/**
 * The program that answers on a host: a loop for any POSIX sh, sent as the first bytes of the connection. Nothing is installed for it.
 *
 * The remote command is only `exec sh`, which every login shell understands. A shell may read its program in blocks, so nothing more is
 * sent until READY. Every line of ours begins with a nonce of this connection: whatever else an rc file prints is noise.
 *
 * From here: `R <id> <script bytes> <input bytes>`, `S <id> <script bytes> 0` for a script that says itself how much it prints (`rl_head`)
 * and prints it as it goes, and `K <name> <value bytes> 0`; each followed by that many bytes.
 * From there: `<nonce> <id> <exit code> <output bytes> <error bytes>`, followed by them.
 */

/** `nonce` is made of letters and digits. Closed in braces, so that a shell has read all of it before any of it runs. */
export function loopProgram(nonce: string): string {
  return `{
RL_N=${nonce}; LC_ALL=C; export LC_ALL; umask 077; unset CDPATH ENV; RL_U=$(id -u); RL_D=
for RL_B in /dev/shm "\${TMPDIR:-/tmp}" /tmp "$XDG_RUNTIME_DIR" "$HOME"; do
  if [ -z "$RL_B" ] || [ ! -d "$RL_B" ] || [ ! -w "$RL_B" ]; then continue; fi
  if [ "$RL_B" != "$HOME" ]; then
    for RL_O in "$RL_B/.runline-$RL_U"-*; do
      if [ -O "$RL_O" ] && ! kill -0 "\${RL_O##*-}" 2>/dev/null; then rm -rf "$RL_O"; fi
    done
  fi
  if mkdir "$RL_B/.runline-$RL_U-$$" 2>/dev/null; then
    RL_D=$RL_B/.runline-$RL_U-$$
    if echo x >"$RL_D/o" 2>/dev/null && [ -s "$RL_D/o" ]; then break; fi
    rm -rf "$RL_D"; RL_D=
  fi
done
if [ -z "$RL_D" ]; then printf '\\n%s NOPLACE\\n' "$RL_N"; exit 1; fi
trap 'rm -rf "$RL_D"' EXIT
trap 'exit 1' HUP INT TERM
rl_take() { [ "$1" -eq 0 ] || head -c "$1"; }
if [ "$(printf ab | { head -c 1 >/dev/null; cat; })" != b ]; then
  rl_take() { [ "$1" -eq 0 ] || dd bs="$1" count=1 iflag=fullblock 2>/dev/null; }
fi
rl_head() { printf '\\n%s %s 0 %s 0\\n' "$RL_N" "$RL_I" "$1"; }
printf '\\n%s READY\\n' "$RL_N"
while IFS=' ' read -r RL_K RL_I RL_S RL_L; do
  RL_C=$(rl_take "$RL_S"; echo x); RL_C=\${RL_C%x}
  case $RL_K in
    K) eval "$RL_I=\\$RL_C"; continue ;;
    S) ( eval "$RL_C" ) </dev/null 2>/dev/null; continue ;;
    R) ;;
    *) exit 9 ;;
  esac
  if [ "$RL_L" -eq 0 ]; then
    ( eval "$RL_C" ) </dev/null >"$RL_D/o" 2>"$RL_D/e"
  else
    rl_take "$RL_L" | { ( eval "$RL_C" ) >"$RL_D/o" 2>"$RL_D/e"; RL_R=$?; cat >/dev/null; exit "$RL_R"; }
  fi
  RL_R=$?
  printf '\\n%s %s %s %s %s\\n' "$RL_N" "$RL_I" "$RL_R" "$(($(wc -c <"$RL_D/o")))" "$(($(wc -c <"$RL_D/e")))"
  cat "$RL_D/o" "$RL_D/e"
done
exit 0
}
`;
}
