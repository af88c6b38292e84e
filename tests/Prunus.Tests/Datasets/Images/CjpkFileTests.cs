using System.Buffers.Binary;
using Prunus.Datasets.Images;

namespace Prunus.Tests.Datasets.Images;

/// <summary>The first images of the reference file, and what is made of them.</summary>
public class CjpkFileTests
{
    private static readonly string[] Ten = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

    [Fact]
    public void Prefix_IsRead()
    {
        var set = CjpkFile.Read(First(20), ImageSplit.Test, Ten);
        Assert.Equal((20, new ImageShape(3, 32, 32)), (set.Count, set.Shape));
        Assert.All(set.ClassCounts(), count => Assert.Equal(2, count));
    }

    [Fact]
    public void Damage_IsOneLine()
    {
        var file = First(5);
        Assert.Equal("cjpk: ends within image 4 of 5; get the file again", Fault(file with { Bytes = file.Bytes[..^1] }));
        Assert.Equal("cjpk: has 1 bytes after its last image; get the file again", Fault(file with { Bytes = [.. file.Bytes, 0] }));
        Assert.Equal("cjpk: is no CJPK0001 file; check that it is the right file", Fault(file.Changed(7, (byte)'2')));
        Assert.Equal("cjpk: is no CJPK0001 file; check that it is the right file", Fault(file with { Bytes = file.Bytes[..10] }));
        Assert.StartsWith("cjpk: says 4278190085 images and a header of 623 bytes", Fault(file.Changed(11, 255)), StringComparison.Ordinal);
        Assert.StartsWith("cjpk: says 5 images and a header of 4278190703 bytes", Fault(file.Changed(15, 255)), StringComparison.Ordinal);
        Assert.Contains("(image ", Fault(file.Changed(16, 0)), StringComparison.Ordinal);
    }

    private static string Fault(ImageFileContent file) => Samples.Fault(() => CjpkFile.Read(file, ImageSplit.Test, Ten));

    private static ImageFileContent First(int count)
    {
        var bytes = File.ReadAllBytes(SharedFiles.Path("data", "cifar10", "test.cjpk"));
        var all = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8));
        var header = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12));
        var index = bytes.AsSpan(16 + header, 5 * count);
        var length = 0;
        for (var i = 0; i < count; i++)
        {
            length += BinaryPrimitives.ReadUInt16LittleEndian(index[(5 * i + 3)..]);
        }

        byte[] prefix = [.. bytes[..(16 + header)], .. index, .. bytes.AsSpan(16 + header + 5 * all, length)];
        BinaryPrimitives.WriteInt32LittleEndian(prefix.AsSpan(8), count);
        return new ImageFileContent("cjpk", prefix);
    }
}
