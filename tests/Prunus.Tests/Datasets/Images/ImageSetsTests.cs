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

        Assert.Contains("has 3073 bytes, and the right file has 30730000; get the file again", Samples.Fault(() => ImageSets.Named("cifar10").Load(ImageSplit.Train, new(folder.Path))), StringComparison.Ordinal);
    }

    // No hash of these files is known.
    [Theory]
    [InlineData(false, true, "test_batch.bin.gz: and the files beside it hold 0, 0, 0, 10000, 0, 0, 0, 0, 0, 0 images of the classes, and cifar10 has 1000 of each; check that it is the right file")]
    [InlineData(true, false, "test_batch.bin.gz: has 0 in every pixel of every image; check that it is the right file")]
    [InlineData(true, true, null)]
    public void FilesWithoutAHash_MustHaveTheirClasses_AndPictures(bool balanced, bool pictures, string? fault)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["cifar10"]);
        foreach (var name in ImageSets.Named("cifar10").Splits.SelectMany(split => split.Files).Select(file => file.Name))
        {
            File.WriteAllBytes(Path.Combine(folder["cifar10"], name), []);
        }

        File.Delete(Path.Combine(folder["cifar10"], "test_batch.bin"));
        var bytes = new byte[CifarBatches.Length];
        for (var i = 0; i < 10_000; i++)
        {
            bytes[i * 3073] = (byte)(balanced ? i % 10 : 3);
            bytes[(i * 3073) + 1] = (byte)(pictures ? i : 0);
        }

        using (var file = new System.IO.Compression.GZipStream(File.Create(Path.Combine(folder["cifar10"], "test_batch.bin.gz")), System.IO.Compression.CompressionLevel.Fastest))
        {
            file.Write(bytes);
        }

        if (fault is null)
        {
            Assert.Equal(10_000, ImageSets.Named("cifar10").Load(ImageSplit.Test, new(folder.Path)).Count);
            return;
        }

        Assert.EndsWith(fault, Samples.Fault(() => ImageSets.Named("cifar10").Load(ImageSplit.Test, new(folder.Path))), StringComparison.Ordinal);
    }

    [Fact]
    public void SizesAndClasses_AreKnownWithoutReading()
    {
        foreach (var set in ImageSets.All.Where(s => s.IsSynthetic || s.Id == "fashion-tiny"))
        {
            var read = set.Load(ImageSplit.Test, ImageSetSearch.From(null));
            Assert.Equal((set.Shape, string.Join('|', set.ClassNames)), (read.Shape, string.Join('|', read.ClassNames)));
        }
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
    public void PartlyThere_NamesWhatIsMissing()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["mnist"]);
        File.WriteAllBytes(Path.Combine(folder["mnist"], "train-images-idx3-ubyte"), []);
        Assert.Equal(
            $"{folder["mnist"]}: lacks train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte of mnist; get them: the four files of yann.lecun.com/exdb/mnist or of a mirror",
            Samples.Fault(() => ImageSets.Named("mnist").Load(ImageSplit.Train, new(folder.Path))));
    }

    [Fact]
    public void Absent_TellsHowToGetIt()
    {
        Assert.StartsWith("mnist: is neither in no/such nor elsewhere on this machine; ", Samples.Fault(() => ImageSets.Named("mnist").Load(ImageSplit.Train, new("no/such"))), StringComparison.Ordinal);
        Assert.Equal("cifar10-lossless: has no test images; use another set", Samples.Fault(() => ImageSets.Named("cifar10-lossless").Load(ImageSplit.Test, new("no/such"))));
    }
}
