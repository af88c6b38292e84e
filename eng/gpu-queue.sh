#!/bin/bash
# Runs recipes one after the other on each GPU of a machine that has the package of eng/pack-gpu.sh, no .NET and no git:
#     gpu-queue.sh start WORK PACKAGE.tar.xz [DATA]    unpacks the package; DATA becomes PRUNUS_DATA
#     gpu-queue.sh lane WORK NAME GPU CORES            begins a queue; GPU "-" is none, "0,1" both for each recipe; CORES as taskset takes them
#     gpu-queue.sh add WORK NAME OUT RECIPE [ARGS...]  puts a recipe into it; the run's folder is WORK/out/OUT
#     gpu-queue.sh wait WORK SECONDS KEEP              until a run ends: its results (no working states) go to KEEP/OUT.tar.xz
# Queues outlast the shell. A killed run goes on when its line is added again.
set -eu
verb=${1:-} work=${2:?"needs a verb and a folder: see the first lines of this file"}
shift 2
case $verb in
start)
    mkdir -p "$work/out" "$work/queues"
    tar -C "$work" -xf "$1"
    if [ $# -gt 1 ]; then mkdir -p "$work/data" && cp -r "$2"/. "$work/data/"; fi
    touch "$work/done" "$work/told"
    ;;
lane)
    touch "$work/queues/$1"
    setsid bash "$0" serve "$work" "$1" "$2" "$3" >"$work/queues/$1.log" 2>&1 </dev/null &
    ;;
serve)
    name=$1 cores=$3
    PRUNUS_LIBTORCH=${PRUNUS_LIBTORCH:-$(python3 -c 'import torch, os; print(os.path.join(os.path.dirname(torch.__file__), "lib"))')}
    export PRUNUS_LIBTORCH PRUNUS_DATA="$work/data" OMP_WAIT_POLICY=PASSIVE
    if [ "$2" = - ]; then device=cpu && export CUDA_VISIBLE_DEVICES=; else device=$(seq -s , -f cuda:%g 0 "$(tr -cd , <<<"$2" | wc -c)") && export CUDA_VISIBLE_DEVICES=$2; fi
    at=0
    while sleep 0.5; do
        line=$(sed -n "$((at + 1))p" "$work/queues/$name")
        [ -n "$line" ] || continue
        at=$((at + 1))
        read -r out rest <<<"$line"
        code=0
        # shellcheck disable=SC2086
        taskset -c "$cores" "$work/prunus-gpu/Prunus.Cli" recipe run $rest --device $device --out "$work/out/$out" >"$work/out/$out.log" 2>&1 || code=$?
        echo "$out $code $SECONDS" >>"$work/done"
    done
    ;;
add)
    name=$1
    shift
    echo "$*" >>"$work/queues/$name"
    ;;
wait)
    mkdir -p "$2"
    seconds=$1 keep=$(cd "$2" && pwd)
    until [ "$SECONDS" -ge "$seconds" ] || [ "$(wc -l <"$work/done")" -gt "$(wc -l <"$work/told")" ]; do sleep 1; done
    tail -n +"$(($(wc -l <"$work/told") + 1))" "$work/done" >"$work/new"
    while read -r out code at; do
        echo "ended: $out, exit code $code, after $at s"
        tail -n 40 "$work/out/$out.log"
        (cd "$work/out" && find "$out" -path '*/.prunus/work' -prune -o -type f ! -path '*/tickets/*' -print | tar -cJf "$keep/$out.tar.xz" -T -)
        echo "$out" >>"$work/told"
    done <"$work/new"
    for log in "$work"/out/*.log; do echo "$(basename "$log"): $(tr '\r' '\n' <"$log" | tail -n 1)"; done
    ;;
*)
    echo "gpu-queue.sh: no verb '$verb'; the first lines of this file say which" >&2
    exit 2
    ;;
esac
