using Prunus.Lottery.Masks;
using Prunus.Lottery.Strong.SubsetSums;

namespace Prunus.Lottery.Universal;

/// <summary>
/// Prunes a pair of random layers to a linear map, weight by weight: a weight is the sum of a few products first·second through neurons whose first weight has the inputs' sign, so that their ReLU does
/// nothing; a bias the sum of products of positive first biases. A neuron serves one weight or one bias (Burkholz et al. 2022; Pensia et al. 2020, arXiv 2006.07990, for the subset sums).
/// </summary>
/// <param name="pair">The random layers.</param>
/// <param name="sign">1 for inputs from 0 up, -1 for inputs from 0 down.</param>
/// <param name="options">Terms and candidates.</param>
public sealed class PairPruner(RandomPair pair, int sign, TermOptions options)
{
    // Now and then nearly all candidates have the wrong sign: then others are looked through, so many times at most.
    private const int Looks = 8;

    private readonly SubsetSumSolver _solver = new();
    private readonly bool[] _used = new bool[pair.Width];
    private readonly int[] _offered = new int[pair.Width];
    private readonly HashSet<int> _first = [], _bias = [], _second = [];

    /// <summary>Largest |sum - target| so far, of sums that were meant to meet their targets.</summary>
    public double LargestError { get; private set; }

    /// <summary>Sums a weight of the map up; marks what is kept.</summary>
    /// <returns>The sum.</returns>
    /// <exception cref="PrunusInputException">All neurons that could serve are used up.</exception>
    public double Weight(int output, int input, double target) => Sum(output, input, target, WeightNeurons(input));

    /// <summary>Sums a bias of the map up; marks what is kept.</summary>
    /// <returns>The sum.</returns>
    /// <exception cref="PrunusInputException">All neurons that could serve are used up.</exception>
    public double Bias(int output, double target) => Sum(output, null, target, BiasNeurons());

    /// <summary>A weight of the map of one product: the nearest to the target. Its error is the caller's to make good.</summary>
    /// <returns>The product.</returns>
    /// <exception cref="PrunusInputException">All neurons that could serve are used up.</exception>
    public double Single(int output, int input, double target)
    {
        var all = Products(output, input, WeightNeurons(input)).ToList();
        var (neuron, product) = all.Count > 0 ? all.MinBy(p => Math.Abs(p.Product - target)) : throw Exhausted();
        Keep(output, input, neuron);
        return product;
    }

    /// <summary>Masks of what is kept, in the order of <see cref="RandomPair.Tensors"/>.</summary>
    public IEnumerable<(string Name, Mask Mask)> Masks()
    {
        Func<int, bool>[] kept = [_first.Contains, _bias.Contains, _second.Contains, _ => false];
        return pair.Tensors.Zip(kept, (t, k) => (t.Name, Mask.Where(t.Shape, k)));
    }

    private double Sum(int output, int? input, double target, IEnumerable<int> neurons)
    {
        if (target == 0)
        {
            return 0;
        }

        var (sum, products) = (0.0, Products(output, input, neurons));
        var greedy = input is null ? options.Greedy * RandomPair.BiasRange / RandomPair.WeightRange : options.Greedy;
        if (Math.Abs(target) >= greedy)
        {
            var all = products.ToList();
            foreach (var (neuron, product) in all.OrderByDescending(p => p.Product * Math.Sign(target)).TakeWhile(p => p.Product * target > 0))
            {
                if (Math.Abs(target - sum) < greedy)
                {
                    break;
                }

                sum += product;
                Keep(output, input, neuron);
            }

            products = all.Where(p => !_used[p.Neuron]);
        }

        var (best, from) = (new SubsetSum(0, double.PositiveInfinity), Array.Empty<(int Neuron, double Product)>());
        foreach (var candidates in products.Take(options.Candidates * Looks).ToList().Chunk(options.Candidates).TakeWhile(_ => best.Error > options.Enough))
        {
            _solver.Load([.. candidates.Select(c => c.Product)]);
            Array.ForEach(candidates, c => _offered[c.Neuron]++);
            var found = _solver.Nearest(target - sum, options.Terms);
            (best, from) = found.Error < best.Error ? (found, candidates) : (best, from);
        }

        foreach (var (neuron, product) in from.Length > 0 ? from.Where((_, i) => (best.Mask >> i & 1) != 0) : throw Exhausted())
        {
            sum += product;
            Keep(output, input, neuron);
        }

        LargestError = Math.Max(LargestError, Math.Abs(target - sum));
        return sum;
    }

    // Those that no bias could use come first.
    private IEnumerable<int> WeightNeurons(int input) => Unused(j => pair.First(j, input) * sign > 0, j => pair.FirstBias(j) <= 0);

    // Those that the weight of a first input could not use come first.
    private IEnumerable<int> BiasNeurons() => Unused(j => pair.FirstBias(j) > 0, j => pair.First(j, 0) * sign <= 0);

    // What was left by many sums is mostly too small for any, so that those come first that few sums had to choose from.
    private IEnumerable<int> Unused(Func<int, bool> serves, Func<int, bool> preferred) =>
        Enumerable.Range(0, pair.Width).Where(j => !_used[j] && serves(j)).OrderBy(j => _offered[j]).ThenBy(j => preferred(j) ? 0 : 1);

    private IEnumerable<(int Neuron, double Product)> Products(int output, int? input, IEnumerable<int> neurons) =>
        neurons.Select(j => (j, (input is { } i ? pair.First(j, i) : pair.FirstBias(j)) * pair.Second(output, j)));

    private void Keep(int output, int? input, int neuron)
    {
        _used[neuron] = true;
        _second.Add((output * pair.Width) + neuron);
        if (input is { } i)
        {
            _first.Add((neuron * pair.Inputs) + i);
        }
        else
        {
            _bias.Add(neuron);
        }
    }

    private PrunusInputException Exhausted() =>
        new("--widths", $"{pair.Width} neurons of {pair.Name} are too few for all its sums", "give more, or leave --widths out");
}
