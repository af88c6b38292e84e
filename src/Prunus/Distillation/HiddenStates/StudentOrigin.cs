using Prunus.Decoders;

namespace Prunus.Distillation.HiddenStates;

/// <summary>Where a pruned student's channels and layers lay in its donor, when the donor is the teacher.</summary>
/// <param name="Hidden">Donor channel of each student channel; null = all channels stayed.</param>
/// <param name="Layers">Donor layer of each student layer; null = all layers stayed.</param>
public sealed record StudentOrigin(IReadOnlyList<int>? Hidden = null, IReadOnlyList<int>? Layers = null)
{
    /// <summary>Refuses a student or teacher that it does not fit.</summary>
    /// <exception cref="PrunusInputException">The numbers differ.</exception>
    internal void Check(DecoderConfig teacher, DecoderConfig student)
    {
        Check(Hidden, "hidden", student.Hidden, teacher.Hidden);
        Check(Layers, "layers", student.LayerCount, teacher.LayerCount);
    }

    private static void Check(IReadOnlyList<int>? kept, string axis, int student, int teacher)
    {
        if ((kept?.Count ?? teacher) != student || kept?.Any(i => i >= teacher) == true)
        {
            throw new PrunusInputException(
                "plan", $"keeps {kept?.Count ?? teacher} of '{axis}'{(kept is null ? "" : $" up to index {kept.Max()}")}, the student has {student} and the teacher {teacher}",
                "give the plan by which this teacher became this student");
        }
    }
}
