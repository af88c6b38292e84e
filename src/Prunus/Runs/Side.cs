namespace Prunus.Runs;

/// <summary>Where the 95 % interval of a difference (or quotient) lies beside "no difference".</summary>
public enum Side
{
    /// <summary>Wholly above.</summary>
    Above,

    /// <summary>Wholly below.</summary>
    Below,

    /// <summary>It holds "no difference", or trainings of some seeds failed.</summary>
    Inconclusive,

    /// <summary>Too few seeds to say anything.</summary>
    NotJudged,
}
