using System.Text.Json.Nodes;
using Prunus.Datasets.Images;
using Prunus.Tests.Runs;

namespace Prunus.Tests.Cli;

public sealed class DataTests
{
    [Fact]
    public void EverySet_HasARow_AndMissingOnesSayHowToGetThem()
    {
        using var folder = new TemporaryFolder();
        var (code, output, error) = Tool.Run("data", "--data", folder.Path);
        Assert.Equal(0, code);
        Assert.StartsWith("prunus: note: ", error, StringComparison.Ordinal);
        Assert.Contains($"cifar10, cifar10-jpeg, cifar10-lossless: files go into a folder of that name in {folder.Path}; ", error, StringComparison.Ordinal);
        Assert.All(ImageSets.All, set => Assert.Contains($"| {set.Id} ", output, StringComparison.Ordinal));
        Assert.Contains("get: cifar-10-binary.tar.gz", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_CountsAndConfirms()
    {
        var (code, output, error) = Tool.Run("data", "fashion-tiny", "blobs", "--check", "--json");
        Assert.Equal((0, ""), (code, error));
        var document = JsonNode.Parse(output)!;
        Assert.Equal("prunus-data/1", document["schema"]!.GetValue<string>());
        var tiny = document["sets"]![0]!;
        Assert.Equal((2, 2), (tiny["checked"]![1]!["files"]!.GetValue<int>(), tiny["checked"]![1]!["confirmed_by_hash"]!.GetValue<int>()));
        Assert.Equal([1, 28, 28], tiny["checked"]![0]!["shape"]!.AsArray().Select(n => n!.GetValue<int>()));
        Assert.All(tiny["checked"]![0]!["class_counts"]!.AsArray(), n => Assert.Equal(200, n!.GetValue<int>()));
        Assert.Null(document["sets"]![1]!["folder"]);
    }

    [Fact]
    public void Damage_IsToldInTheTable_WithExitCode3()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in ImageSets.Named("cifar10-jpeg").Splits.SelectMany(split => split.Files).Select(file => file.Name))
        {
            File.WriteAllText(folder[name], "no picture");
        }

        var (code, output, _) = Tool.Run("data", "--data", folder.Path, "--check");
        Assert.Equal(3, code);
        Assert.Contains($"{folder["train.cjpk"]}: has the SHA-256 ", output, StringComparison.Ordinal);
    }

    [Fact]
    public void BadIds_AndAskedButMissing_AreOneLine()
    {
        var (code, output, error) = Tool.Run("data", "mnsit");
        Assert.Equal((2, "", "prunus: mnsit: is no set of images that is known; did you mean 'mnist'?\n"), (code, output, error));
        (code, _, error) = Tool.Run("data", "mnist", "--check", "--data", "no/such/folder");
        Assert.Equal(2, code);
        Assert.StartsWith("prunus: mnist: is neither in no/such/folder nor elsewhere on this machine; ", error, StringComparison.Ordinal);
        Assert.Equal(1, error.Count(c => c == '\n'));
    }
}
