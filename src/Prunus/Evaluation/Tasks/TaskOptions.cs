namespace Prunus.Evaluation.Tasks;

/// <summary>How tasks are scored.</summary>
public sealed record TaskOptions
{
    /// <summary>Looks at the first so many items; null = all. The default is null.</summary>
    public int? Limit { get; init; }

    /// <summary>Solved examples before each item. The default is 0.</summary>
    public int Shots { get; init; }

    /// <summary>Most tokens the model is given; what is longer is cut from the left, through the examples if need be. Null = as many as the model has positions for. The default is null.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Tokens that go through the model at once, padding included; null = 32,768 on a GPU, 2,048 on a CPU. The default is null.</summary>
    public int? BatchTokens { get; init; }

    /// <summary>Adds what the tokenizer's template puts before a text (bos). The harness does so with <c>add_bos_token=True</c>. The default is false.</summary>
    public bool AddSpecial { get; init; }

    /// <summary>Samples for the standard error of a perplexity. The default is the harness's, 100,000.</summary>
    public int BootstrapIterations { get; init; } = 100_000;

    /// <exception cref="PrunusInputException">A value is out of range.</exception>
    public void Validate()
    {
        Require(Limit is null or > 0, "--limit", "must be 1 or more");
        Require(Shots >= 0, "--num-fewshot", "must be 0 or more");
        Require(MaxLength is null or > 0, "--max-length", "must be 1 or more");
        Require(BatchTokens is null or > 0, "--batch-tokens", "must be 1 or more");
        Require(BootstrapIterations >= 0, "--bootstrap", "must be 0 or more");
    }

    private static void Require(bool holds, string option, string problem)
    {
        if (!holds)
        {
            throw new PrunusInputException(option, problem, "correct the value");
        }
    }
}
