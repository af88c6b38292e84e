using Prunus.Decoders;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Benchmarks;

/// <summary>SmolLM2's depth at a width where arithmetic costs nothing: what is left is the host's time per layer.</summary>
internal static class OverheadBenchmark
{
    public static void Run(string deviceName)
    {
        var device = Devices.Parse(deviceName);
        var config = Shapes.SmolLm2 with
        {
            VocabSize = 64, Hidden = 16, HeadDim = 8, Layers = [.. Enumerable.Repeat(new LayerConfig(2, 1, 16), 30)], Rope = new RopeConfig(10_000, 8),
        };
        using var decoder = Decoder.Initialise(config, 1, 0.02, device, ScalarType.Float32);
        using var ids = arange(8).unsqueeze(0).to(device);
        var results = Timing.ByTurns(
            8,
            () => Repeat(() => Forward(decoder, ids, gradient: false)),
            () => Repeat(() => Forward(decoder, ids, gradient: true)));
        Console.WriteLine(FormattableString.Invariant($"host time of a forward pass of 30 layers: {results[0].Median * 100:F2} ms; forward and backward {results[1].Median * 100:F2} ms"));

        Operators(device);

        void Repeat(Action action)
        {
            for (var i = 0; i < 10; i++)
            {
                action();
            }

            Devices.Synchronize(device);
        }
    }

    // Microseconds of host time for one operator, gradients recorded.
    private static void Operators(Device device)
    {
        using var outer = NewDisposeScope();
        var x = randn([1, 8, 16], device: device).requires_grad_(true);
        var w = randn([16], device: device).requires_grad_(true);
        var m = randn([16, 16], device: device).requires_grad_(true);
        var q = randn([1, 2, 8, 8], device: device).requires_grad_(true);
        var kv = randn([1, 1, 8, 8], device: device).requires_grad_(true);
        (string Name, Func<Tensor> Make)[] operators =
        [
            ("linear", () => nn.functional.linear(x, m)), ("rms_norm", () => Ops.RmsNorm(x, w, 1e-5)), ("attention", () => Ops.ScaledDotProductAttention(q, kv, kv, null, true, 0.3, true)),
            ("silu", () => nn.functional.silu(x)), ("mul", () => x * x), ("roll", () => q.roll(4, -1)), ("transpose", () => q.transpose(1, 2)), ("narrow", () => q.narrow(2, 0, 4)),
            ("addcmul", () => (q * q).addcmul_(q, q, 1)), ("view", () => x.view(1, 8, 2, 8)), ("reshape", () => x.reshape(1, 8, 2, 8)), ("unflatten", () => x.unflatten(2, 2, 8)), ("view3", () => x.view([8, 16])), ("transpose2", () => q.transpose(1, 2)),
        ];
        foreach (var (name, make) in operators)
        {
            for (var round = 0; round < 2; round++)
            {
                var clock = System.Diagnostics.Stopwatch.StartNew();
                for (var i = 0; i < 500; i++)
                {
                    make().Dispose();
                }

                Devices.Synchronize(device);
                if (round == 1)
                {
                    Console.WriteLine(FormattableString.Invariant($"  {name,-12}{clock.Elapsed.TotalMicroseconds / 500:F1} us"));
                }
            }
        }
    }

    private static void Forward(Decoder decoder, Tensor ids, bool gradient)
    {
        using var scope = NewDisposeScope();
        foreach (var parameter in decoder.Parameters.Values)
        {
            parameter.requires_grad = gradient;
        }

        var hidden = decoder.Body(ids);
        if (gradient)
        {
            hidden.sum().backward();
        }
    }
}
