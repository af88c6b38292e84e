namespace Prunus.Runs;

/// <summary>How a claim came out.</summary>
public enum Verdict
{
    /// <summary>The whole interval is on the claim's side.</summary>
    Pass,

    /// <summary>The whole interval is on the other side.</summary>
    Fail,

    /// <summary>The interval holds the bound.</summary>
    Inconclusive,

    /// <summary>Too few seeds to say anything.</summary>
    NotJudged,
}

/// <summary>A statement about a measured quantity, judged by its 95 % interval.</summary>
/// <param name="Id">Short id, unique in the record.</param>
/// <param name="Text">The statement.</param>
/// <param name="Estimate">The quantity.</param>
/// <param name="Low">Lower end of its interval.</param>
/// <param name="High">Upper end.</param>
/// <param name="Verdict">What follows.</param>
/// <param name="Must">True for a claim that the run stands for: it fails when this one does. Null = it is reported only.</param>
public sealed record Claim(string Id, string Text, double Estimate, double Low, double High, Verdict Verdict, bool? Must = null)
{
    /// <summary>Judges "the quantity lies above <paramref name="bound"/>".</summary>
    public static Claim Above(string id, string text, double bound, double estimate, double low, double high) =>
        new(id, text, estimate, low, high, low > bound ? Verdict.Pass : high <= bound ? Verdict.Fail : Verdict.Inconclusive);

    /// <summary>Judges "the quantity lies below <paramref name="bound"/>".</summary>
    public static Claim Below(string id, string text, double bound, double estimate, double low, double high) =>
        new(id, text, estimate, low, high, high < bound ? Verdict.Pass : low >= bound ? Verdict.Fail : Verdict.Inconclusive);

    /// <summary>Judges "the quantity lies within <paramref name="margin"/> of <paramref name="target"/>".</summary>
    public static Claim Within(string id, string text, double target, double margin, double estimate, double low, double high) =>
        new(id, text, estimate, low, high,
            low >= target - margin && high <= target + margin ? Verdict.Pass : low > target + margin || high < target - margin ? Verdict.Fail : Verdict.Inconclusive);
}
