using System.Security.Cryptography;
using Prunus.Datasets.Images;
using Prunus.Randomness;

namespace Prunus.Lottery.Experiments;

/// <summary>The images of an experiment: those it learns from, those that say when to stop, those it is measured on.</summary>
/// <param name="Train">What is trained on.</param>
/// <param name="Validation">Held back from the training images by a draw that is the same for every seed.</param>
/// <param name="Test">What is measured on.</param>
/// <param name="Statistics">Of the training images; all images are normalised with them.</param>
public sealed record StudyData(ImageSet Train, ImageSet Validation, ImageSet Test, ChannelStatistics Statistics)
{
    private const ulong SplitSeed = 0, SplitStream = 0x5350_4C49UL << 32;
    private const char Half = '/';

    /// <summary>The set of a name: an id of <see cref="ImageSets"/>, with <c>/a</c> or <c>/b</c> behind it for one of two disjoint halves of its training images
    /// (Morcos et al. 2019, arXiv 1906.02773).</summary>
    /// <exception cref="PrunusInputException">There is none.</exception>
    public static ImageSetSource Source(string name) => name.Split(Half) switch
    {
        [var id] => ImageSets.Named(id),
        [var id, "a" or "b"] => ImageSets.Named(id),
        _ => throw new PrunusInputException(name, "is no set of images", "write a set's id, with /a or /b behind it for a half of it"),
    };

    /// <summary>Hash of the training and test images of a set, for the identity of a run.</summary>
    /// <exception cref="PrunusInputException">The set is not there or damaged.</exception>
    public static string Fingerprint(string name, ImageSetSearch search)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var split in (ImageSplit[])[ImageSplit.Train, ImageSplit.Test])
        {
            var set = Source(name).Load(split, search);
            hash.AppendData(set.Images.Span);
            hash.AppendData(set.Labels.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    /// <summary>Reads and splits.</summary>
    /// <param name="name">As <see cref="Source"/> takes it.</param>
    /// <param name="search">Where files lie.</param>
    /// <param name="training">How many images are held back and used.</param>
    /// <exception cref="PrunusInputException">The set is not there or damaged, or has too few images.</exception>
    public static StudyData Load(string name, ImageSetSearch search, TicketTraining training)
    {
        var source = Source(name);
        var all = source.Load(ImageSplit.Train, search);
        var order = new Philox4x32(SplitSeed, SplitStream).Permutation(all.Count);
        int[] left = name.EndsWith("/a", StringComparison.Ordinal) ? order[..(order.Length / 2)] : name.EndsWith("/b", StringComparison.Ordinal) ? order[(order.Length / 2)..] : order;
        if (training.Validation + training.Batch > left.Length)
        {
            throw new PrunusInputException(name, $"has {left.Length} training images, too few for {training.Validation} held back and a batch of {training.Batch}", "lower 'validation'");
        }

        int[] held = left[..training.Validation], used = left[training.Validation..];
        var train = all.Pick(training.Images is { } most && most < used.Length ? used[..most] : used);
        var test = source.Load(ImageSplit.Test, search);
        return new StudyData(
            train, all.Pick(held), training.TestImages is { } few && few < test.Count ? test.Pick([.. Enumerable.Range(0, few)]) : test, ChannelStatistics.Of(train));
    }
}
