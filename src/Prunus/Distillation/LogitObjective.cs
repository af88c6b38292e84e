using System.Globalization;
using Prunus.Decoders;
using Prunus.Distillation.HiddenStates;
using Prunus.Native;
using Prunus.Training;
using TorchSharp;

namespace Prunus.Distillation;

/// <summary>
/// Losses on logits as a training objective: next-token cross entropy, comparison with a teacher, or both; with losses on hidden states beside them. Teacher losses are
/// means over all tokens of a step, cross entropy over all tokens but the last of each sequence. A dynamic α is that of the micro-batch.
/// </summary>
public sealed class LogitObjective : ITrainingObjective
{
    private readonly ChunkedLogitLoss _loss;
    private readonly Decoder? _teacher;
    private readonly HiddenStateLoss? _states;
    private readonly MovingTeacher? _moving;
    private readonly TeacherCache? _cache;

    /// <param name="terms">What is added up.</param>
    /// <param name="teacher">Teacher with the student's vocabulary (more rows at its end are left out), on its device; null where no term needs one. Not owned.</param>
    /// <param name="chunkBytes">Memory for the logits of a chunk; see <see cref="ChunkedLogitLoss"/>.</param>
    /// <param name="states">Losses on hidden states, or null. Not owned.</param>
    /// <param name="moving">A teacher that is tuned along, in place of <paramref name="teacher"/>, or null. Not owned.</param>
    /// <param name="cache">Keeps what <paramref name="teacher"/> says, where neither hidden states nor a moving teacher are asked for; or null.</param>
    /// <exception cref="PrunusInputException">A term has faulty values, or needs a teacher and there is none.</exception>
    public LogitObjective(IReadOnlyList<LogitLossTerm> terms, Decoder? teacher = null, long? chunkBytes = null, HiddenStateLoss? states = null, MovingTeacher? moving = null, TeacherCache? cache = null)
    {
        ArgumentNullException.ThrowIfNull(terms);
        OptionFaults.Throw("loss options", terms.SelectMany(term => term.Faults()).Concat(terms.Count == 0 ? ["there is no loss"] : []));
        _loss = new(terms, chunkBytes);
        (_states, _moving, _cache) = (states, moving, states is null && moving is null ? cache : null);
        teacher = moving?.Decoder ?? teacher;
        _teacher = _loss.NeedsTeacher || states is not null ? teacher ?? throw new PrunusInputException("teacher", "is missing for a loss that compares with one", "name a teacher") : null;
        Names = [.. terms.Select(term => term.Loss.Id), .. states is null ? [] : states.Names.Append("hidden-states"), .. moving is null ? Array.Empty<string>() : ["teacher-cross-entropy"]];

        // Of the hidden states, α · L_is is what the sum takes; its parts and the teacher's own loss are there to be read.
        Factors = [.. terms.Select(term => term.Weight), .. states is null ? [] : states.Names.Select(_ => 0.0).Append(1), .. moving is null ? Array.Empty<double>() : [0]];
        Groups = [.. states?.Groups ?? [], .. moving is null ? Array.Empty<TrainedGroup>() : [moving.Group]];
        Description = string.Join(";", terms.Select(term => string.Create(
            CultureInfo.InvariantCulture, $"{term.Loss.Id} {term.Weight} {term.Temperature} {term.TauSquared}"))) + ";" + chunkBytes + (states is null ? "" : ";" + states.Description) + (moving is null ? "" : ";" + moving.Description);
    }

    public IReadOnlyList<string> Names { get; }

    public IReadOnlyList<double> Factors { get; }

    public IReadOnlyList<TrainedGroup> Groups { get; }

    public string Description { get; }

    public torch.Tensor Backward(Decoder student, TokenBatch batch, torch.Tensor headGradient)
    {
        using var scope = torch.NewDisposeScope();
        using var teacherStates = _states?.CaptureTeacher();
        using var studentStates = _states?.CaptureStudent();
        var targets = Targets(batch);
        var (teacherHidden, teacherLoss) = Teach(student, batch, targets, teacherStates);
        var hidden = student.Body(batch.Ids, studentStates is null ? null : studentStates.Visit).flatten(0, 1);

        // With losses on states the gradients of all losses meet before the one pass back through the body.
        var states = _states is null ? hidden : hidden.detach().requires_grad_();
        var losses = _loss.Backward(states, Head(student), headGradient, teacherHidden, _teacher is null ? null : TeacherVocabulary.Head(_teacher, student.Config.VocabSize), targets);
        if (_states is not null)
        {
            var parts = _states.Compute(teacherStates!, studentStates!, targets.TokenCount!.Value);
            var total = parts.sum();
            var alpha = _states.Alpha(total, Followed(losses));
            torch.autograd.backward([hidden, total], [states.grad!, alpha]);
            losses = torch.cat([losses, parts.detach(), (total.detach() * alpha).unsqueeze(0)]);
        }

        return (teacherLoss is null ? losses : torch.cat([losses, teacherLoss])).MoveToOuterDisposeScope();
    }

    private static LogitHead Head(Decoder decoder) => new(decoder.HeadWeight, decoder.Config.LogitSoftCap);

    private LogitTargets Targets(TokenBatch batch)
    {
        var length = batch.Ids.size(1);
        return new(
            _loss.NeedsLabels || _moving is not null ? NextTokens(batch.Ids) : null,
            TokenCount: batch.SequencesInStep * length,
            LabelCount: batch.SequencesInStep * (length - 1));
    }

    private (torch.Tensor? Hidden, torch.Tensor? Loss) Teach(Decoder student, TokenBatch batch, LogitTargets targets, StateCapture? states)
    {
        if (_teacher is null)
        {
            return (null, null);
        }

        TeacherVocabulary.CheckSizes(_teacher.Config.VocabSize, student.Config.VocabSize);
        DecoderVisitor? visitor = states is null ? null : states.Visit;
        if (_moving is not null)
        {
            return _moving.Pass(batch.Ids, targets, visitor);
        }

        using var noGradient = torch.no_grad();
        return ((_cache is null ? _teacher.Body(batch.Ids, visitor) : _cache.States(batch)).flatten(0, 1), null);
    }

    // The weighted losses that compare with the teacher's logits: what a dynamic α makes the hidden-state losses equal to.
    private torch.Tensor Followed(torch.Tensor losses)
    {
        var terms = _loss.Terms;
        var followed = Enumerable.Range(0, terms.Count).Where(i => terms[i].Loss.NeedsTeacher).Select(i => Ops.Multiply(losses[i], terms[i].Weight)).ToArray();
        return followed.Length == 0 ? torch.zeros([], dtype: losses.dtype, device: losses.device) : followed.Aggregate(Ops.Add);
    }

    // Label of token t is token t+1; the last has none.
    private static torch.Tensor NextTokens(torch.Tensor ids)
    {
        var labels = Ops.FullLike(ids, -100);
        labels.narrow(1, 0, ids.size(1) - 1).copy_(ids.narrow(1, 1, ids.size(1) - 1));
        return labels.flatten();
    }
}
