using System.Globalization;

namespace Prunus.Distillation.HiddenStates;

/// <summary>A layer of the teacher and the student's layer that is compared with it; both from 0.</summary>
public readonly record struct LayerPair(int Teacher, int Student)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Teacher}:{Student}");
}

/// <summary>
/// Which teacher layer a student layer is compared with: <c>29:13</c> (teacher:student, from 0), several such pairs joined by <c>+</c>, <c>last-K</c>
/// (both K before their last layer; K = 2 is the published best, Muralidharan et al. 2024, table 17), or <c>all</c> (every layer that a plan kept).
/// </summary>
public sealed class LayerMap : IEquatable<LayerMap>
{
    private readonly int? _fromLast;
    private readonly LayerPair[] _pairs;

    private LayerMap(int? fromLast, LayerPair[] pairs) => (_fromLast, _pairs) = (fromLast, pairs);

    /// <summary>Every student layer with the donor layer that it was.</summary>
    public static LayerMap All { get; } = new(null, []);

    /// <summary>Teacher layer L-3 with student layer N-3.</summary>
    public static LayerMap LastTwo { get; } = FromLast(2);

    /// <summary>Both the given number of layers before their last one.</summary>
    public static LayerMap FromLast(int layers) => new(layers, []);

    /// <summary>The named pairs.</summary>
    public static LayerMap Of(params LayerPair[] pairs) => new(null, pairs);

    /// <summary>Reads the text form.</summary>
    /// <returns>The map, or null when the text is none.</returns>
    public static LayerMap? TryParse(string text)
    {
        if (text == "all")
        {
            return All;
        }

        if (text == "last")
        {
            return FromLast(0);
        }

        if (text.StartsWith("last-", StringComparison.Ordinal))
        {
            return Index(text[5..]) is { } layers ? FromLast(layers) : null;
        }

        var pairs = text.Split('+').Select(Pair).ToArray();
        return Array.TrueForAll(pairs, pair => pair is not null) ? Of([.. pairs.Select(pair => pair!.Value)]) : null;
    }

    /// <summary>The pairs for two models.</summary>
    /// <param name="teacherLayers">Layers of the teacher.</param>
    /// <param name="studentLayers">Layers of the student.</param>
    /// <param name="kept">Teacher layer that each student layer was, or null when nobody knows.</param>
    /// <exception cref="PrunusInputException">A layer is outside its model, or <c>all</c> has no layers to go by.</exception>
    public IReadOnlyList<LayerPair> Resolve(int teacherLayers, int studentLayers, IReadOnlyList<int>? kept)
    {
        if (Equals(All))
        {
            return Everything(teacherLayers, studentLayers, kept);
        }

        var pairs = _fromLast is { } back ? [new LayerPair(teacherLayers - 1 - back, studentLayers - 1 - back)] : _pairs;
        foreach (var pair in pairs)
        {
            Check(pair.Teacher, teacherLayers, "teacher");
            Check(pair.Student, studentLayers, "student");
        }

        return pairs;
    }

    public override string ToString() => Equals(All) ? "all" : _fromLast switch
    {
        0 => "last",
        { } back => string.Create(CultureInfo.InvariantCulture, $"last-{back}"),
        null => string.Join('+', _pairs),
    };

    public bool Equals(LayerMap? other) => other is not null && _fromLast == other._fromLast && _pairs.AsSpan().SequenceEqual(other._pairs);

    public override bool Equals(object? obj) => Equals(obj as LayerMap);

    public override int GetHashCode() => HashCode.Combine(_fromLast, _pairs.Length);

    private static LayerPair[] Everything(int teacherLayers, int studentLayers, IReadOnlyList<int>? kept)
    {
        if (kept is null && teacherLayers != studentLayers)
        {
            throw new PrunusInputException(
                HiddenStateOptions.Flag, $"layer map 'all' does not know which of the teacher's {teacherLayers} layers the student's {studentLayers} were", "give the pruning plan (--plan), or pairs such as 5:2+8:4");
        }

        return [.. (kept ?? [.. Enumerable.Range(0, studentLayers)]).Select((teacher, student) => new LayerPair(teacher, student))];
    }

    private void Check(int layer, int layers, string model)
    {
        if (layer < 0 || layer >= layers)
        {
            throw new PrunusInputException(
                HiddenStateOptions.Flag, $"layer map '{this}' points outside the {model}: its layers are 0 to {layers - 1}", "write teacher:student with layers that are there");
        }
    }

    private static LayerPair? Pair(string text) =>
        text.Split(':') is [var teacher, var student] && Index(teacher) is { } t && Index(student) is { } s ? new(t, s) : null;

    private static int? Index(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
