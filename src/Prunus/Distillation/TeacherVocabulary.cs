using Prunus.Decoders;
using Prunus.Tokenizers;
using TorchSharp;

namespace Prunus.Distillation;

/// <summary>
/// A teacher's vocabulary beside the student's. Ids must mean the same to both; the teacher's head may have more rows at its end (models of one family pad theirs to different
/// multiples), which are left out before its softmax.
/// </summary>
public static class TeacherVocabulary
{
    private const int ChunkTokens = 128;

    /// <summary>The teacher's head with the student's rows alone.</summary>
    internal static LogitHead Head(Decoder teacher, int vocabulary) =>
        new(teacher.Config.VocabSize == vocabulary ? teacher.HeadWeight : teacher.HeadWeight.narrow(0, 0, vocabulary), teacher.Config.LogitSoftCap);

    /// <exception cref="PrunusInputException">The teacher has fewer rows than the student.</exception>
    public static void CheckSizes(int teacher, int student)
    {
        if (teacher < student)
        {
            throw new PrunusInputException("--teacher", $"has a vocabulary of {teacher}, the student of {student}", "teacher and student must share a tokenizer; more rows may only be the teacher's");
        }
    }

    /// <summary>Refuses tokenizers that give an id another meaning, or split a text differently.</summary>
    /// <param name="teacher">The teacher's.</param>
    /// <param name="student">The student's.</param>
    /// <param name="location">Where the teacher lies.</param>
    /// <param name="sample">Text to split; may be empty.</param>
    /// <exception cref="PrunusInputException">They differ; names the first difference.</exception>
    public static void CheckTokenizers(Tokenizer teacher, Tokenizer student, string location, string sample)
    {
        for (var id = 0; id < student.VocabularySize; id++)
        {
            // Ids that one of them has no name for are padding.
            if (student.TokenText(id) is { } text && teacher.TokenText(id) is { } other && other != text)
            {
                throw new PrunusInputException("--teacher", $"{location} has token {id} '{other}', the student '{text}'", "teacher and student must share a tokenizer");
            }
        }

        if (!teacher.Encode(sample, parseSpecial: false, addSpecial: false).SequenceEqual(student.Encode(sample, parseSpecial: false, addSpecial: false)))
        {
            throw new PrunusInputException("--teacher", $"{location} splits the text into other tokens than the student does", "teacher and student must share a tokenizer");
        }
    }

    /// <summary>Mean probability that a teacher gives to the rows the student lacks.</summary>
    /// <param name="teacher">Teacher.</param>
    /// <param name="ids">Tokens [B,T] on its device.</param>
    /// <param name="vocabulary">Rows of the student.</param>
    public static double DiscardedMass(Decoder teacher, torch.Tensor ids, int vocabulary)
    {
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var hidden = teacher.Body(ids).flatten(0, 1);
        var head = new LogitHead(teacher.HeadWeight, teacher.Config.LogitSoftCap);
        var mass = 0.0;
        for (long first = 0; first < hidden.size(0); first += ChunkTokens)
        {
            using var chunkScope = torch.NewDisposeScope();
            var logits = head.Cap(head.Logits(hidden.narrow(0, first, Math.Min(ChunkTokens, hidden.size(0) - first)))).to(torch.ScalarType.Float32);
            mass += logits.softmax(-1).narrow(-1, vocabulary, teacher.Config.VocabSize - vocabulary).sum().item<float>();
        }

        return mass / hidden.size(0);
    }
}
