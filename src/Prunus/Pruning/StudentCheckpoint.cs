using System.Globalization;
using Prunus.Checkpoints;
using Prunus.Decoders;
using Prunus.Tokenizers;

namespace Prunus.Pruning;

/// <summary>Writes a student as a folder in Hugging Face form: the donor's config.json with new numbers, its tokenizer files, weights, a model card.</summary>
public static class StudentCheckpoint
{
    /// <summary>Writes the folder, all or nothing; one tensor is in memory at a time.</summary>
    /// <param name="folder">Folder to make.</param>
    /// <param name="donor">Gives config.json, tokenizer files and licence.</param>
    /// <param name="config">Architecture of the student.</param>
    /// <param name="read">Values of a student's parameter, row-major.</param>
    /// <param name="type">F32, F16 or BF16.</param>
    /// <param name="tags">What was done, for the card: <c>pruned</c>, <c>distilled</c>.</param>
    /// <param name="sections">More sections of the card: heading and Markdown.</param>
    /// <param name="title">Title of the card; null = the folder's name and the donor's.</param>
    /// <param name="vocabulary">Token ids of the donor that stay, in their new order; the tokenizer is rewritten. Null = all.</param>
    /// <exception cref="PrunusInputException">The folder holds something, or the vocabulary cannot be cut so.</exception>
    /// <exception cref="PrunusRunException">The disk is full or fails.</exception>
    public static void Write(
        string folder, Checkpoint donor, DecoderConfig config, Func<ParameterSpec, float[]> read, ElementType type,
        IReadOnlyList<string> tags, IReadOnlyList<(string Heading, string Markdown)>? sections = null, string? title = null, IReadOnlyList<int>? vocabulary = null)
    {
        var json = config.ToHuggingFace(donor.Config);
        var key = json.ContainsKey("dtype") ? "dtype" : "torch_dtype";
        json[key] = type switch { ElementType.F16 => "float16", ElementType.BF16 => "bfloat16", _ => "float32" };
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(donor.Location));
        var donorConfig = DecoderConfig.FromHuggingFace(donor.Config, donor.Location);
        if ((vocabulary?.Count ?? donorConfig.VocabSize) != config.VocabSize)
        {
            throw new PrunusInputException("vocab", $"leaves {config.VocabSize} of {donorConfig.VocabSize} tokens, but the tokenizer would still give the donor's ids", "cut the vocabulary with `prunus prune` first and use the result as donor");
        }

        var files = donor.CarriedFiles;
        if (vocabulary is not null)
        {
            files = new VocabularyCut(files, donor.Location).Files(vocabulary);
            VocabularyCut.RenumberIds(json, vocabulary.Select((id, i) => (id, i)).ToDictionary(k => k.id, k => k.i));
        }

        var card = new ModelCard
        {
            Title = title ?? $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))}, made from {name}",
            Licence = donor.Licence,
            BaseModel = name,
            Tags = tags,
            Sections = [("What was cut", Comparison(donorConfig, config)), .. sections ?? []],
        };
        CheckpointWriter.Write(folder, json, WeightExport.Tensors(config, type, read), files, card.ToMarkdown());
    }

    /// <summary>Type to write a donor's student in: that of the donor, or BF16 where it is quantised.</summary>
    /// <param name="storedAs">The donor's type as its file spells it.</param>
    public static ElementType TypeLike(string storedAs) => storedAs switch
    {
        "F32" or "F64" => ElementType.F32,
        "F16" => ElementType.F16,
        _ => ElementType.BF16,
    };

    private static string Comparison(DecoderConfig donor, DecoderConfig student)
    {
        var (before, after) = (DecoderCost.Of(donor), DecoderCost.Of(student));
        return string.Create(CultureInfo.InvariantCulture, $"""
            | | donor | student |
            |---|---|---|
            | parameters | {before.Parameters:N0} | {after.Parameters:N0} ({100.0 * after.Parameters / before.Parameters:0.0} %) |
            | without embeddings and head | {before.NonEmbedding:N0} | {after.NonEmbedding:N0} ({100.0 * after.NonEmbedding / before.NonEmbedding:0.0} %) |
            | hidden | {donor.Hidden} | {student.Hidden} |
            | layers | {donor.LayerCount} | {student.LayerCount} |
            | query heads | {Range(donor, l => l.QueryHeads)} | {Range(student, l => l.QueryHeads)} |
            | kv groups | {Range(donor, l => l.KvGroups)} | {Range(student, l => l.KvGroups)} |
            | ffn | {Range(donor, l => l.Ffn)} | {Range(student, l => l.Ffn)} |

            """);
    }

    private static string Range(DecoderConfig config, Func<LayerConfig, int> width)
    {
        var (least, most) = (config.Layers.Min(width), config.Layers.Max(width));
        return least == most ? $"{least}" : $"{least} to {most}";
    }
}
