using Prunus.Runs;

namespace Prunus.Datasets.Images;

/// <summary>All sets of labelled images.</summary>
public static class ImageSets
{
    private const string CifarLicence = "none stated; cite Krizhevsky 2009";

    private static readonly ImageShape Digit = new(1, 28, 28);

    private static readonly string[] Digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

    private static readonly string[] Clothes = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

    private static readonly string[] Things = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    public static IReadOnlyList<ImageSetSource> All { get; } =
    [
        new("fashion-tiny", "Fashion-MNIST, the first 200 train and 100 test images of each class", "MIT (Zalando SE)", "it comes with the tool",
            [], [Path.Combine(AppContext.BaseDirectory, "assets", "fashion-tiny")],
            Digit, Clothes,
            [
                new(ImageSplit.Train, 2000,
                    new("train-images-idx3-ubyte", "fc2dd2cd627f464cd717afe5a3ddc438"), new("train-labels-idx1-ubyte", "f2751a24eee86e9a35eee15ce0688f0d")),
                new(ImageSplit.Test, 1000,
                    new("t10k-images-idx3-ubyte", "c5442ce2f064c32bf3ec2983a505322f"), new("t10k-labels-idx1-ubyte", "a00963b89d54a5ab6dc42b2b2c57c0e7")),
            ],
            Idx(Clothes)),
        new("fashion-mnist", "pictures of clothes (Xiao, Rasul, Vollgraf 2017)", "MIT (Zalando SE)",
            "apt-get install dataset-fashion-mnist (Debian), or the four .gz of github.com/zalandoresearch/fashion-mnist, data/fashion",
            ["fashion-mnist", "fashion_mnist", "FashionMNIST"], ["/usr/share/datasets/fashion-mnist", "/usr/share/dataset-fashion-mnist"],
            Digit, Clothes,
            [
                new(ImageSplit.Train, 60_000,
                    new("train-images-idx3-ubyte", PackedMd5: "8d4fb7e6c68d591d4c3dfef9ec88bf0d"), new("train-labels-idx1-ubyte", PackedMd5: "25c81989df183df01b3e8a0aad5dffbe")),
                new(ImageSplit.Test, 10_000,
                    new("t10k-images-idx3-ubyte", PackedMd5: "bef4ecab320f06d8554ea6380940ec79"),
                    new("t10k-labels-idx1-ubyte", "15d484375f8d13e6eb1aabb0c3f46965", "bb300cfdad3c16e7a12a480ee83cd310")),
            ],
            Idx(Clothes)),
        new("fashion-mnist-40k", "Fashion-MNIST, the first 40,000 train images and all test images", "MIT (Zalando SE)",
            "cut train-* of fashion-mnist to 40,000 images and call them train40k-*", ["fashion-mnist-40k", "fashion-mnist", "fashion_mnist"], [],
            Digit, Clothes,
            [
                new(ImageSplit.Train, 40_000,
                    new("train40k-images-idx3-ubyte", "f52d89c259a285d1cd6cc78cb28ebb54"), new("train40k-labels-idx1-ubyte", "466ce4baf15cca559f9ada19a2a35c86")),
                new(ImageSplit.Test, 10_000,
                    new("t10k-images-idx3-ubyte", "8181f5470baa50b63fa0f6fddb340f0a"), new("t10k-labels-idx1-ubyte", "15d484375f8d13e6eb1aabb0c3f46965")),
            ],
            Idx(Clothes)),
        new("mnist", "handwritten digits (LeCun, Cortes, Burges 1998)", "said to be CC BY-SA 3.0", "the four files of yann.lecun.com/exdb/mnist or of a mirror",
            ["mnist", "MNIST"], [],
            Digit, Digits,
            [
                new(ImageSplit.Train, 60_000,
                    new("train-images-idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb"), new("train-labels-idx1-ubyte", "a25bea736e30d166cdddb491f175f624")),
                new(ImageSplit.Test, 10_000,
                    new("t10k-images-idx3-ubyte", "2646ac647ad5339dbf082846283269ea"), new("t10k-labels-idx1-ubyte", "27ae3e4e09519cfbb04c329615203637")),
            ],
            Idx(Digits)),
        new("cifar10", "photographs of ten kinds of things (Krizhevsky 2009)", CifarLicence, "cifar-10-binary.tar.gz of www.cs.toronto.edu/~kriz/cifar.html",
            ["cifar10", "cifar-10-batches-bin"], [],
            CifarBatches.Shape, Things,
            [
                new(ImageSplit.Train, 50_000, [.. Enumerable.Range(1, 5).Select(i => new ImageSetFile($"data_batch_{i}.bin") { Length = CifarBatches.Length })]) { PerClass = 5_000 },
                new(ImageSplit.Test, 10_000, new ImageSetFile("test_batch.bin") { Length = CifarBatches.Length }) { PerClass = 1_000 },
            ],
            (files, split, _) => CifarBatches.Read(files, split, Things)),
        new("cifar10-jpeg", "CIFAR-10 as JPEG of about 30 dB; 8,000 of the test images. Accuracies are its own", CifarLicence,
            "train.cjpk and test.cjpk; their layout is in docs/data.md", ["cifar10-jpeg", "cifar10"], [],
            CifarBatches.Shape, Things,
            [
                new(ImageSplit.Train, 50_000, new ImageSetFile("train.cjpk", "81ef0315b46c4b936d705231f712b8074dbd4cbe0addf2156fd3898afafd26c6")),
                new(ImageSplit.Test, 8_000, new ImageSetFile("test.cjpk", "4dc737e9c7c3ac6928e976d7319eb1030af92e9cd0246a5c913d49ef6f6a2062")),
            ],
            (files, split, _) => CjpkFile.Read(files[0], split, Things)),
        new("cifar10-lossless", "the first 2,000 train images of CIFAR-10, lossless", CifarLicence,
            "lossless_batch_0.png, lossless_batch_1.png and lossless_labels.bin; their layout is in docs/data.md", ["cifar10-lossless", "cifar10"], [],
            CifarBatches.Shape, Things,
            [
                new(ImageSplit.Train, 2_000,
                    new("lossless_batch_0.png", "0614720d69293a033786d5fe2924c4e9a9b48874f19ca4627c4662a864ee9f2d"),
                    new("lossless_batch_1.png", "2927e26ea68602e34a7424826b76b7336ce36b8f6bcc2e9fce0c05568ff6b4c1"),
                    new("lossless_labels.bin", "be1c28c816d430be791ef07694742adff327158d0ef082fb990dfadc30a427f0")),
            ],
            (files, split, _) => PictureRows.Read([.. files.SkipLast(1)], files[^1], split, Things)),
        Synthetic("spirals", "a dot on one of two spirals", SyntheticImages.Spirals),
        Synthetic("blobs", "a dot in one of four quarters", SyntheticImages.Blobs),
        Synthetic("stripes", "stripes in one of four directions", SyntheticImages.Stripes),
    ];

    /// <summary>The set of an id.</summary>
    /// <exception cref="PrunusInputException">There is none.</exception>
    public static ImageSetSource Named(string id) => All.FirstOrDefault(set => set.Id == id)
        ?? throw new PrunusInputException(id, "is no set of images that is known",
            NearestName.Find(id, All.Select(set => set.Id)) is { } near ? $"did you mean '{near}'?" : $"use {string.Join(", ", All.Select(set => set.Id))}");

    private static Func<IReadOnlyList<ImageFileContent>, ImageSplit, ulong, ImageSet> Idx(string[] names) =>
        (files, split, _) => IdxFile.Read(files[0], files[1], split, names);

    private static ImageSetSource Synthetic(string id, string what, Func<ulong, int, ImageSplit, ImageSet> make)
    {
        ImageSplitFiles[] splits = [new(ImageSplit.Train, 2000), new(ImageSplit.Test, 1000)];
        var one = make(0, 1, ImageSplit.Train);
        return new(id, what + ", 16×16, made by --seed", "Apache-2.0", "it is made by seed", [], [AppContext.BaseDirectory], one.Shape, one.ClassNames, splits,
            (_, split, seed) => make(seed, splits.First(part => part.Split == split).Count, split));
    }
}
