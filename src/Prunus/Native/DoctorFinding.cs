namespace Prunus.Native;

/// <summary>How a finding stands.</summary>
public enum FindingState
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Works, but not as well as it could.</summary>
    Warn,

    /// <summary>Something that is needed isn't there or doesn't work.</summary>
    Missing,
}

/// <summary>One thing the doctor looked at.</summary>
/// <param name="Id">Short stable name: <c>libtorch</c>, <c>cuda</c> …</param>
/// <param name="State">How it stands.</param>
/// <param name="Text">What was found.</param>
/// <param name="Remedy">What to type or do, when there is something.</param>
public sealed record DoctorFinding(string Id, FindingState State, string Text, string? Remedy = null);
