using Prunus.Checkpoints;
using Prunus.Checkpoints.Gguf;

namespace Prunus.Tests.Checkpoints.Gguf;

public sealed class GgufFileTests
{
    private static void Refused(byte[] bytes, string named)
    {
        var error = Assert.Throws<PrunusInputException>(() => GgufFile.Open(new FileBytes("m.gguf", bytes)));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    private static GgufBuilder Two() => new GgufBuilder().Add("general.alignment", 32u)
        .Tensor("a", [2, 32], 8, new byte[68]).Tensor("b", [3], new float[3]);

    [Fact]
    public void Version_2_reads_like_version_3()
    {
        var builder = Two();
        builder.Version = 2;
        using var file = GgufFile.Open(new FileBytes("m.gguf", builder.Build()));
        Assert.Equal(2, file.Version);
        Assert.Equal([2L, 32], file.Tensors["a"].Shape);
        Assert.Throws<PrunusInputException>(() => file.Read("a", 60, new float[5]));
        Assert.Throws<PrunusInputException>(() => file.Read("c", 0, new float[1]));
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(4u)]
    [InlineData(0x03000000u)]
    public void Other_versions_are_refused(uint version)
    {
        var builder = Two();
        builder.Version = version;
        Refused(builder.Build(), "version 2 or 3");
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        var whole = Two().Build();
        for (var length = 0; length < whole.Length; length++)
        {
            Refused(whole[..length], "m.gguf");
        }
    }

    [Fact]
    public void Counts_that_lie_are_refused()
    {
        var builder = Two();
        builder.TensorCount = long.MaxValue;
        Refused(builder.Build(), "tensors");
        builder.TensorCount = null;
        builder.MetadataCount = -1;
        Refused(builder.Build(), "metadata");
        Refused(Two().AddRaw("s", w => { w.Write(8u); w.Write(1L << 40); }).Build(), "'s'");
        Refused(Two().AddRaw("s", w => { w.Write(9u); w.Write(12u); w.Write(1L << 60); }).Build(), "'s'");
        Refused(Two().AddRaw("s", w => w.Write(13u)).Build(), "'s'");
        Refused(Two().AddRaw("s", w => { w.Write(7u); w.Write((byte)2); }).Build(), "'s'");
        Refused(Two().AddRaw("s", w =>
        {
            w.Write(9u);
            for (var i = 0; i < 20; i++)
            {
                w.Write(9u);
                w.Write(1L);
            }
        }).Build(), "nests");
    }

    [Fact]
    public void Places_that_lie_are_refused()
    {
        var builder = Two();
        builder.Offset = (name, offset) => name == "b" ? 64 : offset;
        Refused(builder.Build(), "over another");
        builder.Offset = (name, offset) => name == "b" ? offset + 4 : offset;
        Refused(builder.Build(), "aligned");
        builder.Offset = (name, offset) => name == "b" ? 1 << 20 : offset;
        Refused(builder.Build(), "'b'");
        builder.Offset = (name, offset) => name == "b" ? -32 : offset;
        Refused(builder.Build(), "'b'");
    }

    [Fact]
    public void Shapes_types_and_names_that_lie_are_refused()
    {
        Refused(Two().Tensor("c", [1L << 32, 1L << 32], new float[1]).Build(), "absurd");
        Refused(Two().Tensor("c", [-1], new float[1]).Build(), "dimension");
        Refused(Two().Tensor("c", [1, 1, 1, 1, 1], new float[1]).Build(), "5 dimensions");
        Refused(Two().Tensor("c", [33], 8, new byte[68]).Build(), "Q8_0");
        Refused(Two().Tensor("c", [256], 16, new byte[66]).Build(), "IQ2_XXS");
        Refused(Two().Tensor("c", [1], 99, new byte[4]).Build(), "99");
        Refused(Two().Tensor("a", [1], new float[1]).Build(), "twice");
        Refused(Two().Add("general.alignment", 32u).Build(), "twice");
        Refused(new GgufBuilder().Add("general.alignment", 24u).Build(), "alignment");
        Refused(new GgufBuilder().Add("general.alignment", 0u).Build(), "alignment");
    }
}
