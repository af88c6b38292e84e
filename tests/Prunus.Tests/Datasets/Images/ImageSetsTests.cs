using Prunus.Datasets.Images;
using Prunus.Tests.Runs;

namespace Prunus.Tests.Datasets.Images;

public class ImageSetsTests
{
    [Fact]
    public void Ids_AreUnique() => Assert.Equal(ImageSets.All.Count, ImageSets.All.Select(set => set.Id).Distinct().Count());

    [Fact]
    public void EmbeddedSet_IsBalancedAndConfirmed()
    {
        var splits = ImageSets.Named("fashion-tiny").Check(new("no/such/folder"));
        Assert.Equal([2000, 1000], splits.Select(split => split.Count));
        Assert.All(splits, split => Assert.All(split.ClassCounts, count => Assert.Equal(split.Count / 10, count)));
        Assert.All(splits, split => Assert.Equal((2, 2), (split.Files, split.Confirmed)));
    }

    [Fact]
    public void WrongFile_IsNamedWithBothHashes()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in ImageSets.Named("mnist").Splits.SelectMany(split => split.Files).Select(file => file.Name))
        {
            File.WriteAllBytes(folder[name], Samples.IdxLabels().Bytes);
        }

        var fault = Samples.Fault(() => ImageSets.Named("mnist").Load(ImageSplit.Train, new(folder.Path)));
        Assert.StartsWith($"{folder["train-images-idx3-ubyte"]}: has the MD5 ", fault, StringComparison.Ordinal);
        Assert.EndsWith("and the right file has 6bbc9ace898e44ae57da46a324031adb; get the file again", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void WrongCount_IsNamed()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["cifar10"]);
        foreach (var name in ImageSets.Named("cifar10").Splits.SelectMany(split => split.Files).Select(file => file.Name))
        {
            File.WriteAllBytes(Path.Combine(folder["cifar10"], name), new byte[3073]);
        }

        Assert.Contains("holds 5 images, and cifar10 has 50000; ", Samples.Fault(() => ImageSets.Named("cifar10").Load(ImageSplit.Train, new(folder.Path))), StringComparison.Ordinal);
    }

    [Fact]
    public void AFolderOfOneSet_IsNotTakenForAnother()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["mnist"]);
        foreach (var name in ImageSets.Named("mnist").Splits.SelectMany(split => split.Files).Select(file => file.Name))
        {
            File.WriteAllBytes(Path.Combine(folder["mnist"], name), []);
        }

        Assert.Equal(folder["mnist"], new ImageSetSearch(folder.Path).Find(ImageSets.Named("mnist")));
        Assert.Equal(folder["mnist"], new ImageSetSearch(folder["mnist"]).Find(ImageSets.Named("mnist")));
        Assert.NotEqual(folder["mnist"], new ImageSetSearch(folder["mnist"]).Find(ImageSets.Named("fashion-mnist")));
    }

    [Fact]
    public void Absent_TellsHowToGetIt()
    {
        Assert.StartsWith("mnist: is neither in no/such nor elsewhere on this machine; ", Samples.Fault(() => ImageSets.Named("mnist").Load(ImageSplit.Train, new("no/such"))), StringComparison.Ordinal);
        Assert.Equal("cifar10-lossless: has no test images; use another set", Samples.Fault(() => ImageSets.Named("cifar10-lossless").Load(ImageSplit.Test, new("no/such"))));
    }
}
