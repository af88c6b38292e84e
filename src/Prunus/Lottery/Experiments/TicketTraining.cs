using Prunus.Datasets.Images;
using Prunus.Lottery.Training;
using Prunus.Training;

namespace Prunus.Lottery.Experiments;

/// <summary>How a level is trained.</summary>
/// <param name="Optimiser"><c>adam</c> or <c>sgd</c>.</param>
/// <param name="LearningRate">Its rate before drops and after warm-up.</param>
/// <param name="Batch">Images, or blocks of text, in a batch.</param>
/// <param name="Iterations">T: steps of a whole training.</param>
/// <param name="EvaluateEvery">Steps between evaluations of the validation and test examples.</param>
public sealed record TicketTraining(string Optimiser, double LearningRate, int Batch, int Iterations, int EvaluateEvery)
{
    // Steps by autograd on a GPU that are sooner done again than states of them written all along.
    private const int Short = 5_000;

    /// <summary>Momentum of <c>sgd</c>.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>L2 decay, added to the gradient.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Steps at which the rate falls to a tenth.</summary>
    public IReadOnlyList<int> Drops { get; init; } = [];

    /// <summary>Steps of linear warm-up.</summary>
    public int WarmUp { get; init; }

    /// <summary>Whether the rate follows half a cosine to 0.</summary>
    public bool Cosine { get; init; }

    /// <summary>Whether training images are flipped and shifted by up to four pixels.</summary>
    public bool Augment { get; init; }

    /// <summary>Tokens in a block of text; no matter to images.</summary>
    public int Block { get; init; } = 128;

    /// <summary>On which scale nets see pixels. Default normalised.</summary>
    public PixelScale Pixels { get; init; }

    /// <summary>Training images held back for early stopping; of text the most blocks looked at for it.</summary>
    public int Validation { get; init; } = 5000;

    /// <summary>Which draw of the training images is held back; each number another. No matter to text, where the held-out text is. Default 0.</summary>
    public int SplitSeed { get; init; }

    /// <summary>Most training images used; null for all.</summary>
    public int? Images { get; init; }

    /// <summary>Most test images (or blocks of text) used; null for all.</summary>
    public int? TestImages { get; init; }

    /// <summary>The dense net of the same seed as a teacher of all levels but its own; null for none.</summary>
    public TicketTeaching? Distil { get; init; }

    /// <summary>The trainer's options with the folder of its states, where keeping them pays: on a GPU not in trainings that are done within a minute even where eight share it.</summary>
    /// <param name="options">Without.</param>
    /// <param name="folder">Of this training.</param>
    /// <param name="device">What it trains on.</param>
    /// <param name="writtenOut">Whether by written-out steps: on a GPU a wave of them takes seconds, and one state, where it was cancelled, is enough.</param>
    internal MaskedTrainingOptions WithStates(MaskedTrainingOptions options, string folder, TorchSharp.DeviceType device, bool writtenOut = false) =>
        device == TorchSharp.DeviceType.CPU ? options with { CheckpointFolder = folder, SaveEvery = Math.Max(1, Iterations / 4) }
        : writtenOut ? options with { CheckpointFolder = folder }
        : Iterations <= Short ? options : options with { CheckpointFolder = folder, SaveEvery = Short };

    /// <summary>The trainer's options of the whole training.</summary>
    /// <exception cref="PrunusInputException">The optimiser is not known.</exception>
    public MaskedTrainingOptions Options() => new()
    {
        LastStep = Iterations,
        Schedule = new LearningRateSchedule { Rate = LearningRate, Drops = Drops, WarmupSteps = WarmUp, CosineSteps = Cosine ? Iterations : 0 },
        EvaluateEvery = EvaluateEvery,
        Optimiser = Optimiser switch
        {
            "adam" => new AdamOptions { WeightDecay = WeightDecay },
            "sgd" => new SgdOptions { Momentum = Momentum, WeightDecay = WeightDecay },
            _ => throw new PrunusInputException("optimizer", $"'{Optimiser}' is not known", "use adam or sgd"),
        },
    };

    /// <summary>Everything that is wrong, in one message.</summary>
    /// <exception cref="PrunusInputException">Something is.</exception>
    public void Validate(string subject)
    {
        (string Key, int? Value, int Least)[] counts =
            [("batch", Batch, 1), ("iterations", Iterations, 1), ("validation", Validation, 1), ("images", Images, 1), ("test_images", TestImages, 1), ("block", Block, 2), ("split_seed", SplitSeed, 0)];
        OptionFaults.Throw(subject, counts.Where(c => c.Value < c.Least).Select(c => $"{c.Key} {c.Value} is below {c.Least}"));
        try
        {
            Options().Validate();
        }
        catch (PrunusInputException e)
        {
            throw new PrunusInputException(subject, e.Problem, e.Remedy, e);
        }

        if (Distil is { } teaching)
        {
            OptionFaults.Throw($"{subject}, distil", TicketDistillation.Faults(teaching.Temperature, teaching.Weight));
        }
    }
}

/// <summary>How much a teacher counts: as <see cref="TicketDistillation"/>.</summary>
/// <param name="Weight">Share of the loss, 0 to 1. Default 0.5.</param>
/// <param name="Temperature">What logits are divided by. Default 1.</param>
public sealed record TicketTeaching(double Weight = 0.5, double Temperature = 1);
