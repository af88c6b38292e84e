namespace Prunus.Shrinking;

/// <summary>One of the ten best practices of Muralidharan et al. 2024 (arXiv 2407.14679, section 1), in our words, beside what we measured.</summary>
/// <param name="Number">Its number in the paper.</param>
/// <param name="Text">One line.</param>
/// <param name="Decides">The choice that it decides.</param>
/// <param name="Measured">Our measurement, held-out nats/token of one seed; null where there is none.</param>
/// <param name="Agrees">Whether that measurement agrees; null where there is none.</param>
public sealed record Practice(int Number, string Text, string Decides, string? Measured = null, bool? Agrees = null)
{
    /// <summary>All ten. Measured: SmolLM2-135M-Instruct to half its parameters on one H100, 300 steps of 16 × 512 tokens unless said otherwise.</summary>
    public static IReadOnlyList<Practice> All { get; } =
    [
        new(1, "train the largest of a family, prune and distil the others", "the donor"),
        new(2, "rank width by activations (l2:mean), layers by perplexity or Block Influence", "--importance, --aggregation, --layers-by", "layers by bi 4.292, a contiguous block 4.326", true),
        new(3, "measure importance once", "--iterations"),
        new(4, "cut width before depth, up to 15 B parameters", "--axes", "30 layers of 576: ffn and layers 4.292, hidden, ffn and layers 4.329, layers alone 4.486", false),
        new(5, "distil, without a next-token loss", "--kl, --ce"),
        new(6, "add hidden states and embedding to the loss where depth falls much", "--hidden-states", "17 of 30 layers, 1,500 steps: with them 4.046 (ffn 816), without 4.098 (ffn 800)", true),
        new(7, "logits alone otherwise", "--loss, --hidden-states"),
        new(8, "start from the model nearest in size", "the donor"),
        new(9, "train candidates a little before ranking them", "--steps"),
        new(10, "prune the model of the last training phase and train on that phase's data", "the donor, --text"),
    ];

    /// <summary>The practice of a number.</summary>
    public static Practice Of(int number) => All[number - 1];
}
