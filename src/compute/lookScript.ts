/**
 * What a machine is asked about itself, as a POSIX-sh script for a transport. Cheap facts are told at once. Tools of drivers may take
 * seconds or hang, and whoever waits in the same connection must not wait for them: they run beside it, one set at a time, and what they
 * have said is told by the next question. Their answer lies in the connection's own folder (`$RL_D`, `ssh/loop.ts`).
 */

import { gpuFields } from "../model/gpuCsv.ts";
import { sinfoFormat } from "../model/hostPartitions.ts";

/** A part begins with U+0001, its name and a line end (`partMark` of `model/hostLook.ts`). */
export const lookScript = `
D=\${RL_D:?}
part() { printf '\\n\\001%s\\n' "$1"; }
there() { command -v "$1" >/dev/null 2>&1; }
if there timeout && timeout -k 2 10 true 2>/dev/null; then ask() { timeout -k 2 10 "$@" </dev/null 2>&1; }
else ask() { "$@" </dev/null 2>&1; }; fi

fields() {
  [ -s "$D/gpu-fields" ] && return
  known=$(ask nvidia-smi --help-query-gpu) || return
  list=
  for field in ${gpuFields.join(" ")}; do
    case $known in *"\\"$field\\""*) ;; *) continue ;; esac
    case $list in *clocks_event_reasons*) [ "$field" = clocks_throttle_reasons.active ] && continue ;; esac
    list=$list\${list:+,}$field
  done
  printf '%s\\n' "$list" >"$D/gpu-fields"
}

nvidia() {
  fields
  list=$(cat "$D/gpu-fields" 2>/dev/null) || list=index,uuid,name,utilization.gpu,memory.used,memory.total
  part fields; printf '%s\\n' "$list"
  part gpus
  if said=$(ask nvidia-smi --query-gpu="$list" --format=csv,noheader,nounits); then :; else rm -f "$D/gpu-fields"; fi
  printf '%s\\n' "$said"
  case $said in *", Enabled, "*)
    part list; ask nvidia-smi -L
    part xml; xml=$(ask nvidia-smi -q -x); printf '%s\\n' "$xml" ;;
  *) xml= ;;
  esac
  apps=$(ask nvidia-smi --query-compute-apps=gpu_uuid,pid,used_memory --format=csv,noheader,nounits)
  part apps; printf '%s\\n' "$apps"
  pids=$(printf '%s\\n' "$apps" | sed -n 's/^[^,]*, *\\([0-9][0-9]*\\),.*/\\1/p'; printf '%s\\n' "$xml" | sed -n 's/.*<pid>\\([0-9][0-9]*\\)<.*/\\1/p')
}

amd() {
  part amdmetric; ask amd-smi metric --json
  part amdstatic; ask amd-smi static --json
  part amdprocess; said=$(ask amd-smi process --json); printf '%s\\n' "$said"
  pids="$pids $(printf '%s\\n' "$said" | sed -n 's/.*"pid": *"*\\([0-9][0-9]*\\).*/\\1/p')"
}

who() {
  pids=$(printf '%s\\n' $pids | sort -un | head -n 200)
  [ -n "$pids" ] || return 0
  part ps
  for pid in $pids; do
    ps -o pid= -o user:32= -o etimes= -o args= -p "$pid" 2>/dev/null | cut -c 1-2000 | head -n 1
  done
  part marks
  for pid in $pids; do
    id=$(tr '\\000' '\\n' 2>/dev/null <"/proc/$pid/environ" | sed -n 's/^RUNLINE_RUN_ID=\\([0-9a-f]*\\)$/\\1/p' | head -n 1)
    [ -z "$id" ] || printf '%s %s\\n' "$pid" "$id"
  done 2>/dev/null
}

slurm() {
  if [ -z "$(find "$D/sinfo" -mmin -1 2>/dev/null)" ]; then
    ask sinfo -h -N -O "${sinfoFormat}" | head -c 4000000 >"$D/sinfo.new"; mv -f "$D/sinfo.new" "$D/sinfo"
  fi
  part sinfo; cat "$D/sinfo"
}

tools() {
  pids=
  if there nvidia-smi; then nvidia; fi
  if there amd-smi; then amd; fi
  who
  if there sinfo; then slurm; fi
}

if there nvidia-smi || there amd-smi || there sinfo; then
  if [ ! -f "$D/look" ] && mkdir "$D/looking" 2>/dev/null; then
    { tools >"$D/look.new"; mv -f "$D/look.new" "$D/look"; rmdir "$D/looking"; } </dev/null >/dev/null 2>&1 &
  fi
  for wait in 1 2 3 4; do
    [ -f "$D/look" ] && break
    sleep 0.1 2>/dev/null || { sleep 1; break; }
  done
  if [ -f "$D/look" ]; then head -c 16000000 "$D/look"; rm -f "$D/look"; else part pending; fi
fi
part facts
printf 'user %s\\n' "$(id -un 2>/dev/null)"
printf 'cores %s\\n' "$(getconf _NPROCESSORS_ONLN 2>/dev/null || nproc 2>/dev/null)"
read -r load 2>/dev/null </proc/loadavg && printf 'load %s\\n' "$load"
grep -E '^(MemTotal|MemAvailable):' /proc/meminfo 2>/dev/null
exit 0
`;
