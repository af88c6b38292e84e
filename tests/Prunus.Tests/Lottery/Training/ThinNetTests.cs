using Prunus.Lottery;
using Prunus.Lottery.Training;
using Prunus.Native;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Training;

/// <summary>A net whose masks cut whole hidden units trains as the net that never had them, with momentum, Adam and decay. Needs no reference files.</summary>
public class ThinNetTests
{
    private const int Steps = 50, Batch = 8;

    private static readonly Dictionary<string, (int Rows, int Columns)> Thin = new()
    {
        ["fc1.weight"] = (7, 36), ["fc1.bias"] = (7, 1), ["fc2.weight"] = (5, 7), ["fc2.bias"] = (5, 1), ["fc3.weight"] = (4, 5), ["fc3.bias"] = (4, 1),
    };

    public static TheoryData<OptimiserOptions> Optimisers => new((OptimiserOptions[])[new SgdOptions { WeightDecay = 1e-3 }, new AdamOptions { WeightDecay = 1e-3 }]);

    [Theory]
    [MemberData(nameof(Optimisers))]
    public void MaskedTraining_EqualsTrainingTheThinNet(OptimiserOptions optimiser)
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        using var wide = Net("mlp:12-9", spec => randn([.. spec.Shape], dtype: ScalarType.Float64, generator: generator));
        using var thin = Net("mlp:7-5", spec => Kept(wide.Parameters[spec.Name], spec.Name).clone());

        // The first units stay: of a weight their rows, and the columns of the units before that stay.
        var masks = wide.Tensors.Where(t => t.IsPrunable || t.Name != "fc3.bias").ToDictionary(t => t.Name, t =>
        {
            var mask = zeros([.. t.Shape], dtype: ScalarType.Float64);
            Kept(mask, t.Name).fill_(1);
            return mask;
        });
        var images = randn([Steps, Batch, 1, 6, 6], dtype: ScalarType.Float64, generator: generator);
        var labels = randint(0, 4, [Steps, Batch], generator: generator);
        Train(wide, masks);
        Train(thin, null);
        Assert.All(thin.Parameters, p => Assert.True((p.Value - Kept(wide.Parameters[p.Key], p.Key)).abs().max().item<double>() < 1e-10, p.Key));
        Assert.All(masks, m => Assert.Equal(0, (wide.Parameters[m.Key] * m.Value.eq(0)).abs().max().item<double>()));

        void Train(ITicketNet net, Dictionary<string, Tensor>? under) => new MaskedTrainer(
            net, step => new(images[step], labels[step]), new MaskedTrainingOptions { LastStep = Steps, Schedule = LearningRateSchedule.Constant(0.01), Optimiser = optimiser, EvaluateEvery = 0 }, under)
            .Run(cancellation: TestContext.Current.CancellationToken).Dispose();
    }

    private static VisionTicketNet Net(string name, Func<VisionParameter, Tensor> value)
    {
        var config = VisionNets.Named(name, new MapShape(1, 6, 6), 4);
        return new(new VisionNet(config, config.Tensors().ToDictionary(t => t.Name, value)));
    }

    private static Tensor Kept(Tensor tensor, string name)
    {
        var (rows, columns) = Thin[name];
        return tensor.dim() == 1 ? tensor.detach().narrow(0, 0, rows) : tensor.detach().narrow(0, 0, rows).narrow(1, 0, columns);
    }
}
