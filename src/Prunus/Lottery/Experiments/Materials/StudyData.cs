using System.Security.Cryptography;
using Prunus.Datasets.Images;
using Prunus.Randomness;

namespace Prunus.Lottery.Experiments.Materials;

/// <summary>The images of an experiment: those it learns from, those that say when to stop, those it is measured on.</summary>
/// <param name="Train">What is trained on.</param>
/// <param name="Validation">Held back from the training images by a draw that is the same for every seed of a study (<see cref="TicketTraining.SplitSeed"/>).</param>
/// <param name="Test">What is measured on.</param>
/// <param name="Statistics">Of the training images, all images are normalised with them; or those that leave pixels as they are.</param>
public sealed record StudyData(ImageSet Train, ImageSet Validation, ImageSet Test, ChannelStatistics Statistics)
{
    private const ulong HalvesSeed = 0, SplitStream = 0x5350_4C49UL << 32, OtherSplitStream = 0x5350_4C4AUL << 32;

    /// <summary>Hash of the training and test images of a set as they lie on disk, for the identity of a run.</summary>
    /// <exception cref="PrunusInputException">The set is not there or damaged.</exception>
    public static string Fingerprint(string name, ImageSetSearch search)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var split in (ImageSplit[])[ImageSplit.Train, ImageSplit.Test])
        {
            var set = StudySet.Parse(name).Source.Load(split, search);
            hash.AppendData(set.Images.Span);
            hash.AppendData(set.Labels.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    /// <summary>Refuses a training that wants more images than a set has, or fewer than a batch, by what is known of the set without reading it.</summary>
    /// <exception cref="PrunusInputException">It does.</exception>
    internal static void Check(string name, TicketTraining training)
    {
        var source = StudySet.Parse(name);
        if (source.Source.Splits.FirstOrDefault(s => s.Split == ImageSplit.Train) is { } part)
        {
            Check(name, source.Half switch { "a" => part.Count / 2, "b" => part.Count - (part.Count / 2), _ => part.Count }, training);
        }
    }

    /// <summary>Reads and splits.</summary>
    /// <param name="name">As <see cref="StudySet"/> takes it.</param>
    /// <param name="search">Where files lie.</param>
    /// <param name="training">How many images are held back and used.</param>
    /// <exception cref="PrunusInputException">The set is not there or damaged, or has too few images.</exception>
    public static StudyData Load(string name, ImageSetSearch search, TicketTraining training)
    {
        var source = StudySet.Parse(name);
        var all = source.Source.Load(ImageSplit.Train, search);
        var order = new Philox4x32(HalvesSeed, SplitStream).Permutation(all.Count);
        var left = source.Half switch { "a" => order[..(order.Length / 2)], "b" => order[(order.Length / 2)..], _ => order };
        Check(name, left.Length, training);
        left = training.SplitSeed == 0 ? left : [.. new Philox4x32((ulong)training.SplitSeed, OtherSplitStream).Permutation(left.Length).Select(i => left[i])];
        int[] held = left[..training.Validation], used = left[training.Validation..];
        var train = source.Fitted(all.Pick(training.Images is { } most && most < used.Length ? used[..most] : used));
        var test = source.Source.Load(ImageSplit.Test, search);
        return new StudyData(
            train, source.Fitted(all.Pick(held)), source.Fitted(training.TestImages is { } few && few < test.Count ? test.Pick([.. Enumerable.Range(0, few)]) : test),
            ChannelStatistics.For(training.Pixels, train.Shape.Channels, () => train));
    }

    private static void Check(string name, int images, TicketTraining training)
    {
        if (training.Images < training.Batch)
        {
            throw new PrunusInputException(name, $"gives {training.Images} training images (images), too few for a batch of {training.Batch}", "raise 'images' or lower 'batch'");
        }

        if ((long)training.Validation + training.Batch > images)
        {
            throw new PrunusInputException(name, $"has {images} training images, too few for {training.Validation} held back (validation) and a batch of {training.Batch}", "lower 'validation' or 'batch'");
        }
    }
}
