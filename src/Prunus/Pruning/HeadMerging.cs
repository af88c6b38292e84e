namespace Prunus.Pruning;

/// <summary>How heads that stay take in what goes of the heads that do not (Muralidharan et al. 2024, section 2.2, "residual info"). The sign is ambiguous in print.</summary>
public enum HeadMerging
{
    /// <summary>Heads that go are dropped.</summary>
    None,

    /// <summary>As printed: head + (head - pair) = 2·head - pair.</summary>
    Literal,

    /// <summary>The sign of LaCo (Yang et al. 2024), from which the rule is taken: head + (pair - head) = pair.</summary>
    Flipped,
}

/// <summary>Which blocks of a head are merged.</summary>
[Flags]
public enum HeadMatrices
{
    None = 0,

    /// <summary>Rows of the query projection, with its bias.</summary>
    Query = 1,

    /// <summary>Rows of the key projection, with its bias; only where each query head has its own.</summary>
    Key = 2,

    /// <summary>Rows of the value projection, with its bias; only where each query head has its own.</summary>
    Value = 4,

    /// <summary>Columns of the output projection.</summary>
    Output = 8,
}

/// <summary>The merges of one layer, in the donor's numbering.</summary>
/// <param name="Layer">Donor layer.</param>
/// <param name="Sign">Literal or flipped.</param>
/// <param name="Matrices">What is merged.</param>
/// <param name="Pairs">Query head that stays and the one that goes into it; both of one kv group, unless each head has its own keys and values.</param>
public sealed record HeadMerge(int Layer, HeadMerging Sign, HeadMatrices Matrices, IReadOnlyList<HeadPair> Pairs);

/// <summary>A head that stays and the head that goes into it.</summary>
public readonly record struct HeadPair(int Kept, int Removed);
