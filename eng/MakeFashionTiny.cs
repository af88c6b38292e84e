// Cuts assets/fashion-tiny out of Fashion-MNIST: the first 200 train and the first 100 test images of each class, in the order of the source.
//
//     dotnet run eng/MakeFashionTiny.cs -- FASHION assets/fashion-tiny
//
// FASHION holds train-* (or train40k-*) and t10k-* as IDX.gz. The header is 4 bytes magic and 4 bytes per dimension, big-endian.
#:property PublishAot=false
using System.Buffers.Binary;
using System.IO.Compression;

if (args.Length != 2)
{
    Console.Error.WriteLine("usage: dotnet run eng/MakeFashionTiny.cs -- FASHION OUT");
    return 2;
}

var train = File.Exists(Path.Combine(args[0], "train-labels-idx1-ubyte.gz")) ? "train" : "train40k";
Directory.CreateDirectory(args[1]);
Cut(train, "train", 200);
Cut("t10k", "t10k", 100);
return 0;

void Cut(string from, string to, int perClass)
{
    var labels = Read($"{from}-labels-idx1-ubyte.gz");
    var images = Read($"{from}-images-idx3-ubyte.gz");
    var (size, taken) = (28 * 28, new int[10]);
    var kept = Enumerable.Range(0, labels.Length - 8).Where(i => taken[labels[8 + i]]++ < perClass).ToArray();
    Write($"{to}-labels-idx1-ubyte.gz", labels[..8], kept.Length, kept.Select(i => labels[8 + i]));
    Write($"{to}-images-idx3-ubyte.gz", images[..16], kept.Length, kept.SelectMany(i => images[(16 + i * size)..(16 + (i + 1) * size)]));
}

byte[] Read(string name)
{
    using var packed = new GZipStream(File.OpenRead(Path.Combine(args[0], name)), CompressionMode.Decompress);
    using var bytes = new MemoryStream();
    packed.CopyTo(bytes);
    return bytes.ToArray();
}

void Write(string name, byte[] header, int count, IEnumerable<byte> body)
{
    BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), count);
    using var packed = new GZipStream(File.Create(Path.Combine(args[1], name)), CompressionLevel.SmallestSize);
    packed.Write([.. header, .. body]);
}
