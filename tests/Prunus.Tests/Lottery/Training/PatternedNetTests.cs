using Prunus.Lottery;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Training;
using Prunus.Native;
using Prunus.Randomness;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Training;

/// <summary>SR-STE by hand, and its masks against those of the host.</summary>
public class PatternedNetTests
{
    // Of each two weights the larger is used: (2, ·, ·, 1) and (2, ·, ·, 1). Both logits are 2·1 + 1·3 = 5, so each class has the probability ½ and, of class 0,
    // g = (-½ x, ½ x) with x = (1, 2, 4, 3). One step of 0.1 with λ = 0.5: w - 0.1 (g + 0.5 w where w is not used).
    [Fact]
    public void AStep_ByHand()
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        using var net = new Linear(tensor([2f, 1f, 0.5f, 1f, 2f, -1f, -0.5f, 1f], [2, 4]));
        using var patterned = new PatternedNet(net, new NmPattern(1, 2), ["weight"], 0.5);
        var batch = new TicketBatch(tensor([1f, 2f, 4f, 3f], [1, 4]), tensor([0L]));
        Assert.Equal([5f, 5f], patterned.Forward(batch.Inputs).data<float>().ToArray());
        using var result = new MaskedTrainer(patterned, _ => new(batch.Inputs.alias(), batch.Targets.alias()), new MaskedTrainingOptions
        {
            LastStep = 1, Optimiser = new SgdOptions { Momentum = 0 }, Schedule = LearningRateSchedule.Constant(0.1), EvaluateEvery = 0,
        }).Run(cancellation: TestContext.Current.CancellationToken);
        float[] expected = [2.05f, 1 + 0.1f - 0.05f, 0.5f + 0.2f - 0.025f, 1.15f, 1.95f, -1 - 0.1f + 0.05f, -0.5f - 0.2f + 0.025f, 0.85f];
        var after = net.Parameters["weight"].data<float>().ToArray();
        Assert.All(expected.Zip(after), e => Assert.Equal(e.First, e.Second, 1e-6f));
        Assert.Equal(Math.Log(2), result.Members[0].TrainingLosses[0], 1e-6);
    }

    [Theory]
    [InlineData("2:4", 3, 8)]
    [InlineData("2:4", 3, 6)]
    [InlineData("1:3", 5, 7)]
    [InlineData("4:8", 2, 11)]
    public void MasksAreThoseOfTheHost_TiesAndShortGroupsToo(string text, int outputs, int inputs)
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        var pattern = NmPattern.Parse(text);
        foreach (var shape in new long[][] { [outputs, inputs], [outputs, inputs, 3, 2] })
        {
            var values = new float[shape.Aggregate(1L, (n, d) => n * d)];
            new Philox4x32(3).FillUniform(0, values);

            // Few magnitudes, so that many are equal.
            values = Array.ConvertAll(values, v => (float)Math.Round((v - 0.5) * 4));
            var (weight, expected) = (tensor(values, shape), pattern.Of(shape, Array.ConvertAll(values, Math.Abs)));
            Assert.Equal(expected, Mask.FromTensor(NmTensors.Kept(weight, pattern)));
            Assert.Equal(expected, Mask.FromTensor(NmTensors.Kept(stack([zeros_like(weight), weight]), pattern, 1)[1]));
        }
    }

    private sealed class Linear(Tensor weight) : ITicketNet
    {
        public string Architecture => "linear";

        public IReadOnlyList<TicketTensor> Tensors { get; } = [new("weight", [2, 4], TicketTensorKind.Linear, IsPrunable: true)];

        public int Members => 1;

        public bool IsStacked => false;

        public IReadOnlyDictionary<string, Tensor> Parameters { get; } = new Dictionary<string, Tensor> { ["weight"] = weight };

        public IReadOnlyDictionary<string, Tensor> Buffers { get; } = new Dictionary<string, Tensor>();

        public Tensor Forward(Tensor inputs, bool training = false, IReadOnlyDictionary<string, Tensor>? instead = null) => inputs.matmul((instead?["weight"] ?? Parameters["weight"]).t());

        public void Dispose() => weight.Dispose();
    }
}
