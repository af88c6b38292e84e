namespace Prunus.Recipes;

/// <summary>Which part of a file a text is.</summary>
public enum TextPart
{
    /// <summary>All of it.</summary>
    Whole,

    /// <summary>All but its end.</summary>
    Training,

    /// <summary>Its end (<see cref="Datasets.HeldOut.SplitBytes"/>).</summary>
    HeldOut,
}

/// <summary>A text that recipes may name.</summary>
/// <param name="Id">Name in recipes.</param>
/// <param name="Title">What it is.</param>
/// <param name="File">File name, in the demo's folder or in the data folder.</param>
/// <param name="Embedded">Whether it comes with the program.</param>
/// <param name="Part">Which part.</param>
/// <param name="HeldOutBytes">Bytes of the end that the other part lacks.</param>
/// <param name="Change">What is done to its characters; null for nothing.</param>
public sealed record RecipeText(string Id, string Title, string File, bool Embedded = false, TextPart Part = TextPart.Whole, int HeldOutBytes = 0, Func<string, string>? Change = null);

/// <summary>All texts that recipes may name.</summary>
public static class RecipeTexts
{
    public static IReadOnlyList<RecipeText> All { get; } =
    [
        new("demo", "children's stories and book passages", "text.txt.br", Embedded: true),
        new("demo-heldout", "stories and passages that the demo's donor never saw", "heldout.txt.br", Embedded: true),
        new("demo-heldout-first", "the first half of those", "heldout.txt.br", Embedded: true, Part: TextPart.Training, HeldOutBytes: 54_000),
        new("demo-heldout-last", "the second half of those", "heldout.txt.br", Embedded: true, Part: TextPart.HeldOut, HeldOutBytes: 54_000),
        new("demo-capitals", "the demo's text in capital letters: a shift of text that needs no other file", "text.txt.br", Embedded: true, Change: text => text.ToUpperInvariant()),
        new("demo-capitals-heldout", "the demo's held-out text in capital letters", "heldout.txt.br", Embedded: true, Change: text => text.ToUpperInvariant()),
        new("tinystories", "TinyStories, a part of train", "tinystories_train_part.txt.br"),
        new("wikitext2", "WikiText-2 raw, a part of train", "wikitext2_train_part.txt.br"),
        new("wikitext2-valid", "WikiText-2 validation tokens", "wikitext2_valid_tokens.txt.br"),
        new("wikitext2-test", "WikiText-2 test tokens", "wikitext2_test_tokens.txt.br"),
        new("c4", "web pages of C4 but for the last 300 kB", "c4_sample_train.txt.br", Part: TextPart.Training, HeldOutBytes: 300_000),
        new("c4-heldout", "the last 300 kB of the same pages", "c4_sample_train.txt.br", Part: TextPart.HeldOut, HeldOutBytes: 300_000),
        new("gutenberg", "children's books of Project Gutenberg", "gutenberg_children_train.txt.br"),
        new("shakespeare", "plays of Shakespeare but for the last 100 kB", "tiny_shakespeare.txt.br", Part: TextPart.Training, HeldOutBytes: 100_000),
        new("shakespeare-heldout", "the last 100 kB of the same plays", "tiny_shakespeare.txt.br", Part: TextPart.HeldOut, HeldOutBytes: 100_000),
    ];

    /// <exception cref="PrunusInputException">There is no such text.</exception>
    public static RecipeText Named(string id) => All.FirstOrDefault(t => t.Id == id)
        ?? throw new PrunusInputException("text", $"'{id}' is none that recipes know", $"use {string.Join(", ", All.Select(t => t.Id))}");
}
