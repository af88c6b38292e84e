using Prunus.Native;
using Prunus.Decoders;
using Prunus.Training;
using TorchSharp;

namespace Prunus.Distillation.HiddenStates;

/// <summary>
/// L_is = Σ over the chosen states of the mean over tokens of Loss(student state, teacher state), to be added to the logit loss with factor α (Muralidharan et al.
/// 2024, arXiv 2407.14679, section 2.4). Part of the graph of the student's pass, so one backward pass serves all losses.
/// </summary>
public sealed class HiddenStateLoss : IDisposable
{
    // Below any loss that is worth its gradient.
    private const double LeastLoss = 1e-12;

    private readonly HiddenStateOptions _options;
    private readonly HiddenStateDistance _distance;
    private readonly Part[] _parts;
    private readonly HashSet<StatePlace> _teacherPlaces, _studentPlaces;

    /// <param name="options">What is compared, and how.</param>
    /// <param name="teacher">Architecture of the teacher.</param>
    /// <param name="student">Architecture of the student.</param>
    /// <param name="device">Where they live.</param>
    /// <param name="origin">Where the student's channels and layers lay in the teacher; null when nobody knows.</param>
    /// <param name="seed">Seed of a projection that starts at random.</param>
    /// <exception cref="PrunusInputException">The options do not fit the models.</exception>
    public HiddenStateLoss(HiddenStateOptions options, DecoderConfig teacher, DecoderConfig student, torch.Device device, StudentOrigin? origin = null, long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(teacher);
        ArgumentNullException.ThrowIfNull(student);
        options.Validate();
        origin?.Check(teacher, student);
        _options = options;
        _distance = HiddenStateLosses.Find(options.Loss);
        _parts = [.. options.Parts.Select(part => Resolve(part, teacher, student, origin))];
        _teacherPlaces = [.. _parts.SelectMany(part => part.Pairs).SelectMany(pair => pair.Teacher)];
        _studentPlaces = [.. _parts.SelectMany(part => part.Pairs).SelectMany(pair => pair.Student)];
        Names = [.. options.Parts.Select(part => part.ToString())];
        var states = _parts.Any(part => part.Heads is null);
        Projection = states && (options.AlwaysProject || teacher.Hidden != student.Hidden) ? new(teacher.Hidden, student.Hidden, origin?.Hidden, options.Bias, seed, device) : null;
        Description = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{options} {origin is not null} {seed}");
    }

    /// <summary>Names of the parts, in order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The shared map from student to teacher width; null where none is needed.</summary>
    public StateProjection? Projection { get; }

    /// <summary>All settings in words.</summary>
    public string Description { get; }

    /// <summary>What is trained along.</summary>
    internal IReadOnlyList<TrainedGroup> Groups => Projection is null ? [] : [Projection.Group];

    internal StateCapture CaptureTeacher() => new(_teacherPlaces);

    internal StateCapture CaptureStudent() => new(_studentPlaces);

    /// <summary>The losses of two passes over the same tokens.</summary>
    /// <param name="teacher">States of the teacher's pass.</param>
    /// <param name="student">States of the student's pass, in its graph.</param>
    /// <param name="tokens">Tokens that the means are over; with gradient accumulation those of the whole step.</param>
    /// <returns>[parts] float32 in the graph, in the caller's dispose scope.</returns>
    internal torch.Tensor Compute(StateCapture teacher, StateCapture student, double tokens)
    {
        using var scope = torch.NewDisposeScope();
        var projected = new Dictionary<StatePlace, torch.Tensor>();
        return Ops.Divide(torch.stack([.. _parts.Select(Loss)]), tokens).MoveToOuterDisposeScope();

        torch.Tensor Loss(Part part) => part.Pairs
            .SelectMany(pair => pair.Teacher.Zip(pair.Student, (t, s) => PerToken(part, t, s)))
            .Aggregate(Ops.Add);

        torch.Tensor PerToken(Part part, StatePlace t, StatePlace s)
        {
            // A visitor of a pass that has a graph sees it too: the teacher's ends here.
            var target = teacher[t].detach();
            return part.Heads is { } heads
                ? AttentionRelations.PerToken(student[s], target, heads).sum()
                : _distance.PerToken(Projected(s), target.to(torch.ScalarType.Float32)).sum();
        }

        torch.Tensor Projected(StatePlace place) => projected.TryGetValue(place, out var state) ? state
            : projected[place] = (Projection?.Apply(student[place]) ?? student[place]).to(torch.ScalarType.Float32);
    }

    /// <summary>α on the device, outside any graph; nothing is fetched.</summary>
    /// <param name="total">L_is [].</param>
    /// <param name="logits">Weighted logit loss that a dynamic α follows [].</param>
    internal torch.Tensor Alpha(torch.Tensor total, torch.Tensor logits)
    {
        using var noGradient = torch.no_grad();
        return _options.Alpha is { } constant ? Ops.FullLike(total, constant) : logits / Ops.AtLeast(total.detach(), LeastLoss);
    }

    public void Dispose() => Projection?.Dispose();

    private Part Resolve(HiddenStatePart part, DecoderConfig teacher, DecoderConfig student, StudentOrigin? origin)
    {
        var layers = part.Map?.Resolve(teacher.LayerCount, student.LayerCount, origin?.Layers) ?? [new LayerPair(-1, -1)];
        return new(
            [.. layers.Select(pair => (part.Site.Places(pair.Teacher, teacher.LayerCount), part.Site.Places(pair.Student, student.LayerCount)))],
            part.Site.Relations ? AttentionRelations.Heads(_options.RelationHeads, teacher, student, layers) : null);
    }

    private sealed record Part(IReadOnlyList<(IReadOnlyList<StatePlace> Teacher, IReadOnlyList<StatePlace> Student)> Pairs, int? Heads);
}
