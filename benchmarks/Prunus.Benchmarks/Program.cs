using System.Globalization;
using Prunus.Benchmarks;
using Prunus.Native;

// Memory that a process keeps would hide what a step takes.
ProcessTuning.Apply(keepFreedMemory: !args.Contains("cuda") && args is not ["losses", _, _]);
switch (args)
{
    case ["forward", .. var rest]:
        ForwardBenchmark.Run(rest.FirstOrDefault());
        return 0;
    case ["load", var gguf]:
        LoadBenchmark.Run(gguf);
        return 0;
    case ["overhead", .. var rest]:
        OverheadBenchmark.Run(rest.FirstOrDefault() ?? "auto");
        return 0;
    case ["distill-step", .. var rest]:
        DistillStepBenchmark.Run(
            rest.ElementAtOrDefault(0) ?? "auto", int.Parse(rest.ElementAtOrDefault(1) ?? "16", CultureInfo.InvariantCulture),
            int.Parse(rest.ElementAtOrDefault(2) ?? "1024", CultureInfo.InvariantCulture), rest.ElementAtOrDefault(3) is { } micro ? int.Parse(micro, CultureInfo.InvariantCulture) : null);
        return 0;
    case ["hidden", .. var rest]:
        HiddenStateBenchmark.Run(
            rest.ElementAtOrDefault(0) ?? "auto", Number(rest, 1, 16), Number(rest, 2, 1024), Number(rest, 3, 20), Number(rest, 4, 3));
        return 0;
    case ["losses", .. var rest]:
        LossesBenchmark.Run(rest.FirstOrDefault() ?? "cpu", rest.ElementAtOrDefault(1));
        return 0;
    case ["lenet-imp", .. var rest]:
        LenetImpBenchmark.Run(rest.FirstOrDefault() ?? "cpu", Number(rest, 1, 25), Number(rest, 2, 5));
        return 0;
    case ["depth", .. var rest]:
        DepthBenchmark.Run(rest.FirstOrDefault() ?? "cpu");
        return 0;
    case ["sparse-kernel", .. var rest]:
        SparseKernelBenchmark.Run(Number(rest, 0, 15));
        return 0;
    case ["convolutions", .. var rest]:
        ConvolutionBenchmark.Run(Number(rest, 0, 15));
        return 0;
    case ["subset-sums", .. var rest]:
        StrongBenchmark.Run(rest.FirstOrDefault());
        return 0;
    case ["masked-step", .. var rest]:
        MaskedStepBenchmark.Run(rest.FirstOrDefault() ?? "cpu", Number(rest, 1, 5));
        return 0;
    case ["edge-popup", .. var rest]:
        EdgePopupBenchmark.Run(rest.FirstOrDefault() ?? "cpu", Number(rest, 1, 300), rest.ElementAtOrDefault(2) ?? "conv-6", Number(rest, 3, 128));
        return 0;
    case ["trainings", .. var rest]:
        TrainingsBenchmark.Run(rest.FirstOrDefault() ?? "cpu", rest.ElementAtOrDefault(1) ?? "conv-2", Number(rest, 2, 60), Number(rest, 3, 300));
        return 0;
    case ["pruned-goldens", .. var rest]:
        return PrunedGoldens.Run(rest);
    case ["sweep", .. var rest]:
        SweepBenchmark.Run(rest.FirstOrDefault() ?? "cpu");
        return 0;
    case ["eval", var model, var data, .. var rest]:
        EvalBenchmark.Run(model, data, int.Parse(rest.ElementAtOrDefault(0) ?? "50", CultureInfo.InvariantCulture), rest.ElementAtOrDefault(1) ?? "cpu");
        return 0;
    case ["eval-golden", var items, .. var goldens]:
        return EvalGolden.Run(items, goldens);
    default:
        Console.Error.WriteLine("""
            usage: dotnet run -c Release --project benchmarks/Prunus.Benchmarks -- BENCHMARK
              forward [CKPT]   a forward pass of SmolLM2-135M's shape (or of CKPT) against its matrix products alone, CPU
              distill-step [DEVICE [BATCH [LENGTH [MICRO]]]]   one step of distillation, 135M → 65M: tokens/s and memory
              hidden [DEVICE [BATCH [LENGTH [STEPS [ROUNDS]]]]]   a step with losses on hidden states, or the teacher kept on disk, against forward KL alone
              sweep [DEVICE]   the calibration sweep against plain forward passes; DEVICE is cpu (default) or cuda
              lenet-imp [DEVICE [NETS [ROUNDS]]]   training steps of many masked LeNet-300-100, net-steps/s; on a CPU beside the plain TorchSharp loop
              depth [DEVICE]   loss without each of n layers against n whole forward passes; DEVICE is cpu (default) or cuda
              sparse-kernel [ROUNDS]   sparse products against libtorch's dense one, one thread, 80 to 98 % sparse, batch 1 and 64
              convolutions [ROUNDS]   CPU convolutions of odd channel counts: libtorch's and ours, errors and times
              subset-sums [FOLDER]   strong tickets: 397,000 weights of 21 random numbers each within 0.01, and cost against n, ε and weights; curves into FOLDER
              masked-step [DEVICE [MEMBERS]]   a step of LeNet-300-100 under masks, one net and a stack, against the plain TorchSharp loop
              edge-popup [DEVICE [STEPS [NET [BATCH]]]]   steps/s of edge-popup; benchmarks/python/edge_popup.py is the same loop in eager PyTorch
              trainings [DEVICE [NET [BATCH [STEPS]]]]   steps/s of 1, 2, 4 and 8 trainings at a time in threads, kernel by kernel and as CUDA graphs
              pruned-goldens GGUF GOLDENS C4_TRAIN C4_EVAL WIKITEXT2_TEST [DEVICE] [METHOD…] [--json FILE] [--windows N] [--sequences N]
                               scores, plans and perplexities of a real model's prunings against reference numbers; exit code 1 if any is off
              losses [DEVICE [LOSS]]   every distillation loss beside forward KL: time and memory; with LOSS, the bytes its step takes
              overhead [DEVICE]   host time of a pass through 30 layers of no width
              eval CKPT DATA [ITEMS [DEVICE]]   scoring of tasks against the plain loop, items/s
              eval-golden ITEMS GOLDEN...   items of prunus eval --items against reference items, item by item
              load GGUF        opening and dequantising a checkpoint: seconds and peak memory
            """);
        return 2;
}

static int Number(string[] arguments, int index, int fallback) => arguments.ElementAtOrDefault(index) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;
