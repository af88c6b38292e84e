using System.Globalization;
using Prunus.Decoders;
using Prunus.Training;
using TorchSharp;

namespace Prunus.Distillation;

/// <summary>
/// Losses on logits as a training objective: next-token cross entropy, comparison with a teacher, or both. Teacher losses are means over
/// all tokens of a step, cross entropy over all tokens but the last of each sequence.
/// </summary>
public sealed class LogitObjective : ITrainingObjective
{
    private readonly ChunkedLogitLoss _loss;
    private readonly Decoder? _teacher;

    /// <param name="terms">What is added up.</param>
    /// <param name="teacher">Teacher with the student's vocabulary, on its device; null where no term needs one. Not owned.</param>
    /// <param name="chunkBytes">Memory for the logits of a chunk; see <see cref="ChunkedLogitLoss"/>.</param>
    /// <exception cref="PrunusInputException">A term has faulty values, or needs a teacher and there is none.</exception>
    public LogitObjective(IReadOnlyList<LogitLossTerm> terms, Decoder? teacher = null, long? chunkBytes = null)
    {
        ArgumentNullException.ThrowIfNull(terms);
        OptionFaults.Throw("loss options", terms.SelectMany(term => term.Faults()).Concat(terms.Count == 0 ? ["there is no loss"] : []));
        _loss = new(terms, chunkBytes);
        _teacher = _loss.NeedsTeacher ? teacher ?? throw new PrunusInputException("teacher", "is missing for a loss that compares with one", "name a teacher") : null;
        Names = [.. terms.Select(term => term.Loss.Id)];
        Factors = [.. terms.Select(term => term.Weight)];
        Description = string.Join(";", terms.Select(term => string.Create(
            CultureInfo.InvariantCulture, $"{term.Loss.Id} {term.Weight} {term.Temperature} {term.TauSquared}"))) + ";" + chunkBytes;
    }

    public IReadOnlyList<string> Names { get; }

    public IReadOnlyList<double> Factors { get; }

    public string Description { get; }

    public torch.Tensor Backward(Decoder student, TokenBatch batch, torch.Tensor headGradient)
    {
        using var scope = torch.NewDisposeScope();
        var length = batch.Ids.size(1);
        var teacherHidden = TeacherStates(student, batch.Ids);
        var hidden = student.Body(batch.Ids);
        var targets = new LogitTargets(
            _loss.NeedsLabels ? NextTokens(batch.Ids) : null,
            TokenCount: batch.SequencesInStep * length,
            LabelCount: batch.SequencesInStep * (length - 1));
        return _loss.Backward(
            hidden.flatten(0, 1),
            Head(student),
            headGradient,
            teacherHidden,
            _teacher is null ? null : Head(_teacher),
            targets).MoveToOuterDisposeScope();
    }

    private static LogitHead Head(Decoder decoder) => new(decoder.HeadWeight, decoder.Config.LogitSoftCap);

    private torch.Tensor? TeacherStates(Decoder student, torch.Tensor ids)
    {
        if (_teacher is null)
        {
            return null;
        }

        if (_teacher.Config.VocabSize != student.Config.VocabSize)
        {
            throw new PrunusInputException("teacher", $"has a vocabulary of {_teacher.Config.VocabSize}, the student {student.Config.VocabSize}", "use a teacher with the student's tokenizer");
        }

        using var noGradient = torch.no_grad();
        return _teacher.Body(ids).flatten(0, 1);
    }

    // Label of token t is token t+1; the last has none.
    private static torch.Tensor NextTokens(torch.Tensor ids)
    {
        var labels = torch.full_like(ids, -100);
        labels.narrow(1, 0, ids.size(1) - 1).copy_(ids.narrow(1, 1, ids.size(1) - 1));
        return labels.flatten();
    }
}
