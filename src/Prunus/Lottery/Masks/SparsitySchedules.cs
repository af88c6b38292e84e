using Prunus.Training;

namespace Prunus.Lottery.Masks;

/// <summary>Gradual magnitude pruning (Zhu and Gupta 2017, arXiv 1710.01878): sparsity rises by a cubic while the net trains.</summary>
public sealed record GradualSchedule
{
    /// <summary>Sparsity before <see cref="Start"/>. Default 0.</summary>
    public double Initial { get; init; }

    /// <summary>Sparsity after the last cut.</summary>
    public required double Final { get; init; }

    /// <summary>Step of the first cut. Default 0.</summary>
    public long Start { get; init; }

    /// <summary>Cuts after the first.</summary>
    public required int Cuts { get; init; }

    /// <summary>Steps between cuts.</summary>
    public required int Every { get; init; }

    /// <summary>Sparsity at a step: final + (initial - final) (1 - (t - start) / (cuts · every))³ between start and end.</summary>
    public double At(long step) => step < Start ? Initial : step >= End ? Final : Final + ((Initial - Final) * Math.Pow(1 - ((step - Start) / ((double)Cuts * Every)), 3));

    /// <summary>Step of the last cut.</summary>
    public long End => Start + ((long)Cuts * Every);

    /// <summary>Whether weights are pruned at a step.</summary>
    public bool CutsAt(long step) => step >= Start && step <= End && (step - Start) % Every == 0;

    /// <summary>Checks all values.</summary>
    /// <exception cref="PrunusInputException">Lists every fault.</exception>
    public void Validate() => OptionFaults.Throw("pruning schedule", Faults());

    private IEnumerable<string> Faults()
    {
        if (!(Initial >= 0 && Initial <= Final && Final < 1))
        {
            yield return $"sparsities {Initial} to {Final} do not rise within [0, 1)";
        }

        if (Start < 0 || Cuts < 1 || Every < 1)
        {
            yield return $"start {Start}, cuts {Cuts}, every {Every}: start must not be negative, the others at least 1";
        }
    }
}

/// <summary>RigL (Evci et al. 2020, arXiv 1911.11134): the share of each layer's weights that moves at an update falls by a cosine.</summary>
/// <param name="Share">α, the share at step 0; 0.3 in the paper.</param>
/// <param name="End">Step from which on nothing moves; three quarters of the training in the paper.</param>
public sealed record DropSchedule(double Share, double End)
{
    /// <summary>α/2 (1 + cos(π t / end)), 0 from the end on.</summary>
    public double At(long step) => step >= End ? 0 : Share / 2 * (1 + Math.Cos(Math.PI * step / End));
}
