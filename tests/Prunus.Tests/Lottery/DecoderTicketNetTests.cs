using Prunus.Decoders;
using Prunus.Lottery;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Training;
using Prunus.Tests.Native;
using Prunus.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery;

public sealed class DecoderTicketNetTests
{
    [Fact]
    public void Masks_cover_the_matrices_of_blocks_and_a_head_when_asked()
    {
        string[] block = ["attn.q", "attn.k", "attn.v", "attn.o", "mlp.gate", "mlp.up", "mlp.down"];
        string[] blocks = [.. new[] { 0, 1 }.SelectMany(i => block.Select(b => $"layers.{i}.{b}.weight"))];
        Assert.Equal(blocks, Prunable(tied: false, pruneHead: false));
        Assert.Equal([.. blocks, "head.weight"], Prunable(tied: false, pruneHead: true));
        Assert.Equal(blocks, Prunable(tied: true, pruneHead: true));
        Assert.Equal(["head.weight"], DecoderTicketNet.TensorsOf(TinyDecoders.Config(tied: false)).Where(t => t.IsOutput).Select(t => t.Name));

        static IEnumerable<string> Prunable(bool tied, bool pruneHead) =>
            DecoderTicketNet.TensorsOf(TinyDecoders.Config(tied: tied), pruneHead).Where(t => t.IsPrunable).Select(t => t.Name);
    }

    [Fact]
    public void Equal_names_mean_equal_architectures()
    {
        using var a = new DecoderTicketNet(TinyDecoders.Create(1));
        using var b = new DecoderTicketNet(TinyDecoders.Create(2));
        using var wider = new DecoderTicketNet(TinyDecoders.Create(1, hidden: 24));
        Assert.Equal(a.Architecture, b.Architecture);
        Assert.NotEqual(a.Architecture, wider.Architecture);
        Assert.StartsWith("decoder-llama:2x16:48:", a.Architecture, StringComparison.Ordinal);
    }

    [Fact]
    public void Stand_ins_give_what_a_net_of_them_gives() => TensorLeaks.AssertNone(() =>
    {
        using var scope = NewDisposeScope();
        using var a = new DecoderTicketNet(TinyDecoders.Create(1));
        using var b = new DecoderTicketNet(TinyDecoders.Create(2));
        var batch = Batch(0);
        Assert.Equal(b.Forward(batch.Inputs).data<float>().ToArray(), a.Forward(batch.Inputs, instead: b.Parameters).data<float>().ToArray());
        Assert.Equal(b.Forward(batch.Inputs).data<float>().ToArray(), b.Forward(batch.Inputs, instead: new Dictionary<string, Tensor>()).data<float>().ToArray());
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Half_pruned_it_learns_and_what_is_pruned_stays_zero(bool adam)
    {
        using var scope = NewDisposeScope();
        using var net = new DecoderTicketNet(TinyDecoders.Create(3));
        var masks = new MaskSet(net.Tensors.Where(t => t.IsPrunable).Select((t, k) => (t.Name, Mask.Where(t.Shape, i => ((i * 7) + k) % 4 < 2))));
        Assert.Equal(0.5, masks.Density);
        OptimiserOptions optimiser = adam ? new AdamOptions { WeightDecay = 1e-3 } : new SgdOptions { WeightDecay = 1e-3, Nesterov = true };
        var trainer = new MaskedTrainer(net, Batch, new() { LastStep = 80, Schedule = new() { Rate = adam ? 0.01 : 0.1, WarmupSteps = 5, Drops = [60] }, Optimiser = optimiser }, MaskTensors.Of(masks, CPU))
        {
            Validation = EvaluationSet.Of(Batch(1000)),
        };
        using var result = trainer.Run(cancellation: TestContext.Current.CancellationToken);
        var curve = Assert.Single(result.Members);
        Assert.True(curve.TrainingLosses.TakeLast(5).Average() < 0.7 * curve.TrainingLosses[0], $"{curve.TrainingLosses[0]} → {curve.TrainingLosses[^1]}");
        Assert.True(curve.Points[^1].ValidationLoss < curve.TrainingLosses[0]);
        Assert.Null(curve.DivergedAt);
        foreach (var name in masks.Names)
        {
            var values = net.Parameters[name].data<float>().ToArray();
            Assert.All(values.Index(), v => Assert.True(masks[name][v.Index] || v.Item == 0, name));
            Assert.Contains(values.Index(), v => masks[name][v.Index] && v.Item != 0);
        }
    }

    // Next-token targets; the last place has none.
    private static TicketBatch Batch(int step)
    {
        var ids = tensor(TinyDecoders.Tokens(step)).to(ScalarType.Int64);
        return new(ids, cat([ids.narrow(1, 1, TinyDecoders.Length - 1), full([TinyDecoders.Batch, 1], -100, dtype: ScalarType.Int64)], 1));
    }
}
