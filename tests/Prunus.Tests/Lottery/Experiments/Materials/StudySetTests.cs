using Prunus.Datasets.Images;
using Prunus.Lottery.Experiments;
using Prunus.Lottery.Experiments.Materials;

namespace Prunus.Tests.Lottery.Experiments.Materials;

public sealed class StudySetTests
{
    [Theory]
    [InlineData("mnist", "mnist", null, null)]
    [InlineData("cifar10-jpeg/b", "cifar10-jpeg", "b", null)]
    [InlineData("cifar10-jpeg/a@1x28x28", "cifar10-jpeg", "a", "1×28×28")]
    [InlineData("fashion-tiny@3x32x32", "fashion-tiny", null, "3×32×32")]
    public void Parse(string name, string id, string? half, string? shape)
    {
        var set = StudySet.Parse(name);
        Assert.Equal((id, half, shape), (set.Source.Id, set.Half, set.Shape?.ToString()));
    }

    [Theory]
    [InlineData("mnist/c", "mnist/c: is no set of images; write a set's id, then /a or /b for a half of it, then @3x32x32 for another size")]
    [InlineData("mnist@32x32", "mnist@32x32: is no set of images; write a set's id, then /a or /b for a half of it, then @3x32x32 for another size")]
    [InlineData("mnist@0x32x32", "mnist@0x32x32: is out of range: 16 channels and sides of 512 pixels at most; write a size such as @3x32x32")]
    [InlineData("mnst", "mnst: is no set of images that is known; did you mean 'mnist'?")]
    public void Parse_Unknown_IsRefused(string name, string message) => Assert.Equal(message, Assert.Throws<PrunusInputException>(() => StudySet.Parse(name)).Message);

    [Fact]
    public void Load_HalvesAreDisjoint_AndFitted()
    {
        var training = new TicketTraining("sgd", 0.1, 10, 10, 10) { Validation = 100, TestImages = 50 };
        StudyData[] halves = [.. ((string[])["blobs/a@3x8x8", "blobs/b@3x8x8"]).Select(n => StudyData.Load(n, ImageSetSearch.From(null), training))];
        Assert.All(halves, h => Assert.Equal((900, 100, 50, new ImageShape(3, 8, 8)), (h.Train.Count, h.Validation.Count, h.Test.Count, h.Test.Shape)));
        var first = Images(halves[0]).ToHashSet();
        Assert.DoesNotContain(Images(halves[1]), first.Contains);
        Assert.Equal(3, halves[0].Statistics.Mean.Count);
        Assert.Equal(halves[0].Test.Images.ToArray(), halves[1].Test.Images.ToArray());
    }

    [Fact]
    public void Load_OtherSplits_HoldBackOtherImages_OfTheSameHalf()
    {
        var training = new TicketTraining("sgd", 0.1, 10, 10, 10) { Validation = 100 };
        StudyData first = Load("blobs/a", 0), other = Load("blobs/a", 1), again = Load("blobs/a", 1), third = Load("blobs/a", 2);
        Assert.Equal(other.Validation.Images.ToArray(), again.Validation.Images.ToArray());
        Assert.All((StudyData[])[first, third], d => Assert.NotEqual(other.Validation.Images.ToArray(), d.Validation.Images.ToArray()));
        Assert.All((StudyData[])[first, other, third], d => Assert.Equal((900, 100), (d.Train.Count, d.Validation.Count)));
        Assert.Equal(All(first), All(other));
        Assert.Equal("train: split_seed -1 is below 0; correct it", Assert.Throws<PrunusInputException>(() => (training with { SplitSeed = -1 }).Validate("train")).Message);

        StudyData Load(string name, int seed) => StudyData.Load(name, ImageSetSearch.From(null), training with { SplitSeed = seed });
        static string[] All(StudyData data) => [.. Images(data.Train).Concat(Images(data.Validation)).Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Images(ImageSet set) => Enumerable.Range(0, set.Count).Select(i => Convert.ToBase64String(set.Image(i)));

    private static IEnumerable<string> Images(StudyData half) => Images(half.Train);
}
