using System.Text.RegularExpressions;
using Prunus.Distillation;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Distillation;

/// <summary>The host's side of the kernels: names and arguments are those of the source.</summary>
public partial class FusedLogitKernelTests
{
    static FusedLogitKernelTests() => Libtorch.Load();

    [Fact]
    public void Arguments_stand_in_the_order_of_the_source()
    {
        using var scope = NewDisposeScope();
        var (student, teacher, labels, losses) = (zeros(3, 24, ScalarType.BFloat16), zeros(3, 24, ScalarType.BFloat16), zeros(3, ScalarType.Int64), zeros(2, 3));
        var (shares, labelShares) = (ones(3, 1), ones(3, 1));
        var packed = FusedLogitKernel.Arguments(
            student, teacher, labels, (new(new JensenShannon(0.25), 3, 2, TauSquared: true), shares), (new(DistillationLosses.CrossEntropy, 0.5), labelShares), 30, 50, losses);
        (string, ulong)[] expected =
        [
            ("unsigned short* student", Of(student)), ("const unsigned short* teacher", Of(teacher)), ("const long long* labels", Of(labels)),
            ("const float* teacher_shares", Of(shares)), ("const float* label_shares", Of(labelShares)), ("float* losses", Of(losses)),
            ("int tokens", 3), ("int vocabulary", 24), ("float inverse_tau", Of(0.5f)), ("float teacher_factor", Of(12)), ("float label_factor", Of(0.5f)),
            ("float student_cap", Of(30)), ("float teacher_cap", Of(50)), ("float beta", Of(0.25f)), ("int k", 0),
        ];
        Assert.Equal(expected, Parameters().Zip(packed));
        Assert.Equal(expected.Length, packed.Length);
        Assert.Equal(expected.Length, Parameters().Length);

        static ulong Of(object value) => value is Tensor tensor ? (ulong)TensorMemory.Address(tensor) : BitConverter.SingleToUInt32Bits(Convert.ToSingle(value));
    }

    [Theory]
    [InlineData("topk-both:5", 5)]
    [InlineData("topk-teacher:24", 24)]
    [InlineData("topk-truncated:1000", 24)]
    [InlineData("mse", 0)]
    public void Entries_are_at_most_the_vocabulary(string loss, ulong k)
    {
        using var scope = NewDisposeScope();
        var logits = zeros(3, 24, ScalarType.BFloat16);
        Assert.Equal(k, FusedLogitKernel.Arguments(logits, logits, null, (new(DistillationLosses.Parse(loss)), ones(3, 1)), null, null, null, zeros(2, 3))[^1]);
    }

    [Fact]
    public void What_a_case_lacks_is_null()
    {
        using var scope = NewDisposeScope();
        var logits = zeros(3, 24, ScalarType.BFloat16);
        var packed = FusedLogitKernel.Arguments(logits, logits, zeros(3, ScalarType.Int64), (new(DistillationLosses.ForwardKl), ones(3, 1)), null, null, null, zeros(2, 3));
        Assert.Equal([0ul, 0, 0, 0], new[] { packed[2], packed[4], packed[10], packed[11] });
        packed = FusedLogitKernel.Arguments(logits, logits, zeros(3, ScalarType.Int64), null, (new(DistillationLosses.CrossEntropy), ones(3, 1)), null, null, zeros(2, 3));
        Assert.Equal([0ul, 0, 0], new[] { packed[1], packed[3], packed[9] });
    }

    [Fact]
    public void Names_are_those_of_the_source()
    {
        var names = new[] { FusedLogitKernel.Name(16, 1), FusedLogitKernel.Name(17, 1), FusedLogitKernel.Name(16, 2), FusedLogitKernel.Name(17, 2) };
        Assert.Equal(KernelName().Matches(Source()).Select(m => m.Groups[1].Value), names);
        Assert.All(FusedLogitCheck.Symbols, symbol => Assert.Matches($@"(?m)^#define {symbol} \d+\b", Source()));
    }

    [Theory]
    [InlineData("jsd:0", "FORWARD")]
    [InlineData("jsd:1", "REVERSE")]
    [InlineData("jsd:0.5", "JENSEN")]
    [InlineData("jsd:0.001", null)]
    [InlineData("cross-entropy", null)]
    public void Losses_have_the_source_s_names(string loss, string? symbol) => Assert.Equal(symbol, FusedLogitLoss.Of(DistillationLosses.Parse(loss))?.Symbol);

    [Fact]
    public void Plain_way_says_why()
    {
        Assert.Contains("no kernel", Reason("forward-kl", "reverse-kl"), StringComparison.Ordinal);
        Assert.Contains("no kernel", Reason("mse", "mse"), StringComparison.Ordinal);
        Assert.Equal("not a CUDA device", Reason("reverse-kl", "cross-entropy"));
        Assert.Equal("not a CUDA device", Reason("topk-both:100"));
        Assert.Contains("bfloat16", new ChunkedLogitLoss([new(DistillationLosses.ForwardKl)]).PlainReason(CPU, ScalarType.Float32), StringComparison.Ordinal);

        static string? Reason(params string[] losses) =>
            new ChunkedLogitLoss([.. losses.Select(loss => new LogitLossTerm(DistillationLosses.Parse(loss)))]).PlainReason(CPU, ScalarType.BFloat16);
    }

    private static string Source()
    {
        using var reader = new StreamReader(typeof(FusedLogitKernel).Assembly.GetManifestResourceStream("Prunus." + FusedLogitKernel.Source)!);
        return reader.ReadToEnd();
    }

    private static string[] Parameters() =>
        [.. Signature().Match(Source()).Groups[1].Value.Replace("\\", "", StringComparison.Ordinal).Split(',').Select(p => Blanks().Replace(p.Trim(), " "))];

    [GeneratedRegex(@"__global__ void __launch_bounds__\(THREADS, 2\) NAME\((.*?)\)", RegexOptions.Singleline)]
    private static partial Regex Signature();

    [GeneratedRegex(@"^TOKEN_LOSSES\((\w+),", RegexOptions.Multiline)]
    private static partial Regex KernelName();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
