using Prunus.Benchmarks;
using Prunus.Native;

ProcessTuning.Apply();
switch (args)
{
    case ["forward", .. var rest]:
        ForwardBenchmark.Run(rest.FirstOrDefault());
        return 0;
    case ["load", var gguf]:
        LoadBenchmark.Run(gguf);
        return 0;
    default:
        Console.Error.WriteLine("""
            usage: dotnet run -c Release --project benchmarks/Prunus.Benchmarks -- BENCHMARK
              forward [CKPT]   a forward pass of SmolLM2-135M's shape (or of CKPT) against its matrix products alone, CPU
              load GGUF        opening and dequantising a checkpoint: seconds and peak memory
            """);
        return 2;
}
