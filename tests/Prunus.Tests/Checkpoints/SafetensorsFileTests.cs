using System.Buffers.Binary;
using System.Text;
using Prunus.Checkpoints;

namespace Prunus.Tests.Checkpoints;

public sealed class SafetensorsFileTests
{
    internal static byte[] Build(string header, byte[] data, long? headerLength = null)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, headerLength ?? json.Length);
        return [.. length, .. json, .. data];
    }

    private static SafetensorsFile Open(string header, byte[] data, long? headerLength = null) =>
        SafetensorsFile.Open(new FileBytes("f.safetensors", Build(header, data, headerLength)));

    private static float[] Values(string dtype, string shape, byte[] data)
    {
        using var file = Open($$$"""{"x":{"dtype":"{{{dtype}}}","shape":{{{shape}}},"data_offsets":[0,{{{data.Length}}}]}}""", data);
        var values = new float[file.Tensors["x"].ElementCount];
        file.Read("x", 0, values);
        return values;
    }

    [Fact]
    public void Every_dtype_converts()
    {
        Assert.Equal([1.5f, -2f], Values("F64", "[2]", [.. BitConverter.GetBytes(1.5), .. BitConverter.GetBytes(-2.0)]));
        Assert.Equal([1.5f], Values("F32", "[]", BitConverter.GetBytes(1.5f)));
        Assert.Equal([1f, -2f], Values("BF16", "[2]", [0x80, 0x3F, 0x00, 0xC0]));
        Assert.Equal([448f, -448f, 0.001953125f, float.NaN], Values("F8_E4M3", "[4]", [0x7E, 0xFE, 0x01, 0x7F]));
        Assert.Equal([57344f, float.NegativeInfinity, float.NaN, 1f], Values("F8_E5M2", "[4]", [0x7B, 0xFC, 0x7D, 0x3C]));
        Assert.Equal([1f, 2f, 0.5f, float.NaN], Values("F8_E8M0", "[4]", [127, 128, 126, 255]));
        Assert.Equal([0.5f, -6f, 1f, 3f], Values("F4", "[4]", [0xF1, 0x52]));
        // Codes 1, 31, 32, 8 of six bits each, lowest bits first.
        byte[] six = [0b11_000001, 0b0000_0111, 0b001000_10];
        Assert.Equal([0.125f, 7.5f, -0f, 1f], Values("F6_E2M3", "[4]", six));
        Assert.Equal([0.0625f, 28f, -0f, 0.5f], Values("F6_E3M2", "[4]", six));
        Assert.Equal([-1f], Values("I64", "[1]", BitConverter.GetBytes(-1L)));
        Assert.Equal([4294967296f], Values("U64", "[1]", BitConverter.GetBytes(1UL << 32)));
        Assert.Equal([-7f], Values("I32", "[1]", BitConverter.GetBytes(-7)));
        Assert.Equal([7f], Values("U32", "[1]", BitConverter.GetBytes(7U)));
        Assert.Equal([-7f], Values("I16", "[1]", BitConverter.GetBytes((short)-7)));
        Assert.Equal([65535f], Values("U16", "[1]", [255, 255]));
        Assert.Equal([-1f, 127f], Values("I8", "[2]", [255, 127]));
        Assert.Equal([255f], Values("U8", "[1]", [255]));
        Assert.Equal([0f, 1f], Values("BOOL", "[2]", [0, 1]));
    }

    [Fact]
    public void Float16_widens_every_code_exactly()
    {
        var bytes = new byte[65536 * 2];
        for (var code = 0; code < 65536; code++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2 * code), (ushort)code);
        }

        var values = Values("F16", "[65536]", bytes);
        for (var code = 0; code < 65536; code++)
        {
            Assert.Equal((float)BitConverter.UInt16BitsToHalf((ushort)code), values[code]);
        }
    }

    [Theory]
    [InlineData("F32", 4)]
    [InlineData("BF16", 2)]
    [InlineData("F8_E4M3", 1)]
    public void A_range_equals_that_part_of_the_whole(string dtype, int size)
    {
        var data = new byte[37 * size];
        new Random(3).NextBytes(data);
        var whole = Values(dtype, "[37]", data);
        using var file = Open($$$"""{"x":{"dtype":"{{{dtype}}}","shape":[37],"data_offsets":[0,{{{data.Length}}}]}}""", data);
        var part = new float[11];
        file.Read("x", 9, part);
        Assert.Equal(whole[9..20], part);
    }

    [Fact]
    public void A_range_of_packed_elements_may_start_inside_a_byte()
    {
        byte[] data = [0x21, 0x43, 0x65];
        using var file = Open("""{"x":{"dtype":"F4","shape":[6],"data_offsets":[0,3]},"y":{"dtype":"F6_E2M3","shape":[4],"data_offsets":[3,6]}}""", [.. data, 0b11_000001, 0b0000_0111, 0b001000_10]);
        var part = new float[3];
        file.Read("x", 1, part);
        Assert.Equal([1f, 1.5f, 2f], part);
        file.Read("y", 1, part);
        Assert.Equal([7.5f, -0f, 1f], part);
    }

    [Fact]
    public void Integers_metadata_and_bytes_are_read()
    {
        using var file = Open("""{"__metadata__":{"format":"pt"},"ids":{"dtype":"I64","shape":[2],"data_offsets":[0,16]}}  """, [5, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255]);
        Assert.Equal([5L, -1L], file.ReadInt64("ids"));
        Assert.Equal("pt", file.Metadata["format"]);
        var bytes = new byte[2];
        file.ReadBytes("ids", 7, bytes);
        Assert.Equal([0, 255], bytes);
        Assert.Throws<PrunusInputException>(() => file.ReadBytes("ids", 15, new byte[2]));
        Assert.Throws<PrunusInputException>(() => file.Read("ids", 1, new float[2]));
        Assert.Throws<PrunusInputException>(() => file.Read("ids", -1, new float[1]));
        Assert.Throws<PrunusInputException>(() => file.ReadInt64("other"));
    }

    [Fact]
    public void Complex_tensors_open_but_do_not_convert()
    {
        using var file = Open("""{"x":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}""", new byte[8]);
        Assert.Throws<PrunusInputException>(() => file.Read("x", 0, new float[1]));
    }

    [Theory]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, 1L << 40)]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, -1L)]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 3, null)]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 5, null)]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, null)]
    [InlineData("""{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, null)]
    [InlineData("""{"x":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}""", 4, null)]
    [InlineData("""{"x":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}""", 4, null)]
    [InlineData("""{"x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", 0, null)]
    [InlineData("""{"x":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}""", 4, null)]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, null)]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, null)]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", 4, null)]
    [InlineData("""{"x":{"dtype":"F32","shape":[1]}}""", 4, null)]
    [InlineData("""{"x":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, null)]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, null)]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, null)]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}""", 6, null)]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"F32","shape":[1],"data_offsets":[5,9]}}""", 9, null)]
    [InlineData("""{"x":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}}""", 2, null)]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, null)]
    [InlineData("""{"__metadata__":{"a":"1","a":"2"}}""", 0, null)]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", 0, null)]
    [InlineData("""{"x":[]}""", 0, null)]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} x""", 4, null)]
    [InlineData(""" {"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, null)]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, null)]
    [InlineData("[]", 0, null)]
    [InlineData("", 0, null)]
    public void Files_that_lie_are_refused(string header, int bytes, long? headerLength)
    {
        var error = Assert.Throws<PrunusInputException>(() => Open(header, new byte[bytes], headerLength));
        Assert.StartsWith("f.safetensors: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Empty_tensors_and_empty_files_of_tensors_are_fine()
    {
        using var file = Open("""{"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[0,3],"data_offsets":[0,0]},"c":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}""", new byte[4]);
        Assert.Equal(3, file.Tensors.Count);
        file.Read("c", 0, []);
        using var none = Open("{}", []);
        Assert.Empty(none.Tensors);
    }
}
