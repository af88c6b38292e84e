using System.Runtime.InteropServices;
using System.Text.Json;
using Prunus.Checkpoints;
using Prunus.Lottery.Masks;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery;

/// <summary>A reference of goldens/lottery: tensors, the JSON beside them, or both. It notes what is read of it, so that a test can show that nothing was left out.</summary>
internal sealed class LotteryGolden : IDisposable
{
    private readonly SafetensorsFile? _file;
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    public LotteryGolden(string folder, string name)
    {
        string tensors = SharedFiles.Path("goldens", "lottery", folder, name + ".safetensors"), json = SharedFiles.Path("goldens", "lottery", folder, name + ".json");
        _file = File.Exists(tensors) ? SafetensorsFile.Open(tensors) : null;
        using var document = JsonDocument.Parse(File.Exists(json) ? File.ReadAllText(json) : "{}");
        Json = new GoldenJson(document.RootElement.Clone(), "", _read);
    }

    public GoldenJson Json { get; }

    public IEnumerable<string> Names => _file?.Tensors.Keys ?? [];

    /// <summary>What theories go through: cases that the reference itself names; where the reference folder is absent, one that skips its test.</summary>
    public static string[] Cases(string folder, string name, Func<LotteryGolden, IEnumerable<string>> cases)
    {
        if (SharedFiles.Root is null)
        {
            return ["absent"];
        }

        using var golden = new LotteryGolden(folder, name);
        return [.. cases(golden).Distinct()];
    }

    public bool Has(string tensor) => _file!.Tensors.ContainsKey(tensor);

    public IReadOnlyList<long> Shape(string tensor) => _file!.Tensors[tensor].Shape;

    /// <summary>What follows a prefix in the names that have it.</summary>
    public string[] Under(string prefix) => [.. Names.Where(n => n.StartsWith(prefix, StringComparison.Ordinal)).Select(n => n[prefix.Length..])];

    public float[] Floats(string tensor) => _file!.ReadAll(Note(tensor));

    /// <summary>A tensor of float64, or of float32 as it is.</summary>
    public double[] Doubles(string tensor)
    {
        if (_file!.Tensors[tensor].Type != ElementType.F64)
        {
            return Array.ConvertAll(Floats(tensor), v => (double)v);
        }

        var bytes = new byte[_file.Tensors[Note(tensor)].ByteCount];
        _file.ReadBytes(tensor, 0, bytes);
        return MemoryMarshal.Cast<byte, double>(bytes).ToArray();
    }

    public long[] Integers(string tensor) => _file!.ReadInt64(Note(tensor));

    public int[] Indices(string tensor) => Array.ConvertAll(Integers(tensor), i => (int)i);

    public Mask Mask(string tensor)
    {
        var values = Integers(tensor);
        return Prunus.Lottery.Masks.Mask.Where(Shape(tensor), i => values[i] != 0);
    }

    public Tensor Tensor(string tensor, ScalarType type = ScalarType.Float32) => torch.tensor(Doubles(tensor), [.. Shape(tensor)], ScalarType.Float64).to(type);

    /// <summary>Compares with float64 values; the largest difference counts.</summary>
    public void AssertNear(string tensor, ReadOnlySpan<double> actual, double tolerance)
    {
        var expected = Doubles(tensor);
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance, $"{tensor}[{i}] is {actual[i]:R}, not {expected[i]:R}");
        }
    }

    public void AssertNear(string tensor, Tensor actual, double tolerance)
    {
        Assert.Equal(Shape(tensor), actual.shape);
        AssertNear(tensor, actual.detach().to(ScalarType.Float64).contiguous().data<double>().ToArray(), tolerance);
    }

    /// <summary>Shows that everything of a part has been read.</summary>
    /// <param name="part">First words of its names; all, where it is empty.</param>
    /// <param name="beside">Last words of what the reference notes of itself.</param>
    public void AssertAllRead(string part, params string[] beside)
    {
        var left = Names.Concat(Json.Leaves()).Where(n => Within(n, part) && !_read.Contains(n) && !Array.Exists(beside, b => n.EndsWith(b, StringComparison.Ordinal))).ToList();
        Assert.True(left.Count == 0, $"nothing read {string.Join(", ", left.Take(10))}");
    }

    /// <summary>Shows that everything lies in one of some parts.</summary>
    public void AssertParts(params IEnumerable<string> parts)
    {
        string[] all = [.. parts];
        Assert.All(Names.Concat(Json.Leaves()), n => Assert.True(Array.Exists(all, p => Within(n, p)), $"no test reads {n}"));
    }

    public void Dispose() => _file?.Dispose();

    private static bool Within(string name, string part) =>
        name.StartsWith(part, StringComparison.Ordinal) && (part.Length == 0 || part[^1] is '.' or '/' || name.Length == part.Length || name[part.Length] is '.' or '/');

    // The float32 twin of a float64 tensor only shows what spread to expect.
    private string Note(string tensor)
    {
        _read.Add(tensor);
        _read.Add(tensor.EndsWith(".f64", StringComparison.Ordinal) ? tensor[..^4] : tensor);
        return tensor;
    }
}
