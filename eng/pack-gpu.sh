#!/bin/sh
# Packs the tool and the benchmarks without libtorch, for a Linux machine that has a CUDA PyTorch and no .NET:
#     eng/pack-gpu.sh OUT.tar.xz
# There: tar xf OUT.tar.xz; PRUNUS_LIBTORCH=$(python3 -c 'import torch, os; print(os.path.join(os.path.dirname(torch.__file__), "lib"))') prunus-gpu/Prunus.Cli doctor
set -eu
cd "$(dirname "$0")/.."
folder=artifacts/gpu/prunus-gpu
rm -rf "$folder"
for project in src/Prunus.Cli benchmarks/Prunus.Benchmarks; do
    dotnet publish "$project" -c Release -r linux-x64 --self-contained -p:BundleLibtorch=false -p:PublishReadyToRun=false -o "$folder" -v q
done
cp -r benchmarks/python "$folder"/python
rm -f "$folder"/libtorch.path "$folder"/*.pdb "$folder"/*.xml
tar -C artifacts/gpu -cf - prunus-gpu | xz -T2 -3 > "$1"
ls -l "$1"
